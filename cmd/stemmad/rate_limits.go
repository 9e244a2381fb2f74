package main

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
)

// rateLimits are the commands of IBC's rate limits. Governance alone changes these: so each makes a proposal, where those that the SDK
// makes by itself would sign for the caller and be refused.
func rateLimits() *autocliv1.ModuleOptions {
	const (
		route  = "ibc/8E27BA2D5493AF5636760E354E46004562C46AB7EC0CC4C1CA14E9E20E2545B5 channel-0"
		voting = ` --title "Route" --summary "of USDC" --deposit 10000000ustem --from alice`
	)
	command := func(method, verb, short string, limits bool) *autocliv1.RpcCommandOptions {
		fields, use, example := []string{"denom", "channel_or_client_id"}, verb+" DENOM CHANNEL", "stemmad tx ratelimit "+verb+" "+route
		if limits {
			fields = append(fields, "max_percent_send", "max_percent_recv", "duration_hours")
			use, example = use+" OUT-PERCENT IN-PERCENT HOURS", example+" 25 25 24"
		}
		options := &autocliv1.RpcCommandOptions{RpcMethod: method, Use: use, Short: short, Example: example + voting, GovProposal: true}
		for _, field := range fields {
			options.PositionalArgs = append(options.PositionalArgs, &autocliv1.PositionalArgDescriptor{ProtoField: field})
		}
		return options
	}
	return &autocliv1.ModuleOptions{Tx: &autocliv1.ServiceCommandDescriptor{
		Service: "ibc.applications.rate_limiting.v1.Msg",
		Short:   "Propose limits of what comes and goes by IBC",
		RpcCommandOptions: []*autocliv1.RpcCommandOptions{
			command("AddRateLimit", "add-rate-limit-proposal", "Propose a limit of a denom's route: net, a part of its supply in so many hours", true),
			command("UpdateRateLimit", "update-rate-limit-proposal", "Propose another limit of a denom's route, which begins anew", true),
			command("RemoveRateLimit", "remove-rate-limit-proposal", "Propose that a denom's route has no limit", false),
			command("ResetRateLimit", "reset-rate-limit-proposal", "Propose that a limit begins anew", false),
		},
	}}
}
