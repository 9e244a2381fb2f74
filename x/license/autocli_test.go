package license_test

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/client/v2/autocli"
	"cosmossdk.io/core/appmodule"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec/address"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"

	"github.com/stemma-chain/stemma/x/license"
	"github.com/stemma-chain/stemma/x/license/types"
)

// Every command has an example, and what the example says is understood.
func TestExamplesParse(t *testing.T) {
	encoding := moduletestutil.MakeTestEncodingConfig()
	types.RegisterInterfaces(encoding.InterfaceRegistry)
	root := &cobra.Command{Use: "stemmad"}
	root.AddCommand(&cobra.Command{Use: "tx"}, &cobra.Command{Use: "query"})
	options := autocli.AppOptions{
		Modules:               map[string]appmodule.AppModule{types.ModuleName: license.AppModule{}},
		AddressCodec:          address.NewBech32Codec("stemma"),
		ValidatorAddressCodec: address.NewBech32Codec("stemmavaloper"),
		ConsensusAddressCodec: address.NewBech32Codec("stemmavalcons"),
		ClientCtx:             client.Context{}.WithInterfaceRegistry(encoding.InterfaceRegistry).WithTxConfig(encoding.TxConfig),
	}
	require.NoError(t, options.EnhanceRootCommand(root))

	seen := 0
	for _, parent := range []string{"tx", "query"} {
		module, _, err := root.Find([]string{parent, types.ModuleName})
		require.NoError(t, err)
		for _, command := range module.Commands() {
			require.NotEmpty(t, command.Short, command.Use)
			require.NotEmpty(t, command.Example, command.Use)
			requireParses(t, root, command)
			seen++
		}
	}
	require.Equal(t, 25, seen)
}

func requireParses(t *testing.T, root, command *cobra.Command) {
	t.Helper()
	words := split(command.Example)
	require.Equal(t, "stemmad", words[0])
	found, rest, err := root.Find(words[1:])
	require.NoError(t, err)
	require.Equal(t, command.Use, found.Use)
	require.NoError(t, found.ParseFlags(rest), command.Example)
	require.NoError(t, found.ValidateArgs(found.Flags().Args()), command.Example)
}

// split does what a shell does with single quotes.
func split(line string) []string {
	var words []string
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	return words
}
