package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/agent"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

func agentLimitCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "limit AGENT KEY [--file FILE]",
		Short: "Print what bounds a key of an agent, or set it: what is not allowed is refused",
		Long: `Limit makes an account a key of an agent, within the limit that the file says, or replaces the limit of a key;
what it has spent stays counted. Without a file it prints the limit there is, in the form that a file has:

  messages: [pay, acquire]
  allowed_payees: [work1..., bob]
  max_rate: 10%
  expires: 30d
  amount_range: {max: [5.00 USDC]}
  agent_recurrence: {every: 24h, max: [20.00 USDC]}
  budget: [200.00 USDC]
  fees: {each_window: [0.05 STEM], budget: [1.00 STEM]}

Only messages that are named are allowed ("stemmad agent messages" lists them), and only coins that have a
budget leave, whatever comes in. allowed_works and allowed_terms bound those too. fees bounds what you pay of
the key's fees, as its sponsor.`,
		Example: `  stemmad agent limit painter painter-key --file limit.yaml --from alice
  stemmad agent limit painter painter-key --from alice > limit.yaml`,
		Args: cobra.ExactArgs(2),
	}
	cmd.Flags().String(flagFile, "", "file of YAML with the limit (\"-\": standard input)")
	return maybeSending(cmd, limitKey)
}

func limitKey(ctx context.Context, conn *connect.Conn, args []string) error {
	key, err := conn.Account(args[1])
	if err != nil {
		return err
	}
	path := conn.Flags().Text(flagFile)
	if path == "" {
		return printLimit(ctx, conn, args[0], key)
	}
	sender, err := send.Open(conn)
	if err != nil {
		return err
	}
	res, err := agentToChange(ctx, conn, sender, args[0])
	if err != nil {
		return err
	}
	raw, err := readSmall(conn, path)
	if err != nil {
		return err
	}
	kinds, err := conn.Agent().Messages(ctx, &agenttypes.QueryMessagesRequest{})
	if err != nil {
		return err
	}
	limit, err := agent.ReadLimit(raw, limitReading(ctx, conn, kinds.Messages))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	noteLimit(conn, limit, kinds.Messages)
	what := fmt.Sprintf("Let %s act for you as a key of %s until %s. %s", accountName(key.String(), conn.KeyNames()), agentLine(res.Passport),
		table.Time(limit.ExpiresAt), mayLeave(conn, limit))
	return changeAgent(ctx, conn, sender, res.Passport.Id, what, "Set the limit of a key of", "Would set the limit of a key of",
		&agenttypes.MsgSetLimit{Controller: sender.Account(), Agent: res.Passport.Id, Key: key.String(), Limit: limit})
}

// limitReading reads what a file of a limit names.
func limitReading(ctx context.Context, conn *connect.Conn, kinds []agenttypes.MessageKind) agent.Reading {
	with := agent.Reading{
		Coin: conn.Coin, Account: conn.Account, Now: time.Now(),
		Terms: func(text string) (string, error) {
			id, err := licensetypes.ParseTerms(text)
			if err != nil {
				return "", fmt.Errorf("%q: write the id of terms (terms1...), or a preset's name", text)
			}
			return id.String(), nil
		},
	}
	for _, kind := range kinds {
		if kind.Never == "" {
			with.Types = append(with.Types, kind.Type)
		}
	}
	return with
}

// noteLimit says before a limit is signed what its budgets do not measure.
func noteLimit(conn *connect.Conn, limit agenttypes.Limit, kinds []agenttypes.MessageKind) {
	unmeasured := map[string]string{}
	for _, kind := range kinds {
		unmeasured[kind.Type] = kind.Unmeasured
	}
	for _, kind := range limit.Messages {
		if what := unmeasured[kind]; what != "" {
			conn.Note("Careful: no budget measures what %s moves: %s.", shortType(kind), what)
		}
	}
	if len(limit.Budgets) == 0 {
		conn.Note("It has no budget: no coins may leave your account by this key.")
	}
}

// shortType is a type of messages without what comes before its last word.
func shortType(kind string) string { return kind[strings.LastIndex(kind, ".")+1:] }

// mayLeave says what a limit's budgets let leave at most.
func mayLeave(conn *connect.Conn, limit agenttypes.Limit) string {
	if len(limit.Budgets) == 0 {
		return "No coins may leave."
	}
	parts := make([]string, len(limit.Budgets))
	for i, b := range limit.Budgets {
		parts[i] = budgetText(conn, b, limit.Window)
	}
	return "What may leave: " + strings.Join(parts, "; ") + "."
}

// budgetText says a budget: 5.00 USDC an act, 20.00 USDC every 24h, 200.00 USDC in all.
func budgetText(conn *connect.Conn, b agenttypes.Budget, window time.Duration) string {
	var parts []string
	coin := func(c sdk.Coin) string { return conn.Units().Coin(c) }
	if !b.Act.IsNil() && b.Act.IsPositive() {
		parts = append(parts, coin(sdk.Coin{Denom: b.Denom, Amount: b.Act})+" an act")
	}
	if !b.Window.IsNil() && b.Window.IsPositive() {
		parts = append(parts, coin(sdk.Coin{Denom: b.Denom, Amount: b.Window})+" in "+words.Lasting(window))
	}
	if !b.Total.IsNil() && b.Total.IsPositive() {
		parts = append(parts, coin(sdk.Coin{Denom: b.Denom, Amount: b.Total})+" in all")
	}
	return strings.Join(parts, ", ")
}

