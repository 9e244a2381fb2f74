// Package history reads what happened from the events of transactions and blocks: what was
// paid, and who gets what share of it.
package history

import (
	"fmt"
	"strconv"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/internal/amounts"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var (
	paid     = proto.MessageName(&royaltytypes.EventPaid{})
	granted  = proto.MessageName(&licensetypes.EventGranted{})
	renewed  = proto.MessageName(&licensetypes.EventGrantRenewed{})
	redeemed = proto.MessageName(&royaltytypes.EventVoucherRedeemed{})
	arrived  = proto.MessageName(&royaltytypes.EventTransferPaid{})
)

// Payment is one payment to a work.
type Payment struct {
	Payer  string
	Work   registrytypes.WorkID
	Amount sdk.Coin
	// Epoch of the work's lists that the payment goes by.
	Epoch uint64
	// Grant that the payment is the fee of; empty for a payment without licence.
	Grant string
	// Renewal says that the fee is for a longer time of the grant.
	Renewal bool
	// PaymentChannel whose deposit it came from; empty: from the payer's balance.
	PaymentChannel string
	// Sender is the account on another chain whose transfer it was, as that chain says, and Channel this chain's end of the channel,
	// or the client, that it came by; empty: from an account of this chain.
	Sender, Channel string
	// Event is the place of the payment among the events.
	Event int
}

// Payments finds the payments among events, in order. A licence fee is a payment
// that the grant's event follows in the same message; those of a voucher come
// before its own event, and so does that of a transfer from another chain.
func Payments(events []abci.Event) ([]Payment, error) {
	var payments []Payment
	for i, event := range events {
		switch event.Type {
		case paid:
			p, err := payment(event)
			if err != nil {
				return nil, err
			}
			p.Event = i
			payments = append(payments, p)
		case granted, renewed:
			assign(payments, events, event)
		case redeemed:
			if err := fromPaymentChannel(payments, event); err != nil {
				return nil, err
			}
		case arrived:
			if n := len(payments); n > 0 {
				payments[n-1].Sender, payments[n-1].Channel = Value(event, "sender"), Value(event, "channel")
			}
		}
	}
	return payments, nil
}

func payment(event abci.Event) (Payment, error) {
	amount, err := amounts.Coin(Value(event, "amount"), Value(event, "denom"))
	if err != nil {
		return Payment{}, fmt.Errorf("read an event of a payment: %w", err)
	}
	epoch, err := strconv.ParseUint(Value(event, "epoch"), 10, 64)
	if err != nil {
		return Payment{}, fmt.Errorf("read the epoch of a payment: %w", err)
	}
	work, err := registrytypes.ParseWorkID(Value(event, "work"))
	if err != nil {
		return Payment{}, fmt.Errorf("read the work of a payment: %w", err)
	}
	return Payment{Payer: Value(event, "payer"), Work: work, Amount: amount, Epoch: epoch}, nil
}

// assign gives a grant the payment that was its fee: the last one of the message
// to the same work, of the same amount and by the licensee, not yet assigned.
func assign(payments []Payment, events []abci.Event, grant abci.Event) {
	for i := len(payments) - 1; i >= 0; i-- {
		p := &payments[i]
		if p.Grant == "" && p.Work.String() == Value(grant, "work") && p.Amount.String() == Value(grant, "fee") &&
			p.Payer == Value(grant, "licensee") &&
			Value(events[p.Event], MsgIndex) == Value(grant, MsgIndex) {
			p.Grant, p.Renewal = Value(grant, "grant"), grant.Type == renewed
			return
		}
	}
}

// fromPaymentChannel marks what a voucher paid: the last payments, up to its sum.
func fromPaymentChannel(payments []Payment, voucher abci.Event) error {
	coin, err := amounts.Coin(Value(voucher, "paid"), Value(voucher, "denom"))
	if err != nil {
		return fmt.Errorf("read an event of a voucher: %w", err)
	}
	left := coin.Amount
	for i := len(payments) - 1; i >= 0 && left.IsPositive(); i-- {
		p := &payments[i]
		if p.PaymentChannel != "" || p.Grant != "" || p.Amount.Denom != coin.Denom || p.Amount.Amount.GT(left) {
			break
		}
		p.PaymentChannel = Value(voucher, "payment_channel")
		left = left.Sub(p.Amount.Amount)
	}
	return nil
}
