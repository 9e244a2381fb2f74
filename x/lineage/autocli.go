package lineage

import (
	"strings"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
)

// What the examples speak of; each is well formed, so that examples parse.
var inExamples = strings.NewReplacer(
	"WORK", "work1jv8u6m4u270cecwy94h7ynrtwws5x00a2m7hxt",
	"SOURCE", "work1v0m4ezgtq4q9umslq3c8yeptgz2fm26exk07e8",
	"TERMS", exampleTerms(),
	"ALICE", "stemma1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5cvctpz",
)

// AutoCLIOptions gives the module's commands: "tx lineage" and "query lineage".
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			Short:   "Declare what works were made from",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				command("Derive", "derive WORK --sources JSON [--sources JSON ...] [--max-total-rate PPM] [--record JSON]",
					"Declare sources of a work, and how an AI system made it",
					`stemmad tx lineage derive WORK --sources '{"work":"SOURCE","role":"ROLE_COMPONENT_OF","permission":"TERMS"}' --max-total-rate 50000 --from alice`, "work"),
				command("ApproveSource", "approve-source SOURCE DERIVATIVE [--declaration N] [--through WORK --role ROLE --permission GRANT|TERMS] --shown JSON",
					"Let a work on which others rely already owe or be limited by yours: by a declaration that waits, or in advance",
					`stemmad tx lineage approve-source SOURCE WORK --declaration 2 --shown '{"grants":"1"}' --from alice`, "source", "derivative"),
				command("WithdrawSourceApproval", "withdraw-source-approval SOURCE DERIVATIVE [--through WORK]", "Take back an approval in advance that was not used",
					`stemmad tx lineage withdraw-source-approval SOURCE WORK --from alice`, "source", "derivative"),
				command("BlankText", "blank-text WORK",
					"Take back the text of a work's generation record and its external URIs; their SHA-256 stays",
					`stemmad tx lineage blank-text WORK --from alice`, "work"),
				proposal(command("UpdateParams", "update-params-proposal PARAMS", "Propose new parameters; all of them, as JSON or a .json file",
					`stemmad tx lineage update-params-proposal '{"max_walk":1000,"gas_per_step":"2000"}' --title "Walks" --summary "Shorter walks" --deposit 10000000ustem --from alice`, "params")),
			},
		},
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: types.Query_serviceDesc.ServiceName,
			Short:   "Ask what came from what",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				command("Params", "params", "Show the parameters", `stemmad query lineage params`),
				command("Derivation", "derivation WORK", "Show a work's generation and how an AI system made it",
					`stemmad query lineage derivation WORK`, "work"),
				command("Sources", "sources WORK", "List what a work was made from", `stemmad query lineage sources WORK`, "work"),
				command("Derivatives", "derivatives WORK", "List what was made from a work", `stemmad query lineage derivatives WORK`, "work"),
				command("Ancestors", "ancestors WORK [--depth N] [--every-edge]", "Walk a work's sources, theirs, and so on",
					`stemmad query lineage ancestors WORK --depth 3`, "work"),
				command("Descendants", "descendants WORK [--depth N] [--every-edge]", "Walk a work's derivatives, theirs, and so on",
					`stemmad query lineage descendants WORK --depth 3`, "work"),
				command("Credits", "credits WORK [--depth N]", "List who has to be credited with a work, each with a credit line",
					`stemmad query lineage credits WORK`, "work"),
				command("Path", "path WORK ANCESTOR", "Show a shortest path from a work to an ancestor",
					`stemmad query lineage path WORK SOURCE`, "work", "ancestor"),
				command("CommonAncestors", "common-ancestors WORK OTHER", "List what two works both come from",
					`stemmad query lineage common-ancestors WORK SOURCE`, "work", "other"),
				command("Promises", "promises WORK", "Count the grants, derivatives and irrevocable offers that stand of a work",
					`stemmad query lineage promises WORK`, "work"),
				command("Approvals", "approvals SOURCE", "List the works that may add this one as a later source",
					`stemmad query lineage approvals SOURCE`, "source"),
			},
		},
	}
}

func command(method, use, short, example string, args ...string) *autocliv1.RpcCommandOptions {
	options := &autocliv1.RpcCommandOptions{RpcMethod: method, Use: use, Short: short, Example: inExamples.Replace(example)}
	for _, field := range args {
		options.PositionalArgs = append(options.PositionalArgs, &autocliv1.PositionalArgDescriptor{ProtoField: field})
	}
	return options
}

// proposal makes a command submit its message to governance.
func proposal(options *autocliv1.RpcCommandOptions) *autocliv1.RpcCommandOptions {
	options.GovProposal = true
	return options
}

// exampleTerms are preset terms that allow derivatives for a royalty.
func exampleTerms() string {
	preset, _ := licensetypes.PresetByName("commercial-remix-5")
	return preset.ID.String()
}