// printLimit prints a limit as a file has it.
func printLimit(ctx context.Context, conn *connect.Conn, text string, key sdk.AccAddress) error {
	res, err := agentNamed(ctx, conn, text)
	if err != nil {
		return err
	}
	standing, err := conn.Agent().Key(ctx, &agenttypes.QueryKeyRequest{Agent: res.Passport.Id, Key: key.String()})
	if err != nil {
		return err
	}
	if conn.JSON() {
		return printRaw(conn, standing)
	}
	written, err := agent.WriteLimit(standing.Key.Limit, conn.Units().Coin)
	if err == nil {
		_, err = conn.Out().Write(written)
	}
	return err
}

func agentRotateCmd() *cobra.Command {
	return sending(&cobra.Command{
		Use:   "rotate AGENT KEY NEWKEY",
		Short: "Put another account in the place of a key, at once",
		Long: `Rotate ends a key of an agent, and has another account act in its place, with the same limit and what was spent
of it. It holds for what follows in the same block. Use it when a key may be lost or known to others.`,
		Example: `  stemmad agent rotate painter painter-key new-key --from alice`,
		Args:    cobra.ExactArgs(3),
	}, func(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
		res, key, err := agentAndKey(ctx, conn, sender, args)
		if err != nil {
			return err
		}
		fresh, err := conn.Account(args[2])
		if err != nil {
			return err
		}
		names := conn.KeyNames()
		what := fmt.Sprintf("End the key %s of %s, and have %s act in its place.", accountName(key.String(), names), agentLine(res.Passport),
			accountName(fresh.String(), names))
		return changeAgent(ctx, conn, sender, res.Passport.Id, what, "Rotated a key of", "Would rotate a key of", &agenttypes.MsgRotateKey{
			Controller: sender.Account(), Agent: res.Passport.Id, Key: key.String(), NewKey: fresh.String(),
		})
	})
}

func agentRemoveCmd() *cobra.Command {
	return sending(&cobra.Command{
		Use:   "remove AGENT KEY",
		Short: "End a key of an agent, at once",
		Long: `Remove ends a key: it acts no more, and you pay none of its fees, whatever allowance you gave it. It holds for
what follows in the same block. A limit that it is given later counts from nothing; "rotate" keeps what was
counted. To stop all keys of an agent use "stemmad agent suspend".`,
		Example: `  stemmad agent remove painter painter-key --from alice`,
		Args:    cobra.ExactArgs(2),
	}, func(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
		res, key, err := agentAndKey(ctx, conn, sender, args)
		if err != nil {
			return err
		}
		what := fmt.Sprintf("End the key %s of %s.", accountName(key.String(), conn.KeyNames()), agentLine(res.Passport))
		return changeAgent(ctx, conn, sender, res.Passport.Id, what, "Removed a key of", "Would remove a key of",
			&agenttypes.MsgRemoveKey{Controller: sender.Account(), Agent: res.Passport.Id, Key: key.String()})
	})
}

// agentAndKey reads an agent and the account of a key.
func agentAndKey(
	ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string,
) (*agenttypes.QueryAgentResponse, sdk.AccAddress, error) {
	res, err := agentToChange(ctx, conn, sender, args[0])
	if err != nil {
		return nil, nil, err
	}
	key, err := conn.Account(args[1])
	return res, key, err
}

func agentMessagesCmd() *cobra.Command {
	return asking(&cobra.Command{
		Use:   "messages [WORD]",
		Short: "List the messages that a limit can allow, and what it can bound of each",
		Long: `Messages lists the types of messages that a limit can allow, and what it can bound of each: a limit that
names payees, works, terms or a rate allows only messages of which these can be read. What budgets do not
measure is said. With a word it lists the types that have it in their name. With --output json all types
are there, and why some are never allowed.`,
		Example: `  stemmad agent messages
  stemmad agent messages royalty`,
		Args: cobra.MaximumNArgs(1),
	}, func(ctx context.Context, conn *connect.Conn, args []string) error {
		res, err := conn.Agent().Messages(ctx, &agenttypes.QueryMessagesRequest{})
		if err != nil {
			return err
		}
		if conn.JSON() {
			return printRaw(conn, res)
		}
		some := false
		tab := table.New("message", "can be bound by", "not measured by budgets")
		for _, kind := range res.Messages {
			if kind.Never != "" || len(args) > 0 && !strings.Contains(strings.ToLower(kind.Type), strings.ToLower(args[0])) {
				continue
			}
			tab.Row(kind.Type, boundBy(kind), kind.Unmeasured)
			some = true
		}
		if !some {
			return fmt.Errorf("no message that a limit can allow has %q in its name; `stemmad agent messages` lists all", args[0])
		}
		return tab.Write(conn.Out())
	})
}

func boundBy(kind agenttypes.MessageKind) string {
	var names []string
	for _, b := range []struct {
		name string
		is   bool
	}{{"payees", kind.Payees}, {"works", kind.Works}, {"terms", kind.Terms}, {"rate", kind.Rates}} {
		if b.is {
			names = append(names, b.name)
		}
	}
	return strings.Join(names, ", ")
}
