package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/client/flags"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
)

// maxAgentsListed is the most rows of a page.
const maxAgentsListed = 1000

func agentShowCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show AGENT",
		Short: "Show an agent: who answers for it, its keys with what is left, and what is said of it",
		Long: `Show prints the passport of an agent, its present card, its keys with what is left of each budget, what is counted
of it, and what others attest of it. Whether governance lists who attests is said. What is counted is no score.`,
		Example: `  stemmad agent show agent1...
  stemmad agent show painter --from alice`,
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().Int(flagRows, defaultRows, fmt.Sprintf("most attestations, 1 to %d", maxAgentsListed))
	cmd.Flags().String(flags.FlagFrom, "", "key whose agent a name means (default: your only key)")
	return asking(cmd, showAgent)
}

// shownAgent is all that show prints, for programs.
type shownAgent struct {
	Passport     json.RawMessage `json:"passport"`
	Card         json.RawMessage `json:"card"`
	Acts         bool            `json:"acts"`
	Keys         json.RawMessage `json:"keys"`
	Facts        json.RawMessage `json:"facts"`
	Attestations json.RawMessage `json:"attestations"`
}

func showAgent(ctx context.Context, conn *connect.Conn, args []string) error {
	rows, err := readRows(conn)
	if err != nil {
		return err
	}
	res, err := agentNamed(ctx, conn, args[0])
	if err != nil {
		return err
	}
	id := res.Passport.Id
	keys, err := conn.Agent().Keys(ctx, &agenttypes.QueryKeysRequest{Agent: id})
	if err != nil {
		return err
	}
	facts, err := conn.Agent().Facts(ctx, &agenttypes.QueryFactsRequest{Subject: id.String()})
	if err != nil {
		return err
	}
	said, err := conn.Agent().Attestations(ctx, &agenttypes.QueryAttestationsRequest{
		Subject: id.String(), Pagination: &query.PageRequest{Limit: rows},
	})
	if err != nil {
		return err
	}
	if conn.JSON() {
		return printShownAgent(conn, res, keys, facts, said)
	}
	printPassport(conn, res)
	if err := printKeys(conn, keys.Keys); err != nil {
		return err
	}
	printFacts(conn, facts.Facts)
	if len(said.Attestations) == 0 {
		return nil
	}
	return printAttestations(conn, said)
}

func printShownAgent(
	conn *connect.Conn, res *agenttypes.QueryAgentResponse, keys *agenttypes.QueryKeysResponse,
	facts *agenttypes.QueryFactsResponse, said *agenttypes.QueryAttestationsResponse,
) (err error) {
	shown := shownAgent{Acts: res.Acts}
	if shown.Passport, err = conn.Raw(&res.Passport); err != nil {
		return err
	}
	if shown.Card, err = conn.Raw(&res.Card); err != nil {
		return err
	}
	if shown.Facts, err = conn.Raw(&facts.Facts); err != nil {
		return err
	}
	if shown.Keys, err = member(conn, keys, "keys"); err != nil {
		return err
	}
	if shown.Attestations, err = member(conn, said, "attestations"); err != nil {
		return err
	}
	return conn.PrintJSON(shown)
}

// member is one member of an answer as programs read it.
func member(conn *connect.Conn, answer interface {
	Reset()
	String() string
	ProtoMessage()
}, name string,
) (json.RawMessage, error) {
	raw, err := conn.Raw(answer)
	if err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	err = json.Unmarshal(raw, &members)
	return members[name], err
}

// printPassport prints a passport and its card.
func printPassport(conn *connect.Conn, res *agenttypes.QueryAgentResponse) {
	p, names, now := res.Passport, conn.KeyNames(), time.Now()
	account := func(s string) string {
		if s == "" {
			return ""
		}
		return accountName(s, names)
	}
	registrant, payout, offered := account(p.Registrant), account(p.PayoutAccount()), ""
	if p.Registrant == p.Controller {
		registrant = ""
	}
	if p.PayoutOffered != "" {
		payout += "; " + account(p.PayoutOffered) + " is named, and has not accepted"
	}
	if p.OfferedTo != "" {
		offered = fmt.Sprintf("%s, offer %d of version %d", account(p.OfferedTo), p.Offers, p.Version)
	}
	conn.Say("%s", agentLine(p))
	writeFields(conn, "status", passportStatus(p, now), "controller", account(p.Controller), "registered by", registrant,
		"registered at", table.Time(p.RegisteredAt), "paid at", payout, "recovery", recoveryText(p, account), "on offer to", offered,
		"name", blankedText(p.NameBlankedSha256.String()))
	printCardFields(conn, p.Version, res.Card)
}

