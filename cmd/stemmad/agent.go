package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/agent"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
)

const (
	flagFile = "file"
	flagFor  = flagForWork
)

func agentCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "agent",
		Short: "Give software a passport, and keys that act for you within limits",
		Long: `Agent is for who answers for software that acts: generators, buyers, crawlers. A passport says who is
responsible, and keys act in your name within limits that the chain enforces: what they may do, whom they
pay, how much, until when. AGENT is an id (agent1...), or the name of one that you registered.

A key acts with any verb that sends: "stemmad pay WORK 1.00 USDC --agent agent1... --from key".`,
		Example: `  stemmad agent list
  stemmad agent show agent1...`,
		Args: cobra.NoArgs,
	}
	cmd.AddCommand(agentRegisterCmd(), agentReviseCmd(), agentShowCmd(), agentListCmd(), agentCardCmd(), agentLimitCmd(), agentRotateCmd(),
		agentRemoveCmd(), agentMessagesCmd(), agentRenewCmd(), agentPayoutCmd(), agentTransferCmd(), agentRecoveryCmd(), agentBlankCmd(),
		agentAttestCmd(), agentAttestationsCmd(), agentRevokeCmd())
	for _, change := range statusChanges {
		cmd.AddCommand(change.command())
	}
	return cmd
}

// readAgent reads an id, or the name of an agent that the account registered.
func readAgent(text string, account func() (sdk.AccAddress, error)) (agenttypes.AgentID, error) {
	id, err := agenttypes.ParseAgentID(text)
	if err == nil || strings.HasPrefix(text, agenttypes.AgentHRP+"1") {
		return id, err
	}
	if err := agenttypes.ValidateName(text); err != nil {
		return id, fmt.Errorf("%q is neither the id of an agent (%s1...) nor a name: a name has lower-case letters, digits, and dashes "+
			"between them", text, agenttypes.AgentHRP)
	}
	registrant, err := account()
	if err != nil {
		return id, fmt.Errorf("whose agent %q is: %w", text, err)
	}
	return agenttypes.NewAgentID(registrant, text), nil
}

// agentNamed reads an agent, by the name that the account which asks gave it or by its id.
func agentNamed(ctx context.Context, conn *connect.Conn, text string) (*agenttypes.QueryAgentResponse, error) {
	id, err := readAgent(text, func() (sdk.AccAddress, error) {
		_, account, err := conn.Signer()
		return account, err
	})
	if err != nil {
		return nil, err
	}
	return agentOf(ctx, conn, text, id)
}

// agentToChange is agentNamed for a verb that sends.
func agentToChange(ctx context.Context, conn *connect.Conn, sender *send.Sender, text string) (*agenttypes.QueryAgentResponse, error) {
	id, err := readAgent(text, func() (sdk.AccAddress, error) { return sender.Address, nil })
	if err != nil {
		return nil, err
	}
	return agentOf(ctx, conn, text, id)
}

func agentOf(ctx context.Context, conn *connect.Conn, text string, id agenttypes.AgentID) (*agenttypes.QueryAgentResponse, error) {
	res, err := conn.Agent().Agent(ctx, &agenttypes.QueryAgentRequest{Agent: id})
	if status.Code(err) == codes.NotFound && text != id.String() {
		return nil, exitError{
			code: exitNotFound, err: fmt.Errorf("you have registered no agent %q, which would be %s; name another's by its id", text, id),
		}
	}
	return res, err
}

// agentLine is an agent as it is named before something is signed.
func agentLine(p agenttypes.Passport) string {
	if p.Name == "" {
		return p.Id.String()
	}
	return fmt.Sprintf("%q (%s)", p.Name, p.Id)
}

// agentSent is the result of a change for programs.
type agentSent struct {
	Agent agenttypes.AgentID `json:"agent"`
	Tx    send.Result        `json:"tx"`
}

// changeAgent sends a message about an agent and says what happened.
func changeAgent(
	ctx context.Context, conn *connect.Conn, sender *send.Sender, id agenttypes.AgentID, what, did, would string, msg sdk.Msg,
) error {
	sent, err := sendSaying(ctx, conn, sender, what, msg)
	if err != nil {
		return err
	}
	if conn.JSON() {
		return conn.PrintJSON(agentSent{id, sent})
	}
	conn.Say("%s %s: %s", sent.Did(did, would), id, sent)
	return nil
}

// onlyOne is the one flag that is set of several.
func onlyOne(conn *connect.Conn, names ...string) (string, error) {
	set := ""
	for _, name := range names {
		if !conn.Flags().Changed(name) {
			continue
		}
		if set != "" {
			return "", fmt.Errorf("--%s and --%s are two things: do one after the other", set, name)
		}
		set = name
	}
	if set == "" {
		return "", fmt.Errorf("say what to do: one of --%s", strings.Join(names, ", --"))
	}
	return set, nil
}

func addEndFlags(cmd *cobra.Command) {
	cmd.Flags().String(flagFor, "", "how long it holds, such as 365d or 720h")
	cmd.Flags().String(flagUntil, "", "when it ends: 2027-01-31, or 2027-01-31T12:00:00Z")
}

// readEnd reads --for or --until; neither is none where it is optional.
func readEnd(conn *connect.Conn, optional bool) (*time.Time, error) {
	lasting, until := conn.Flags().Text(flagFor), conn.Flags().Text(flagUntil)
	switch {
	case lasting != "" && until != "":
		return nil, fmt.Errorf("--%s and --%s are two ends: give one", flagFor, flagUntil)
	case lasting == "" && until == "" && optional:
		return nil, nil
	case lasting == "" && until == "":
		return nil, fmt.Errorf("say when it ends: --%s 365d, or --%s 2027-01-31", flagFor, flagUntil)
	case until != "":
		end, err := table.ParseUntil(until, time.Now())
		if err != nil {
			return nil, fmt.Errorf("--%s: %w", flagUntil, err)
		}
		return &end, nil
	}
	end, err := agent.ReadEnd(lasting, time.Now())
	if err != nil {
		return nil, fmt.Errorf("--%s: %w", flagFor, err)
	}
	return &end, nil
}

// maxSmallFile bounds a card or a limit, which are a few lines.
const maxSmallFile = 256 << 10

// readSmall reads a file, or the standard input where it is called "-".
func readSmall(conn *connect.Conn, path string) ([]byte, error) {
	in := conn.In()
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	raw, err := io.ReadAll(io.LimitReader(in, maxSmallFile+1))
	if err == nil && len(raw) > maxSmallFile {
		err = errors.New("is too large")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return raw, nil
}
