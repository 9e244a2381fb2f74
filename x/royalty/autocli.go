package royalty

import autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

const (
	exampleWork    = "work1tak6zlnym0l37zksm7nh3gn66gdd3dsahdpaaw"
	exampleAccount = "stemma1qyqszqgpqyqszqgpqyqszqgpqyqszqgpxl79rf"
)

// AutoCLIOptions is the command table of the module.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: "stemma.royalty.v1.Query",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				command("Params", "params", "Show the accepted denoms, their minima and the budgets", ""),
				command("Head", "head [work]", "Show a work's epoch, list versions and reach", exampleWork, "work"),
				command("Holders", "holders [work]", "Show who holds a work's revenue", exampleWork, "work"),
				command("Upstream", "upstream [work]", "List what a work owes its sources and ancestors", exampleWork, "work"),
				command("Stages", "stages [work]", "List the money that waits at a work", exampleWork, "work"),
				command("Balances", "balances [account]", "List what an account has earned and not been paid out", exampleAccount, "account"),
				command("Preview", "preview [work] [amount]", "Show who would get what from a payment, without making it", exampleWork+" 1000000uusdc", "work", "amount"),
				command("Turnover", "turnover", "List what was paid in and out over the chain's life", ""),
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: "stemma.royalty.v1.Msg",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				signed("Pay", "pay [work] [amount]", "Pay a work and with it everyone it was made from", exampleWork+" 1000000uusdc", "work", "amount"),
				signed("PayMany", "pay-many", "Pay up to 1,000 works, all or none; each --payments is a JSON line", `--payments '{"work":"`+exampleWork+`","amount":{"denom":"uusdc","amount":"100"}}'`),
				signed("Settle", "settle [works]...", "Have what waits at up to 100 works passed on, however little it is", exampleWork, "works..."),
				signed("Withdraw", "withdraw [denoms]...", "Take your balance out; all denoms when none is named", "uusdc", "denoms..."),
				signed("AssignShares", "assign-shares [work]", "Replace your share of a work's revenue by shares that sum to it", exampleWork+` --shares '{"account":"`+exampleAccount+`","weight":1000000}'`, "work"),
				signed("AcceptTransfer", "accept-transfer [work] [work-version] [holders-version]", "Take over a work that was offered to you", exampleWork+" 1 0", "work", "work_version", "holders_version"),
				{RpcMethod: "UpdateParams", Skip: true},
			},
		},
	}
}

func command(method, use, short, example string, args ...string) *autocliv1.RpcCommandOptions {
	return options("query", method, use, short, example, args)
}

func signed(method, use, short, example string, args ...string) *autocliv1.RpcCommandOptions {
	return options("tx", method, use, short, example+" --from alice", args)
}

func options(kind, method, use, short, example string, args []string) *autocliv1.RpcCommandOptions {
	o := &autocliv1.RpcCommandOptions{RpcMethod: method, Use: use, Short: short}
	name := use
	for i, r := range use {
		if r == ' ' {
			name = use[:i]
			break
		}
	}
	o.Example = "stemmad " + kind + " royalty " + name
	if example != "" {
		o.Example += " " + example
	}
	for _, arg := range args {
		field := &autocliv1.PositionalArgDescriptor{ProtoField: arg}
		if n := len(arg) - 3; n > 0 && arg[n:] == "..." {
			field = &autocliv1.PositionalArgDescriptor{ProtoField: arg[:n], Varargs: true}
		}
		o.PositionalArgs = append(o.PositionalArgs, field)
	}
	return o
}
