package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client/flags"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	flagNext = "next"
	// worksRows is how many works are shown unless --rows says otherwise; maxWorksRows is what
	// a node answers with at most.
	worksRows    = 50
	maxWorksRows = 1000
)

func worksCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "works [ACCOUNT|KEY]",
		Short: "List the works that an account owns",
		Long: `Works lists what an account owns now: what it registered and still has, and what it took
over. Without an account it lists the works of your key. They are in order of registration if
all of them are shown, else a page at a time in order of id; the end of a page says how to see
the next one.

See one with "stemmad show WORK", and who has owned it with "stemmad title WORK".`,
		Example: `  stemmad works
  stemmad works alice --rows 200
  stemmad works alice --output json`,
		Args: cobra.MaximumNArgs(1),
	}
	cmd.Flags().String(flags.FlagFrom, "", "key whose works to list when none is named (default: your only key)")
	cmd.Flags().Int(flagRows, worksRows, fmt.Sprintf("most works of a page, up to %d", maxWorksRows))
	cmd.Flags().String(flagNext, "", "where the page begins, as the one before it says")
	return asking(cmd, works)
}

func works(ctx context.Context, conn *connect.Conn, args []string) error {
	rows, _ := conn.Flags().GetInt(flagRows)
	if rows < 1 || rows > maxWorksRows {
		return fmt.Errorf("--%s is from 1 to %d, not %d", flagRows, maxWorksRows, rows)
	}
	begins, err := base64.RawURLEncoding.DecodeString(conn.Flags().Text(flagNext))
	if err != nil {
		return fmt.Errorf("--%s is what the page before says, not %q", flagNext, conn.Flags().Text(flagNext))
	}
	var account sdk.AccAddress
	if len(args) == 1 {
		account, err = conn.Account(args[0])
	} else {
		_, account, err = conn.Signer()
	}
	if err != nil {
		return err
	}
	page := &query.PageRequest{Limit: uint64(rows), Key: begins}
	res, err := conn.Registry().Works(ctx, &registrytypes.QueryWorksRequest{Owner: account.String(), Pagination: page})
	if err != nil {
		return err
	}
	next := base64.RawURLEncoding.EncodeToString(res.Pagination.GetNextKey())
	if len(begins) == 0 && next == "" {
		slices.SortStableFunc(res.Works, func(a, b registrytypes.Claim) int { return a.RegisteredAt.Compare(b.RegisteredAt) })
	}
	if conn.JSON() {
		return printWorks(conn, account.String(), res.Works, next)
	}
	who := accountName(account.String(), conn.KeyNames())
	switch {
	case len(res.Works) == 0 && len(begins) == 0:
		conn.Say("%s owns no works", who)
		return nil
	case len(res.Works) > 0:
		conn.Say("%s owns:", who)
	}
	tab := table.New("work", "title", "kind", "status", "registered")
	for _, w := range res.Works {
		tab.Row(w.Id.String(), table.Short(describe.Heading(w)), describe.KindName(w.Details.Kind),
			enumName(w.Status.String(), "STATUS_"), table.Time(w.RegisteredAt))
	}
	if err := tab.Write(conn.Out()); err != nil {
		return err
	}
	if next != "" {
		conn.Note("\nThere are more. The next %d: stemmad works %s --%s %d --%s %s", rows, account, flagRows, rows, flagNext, next)
	}
	return nil
}

func printWorks(conn *connect.Conn, account string, works []registrytypes.Claim, next string) error {
	list := make([]json.RawMessage, len(works))
	for i := range works {
		raw, err := conn.Raw(&works[i])
		if err != nil {
			return err
		}
		list[i] = raw
	}
	return conn.PrintJSON(struct {
		Account string            `json:"account"`
		Works   []json.RawMessage `json:"works"`
		// Next is where the next page begins; empty: this is the last.
		Next string `json:"next,omitempty"`
	}{account, list, next})
}
