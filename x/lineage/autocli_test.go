package lineage_test

import (
	"strings"
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/stemma-chain/stemma/x/lineage"
)

// TestEveryMethodHasACommand: one with a short text and an example, whose
// arguments are fields of the request.
func TestEveryMethodHasACommand(t *testing.T) {
	options := lineage.AppModule{}.AutoCLIOptions()
	files, err := proto.MergedRegistry()
	require.NoError(t, err)
	for _, service := range []*autocliv1.ServiceCommandDescriptor{options.Tx, options.Query} {
		found, err := files.FindDescriptorByName(protoreflect.FullName(service.Service))
		require.NoError(t, err)
		methods := found.(protoreflect.ServiceDescriptor).Methods()
		require.Equal(t, methods.Len(), len(service.RpcCommandOptions))
		for _, o := range service.RpcCommandOptions {
			method := methods.ByName(protoreflect.Name(o.RpcMethod))
			require.NotNil(t, method, o.RpcMethod)
			require.NotEmpty(t, o.Short)
			require.True(t, strings.HasPrefix(o.Example, "stemmad "), o.Example)
			for _, arg := range o.PositionalArgs {
				require.NotNil(t, method.Input().Fields().ByName(protoreflect.Name(arg.ProtoField)), arg.ProtoField)
			}
		}
	}
}
