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
				proposal(command("BlankTerms", "blank-terms-proposal TERMS",
					"Propose to take the URI of terms away; they keep their id and what they allow",
					`stemmad tx license blank-terms-proposal TERMS --title Address --summary Privacy --deposit 10000000ustem --from alice`, "terms")),
				command("Offer", "offer WORK TERMS [--offer JSON]", "Offer a work under terms, or replace the offer of them",
					`stemmad tx license offer WORK TERMS --offer '{"price":[{"denom":"ustem","amount":"1000000"}]}' --from alice`, "work", "terms"),
				command("CloseOffer", "close-offer WORK TERMS", "End an offer; what was granted under it stays",
					`stemmad tx license close-offer WORK TERMS --from alice`, "work", "terms"),
				command("Acquire", "acquire WORK TERMS --max-fee COIN --max-rate PPM [--serial N] [--derivative WORK]",
					"Take an offer and pay its price",
					`stemmad tx license acquire WORK TERMS --max-fee 1000000ustem --max-rate 100000 --from bob`, "work", "terms"),
				command("RenewGrant", "renew-grant GRANT --max-fee COIN", "Make a grant last longer, at the price of today's offer of its terms",
					`stemmad tx license renew-grant GRANT --max-fee 1000000ustem --from bob`, "grant"),
				command("OfferGrant", "offer-grant GRANT RECIPIENT", "Offer a grant to another account, where its terms allow it",
					`stemmad tx license offer-grant GRANT ALICE --from bob`, "grant", "recipient"),
				command("CancelGrantOffer", "cancel-grant-offer GRANT", "Take the offer of a grant back",
					`stemmad tx license cancel-grant-offer GRANT --from bob`, "grant"),
				command("AcceptGrant", "accept-grant GRANT", "Take a grant that was offered to you",
					`stemmad tx license accept-grant GRANT --from alice`, "grant"),
				command("Approve", "approve WORK TERMS --licensee ACCOUNT | --derivative WORK",
					"Let somebody take an offer whose terms ask for the owner's approval",
					`stemmad tx license approve WORK TERMS --licensee ALICE --from bob`, "work", "terms"),
				command("Use", "use --uses JSON", "Count uses by machines at the grants that pay for them",
					`stemmad tx license use --uses '{"grant":"GRANT","total":"3"}' --from bob`),
				command("WithdrawApproval", "withdraw-approval WORK TERMS --licensee ACCOUNT | --derivative WORK",
					"Take an approval back; grants given under it stay",
					`stemmad tx license withdraw-approval WORK TERMS --derivative WORK --from bob`, "work", "terms"),
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
				command("GrantUses", "grant-uses GRANT", "List the derivatives that rely on a grant",
					`stemmad query license grant-uses GRANT`, "grant"),
				command("Passes", "passes ACCOUNT [--uses-of WORK]", "List what an account may use because it paid sources",
					`stemmad query license passes ALICE`, "licensee"),
				command("Exclusives", "exclusives WORK", "List the grants of a work that run and keep others out",
					`stemmad query license exclusives WORK`, "work"),
				command("Constraints", "constraints WORK", "List what a work's sources demand of it",
					`stemmad query license constraints WORK`, "work"),
				command("Admissions", "admissions [--work WORK] [--waits-for WORK]",
					"List declarations of later sources that owners have not approved: those a work waits for, or those that wait for a work's owner",
					`stemmad query license admissions --waits-for WORK`),
				command("Approvals", "approvals WORK", "List whom a work's owner approved, in order of terms",
					`stemmad query license approvals WORK`, "work"),
				command("CheckRights", "check-rights WORK|SHA256 --use JSON [--licensee ACCOUNT] [--permission GRANT|TERMS] "+
					"[--derivative WORK] [--item JSON]",
					"Ask whether a use of a work, or of a content, is allowed",
					`stemmad query license check-rights WORK --use '{"action":"ACTION_ADAPT","commercial":true,"territories":["DE","FR"]}' `+
						`--licensee ALICE`, "work"),
				command("CheckRightsBatch", "check-rights-batch --works WORK|SHA256 ... --use JSON [--licensee ACCOUNT] [--items JSON ...]",
					"Ask the same of up to 1,000 works, or items of works",
					`stemmad query license check-rights-batch --works WORK --use '{"action":"ACTION_TRAIN_AI"}'`),
			},
		},
	}
}

// proposal makes the command send a governance proposal that runs the message.
func proposal(options *autocliv1.RpcCommandOptions) *autocliv1.RpcCommandOptions {
	options.GovProposal = true
	return options
}

func command(method, use, short, example string, args ...string) *autocliv1.RpcCommandOptions {
	options := &autocliv1.RpcCommandOptions{RpcMethod: method, Use: use, Short: short, Example: inExamples().Replace(example)}
	for _, field := range args {
		options.PositionalArgs = append(options.PositionalArgs, &autocliv1.PositionalArgDescriptor{ProtoField: field})
	}
	return options
}
