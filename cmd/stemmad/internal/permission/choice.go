package permission

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/refusal"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// ErrChoice says that a person has to choose between permissions; the text lists
// them.
var ErrChoice = errors.New("a permission has to be chosen")

// choiceError is an ErrChoice, and so an ErrRefused, whose text is all its own.
type choiceError struct{ denial }

func (e choiceError) Is(target error) bool { return target == ErrChoice || target == ErrRefused }

// Option is one of the permissions that a person chooses between.
type Option struct {
	// Permission is what the derivation would cite: a grant, or terms.
	Permission string
	Terms      licensetypes.IdentifiedTerms
	// Price of the grant that has to be bought first, in words; empty: there is none.
	Price string
	// fee is what --buy would pay for it, and for what its sources ask, in the denoms that it
	// takes. waits: its owner has to approve first, so that it can't be bought now.
	fee   sdk.Coins
	waits bool
}

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
	if req.Commercial && freer[0].Price == "" && req.free(freer[0].Terms.Terms) {
		return freer[:1], nil
	}
	if only, found := req.only(freer); found && req.Buy {
		return []Option{only}, nil
	}
	all := append([]Option{taken}, freer...)
	others, err := f.others(ctx, req, all)
	return append(all, others...), err
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
	if !r.Commercial || len(free) != 1 || free[0].waits {
		return Option{}, false
	}
	return free[0], true
}

// bought is 1 for what has to be acquired first.
func bought(o Option) int { return min(len(o.Price), 1) }

// free says whether terms leave it to whoever makes something from a work how to use
// and to offer that.
func (r Request) free(t licensetypes.Terms) bool { return r.binds(t) == 0 }

// binds counts in how many ways terms bind what is made: to no commercial use, to the same
// terms, to a ceiling on what it takes in.
func (r Request) binds(t licensetypes.Terms) int {
	n := 0
	for _, bound := range []bool{!t.CommercialUse, !r.contains() && alike(t), ceiling(t)} {
		if bound {
			n++
		}
	}
	return n
}

func ceiling(t licensetypes.Terms) bool { return len(t.RevenueCeiling) > 0 }

func alike(t licensetypes.Terms) bool { return t.Derivatives == licensetypes.DERIVATIVES_SHARE_ALIKE }

// freerThan says whether terms allow what others do not.
func freerThan(t, other licensetypes.Terms) bool {
	return t.CommercialUse && (!other.CommercialUse || !alike(t) && alike(other) || !ceiling(t) && ceiling(other))
}

// unasked is what would be taken for an answer if nobody were asked.
func (f Finder) unasked(ctx context.Context, req Request, answer licensetypes.Rights) (Option, bool, error) {
	o := Option{Permission: answer.Permission}
	switch {
	case answer.Verdict == licensetypes.VERDICT_NEEDS_GRANT && req.Buy:
		offer, price, _ := rights.Cheapest(ofWork(req, answer.Offers), req.MaxFee, obtainableName)
		if offer == nil {
			return o, false, nil
		}
		o.Permission = offer.Terms.String()
		if price != nil {
			o.Price = price.String()
		}
	case answer.Verdict != licensetypes.VERDICT_ALLOWED || answer.Permission == "":
		return o, false, nil
	}
	var err error
	o.Terms, err = f.termsOf(ctx, o.Permission)
	return o, err == nil, err
}

// termsOf are those that a permission names, or that a grant is under.
func (f Finder) termsOf(ctx context.Context, permission string) (licensetypes.IdentifiedTerms, error) {
	if isGrant(permission) {
		id, err := licensetypes.ParseGrantID(permission)
		if err != nil {
			return licensetypes.IdentifiedTerms{}, err
		}
		res, err := f.Chain.License().Grant(ctx, &licensetypes.QueryGrantRequest{Grant: id})
		if err != nil {
			return licensetypes.IdentifiedTerms{}, err
		}
		permission = res.Grant.Terms.String()
	}
	res, err := f.Chain.License().Terms(ctx, &licensetypes.QueryTermsRequest{Terms: permission})
	if err != nil {
		return licensetypes.IdentifiedTerms{}, err
	}
	return res.Terms, nil
}

// freer lists the offers and the licensee's own grants that allow more than what
// would be taken, and that the chain accepts for commercial use, bought or not.
func (f Finder) freer(ctx context.Context, req Request, taken Option) ([]Option, error) {
	req.Commercial = true
	return f.accepted(ctx, req, func(o Option) bool { return freerThan(o.Terms.Terms, taken.Terms.Terms) })
}

// others lists what the chain accepts beside options, as the request asks: a person who
// chooses sees all there is.
func (f Finder) others(ctx context.Context, req Request, options []Option) ([]Option, error) {
	return f.accepted(ctx, req, func(o Option) bool {
		return !slices.ContainsFunc(options, func(have Option) bool { return have.Terms.Id == o.Terms.Id })
	})
}

