package reasons_test

import (
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/license/reasons"
	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
)

// TestEveryCodeHasARow, and no row is of a code that does not exist.
func TestEveryCodeHasARow(t *testing.T) {
	var codes []rules.Code
	for _, r := range reasons.All() {
		codes = append(codes, r.Code)
		requireWords(t, string(r.Code), r.Sentence, r.Remedy)
		require.NotNil(t, r.Err, r.Code)
		codespace, number, _ := errorsmod.ABCIInfo(r.Err, false)
		require.Equal(t, types.ModuleName, codespace, r.Code)
		require.Greater(t, number, uint32(1), r.Code)
		found, known := reasons.Of(r.Code)
		require.True(t, known)
		require.Equal(t, r.Sentence, found.Sentence)
	}
	require.Equal(t, rules.Codes(), codes, "add the code to x/license/reasons/table.go")
	_, known := reasons.Of("from_a_newer_chain")
	require.False(t, known)
}

func TestEveryNoticeHasARow(t *testing.T) {
	var codes []rules.Notice
	for _, n := range reasons.Notices() {
		codes = append(codes, n.Code)
		requireWords(t, string(n.Code), n.Sentence, n.Remedy)
		found, known := reasons.NoticeOf(n.Code)
		require.True(t, known)
		require.Equal(t, n, found)
	}
	require.Equal(t, rules.Notices(), codes)
	_, known := reasons.NoticeOf("from_a_newer_chain")
	require.False(t, known)
}

// requireWords holds a row to plain words: no code, no full stop, and no command,
// which the chain knows nothing of.
func requireWords(t *testing.T, code, sentence, remedy string) {
	for _, words := range []string{sentence, remedy} {
		require.NotEmpty(t, words, code)
		require.True(t, unicode.IsLower(rune(words[0])), "%s: %s", code, words)
		require.NotContains(t, words, "_", code)
		require.NotContains(t, words, "stemmad", code)
		require.NotEqual(t, '.', rune(words[len(words)-1]), code)
	}
}

// What is asked is what can be obtained: the verdict then is "needs a grant".
func TestWhatIsAsked(t *testing.T) {
	var asked []rules.Code
	for _, r := range reasons.All() {
		if r.Asks {
			asked = append(asked, r.Code)
		}
	}
	require.Equal(t, []rules.Code{rules.NeedsApproval, rules.NeedsGrant, rules.NeedsPermission}, asked)
}
