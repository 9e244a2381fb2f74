package publish

import (
	"net/url"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/termspec"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// kind is what a permission asks for in return, at most. The zero value is none:
// there is no permission, or none that a file can state.
type kind uint8

const (
	denied kind = iota
	free
	// credit: name the work, and keep to the licence text where there is more.
	credit
	// royalty: a share of what the derivative takes in.
	royalty
	// perUse: a price with each use.
	perUse
	// grant: a grant has to be acquired first.
	grant
)

// condition is what one offer asks of one use.
type condition struct {
	kind        kind
	terms       licensetypes.TermsID
	text        string // URL of the licence text; empty: none on the web
	credit      string // credit line; empty: none is owed
	price       sdk.Coins
	policy      royaltytypes.Policy
	rate        uint32
	approval    bool
	territories []string // empty: everywhere
	// more: the licence text asks for what no format has a word for.
	more bool
}

// conditionOf reads an answer. What it cannot read is denied.
func (w Work) conditionOf(o Offer, u usage, commercial bool) condition {
	answer, asked := o.answer(u, commercial)
	if !asked || !w.publishable(o) || (commercial && w.noncommercial()) {
		return condition{}
	}
	c := condition{terms: o.Open.Terms.Id, text: w.textOf(o), territories: o.Open.Terms.Terms.Territories}
	ok := false
	switch answer.Verdict {
	case licensetypes.VERDICT_ALLOWED:
		c.more = beyondWords(o.Open.Terms.Terms, u)
		ok = o.reliedOn(answer) && c.readObligations(w.Claim.Id, u, answer.Obligations)
	case licensetypes.VERDICT_NEEDS_GRANT:
		ok = !needsOthers(w.Claim.Id, answer) && c.readOffer(w.Claim.Id, answer.Offers)
	}
	if !ok {
		return condition{}
	}
	return c
}

// beyondWords says whether terms set a condition for a use that no format has a word
// for: uses that a model licence forbids, and what the table of fields leaves to the
// licence text.
func beyondWords(t licensetypes.Terms, u usage) bool {
	facts, _ := t.Named().Facts()
	return facts.PassesOn || slices.ContainsFunc(termspec.Fields(), func(f termspec.Field) bool {
		return slices.Contains(f.Export.ByText, u.action()) && f.IsSet(t)
	})
}

// reliedOn says whether an answer relies on the offer itself.
func (o Offer) reliedOn(answer licensetypes.Rights) bool {
	return answer.Permission == o.Open.Terms.Id.String()
}

// readObligations fails if the formats cannot state one of them.
func (c *condition) readObligations(work registrytypes.WorkID, u usage, obligations []licensetypes.Obligation) bool {
	c.kind = free
	for _, o := range obligations {
		switch o.Kind {
		case licensetypes.OBLIGATION_ATTRIBUTION:
			if o.Work == work {
				c.credit = o.Text
				c.kind = max(c.kind, credit)
				continue
			}
			c.more = true
		case licensetypes.OBLIGATION_SHARE_ALIKE:
			c.more = true
		case licensetypes.OBLIGATION_REPORT_USE:
			// The chain's own way to find derivations; the terms do not hang on it.
		case licensetypes.OBLIGATION_ROYALTY:
			if u == search {
				return false
			}
			c.kind = max(c.kind, royalty)
			c.policy, c.rate = o.RoyaltyPolicy, o.RoyaltyRate
		case licensetypes.OBLIGATION_PAY_PER_USE:
			if u != input || o.Work != work {
				return false
			}
			c.kind, c.price = max(c.kind, perUse), o.Price
		default:
			return false
		}
	}
	// Share-alike, ceilings, uses that a model licence forbids and the credit of
	// ancestors have no word of their own: the licence text, which the file names, has
	// to say so.
	return !c.more || (c.text != "" && c.kind >= credit)
}

// needsOthers says whether a grant of the work does not do, because one of its sources asks
// for a grant or an approval too: no format can say so, and the price of the one alone would
// be read as the price of the use.
func needsOthers(work registrytypes.WorkID, answer licensetypes.Rights) bool {
	return slices.ContainsFunc(answer.Offers, func(o licensetypes.Obtainable) bool { return o.Work != work }) ||
		slices.ContainsFunc(answer.Reasons, func(r licensetypes.Reason) bool { return !r.Ancestor.IsZero() })
}

func (c *condition) readOffer(work registrytypes.WorkID, offers []licensetypes.Obtainable) bool {
	i := slices.IndexFunc(offers, func(o licensetypes.Obtainable) bool { return o.Work == work && o.Terms == c.terms })
	if i < 0 {
		return false
	}
	o := offers[i]
	c.kind, c.price, c.policy, c.rate, c.approval = grant, o.Price, o.RoyaltyPolicy, o.RoyaltyRate, o.NeedsApproval
	return true
}

// publishable says whether permissions by an offer of a work may be stated at all: not when
// somebody claimed the content before, or the permission to derive it from a source ends
// before the file does. Of a work that was withdrawn only licences stand that can't be
// taken back.
func (w Work) publishable(o Offer) bool {
	standing := w.Claim.Status == registrytypes.STATUS_ACTIVE ||
		w.Claim.Status == registrytypes.STATUS_WITHDRAWN && o.Open.Offer.IrrevocableSince != nil
	return standing && !w.Claim.Contested &&
		!slices.ContainsFunc(w.Constraints, func(c licensetypes.InForce) bool {
			return c.Constraint.Kind == licensetypes.CONSTRAINT_EXPIRES &&
				(c.Constraint.ExpiresAt == nil || c.Constraint.ExpiresAt.Before(w.Until))
		})
}

// noncommercial says whether a source forbids, or may come to forbid while the
// file is valid, the commercial use of the work.
func (w Work) noncommercial() bool {
	return w.constrained(licensetypes.CONSTRAINT_NONCOMMERCIAL) || w.constrained(licensetypes.CONSTRAINT_CEILING)
}

// textOf is where the licence text of an offer is. A text speaks for itself, so it
// is named only where it promises no more than the work's sources allow.
func (w Work) textOf(o Offer) string {
	t := o.Open.Terms.Terms
	if t.CommercialUse && w.noncommercial() {
		return ""
	}
	for _, limit := range []licensetypes.ConstraintKind{
		licensetypes.CONSTRAINT_SCOPE, licensetypes.CONSTRAINT_USES, licensetypes.CONSTRAINT_PAID_USES, licensetypes.CONSTRAINT_APPROVAL,
		licensetypes.CONSTRAINT_ITEM_BY_GRANT, licensetypes.CONSTRAINT_WITHHELD,
	} {
		if w.constrained(limit) {
			return ""
		}
	}
	return webPage(t.Uri)
}

func (w Work) constrained(kind licensetypes.ConstraintKind) bool {
	return slices.ContainsFunc(w.Constraints, func(c licensetypes.InForce) bool { return c.Constraint.Kind == kind })
}

// saysSearch says whether anybody said anything about search: the terms of an offer,
// or those of a work that this was made from. Who leaves it unset is found as before.
func (w Work) saysSearch() bool {
	for _, o := range w.Offers {
		if o.Open.Terms.Terms.Search != licensetypes.PERMISSION_UNSET {
			return true
		}
		for _, commercial := range []bool{true, false} {
			answer, _ := o.answer(search, commercial)
			if slices.ContainsFunc(answer.Reasons, aboutSearch) ||
				slices.ContainsFunc(answer.Obligations, func(b licensetypes.Obligation) bool {
					return b.Kind == licensetypes.OBLIGATION_PAY_PER_USE
				}) {
				return true
			}
		}
	}
	return false
}

// aboutSearch says whether a source denies search, or makes it paid.
func aboutSearch(r licensetypes.Reason) bool {
	switch rules.Code(r.Code) {
	case rules.SearchDenied, rules.NeedsGrant, rules.NotOffered:
		return !r.Ancestor.IsZero()
	}
	return false
}

// preferences are what anybody may do anywhere, unasked and unpaid.
type preferences [usages]bool

// preferences of a work. Search shows a link to the work, which is the credit
// that most terms ask for; every other condition makes a use reserved.
func (w Work) preferences() preferences {
	var p preferences
	for _, o := range w.Offers {
		for u := range usage(usages) {
			c := w.conditionOf(o, u, true)
			if len(c.territories) == 0 && plain(c, u) && plain(w.conditionOf(o, u, false), u) {
				p[u] = true
			}
		}
	}
	return p
}

func plain(c condition, u usage) bool {
	return !c.more && (c.kind == free || (u == search && c.kind == credit))
}

// webPage returns the URI if it is a web page that a file may point to.
func webPage(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil {
		return ""
	}
	return u.String()
}
