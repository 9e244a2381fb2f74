package limits_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// What a source denies is denied, and what it is paid for is paid, whatever the terms say.
func TestMachinesAreToldOfTheWork(t *testing.T) {
	uses := licensetypes.NamedConstraint{Kind: licensetypes.CONSTRAINT_USES, Source: song, Terms: strict.ID()}
	paid := licensetypes.NamedConstraint{Kind: licensetypes.CONSTRAINT_PAID_USES, Source: song, Terms: strict.ID()}
	alone := free
	alone.Spdx, alone.Exclusivity = "LicenseRef-Alone", licensetypes.EXCLUSIVITY_EXCLUSIVE
	alone.Uses = []licensetypes.Action{licensetypes.ACTION_TRAIN_AI}
	withheld := licensetypes.NamedConstraint{
		Kind: licensetypes.CONSTRAINT_WITHHELD, Source: song, Terms: alone.ID(),
	}
	closed := strict
	closed.Spdx, closed.Search = "LicenseRef-Closed", licensetypes.PERMISSION_DENY
	apart := licensetypes.NamedConstraint{Kind: licensetypes.CONSTRAINT_USES, Source: song, Terms: closed.ID(), Contained: true}
	for name, c := range map[string]struct {
		constraints []licensetypes.NamedConstraint
		want        [3]string
	}{
		"no source":               {nil, [3]string{"allowed_unset", "allowed_unset", "allowed_unset"}},
		"denied and paid":         {[]licensetypes.NamedConstraint{uses, uses, paid}, [3]string{"paid", "denied", "allowed_unset"}},
		"withheld":                {[]licensetypes.NamedConstraint{withheld, paid}, [3]string{"denied", "allowed_unset", "allowed_unset"}},
		"an item is found though": {[]licensetypes.NamedConstraint{apart}, [3]string{"allowed_unset", "denied", "allowed_unset"}},
	} {
		said, err := speaker(closed, alone).Machines(context.Background(), c.constraints, free)
		require.NoError(t, err, name)
		require.Len(t, said, 3)
		for i, want := range c.want {
			require.Equal(t, want, said[i].Answer, "%s: %s", name, said[i].Use)
		}
	}
	said, err := speaker().Machines(context.Background(), []licensetypes.NamedConstraint{uses, uses, paid}, free)
	require.NoError(t, err)
	require.Equal(t, `denied by "Song" (`+song.String()+"), which it was made from, whatever these terms say", said[1].Sentence)
	require.Contains(t, said[0].Sentence, `; it is paid at "Song" (`+song.String()+") too")

	// What the terms deny themselves needs no source.
	said, err = speaker().Machines(context.Background(), []licensetypes.NamedConstraint{uses}, strict)
	require.NoError(t, err)
	require.Equal(t, "not allowed", said[1].Sentence)
}
