package registry_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/client/v2/autocli"
	"cosmossdk.io/core/appmodule"

	"github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"

	"github.com/stemma-chain/stemma/x/registry"
	"github.com/stemma-chain/stemma/x/registry/keeper"
	"github.com/stemma-chain/stemma/x/registry/types"
)

func TestGenesisThroughTheModule(t *testing.T) {
	key := storetypes.NewKVStoreKey(types.StoreKey)
	encoding := moduletestutil.MakeTestEncodingConfig()
	m := registry.NewAppModule(keeper.NewKeeper(encoding.Codec, runtime.NewKVStoreService(key), ""))
	ctx := testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("transient_test")).Ctx

	genesis := m.DefaultGenesis(encoding.Codec)
	require.NoError(t, m.ValidateGenesis(encoding.Codec, encoding.TxConfig, genesis))
	m.InitGenesis(ctx, encoding.Codec, genesis)
	require.JSONEq(t, string(genesis), string(m.ExportGenesis(ctx, encoding.Codec)))

	for _, broken := range []string{`[]`, `{"works":[{"id":"work1"}]}`, `{"anchors":[{"account":"x"}]}`} {
		require.Error(t, m.ValidateGenesis(encoding.Codec, encoding.TxConfig, json.RawMessage(broken)))
		require.Panics(t, func() { m.InitGenesis(ctx, encoding.Codec, json.RawMessage(broken)) })
	}
}

// Every RPC has a command with a text and an example.
func TestCommands(t *testing.T) {
	m := registry.AppModule{}
	options := m.AutoCLIOptions()
	require.Len(t, options.Tx.RpcCommandOptions, len(types.Msg_serviceDesc.Methods))
	require.Len(t, options.Query.RpcCommandOptions, len(types.Query_serviceDesc.Methods))
	for _, c := range append(options.Tx.RpcCommandOptions, options.Query.RpcCommandOptions...) {
		require.NotEmpty(t, c.Short, c.RpcMethod)
		require.NotEmpty(t, c.Example, c.RpcMethod)
	}

	root := &cobra.Command{Use: "stemmad"}
	cli := autocli.AppOptions{
		Modules:               map[string]appmodule.AppModule{types.ModuleName: m},
		AddressCodec:          address.NewBech32Codec("stemma"),
		ValidatorAddressCodec: address.NewBech32Codec("stemmavaloper"),
		ConsensusAddressCodec: address.NewBech32Codec("stemmavalcons"),
	}
	require.NoError(t, cli.EnhanceRootCommand(root))
	for _, c := range append(options.Tx.RpcCommandOptions, options.Query.RpcCommandOptions...) {
		for _, group := range []string{"tx", "query"} {
			if !bytes.Contains([]byte(c.Example), []byte("stemmad "+group)) {
				continue
			}
			name, _, _ := bytes.Cut([]byte(c.Use), []byte(" "))
			found, _, err := root.Find([]string{group, types.ModuleName, string(name)})
			require.NoError(t, err)
			require.Equal(t, c.Short, found.Short)
		}
	}
}
