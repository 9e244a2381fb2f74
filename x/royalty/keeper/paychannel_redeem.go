package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
	"github.com/stemma-chain/stemma/x/royalty/voucher"
)

// RedeemVouchers pays the payees of each voucher's payment channel up to its total, and
// returns what they got. Each part is a payment to a work like any other, by the
// payment channel's payer. No coins move: the deposit lies in the module's account.
//
// A voucher that others or time have overtaken is skipped, with the reason, so
// that a batch does not fail for it: its payment channel is closed, it has expired, as
// much or more was redeemed, or the increase is below the denom's minimum. What
// its sender could know refuses the whole: ErrWrongSignature, and ErrOverDeposit
// for a total above the deposit. A batch that changes nothing fails with
// ErrNothingToRedeem.
//
// At most maxLines payees of a payment channel are paid, 0 is all; the next redemption
// goes on there.
func (k Keeper) RedeemVouchers(ctx context.Context, vouchers []types.Voucher, maxLines uint32) (sdk.Coins, []types.SkippedVoucher, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, nil, err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	r := &redemption{
		k: k, ctx: ctx, sdkCtx: sdkCtx, params: params, works: map[registrytypes.WorkID]payeeState{},
		signatureGas: k.accounts.GetParams(ctx).SigVerifyCostSecp256k1, maxLines: types.MaxPaymentChannelPayees,
	}
	if maxLines > 0 {
		r.maxLines = int(min(maxLines, types.MaxPaymentChannelPayees))
	}
	paid := sdk.NewMapCoins(nil)
	var skipped []types.SkippedVoucher
	changed := false
	for i, m := range vouchers {
		amount, reason, err := r.redeem(voucher.FromMessage(sdkCtx.ChainID(), m))
		if err != nil {
			return nil, nil, errorsmod.Wrapf(err, "voucher %d", i)
		}
		if reason != types.SKIP_UNSPECIFIED {
			skipped = append(skipped, types.SkippedVoucher{PaymentChannel: m.PaymentChannel, Reason: reason})
		}
		if amount != nil {
			changed = true
			paid.Add(*amount)
		}
	}
	if !changed {
		return nil, nil, types.ErrNothingToRedeem.Wrapf("of %d vouchers none pays; the first is of %s: %s",
			len(vouchers), skipped[0].PaymentChannel, skipped[0].Reason.Words())
	}
	return paid.ToCoins(), skipped, nil
}

// redemption is what the vouchers of one message share.
type redemption struct {
	k      Keeper
	ctx    context.Context
	sdkCtx sdk.Context
	params types.Params
	// works that were looked up already.
	works        map[registrytypes.WorkID]payeeState
	signatureGas uint64
	maxLines     int
}

// payeeState is a work as a payment finds it.
type payeeState struct {
	head    types.Head
	payable bool
}

// redeem pays what one voucher adds. The amount is nil when nothing changed.
func (r *redemption) redeem(v voucher.Voucher) (amount *sdk.Coin, skip types.SkipReason, err error) {
	channel, err := r.k.PaymentChannels.Rows.Get(r.ctx, v.PaymentChannel)
	if errors.Is(err, collections.ErrNotFound) {
		return nil, types.SKIP_CLOSED, nil
	}
	if err != nil {
		return nil, 0, err
	}
	if channel.PendingFrom == 0 {
		if skip, err := r.admit(channel, v); skip != 0 || err != nil {
			return nil, skip, err
		}
		begin(&channel, v)
	}
	payees, err := r.k.paymentChannelPayees(r.ctx, v.PaymentChannel)
	if err != nil {
		return nil, 0, err
	}
	paid, lines, err := r.pay(&channel, payees, r.maxLines)
	if err == nil && channel.PendingFrom == 0 && channel.Redeemed.LT(v.Total) && lines < r.maxLines {
		// An earlier redemption is complete now; the voucher's own follows.
		if skip, err = r.admit(channel, v); skip == 0 && err == nil {
			begin(&channel, v)
			var more math.Int
			more, _, err = r.pay(&channel, payees, r.maxLines-lines)
			paid = paid.Add(more)
		}
	}
	if err != nil {
		return nil, 0, err
	}
	if channel.Redeemed.LT(v.Total) && skip == 0 {
		skip = types.SKIP_PENDING
	}
	if err := r.k.PaymentChannels.Rows.Set(r.ctx, v.PaymentChannel, channel); err != nil {
		return nil, 0, err
	}
	coin := sdk.NewCoin(channel.Denom, paid)
	return &coin, skip, r.emit(v.PaymentChannel, &channel, paid)
}

