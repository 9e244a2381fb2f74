package permission

import (
	"cmp"
	"context"
	"slices"

	"github.com/stemma-chain/stemma/client/rights"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// options are the permissions to choose between, what would be taken unasked first;
// none where there is no choice. There is one where what would be taken binds what is
// made from the source, to no commercial use, to the same terms or to a ceiling, and
// something that allows more is on offer or granted. With Commercial the freer one is
// taken where it binds to none of these and nothing has to be bought for it, or it is the
// only one of them and Buy is set.
func (f Finder) options(ctx context.Context, req Request, answer licensetypes.Rights) ([]Option, error) {
	taken, found, err := f.unasked(ctx, req, answer)
	if err != nil || !found || req.free(taken.Terms.Terms) {
		return nil, err
	}
	freer, err := f.freer(ctx, req, taken)
	if err != nil || len(freer) == 0 {
		return nil, err
	}
	slices.SortStableFunc(freer, func(a, b Option) int {
		return cmp.Or(
			bought(a)-bought(b),
			req.binds(a.Terms.Terms)-req.binds(b.Terms.Terms),
			cmp.Compare(a.Terms.Terms.RoyaltyRate, b.Terms.Terms.RoyaltyRate),
		)
	})
	if req.Commercial && !freer[0].Bought && req.free(freer[0].Terms.Terms) {
		return freer[:1], nil
	}
	if only, found := req.only(freer); found && req.Buy {
		return []Option{only}, nil
	}
	all := append([]Option{taken}, freer...)
	others, err := f.others(ctx, req, all)
	return append(all, others...), err
}

// choose takes the only option; of several somebody has to name one.
func choose(req Request, answer licensetypes.Rights, options []Option) (Option, error) {
	if len(options) == 1 {
		return options[0], nil
	}
	e := refused(req, NeedsChoice, answer)
	e.Options = options
	if only, found := req.only(options); found && only.Bought {
		e.Only = &only
	}
	return Option{}, e
}

// only is the one option that leaves what is made free, where a commercial permission is asked
// for and there is exactly one that can be had now.
func (r Request) only(options []Option) (Option, bool) {
	var free []Option
	for _, o := range options {
		if r.free(o.Terms.Terms) {
			free = append(free, o)
		}
	}
	if !r.Commercial || len(free) != 1 || free[0].Waits {
		return Option{}, false
	}
	return free[0], true
}

// bought is 1 for what has to be acquired first.
func bought(o Option) int {
	if o.Bought {
		return 1
	}
	return 0
}

// free says whether terms leave it to whoever makes something from a work how to use
// and to offer that.
func (r Request) free(t licensetypes.Terms) bool { return r.binds(t) == 0 }

// binds counts in how many ways terms bind what is made: to no commercial use, to the same
// terms, to a ceiling on what it takes in.
func (r Request) binds(t licensetypes.Terms) int {
	n := 0
	for _, bound := range []bool{!t.CommercialUse, !r.Contains() && Alike(t), Ceiling(t)} {
		if bound {
			n++
		}
	}
	return n
}

// Ceiling says whether terms bound what may be taken in.
func Ceiling(t licensetypes.Terms) bool { return len(t.RevenueCeiling) > 0 }

// Alike says whether terms bind what is made to the same terms.
func Alike(t licensetypes.Terms) bool { return t.Derivatives == licensetypes.DERIVATIVES_SHARE_ALIKE }

// freerThan says whether terms allow what others do not.
func freerThan(t, other licensetypes.Terms) bool {
	return t.CommercialUse && (!other.CommercialUse || !Alike(t) && Alike(other) || !Ceiling(t) && Ceiling(other))
}

// unasked is what would be taken for an answer if nobody were asked.
func (f Finder) unasked(ctx context.Context, req Request, answer licensetypes.Rights) (Option, bool, error) {
	o := Option{Permission: answer.Permission}
	switch {
	case answer.Verdict == licensetypes.VERDICT_NEEDS_GRANT && req.Buy:
		offer, price, _ := rights.Cheapest(req.Own(answer.Offers), req.most(answer))
		if offer == nil {
			return o, false, nil
		}
		o.Permission = offer.Terms.String()
		if price != nil {
			o.Bought, o.Price = true, append(o.Price, *price)
		}
	case answer.Verdict != licensetypes.VERDICT_ALLOWED || answer.Permission == "":
		return o, false, nil
	}
	var err error
	o.Terms, err = f.termsOf(ctx, o.Permission)
	return o, err == nil, err
}

// freer lists the offers and the licensee's own grants that allow more than what
// would be taken, and that the chain accepts for commercial use, bought or not.
func (f Finder) freer(ctx context.Context, req Request, taken Option) ([]Option, error) {
	req.Commercial = true
	return f.accepted(ctx, req, func(o Option) bool { return freerThan(o.Terms.Terms, taken.Terms.Terms) })
}

// others lists what the chain accepts beside options, as the request asks: who chooses sees
// all there is.
func (f Finder) others(ctx context.Context, req Request, options []Option) ([]Option, error) {
	return f.accepted(ctx, req, func(o Option) bool {
		return !slices.ContainsFunc(options, func(have Option) bool { return have.Terms.Id == o.Terms.Id })
	})
}

// accepted lists the offers and the licensee's own grants that pass a filter and that the
// chain accepts, bought or not; of the same terms the first.
func (f Finder) accepted(ctx context.Context, req Request, filter func(Option) bool) ([]Option, error) {
	candidates, err := f.candidates(ctx, req)
	if err != nil {
		return nil, err
	}
	var list []Option
	for _, option := range candidates {
		if !filter(option) || slices.ContainsFunc(list, func(have Option) bool { return have.Terms.Id == option.Terms.Id }) {
			continue
		}
		answer, err := f.ask(ctx, req, option.Permission)
		if err != nil {
			return nil, err
		}
		switch answer.Verdict {
		case licensetypes.VERDICT_ALLOWED:
			option.Price = nil
		case licensetypes.VERDICT_NEEDS_GRANT:
			items := rights.Shown(answer)
			option.Bought, option.Fee, option.Waits = true, rights.Total(items), rights.Waits(answer, items)
		default:
			continue
		}
		list = append(list, option)
	}
	return list, nil
}

// candidates are the licensee's grants of the source, then its offers.
func (f Finder) candidates(ctx context.Context, req Request) ([]Option, error) {
	list, err := f.grantedTerms(ctx, req)
	if err != nil {
		return nil, err
	}
	offers, err := Offers(ctx, f.Chain, req.Source)
	if err != nil {
		return nil, err
	}
	for _, offer := range offers {
		list = append(list, Option{
			Permission: offer.Terms.Id.String(), Terms: offer.Terms, Price: offer.Offer.PriceUnder(offer.Terms.Terms),
		})
	}
	return list, nil
}

// grantedTerms lists the licensee's grants of the source that no other work uses.
func (f Finder) grantedTerms(ctx context.Context, req Request) ([]Option, error) {
	grants, err := f.grants(ctx, req, licensetypes.TermsID{})
	if err != nil {
		return nil, err
	}
	var list []Option
	for _, grant := range grants {
		terms, err := f.termsOf(ctx, grant.Terms.String())
		if err != nil {
			return nil, err
		}
		list = append(list, Option{Permission: grant.Id.String(), Terms: terms})
	}
	return list, nil
}
