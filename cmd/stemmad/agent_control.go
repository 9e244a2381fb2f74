package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/agent"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
)

const (
	flagAccept   = "accept"
	flagReset    = "reset"
	flagDelay    = "delay"
	flagNone     = "none"
	flagRequest  = "request"
	flagObject   = "object"
	flagComplete = "complete"
	flagAll      = "all"
)

// statusChange is a verb that stops an agent or lets it act.
type statusChange struct {
	name, short, long string
	status            agenttypes.Status
	what, did, would  string
}

var statusChanges = []statusChange{
	{
		"suspend", "Stop an agent for now: none of its keys acts", `Suspend stops all keys of an agent, at once: it holds for what follows in the
same block. "stemmad agent resume" lets it act again.`,
		agenttypes.STATUS_SUSPENDED, "Stop %s: none of its keys acts until you resume it.", "Suspended", "Would suspend",
	},
	{
		"resume", "Let a suspended agent act again", "Resume lets the keys of a suspended agent act again, within their limits.",
		agenttypes.STATUS_ACTIVE, "Let %s act again, within the limits of its keys.", "Resumed", "Would resume",
	},
	{
		"retire", "Stop an agent for good", `Retire stops an agent for good: it can't be undone. Its passport, its card and what
was declared in its name stay.`,
		agenttypes.STATUS_RETIRED, "Stop %s for good. This can't be undone.", "Retired", "Would retire",
	},
}

func (c statusChange) command() *cobra.Command {
	return sending(&cobra.Command{
		Use: c.name + " AGENT", Short: c.short, Long: c.long, Args: cobra.ExactArgs(1),
		Example: "  stemmad agent " + c.name + " painter --from alice",
	}, func(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
		res, err := agentToChange(ctx, conn, sender, args[0])
		if err != nil {
			return err
		}
		return changeAgent(ctx, conn, sender, res.Passport.Id, fmt.Sprintf(c.what, agentLine(res.Passport)), c.did, c.would,
			&agenttypes.MsgSetStatus{Controller: sender.Account(), Agent: res.Passport.Id, Status: c.status})
	})
}

func agentRenewCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "renew AGENT --for 365d|--until DATE",
		Short: "Set when an agent's passport ends, sooner or later",
		Long: `Renew sets the end of a passport. After it no key of the agent acts, and what is declared names it no more; it
can be renewed then too.`,
		Example: `  stemmad agent renew painter --for 365d --from alice`,
		Args:    cobra.ExactArgs(1),
	}
	addEndFlags(cmd)
	return sending(cmd, func(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
		end, err := readEnd(conn, false)
		if err != nil {
			return err
		}
		res, err := agentToChange(ctx, conn, sender, args[0])
		if err != nil {
			return err
		}
		what := fmt.Sprintf("Let the passport of %s end at %s; now it ends at %s.", agentLine(res.Passport), table.Time(*end),
			table.Time(res.Passport.ExpiresAt))
		return changeAgent(ctx, conn, sender, res.Passport.Id, what, "Renewed", "Would renew",
			&agenttypes.MsgRenew{Controller: sender.Account(), Agent: res.Passport.Id, ExpiresAt: *end})
	})
}

func agentPayoutCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "payout AGENT --to ACCOUNT|--accept|--reset",
		Short: "Name the account that an agent is to be paid at, which accepts it",
		Long: `Payout says where others pay the agent. The account proves itself: it signs with --accept, and until then the
former one stays. With --reset the agent is paid at its controller again. No money moves by it.`,
		Example: `  stemmad agent payout painter --to till --from alice
  stemmad agent payout agent1... --accept --from till`,
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().String(flagTo, "", "account that the agent is to be paid at")
	cmd.Flags().Bool(flagAccept, false, "accept, as that account")
	cmd.Flags().Bool(flagReset, false, "have it paid at its controller")
	return sending(cmd, setPayout)
}

func setPayout(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	do, err := onlyOne(conn, flagTo, flagAccept, flagReset)
	if err != nil {
		return err
	}
	res, err := agentToChange(ctx, conn, sender, args[0])
	if err != nil {
		return err
	}
	p := res.Passport
	switch do {
	case flagAccept:
		return changeAgent(ctx, conn, sender, p.Id, fmt.Sprintf("Have %s paid at your account.", agentLine(p)),
			"Accepted to be the payout account of", "Would accept to be the payout account of",
			&agenttypes.MsgAcceptPayout{Account: sender.Account(), Agent: p.Id})
	case flagReset:
		return changeAgent(ctx, conn, sender, p.Id, fmt.Sprintf("Have %s paid at its controller, %s.", agentLine(p), p.Controller),
			"Set the payout account back of", "Would set the payout account back of",
			&agenttypes.MsgOfferPayout{Controller: sender.Account(), Agent: p.Id})
	}
	account, err := conn.Account(conn.Flags().Text(flagTo))
	if err != nil {
		return fmt.Errorf("--%s: %w", flagTo, err)
	}
	what := fmt.Sprintf("Name %s as the account that %s is paid at, once it accepts.",
		accountName(account.String(), conn.KeyNames()), agentLine(p))
	return changeAgent(ctx, conn, sender, p.Id, what, "Named a payout account of", "Would name a payout account of",
		&agenttypes.MsgOfferPayout{Controller: sender.Account(), Agent: p.Id, Account: account.String()})
}

