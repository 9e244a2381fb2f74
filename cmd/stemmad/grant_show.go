package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// shownGrants bounds the grants that a list prints.
const shownGrants = 200

func grantListCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list [ACCOUNT|KEY]",
		Short: "List the grants of an account, of a work, or of both, and the passes",
		Long: `List prints the grants that an account was given, and the passes that it acquired: each
lets it use a work, and was paid to a source of that ("stemmad acquire --uses-of").
--work alone lists all grants of that work, of a file that several have claimed those of
the earliest claim, and no passes; with an account the passes for uses of that work.
Without either it lists your own.`,
		Example: `  stemmad grant list bob
  stemmad grant list --work song.wav`,
		Args: cobra.MaximumNArgs(1),
	}
	cmd.Flags().String(flagWork, "", "only grants of this work")
	cmd.Flags().String(flags.FlagFrom, "", "key whose grants to list when none is named (default: your only key)")
	return asking(cmd, listGrants)
}

func listGrants(ctx context.Context, conn *connect.Conn, args []string) error {
	request := &licensetypes.QueryGrantsRequest{Pagination: &query.PageRequest{Limit: shownGrants}}
	if s := conn.Flags().Text(flagWork); s != "" {
		work, err := target.Earliest(ctx, conn.Registry(), s)
		if err != nil {
			return err
		}
		noteChoice(conn, s, work)
		request.Work = work.Id
	}
	switch {
	case len(args) == 1:
		account, err := conn.Account(args[0])
		if err != nil {
			return err
		}
		request.Licensee = account.String()
	case request.Work.IsZero() || conn.Flags().Changed(flags.FlagFrom):
		_, account, err := conn.Signer()
		if err != nil {
			return err
		}
		request.Licensee = account.String()
	}
	res, err := conn.License().Grants(ctx, request)
	if err != nil {
		return err
	}
	passes := &licensetypes.QueryPassesResponse{}
	if request.Licensee != "" {
		if passes, err = conn.License().Passes(ctx, &licensetypes.QueryPassesRequest{
			Licensee: request.Licensee, UsesOf: request.Work, Pagination: &query.PageRequest{Limit: shownGrants},
		}); err != nil {
			return err
		}
	}
	if conn.JSON() {
		return printGrantsJSON(conn, res, passes)
	}
	if err := printGrants(ctx, conn, res); err != nil {
		return err
	}
	return printPasses(ctx, conn, passes)
}

// printGrantsJSON prints the answer about grants as it is, with the passes beside.
func printGrantsJSON(conn *connect.Conn, grants *licensetypes.QueryGrantsResponse, passes *licensetypes.QueryPassesResponse) error {
	raw, err := conn.Raw(grants)
	if err != nil {
		return err
	}
	list := map[string]json.RawMessage{}
	if err := json.Unmarshal(raw, &list); err != nil {
		return err
	}
	if raw, err = conn.Raw(passes); err != nil {
		return err
	}
	var also struct {
		Passes json.RawMessage `json:"passes"`
	}
	if err := json.Unmarshal(raw, &also); err != nil {
		return err
	}
	list["passes"] = also.Passes
	return conn.PrintJSON(list)
}

func printGrants(ctx context.Context, conn *connect.Conn, res *licensetypes.QueryGrantsResponse) error {
	if len(res.Grants) == 0 {
		conn.Say("No grants.")
		return nil
	}
	names, terms, now := conn.KeyNames(), termsNamer(ctx, conn), time.Now()
	tab := table.New("grant", "work", "terms", "licensee", "until", "used by")
	for _, g := range res.Grants {
		tab.Row(g.Id.String(), g.Work.String(), terms(g.Terms), accountName(g.Licensee, names), grantEnd(g.Grant, now),
			grantUse(g))
	}
	if err := tab.Write(conn.Out()); err != nil {
		return err
	}
	if len(res.Pagination.GetNextKey()) > 0 {
		conn.Note("These are the first %d; \"stemmad query license grants\" pages through all.", shownGrants)
	}
	return nil
}

// printPasses lists passes, if there are any.
func printPasses(ctx context.Context, conn *connect.Conn, res *licensetypes.QueryPassesResponse) error {
	if len(res.Passes) == 0 {
		return nil
	}
	conn.Say("Passes:")
	terms := termsNamer(ctx, conn)
	tab := table.New("for uses of", "paid to", "terms", ">last paid", "until")
	for _, p := range res.Passes {
		end := endless(p.Pass.ExpiresAt)
		if p.Pass.ExpiresAt != nil && !p.Pass.ExpiresAt.After(time.Now()) {
			end += " (ended)"
		}
		tab.Row(p.UsesOf.String(), p.Work.String(), terms(p.Terms), conn.Units().Coin(p.Pass.Fee), end)
	}
	if err := tab.Write(conn.Out()); err != nil {
		return err
	}
	if len(res.Pagination.GetNextKey()) > 0 {
		conn.Note("These are the first %d; \"stemmad query license passes\" pages through all.", shownGrants)
	}
	return nil
}

