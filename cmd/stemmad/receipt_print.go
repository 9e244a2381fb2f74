package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/history"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/internal/rates"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// receiptNote is said with every receipt.
const receiptNote = "Amounts are what each payment by itself makes due. " +
	"They reach accounts with what else is due to them, once a flow and a balance are large enough."

func printReceipt(ctx context.Context, conn *connect.Conn, r history.Receipt) error {
	waiting, err := waitingOf(ctx, conn, r)
	if err != nil && !errors.Is(err, errNoWaiting) {
		return err
	}
	titles := map[registrytypes.WorkID]string{}
	if conn.JSON() {
		return printReceiptJSON(ctx, conn, r, waiting, titles)
	}
	conn.Say("Transaction %s", r.Tx)
	conn.Say("in block %d of %s, %s", r.Height, r.ChainID, table.Time(r.Time))
	names := conn.KeyNames()
	for _, p := range r.Paid {
		conn.Say("\n%s %d: %s to %q (%s)", strings.ToUpper(p.Kind()[:1])+p.Kind()[1:], p.Number,
			conn.Units().Coin(p.Amount), table.Short(p.Title), p.Work)
		from := accountName(p.Payer, names)
		if p.Sender != "" {
			from = fmt.Sprintf("%s, on another chain, over %s", p.Sender, p.Channel)
		}
		if err := table.Fields(conn.Out(), "from", from, "grant", p.Grant, "payment channel", p.PaymentChannel); err != nil {
			return err
		}
		if p.Unknown != "" {
			conn.Say("Who gets it can't be shown: %s.", p.Unknown)
			continue
		}
		if err := printShares(ctx, conn, p, waiting, titles, names); err != nil {
			return err
		}
	}
	conn.Say("")
	tab := table.New("denom", ">paid", ">due", ">fractions")
	for _, t := range r.Totals() {
		in := func(amount math.Int) string { return conn.Units().Coin(sdk.NewCoin(t.Denom, amount)) }
		tab.Row(t.Denom, in(t.Paid), in(t.Due), in(t.Held))
	}
	if err := tab.Write(conn.Out()); err != nil {
		return err
	}
	for _, refused := range r.Refused {
		conn.Say("\nRefused: %s", goesBack(refused))
	}
	conn.Note("\n%s", receiptNote)
	return sayMinima(ctx, conn, r)
}

// sayMinima tells from which balance on accounts are paid by themselves.
func sayMinima(ctx context.Context, conn *connect.Conn, r history.Receipt) error {
	res, err := conn.Royalty().Params(ctx, &royaltytypes.QueryParamsRequest{})
	if err != nil {
		return err
	}
	for _, t := range r.Totals() {
		if d, err := res.Params.Accepted(t.Denom); err == nil {
			conn.Note("Balances are paid out from %s on; \"stemmad tx royalty withdraw\" takes any.",
				conn.Units().Coin(sdk.NewCoin(d.Denom, d.MinPayout)))
		}
	}
	return nil
}

func printShares(
	ctx context.Context, conn *connect.Conn, p history.Paid, waiting map[string]sdk.Coins,
	titles map[registrytypes.WorkID]string, names map[string]string,
) error {
	rows, _ := conn.Flags().GetInt(flagRows)
	tab := table.New("payee", "through", "work", ">share", "basis", ">due", "state", ">waits now")
	for _, s := range p.Shares {
		if rows > 0 && tab.Len() == rows {
			break
		}
		title, err := titleOf(ctx, conn, titles, s.Work)
		if err != nil {
			return err
		}
		portion := rates.Percent(s.Rate)
		if s.Weight != fullWeight {
			portion = rates.Percent(s.Weight) + " of " + portion
		}
		waits := ""
		if waiting != nil && !s.Escrow {
			waits = conn.Units().Coin(sdk.NewCoin(s.Amount.Denom, waiting[s.Account].AmountOf(s.Amount.Denom)))
		}
		tab.Row(payeeName(s, names), table.Short(title), s.Work.String(), portion, enumName(s.Basis.String(),
			"BASIS_"), conn.Units().Coin(s.Amount), progressOf(s), waits)
	}
	if tab.Len() > 0 {
		if err := tab.Write(conn.Out()); err != nil {
			return err
		}
	}
	if rest := len(p.Shares) - tab.Len(); rest > 0 {
		conn.Say("and %d more (--%s 0 shows all)", rest, flagRows)
	}
	if p.Held.IsPositive() {
		conn.Say("%s in fractions of a unit, held in the works until later payments make them whole.", conn.Units().Coin(p.Held))
	}
	return nil
}

// progressOf says how far a part has come, for people.
func progressOf(s royaltytypes.Payee) string {
	switch s.Progress {
	case royaltytypes.PROGRESS_WAITS:
		return fmt.Sprintf("waits in %s of %s", enumName(s.AtStage.String(), "STAGE_"), s.AtWork)
	case royaltytypes.PROGRESS_MERGED:
		return fmt.Sprintf("merged in %s of %s", enumName(s.AtStage.String(), "STAGE_"), s.AtWork)
	}
	return enumName(s.Progress.String(), "PROGRESS_")
}

