package types

import (
	"time"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

const (
	day              = 24 * time.Hour
	maxDelay         = 366 * day
	leastWindow      = time.Minute
	leastMaxValidity = day
	mostMaxValidity  = 3660 * day
)

// DefaultParams list no issuer. A passport and a key last two years at most, and a controller
// has a week at least to object to being replaced.
func DefaultParams() Params {
	return Params{MaxValidity: 2 * maxDelay, MinRecoveryDelay: 7 * day}
}

// Validate fails with ErrInvalidParams, naming the field.
func (p Params) Validate() error {
	if len(p.Issuers) > MaxIssuers {
		return errorsmod.Wrapf(ErrInvalidParams, "issuers: %d, at most %d are listed", len(p.Issuers), MaxIssuers)
	}
	for i, issuer := range p.Issuers {
		if _, err := sdk.AccAddressFromBech32(issuer); err != nil {
			return errorsmod.Wrapf(ErrInvalidParams, "issuers[%d]: %s", i, err)
		}
		if i > 0 && p.Issuers[i-1] >= issuer {
			return errorsmod.Wrapf(ErrInvalidParams, "issuers[%d]: %s is not in order, or there twice", i, issuer)
		}
	}
	if p.MaxValidity < leastMaxValidity || p.MaxValidity > mostMaxValidity {
		return errorsmod.Wrapf(ErrInvalidParams, "max_validity is %s, it can be from %s to %s", p.MaxValidity, leastMaxValidity, mostMaxValidity)
	}
	if p.MinRecoveryDelay < leastWindow || p.MinRecoveryDelay > maxDelay {
		return errorsmod.Wrapf(ErrInvalidParams, "min_recovery_delay is %s, it can be from %s to %s", p.MinRecoveryDelay, leastWindow, maxDelay)
	}
	return nil
}
