package pages

import (
	"context"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/units"
	"github.com/stemma-chain/stemma/client/words"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// redressing says what disputes give, with the names that pages have for works, accounts, terms and amounts.
type redressing struct {
	*visit
	ctx   context.Context
	units units.Units
	terms words.Namer
}

func (v *visit) redressing(ctx context.Context, u units.Units) redressing {
	return redressing{v, ctx, u, v.terms(ctx)}
}

// parts says what is claimed, or what a ruling gives, a sentence without its full stop for each part.
func (t redressing) parts(r disputetypes.Redress) (list []string) {
	add := func(sentence string) { list = append(list, sentence) }
	if r.TransferTo != "" {
		add(t.T("redress.transfer", short(r.TransferTo)))
	}
	switch {
	case !r.Successor.IsZero():
		add(t.T("redress.invalid.successor", t.named(t.ctx, r.Successor).Text))
	case r.Invalidate:
		add(t.T("redress.invalid"))
	}
	if len(r.CloseOffers) > 0 {
		add(t.T("redress.close", t.names(r.CloseOffers)))
	}
	if len(r.Offer) > 0 {
		add(t.T("redress.offer", t.names(r.Offer)))
	}
	if s := r.Source; s != nil {
		add(t.T("redress.source", t.named(t.ctx, s.Work).Text, t.role(s.Role), t.terms(s.Terms)))
	}
	if p := r.Payee; p != nil {
		add(t.T("redress.payee", short(p.Account), percent(p.Share)))
	}
	if len(r.Weights) > 0 {
		var weights []string
		for _, w := range r.Weights {
			weights = append(weights, t.named(t.ctx, w.Source).Text+" "+percent(w.Weight))
		}
		add(t.T("redress.weights", strings.Join(weights, t.T("deed.comma"))))
	}
	if r.Declaration > 0 {
		add(t.T("redress.declaration", r.Declaration))
	}
	if len(r.Past) > 0 {
		add(t.T("redress.past", coinsOf(t.units, r.Past)))
	}
	for _, p := range r.Restitution {
		amount, creditor := coinsOf(t.units, sdk.Coins{p.Amount}), t.named(t.ctx, p.Creditor).Text
		if p.Debtor == "" {
			add(t.T("redress.restitution.work", amount, creditor))
		} else {
			add(t.T("redress.restitution.account", short(p.Debtor), p.HoldersVersion, amount, creditor))
		}
	}
	return list
}

func (t redressing) names(ids []licensetypes.TermsID) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = t.terms(id)
	}
	return strings.Join(names, t.T("deed.comma"))
}
