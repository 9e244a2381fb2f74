// Package ibcpay takes payments that arrive from other chains. A transfer to the pay address whose memo names a work is a payment to that
// work: the coins are the work's, or the whole transfer comes back to its sender. Nothing stays at the pay address.
//
// It stands in the stack of the transfer module, for both versions of the protocol (Middleware, MiddlewareV2), right above it.
package ibcpay

import (
	"bytes"
	"context"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/stemma-chain/stemma/internal/amounts"
	"github.com/stemma-chain/stemma/x/internal/events"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// MaxGas is how much gas a payment may take, whatever its memo says: enough for a work with about two thousand receivers. A payment that
// takes more is sent back; a relayer that gives its transaction less has to send it again.
const MaxGas = 5_000_000

// Payments takes payments to works, as the royalty keeper does.
type Payments interface {
	Pay(ctx context.Context, payer sdk.AccAddress, work registrytypes.WorkID, amount sdk.Coin) (epoch uint64, err error)
}

// Address is the account that transfers to works are sent to. It has no key, and no other coins are taken for it.
func Address() sdk.AccAddress { return authtypes.NewModuleAddress("ibcpay") }

// arriving marks the context in which a transfer to the pay address is taken.
type arriving struct{}

// RefuseSends is bank's restriction of what is sent to the pay address: what is not a payment from another chain would stay there for ever.
func RefuseSends(ctx context.Context, _, to sdk.AccAddress, _ sdk.Coins) (sdk.AccAddress, error) {
	if bytes.Equal(to, Address()) && ctx.Value(arriving{}) == nil {
		return to, types.ErrInvalidPayment.Wrapf("%s takes transfers from other chains whose memo names a work, and nothing else: "+
			"on this chain pay the work", to)
	}
	return to, nil
}

// route is the way that a packet came: the ends of its channel there and here, of its clients in version 2 of the protocol.
type route struct {
	sourcePort, source, port, channel string
	sequence                          uint64
}

// taker pays works from what arrives.
type taker struct{ payments Payments }

// isPayment says whether a transfer is to the pay address, however that is spelled.
func isPayment(data transfertypes.InternalTransferRepresentation) bool {
	to, err := sdk.AccAddressFromBech32(data.Receiver)
	return err == nil && bytes.Equal(to, Address())
}

// take has a transfer to the pay address arrive, by the module below, and pays the work that its memo names. Where it fails, the caller
// acknowledges an error, which undoes both; why is in an event.
func (t taker) take(ctx sdk.Context, r route, data transfertypes.InternalTransferRepresentation, arrive func(sdk.Context) error) error {
	work, amount, err := t.pay(ctx, r, data, arrive)
	if err != nil {
		refused := &types.EventTransferRefused{Channel: r.channel, Sequence: r.sequence, Reason: err.Error()}
		if failed := events.Emit(ctx, refused); failed != nil {
			return failed
		}
		return err
	}
	return events.Emit(ctx, &types.EventTransferPaid{
		Work: work, Denom: amount.Denom, Amount: amount.Amount.String(), Channel: r.channel, Sequence: r.sequence, Sender: data.Sender,
	})
}

func (t taker) pay(
	ctx sdk.Context, r route, data transfertypes.InternalTransferRepresentation, arrive func(sdk.Context) error,
) (work registrytypes.WorkID, amount sdk.Coin, err error) {
	if work, err = ReadMemo(data.Memo); err != nil {
		return work, amount, err
	}
	if amount, err = arrived(r, data.Token); err != nil {
		return work, amount, err
	}
	if err := arrive(ctx.WithValue(arriving{}, true)); err != nil {
		return work, amount, err
	}
	return work, amount, bounded(ctx, func(ctx sdk.Context) error {
		_, err := t.payments.Pay(ctx, Address(), work, amount)
		return err
	})
}

// arrived is what a token is called here, and how much of it comes: a voucher of this chain's for what comes from there, the own denom for
// what comes back.
func arrived(r route, token transfertypes.Token) (sdk.Coin, error) {
	amount, err := amounts.Parse(token.Amount)
	if err != nil {
		return sdk.Coin{}, types.ErrInvalidPayment.Wrap(err.Error())
	}
	denom := token.Denom
	if denom.HasPrefix(r.sourcePort, r.source) {
		denom.Trace = denom.Trace[1:]
	} else {
		denom.Trace = append([]transfertypes.Hop{transfertypes.NewHop(r.port, r.channel)}, denom.Trace...)
	}
	return sdk.Coin{Denom: denom.IBCDenom(), Amount: amount}, nil
}

// bounded does something for at most MaxGas, and for no more than the transaction has: where it has not so much, the whole transaction
// fails, and so no relayer can have a payment sent back by giving less, nor have nodes do more than was declared.
func bounded(ctx sdk.Context, do func(sdk.Context) error) (err error) {
	most := min(MaxGas, ctx.GasMeter().GasRemaining())
	meter := storetypes.NewGasMeter(most)
	defer func() {
		if r := recover(); r != nil {
			out, is := r.(storetypes.ErrorOutOfGas)
			if !is {
				panic(r)
			}
			// Where the transaction had less, taking it is what fails.
			err = types.ErrInvalidPayment.Wrapf("it takes more than %d gas (%s): pay on the chain", most, out.Descriptor)
		}
		ctx.GasMeter().ConsumeGas(min(meter.GasConsumed(), MaxGas), "pay a work by memo")
	}()
	return do(ctx.WithGasMeter(meter))
}