// accepted lists the offers and the licensee's own grants that pass a filter and that the
// chain accepts, bought or not; of the same terms the first.
func (f Finder) accepted(ctx context.Context, req Request, filter func(Option) bool) ([]Option, error) {
	offers, err := Offers(ctx, f.Chain, req.Source)
	if err != nil {
		return nil, err
	}
	granted, err := f.grantedTerms(ctx, req)
	if err != nil {
		return nil, err
	}
	var list []Option
	for _, option := range append(granted, optionsOf(offers)...) {
		if !filter(option) || slices.ContainsFunc(list, func(have Option) bool { return have.Terms.Id == option.Terms.Id }) {
			continue
		}
		answer, err := f.ask(ctx, req, option.Permission)
		if err != nil {
			return nil, err
		}
		switch answer.Verdict {
		case licensetypes.VERDICT_ALLOWED:
			option.Price = ""
		case licensetypes.VERDICT_NEEDS_GRANT:
			option.Price = cmp.Or(option.Price, rights.Alternatives(nil))
			items := rights.Shown(answer)
			option.fee, option.waits = rights.Total(items), rights.Waits(answer, items)
		default:
			continue
		}
		list = append(list, option)
	}
	return list, nil
}

func optionsOf(offers []licensetypes.OpenOffer) []Option {
	list := make([]Option, 0, len(offers))
	for _, offer := range offers {
		list = append(list, Option{Permission: offer.Terms.Id.String(), Terms: offer.Terms, Price: Price(offer)})
	}
	return list
}

// grantedTerms lists the licensee's grants of the source that no other work uses.
func (f Finder) grantedTerms(ctx context.Context, req Request) ([]Option, error) {
	res, err := f.Chain.License().Grants(ctx, &licensetypes.QueryGrantsRequest{
		Work: req.Source, Licensee: req.Licensee.String(), Pagination: &query.PageRequest{Limit: maxRows},
	})
	if err != nil {
		return nil, err
	}
	var list []Option
	for _, grant := range res.Grants {
		if !grant.UsedBy.IsZero() && grant.UsedBy != req.Derivative {
			continue
		}
		terms, err := f.termsOf(ctx, grant.Terms.String())
		if err != nil {
			return nil, err
		}
		list = append(list, Option{Permission: grant.Id.String(), Terms: terms})
	}
	return list, nil
}

// choose has a person choose between options, and fails with ErrChoice, which lists
// them, where nobody is there to.
func (f Finder) choose(req Request, options []Option) (Option, error) {
	if len(options) == 1 {
		return options[0], nil
	}
	list := fmt.Sprintf("%s can be %s under permissions that bind you differently:\n%s",
		subject(req), use(req), listOptions(options))
	if f.Choose == nil {
		return Option{}, undecided(req, list, options)
	}
	at, answered, err := f.Choose(list, len(options))
	switch {
	case err != nil:
		return Option{}, err
	case !answered: // the list stands above the question
		return Option{}, undecided(req, "nothing was chosen and nothing sent", options)
	}
	return options[at], nil
}

// undecided says how to choose without being asked.
func undecided(req Request, list string, options []Option) error {
	how := "choose one with --under TERMS"
	if only, found := req.only(options); found && only.Price != "" {
		how += fmt.Sprintf(", or add %s for %s, the only one that binds to neither share-alike nor a ceiling; it costs %s",
			only.buying(), Name(only.Terms), only.Price)
	}
	if !req.Commercial {
		how += ", or with --commercial what allows commercial use"
	}
	return choiceError{denial{
		list + "\n" + how + "; -y does not choose", []refusal.Denial{against(req, needsChoice, nil, choices(req, options))},
	}}
}

// buying are the flags that agree to buy an option.
func (o Option) buying() string {
	if len(o.fee) == 1 {
		return "--buy --max-fee " + o.fee.String()
	}
	return "--buy"
}

// listOptions prints options with what each costs and forbids.
func listOptions(options []Option) string {
	tab := table.New(">", "terms", "price", "royalty", "forbids")
	for i, o := range options {
		tab.Row(fmt.Sprint(i+1), Name(o.Terms), cmp.Or(o.Price, "nothing"), Royalty(o.Terms.Terms),
			cmp.Or(strings.Join(forbids(o.Terms), "; "), "-"))
	}
	return text(tab)
}

// forbids lists what terms forbid to whoever makes something from a work, in short.
func forbids(terms licensetypes.IdentifiedTerms) []string {
	var list []string
	add := func(forbidden bool, format string, args ...any) {
		if forbidden {
			list = append(list, fmt.Sprintf(format, args...))
		}
	}
	t := terms.Terms
	add(!t.CommercialUse, "commercial use of what you make")
	add(alike(t), "offering what you make under other terms")
	add(len(t.RevenueCeiling) > 0, "commercial use once it has taken in %s", t.RevenueCeiling)
	add(len(t.Territories) > 0, "use outside %s", strings.Join(t.Territories, " "))
	add(len(t.Media) > 0, "media other than %s", strings.Join(t.Media, " "))
	if t.Duration != nil {
		add(true, "use after %s, unless renewed", t.Duration)
	}
	add(t.DerivativeApproval, "derivatives that its owner has not approved")
	for _, use := range []struct {
		said licensetypes.Permission
		name string
	}{{t.AiTraining, "AI training"}, {t.AiInput, "AI input"}, {t.Search, "search"}} {
		add(use.said == licensetypes.PERMISSION_DENY, "%s", use.name)
		add(use.said == licensetypes.PERMISSION_PAID, "unpaid %s", use.name)
	}
	return list
}

// binding says in short how terms bind what is made, for the sentence on what is
// relied on.
func binding(t licensetypes.Terms) string {
	s := ""
	if !t.CommercialUse {
		s += ", no commercial use"
	}
	if alike(t) {
		s += ", share-alike"
	}
	if ceiling(t) {
		s += ", ceiling of " + rights.Alternatives(t.RevenueCeiling)
	}
	return s
}
