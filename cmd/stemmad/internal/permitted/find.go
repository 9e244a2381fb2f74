// Package permitted says in words what a derivation may rely on, what it costs, and why
// nothing may be relied on. client/permission finds it.
package permitted

import (
	"context"
	"errors"
	"fmt"

	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/client/units"
	"github.com/stemma-chain/stemma/client/words"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Request is a request for a permission, of a source that people call by a title.
type Request struct {
	permission.Request
	Title string
	// Units are those in which prices are said.
	Units units.Units
}

// Choice is the permission that was found. How says in words why it is this one.
type Choice struct {
	permission.Choice
	How string
}

// Finder asks a chain, and names terms as people know them.
type Finder struct {
	Chain permission.Chain
	Name  words.Namer
	// Choose shows a list of numbered options to a person and returns the place of
	// the one chosen; answered is false when nobody is there. nil: nobody ever is.
	Choose func(list string, options int) (at int, answered bool, err error)
}

// Find finds what a derivation from a source may rely on, as permission.Finder does. Of several
// that bind differently a person chooses, or it fails with ErrChoice. It fails with ErrRefused,
// naming the source, the reasons and what to do.
func (f Finder) Find(ctx context.Context, req Request) (Choice, error) {
	found, err := permission.Finder{Chain: f.Chain}.Find(ctx, req.Request)
	var not *permission.RefusedError
	switch {
	case err == nil:
		return Choice{found, how(req, found)}, nil
	case !errors.As(err, &not):
		if req.Wanted != "" {
			return Choice{}, fmt.Errorf("%s: %w", subject(req), err)
		}
		return Choice{}, err
	case not.Why == permission.NeedsChoice:
		chosen, err := f.choose(req, not)
		if err != nil {
			return Choice{}, err
		}
		req.Wanted = chosen.Permission
		return f.Find(ctx, req)
	}
	return Choice{}, f.refusal(req, not)
}

// TermsOf finds the terms of a work's offers that a person names, as permission.TermsOf does; it
// fails with ErrRefused, which lists the offers.
func TermsOf(
	ctx context.Context, chain permission.Chain, u units.Units, work registrytypes.WorkID, name string,
) (licensetypes.TermsID, error) {
	id, err := permission.TermsOf(ctx, chain, work, name)
	var not *permission.RefusedError
	if errors.As(err, &not) {
		return id, notUnder(Request{Request: not.Request, Units: u}, not.Offers)
	}
	return id, err
}
