package dispute

import (
	"strings"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/stemma-chain/stemma/x/dispute/types"
)

// What the examples speak of; each is well formed, so that examples parse.
var inExamples = strings.NewReplacer(
	"WORK", "work1jv8u6m4u270cecwy94h7ynrtwws5x00a2m7hxt",
	"SOURCE", "work1v0m4ezgtq4q9umslq3c8yeptgz2fm26exk07e8",
	"DISPUTE", types.DisputeID{1}.String(),
	"ALICE", "stemma1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5cvctpz",
	"SHA256", strings.Repeat("ab", 32),
)

// AutoCLIOptions gives the module's commands: "tx dispute" and "query dispute".
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			Short:   "Contest works",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				command("Open", "open WORK --kind KIND --claim JSON --evidence JSON --bond COINS",
					"Contest a work, with a bond",
					`stemmad tx dispute open WORK --kind kind-prior-claim --claim '{"transfer_to":"ALICE"}' --evidence '{"sha256":"SHA256"}' --bond 100000000ustem --from alice`, "work"),
				command("Answer", "answer DISPUTE [--concede] [--bond COINS] [--evidence JSON]", "Concede or contest a dispute",
					`stemmad tx dispute answer DISPUTE --bond 100000000ustem --from bob`, "dispute"),
				command("Rule", "rule DISPUTE [--upheld --redress JSON]", "Decide a dispute, as its arbiter",
					`stemmad tx dispute rule DISPUTE --upheld --redress '{"transfer_to":"ALICE"}' --from arbiter`, "dispute"),
				command("Appeal", "appeal DISPUTE --bond COINS [--evidence JSON]", "Take a ruling to governance",
					`stemmad tx dispute appeal DISPUTE --bond 100000000ustem --from bob`, "dispute"),
				command("Drop", "drop DISPUTE", "Give a dispute up: the bond is lost as if it were dismissed",
					`stemmad tx dispute drop DISPUTE --from alice`, "dispute"),
				command("CallBond", "call-bond DISPUTE", "Call on the challenger to raise the bond to what is frozen by now",
					`stemmad tx dispute call-bond DISPUTE --from bob`, "dispute"),
				command("AddBond", "add-bond DISPUTE --bond COINS", "Add to the challenger's bond",
					`stemmad tx dispute add-bond DISPUTE --bond 5000000ustem --from alice`, "dispute"),
				command("BlankEvidence", "blank-evidence DISPUTE", "Take back the URIs of evidence; their SHA-256 stays",
					`stemmad tx dispute blank-evidence DISPUTE --from alice`, "dispute"),
				command("ObjectToWeight", "object-to-weight WORK SOURCE WEIGHT", "Say that a source of yours has another weight in a work, ppm",
					`stemmad tx dispute object-to-weight WORK SOURCE 400000 --from alice`, "work", "source", "weight"),
				command("AgreeToWeight", "agree-to-weight WORK SOURCE --weights JSON", "Take an objection to a weight in a work of yours over",
					`stemmad tx dispute agree-to-weight WORK SOURCE --weights '{"source":"SOURCE","weight":400000}' --from bob`, "work", "source"),
				proposal(command("UpdateParams", "update-params-proposal PARAMS", "Propose new parameters; all of them, as JSON or a .json file",
					`stemmad tx dispute update-params-proposal params.json --title "Arbiters" --summary "Two arbiters" --deposit 10000000ustem --from alice`, "params")),
			},
		},
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: types.Query_serviceDesc.ServiceName,
			Short:   "Ask who contests what",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				command("Params", "params", "Show the parameters", `stemmad query dispute params`),
				command("Dispute", "dispute DISPUTE", "Show a dispute", `stemmad query dispute dispute DISPUTE`, "dispute"),
				command("Disputes", "disputes [--work WORK] [--party ACCOUNT]", "List disputes", `stemmad query dispute disputes --work WORK`),
				command("Standing", "standing WORK", "Tell whether a work, or what it was made from, is disputed or invalid",
					`stemmad query dispute standing WORK`, "work"),
				command("Bond", "bond WORK", "Tell what opening a dispute about a work takes now", `stemmad query dispute bond WORK`, "work"),
				command("Objections", "objections WORK", "List objections to the weights of a work's sources",
					`stemmad query dispute objections WORK`, "work"),
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
