package x402

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/paychannel"
	"github.com/stemma-chain/stemma/client/x402"
	"github.com/stemma-chain/stemma/portal/till"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
	"github.com/stemma-chain/stemma/x/royalty/voucher"
)

// batch takes a payment by a voucher: the use is served now, and redeemed later with many others. It fails with a *x402.Refusal.
func (d *Doors) batch(ctx context.Context, t Thing, p *x402.Payment, chainID string, fetch func() error) (Receipt, error) {
	if d.Vouchers == nil || d.Receiver.Empty() {
		return Receipt{}, &x402.Refusal{Reason: x402.InvalidScheme, Detail: "no vouchers are taken here"}
	}
	var v voucher.Voucher
	if err := json.Unmarshal(p.Payload.Voucher, &v); err != nil {
		return Receipt{}, &x402.Refusal{Reason: x402.InvalidPayload, Detail: "voucher: " + err.Error()}
	}
	if v.ChainID != chainID {
		return Receipt{}, &x402.Refusal{Reason: x402.InvalidNetwork, Detail: fmt.Sprintf("the voucher is for %q, this is %q", v.ChainID, chainID)}
	}
	channel, payees, err := d.openChannel(ctx, v.PaymentChannel)
	if err != nil {
		return Receipt{}, err
	}
	if err := v.Verify(channel.Key); err != nil {
		return Receipt{}, &x402.Refusal{Reason: x402.WrongSignature, Detail: err.Error()}
	}
	leave := d.locks.take(v.PaymentChannel.String()) // which nobody can hold who can't sign for it
	defer leave()
	switch spent, err := d.Till.Find(ctx, till.UseID(v.PaymentChannel, v.Total)); {
	case err == nil:
		return d.again(ctx, t, v, channel, spent, fetch)
	case !errors.Is(err, till.ErrUnknown):
		return Receipt{}, broken(err)
	}
	if err := d.fit(v, channel); err != nil {
		return Receipt{}, err
	}
	answer, err := d.decide(ctx, t, channel.Payer)
	if err != nil {
		return Receipt{}, unless(err)
	}
	for _, bill := range t.bills(answer) {
		if bill.Amount.Denom != channel.Deposit.Denom || bill.Tariff == nil {
			continue
		}
		if !slices.Equal(bill.Tariff.Payees, payees) {
			return Receipt{}, &x402.Refusal{Reason: x402.WrongChannel, Detail: "it pays others than this use owes, or other parts"}
		}
		if err := agrees(p.Accepted, bill.Tariff.Price); err != nil {
			return Receipt{}, err
		}
		return d.spend(ctx, t, v, channel, bill.Tariff.Price.Amount, fetch)
	}
	return Receipt{}, &x402.Refusal{
		Reason: x402.InvalidRequirements, Detail: fmt.Sprintf("vouchers in %s pay no such use (any more); %s", channel.Deposit.Denom, why(answer)),
	}
}

// openChannel asks for a payment channel and whom it pays.
func (d *Doors) openChannel(ctx context.Context, id royaltytypes.PaymentChannelID) (
	channel royaltytypes.PaymentChannelInfo, payees []royaltytypes.PaymentChannelPayee, err error,
) {
	ctx, cancel := context.WithTimeout(ctx, askedWithin)
	defer cancel()
	res, err := d.Client.Royalty().PaymentChannel(ctx, &royaltytypes.QueryPaymentChannelRequest{
		PaymentChannel: id, Pagination: &query.PageRequest{Limit: royaltytypes.MaxPaymentChannelPayees},
	})
	switch {
	case status.Code(err) == codes.NotFound:
		return channel, nil, &x402.Refusal{Reason: x402.WrongChannel, Detail: fmt.Sprintf("%s is closed, or was never opened", id)}
	case err != nil:
		return channel, nil, unless(errors.Join(ErrNode, err))
	}
	return res.PaymentChannel, res.Payees, nil
}

