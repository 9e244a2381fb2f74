package types

import (
	"bytes"
	"slices"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// MaxCeilings bounds the works whose ceilings one work is under.
const MaxCeilings = 16

// Takes says whether a work can be paid in a denom; nil: in any.
func (t *Taking) Takes(denom string) bool { return t == nil || slices.Contains(t.Denoms, denom) }

// Equal compares both lists; nil is equal to nil only.
func (t *Taking) Equal(o *Taking) bool {
	if t == nil || o == nil {
		return t == o
	}
	return slices.Equal(t.Denoms, o.Denoms) && slices.Equal(t.CeilingsOf, o.CeilingsOf)
}

// DenomList is the denoms in a sentence.
func (t *Taking) DenomList() string { return strings.Join(t.Denoms, ", ") }

// Names are the works that set the ceilings, in a sentence.
func (t *Taking) Names() string {
	names := make([]string, len(t.CeilingsOf))
	for i, work := range t.CeilingsOf {
		names[i] = work.String()
	}
	return strings.Join(names, ", ")
}

// Validate checks that both lists are sorted, without repetition, neither empty nor too
// long. It fails with ErrBrokenInvariant.
func (t *Taking) Validate() error {
	if len(t.Denoms) == 0 || len(t.Denoms) > MaxMeters {
		return ErrBrokenInvariant.Wrapf("takes payments in %d denoms, there must be 1 to %d: leave taking out for all", len(t.Denoms), MaxMeters)
	}
	if len(t.CeilingsOf) == 0 || len(t.CeilingsOf) > MaxCeilings {
		return ErrBrokenInvariant.Wrapf("is under ceilings of %d works, there must be 1 to %d", len(t.CeilingsOf), MaxCeilings)
	}
	for i, denom := range t.Denoms {
		if err := sdk.ValidateDenom(denom); err != nil {
			return ErrBrokenInvariant.Wrap(err.Error())
		}
		if i > 0 && t.Denoms[i-1] >= denom {
			return ErrBrokenInvariant.Wrapf("takes payments in %s, which comes twice or out of order", denom)
		}
	}
	for i, work := range t.CeilingsOf {
		if err := work.Given("ceilings_of"); err != nil {
			return err
		}
		if i > 0 && bytes.Compare(t.CeilingsOf[i-1].WorkID[:], work.WorkID[:]) >= 0 {
			return ErrBrokenInvariant.Wrapf("is under a ceiling of %s, which comes twice or out of order", work)
		}
	}
	return nil
}
