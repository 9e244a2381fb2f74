package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	"github.com/stemma-chain/stemma/internal/rates"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/ibcpay"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const (
	flagPreview = "preview"
	flagRows    = "rows"
	// previewPage is how many payees one query returns; maxPayees bounds all.
	previewPage = 1000
	maxPayees   = 100_000
	// defaultRows keeps the table of a famous work readable.
	defaultRows = 40
)

func payCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "pay WORK|FILE AMOUNT",
		Short: "Pay a work; everyone it was made from is paid too",
		Long: `Pay pays a work and prints who gets what: the holders of the work, and those of
the works it was made from, each with share, basis and amount. The chain passes
the money on by itself, within two blocks while it has no backlog, and pays a balance
out once it is the smallest payout of its denom or more; until then it waits, or
"stemmad tx royalty withdraw" takes it. With --preview nothing is sent, and no key is
needed.

An amount is in units, 0.10 USDC, or in base units, 100000uusdc. What USDC means the node
says; base units are what is signed, and what scripts should write.

Of a file that several have claimed, the earliest claim is paid, and named before
you sign, unless it is under dispute; any other you name by its work id.

On another chain a transfer over IBC pays a work, without an account here: to the receiver
  ` + ibcpay.Address().String() + `
with the memo
  {"stemma":{"pay":"work1..."}}
and nothing else in it. What is no payment comes back to its sender.`,
		Example: `  stemmad pay remix.wav 0.10 USDC --preview
  stemmad pay remix.wav 0.10 USDC --from carol`,
		Args: cobra.RangeArgs(2, 3),
	}
	cmd.Flags().Bool(flagPreview, false, "only show who would get what")
	cmd.Flags().Int(flagRows, defaultRows, "most rows of the table; 0: all")
	addProofFlag(cmd, "the payment")
	return maybeSending(cmd, pay)
}

// payment is what pay prints for programs.
type payment struct {
	Work      string            `json:"work"`
	Amount    string            `json:"amount"`
	Payees    []json.RawMessage `json:"payees"`
	Held      string            `json:"held"`
	Surcharge uint64            `json:"surcharge_gas,string"`
	// Ceilings are what the work may take in before commercial use of it ends.
	Ceilings []capped     `json:"ceilings"`
	Tx       *send.Result `json:"tx,omitempty"`
	// Proofs are the files of those that were kept.
	Proofs []string `json:"proofs,omitempty"`
}

func pay(ctx context.Context, conn *connect.Conn, args []string) error {
	coin, err := conn.Coin(strings.Join(args[1:], " "))
	if err != nil {
		return err
	}
	work, err := target.EarliestSafe(ctx, conn.Registry(), args[0])
	if err != nil {
		return err
	}
	choice := work.Choice(conn.KeyNames())
	var sender *send.Sender
	if !conn.Flags().Is(flagPreview) {
		if sender, err = send.Open(conn); err != nil {
			return err
		}
	}
	preview, err := loadPreview(ctx, conn, royaltytypes.QueryPreviewRequest{Work: work.Id, Amount: coin.String()})
	// Where too many works pass it on to list them, it can be paid all the same.
	tooMany := status.Code(err) == codes.ResourceExhausted && sender != nil
	switch {
	case tooMany:
		conn.Note("%s", connect.Plain(err))
		preview = &royaltytypes.QueryPreviewResponse{Held: sdk.NewInt64Coin(coin.Denom, 0)}
	case err != nil:
		return err
	}
	ceilings, err := ceilingsOf(ctx, conn, work.Id, &coin)
	if err != nil {
		return err
	}
	result := payment{
		Ceilings: ceilings,
		Work:     work.Id.String(), Amount: coin.String(), Payees: []json.RawMessage{},
		Held: preview.Held.String(), Surcharge: preview.Surcharge,
	}
	if conn.JSON() {
		for _, payee := range preview.Payees {
			raw, err := conn.Raw(&payee)
			if err != nil {
				return err
			}
			result.Payees = append(result.Payees, raw)
		}
	} else if !tooMany {
		if err := printPayees(ctx, conn, work.Claim, choice, coin, preview); err != nil {
			return err
		}
	}
	limited := ""
	for _, c := range ceilings {
		conn.Say("%s", c.Text)
		if conn.JSON() {
			limited += "\n  " + c.Text // else it stands above the question
		}
	}
	if sender != nil {
		what := fmt.Sprintf("Pay %s to %q (%s)%s.%s", conn.Units().Exact(coin),
			table.Short(describe.Heading(work.Claim)), work.Id, choice, limited)
		sent, err := sender.Send(ctx, what, &royaltytypes.MsgPay{Payer: sender.Account(), Work: work.Id, Amount: coin})
		if err != nil {
			return err
		}
		result.Tx = &sent
		conn.Say("%s %s: %s", sent.Did("Paid", "Would pay"), conn.Units().Coin(coin), sent)
		result.Proofs = keepProofs(ctx, conn, sent, deedOf(sent))
	}
	if conn.JSON() {
		return conn.PrintJSON(result)
	}
	return nil
}

