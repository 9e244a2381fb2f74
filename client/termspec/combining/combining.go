// Package combining explains what a derivative of works under given terms may be
// offered under. It decides nothing itself: it asks x/license/rules, as the chain
// does, and finds the words.
package combining

import (
	"fmt"
	"slices"
	"time"

	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/internal/rates"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Answer is whether a derivative may be offered under terms.
type Answer string

// The answers.
const (
	Allowed Answer = "allowed"
	// Warned: allowed and not recommended.
	Warned  Answer = "allowed_with_warning"
	Refused Answer = "refused"
)

// Terms are terms with the name that people use for them.
type Terms struct {
	Name  string
	Terms licensetypes.Terms
}

// Finding is a reason in words. Code is from the rules' list; empty where rates
// add up to too much, which is no matter of rights.
type Finding struct {
	Code string `json:"code,omitempty"`
	// Terms names the sources' terms that the reason comes from.
	Terms []string `json:"terms,omitempty"`
	Text  string   `json:"text"`
	// said is the text without the terms' names.
	said string
}

// Source is the terms of one work that the derivative is made from.
type Source struct {
	Name string `json:"name"`
	ID   string `json:"id"`
	// NeedsGrant: an offer of these terms is not enough, a grant has to be taken.
	NeedsGrant bool `json:"needs_grant"`
	// Refusals say why such a work must not be adapted; none: it may.
	Refusals []Finding `json:"refusals"`
}

// Offer answers for terms that the derivative could be offered under.
type Offer struct {
	Name    string    `json:"name"`
	ID      string    `json:"id"`
	Answer  Answer    `json:"answer"`
	Reasons []Finding `json:"reasons"`
}

// Report is all that can be said without knowing the works.
type Report struct {
	Sources []Source `json:"sources"`
	// Combinable: a derivative of all sources can be made.
	Combinable bool `json:"combinable"`
	// Conflicts say why not, beside what the sources themselves refuse.
	Conflicts []Finding `json:"conflicts"`
	// Demands follow into the derivative, and from there into its descendants.
	Demands []Finding `json:"demands"`
	// Absolute and Relative are what the derivative owes, in ppm.
	Absolute uint64 `json:"absolute"`
	Relative uint64 `json:"relative"`
	// Offers answers for each of the candidates; empty if nothing can be made.
	Offers []Offer `json:"offers"`
}

// Explain combines works under the sources' terms, one work each, and answers for
// every candidate. The order of sources changes nothing but the order of lines.
func Explain(sources, candidates []Terms) Report {
	r := Report{Combinable: true, Conflicts: []Finding{}, Demands: []Finding{}, Offers: []Offer{}, Sources: []Source{}}
	c := combination{sources: sources}
	for i, source := range sources {
		s := Source{Name: source.Name, ID: source.Terms.ID().String(), NeedsGrant: needsGrant(source.Terms), Refusals: c.refusals(i)}
		r.Sources = append(r.Sources, s)
		r.Combinable = r.Combinable && len(s.Refusals) == 0
		switch source.Terms.RoyaltyPolicy {
		case royaltytypes.POLICY_ABSOLUTE:
			r.Absolute += uint64(source.Terms.RoyaltyRate)
		case royaltytypes.POLICY_RELATIVE:
			r.Relative += uint64(source.Terms.RoyaltyRate)
		}
	}
	groups := c.groups()
	demands, conflicts := rules.Combine(groups...)
	r.Conflicts = c.conflicts(groups, conflicts, r.Absolute, r.Relative)
	r.Combinable = r.Combinable && len(r.Conflicts) == 0
	for _, d := range demands {
		r.Demands = add(r.Demands, demandCode(d.Kind), demand(d), c.name(d.Source))
	}
	if r.Combinable {
		for _, candidate := range candidates {
			r.Offers = append(r.Offers, c.offer(demands, r.Absolute+r.Relative > 0, candidate))
		}
	}
	return r
}

// combination finds the sources behind what the rules say: they know a source by
// its place in the list.
type combination struct{ sources []Terms }

// place names a source for the rules, which sort by it.
func place(i int) string { return fmt.Sprintf("%06d", i) }

func (c combination) name(place string) string {
	var i int
	if _, err := fmt.Sscanf(place, "%d", &i); err != nil || i >= len(c.sources) {
		return ""
	}
	return c.sources[i].Name
}

// refusals asks whether somebody with a grant may adapt a source.
func (c combination) refusals(i int) []Finding {
	terms := c.sources[i].Terms.Rules()
	granted := rules.Work{Alternatives: []rules.Alternative{{ID: c.sources[i].Name, Terms: terms, Granted: true}}}
	decision := rules.Decide(granted, rules.Use{Action: rules.Adapt, Unplaced: true}, time.Time{})
	found := []Finding{}
	for _, reason := range decision.Reasons {
		found = add(found, string(reason.Code), words.Reason(string(reason.Code)), c.sources[i].Name)
	}
	return found
}

func needsGrant(t licensetypes.Terms) bool {
	return !rules.Alternative{Terms: t.Rules(), Priced: len(t.GrantFee) > 0}.Public(rules.Adapt)
}

// groups are what each source demands. Where a grant has an end, so has the
// permission to be derived from the source.
func (c combination) groups() []rules.Group {
	groups := make([]rules.Group, len(c.sources))
	for i, source := range c.sources {
		terms := source.Terms.Rules()
		id := source.Terms.ID().String()
		groups[i] = rules.Demands(place(i), id, terms, rules.Full)
		if source.Terms.Duration != nil {
			groups[i] = append(groups[i], rules.Demand{Kind: rules.Expires, Source: place(i), TermsID: id, Terms: terms})
		}
	}
	return groups
}

// owes says of each source whether royalties are owed by it.
func (c combination) owes() []bool {
	owes := make([]bool, len(c.sources))
	for i, source := range c.sources {
		owes[i] = source.Terms.RoyaltyRate > 0
	}
	return owes
}

// conflicts lists what makes the sources impossible together.
func (c combination) conflicts(groups []rules.Group, conflicts []rules.Conflict, absolute, relative uint64) []Finding {
	found := []Finding{}
	for _, conflict := range conflicts {
		a, b := c.name(conflict.A.Source), c.name(conflict.B.Source)
		text := conflictText(conflict.Code, a, b)
		// Many works under the same terms conflict in the same words.
		if !slices.ContainsFunc(found, func(f Finding) bool { return f.Text == text }) {
			found = append(found, Finding{Code: string(conflict.Code), Terms: []string{a, b}, Text: text})
		}
	}
	for _, reason := range rules.Owing(groups, c.owes()).Refusals {
		found = add(found, string(reason.Code), words.Reason(string(reason.Code)), c.name(reason.Source))
	}
	if sum := absolute + relative; sum > licensetypes.MaxRate {
		found = append(found, Finding{Text: fmt.Sprintf("Together they ask for %s in royalties, more than the whole.", rates.Percent(sum))})
	}
	return found
}

// offer answers for one candidate.
func (c combination) offer(demands rules.Group, owes bool, candidate Terms) Offer {
	finding := rules.OfferAllowed(demands, owes, candidate.Terms.Rules(), candidate.Terms.GrantFee.String())
	o := Offer{Name: candidate.Name, ID: candidate.Terms.ID().String(), Answer: Allowed, Reasons: []Finding{}}
	reasons := finding.Refusals
	switch {
	case !finding.Allowed():
		o.Answer = Refused
	case len(finding.Warnings) > 0:
		o.Answer, reasons = Warned, finding.Warnings
	}
	for _, reason := range reasons {
		o.Reasons = add(o.Reasons, string(reason.Code), words.Reason(string(reason.Code)), c.name(reason.Source))
	}
	return o
}
