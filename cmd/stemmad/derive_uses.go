package main

import (
	"fmt"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// usePaid is a payment for this use.
type usePaid struct {
	Work   registrytypes.WorkID `json:"work"`
	Amount string               `json:"amount"`
}

// payUses prepares payments of what the permissions ask for each use, where --pay-uses is given. What several
// sources ask for one work under the same terms is one use. --max-fee is the most for each source, with what is
// bought of it.
func (d *derivation) payUses(conn *connect.Conn, sender *send.Sender) error {
	if !conn.Flags().Is(flagPayUses) {
		return nil
	}
	most, err := maxFee(conn)
	if err != nil {
		return err
	}
	if most == nil && !sender.DryRun() {
		return fmt.Errorf("--%s needs --%s: the most to pay for each source, such as 5000uusdc", flagPayUses, flagMaxFee)
	}
	choices := make([]*permission.Choice, len(d.sources))
	for i := range d.sources {
		choices[i] = &d.sources[i].choice.Choice
	}
	for i, uses := range permission.UsesOnce(choices...) {
		s := d.sources[i]
		left := s.leaves(most)
		for _, o := range uses {
			price := o.Price[0]
			if left != nil {
				found, picked := o.Price.Find(left.Denom)
				if !found || picked.Amount.GT(left.Amount) {
					return fmt.Errorf("source %s: each use of %s costs %s, and of --%s %s are %s left for it: raise it, or use something else",
						s.work.Id, o.Work, conn.Units().Alternatives(o.Price), flagMaxFee, most, left)
				}
				price = picked
				*left = left.Sub(picked)
			}
			d.uses = append(d.uses, &royaltytypes.MsgPay{Payer: sender.Account(), Work: o.Work, Amount: price})
		}
	}
	return nil
}

// leaves is what of the most to pay for a source its purchases leave; nil: there is no most.
func (s chosen) leaves(most *sdk.Coin) *sdk.Coin {
	if most == nil {
		return nil
	}
	left := *most
	for _, p := range s.choice.Purchases() {
		if p.Price != nil && p.Price.Denom == left.Denom && p.Price.Amount.LTE(left.Amount) {
			left = left.Sub(*p.Price)
		}
	}
	return &left
}

// usesPaid are the payments for programs.
func (d *derivation) usesPaid() (list []usePaid) {
	for _, use := range d.uses {
		list = append(list, usePaid{use.Work, use.Amount.String()})
	}
	return list
}

// usesLines says them, a line each; empty: there are none.
func (d *derivation) usesLines(conn *connect.Conn) string {
	var b strings.Builder
	for _, use := range d.uses {
		fmt.Fprintf(&b, "\nThis use of %s is paid with it: %s", use.Work, conn.Units().Sum(sdk.NewCoins(use.Amount)))
	}
	return b.String()
}
