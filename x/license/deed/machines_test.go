package deed_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/license/deed"
	"github.com/stemma-chain/stemma/x/license/types"
)

// What machines may do is said for every terms, also where these do not.
func TestMachines(t *testing.T) {
	open := types.Terms{Derivatives: types.DERIVATIVES_ALLOWED}
	with := func(t types.Terms, change func(*types.Terms)) types.Terms {
		change(&t)
		return t
	}
	for name, c := range map[string]struct {
		terms types.Terms
		want  [3]string
	}{
		"unset":                 {open, [3]string{"allowed_unset", "allowed_unset", "allowed_unset"}},
		"unset, no derivatives": {types.Terms{}, [3]string{"denied_unset", "denied_unset", "allowed_unset"}},
		"said": {with(open, func(t *types.Terms) {
			t.AiTraining, t.AiInput, t.Search = types.PERMISSION_DENY, types.PERMISSION_PAID, types.PERMISSION_ALLOW
		}), [3]string{"denied", "paid", "allowed"}},
		"about training": {with(open, func(t *types.Terms) {
			t.Uses = []types.Action{types.ACTION_TRAIN_AI}
		}), [3]string{"allowed_unset", "not_covered", "not_covered"}},
	} {
		got := deed.Machines(c.terms)
		require.Len(t, got, 3, name)
		for i, m := range got {
			require.Equal(t, []string{"AI training", "AI input", "search"}[i], m.Use, name)
			require.Equal(t, c.want[i], m.Answer, name)
			require.NotEmpty(t, m.Sentence, name)
		}
	}
}
