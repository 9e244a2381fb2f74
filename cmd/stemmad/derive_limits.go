package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/words/limits"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// limit is something that a work takes on by a declaration, for good.
type limit struct {
	Kind   string               `json:"kind"`
	Source registrytypes.WorkID `json:"source"`
	Terms  licensetypes.TermsID `json:"terms,omitzero"`
	Text   string               `json:"text"`
}

// readLimits finds what the work takes on: what each permission demands itself, and what
// the source has taken on. Credit is left out: `stemmad credits` lists it.
func (d *derivation) readLimits(ctx context.Context, conn *connect.Conn) error {
	speaker := limits.NewSpeaker(conn, termsNamer(ctx, conn))
	all, err := d.standing(ctx, conn)
	if err != nil {
		return err
	}
	for i := range d.sources {
		s := &d.sources[i]
		if s.role == lineagetypes.ROLE_CITES {
			continue
		}
		taken, err := d.takenFrom(ctx, conn, speaker, *s)
		if err != nil {
			return err
		}
		all = append(all, taken...)
		if err := d.compare(ctx, conn, speaker, s, taken); err != nil {
			return err
		}
		for _, c := range taken {
			if unsaid(c) {
				continue
			}
			text, err := speaker.Say(ctx, c)
			if err != nil {
				return err
			}
			l := limit{Kind: enumName(c.Kind.String(), "CONSTRAINT_"), Source: c.Source, Terms: c.Terms, Text: text}
			if !slices.Contains(d.limits, l) {
				d.limits = append(d.limits, l)
			}
		}
	}
	return d.readPayable(ctx, speaker, all)
}

// standing is what is demanded of the work already.
func (d *derivation) standing(ctx context.Context, conn *connect.Conn) ([]licensetypes.NamedConstraint, error) {
	if d.item != nil {
		return nil, nil
	}
	res, err := conn.License().Constraints(ctx, &licensetypes.QueryConstraintsRequest{
		Work: d.work, Pagination: &query.PageRequest{Limit: maxConstraints},
	})
	if err != nil {
		return nil, err
	}
	list := make([]licensetypes.NamedConstraint, len(res.Constraints))
	for i, row := range res.Constraints {
		list[i] = row.Constraint
	}
	return list, nil
}

// takenFrom lists the demands that pass on from one source in its role. What the source
// took on after a grant was given does not count for that grant.
func (d *derivation) takenFrom(
	ctx context.Context, conn *connect.Conn, speaker *limits.Speaker, s chosen,
) ([]licensetypes.NamedConstraint, error) {
	pin := licensetypes.Pin{Source: s.work.Id, Column: s.role.Column(d.kind)}
	list, err := s.demanded(ctx, conn, pin)
	if err != nil {
		return nil, err
	}
	asked := &licensetypes.QueryConstraintsRequest{Work: s.work.Id, Pagination: &query.PageRequest{Limit: maxConstraints}}
	if pin, pinned := s.pins(ctx, conn); pinned {
		if pin == 0 {
			return list, nil
		}
		asked.Version = pin
	}
	res, err := conn.License().Constraints(ctx, asked)
	if err != nil {
		return nil, err
	}
	for _, row := range res.Constraints {
		demand, err := speaker.Demand(ctx, row.Constraint)
		if err != nil {
			return nil, err
		}
		if c := row.Constraint; pin.Column.Passes(demand.Kind, pin.Column.SparesWeak() && demand.Weak()) {
			c.Contained = pin.Column == rules.Contained && demand.Kind.Marked()
			list = append(list, c)
		}
	}
	return list, nil
}

// pins is the version of what is demanded of the source that its grant pins; pinned false:
// the permission is of today.
func (s chosen) pins(ctx context.Context, conn *connect.Conn) (version uint32, pinned bool) {
	id, err := licensetypes.ParseGrantID(s.choice.Permission)
	if err != nil || s.choice.Buy != nil {
		return 0, false
	}
	res, err := conn.License().Grant(ctx, &licensetypes.QueryGrantRequest{Grant: id})
	if err != nil {
		return 0, false
	}
	return res.Grant.Grant.DemandsVersion, true
}

// demanded is what the permission itself demands; nothing for one's own work.
func (s chosen) demanded(
	ctx context.Context, conn *connect.Conn, pin licensetypes.Pin,
) ([]licensetypes.NamedConstraint, error) {
	if s.choice.Terms == nil {
		return nil, nil
	}
	pin.Terms = s.choice.Terms.Id
	ends := s.choice.Until != nil
	if grant, err := licensetypes.ParseGrantID(s.choice.Permission); err == nil {
		pin.Grant = grant
	} else if pin.Terms, pin.Also, err = licensetypes.ParseJoined(s.choice.Permission); err != nil {
		return nil, err
	}
	var list []licensetypes.NamedConstraint
	for _, c := range pin.Demanded(s.choice.Terms.Terms, ends) {
		named := c.Named()
		switch c.Kind {
		case licensetypes.CONSTRAINT_SHARE_ALIKE_ANY:
			named.AnyOf = append([]licensetypes.TermsID{pin.Terms}, pin.Also...)
		case licensetypes.CONSTRAINT_EXPIRES:
			named.ExpiresAt = s.choice.Until
		}
		list = append(list, named)
	}
	return list, nil
}

// takesOn says the limits, a line each; empty: there are none.
func (d *derivation) takesOn() string {
	if len(d.limits) == 0 {
		return ""
	}
	lines := make([]string, len(d.limits))
	for i, l := range d.limits {
		lines[i] = "\n  - " + table.Clean(l.Text)
	}
	return "\nIt takes on from its sources, whatever it is offered under:" + strings.Join(lines, "") + d.payable()
}

// readStanding finds what the work relies on already, and notes it at the sources that
// are declared again.
func (d *derivation) readStanding(ctx context.Context, conn *connect.Conn) error {
	if d.item != nil {
		return nil
	}
	name := termsNamer(ctx, conn)
	page := &query.PageRequest{Limit: maxConstraints}
	for {
		res, err := conn.Lineage().Sources(ctx, &lineagetypes.QuerySourcesRequest{Work: d.work, Pagination: page})
		if err != nil {
			return err
		}
		for _, link := range res.Sources {
			for i, s := range d.sources {
				if link.External == nil && link.Source == s.work.Id && link.Role != lineagetypes.ROLE_CITES {
					d.sources[i].stood = &link
					d.sources[i].before = fmt.Sprintf("%s as %s", linkPermission(link, name), link.Role.Name())
				}
			}
		}
		if res.Pagination == nil || len(res.Pagination.NextKey) == 0 {
			return nil
		}
		page = &query.PageRequest{Key: res.Pagination.NextKey, Limit: maxConstraints}
	}
}
