package headers

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/stemma-chain/stemma/x/headers/types"
)

// AutoCLIOptions gives the module's commands: "query headers".
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: types.Query_serviceDesc.ServiceName,
			Short:   "Show that an old header is bound by a newer state",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{
					RpcMethod: "Frontier", Use: "frontier", Example: "stemmad query headers frontier",
					Short: "Show the log of headers: how many, and the roots of its full subtrees",
				},
				{
					RpcMethod: "Path", Use: "path HEIGHT", Example: "stemmad query headers path 1",
					Short:          "Show what leads from a header to the log",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "height"}},
				},
			},
		},
	}
}
