package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/words/limits"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// maxConstraints is the most that the demands of a work's sources fill: a page.
const maxConstraints = 1000

// offering is an offer that is to be made.
type offering struct {
	work  registrytypes.WorkID
	title string
	id    licensetypes.TermsID
	terms licensetypes.Terms
	// known: the terms are on the chain already.
	known bool
	// name is what people call the terms.
	name string
	made licensetypes.Offer
	// standing are the work's offers now.
	standing []licensetypes.OpenOffer
	// demands are what the sources of the work demand.
	demands []licensetypes.NamedConstraint
	speaker *limits.Speaker
}

// readDemands asks for what the work's sources demand.
func (o *offering) readDemands(ctx context.Context, conn *connect.Conn) error {
	o.speaker = limits.NewSpeaker(conn, termsNamer(ctx, conn))
	res, err := conn.License().Constraints(ctx, &licensetypes.QueryConstraintsRequest{
		Work: o.work, Pagination: &query.PageRequest{Limit: maxConstraints},
	})
	if err != nil {
		return err
	}
	for _, row := range res.Constraints {
		o.demands = append(o.demands, row.Constraint)
	}
	return nil
}

// warnings say what offering a work under terms does not do: what it was made from allows
// less, or the licence cannot be taken back. Empty where there is nothing to say; else each
// on a line that begins anew.
func (o *offering) warnings(ctx context.Context, conn *connect.Conn) string {
	terms := termsNamer(ctx, conn)
	var lines []string
	warn := func(format string, a ...any) {
		if line := "\n  " + table.Clean(fmt.Sprintf(format, a...)); !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	for _, c := range o.demands {
		switch {
		case c.Kind == licensetypes.CONSTRAINT_NONCOMMERCIAL && o.terms.CommercialUse:
			warn("Warning: %s, which it was made from, forbids commercial use under %s. That stays denied, whatever these terms say "+
				"[noncommercial_source]", o.speaker.Work(ctx, c.Source), terms(c.Terms))
		case c.Kind == licensetypes.CONSTRAINT_ATTRIBUTION && !o.terms.Attribution:
			warn("Warning: %s, which it was made from, is to be credited under %s; these terms don't say so, and it is owed all the same "+
				"[attribution_source]", o.speaker.Work(ctx, c.Source), terms(c.Terms))
		case c.Kind == licensetypes.CONSTRAINT_ATTRIBUTION, c.Kind == licensetypes.CONSTRAINT_NONCOMMERCIAL,
			c.Kind == licensetypes.CONSTRAINT_ITEMS_APART:
		default:
			if said, err := o.speaker.Say(ctx, c); err == nil {
				warn("Whatever these terms say: %s", said)
			}
		}
	}
	if o.terms.Irrevocable() {
		warn("This licence cannot be taken back: --close and --until end the offer, not what everybody may do from now on.")
	}
	return strings.Join(lines, "")
}

// beside warns whoever sells what everybody has already, by a public offer of the same work,
// or offers to everybody what is sold beside it.
func (o *offering) beside(conn *connect.Conn) {
	now := time.Now()
	terms := licensetypes.IdentifiedTerms{Id: o.id, Terms: o.terms, Preset: licensetypes.PresetName(o.id)}
	made := licensetypes.OpenOffer{Offer: o.made, Terms: terms, Public: o.made.Public(o.terms)}
	others := slices.DeleteFunc(slices.Clone(o.standing), func(other licensetypes.OpenOffer) bool { return other.Terms.Id == terms.Id })
	if !made.Public {
		for _, line := range permitted.Free(conn.Units(), made, others, now) {
			conn.Note("Warning, who would buy this: %s.", table.Clean(line))
		}
		return
	}
	for _, other := range others {
		if other.Public || len(other.Offer.PriceUnder(other.Terms.Terms)) == 0 {
			continue
		}
		for _, line := range permitted.Free(conn.Units(), other, []licensetypes.OpenOffer{made}, now) {
			conn.Note("Warning, who would buy the offer of %s then: %s.", permitted.Name(other.Terms), table.Clean(line))
		}
	}
}

// offerError is a refusal of an offer with its reasons in words. The chain's own text names
// works and terms by their ids alone, so it is kept for those who unwrap it.
type offerError struct {
	err  error
	text string
}

func (e offerError) Error() string { return e.text }
func (e offerError) Unwrap() error { return e.err }

// refused says why an offer failed, where what the sources demand is why.
func (o *offering) refused(ctx context.Context, conn *connect.Conn, err error) error {
	var handed *send.Handed
	if errors.As(err, &handed) {
		return err
	}
	owed, failed := upstream(ctx, conn, o.work)
	if failed != nil {
		return err
	}
	lines, failed := o.speaker.Offered(ctx, o.demands, owed.Absolute+owed.Relative > 0, o.terms, o.made.PriceUnder(o.terms).String())
	if failed != nil || len(lines) == 0 {
		return err
	}
	for i, line := range lines {
		lines[i] = table.Clean(line)
	}
	return offerError{err, fmt.Sprintf("%q (%s) can't be offered under %s:\n  - %s", o.title, o.work, o.name,
		strings.Join(lines, "\n  - "))}
}