// writeFields prints fields to people; what can't be printed is nobody's to hear of.
func writeFields(conn *connect.Conn, pairs ...string) {
	if !conn.JSON() {
		_ = table.Fields(conn.Out(), pairs...)
	}
}

func passportStatus(p agenttypes.Passport, now time.Time) string {
	switch {
	case p.Status == agenttypes.STATUS_RETIRED:
		return "retired, for good"
	case !now.Before(p.ExpiresAt):
		return "ended at " + table.Time(p.ExpiresAt) + "; its controller renews it"
	}
	return p.Status.Word() + "; it ends " + words.Until(p.ExpiresAt, now)
}

func recoveryText(p agenttypes.Passport, account func(string) string) string {
	if p.Recovery == nil {
		return ""
	}
	text := fmt.Sprintf("%s, and the controller can object for %s", account(p.Recovery.Account), words.Lasting(p.Recovery.Delay))
	if p.Recovery.DueAt != nil {
		text += "; it has asked, and can take control from " + table.Time(*p.Recovery.DueAt)
	}
	return text
}

func blankedText(sha256 string) string {
	if sha256 == "" {
		return ""
	}
	return "blanked; its SHA-256 was " + sha256
}

func printCardFields(conn *connect.Conn, version uint32, v agenttypes.CardVersion) {
	c := v.Card
	conn.Say("Version %d of its card, since %s:", version, table.Time(v.CreatedAt))
	pairs := []string{
		"answers for it", joinGiven(", ", c.Responsible.Name, c.Responsible.Uri, c.Responsible.Contact),
		"model", joinGiven(", ", joinGiven(" ", c.Model.Name, c.Model.Version), c.Model.Work.String()),
		"does", c.Description,
	}
	for _, e := range c.Endpoints {
		pairs = append(pairs, joinGiven(" ", e.Protocol, e.Version), e.Uri)
	}
	pairs = append(pairs, "document", joinGiven(", SHA-256 ", c.DocumentUri, c.DocumentSha256.String()), "signs HTTP with", c.JwkThumbprint,
		"keys of HTTP", c.KeyDirectory, "text", blankedText(v.BlankedSha256.String()))
	writeFields(conn, pairs...)
}

// joinGiven joins the parts that are given.
func joinGiven(sep string, parts ...string) string {
	var given []string
	for _, part := range parts {
		if part != "" {
			given = append(given, part)
		}
	}
	return strings.Join(given, sep)
}

// printKeys prints keys with what is left of their budgets.
func printKeys(conn *connect.Conn, keys []agenttypes.KeyStanding) error {
	if len(keys) == 0 {
		conn.Say("It has no keys: nobody acts for it.")
		return nil
	}
	names := conn.KeyNames()
	tab := table.New("key", "acts", "until", "allowed", "left for the next act", "left for its fee", ">acts so far")
	for _, k := range keys {
		kinds := make([]string, len(k.Limit.Messages))
		for i, kind := range k.Limit.Messages {
			kinds[i] = shortType(kind)
		}
		acts := "no"
		if k.Acts {
			acts = "yes"
		}
		tab.Row(accountName(k.Key, names), acts, table.Time(k.Limit.ExpiresAt), strings.Join(kinds, ", "), remainingText(conn, k.Remaining),
			remainingText(conn, k.RemainingFees), fmt.Sprint(k.Counters.Acts))
	}
	if err := tab.Write(conn.Out()); err != nil {
		return err
	}
	for _, k := range keys {
		sayBudgets(conn, k, accountName(k.Key, names))
	}
	return nil
}