// emit says what a voucher, or the rest of one, has paid now.
func (r *redemption) emit(id types.PaymentChannelID, channel *types.PaymentChannel, paid math.Int) error {
	return events.Emit(r.ctx, &types.EventVoucherRedeemed{
		PaymentChannel: id, Denom: channel.Denom, Total: channel.Redeemed.String(), Paid: paid.String(),
		PendingFrom: channel.PendingFrom,
	})
}

// begin lets payees be paid up to a voucher's total.
func begin(channel *types.PaymentChannel, v voucher.Voucher) {
	channel.Settled, channel.Redeemed = channel.Redeemed, v.Total
}

// admit checks a voucher against its payment channel.
func (r *redemption) admit(channel types.PaymentChannel, v voucher.Voucher) (types.SkipReason, error) {
	now := r.sdkCtx.BlockTime()
	increase := v.Total.Sub(channel.Redeemed)
	switch {
	case channel.ClosesAt != nil && !now.Before(*channel.ClosesAt):
		return types.SKIP_CLOSED, nil
	case v.ExpiredAt(now):
		return types.SKIP_EXPIRED, nil
	case !increase.IsPositive():
		return types.SKIP_STALE, nil
	case v.Total.GT(channel.Deposit):
		return 0, types.ErrOverDeposit.Wrapf("%s promises %s%s, of which %s are deposited: its payer must add to it first",
			v.PaymentChannel, v.Total, channel.Denom, channel.Deposit)
	}
	r.sdkCtx.GasMeter().ConsumeGas(r.signatureGas, "voucher signature")
	if err := v.Verify(channel.Key); err != nil {
		return 0, err
	}
	// What was deposited can be redeemed even when payments in its denom have ended.
	if denom, err := r.params.Accepted(channel.Denom); err == nil && increase.LT(denom.MinPayment) {
		return types.SKIP_BELOW_MINIMUM, nil
	}
	return 0, nil
}

// pay pays the next payees of a redemption, at most limit of them, and returns
// the sum and how many there were. A part of zero pays nothing, and is charged a line
// like any other: it was computed. The part of a work
// that was invalidated, or that came under a ceiling in other denoms since the payment
// channel was opened, stays there, and goes back with the rest.
func (r *redemption) pay(channel *types.PaymentChannel, payees []types.WorkShare, limit int) (sum math.Int, lines int, err error) {
	from, to := channel.Settled.BigInt(), channel.Redeemed.BigInt()
	payer, sum := channel.Payer.String(), math.ZeroInt()
	first := int(channel.PendingFrom)
	last := min(first+limit, len(payees))
	for _, share := range payees[first:last] {
		part := flow.Increase(from, to, share.Weight)
		if part.Sign() == 0 {
			r.sdkCtx.GasMeter().ConsumeGas(r.params.GasPerLine, "voucher line")
			continue
		}
		work, err := r.work(share.Work)
		if err != nil {
			return sum, 0, err
		}
		if !work.payable || !work.head.Taking.Takes(channel.Denom) {
			r.sdkCtx.GasMeter().ConsumeGas(r.params.GasPerLine, "voucher line")
			continue
		}
		coin := sdk.NewCoin(channel.Denom, math.NewIntFromBigInt(part))
		chargeLine(r.ctx, r.params, work.head, coin)
		r.k.notePayment(r.ctx, share.Work, work.head.Epoch, coin)
		if err := emitPaid(r.ctx, payer, share.Work, coin, work.head.Epoch); err != nil {
			return sum, 0, err
		}
		sum = sum.Add(coin.Amount)
	}
	channel.Paid = channel.Paid.Add(sum)
	channel.PendingFrom = uint32(last)
	if last == len(payees) {
		channel.PendingFrom, channel.Settled = 0, channel.Redeemed
	}
	return sum, last - first, nil
}

// work looks a payee up, once a message.
func (r *redemption) work(id registrytypes.WorkID) (payeeState, error) {
	if state, known := r.works[id]; known {
		return state, nil
	}
	head, err := r.k.payableHead(r.ctx, id)
	if err != nil && !errors.Is(err, registrytypes.ErrOnHold) {
		return payeeState{}, err
	}
	state := payeeState{head: head, payable: err == nil}
	r.works[id] = state
	return state, nil
}

func (k Keeper) paymentChannelPayees(ctx context.Context, id types.PaymentChannelID) ([]types.WorkShare, error) {
	packed, err := k.PaymentChannels.Payees.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return packed.Unpack()
}
