package limits

import (
	"context"
	"fmt"
	"strings"

	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/x/license/names"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Chain is what of the chain's queries is needed.
type Chain interface {
	License() licensetypes.QueryClient
	Registry() registrytypes.QueryClient
}

// Speaker says demands of works. It asks the chain once for each terms and each title.
type Speaker struct {
	chain  Chain
	name   words.Namer
	terms  map[licensetypes.TermsID]licensetypes.Terms
	titles map[registrytypes.WorkID]string
}

// NewSpeaker is one that names terms as people know them.
func NewSpeaker(chain Chain, name words.Namer) *Speaker {
	return &Speaker{chain, name, map[licensetypes.TermsID]licensetypes.Terms{}, map[registrytypes.WorkID]string{}}
}

// Terms are those of an id.
func (s *Speaker) Terms(ctx context.Context, id licensetypes.TermsID) (licensetypes.Terms, error) {
	if t, known := s.terms[id]; known {
		return t, nil
	}
	res, err := s.chain.License().Terms(ctx, &licensetypes.QueryTermsRequest{Terms: id.String()})
	if err != nil {
		return licensetypes.Terms{}, err
	}
	s.terms[id] = res.Terms.Terms
	return res.Terms.Terms, nil
}

// Work is a work's title with its id; without an answer the id alone.
func (s *Speaker) Work(ctx context.Context, id registrytypes.WorkID) string {
	if text, known := s.titles[id]; known {
		return text
	}
	s.titles[id] = id.String()
	if res, err := s.chain.Registry().Work(ctx, &registrytypes.QueryWorkRequest{Work: id}); err == nil {
		s.titles[id] = fmt.Sprintf("%q (%s)", table.Short(describe.Heading(res.Work)), id)
	}
	return s.titles[id]
}

// Demand is a constraint as the rules read it.
func (s *Speaker) Demand(ctx context.Context, c licensetypes.NamedConstraint) (rules.Demand, error) {
	d := rules.Demand{
		Kind: rules.Kind(c.Kind), Source: c.Source.String(), Contained: c.Contained,
	}
	for _, id := range c.AnyOf {
		t, err := s.Terms(ctx, id)
		if err != nil {
			return d, err
		}
		d.AnyOf = append(d.AnyOf, rules.Option{TermsID: id.String(), Terms: t.Rules()})
	}
	if len(d.AnyOf) > 0 {
		d.TermsID, d.Terms = d.AnyOf[0].TermsID, d.AnyOf[0].Terms
		return d, nil
	}
	if c.Terms.IsZero() {
		return d, nil
	}
	t, err := s.Terms(ctx, c.Terms)
	d.TermsID, d.Terms = c.Terms.String(), t.Rules()
	return d, err
}

// Say says a constraint in one line: what is demanded, by which work and under what.
func (s *Speaker) Say(ctx context.Context, c licensetypes.NamedConstraint) (string, error) {
	d, err := s.Demand(ctx, c)
	if err != nil {
		return "", err
	}
	text, by := s.sentence(d), ", demanded by "+s.Work(ctx, c.Source)
	if under, shares := s.sharedUnder(d); c.Contained && shares {
		// It binds the collection's own terms in nothing.
		return fmt.Sprintf("The item %s stays under %s: who makes something from the collection takes that on",
			s.Work(ctx, c.Source), under), nil
	}
	switch c.Kind {
	case licensetypes.CONSTRAINT_EXPIRES:
		text = "The permission ends with " + c.Grant.String()
		if c.ExpiresAt != nil {
			text += " on " + table.Time(*c.ExpiresAt)
		}
		text, by = text+", unless that is renewed", ": it is of "+s.Work(ctx, c.Source)
	case licensetypes.CONSTRAINT_WITHHELD:
		if c.ExpiresAt != nil {
			text += " until " + table.Time(*c.ExpiresAt)
		}
	case licensetypes.CONSTRAINT_ITEMS_APART:
		text, by = "Items are licensed apart: those of "+s.Work(ctx, c.Source), ""
	}
	if !c.Terms.IsZero() {
		by += " under " + s.name(c.Terms)
	}
	if c.Contained {
		by += " of its item, and so of the whole"
	}
	return text + by, nil
}

// sentence is Sentence with terms as people know them.
func (s *Speaker) sentence(d rules.Demand) string { return Sentence(d, s.named) }

// named is what people call terms, by the text of their id.
func (s *Speaker) named(text string) string {
	id, err := licensetypes.ParseTermsID(text)
	if err != nil {
		return text
	}
	return s.name(id)
}

// sharedUnder names what a demand to share alike is about; false: it is another demand.
func (s *Speaker) sharedUnder(d rules.Demand) (under string, shares bool) {
	switch d.Kind {
	case rules.ShareAlike:
		if l, err := names.Read(d.Terms.Licence); err == nil && l.Known() {
			return l.String(), true
		}
		return s.named(d.TermsID), true
	case rules.ShareAlikeAny:
		return strings.Join(optionNames(d.AnyOf, s.named), " or "), true
	}
	return "", false
}
