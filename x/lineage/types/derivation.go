package types

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	errorsmod "cosmossdk.io/errors"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Find returns the place of a source among the edges, or where it would be
// inserted. The edges must be sorted, as those of a stored row are.
func (d *Derivation) Find(source registrytypes.WorkID) (place int, found bool) {
	return slices.BinarySearchFunc(d.Edges, source[:], func(e Edge, id []byte) int {
		return bytes.Compare(e.Source.WorkID[:], id)
	})
}

// Sort brings the edges into the order of a stored row: ascending by source.
func (d *Derivation) Sort() {
	slices.SortFunc(d.Edges, func(a, b Edge) int { return bytes.Compare(a.Source.WorkID[:], b.Source.WorkID[:]) })
}

// Count is the number of all sources, citations and external ones among them.
func (d *Derivation) Count() int { return len(d.Edges) + int(d.Externals) }

// AddedAt returns when an edge of the work was declared.
func (d *Derivation) AddedAt(e Edge) time.Time {
	if e.AddedAt == nil {
		return d.DerivedAt
	}
	return *e.AddedAt
}

// Check proves that a row of a work is in the form that all reading relies on:
// sources ascending, each once and not the work itself, and no more than a work
// may have. It fails naming the first that is not.
func (d *Derivation) Check(work registrytypes.WorkID) error {
	if total := d.Count(); total > MaxSources {
		return fmt.Errorf("%s has %d sources, at most %d are kept", work, total, MaxSources)
	}
	var last registrytypes.WorkID // which stands before all
	for i, e := range d.Edges {
		switch {
		case e.Source.WorkID == work:
			return fmt.Errorf("%s is a source of itself", work)
		case bytes.Compare(last[:], e.Source.WorkID[:]) >= 0:
			return fmt.Errorf("source %d of %s is not given or out of order", i, work)
		}
		last = e.Source.WorkID
	}
	return nil
}

// Cites tells whether the source is only mentioned.
func (e Edge) Cites() bool { return e.Role == ROLE_CITES }

// AlsoTerms are the terms of further public offers relied on, in order; nil: none.
func (e Edge) AlsoTerms() []licensetypes.TermsID {
	var list []licensetypes.TermsID
	for _, id := range e.Also {
		list = append(list, id.TermsID)
	}
	return list
}

// Met is by what demands of the source's own sources were met.
func (e Edge) Met() (met licensetypes.Met) {
	met.Grants = e.MetByGrants
	for _, id := range e.MetByPasses {
		met.Passes = append(met.Passes, id.Digest)
	}
	return met
}

// Links are what the work owes by the edge: to the source, and to works that this was made
// from, of which grants are used up as well.
func (e Edge) Links() []royaltytypes.LinkSource {
	permit := licensetypes.Permit{
		Source: e.Source.WorkID, Policy: e.RoyaltyPolicy, Rate: e.RoyaltyRate, UpstreamVersion: e.UpstreamVersion, Met: e.Met(),
	}
	return permit.Links()
}

// Permission is what the edge relies on, in its one spelling.
func (e Edge) Permission() string {
	return licensetypes.Pin{Terms: e.Terms.TermsID, Also: e.AlsoTerms(), Grant: e.Grant.GrantID}.Permission()
}

// checkAlso checks the terms of several public offers: each once, the further ones in
// order. It fails with ErrInvalidSource.
func (e Edge) checkAlso() error {
	if len(e.Also) == 0 {
		return nil
	}
	set := licensetypes.Pin{Terms: e.Terms.TermsID, Also: e.AlsoTerms()}.Set()
	inOrder := slices.IsSortedFunc(e.Also, func(a, b licensetypes.TermsIDBytes) int { return bytes.Compare(a.TermsID[:], b.TermsID[:]) })
	if set.Validate() != nil || len(set.Terms) != len(e.Also)+1 || !inOrder || !e.Grant.IsZero() {
		return errorsmod.Wrapf(ErrInvalidSource, "relies on %s: several public offers are each named once, in order, without a grant",
			e.Permission())
	}
	return nil
}