type receiptJSON struct {
	ChainID  string        `json:"chain_id"`
	Tx       string        `json:"tx"`
	Height   int64         `json:"height"`
	Time     string        `json:"time"`
	Payments []paidJSON    `json:"payments"`
	Totals   []totalJSON   `json:"totals"`
	Waiting  []waitingJSON `json:"waiting_now,omitempty"`
	// Refused are transfers from other chains that the transaction brought, and that paid nothing.
	Refused []history.Refusal `json:"refused,omitempty"`
	Note    string            `json:"note"`
}

type paidJSON struct {
	Number         int                  `json:"number"`
	Kind           string               `json:"kind"`
	Payer          string               `json:"payer"`
	Work           registrytypes.WorkID `json:"work"`
	Title          string               `json:"title"`
	Grant          string               `json:"grant,omitempty"`
	PaymentChannel string               `json:"payment_channel,omitempty"`
	// Of a transfer from another chain: who sent it there, and this chain's end of the channel.
	Sender  string `json:"sender,omitempty"`
	Channel string `json:"channel,omitempty"`
	Amount  string `json:"amount"`
	Epoch   uint64 `json:"epoch,string"`
	// Versions of the lists that it goes by: the epochs that these came with.
	HoldersVersion  uint32      `json:"holders_version"`
	UpstreamVersion uint32      `json:"upstream_version"`
	Shares          []shareJSON `json:"shares"`
	Due             string      `json:"due"`
	Held            string      `json:"held"`
	Unknown         string      `json:"unknown,omitempty"`
}

type shareJSON struct {
	Account string               `json:"account"`
	Name    string               `json:"name,omitempty"`
	Work    registrytypes.WorkID `json:"work"`
	Title   string               `json:"title"`
	Basis   string               `json:"basis"`
	// Parts per million: of the payment to the work, and of that to the account.
	Rate   uint32 `json:"rate"`
	Weight uint32 `json:"weight"`
	Amount string `json:"amount"`
	// State is flushed, waits or merged; the stage and the work say where.
	State   string                `json:"state"`
	AtStage string                `json:"at_stage,omitempty"`
	AtWork  *registrytypes.WorkID `json:"at_work,omitempty"`
}

type totalJSON struct {
	Denom string `json:"denom"`
	Paid  string `json:"paid"`
	Due   string `json:"due"`
	Held  string `json:"held"`
}

type waitingJSON struct {
	Account string    `json:"account"`
	Coins   sdk.Coins `json:"coins"`
}

func printReceiptJSON(
	ctx context.Context, conn *connect.Conn, r history.Receipt, waiting map[string]sdk.Coins,
	titles map[registrytypes.WorkID]string,
) error {
	names := conn.KeyNames()
	out := receiptJSON{
		ChainID: r.ChainID, Tx: r.Tx, Height: r.Height, Time: r.Time.UTC().Format(time.RFC3339), Refused: r.Refused, Note: receiptNote,
	}
	for _, p := range r.Paid {
		paid := paidJSON{
			Number: p.Number, Kind: p.Kind(), Payer: p.Payer, Work: p.Work, Title: p.Title, Grant: p.Grant,
			PaymentChannel: p.PaymentChannel, Sender: p.Sender, Channel: p.Channel,
			Amount: p.Amount.String(), Epoch: p.Epoch, HoldersVersion: p.HoldersVersion, UpstreamVersion: p.UpstreamVersion,
			Shares: []shareJSON{}, Due: p.Due().String(),
			Held: p.Held.String(), Unknown: p.Unknown,
		}
		for _, s := range p.Shares {
			title, err := titleOf(ctx, conn, titles, s.Work)
			if err != nil {
				return fmt.Errorf("ask for the title of %s: %w", s.Work, err)
			}
			line := shareJSON{
				Account: s.Account, Name: names[s.Account], Work: s.Work, Title: title,
				Basis: enumName(s.Basis.String(), "BASIS_"), Rate: s.Rate, Weight: s.Weight, Amount: s.Amount.String(),
				State: enumName(s.Progress.String(), "PROGRESS_"),
			}
			if !s.AtWork.IsZero() {
				line.AtStage, line.AtWork = enumName(s.AtStage.String(), "STAGE_"), &s.AtWork
			}
			paid.Shares = append(paid.Shares, line)
		}
		out.Payments = append(out.Payments, paid)
	}
	for _, t := range r.Totals() {
		out.Totals = append(out.Totals, totalJSON{t.Denom, t.Paid.String(), t.Due.String(), t.Held.String()})
	}
	for _, account := range r.Accounts() {
		if coins := waiting[account]; !coins.Empty() {
			out.Waiting = append(out.Waiting, waitingJSON{account, coins})
		}
	}
	return conn.PrintJSON(out)
}
