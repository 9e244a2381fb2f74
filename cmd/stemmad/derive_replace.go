package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/client/words/limits"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// buyOnce keeps of what several sources ask of one and the same work under the same terms
// one purchase: a grant serves all edges of one derivative.
func (d *derivation) buyOnce() {
	choices := make([]*permission.Choice, len(d.sources))
	for i := range d.sources {
		choices[i] = &d.sources[i].choice.Choice
	}
	for i, lost := range permission.Once(choices...) {
		for _, p := range lost {
			d.sources[i].choice.How += fmt.Sprintf(" (that of %s is bought once, for all sources)", p.Offer.Work)
		}
	}
}

// replaces says whether a work is a source that is declared again.
func (d *derivation) replaces(work registrytypes.WorkID) bool {
	return slices.ContainsFunc(d.sources, func(s chosen) bool { return s.stood != nil && s.work.Id == work })
}

// compare says what becomes of the permission that a source's new one replaces, and which
// limits come and fall away.
func (d *derivation) compare(
	ctx context.Context, conn *connect.Conn, speaker *limits.Speaker, s *chosen, now []licensetypes.NamedConstraint,
) error {
	if s.stood == nil {
		return nil
	}
	if grant := s.stood.Grant; !grant.IsZero() && grant.String() != s.choice.Permission {
		s.changes = append(s.changes, fmt.Sprintf("%s stays tied to this work: what was paid for it is not given "+
			"back, and it serves no other "+
			"in place of this one", grant))
	}
	old := chosen{work: s.work, role: s.stood.Role}
	if !s.stood.Terms.IsZero() {
		terms, err := speaker.Terms(ctx, s.stood.Terms)
		if err != nil {
			return err
		}
		old.choice = permitted.Choice{Choice: permission.Choice{
			Permission: linkCited(*s.stood), Terms: &licensetypes.IdentifiedTerms{Id: s.stood.Terms, Terms: terms},
		}}
		if !s.stood.Grant.IsZero() {
			if res, err := conn.License().Grant(ctx, &licensetypes.QueryGrantRequest{Grant: s.stood.Grant}); err == nil {
				old.choice.Until = res.Grant.Grant.ExpiresAt
			}
		}
	}
	before, err := d.takenFrom(ctx, conn, speaker, old)
	if err != nil {
		return err
	}
	for _, change := range []struct {
		what       string
		have, lack []licensetypes.NamedConstraint
	}{{"This falls away: ", before, now}, {"This comes: ", now, before}} {
		for _, c := range change.have {
			if unsaid(c) || slices.ContainsFunc(change.lack, func(o licensetypes.NamedConstraint) bool { return sameDemand(c, o) }) {
				continue
			}
			text, err := speaker.Say(ctx, c)
			if err != nil {
				return err
			}
			s.changes = append(s.changes, change.what+text)
		}
	}
	return nil
}

// unsaid is what is no limit: credit, which "stemmad credits" lists, and that items are apart.
func unsaid(c licensetypes.NamedConstraint) bool {
	return c.Kind == licensetypes.CONSTRAINT_ATTRIBUTION || c.Kind == licensetypes.CONSTRAINT_ITEMS_APART
}

// sameDemand says whether two constraints demand the same.
func sameDemand(a, b licensetypes.NamedConstraint) bool {
	return a.Kind == b.Kind && a.Source == b.Source && a.Terms == b.Terms && a.Grant == b.Grant && a.Contained == b.Contained &&
		slices.Equal(a.AnyOf, b.AnyOf)
}

// linkCited is what a link cites: a grant, or terms, joined where there are several.
func linkCited(link lineagetypes.Link) string {
	if !link.Grant.IsZero() {
		return link.Grant.String()
	}
	cited := link.Terms.String()
	for _, also := range link.Also {
		cited += licensetypes.Joiner + also.String()
	}
	return cited
}
