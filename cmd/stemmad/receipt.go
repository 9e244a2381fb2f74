package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/history"
	"github.com/stemma-chain/stemma/client/history/blocks"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/progress"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const (
	flagHeight  = "height"
	flagPayment = "payment"
	// lookBack is how many blocks are searched for a transaction on a node that
	// keeps no index of them.
	lookBack = 1000
)

func receiptCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "receipt TX",
		Short: "Show who gets what share of a transaction's payments, and why",
		Long: `Receipt shows every payment that a transaction made, licence fees among them, and
who gets how much of it: the holders of the work that was paid (own), and those of
the works it was made from, by an absolute share of gross revenue or by a share
relative to what a derivative takes in.

Amounts are what this payment by itself makes due, in whole units, by the lists that
the chain keeps of the payment's epoch: who was owed then, and who held. The parts of
other works go to whoever held these at the end of the block that moved the payment.
Fractions of a unit stay in the works until later payments make them whole.

"state" is how far a part has come: flushed into a balance; waiting in a stage of a
work, because that is too little to move or the network is behind; or merged, where
part of it may wait together with what others paid. A balance is paid out once it
reaches a minimum, many payments at once: the last column is what waits for the
account now, from all its works.

Of a transaction by which a relayer brought transfers from another chain it says whose
transfers paid, over which channel, and why others go back.

A node without an index of transactions is searched block by block, the latest
1,000; --height says which block it is in.`,
		Example: `  stemmad receipt 5F2C60D0D6D8C9C6B3C1E6A0F4F2C2E7A9B1D3C5E7F9A1B3C5D7E9F1A3B5C7D9
  stemmad receipt 5F2C60D0D6D8C9C6B3C1E6A0F4F2C2E7A9B1D3C5E7F9A1B3C5D7E9F1A3B5C7D9 --payment 3 --output json`,
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().Int64(flagHeight, 0, "block of the transaction, for nodes without an index")
	cmd.Flags().Int(flagPayment, 0, "only this payment of the transaction, counted from 1 (default: all)")
	cmd.Flags().Int(flagRows, defaultRows, "most rows of each table; 0: all")
	return asking(cmd, receipt)
}

func receipt(ctx context.Context, conn *connect.Conn, args []string) error {
	hash, err := hex.DecodeString(strings.TrimPrefix(strings.ToLower(args[0]), "0x"))
	if err != nil || len(hash) != 32 {
		return fmt.Errorf("%q is not the hash of a transaction: that is 64 hex digits", args[0])
	}
	node, err := conn.GetNode()
	if err != nil {
		return err
	}
	span, err := blocks.Open(ctx, node)
	if err != nil {
		return err
	}
	height, result, err := findTx(ctx, conn, span, hash)
	if err != nil {
		return err
	}
	r := history.Receipt{ChainID: span.ChainID, Tx: strings.ToUpper(hex.EncodeToString(hash)), Height: height}
	if r.Time, err = span.Time(ctx, height); err != nil {
		return err
	}
	if result.Code != abci.CodeTypeOK {
		return fmt.Errorf("transaction %s in block %d failed, so it paid nothing but its fee: %s", r.Tx, height, client.Tidy(result.Log))
	}
	r.Refused = history.Refusals(result.Events)
	if r.Paid, err = chosenPayments(conn, r, result.Events); err != nil {
		return err
	}
	if len(r.Paid) == 0 {
		return noPayment(r)
	}
	if err := divide(ctx, conn, span, &r); err != nil {
		return err
	}
	return printReceipt(ctx, conn, r)
}

// noPayment says why a receipt has nothing to show.
func noPayment(r history.Receipt) error {
	why := ""
	for i, refused := range r.Refused {
		why += []string{": ", "; "}[min(i, 1)] + goesBack(refused)
	}
	return fmt.Errorf("transaction %s in block %d made no payment to a work%s", r.Tx, r.Height, why)
}

// goesBack says of a transfer why it was refused, in a line: the reason may quote its memo.
func goesBack(r history.Refusal) string {
	return fmt.Sprintf("transfer %s over %s goes back to its sender: %s", r.Sequence, r.Channel, table.Clean(r.Reason))
}

