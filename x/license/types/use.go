package types

import (
	"slices"

	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/termspec"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Validate checks a use. It fails with ErrInvalidUse, naming the field and what
// to do.
func (u Use) Validate() error {
	if _, known := Action_name[int32(u.Action)]; !known || u.Action == ACTION_UNSPECIFIED {
		return errorsmod.Wrapf(ErrInvalidUse, "action is %d: name one, such as %s", u.Action, ACTION_ADAPT)
	}
	if len(u.Territories) > termspec.MaxTerritories() {
		return errorsmod.Wrapf(ErrInvalidUse, "territories has %d codes, there are %d: leave it empty for everywhere",
			len(u.Territories), termspec.MaxTerritories())
	}
	for _, code := range u.Territories {
		if err := termspec.CheckTerritory(code); err != nil {
			return errorsmod.Wrapf(ErrInvalidUse, "territories %s", err)
		}
	}
	if u.Unplaced && len(u.Territories)+len(u.Media) > 0 {
		return errorsmod.Wrap(ErrInvalidUse, "unplaced is set together with territories or media: leave one out")
	}
	if len(u.Media) > MaxMedia {
		return errorsmod.Wrapf(ErrInvalidUse, "media has %d entries, at most %d are allowed: leave it empty for all", len(u.Media), MaxMedia)
	}
	for _, name := range u.Media {
		if err := termspec.CheckMedium(name); err != nil {
			return errorsmod.Wrapf(ErrInvalidUse, "media %s", err)
		}
	}
	return nil
}

// Rules is the use as the rules see it.
func (u Use) Rules() rules.Use {
	use := rules.Use{
		Action: rules.Action(u.Action), Commercial: u.Commercial,
		Territories: slices.Sorted(slices.Values(u.Territories)), Media: slices.Sorted(slices.Values(u.Media)), Unplaced: u.Unplaced,
		Column: rules.LeastColumn(rules.Action(u.Action)),
	}
	if u.Until != nil {
		use.Until = *u.Until
	}
	return use
}

// Subject is what a question about rights is about: a work, or a content and all
// claims to it. One of the two is given.
type Subject struct {
	Work   registrytypes.WorkID
	Digest registrytypes.Digest
}

// ParseSubject reads the id of a work or a SHA-256 of 64 hex digits. It fails
// with the registry's ErrInvalidID.
func ParseSubject(s string) (Subject, error) {
	work, err := registrytypes.ParseWorkID(s)
	if err == nil {
		return Subject{Work: work}, nil
	}
	if digest, notDigest := registrytypes.ParseDigest("work", s); notDigest == nil {
		return Subject{Digest: digest}, nil
	}
	return Subject{}, err
}