// grantUse says which work a grant serves or, where it serves several, how many it does.
func grantUse(g licensetypes.NamedGrant) string {
	switch {
	case g.Grant.Serves == 1:
		return g.UsedBy.String()
	case g.Grant.Serves == licensetypes.UnlimitedDerivatives:
		return fmt.Sprintf("%d works", g.Grant.Used)
	}
	return fmt.Sprintf("%d of %d works", g.Grant.Used, g.Grant.Serves)
}

// grantUses says how many uses by machines a grant still pays for; empty: they are not counted.
func grantUses(g licensetypes.Grant) string {
	if !g.CountsUses() {
		return ""
	}
	return fmt.Sprintf("%d of %d counted, %d left", g.Uses, g.UsesPaid, g.UsesLeft())
}

// grantEnd says when a grant ends, and that it has ended.
func grantEnd(g licensetypes.Grant, now time.Time) string {
	switch {
	case g.ExpiresAt == nil:
		return "no end"
	case g.Expired(now):
		return table.Time(*g.ExpiresAt) + " (ended)"
	}
	return table.Time(*g.ExpiresAt)
}

func grantShowCmd() *cobra.Command {
	return asking(&cobra.Command{
		Use:   "show GRANT",
		Short: "Show a grant: what it pins, when it ends, what renewing it costs",
		Long: `Show prints a grant with its terms, what it pins, the work that uses it, how many uses by
machines it still pays for where they are counted, and what the work's owner asks for a
renewal today. A grant does not run while its
work is on hold for a dispute: it ends later by as long, and the end that is shown is
the one as of now.`,
		Example: `  stemmad grant show grant1...`,
		Args:    cobra.ExactArgs(1),
	}, showGrant)
}

func showGrant(ctx context.Context, conn *connect.Conn, args []string) error {
	id, err := licensetypes.ParseGrantID(args[0])
	if err != nil {
		return err
	}
	res, err := conn.License().Grant(ctx, &licensetypes.QueryGrantRequest{Grant: id})
	if err != nil {
		return err
	}
	g := res.Grant
	terms, err := conn.License().Terms(ctx, &licensetypes.QueryTermsRequest{Terms: g.Terms.String()})
	if err != nil {
		return err
	}
	renewal := ""
	if g.Grant.ExpiresAt != nil || g.Grant.CountsUses() {
		if renewal, err = renewalText(ctx, conn, g); err != nil {
			return err
		}
	}
	if conn.JSON() {
		return printGrantJSON(conn, res, renewal)
	}
	paid := "nothing"
	if g.Grant.Fee != nil {
		paid = conn.Units().Coin(*g.Grant.Fee)
	}
	transfer := "not transferable"
	if terms.Terms.Terms.Transferable {
		transfer = "transferable until a work uses it"
	}
	if g.Grant.OfferedTo != nil {
		transfer = "offered to " + accountName(g.Grant.OfferedTo.String(), conn.KeyNames())
	}
	allowed := ""
	for i, account := range res.Licensees {
		if i > 0 {
			allowed += ", "
		}
		allowed += accountName(account, conn.KeyNames())
	}
	conn.Say("%s", g.Id)
	return table.Fields(conn.Out(), "of", g.Work.String(), "terms", permitted.Name(terms.Terms),
		"licensee", accountName(g.Licensee, conn.KeyNames()),
		"royalty", permitted.Royalty(terms.Terms.Terms), "last paid", paid, "granted", table.Time(g.Grant.GrantedAt),
		"until", grantEnd(g.Grant, time.Now()), "renewal", renewal, "serves", permitted.Serves(terms.Terms.Terms, g.Grant.Serves),
		"used by", grantUse(g), "uses", grantUses(g.Grant), "transfer", transfer, "only for", allowed, "pins", pins(g.Grant),
		"disputes", heldLine(ctx, conn, g))
}

// pins says by which versions of its work a grant is judged, whatever comes later.
func pins(g licensetypes.Grant) string {
	owes, under := "what the work owed then", "what was demanded of it then"
	if g.UpstreamVersion == 0 {
		owes = "no debts"
	}
	if g.DemandsVersion == 0 {
		under = "no demands"
	}
	return fmt.Sprintf("revision %d, %s (version %d), %s (version %d)", g.WorkVersion, owes, g.UpstreamVersion, under, g.DemandsVersion)
}

func printGrantJSON(conn *connect.Conn, res *licensetypes.QueryGrantResponse, renewal string) error {
	raw, err := conn.Raw(res)
	if err != nil {
		return err
	}
	return conn.PrintJSON(struct {
		Grant   json.RawMessage `json:"grant"`
		Renewal string          `json:"renewal,omitempty"`
	}{raw, renewal})
}

// renewalText says what a renewal costs today, if it is on offer.
func renewalText(ctx context.Context, conn *connect.Conn, g licensetypes.NamedGrant) (string, error) {
	offers, err := permission.Offers(ctx, conn, g.Work)
	if err != nil {
		return "", err
	}
	for _, offer := range offers {
		switch {
		case offer.Terms.Id != g.Terms:
			continue
		case offer.Offer.Closed:
			return "not offered now", nil
		case offer.Offer.Expired(time.Now()):
			return "its offer has ended", nil
		case offer.Offer.Paused:
			return "its offer is paused", nil
		}
		return permitted.Price(conn.Units(), offer), nil
	}
	return "not offered now", nil
}
