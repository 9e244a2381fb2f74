package app_test

import (
	"fmt"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// openPaymentChannel deposits for one to three works; half of the payment channels can be closed
// at once by their receiver, who is always the next player.
func (g *game) openPaymentChannel() (chain.Account, []sdk.Msg) {
	payer := g.player()
	g.serials[payer.Name]++
	var payees []royaltytypes.PaymentChannelPayee
	left := uint32(chain.Whole)
	for range g.rng.IntN(3) {
		weight := 1 + g.rng.Uint32N(left/2)
		payees, left = append(payees, g.work().Share(weight)), left-weight
	}
	msg := chain.PaymentChannelMsg(payer, g.serials[payer.Name], g.coin(), append(payees, g.work().Share(left))...)
	if serial := g.serials[payer.Name]; serial%2 == 0 {
		msg.Receiver = receiverOf(payer).String()
	}
	return payer, []sdk.Msg{msg}
}

// receiverOf is the player after this one.
func receiverOf(payer chain.Account) chain.Account {
	var number int
	if _, err := fmt.Sscanf(payer.Name, "player%d", &number); err != nil {
		panic(err)
	}
	return chain.Named(fmt.Sprintf("player%d", (number+1)%players))
}

func (g *game) channel() (chain.Account, royaltytypes.PaymentChannelID) {
	payer := g.player()
	return payer, chain.PaymentChannelOf(payer, 1+g.rng.Uint64N(max(1, g.serials[payer.Name])))
}

// redeem sends vouchers of random totals, some by a stranger, some in slices.
func (g *game) redeem() (chain.Account, []sdk.Msg) {
	sender := g.player()
	msg := chain.RedeemMsg(sender)
	msg.MaxLines = g.rng.Uint32N(3)
	seen := map[royaltytypes.PaymentChannelID]bool{}
	for range 1 + g.rng.IntN(4) {
		payer, id := g.channel()
		if seen[id] {
			continue
		}
		seen[id] = true
		if g.rng.IntN(12) == 0 {
			payer = sender
		}
		msg.Vouchers = append(msg.Vouchers, chain.Voucher(payer, id, 1+g.rng.Int64N(1500), time.Time{}))
	}
	return sender, []sdk.Msg{msg}
}

func (g *game) closePaymentChannel() (chain.Account, []sdk.Msg) {
	payer, id := g.channel()
	sender := payer
	if g.rng.IntN(3) > 0 {
		sender = receiverOf(payer)
	}
	return sender, []sdk.Msg{chain.CloseMsg(sender, id)}
}
