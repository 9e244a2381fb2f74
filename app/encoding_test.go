package app_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"

	"github.com/stemma-chain/stemma/client/encoding"
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

// TestClientsKnowEveryType: the library registers the modules by itself, as it does without
// the app.
func TestClientsKnowEveryType(t *testing.T) {
	c := chain.New(t)
	node := c.App.Encoding()
	client, err := encoding.New()
	require.NoError(t, err)
	known := client.InterfaceRegistry.ListAllInterfaces()
	require.ElementsMatch(t, node.InterfaceRegistry.ListAllInterfaces(), known)
	types := 0
	for _, name := range known {
		implementations := client.InterfaceRegistry.ListImplementations(name)
		require.ElementsMatch(t, node.InterfaceRegistry.ListImplementations(name), implementations, name)
		for _, url := range slices.Concat(implementations, node.InterfaceRegistry.ListImplementations(name)) {
			_, err := client.InterfaceRegistry.Resolve(url)
			require.NoError(t, err)
			types++
		}
	}
	require.Greater(t, types, 200)
	var ours, theirs strings.Builder
	require.NoError(t, client.Amino.PrintTypes(&ours))
	require.NoError(t, node.Amino.PrintTypes(&theirs))
	require.ElementsMatch(t, strings.Split(theirs.String(), "\n"), strings.Split(ours.String(), "\n"))
}
