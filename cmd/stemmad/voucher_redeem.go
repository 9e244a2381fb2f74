package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/paychannel"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const flagMaxLines = "max-lines"

func voucherRedeemCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "redeem FILE...",
		Short: "Have vouchers paid",
		Long: `Redeem checks the newest voucher of each payment channel in the files ("-" is the standard
input) and has those paid that are good, up to 750 in a transaction, fewer where
that would not fit. Anybody may redeem and pays the fee; the money goes to the works.
--max-lines pays only the next payees of each payment channel, for a list too long for one
transaction: repeat the command until all have their part.`,
		Example: `  stemmad voucher redeem v.json --from alice
  cat vouchers/*.json | stemmad voucher redeem - --from alice`,
		Args: cobra.MinimumNArgs(1),
	}
	cmd.Flags().Uint32(flagMaxLines, 0, "most payees to pay of each payment channel; 0: all")
	return sending(cmd, redeemVouchers)
}

// redemption is what redeem prints for programs.
type redemption struct {
	Paid sdk.Coins `json:"paid"`
	// Good is how many vouchers were sent, Left what pays nothing.
	Good    int                           `json:"redeemed"`
	Left    []paychannel.Finding          `json:"left_out"`
	Skipped []royaltytypes.SkippedVoucher `json:"skipped,omitempty"`
	Txs     []send.Result                 `json:"txs"`
}

func redeemVouchers(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	list, err := paychannel.ReadFiles(conn.In(), args)
	if err != nil {
		return err
	}
	findings, err := examineOnline(ctx, conn, list)
	if err != nil {
		return err
	}
	findings, _ = paychannel.Newest(findings)
	result := redemption{Left: []paychannel.Finding{}}
	var good []royaltytypes.Voucher
	for _, f := range findings {
		if f.Problem == "" {
			good = append(good, f.Voucher.Message())
			continue
		}
		result.Left = append(result.Left, f)
		conn.Note("%s is left out: %s", f.Voucher.PaymentChannel, f.Problem)
	}
	if len(good) == 0 {
		return errors.New("no voucher pays anything: `stemmad voucher check` says why")
	}
	lines, _ := conn.Flags().GetUint32(flagMaxLines)
	for len(good) > 0 {
		n, err := result.send(ctx, conn, sender, good, lines)
		if err != nil {
			return err
		}
		good = good[n:]
	}
	if conn.JSON() {
		return conn.PrintJSON(result)
	}
	return nil
}

// send redeems as many of the first vouchers as fit in a transaction, and returns
// how many those are.
func (r *redemption) send(ctx context.Context, conn *connect.Conn, sender *send.Sender, good []royaltytypes.Voucher,
	lines uint32,
) (int, error) {
	try := func(ctx context.Context, msgs ...sdk.Msg) (uint64, error) {
		trial, err := sender.Try(ctx, msgs...)
		return trial.GasUsed, err
	}
	msg, err := paychannel.Fit(ctx, try, sender.Account(), good, lines)
	if errors.Is(err, paychannel.ErrTooManyPayees) {
		return 0, fmt.Errorf("%w: pay some at a time with --%s 100", err, flagMaxLines)
	}
	if err != nil {
		return 0, err
	}
	n := len(msg.Vouchers)
	sent, err := sender.Send(ctx, fmt.Sprintf("Redeem %d vouchers.", n), msg)
	if err != nil {
		return 0, err
	}
	return n, r.note(conn, sent, n)
}

// note adds one transaction to the result and says what it did.
func (r *redemption) note(conn *connect.Conn, sent send.Result, n int) error {
	r.Txs, r.Good = append(r.Txs, sent), r.Good+n
	if sent.Height == 0 && !sent.DryRun {
		conn.Say("Redeeming %d vouchers: %s", n, sent)
		return nil
	}
	var response royaltytypes.MsgRedeemVouchersResponse
	if err := sent.Response(0, &response); err != nil {
		return err
	}
	r.Paid = r.Paid.Add(response.Paid...)
	r.Skipped = append(r.Skipped, response.Skipped...)
	conn.Say("%s %s for %s: %s", sent.Did("Redeemed", "Would redeem"), count(n, "voucher"), response.Paid, sent)
	for _, s := range response.Skipped {
		conn.Say("%s was passed over: %s", s.PaymentChannel, s.Reason.Words())
	}
	return nil
}
