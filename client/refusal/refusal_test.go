package refusal_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/client/refusal"
	"github.com/stemma-chain/stemma/x/license/reasons"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Of every reason its code and what it is about are read, and nothing of its sentence is left over.
func TestEveryReasonIsRead(t *testing.T) {
	work := registrytypes.WorkID{1}.String()
	for _, row := range reasons.All() {
		space, code, _ := errorsmod.ABCIInfo(row.Err, false)
		text := errorsmod.Wrapf(row.Err, "%s: %s (%s): %s", row.Code, row.Sentence, work, row.Remedy).Error()
		read := refusal.Read(space, code, text)
		require.Equal(t, []refusal.Reason{{Code: row.Code, About: []refusal.Party{{Work: work}}}}, read.Reasons, row.Code)
		require.Empty(t, read.Rest, row.Code)
	}
	read := refusal.Read("", 0, "no such file")
	require.Empty(t, read.Reasons)
	require.Equal(t, "no such file", read.Rest)
}