// chosenPayments reads the payments, all or the one that --payment names.
func chosenPayments(conn *connect.Conn, r history.Receipt, events []abci.Event) ([]history.Paid, error) {
	payments, err := history.Payments(events)
	if err != nil {
		return nil, err
	}
	only, _ := conn.Flags().GetInt(flagPayment)
	if only < 0 || only > len(payments) && len(payments) > 0 {
		return nil, fmt.Errorf("--%s %d: the transaction made %s", flagPayment, only, count(len(payments), "payment"))
	}
	var chosen []history.Paid
	for i, p := range payments {
		if only == 0 || only == i+1 {
			chosen = append(chosen, history.Paid{Payment: p, Number: i + 1})
		}
	}
	return chosen, nil
}

// findTx looks a transaction up: in the block named, else in the node's index,
// else in the latest blocks.
func findTx(ctx context.Context, conn *connect.Conn, span blocks.Span, hash []byte) (int64, *abci.ExecTxResult, error) {
	from, to := max(span.First.Height, span.Last.Height-lookBack+1), span.Last.Height
	if named, _ := conn.Flags().GetInt64(flagHeight); named != 0 {
		from, to = named, named
	} else {
		node, err := conn.GetNode()
		if err != nil {
			return 0, nil, err
		}
		height, result, err := blocks.InIndex(ctx, node, hash)
		switch {
		case errors.Is(err, blocks.ErrNoTx):
			return 0, nil, fmt.Errorf("no transaction %X is in this node's index: check the hash, wait for its block, "+
				"or name the block with --%s", hash, flagHeight)
		case !errors.Is(err, blocks.ErrNoIndex):
			return height, result, err
		}
	}
	bar := progress.New(conn.Err(), "reading", to-from+1, progress.Of("blocks"))
	height, result, err := span.Tx(ctx, hash, from, to, bar.Add)
	bar.Finish()
	switch {
	case errors.Is(err, blocks.ErrNoTx) && from == to:
		return 0, nil, fmt.Errorf("transaction %X is not in block %d", hash, from)
	case errors.Is(err, blocks.ErrNoTx):
		return 0, nil, fmt.Errorf("transaction %X is in none of the blocks %d to %d: name its block with --%s, "+
			"or ask a node that keeps an index (indexer = \"kv\") with --node",
			hash, from, to, flagHeight)
	}
	return height, result, err
}

// divide finds out who gets what of each payment, several payments at a time.
func divide(ctx context.Context, conn *connect.Conn, span blocks.Span, r *history.Receipt) error {
	moves := history.FindMoves(ctx, r.Height, span.Last.Height, r.Paid, func(ctx context.Context, height int64) ([]abci.Event, error) {
		block, err := span.Results(ctx, height)
		return block.Events, err
	})
	load := func(ctx context.Context, i int64) (history.Paid, error) {
		p := r.Paid[i]
		return p, p.Divide(ctx, conn.Royalty(), r.Height, moves.Of(p.Payment), maxPayees)
	}
	titles, payees := map[registrytypes.WorkID]string{}, 0
	i := 0
	return blocks.Each(ctx, 0, int64(len(r.Paid)-1), nil, load, func(p history.Paid) error {
		if payees += len(p.Shares); payees > maxPayees {
			return fmt.Errorf("the payments have more than %d payees: look at one at a time with --%s", maxPayees, flagPayment)
		}
		var err error
		p.Title, err = titleOf(ctx, conn, titles, p.Work)
		r.Paid[i] = p
		i++
		return err
	})
}

// errNoWaiting says that what waits was not asked for.
var errNoWaiting = errors.New("not asked")

// maxWaiting is for how many accounts a receipt asks what waits.
const maxWaiting = 100

// waitingOf asks what waits for each account now, in the denoms of the receipt.
func waitingOf(ctx context.Context, conn *connect.Conn, r history.Receipt) (map[string]sdk.Coins, error) {
	accounts := r.Accounts()
	if len(accounts) > maxWaiting {
		return nil, errNoWaiting
	}
	waiting := make(map[string]sdk.Coins, len(accounts))
	for _, account := range accounts {
		res, err := conn.Royalty().Balances(ctx, &royaltytypes.QueryBalancesRequest{Account: account})
		if err != nil {
			return nil, err
		}
		waiting[account] = res.Balances
	}
	return waiting, nil
}