// fit checks that what the voucher promises can be redeemed, by nobody else's will.
func (d *Doors) fit(v voucher.Voucher, channel royaltytypes.PaymentChannelInfo) error {
	no := func(format string, args ...any) error {
		return &x402.Refusal{Reason: x402.WrongChannel, Detail: fmt.Sprintf(format, args...)}
	}
	switch {
	case channel.Receiver != d.Receiver.String():
		return no("its receiver is %q: it has to be %s, so that the money is promised to nobody else", channel.Receiver, d.Receiver)
	case channel.CloseDelay < d.MinCloseDelay:
		return no("it closes %s after its payer asks for that, at least %s are needed", channel.CloseDelay, d.MinCloseDelay)
	case channel.ClosesAt != nil:
		return no("its payer has asked to close it on %s", channel.ClosesAt.UTC().Format(time.RFC3339))
	case v.Expires != 0:
		return no("the voucher has an end: leave it out")
	case v.Total.GT(channel.Deposit.Amount):
		return &x402.Refusal{Reason: x402.OverDeposit, Detail: fmt.Sprintf("the voucher is over %s, the deposit is %s", v.Total, channel.Deposit)}
	}
	return nil
}

// spend takes the price of a use from what vouchers promise, keeps the voucher, and serves.
func (d *Doors) spend(
	ctx context.Context, t Thing, v voucher.Voucher, channel royaltytypes.PaymentChannelInfo, price math.Int, fetch func() error,
) (Receipt, error) {
	newest, begin := v.Total, channel.Redeemed.Amount
	before, err := d.Vouchers.Newest(v.ChainID, v.PaymentChannel)
	if err != nil {
		return Receipt{}, broken(err)
	}
	if before != nil {
		newest = math.MaxInt(newest, before.Total)
		// A till that does not know the payment channel was lost, with what was served for what was promised until then.
		begin = math.MaxInt(begin, before.Total)
	}
	receipt := Receipt{
		ID: till.UseID(v.PaymentChannel, v.Total), Resource: t.URL, Work: t.Work, Use: t.Description, Payer: channel.Payer,
		Amount: price.String(), Asset: channel.Deposit.Denom, ForUse: true,
	}
	raw, err := json.Marshal(receipt)
	if err != nil {
		return Receipt{}, broken(err)
	}
	use := till.Use{
		Channel: v.PaymentChannel, Total: v.Total, Newest: newest, Redeemed: begin, Price: price,
		Payment: till.Payment{Resource: t.paid(), Payer: channel.Payer, Amount: price.String() + channel.Deposit.Denom, Receipt: raw},
	}
	// Before anything is asked of what is behind, which may cost more than a look at the till.
	if err := d.Till.Affords(ctx, use); err != nil {
		return Receipt{}, unspent(err, price)
	}
	if err := fetch(); err != nil {
		return Receipt{}, err
	}
	spent, fresh, err := d.Till.Spend(ctx, use, d.Now())
	switch {
	case err != nil:
		return Receipt{}, unspent(err, price)
	case !fresh: // by other doors at the same till; what is there was fetched
		return d.again(ctx, t, v, channel, spent, nothing)
	}
	if err := d.keep(v, channel); err != nil {
		return Receipt{}, err
	}
	return receipt, d.once(ctx, t, receipt)
}

// unspent says why a voucher pays no use of a price.
func unspent(err error, price math.Int) error {
	switch {
	case errors.Is(err, till.ErrTooLow):
		return &x402.Refusal{Reason: x402.TooLow, Detail: fmt.Sprintf("all its vouchers promise no more than was served: add %s to the total", price)}
	case errors.Is(err, till.ErrSpent):
		return &x402.Refusal{Reason: x402.Replayed, Detail: "the voucher was used long ago"}
	}
	return broken(err)
}

// keep keeps a voucher, unless a newer one is kept.
func (d *Doors) keep(v voucher.Voucher, channel royaltytypes.PaymentChannelInfo) error {
	if _, err := d.Vouchers.Keep(v, channel); err != nil && !errors.Is(err, paychannel.ErrNotNewer) {
		return broken(err)
	}
	return nil
}

// again hands over what a voucher was spent on before.
func (d *Doors) again(
	ctx context.Context, t Thing, v voucher.Voucher, channel royaltytypes.PaymentChannelInfo, spent till.Payment,
	fetch func() error,
) (Receipt, error) {
	if spent.Resource != t.paid() {
		return Receipt{}, &x402.Refusal{Reason: x402.Replayed, Detail: "the voucher paid for " + spent.Resource + ": add the price to its total"}
	}
	// Before it is handed over: what was served is to be redeemed.
	if err := d.keep(v, channel); err != nil {
		return Receipt{}, err
	}
	return d.resume(ctx, t, spent, fetch)
}
