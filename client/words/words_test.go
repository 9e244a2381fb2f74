package words

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/license/reasons"
	"github.com/stemma-chain/stemma/x/license/rules"
)

// The words here are about codes of the chain's table, and nothing is said twice.
func TestRemediesAreOfCodesThatExist(t *testing.T) {
	for code, remedy := range remedies {
		row, known := reasons.Of(code)
		require.True(t, known, code)
		require.Contains(t, remedy, "`stemmad ", code)
		require.NotEqual(t, row.Remedy, remedy)
	}
}

func TestEveryCodeIsSaid(t *testing.T) {
	for _, code := range rules.Codes() {
		require.NotContains(t, Reason(string(code)), "does not know")
		require.NotEmpty(t, Remedy(string(code), About{}), code)
	}
	for _, code := range rules.Notices() {
		require.NotContains(t, Notice(string(code)), "does not know")
	}
	require.Contains(t, Reason("from_a_newer_chain"), "does not know")
	require.Contains(t, Notice("from_a_newer_chain"), "does not know")
	require.Empty(t, Remedy("from_a_newer_chain", About{}))
}

func TestARemedyNamesWhatIsKnown(t *testing.T) {
	require.Equal(t, "renew it: `stemmad grant renew grant1x`", Remedy("grant_expired", About{Grant: "grant1x"}))
	require.Equal(t, "renew it, or acquire another", Remedy("grant_expired", About{Work: "work1x"}))
	require.Equal(t, "acquire one: `stemmad acquire work1x terms1x`", Remedy("needs_grant", About{Work: "work1x", Terms: "terms1x"}))
	require.Equal(t, "The work is disputed", Reason("work_disputed"))
	require.Equal(t, "wait for the ruling, or rely on a grant that you have", Remedy("work_disputed", About{}))
}

// Where a source stands in the way, another offer of the work itself would not help.
func TestRemediesAtASourceNameIt(t *testing.T) {
	for _, code := range []rules.Code{rules.TrainingDenied, rules.NoDerivatives, rules.NonCommercialSource, rules.ExclusiveGranted} {
		remedy := Remedy(string(code), About{Work: "S", Source: "S", Asked: "A"})
		require.Contains(t, remedy, " S", code)
		require.NotContains(t, remedy, "another offer of the work", code)
		require.NotContains(t, remedy, "SOURCE", code)
	}
	require.Contains(t, Remedy(string(rules.TrainingDenied), About{Work: "W"}), "another offer of the work")
}
