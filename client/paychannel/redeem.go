package paychannel

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
	"github.com/stemma-chain/stemma/x/royalty/voucher"
)

// maxTrialGas keeps a transaction, with the usual room, within what one may declare.
const maxTrialGas = 20_000_000

// ErrTooManyPayees says that a payment channel pays more works than fit in a transaction:
// redeem some lines at a time.
var ErrTooManyPayees = errors.New("pays too many works for one transaction")

// Try executes messages without sending them and says what gas that took, as Sender.Try of
// package client does.
type Try func(ctx context.Context, msgs ...sdk.Msg) (gas uint64, err error)

// Fit makes a message that redeems as many of the first vouchers as fit in a transaction, up
// to 750 (MaxVouchers); how many those are is the length of its list. With maxLines only so many payees of
// each payment channel are paid; 0: all. It fails as try does for the first of them alone, and with ErrTooManyPayees.
func Fit(
	ctx context.Context, try Try, by string, vouchers []royaltytypes.Voucher, maxLines uint32,
) (*royaltytypes.MsgRedeemVouchers, error) {
	for n := min(len(vouchers), royaltytypes.MaxVouchers); ; n = (n + 1) / 2 {
		msg := &royaltytypes.MsgRedeemVouchers{Sender: by, Vouchers: vouchers[:n], MaxLines: maxLines}
		gas, err := try(ctx, msg)
		tooLarge := err != nil && strings.Contains(err.Error(), "out of gas") || gas > maxTrialGas
		switch {
		case tooLarge && n > 1, n > 1 && refusedOne(err):
		case tooLarge:
			return nil, fmt.Errorf("%s %w", vouchers[0].PaymentChannel, ErrTooManyPayees)
		case err != nil:
			return nil, err
		default:
			return msg, nil
		}
	}
}

// refusedOne says whether the chain refuses messages for what may be one voucher's fault.
func refusedOne(err error) bool {
	if errors.Is(err, royaltytypes.ErrNothingToRedeem) {
		return false
	}
	said, answered := status.FromError(err)
	return errors.As(err, new(*client.TxError)) || answered && (said.Code() == codes.Unknown || said.Code() == codes.InvalidArgument)
}

// Redemption is what redeeming did.
type Redemption struct {
	Paid sdk.Coins
	// Skipped are vouchers that were passed over, with the reason.
	Skipped []royaltytypes.SkippedVoucher
	// Left are vouchers that pay nothing, and so were not sent, with the problem.
	Left []Finding
	// Results are the transactions.
	Results []client.Result
}

// Redeem has vouchers paid, in as many transactions as that takes. Anybody may; the money goes
// to the works. What pays nothing is left out, so that it holds up no other. What was done before
// an error is in the redemption. One that pays too many works for a transaction is redeemed by several; it fails with
// ErrTooManyPayees where not even one line fits, and as the chain refuses one, after all others are redeemed.
func Redeem(ctx context.Context, sender *client.Sender, vouchers []voucher.Voucher) (Redemption, error) {
	chain := sender.Client()
	chainID, err := chain.ChainID(ctx)
	if err != nil {
		return Redemption{}, err
	}
	findings, err := Check(ctx, royaltytypes.NewQueryClient(chain), chainID, vouchers, time.Now())
	if err != nil {
		return Redemption{}, err
	}
	try := func(ctx context.Context, msgs ...sdk.Msg) (uint64, error) {
		trial, err := sender.Try(ctx, msgs...)
		return trial.GasUsed, err
	}
	send := func(ctx context.Context, msg sdk.Msg, done *Redemption) error {
		result, err := sender.Send(ctx, msg)
		if err != nil {
			return err
		}
		done.Results = append(done.Results, result)
		var response royaltytypes.MsgRedeemVouchersResponse
		if err := result.Response(0, &response); err != nil {
			return err
		}
		done.Paid = done.Paid.Add(response.Paid...)
		done.Skipped = append(done.Skipped, response.Skipped...)
		return nil
	}
	return redeem(ctx, findings, sender.Account(), try, send)
}

// manyLines is how many payees of one payment channel are paid by a transaction at first.
const manyLines = royaltytypes.MaxPaymentChannelPayees / 2

// byLines redeems a voucher whose payees do not fit in one transaction: some of them at a time, fewer until they fit. The first
// transaction redeems all of it, so that the payer can't have it back; the others pay it out.
func byLines(
	ctx context.Context, one []royaltytypes.Voucher, by string, try Try, send func(context.Context, sdk.Msg, *Redemption) error, done *Redemption,
) error {
	lines := uint32(manyLines)
	for range royaltytypes.MaxPaymentChannelPayees {
		msg, err := Fit(ctx, try, by, one, lines)
		for errors.Is(err, ErrTooManyPayees) && lines > 1 {
			lines /= 2
			msg, err = Fit(ctx, try, by, one, lines)
		}
		if err == nil {
			err = send(ctx, msg, done)
		}
		switch {
		case errors.Is(err, royaltytypes.ErrNothingToRedeem): // all are paid
			return nil
		case err != nil:
			return err
		}
	}
	return nil
}

// redeem is Redeem of what was checked. Others may redeem vouchers meanwhile: those of a
// transaction of which none pays any more are left as well.
func redeem(ctx context.Context, findings []Finding, by string, try Try,
	send func(context.Context, sdk.Msg, *Redemption) error,
) (done Redemption, err error) {
	var good []Finding
	var list []royaltytypes.Voucher
	for _, f := range findings {
		if f.Problem != "" {
			done.Left = append(done.Left, f)
			continue
		}
		good, list = append(good, f), append(list, f.Voucher.Message())
	}
	var failed error
	for len(list) > 0 {
		n := 1
		msg, err := Fit(ctx, try, by, list, 0)
		if err == nil {
			n = len(msg.Vouchers)
			err = send(ctx, msg, &done)
		}
		switch {
		case errors.Is(err, royaltytypes.ErrNothingToRedeem):
			for _, f := range good[:n] {
				f.Problem = "others redeemed it, or it came to too little"
				done.Left = append(done.Left, f)
			}
		case errors.Is(err, ErrTooManyPayees):
			if err := byLines(ctx, list[:1], by, try, send, &done); errors.Is(err, ErrTooManyPayees) {
				failed = errors.Join(failed, err)
			} else if err != nil {
				return done, err
			}
		case n == 1 && refusedOne(err):
			failed = errors.Join(failed, fmt.Errorf("%s: %w", list[0].PaymentChannel, err))
		case err != nil:
			return done, err
		}
		good, list = good[n:], list[n:]
	}
	return done, failed
}
