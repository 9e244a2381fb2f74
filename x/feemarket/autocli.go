package feemarket

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/stemma-chain/stemma/x/feemarket/types"
)

// AutoCLIOptions gives the module's commands: "tx feemarket" and "query feemarket".
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			Short:   "Change the fee market",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{{
				RpcMethod: "UpdateParams",
				Use:       "update-params-proposal PARAMS",
				Short:     "Propose new parameters; all of them, as JSON or a .json file",
				Example: `stemmad tx feemarket update-params-proposal '{"base_denom":"ustem","floor":"2000000000000000",` +
					`"target_share":500000,"max_change":125000,"tx_share":100000,"payer_share":100000,"others_share":500000,` +
					`"denoms":[{"denom":"uusdc","rate":"1000000000000000000"}]}' ` +
					`--title "Fees" --summary "Twice the floor" --deposit 10000000ustem --from alice`,
				PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "params"}},
				GovProposal:    true,
			}},
		},
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: types.Query_serviceDesc.ServiceName,
			Short:   "Ask what a transaction costs, and which comes next",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Params", Use: "params", Short: "Show the parameters", Example: "stemmad query feemarket params"},
				{
					RpcMethod: "Prices", Use: "prices", Example: "stemmad query feemarket prices",
					Short: "Show what a unit of gas costs in each fee denom, and the most gas of a transaction",
				},
				{
					RpcMethod: "Turn", Use: "turn ACCOUNT", Example: "stemmad query feemarket turn alice",
					Short:          "Show the sequence of an account's next transaction, behind what waits in the node's pool",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "account"}},
				},
			},
		},
	}
}
