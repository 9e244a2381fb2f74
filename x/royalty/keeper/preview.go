package keeper

import (
	"cmp"
	"context"
	"math"
	"math/big"
	"slices"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// preview is who would get what from a payment.
type preview struct {
	payees []types.Payee
	held   *big.Int
}

// preview runs the sweep over a copy of what the payment would touch and writes
// nothing. It shows what the payment sets in motion at the state now, with what
// waited below a minimum and is taken along; other payments of the same block
// are not known to it. alone leaves out all of that: the stages count as empty,
// so that what comes out is the payment's own.
func (k Keeper) preview(ctx context.Context, pot flow.Pot, amount *big.Int, alone bool) (preview, error) {
	b, err := k.newBook(ctx)
	if err != nil {
		return preview{}, err
	}
	type line struct {
		work    flow.Work
		account flow.Account
	}
	credits := map[line]*big.Int{}
	b.onCredit = func(from flow.Pot, to flow.Account, credit *big.Int) {
		l := line{from.Work, to}
		if credits[l] == nil {
			credits[l] = new(big.Int)
		}
		credits[l].Add(credits[l], credit)
	}
	var over flow.Book = b
	if alone {
		over = emptyBook{book: b, flushed: func(flow.Item, *big.Int) {}}
	}
	if err := run(over, pot, amount); err != nil {
		return preview{}, err
	}
	rates, err := k.effectiveRates(ctx, pot.Work)
	if err != nil {
		return preview{}, err
	}
	p := preview{held: new(big.Int).Set(amount)}
	for l, credit := range credits {
		holders, err := b.Holders(l.work)
		if err != nil {
			return preview{}, err
		}
		p.held.Sub(p.held, credit)
		p.payees = append(p.payees, types.Payee{
			Account: sdk.AccAddress(l.account).String(), Work: types.WorkIDOf(l.work).String(),
			Basis: rates.basis(pot.Work, l.work), Rate: rates.kept[l.work], Weight: weightOf(holders, l.account),
			Amount: sdk.NewCoin(pot.Denom, sdkmath.NewIntFromBigInt(credit)),
		})
	}
	if p.held.Sign() < 0 {
		// What waited before and is taken along exceeds what now waits.
		p.held.SetInt64(0)
	}
	slices.SortFunc(p.payees, func(a, b types.Payee) int {
		return cmp.Or(cmp.Compare(a.Basis, b.Basis), b.Amount.Amount.BigInt().Cmp(a.Amount.Amount.BigInt()),
			cmp.Compare(a.Work, b.Work), cmp.Compare(a.Account, b.Account))
	})
	return p, nil
}

func run(b flow.Book, pot flow.Pot, amount *big.Int) error {
	sweep := flow.NewSweep(b, nil, false)
	if err := sweep.Pay(pot, amount); err != nil {
		return err
	}
	sweep.Run(math.MaxInt)
	return nil
}

func weightOf(holders []flow.Holding, account flow.Account) uint32 {
	for _, h := range holders {
		if h.To == account {
			return h.Weight
		}
	}
	return 0
}

// rates is what each work keeps of a payment, before its holders divide it.
type rates struct {
	kept     map[flow.Work]uint32
	absolute map[flow.Work]bool
	// through holds works that get relative royalties, in one or more steps.
	through map[flow.Work]bool
}

func (r rates) basis(paid, work flow.Work) types.Basis {
	switch {
	case work == paid:
		return types.BASIS_OWN
	case r.absolute[work] && r.through[work]:
		return types.BASIS_BOTH
	case r.absolute[work]:
		return types.BASIS_ABSOLUTE
	default:
		return types.BASIS_RELATIVE
	}
}

// effectiveRates pays a large amount into empty stages and looks where it goes.
func (k Keeper) effectiveRates(ctx context.Context, work flow.Work) (rates, error) {
	store, err := k.newBook(ctx)
	if err != nil {
		return rates{}, err
	}
	// A trillion units: the roundings vanish below one part in a million.
	const sample = 1_000_000_000_000
	r := rates{kept: map[flow.Work]uint32{}, absolute: map[flow.Work]bool{}, through: map[flow.Work]bool{}}
	earned := map[flow.Work]*big.Int{}
	empty := emptyBook{book: store, flushed: func(item flow.Item, amount *big.Int) {
		switch item.Kind {
		case flow.Received:
			r.through[item.Pot.Work] = true
		case flow.Earned:
			if earned[item.Pot.Work] == nil {
				earned[item.Pot.Work] = new(big.Int)
			}
			earned[item.Pot.Work].Add(earned[item.Pot.Work], amount)
		case flow.Paid:
		}
	}}
	if err := run(empty, flow.Pot{Work: work}, big.NewInt(sample)); err != nil {
		return rates{}, err
	}
	for work, amount := range earned {
		r.kept[work] = uint32(amount.Uint64() / (sample / flow.Whole))
	}
	upstream, err := store.Upstream(work)
	if err != nil {
		return rates{}, err
	}
	for _, o := range upstream.Absolute {
		r.absolute[o.To] = true
	}
	return r, nil
}

// emptyBook is a book whose stages start empty and that flushes everything.
type emptyBook struct {
	*book
	// flushed observes; what a sole holder earns comes in as many parts as it has.
	flushed func(item flow.Item, amount *big.Int)
}

// Flushed implements flow.Book.
func (b emptyBook) Flushed(item flow.Item, from, to *big.Int, _ int) {
	b.flushed(item, new(big.Int).Sub(to, from))
}

// Stages implements flow.Book.
func (b emptyBook) Stages(pot flow.Pot) (*flow.Stages, error) {
	if b.pots[pot] == nil {
		b.pots[pot] = new(flow.Stages)
	}
	return b.pots[pot], nil
}

// Ready implements flow.Book.
func (emptyBook) Ready(string, *big.Int) bool { return true }
