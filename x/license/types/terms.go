package types

import "github.com/stemma-chain/stemma/x/license/termspec"

// Terms, their id and their validity are at home in package termspec, beside the
// table of their fields. These are the same under the names that everybody uses.
type (
	Terms       = termspec.Terms
	TermsID     = termspec.TermsID
	Derivatives = termspec.Derivatives
	Permission  = termspec.Permission
	Exclusivity = termspec.Exclusivity
	Action      = termspec.Action
)

// The values of their enums.
//
//nolint:revive // the names are protobuf's
const (
	DERIVATIVES_NONE        = termspec.DERIVATIVES_NONE
	DERIVATIVES_ALLOWED     = termspec.DERIVATIVES_ALLOWED
	DERIVATIVES_SHARE_ALIKE = termspec.DERIVATIVES_SHARE_ALIKE

	PERMISSION_UNSET = termspec.PERMISSION_UNSET
	PERMISSION_ALLOW = termspec.PERMISSION_ALLOW
	PERMISSION_DENY  = termspec.PERMISSION_DENY
	PERMISSION_PAID  = termspec.PERMISSION_PAID

	EXCLUSIVITY_NONE      = termspec.EXCLUSIVITY_NONE
	EXCLUSIVITY_SOLE      = termspec.EXCLUSIVITY_SOLE
	EXCLUSIVITY_EXCLUSIVE = termspec.EXCLUSIVITY_EXCLUSIVE

	ACTION_UNSPECIFIED = termspec.ACTION_UNSPECIFIED
	ACTION_COPY        = termspec.ACTION_COPY
	ACTION_DISTRIBUTE  = termspec.ACTION_DISTRIBUTE
	ACTION_PERFORM     = termspec.ACTION_PERFORM
	ACTION_ADAPT       = termspec.ACTION_ADAPT
	ACTION_TRAIN_AI    = termspec.ACTION_TRAIN_AI
	ACTION_AI_INPUT    = termspec.ACTION_AI_INPUT
	ACTION_SEARCH      = termspec.ACTION_SEARCH
)

// Limits of terms.
const (
	TermsHRP    = termspec.TermsHRP
	MaxRate     = termspec.MaxRate
	MaxDuration = termspec.MaxDuration
	MaxMedia    = termspec.MaxMedia
	MaxPrices   = termspec.MaxPrices

	UnlimitedDerivatives = termspec.UnlimitedDerivatives
)

// The names of their enums' values, by number.
//
//nolint:revive // the names are protobuf's
var (
	Derivatives_name = termspec.Derivatives_name
	Permission_name  = termspec.Permission_name
	Exclusivity_name = termspec.Exclusivity_name
	Action_name      = termspec.Action_name
)

// ParseTermsID reads the bech32 form. It fails with the registry's ErrInvalidID.
func ParseTermsID(s string) (TermsID, error) { return termspec.ParseTermsID(s) }
