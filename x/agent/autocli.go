package agent

import (
	"strings"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/stemma-chain/stemma/x/agent/types"
)

// What the examples speak of; each is well formed, so that examples parse.
var inExamples = strings.NewReplacer(
	"AGENT", types.AgentID{1}.String(),
	"ATTESTATION", types.AttestationID{1}.String(),
	"ROBOT", "stemma1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5cvctpz",
	"SHA256", strings.Repeat("ab", 32),
)

// AutoCLIOptions gives the module's commands: "tx agent" and "query agent". MsgAct has none: the
// commands of every message act for an agent with --agent.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			Short:   "Keep agents, their keys and what is said of them",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				command("Register", "register NAME --card JSON --expires-at TIME", "Make a passport for an agent of yours",
					`stemmad tx agent register painter --card '{"responsible":{"name":"Alice Ltd"}}' --expires-at 2027-01-01T00:00:00Z --from alice`,
					"name"),
				command("Revise", "revise AGENT --card JSON", "Replace what a passport says in public; the former version stays",
					`stemmad tx agent revise AGENT --card '{"responsible":{"name":"Alice Ltd"}}' --from alice`, "agent"),
				command("Renew", "renew AGENT --expires-at TIME", "Set the end of a passport",
					`stemmad tx agent renew AGENT --expires-at 2028-01-01T00:00:00Z --from alice`, "agent"),
				command("SetStatus", "set-status AGENT STATUS", "Suspend, resume or retire an agent, at once",
					`stemmad tx agent set-status AGENT status-suspended --from alice`, "agent", "status"),
				command("SetLimit", "set-limit AGENT KEY --limit JSON", "Make an account a key of an agent, or replace its limit",
					`stemmad tx agent set-limit AGENT ROBOT --limit limit.json --from alice`, "agent", "key"),
				command("RotateKey", "rotate-key AGENT KEY NEW_KEY", "Put another account in the place of a key",
					`stemmad tx agent rotate-key AGENT ROBOT ROBOT --from alice`, "agent", "key", "new_key"),
				command("RemoveKey", "remove-key AGENT KEY", "End a key, at once",
					`stemmad tx agent remove-key AGENT ROBOT --from alice`, "agent", "key"),
				{RpcMethod: "Act", Skip: true},
				command("OfferPayout", "offer-payout AGENT [--account ACCOUNT]", "Name the account that an agent is to be paid at",
					`stemmad tx agent offer-payout AGENT --account ROBOT --from alice`, "agent"),
				command("AcceptPayout", "accept-payout AGENT", "Accept to be the account that an agent is paid at",
					`stemmad tx agent accept-payout AGENT --from till`, "agent"),
				command("OfferControl", "offer-control AGENT [--recipient ACCOUNT]", "Offer an agent to another account, or take the offer back",
					`stemmad tx agent offer-control AGENT --recipient ROBOT --from alice`, "agent"),
				command("AcceptControl", "accept-control AGENT OFFER VERSION", "Take an agent that is on offer to you, as you looked at it",
					`stemmad tx agent accept-control AGENT 1 1 --from bob`, "agent", "offer", "version"),
				command("SetRecovery", "set-recovery AGENT [--account ACCOUNT --delay DURATION]", "Say who replaces you when you are lost",
					`stemmad tx agent set-recovery AGENT --account ROBOT --delay 336h --from alice`, "agent"),
				command("RequestRecovery", "request-recovery AGENT", "Say that the controller is lost",
					`stemmad tx agent request-recovery AGENT --from bob`, "agent"),
				command("ObjectToRecovery", "object-to-recovery AGENT", "Say that you are not lost",
					`stemmad tx agent object-to-recovery AGENT --from alice`, "agent"),
				command("CompleteRecovery", "complete-recovery AGENT", "Take the place of a controller that did not object",
					`stemmad tx agent complete-recovery AGENT --from bob`, "agent"),
				command("BlankText", "blank-text AGENT [--version N]", "Take text back: of one version, or of all with the name; its SHA-256 stays",
					`stemmad tx agent blank-text AGENT --from alice`, "agent"),
				command("Attest", "attest SCHEMA SUBJECT SHA256 [--expires-at TIME]", "Say something of an account, an agent or a work, by its digest",
					`stemmad tx agent attest audit/2026 AGENT SHA256 --from carol`, "schema", "subject", "payload_sha256"),
				command("RevokeAttestation", "revoke-attestation ATTESTATION", "Take an attestation back",
					`stemmad tx agent revoke-attestation ATTESTATION --from carol`, "attestation"),
				command("BlankAttestation", "blank-attestation ATTESTATION", "Take the text of an attestation's schema back; its SHA-256 stays",
					`stemmad tx agent blank-attestation ATTESTATION --from carol`, "attestation"),
				proposal(command("UpdateParams", "update-params-proposal PARAMS", "Propose new parameters; all of them, as JSON or a .json file",
					`stemmad tx agent update-params-proposal params.json --title "Issuers" --summary "An auditor" --deposit 10000000ustem --from alice`,
					"params")),
			},
		},
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: types.Query_serviceDesc.ServiceName,
			Short:   "Ask who acts for whom, within which limit",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				command("Params", "params", "Show the parameters", `stemmad query agent params`),
				command("Agent", "agent AGENT", "Show a passport with its present card", `stemmad query agent agent AGENT`, "agent"),
				command("Agents", "agents [--controller ACCOUNT]", "List agents", `stemmad query agent agents --controller ROBOT`),
				command("Cards", "cards AGENT", "List the versions of a card", `stemmad query agent cards AGENT`, "agent"),
				command("Key", "key AGENT KEY", "Show a key: its limit, what it has spent, what remains",
					`stemmad query agent key AGENT ROBOT`, "agent", "key"),
				command("Keys", "keys AGENT", "List the keys of an agent", `stemmad query agent keys AGENT`, "agent"),
				command("Facts", "facts SUBJECT", "Show what is counted of an agent or an account", `stemmad query agent facts AGENT`, "subject"),
				command("Attestations", "attestations [--subject SUBJECT] [--issuer ACCOUNT]", "List what is said of somebody, or by somebody",
					`stemmad query agent attestations --subject AGENT`),
				command("Messages", "messages", "List what a limit can allow, and what it can bound of it", `stemmad query agent messages`),
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
