package words

import (
	"testing"

	"github.com/stretchr/testify/require"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

func TestAFactIsFoundByTheEndOfItsPath(t *testing.T) {
	for path, want := range map[string]string{
		"claim.work.owner":                     "Owner",
		"grant.asked.grant":                    "Grant",
		"grant.grant.grant.granted_at":         "Granted",
		"offers.offers.terms.id":               "Terms",
		"transaction.messages.payments.amount": "Amount",
	} {
		f, known := FactOf(path)
		require.True(t, known, path)
		require.Equal(t, want, f.Name)
	}
	_, known := FactOf("claim.work.something_new")
	require.False(t, known)
}

// Each value of an enum is said in words, and what is none stays as it is.
func TestValuesOfFactsAreSaid(t *testing.T) {
	say := func(path, value string) string {
		f, known := FactOf(path)
		require.True(t, known, path)
		return f.Value(value)
	}
	for name := range royaltytypes.Basis_value {
		require.NotContains(t, say("payees.basis", name), "_")
	}
	for name := range royaltytypes.Policy_value {
		require.NotContains(t, say("royalty_policy", name), "_")
	}
	for name, n := range royaltytypes.Progress_value {
		if n != 0 {
			require.NotContains(t, say("payees.progress", name), "_")
		}
	}
	for name := range licensetypes.Verdict_value {
		require.NotContains(t, say("rights.verdict", name), "_")
	}
	// What is not set is left out, whichever way it is said.
	for path, zero := range map[string]string{
		"payees.progress": "PROGRESS_UNSPECIFIED", "entries.reason": "COLLECT_REASON_UNSPECIFIED", "claim.work.status": "STATUS_UNSPECIFIED",
		"details.kind": "KIND_UNSPECIFIED", "sources.role": "ROLE_UNSPECIFIED",
	} {
		require.Empty(t, say(path, zero), path)
	}
	require.Contains(t, say("entries.reason", "COLLECT_REASON_NOTHING_DUE"), "nothing is due")
	for _, path := range []string{
		"entries.reason", "payees.basis", "royalty_policy", "payees.progress", "rights.verdict",
		"asked.use.action", "holders.weight", "owners.since",
	} {
		require.Equal(t, "novel", say(path, "novel"), path)
	}
	require.Equal(t, "62.5 %", say("holders.weight", "625000"))
	require.Equal(t, "2026-11-28 18:41:20 UTC", say("owners.since", "2026-11-28T19:41:20.445595401+01:00"))
	require.Empty(t, say("node.derived_at", "0001-01-01T00:00:00Z"))
	require.Equal(t, "train-ai", say("asked.use.action", "ACTION_TRAIN_AI"))
	require.Equal(t, "any number of derivatives", say("answer.serves", "4294967295"))
}
