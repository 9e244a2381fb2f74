package app_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"

	"github.com/stemma-chain/stemma/testutil/chain"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// TestAminoJSONSaysAllThatIsSigned: a Ledger shows it, and a client that writes
// all of a message must get the same bytes.
func TestAminoJSONSaysAllThatIsSigned(t *testing.T) {
	c := chain.New(t)
	config := c.App.Encoding().TxConfig
	alice := chain.Named("alice").String()
	builder := config.NewTxBuilder()
	require.NoError(t, builder.SetMsgs(&registrytypes.MsgRevise{
		Owner: alice, Details: registrytypes.Details{Title: "a title"},
	}))
	text, err := authsigning.GetSignBytesAdapter(t.Context(), config.SignModeHandler(),
		signing.SignMode_SIGN_MODE_LEGACY_AMINO_JSON, authsigning.SignerData{ChainID: "chain", Address: alice}, builder.GetTx())
	require.NoError(t, err)
	require.Contains(t, string(text), `"title":"a title"`)
}
