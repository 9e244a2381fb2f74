package types

import (
	"time"

	errorsmod "cosmossdk.io/errors"
)

// A window below the least would let a copied pending registration win over the
// anchor that was made against it; one above the most would let an anchor over
// all the world's digests win for ever.
const (
	minRevealWindow = time.Hour
	maxRevealWindow = 366 * 24 * time.Hour
)

// DefaultParams give those who anchored a week to see that somebody else has
// registered their content.
func DefaultParams() Params { return Params{RevealWindow: 7 * 24 * time.Hour} }

// Validate fails with ErrInvalidParams on a window below an hour or above 366 days.
func (p Params) Validate() error {
	if p.RevealWindow < minRevealWindow || p.RevealWindow > maxRevealWindow {
		return errorsmod.Wrapf(ErrInvalidParams, "reveal_window is %s, it can be from %s to %s",
			p.RevealWindow, minRevealWindow, maxRevealWindow)
	}
	return nil
}
