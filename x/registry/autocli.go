package registry

import (
	"strings"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/stemma-chain/stemma/x/registry/types"
)

// What the examples speak of; each is well formed, so that examples parse.
var inExamples = strings.NewReplacer(
	"WORK", "work1jv8u6m4u270cecwy94h7ynrtwws5x00a2m7hxt",
	"ALICE", "stemma1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5cvctpz",
	"BOB", "stemma1v4nxw6rfdf4kcmtwdac8zunnw36hvamcc524v5",
	"SHA256", "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03",
	"ROOT", "fcfe1082e65df69e95aaf1bbf3297ab951549e4cdf27256dea204f2ba350033e",
	"SALT", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
)

// AutoCLIOptions gives the module's commands: "tx registry" and "query registry".
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			Short:   "Register works and decide over them",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				command("Register", "register --works JSON [--works JSON ...] [--allow-contested]",
					"Register up to 256 works by the SHA-256 of their content",
					`stemmad tx registry register --works '{"sha256":"SHA256","details":{"kind":"KIND_TEXT","title":"Hello"}}' --from alice`),
				command("Revise", "revise WORK DETAILS", "Add a version of a work's details; DETAILS is JSON or a .json file",
					`stemmad tx registry revise WORK '{"kind":"KIND_TEXT","title":"Hello, world"}' --from alice`, "work", "details"),
				command("OfferTransfer", "offer-transfer WORK RECIPIENT",
					"Offer a work to a new owner, who accepts with x/royalty's accept-transfer",
					`stemmad tx registry offer-transfer WORK BOB --from alice`, "work", "recipient"),
				command("CancelTransfer", "cancel-transfer WORK", "Take an offered transfer back",
					`stemmad tx registry cancel-transfer WORK --from alice`, "work"),
				command("WithdrawWork", "withdraw WORK", "End new grants on a work; what was granted stays",
					`stemmad tx registry withdraw WORK --from alice`, "work"),
				command("RestoreWork", "restore WORK", "Make a withdrawn work active again",
					`stemmad tx registry restore WORK --from alice`, "work"),
				command("BlankText", "blank-text WORK [--version N]",
					"Take a work's text back, of one version or all: title, names, URIs, fingerprints; their SHA-256 stays",
					`stemmad tx registry blank-text WORK --version 1 --from alice`, "work"),
				command("Anchor", "anchor ROOT TOTAL", "Store a Merkle root over TOTAL leaves, to prove later that they were known now",
					`stemmad tx registry anchor ROOT 1 --from alice`, "root", "total"),
				command("ProveAnchor", "prove-anchor WORK PROOF", "Date a work's claim by its registrant's anchor, "+
					"and move it forward within the reveal window; PROOF is JSON or a .json file",
					`stemmad tx registry prove-anchor WORK '{"root":"ROOT","salt":"SALT","index":"0","total":"1","path":[]}' --from alice`,
					"work", "proof"),
				command("WithdrawItems", "withdraw-items WORK VERSION --contributor JSON [--items JSON ...] [--all JSON]",
					"Take items of a dataset or collection back, or all that a contributor gave; stemmad dataset withdraw makes the proofs",
					`stemmad tx registry withdraw-items WORK 1 --contributor '{"account":"ALICE"}' `+
						`--items '{"sha256":"SHA256","weight":"1","index":"0","path":[]}' --from alice`, "work", "version"),
				proposal(command("UpdateParams", "update-params-proposal PARAMS",
					"Propose new parameters; all of them, as JSON or a .json file",
					`stemmad tx registry update-params-proposal '{"reveal_window":"604800s"}' --title "A week" `+
						`--summary "A week to reveal an anchor" --deposit 10000000ustem --from alice`, "params")),
			},
		},
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: types.Query_serviceDesc.ServiceName,
			Short:   "Ask who claimed what and since when",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				command("Params", "params", "Show the parameters", `stemmad query registry params`),
				command("Work", "work WORK", "Show a work", `stemmad query registry work WORK`, "work"),
				command("Works", "works [--owner ACCOUNT]", "List all works, or those of one owner",
					`stemmad query registry works --owner ALICE`),
				command("Revisions", "revisions WORK", "List the versions of a work's details, oldest first",
					`stemmad query registry revisions WORK`, "work"),
				command("Owners", "owners WORK", "List the owners that a work has had, the registrant first",
					`stemmad query registry owners WORK`, "work"),
				command("Transfers", "transfers", "List all transfers that are on offer",
					`stemmad query registry transfers`),
				command("Transfer", "transfer WORK", "Show the transfer that is on offer for a work",
					`stemmad query registry transfer WORK`, "work"),
				command("Resolve", "resolve SCHEME VALUE", "Find works by sha256 or any fingerprint",
					`stemmad query registry resolve sha256 SHA256`, "scheme", "value"),
				command("Anchor", "anchor ACCOUNT ROOT", "Show one anchor of an account",
					`stemmad query registry anchor ALICE ROOT`, "account", "root"),
				command("Anchors", "anchors ACCOUNT", "List an account's anchors", `stemmad query registry anchors ALICE`, "account"),
				command("Manifest", "manifest WORK [--version N]", "Show what a dataset or collection is made of, now or in another version",
					`stemmad query registry manifest WORK --version 1`, "work"),
				command("Manifests", "manifests WORK", "List the manifests that a dataset or collection has had, oldest first",
					`stemmad query registry manifests WORK`, "work"),
				command("Withdrawals", "withdrawals WORK", "List what contributors took back, oldest first",
					`stemmad query registry withdrawals WORK`, "work"),
				command("Item", "item WORK VERSION --contributor JSON --item JSON",
					"Check that a dataset or collection has an item, and say whether it was withdrawn",
					`stemmad query registry item WORK 1 --contributor '{"account":"ALICE"}' `+
						`--item '{"sha256":"SHA256","weight":"1","index":"0","path":[]}'`,
					"work", "version"),
				command("ItemStatus", "item-status WORK --items JSON [--items JSON ...]", "Say of up to 1,000 items whether they were withdrawn",
					`stemmad query registry item-status WORK --items '{"sha256":"SHA256","contributor":{"account":"ALICE"}}'`, "work"),
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