// sayBudgets says of each budget of a key what is spent of it, and when its window ends.
func sayBudgets(conn *connect.Conn, k agenttypes.KeyStanding, name string) {
	for _, b := range k.Limit.Budgets {
		coin := func(amount math.Int) string { return conn.Units().Coin(sdk.Coin{Denom: b.Denom, Amount: amount}) }
		spent := math.ZeroInt()
		for _, s := range k.Counters.Spent {
			if s.Denom == b.Denom {
				spent = s.Total
			}
		}
		text := coin(spent)
		if b.Total.IsPositive() {
			text += " of " + coin(b.Total)
		}
		if k.WindowEndsAt != nil && b.Window.IsPositive() {
			text += fmt.Sprintf("; the window of %s ends at %s", coin(b.Window), table.Time(*k.WindowEndsAt))
		}
		conn.Say("%s has spent %s", name, text)
	}
}

func remainingText(conn *connect.Conn, list []agenttypes.Remaining) string {
	parts := make([]string, len(list))
	for i, r := range list {
		parts[i] = conn.Units().Coin(sdk.Coin{Denom: r.Denom, Amount: r.Amount})
	}
	return cmp.Or(strings.Join(parts, ", "), "none")
}

func printFacts(conn *connect.Conn, f agenttypes.Facts) {
	paid := "nothing"
	if !f.Paid.Empty() {
		paid = conn.Units().Sum(f.Paid)
	}
	conn.Say("Counted: %s declared, %d disputed, %d upheld; %s, by which %s left its controller.", count(int(f.Declared), "work"), f.Disputed,
		f.Upheld, count(int(f.Acts), "act"), paid)
}

func agentListCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list [ACCOUNT]",
		Short: "List the agents of a controller, or all",
		Long: `List prints the agents that an account controls, or all. ACCOUNT is an address, a key of yours, or me for the one
that signs by default.`,
		Example: `  stemmad agent list alice`,
		Args:    cobra.MaximumNArgs(1),
	}
	cmd.Flags().Int(flagRows, defaultRows, fmt.Sprintf("most agents, 1 to %d", maxAgentsListed))
	return asking(cmd, listAgents)
}

func readRows(conn *connect.Conn) (uint64, error) {
	rows, _ := conn.Flags().GetInt(flagRows)
	if rows < 1 || rows > maxAgentsListed {
		return 0, fmt.Errorf("--%s is from 1 to %d, not %d", flagRows, maxAgentsListed, rows)
	}
	return uint64(rows), nil
}

func listAgents(ctx context.Context, conn *connect.Conn, args []string) error {
	rows, err := readRows(conn)
	if err != nil {
		return err
	}
	req := &agenttypes.QueryAgentsRequest{Pagination: &query.PageRequest{Limit: rows}}
	if len(args) > 0 {
		controller, err := accountOrSigner(conn, args[0])
		if err != nil {
			return err
		}
		req.Controller = controller.String()
	}
	res, err := conn.Agent().Agents(ctx, req)
	if err != nil {
		return err
	}
	if conn.JSON() {
		return printRaw(conn, res)
	}
	if len(res.Passports) == 0 {
		conn.Say("No agents.")
		return nil
	}
	names, now := conn.KeyNames(), time.Now()
	tab := table.New("agent", "name", "controller", "status", ">keys")
	for _, p := range res.Passports {
		tab.Row(p.Id.String(), cmp.Or(p.Name, "blanked"), accountName(p.Controller, names), passportStatus(p, now), fmt.Sprint(p.Keys))
	}
	if err := tab.Write(conn.Out()); err != nil {
		return err
	}
	if len(res.Pagination.GetNextKey()) > 0 {
		conn.Say("and more: \"stemmad query agent agents\" pages through all")
	}
	return nil
}

// accountOrSigner reads an account, or me for the one that signs.
func accountOrSigner(conn *connect.Conn, text string) (sdk.AccAddress, error) {
	if text != me {
		return conn.Account(text)
	}
	_, account, err := conn.Signer()
	return account, err
}