// afterTakeover is what a new controller and the former one have to know.
const afterTakeover = "Its keys, payout account and recovery end with it."

func agentTransferCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "transfer AGENT --to ACCOUNT|--accept|--cancel",
		Short: "Offer an agent to another controller, who accepts it",
		Long: `Transfer offers control of an agent to another account. It stays yours until they accept it with --accept, or
you take it back with --cancel. Its keys, payout account and recovery end when it goes over: they were your word and
your money. Whoever accepts takes the card as it is shown; if it changes meanwhile, nothing happens.`,
		Example: `  stemmad agent transfer painter --to bob --from alice
  stemmad agent transfer agent1... --accept --from bob`,
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().String(flagTo, "", "account of the new controller")
	cmd.Flags().Bool(flagAccept, false, "take the agent that is on offer to you")
	cmd.Flags().Bool(flagCancel, false, "take the offer back")
	return sending(cmd, transferAgent)
}

func transferAgent(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	do, err := onlyOne(conn, flagTo, flagAccept, flagCancel)
	if err != nil {
		return err
	}
	res, err := agentToChange(ctx, conn, sender, args[0])
	if err != nil {
		return err
	}
	p := res.Passport
	switch do {
	case flagAccept:
		printPassport(conn, res)
		what := fmt.Sprintf("Take %s with version %d of its card: you answer for it from now on. %s", agentLine(p), p.Version, afterTakeover)
		return changeAgent(ctx, conn, sender, p.Id, what, "Took", "Would take",
			&agenttypes.MsgAcceptControl{Recipient: sender.Account(), Agent: p.Id, Offer: p.Offers, Version: p.Version})
	case flagCancel:
		return changeAgent(ctx, conn, sender, p.Id, fmt.Sprintf("Take back the offer of %s.", agentLine(p)), "Took back the offer of",
			"Would take back the offer of", &agenttypes.MsgOfferControl{Controller: sender.Account(), Agent: p.Id})
	}
	account, err := conn.Account(conn.Flags().Text(flagTo))
	if err != nil {
		return fmt.Errorf("--%s: %w", flagTo, err)
	}
	what := fmt.Sprintf("Offer %s to %s as its new controller. %s", agentLine(p),
		accountName(account.String(), conn.KeyNames()), afterTakeover)
	return changeAgent(ctx, conn, sender, p.Id, what, "Offered", "Would offer",
		&agenttypes.MsgOfferControl{Controller: sender.Account(), Agent: p.Id, Recipient: account.String()})
}

func agentRecoveryCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "recovery AGENT --to ACCOUNT --delay 30d|--none|--request|--object|--complete",
		Short: "Name who takes control of an agent if yours is lost, ask for that, or object",
		Long: `Recovery names an account that takes control of an agent if the controller's keys are lost. That account asks with
--request; for the delay that you set you can object with --object; then it takes control with --complete. The
agent's keys and payout account end with it. --none names nobody any more.`,
		Example: `  stemmad agent recovery painter --to safe --delay 30d --from alice
  stemmad agent recovery agent1... --request --from safe`,
		Args: cobra.ExactArgs(1),
	}
	f := cmd.Flags()
	f.String(flagTo, "", "account that takes control")
	f.String(flagDelay, "", "how long you can object, such as 30d or 72h")
	f.Bool(flagNone, false, "nobody takes control")
	f.Bool(flagRequest, false, "say that the controller is lost, as the recovery account")
	f.Bool(flagObject, false, "object, as the controller")
	f.Bool(flagComplete, false, "take control, as the recovery account, after the delay")
	return sending(cmd, recoverAgent)
}

