package types

import (
	"cosmossdk.io/math"

	"github.com/stemma-chain/stemma/x/feemarket/price"
)

// DefaultGenesisState starts at the floor.
func DefaultGenesisState() *GenesisState {
	params := DefaultParams()
	return &GenesisState{Params: params, Price: params.Floor}
}

// Validate fails with ErrInvalidParams or ErrInvalidGenesis.
func (gs GenesisState) Validate() error {
	if err := gs.Params.Validate(); err != nil {
		return err
	}
	return gs.Params.ValidatePrice(gs.Price)
}

// ValidatePrice fails with ErrInvalidGenesis on a base price that cannot have come about:
// below the floor, above the most, or not 0 where the market is off.
func (p Params) ValidatePrice(now math.Int) error {
	least, most := p.Floor, price.Most
	if p.Floor.IsZero() {
		most = p.Floor
	}
	if now.IsNil() || now.LT(least) || now.GT(most) {
		return ErrInvalidGenesis.Wrapf("the base price is %s, it can be from %s to %s", now, least, most)
	}
	return nil
}
