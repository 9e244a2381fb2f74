package royalty

import (
	"strings"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/stemma-chain/stemma/x/royalty/types"
)

// What the examples speak of; each is well formed, so that examples parse.
var inExamples = strings.NewReplacer(
	"WORK", "work1jv8u6m4u270cecwy94h7ynrtwws5x00a2m7hxt",
	"BOB", "stemma1v4nxw6rfdf4kcmtwdac8zunnw36hvamcc524v5",
	"PAYCHANNEL", "paych12jjv5z3dc4xqfsa086wdc5k5vrwxewucq8q090",
	"PUBKEY", "029abe708e1db33a361c43710c17129df2669b86294da77ab8d5663a363f6991e1",
	"SIGNATURE", "7So6bBONvZ6H2hm+NQoanfzEkwqvfPLlDRhlD+fUI0oO8szQlg1oeW1bK4kT4oNDy/XA/XQTFg2OtEn0rICYWQ==",
)

// AutoCLIOptions gives the module's commands: "tx royalty" and "query royalty".
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service:           types.Msg_serviceDesc.ServiceName,
			Short:             "Pay works and decide over their revenue",
			RpcCommandOptions: transactions(),
		},
		Query: &autocliv1.ServiceCommandDescriptor{
			Service:           types.Query_serviceDesc.ServiceName,
			Short:             "Ask who is paid, and what waits where",
			RpcCommandOptions: queries(),
		},
	}
}

func transactions() []*autocliv1.RpcCommandOptions {
	return []*autocliv1.RpcCommandOptions{
		command("Pay", "pay WORK AMOUNT", "Pay a work and with it everyone it was made from",
			`stemmad tx royalty pay WORK 1000000uusdc --from alice`, "work", "amount"),
		command("PayMany", "pay-many --payments JSON [--payments JSON ...]", "Pay up to 1,000 works, all or none",
			`stemmad tx royalty pay-many --payments '{"work":"WORK","amount":{"denom":"uusdc","amount":"100"}}' --from alice`),
		command("Settle", "settle WORK... --denoms DENOM", "Have what waits at up to 100 works passed on, however little it is",
			`stemmad tx royalty settle WORK --denoms uusdc --from alice`, "works..."),
		command("Withdraw", "withdraw [DENOM...]", "Take your balance out; all denoms when none is named",
			`stemmad tx royalty withdraw uusdc --from alice`, "denoms..."),
		command("AssignShares", "assign-shares WORK --shares JSON [--shares JSON ...]",
			"Replace your share of a work's revenue by shares that sum to it, in ppm",
			`stemmad tx royalty assign-shares WORK --shares '{"account":"BOB","weight":1000000}' --from alice`, "work"),
		command("AcceptTransfer", "accept-transfer WORK WORK-VERSION EPOCH OFFER",
			"Take over a work that was offered to you, as you have seen it",
			`stemmad tx royalty accept-transfer WORK 1 0 1 --from alice`, "work", "work_version", "epoch", "offer"),
		command("OpenPaymentChannel", "open-payment-channel SERIAL DEPOSIT --payees JSON [--payees JSON ...] --key HEX --close-delay 1h",
			"Deposit money that vouchers are paid from",
			`stemmad tx royalty open-payment-channel 1 1000000uusdc --payees '{"work":"WORK","weight":1000000}' --key PUBKEY --close-delay 1h --from alice`,
			"serial", "deposit"),
		command("TopUpPaymentChannel", "top-up-payment-channel PAYCHANNEL AMOUNT", "Add to a payment channel's deposit",
			`stemmad tx royalty top-up-payment-channel PAYCHANNEL 1000000uusdc --from alice`, "payment_channel", "amount"),
		command("RedeemVouchers", "redeem-vouchers --vouchers JSON [--vouchers JSON ...]", "Pay the works what vouchers promise them",
			`stemmad tx royalty redeem-vouchers --vouchers '{"payment_channel":"PAYCHANNEL","total":"1500","signature":"SIGNATURE"}' --from alice`),
		command("ClosePaymentChannel", "close-payment-channel PAYCHANNEL", "Close a payment channel, or ask for it as its payer",
			`stemmad tx royalty close-payment-channel PAYCHANNEL --from alice`, "payment_channel"),
		command("SharePool", "share-pool WORK VERSION WEIGHT",
			"Give the contributors to a manifest a share of what a work earns, in ppm; less, or another manifest, after a notice period",
			`stemmad tx royalty share-pool WORK 1 300000 --from alice`, "work", "version", "weight"),
		command("Collect", "collect WORK VERSION --entries JSON [--entries JSON ...] [--denoms DENOM]",
			"Pay up to 256 contributors what they have not had of a pool; stemmad dataset collect makes the proofs",
			`stemmad tx royalty collect WORK 1 --entries '{"contributor":{"account":"BOB"},"weight":"1","index":"0","path":[]}' --from carol`,
			"work", "version"),
		command("NamePayee", "name-payee PAYEE", "Have another account get what you collect from pools; yourself: nobody else",
			`stemmad tx royalty name-payee ALICE --from bob`, "payee"),
		proposal(command("AcceptDenom", "accept-denom-proposal ROW", "Propose to accept a denom, as JSON or a .json file; stemmad denom accept asks what is known of it",
			`stemmad tx royalty accept-denom-proposal '{"denom":"uusdc","min_payment":"1","min_flow":"100","min_payout":"10000",`+
				`"unit":{"symbol":"USDC","decimals":6}}' `+
				`--title "Accept USDC" --summary "For payments" --deposit 10000000ustem --from alice`, "accepted")),
		proposal(command("UpdateParams", "update-params-proposal PARAMS", "Propose new parameters; all of them, as JSON or a .json file",
			`stemmad tx royalty update-params-proposal '{"denoms":[{"denom":"ustem","min_payment":"1","min_flow":"100","min_payout":"10000"}],`+
				`"sweep_budget":20000,"payout_budget":5000,"max_reach":5000,"gas_per_receiver":"2500","gas_per_line":"5000","gas_per_payout":"12500",`+
				`"pool_notice":"604800s"}' `+
				`--title "Denoms" --summary "The staking token only" --deposit 10000000ustem --from alice`, "params")),
	}
}

