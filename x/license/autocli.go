package license

import (
	"strings"
	"sync"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/stemma-chain/stemma/x/license/types"
)

// inExamples is what the examples speak of; each is well formed, so that
// examples parse.
var inExamples = sync.OnceValue(func() *strings.Replacer {
	remix, _ := types.PresetByName("commercial-remix-10")
	return strings.NewReplacer(
		"WORK", "work1jv8u6m4u270cecwy94h7ynrtwws5x00a2m7hxt",
		"ALICE", "stemma1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5cvctpz",
		"TERMS", remix.ID.String(),
		"GRANT", types.GrantID{1, 2, 3}.String(),
	)
})

// AutoCLIOptions gives the module's commands: "tx license" and "query license".
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			Short:   "Publish terms, offer works under them and acquire grants",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				command("PublishTerms", "publish-terms TERMS", "Publish licence terms; they can't be changed. TERMS is JSON or a .json file",
					`stemmad tx license publish-terms '{"spdx":"LicenseRef-My-Remix","commercial_use":true,"derivatives":"DERIVATIVES_ALLOWED",`+
						`"royalty_policy":"POLICY_ABSOLUTE","royalty_rate":30000}' --from alice`, "terms"),
				command("Offer", "offer WORK TERMS [--offer JSON]", "Offer a work under terms, or replace the offer of them",
					`stemmad tx license offer WORK TERMS --offer '{"price":[{"denom":"ustem","amount":"1000000"}]}' --from alice`, "work", "terms"),
				command("CloseOffer", "close-offer WORK TERMS", "End an offer; what was granted under it stays",
					`stemmad tx license close-offer WORK TERMS --from alice`, "work", "terms"),
				command("Acquire", "acquire WORK TERMS --max-fee COIN --max-rate PPM [--serial N]", "Take an offer and pay its price",
					`stemmad tx license acquire WORK TERMS --max-fee 1000000ustem --max-rate 100000 --from bob`, "work", "terms"),
			},
		},
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: types.Query_serviceDesc.ServiceName,
			Short:   "Ask what is offered, granted and demanded",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				command("Terms", "terms TERMS", "Show terms by id, or a preset by name", `stemmad query license terms cc-by-4.0`, "terms"),
				command("TermsList", "terms-list", "List all terms", `stemmad query license terms-list`),
				command("Offers", "offers WORK", "List the offers on a work", `stemmad query license offers WORK`, "work"),
				command("Grant", "grant GRANT", "Show a grant", `stemmad query license grant GRANT`, "grant"),
				command("Grants", "grants [--work WORK] [--licensee ACCOUNT]", "List the grants of a work, of a licensee, or of both",
					`stemmad query license grants --licensee ALICE`),
				command("Constraints", "constraints WORK", "List what a work's sources demand of it",
					`stemmad query license constraints WORK`, "work"),
			},
		},
	}
}

func command(method, use, short, example string, args ...string) *autocliv1.RpcCommandOptions {
	options := &autocliv1.RpcCommandOptions{RpcMethod: method, Use: use, Short: short, Example: inExamples().Replace(example)}
	for _, field := range args {
		options.PositionalArgs = append(options.PositionalArgs, &autocliv1.PositionalArgDescriptor{ProtoField: field})
	}
	return options
}
