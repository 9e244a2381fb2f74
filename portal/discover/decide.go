package discover

import (
	"context"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/portal/index"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const accountKind = encoding.AccountPrefix

// search is one query at one height.
type search struct {
	*Finder
	q      Query
	use    licensetypes.Use
	moment rights.Moment
}

// decide asks the node about candidates: first about their works, all at once, then about each offer of which the answer about
// the work does not tell. Those that do not serve are nil.
func (s *search) decide(ctx context.Context, candidates []index.Candidate) ([]*Offer, error) {
	offers := make([]*Offer, len(candidates))
	var questions []rights.Question
	for _, c := range candidates {
		if n := len(questions); n == 0 || questions[n-1].Subject != c.Work.ID.String() {
			questions = append(questions, rights.Question{Subject: c.Work.ID.String()})
		}
	}
	if len(questions) == 0 {
		return offers, nil
	}
	answers, err := rights.Inquiry{Chain: s.Client.License(), Use: s.use, Brief: true, Once: true, Moment: s.moment}.Ask(ctx, questions)
	if err != nil {
		return nil, err
	}
	byWork := make(map[string]licensetypes.Rights, len(answers))
	for _, answer := range answers {
		byWork[answer.Subject] = answer
	}
	group, ctx := errgroup.WithContext(client.At(ctx, s.moment.Height))
	group.SetLimit(atOnce)
	for i, c := range candidates {
		if s.denied(c.Work.ID.String()) {
			continue
		}
		group.Go(func() (err error) {
			offers[i], err = s.one(ctx, c, byWork[c.Work.ID.String()])
			return err
		})
	}
	return offers, group.Wait()
}

// one decides about one offer; nil: it does not serve. Of the work is the answer about all offers together: what it denies, each
// denies.
func (s *search) one(ctx context.Context, c index.Candidate, ofWork licensetypes.Rights) (*Offer, error) {
	if rights.Rank(ofWork.Verdict) < rights.Rank(licensetypes.VERDICT_NEEDS_GRANT) {
		return nil, nil
	}
	terms, err := s.termsOf(ctx, c.Terms)
	if err != nil || s.q.Licence != "" && !called(terms, s.q.Licence) {
		return nil, err
	}
	answer := ofWork
	if !tells(ofWork, c) {
		res, err := s.Client.License().CheckRights(ctx, &licensetypes.QueryCheckRightsRequest{
			Work: c.Work.ID.String(), Use: s.use, Permission: c.Terms.String(),
		})
		if err != nil {
			return nil, err
		}
		if !res.DecidedAt.Equal(s.moment.Time) {
			return nil, rights.ErrOtherMoment
		}
		answer = res.Rights
	}
	offer := Offer{
		Work: c.Work.ID.String(), Title: c.Work.Title, Kind: describe.KindName(c.Work.Kind), Owner: c.Work.Owner, SHA256: c.Work.SHA256.String(),
		Terms: c.Terms.String(), Preset: terms.Preset, SPDX: terms.Terms.Spdx, Verdict: rights.VerdictWord(answer.Verdict),
		RoyaltyPolicy: strings.ToLower(strings.TrimPrefix(terms.Terms.RoyaltyPolicy.String(), "POLICY_")), RoyaltyPPM: terms.Terms.RoyaltyRate,
		Price: []Coin{}, UsePrice: []Coin{}, Needs: []Need{}, Duties: []string{},
	}
	if !s.bounds().serve(answer, s.use, &offer) {
		return nil, nil
	}
	served, err := s.beside(ctx, c.Work.ID, terms.Terms, answer, &offer)
	if err != nil || !served {
		return nil, err
	}
	return &offer, nil
}

// tells says whether the answer about a work is the one about one of its offers: the use is allowed by it, or it alone is on
// sale.
func tells(ofWork licensetypes.Rights, c index.Candidate) bool {
	if ofWork.Verdict == licensetypes.VERDICT_ALLOWED {
		return ofWork.Permission == c.Terms.String()
	}
	own := 0
	for _, o := range ofWork.Offers {
		if o.Work != c.Work.ID || !o.UsesOf.IsZero() {
			continue
		}
		if own++; o.Terms != c.Terms {
			return false
		}
	}
	return own > 0
}

// called says whether terms have a name: their SPDX expression, a preset's or their id.
func called(t licensetypes.IdentifiedTerms, name string) bool {
	return strings.EqualFold(t.Terms.Spdx, name) || strings.EqualFold(t.Id.String(), name) ||
		t.Preset != "" && strings.EqualFold(t.Preset, name)
}

// bounds are what a query asks of an answer.
type bounds struct {
	price    *sdk.Coin
	royalty  *uint32
	approval bool
}

func (s *search) bounds() bounds { return bounds{s.q.MaxPrice, s.q.MaxRoyalty, s.q.Approval} }

// serve says whether an answer serves within the bounds, and completes the offer by what it says.
func (b bounds) serve(answer licensetypes.Rights, use licensetypes.Use, offer *Offer) bool {
	makes := use.Rules().Makes()
	if makes && b.royalty != nil && offer.RoyaltyPPM > *b.royalty {
		return false
	}
	switch answer.Verdict {
	case licensetypes.VERDICT_ALLOWED:
		return b.allowed(answer, offer)
	case licensetypes.VERDICT_NEEDS_GRANT:
		return b.sold(answer, makes, offer)
	}
	return false
}

func (b bounds) allowed(answer licensetypes.Rights, offer *Offer) bool {
	price, paid := rights.PerUse(answer)
	for _, o := range answer.Obligations {
		code := strings.ToLower(strings.TrimPrefix(o.Kind.String(), "OBLIGATION_"))
		if !slices.Contains(offer.Duties, code) {
			offer.Duties = append(offer.Duties, code)
		}
		if o.Kind == licensetypes.OBLIGATION_PAY_PER_USE && !paid {
			return false // in no one denom, so that nobody can
		}
	}
	offer.UsePrice = coins(price)
	return !paid || affordable(price, b.price)
}

// affordable says whether one of the alternatives of a price is at most a coin.
func affordable(price sdk.Coins, most *sdk.Coin) bool {
	if most == nil || len(price) == 0 {
		return true
	}
	found, coin := price.Find(most.Denom)
	return found && coin.Amount.LTE(most.Amount)
}

func (b bounds) sold(answer licensetypes.Rights, makes bool, offer *Offer) bool {
	waits := slices.ContainsFunc(answer.Reasons, rights.AsksSource)
	if waits && !b.approval {
		return false
	}
	asked := answer.Offers
	answer.Offers = slices.Clone(answer.Offers)
	if b.approval {
		for i := range answer.Offers {
			answer.Offers[i].NeedsApproval = false
		}
	}
	if makes && b.royalty != nil {
		for i, o := range answer.Offers {
			// It stays, as what cannot be had: another one may do in its place.
			answer.Offers[i].NeedsApproval = o.NeedsApproval || o.RoyaltyRate > *b.royalty
		}
	}
	price, items, ok := alternatives(answer)
	if !ok && waits && len(answer.Offers) == 0 {
		ok = true // nothing but to be approved
	}
	if !ok || !affordable(price, b.price) {
		return false
	}
	offer.Approval = waits
	for _, item := range items {
		offer.Approval = offer.Approval || slices.ContainsFunc(asked, func(o licensetypes.Obtainable) bool {
			return o.NeedsApproval && o.Work == item.Offer.Work && o.Terms == item.Offer.Terms && o.UsesOf == item.Offer.UsesOf
		})
		offer.Needs = append(offer.Needs, Need{
			Work: item.Offer.Work.String(), Terms: item.Offer.Terms.String(), UsesOf: written(item.Offer.UsesOf), Price: coins(item.Offer.Price),
		})
		offer.RoyaltyPPM = max(offer.RoyaltyPPM, item.Offer.RoyaltyRate)
	}
	offer.Price = coins(price)
	return true
}

func written(id registrytypes.WorkID) string {
	if id.IsZero() {
		return ""
	}
	return id.String()
}

// unbounded is more than any price.
var unbounded = math.NewIntWithDecimal(1, 70)

// alternatives is what all that is needed costs, by each denom in which all of it is to be had, and what that is in the first one.
func alternatives(answer licensetypes.Rights) (price sdk.Coins, items []rights.Item, ok bool) {
	needs := rights.Needs(answer)
	if items, why := rights.Basket(needs, nil); len(why) == 0 {
		return nil, items, true
	}
	var denoms []string
	for _, o := range answer.Offers {
		for _, c := range o.Price {
			denoms = append(denoms, c.Denom)
		}
	}
	slices.Sort(denoms)
	for _, denom := range slices.Compact(denoms) {
		most := sdk.NewCoin(denom, unbounded)
		found, why := rights.Basket(needs, &most)
		if len(why) > 0 {
			continue
		}
		if price = append(price, sdk.NewCoin(denom, rights.Total(found).AmountOf(denom))); len(price) == 1 {
			items = found
		}
	}
	return price, items, len(price) > 0
}

// termsCache remembers terms, which never change but for their uri.
type termsCache struct {
	mu    sync.Mutex
	known map[licensetypes.TermsID]licensetypes.IdentifiedTerms
}

const maxTerms = 10_000

func (f *Finder) termsOf(ctx context.Context, id licensetypes.TermsID) (licensetypes.IdentifiedTerms, error) {
	f.terms.mu.Lock()
	known, ok := f.terms.known[id]
	f.terms.mu.Unlock()
	if ok {
		return known, nil
	}
	res, err := f.Client.License().Terms(ctx, &licensetypes.QueryTermsRequest{Terms: id.String()})
	if err != nil {
		return known, err
	}
	res.Terms.Terms.Uri = "" // people may take it back
	f.terms.mu.Lock()
	defer f.terms.mu.Unlock()
	if len(f.terms.known) >= maxTerms || f.terms.known == nil {
		f.terms.known = map[licensetypes.TermsID]licensetypes.IdentifiedTerms{}
	}
	f.terms.known[id] = res.Terms
	return res.Terms, nil
}