func recoverAgent(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	do, err := onlyOne(conn, flagTo, flagNone, flagRequest, flagObject, flagComplete)
	if err != nil {
		return err
	}
	if (do == flagTo) != conn.Flags().Changed(flagDelay) {
		return fmt.Errorf("--%s and --%s go together: who takes control, and how long you can object", flagTo, flagDelay)
	}
	res, err := agentToChange(ctx, conn, sender, args[0])
	if err != nil {
		return err
	}
	p, account := res.Passport, sender.Account()
	var msg sdk.Msg
	var what, did, would string
	switch do {
	case flagTo:
		set := &agenttypes.MsgSetRecovery{Controller: account, Agent: p.Id}
		if what, err = readRecovery(conn, p, set); err != nil {
			return err
		}
		msg, did, would = set, "Set the recovery of", "Would set the recovery of"
	case flagNone:
		what = fmt.Sprintf("Let nobody take control of %s if yours is lost.", agentLine(p))
		did, would = "Ended the recovery of", "Would end the recovery of"
		msg = &agenttypes.MsgSetRecovery{Controller: account, Agent: p.Id}
	case flagRequest:
		what = fmt.Sprintf("Say that the controller of %s is lost. It can object; else you take control after the delay.", agentLine(p))
		did, would = "Asked for the recovery of", "Would ask for the recovery of"
		msg = &agenttypes.MsgRequestRecovery{Account: account, Agent: p.Id}
	case flagObject:
		what = fmt.Sprintf("Object: you are there, and stay the controller of %s.", agentLine(p))
		did, would = "Objected to the recovery of", "Would object to the recovery of"
		msg = &agenttypes.MsgObjectToRecovery{Controller: account, Agent: p.Id}
	default:
		what = fmt.Sprintf("Take control of %s: you answer for it from now on. %s", agentLine(p), afterTakeover)
		did, would = "Took control of", "Would take control of"
		msg = &agenttypes.MsgCompleteRecovery{Account: account, Agent: p.Id}
	}
	return changeAgent(ctx, conn, sender, p.Id, what, did, would, msg)
}

// readRecovery reads --to and --delay into the message, and says what they do.
func readRecovery(conn *connect.Conn, p agenttypes.Passport, set *agenttypes.MsgSetRecovery) (string, error) {
	account, err := conn.Account(conn.Flags().Text(flagTo))
	if err != nil {
		return "", fmt.Errorf("--%s: %w", flagTo, err)
	}
	if set.Delay, err = agent.ReadLasting(conn.Flags().Text(flagDelay)); err != nil {
		return "", fmt.Errorf("--%s: %w", flagDelay, err)
	}
	set.Account = account.String()
	return fmt.Sprintf("If you are lost, %s takes control of %s: it asks, and you can object for %s.",
		accountName(set.Account, conn.KeyNames()), agentLine(p), words.Lasting(set.Delay)), nil
}

func agentBlankCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "blank AGENT --version N|--all | ATTESTATION",
		Short: "Take back for good the text of an agent's card, or what an attestation of yours is called",
		Long: `Blank takes the text of a version of the card out of the chain's state, or with --all that of all versions, and
the name. It can't be undone. SHA-256 of what was there stay, and so do the model's work, the document's SHA-256, the
thumbprint, and what was declared in the agent's name. Of an attestation (attest1...) it takes back the schema, and the
attestation stays. It does not reach copies of the blocks.`,
		Example: `  stemmad agent blank painter --version 1 --from alice
  stemmad agent blank painter --all --from alice
  stemmad agent blank attest1... --from auditor`,
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().Uint32(flagVersion, 0, "version of the card, from 1")
	cmd.Flags().Bool(flagAll, false, "all versions, and the name")
	return sending(cmd, blankAgent)
}

func blankAgent(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	if id, err := agenttypes.ParseAttestationID(args[0]); err == nil {
		if conn.Flags().Changed(flagVersion) || conn.Flags().Changed(flagAll) {
			return fmt.Errorf("--%s and --%s are of an agent's card: leave them out for an attestation", flagVersion, flagAll)
		}
		return changeAttestation(ctx, conn, sender, id, fmt.Sprintf("Take back, for good, the schema of %s.", id), "Blanked", "Would blank",
			&agenttypes.MsgBlankAttestation{Sender: sender.Account(), Attestation: id})
	}
	do, err := onlyOne(conn, flagVersion, flagAll)
	if err != nil {
		return err
	}
	version, _ := conn.Flags().GetUint32(flagVersion)
	if do == flagVersion && version == 0 {
		return fmt.Errorf("--%s is from 1; --%s takes back all", flagVersion, flagAll)
	}
	res, err := agentToChange(ctx, conn, sender, args[0])
	if err != nil {
		return err
	}
	what := "the text of all versions of the card, and the name"
	if do == flagVersion {
		what = fmt.Sprintf("the text of version %d of the card", version)
	}
	return changeAgent(ctx, conn, sender, res.Passport.Id, fmt.Sprintf("Take back, for good, %s of %s.", what, agentLine(res.Passport)),
		"Took back "+strings.TrimPrefix(what, "the ")+" of", "Would take back "+strings.TrimPrefix(what, "the ")+" of",
		&agenttypes.MsgBlankText{Sender: sender.Account(), Agent: res.Passport.Id, Version: version})
}
