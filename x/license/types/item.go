package types

import (
	"errors"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Validate checks a question about an item. It fails with ErrInvalidUse.
func (i Item) Validate() error {
	_, notOne := i.Contributor.Pure()
	if err := errors.Join(i.Sha256.Given("sha256"), notOne); err != nil {
		return ErrInvalidUse.Wrapf("item: %s", err)
	}
	return nil
}

// IsZero says that no item is asked about, but a work.
func (i Item) IsZero() bool { return i == Item{} }

// Contributed is the item as the registry is asked about it.
func (i Item) Contributed() registrytypes.ContributedItem {
	return registrytypes.ContributedItem{Sha256: i.Sha256, Contributor: i.Contributor}
}