// loadPreview asks for all payees, page by page.
func loadPreview(
	ctx context.Context, conn *connect.Conn, request royaltytypes.QueryPreviewRequest,
) (*royaltytypes.QueryPreviewResponse, error) {
	var all *royaltytypes.QueryPreviewResponse
	request.Pagination = &query.PageRequest{Limit: previewPage}
	for {
		res, err := conn.Royalty().Preview(ctx, &request)
		if err != nil {
			return nil, err
		}
		if all == nil {
			all = res
		} else {
			all.Payees = append(all.Payees, res.Payees...)
		}
		if res.Pagination == nil || len(res.Pagination.NextKey) == 0 || len(all.Payees) >= maxPayees {
			return all, nil
		}
		request.Pagination = &query.PageRequest{Limit: previewPage, Key: res.Pagination.NextKey}
	}
}

// printPayees prints the table of who gets what; choice says how the work was
// chosen.
func printPayees(
	ctx context.Context, conn *connect.Conn, work registrytypes.Claim, choice string, amount sdk.Coin,
	preview *royaltytypes.QueryPreviewResponse,
) error {
	reaches := "reaches:"
	if len(preview.Payees) == 0 {
		reaches = "reaches nobody yet."
	}
	if choice != "" {
		choice += ","
	}
	conn.Say("%s to %q (%s)%s %s", conn.Units().Coin(amount), table.Short(describe.Heading(work)), work.Id, choice, reaches)
	rows, _ := conn.Flags().GetInt(flagRows)
	names, titles := conn.KeyNames(), map[registrytypes.WorkID]string{work.Id: describe.Heading(work)}
	tab := table.New("payee", "through", "work", ">share", "basis", ">amount")
	for _, p := range preview.Payees {
		if rows > 0 && tab.Len() == rows {
			break
		}
		title, err := titleOf(ctx, conn, titles, p.Work)
		if err != nil {
			return err
		}
		share := rates.Percent(p.Rate)
		if p.Weight != fullWeight {
			share = rates.Percent(p.Weight) + " of " + share
		}
		tab.Row(payeeName(p, names), table.Short(title), p.Work.String(), share, enumName(p.Basis.String(), "BASIS_"),
			conn.Units().Coin(p.Amount))
	}
	if tab.Len() > 0 {
		if err := tab.Write(conn.Out()); err != nil {
			return err
		}
	}
	if rest := len(preview.Payees) - tab.Len(); rest > 0 {
		conn.Say("and %d more (--%s 0 shows all)", rest, flagRows)
	}
	if !preview.Held.IsNil() && preview.Held.IsPositive() {
		conn.Say("%s in fractions of a unit, which later payments make whole.", conn.Units().Coin(preview.Held))
	}
	return saySmallestPayout(ctx, conn, preview)
}

// saySmallestPayout says that less waits, where somebody gets less.
func saySmallestPayout(ctx context.Context, conn *connect.Conn, preview *royaltytypes.QueryPreviewResponse) error {
	if len(preview.Payees) == 0 {
		return nil
	}
	res, err := conn.Royalty().Params(ctx, &royaltytypes.QueryParamsRequest{})
	if err != nil {
		return err
	}
	accepted, err := res.Params.Accepted(preview.Payees[0].Amount.Denom)
	if err != nil {
		return err
	}
	smallest := sdk.NewCoin(accepted.Denom, accepted.MinPayout)
	if slices.ContainsFunc(preview.Payees, func(p royaltytypes.Payee) bool { return p.Amount.IsLT(smallest) }) {
		conn.Say("A balance of less than %s is not paid out yet: it waits for more, or for `stemmad tx royalty withdraw`.",
			conn.Units().Coin(smallest))
	}
	return nil
}

// fullWeight is the whole of a work's revenue, in ppm.
const fullWeight = 1_000_000

// titleOf asks for a work's title once.
func titleOf(
	ctx context.Context, conn *connect.Conn, titles map[registrytypes.WorkID]string, work registrytypes.WorkID,
) (string, error) {
	if title, known := titles[work]; known {
		return title, nil
	}
	res, err := conn.Registry().Work(ctx, &registrytypes.QueryWorkRequest{Work: work})
	if err != nil {
		return "", err
	}
	titles[work] = describe.Heading(res.Work)
	return describe.Heading(res.Work), nil
}
