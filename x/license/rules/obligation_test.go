package rules_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/license/rules"
)

// An answer names eight to credit; a ninth says that there are more.
func TestMoreCreditsThanAnAnswerLists(t *testing.T) {
	work := rules.Work{Alternatives: []rules.Alternative{offer(rules.Terms{Attribution: true})}}
	for i := range rules.MaxCredits + 1 {
		got := rules.Decide(work, rules.Use{Action: rules.Copy}, now).Obligations
		require.Len(t, got, 1+i)
		require.False(t, got[i].Incomplete)
		work.Constraints = append(work.Constraints,
			rules.Constraint{Demand: rules.Demand{Kind: rules.Attribution, Source: fmt.Sprint(i), Version: uint32(i + 1)}},
			rules.Constraint{Demand: rules.Demand{Kind: rules.NonCommercial, Source: fmt.Sprint(i)}})
	}
	got := rules.Decide(work, rules.Use{Action: rules.Copy}, now).Obligations
	require.Len(t, got, 1+8)
	for i, o := range got {
		require.Equal(t, i == rules.MaxCredits, o.Incomplete)
		require.Equal(t, uint32(i), o.Version)
	}
}