func queries() []*autocliv1.RpcCommandOptions {
	return []*autocliv1.RpcCommandOptions{
		command("Params", "params", "Show the accepted denoms, their minima and the budgets", `stemmad query royalty params`),
		command("Head", "head WORK", "Show a work's epoch, list versions and reach", `stemmad query royalty head WORK`, "work"),
		command("Holders", "holders WORK", "Show who holds a work's revenue", `stemmad query royalty holders WORK`, "work"),
		command("Epoch", "epoch WORK EPOCH", "Show who held a work's revenue in one epoch of it, and the version of what it owed",
			`stemmad query royalty epoch WORK 0`, "work", "epoch"),
		command("Upstream", "upstream WORK", "List what a work owes its sources and ancestors",
			`stemmad query royalty upstream WORK`, "work"),
		command("Stages", "stages WORK", "List the money that waits at a work", `stemmad query royalty stages WORK`, "work"),
		command("Balances", "balances ACCOUNT", "List what an account has earned and not been paid out",
			`stemmad query royalty balances BOB`, "account"),
		command("Arrears", "arrears DEBTOR", "List what a work or an account owes of its past revenue, by rulings",
			`stemmad query royalty arrears WORK`, "debtor"),
		command("Preview", "preview WORK AMOUNT", "Show who would get what from a payment, without making it",
			`stemmad query royalty preview WORK 1000000uusdc`, "work", "amount"),
		command("Assigned", "assigned WORK EPOCH AMOUNT HEIGHT", "Show what the lists of a payment's epoch assigned of it, to whom, and how far that is",
			`stemmad query royalty assigned WORK 0 1000000uusdc 1200`, "work", "epoch", "amount", "height"),
		command("PreviewShares", "preview-shares WORK HOLDER --accounts ACCOUNT --weights PPM ...",
			"Show what dividing a holder's share would change, without doing it",
			`stemmad query royalty preview-shares WORK ALICE --accounts BOB --weights 1000000`, "work", "holder"),
		command("PaymentChannel", "payment-channel PAYCHANNEL", "Show a payment channel and its payees", `stemmad query royalty payment-channel PAYCHANNEL`, "payment_channel"),
		command("PaymentChannels", "payment-channels PAYER", "List the open payment channels of a payer", `stemmad query royalty payment-channels BOB`, "payer"),
		command("Pool", "pool WORK", "Show what share contributors have in what a work earns, and what is about to change",
			`stemmad query royalty pool WORK`, "work"),
		command("PoolFunds", "pool-funds WORK VERSION", "List what the pool of one manifest has had, by denom",
			`stemmad query royalty pool-funds WORK 1`, "work", "version"),
		command("Part", "part WORK VERSION DENOM PROOF",
			"Show what a contributor's part of a pool is, and has had; PROOF is JSON or a .json file",
			`stemmad query royalty part WORK 1 uusdc '{"contributor":{"account":"BOB"},"weight":"1","index":"0","path":[]}'`,
			"work", "version", "denom", "proof"),
		command("CollectedParts", "collected-parts WORK VERSION", "List what the parts of a pool have had",
			`stemmad query royalty collected-parts WORK 1`, "work", "version"),
		command("PreviewCollect", "preview-collect WORK VERSION --entries JSON [--entries JSON ...]", "Show what a collect would pay now",
			`stemmad query royalty preview-collect WORK 1 --entries '{"contributor":{"account":"BOB"},"weight":"1","index":"0","path":[]}'`,
			"work", "version"),
		command("Payee", "payee CONTRIBUTOR", "Show who gets what a contributor collects", `stemmad query royalty payee BOB`, "contributor"),
		command("Turnover", "turnover", "List what was paid in and out over the chain's life", `stemmad query royalty turnover`),
	}
}

// command describes one command; a last argument "field..." takes any number.
func command(method, use, short, example string, args ...string) *autocliv1.RpcCommandOptions {
	options := &autocliv1.RpcCommandOptions{RpcMethod: method, Use: use, Short: short, Example: inExamples.Replace(example)}
	for _, arg := range args {
		field, many := strings.CutSuffix(arg, "...")
		options.PositionalArgs = append(options.PositionalArgs, &autocliv1.PositionalArgDescriptor{ProtoField: field, Varargs: many})
	}
	return options
}

func proposal(options *autocliv1.RpcCommandOptions) *autocliv1.RpcCommandOptions {
	options.GovProposal = true
	return options
}
