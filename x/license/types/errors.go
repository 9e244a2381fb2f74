package types

import (
	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/license/termspec"
)

// Errors of the license module. Codes are stable and append-only. Where the
// rules give a reason, the text starts with its code (see x/license/rules).
var (
	ErrInvalidTerms      = termspec.ErrInvalidTerms // 2
	ErrTermsNotFound     = errorsmod.Register(ModuleName, 3, "terms not found")
	ErrInvalidOffer      = errorsmod.Register(ModuleName, 4, "invalid offer")
	ErrOfferNotFound     = errorsmod.Register(ModuleName, 5, "not offered")
	ErrWorkUnavailable   = errorsmod.Register(ModuleName, 7, "work not available")
	ErrTooManyOffers     = errorsmod.Register(ModuleName, 8, "too many offers")
	ErrOfferExpired      = errorsmod.Register(ModuleName, 9, "offer expired")
	ErrNotLicensee       = errorsmod.Register(ModuleName, 10, "not the licensee")
	ErrApprovalNeeded    = errorsmod.Register(ModuleName, 11, "approval needed")
	ErrGrantsExhausted   = errorsmod.Register(ModuleName, 12, "no grants left")
	ErrExclusive         = errorsmod.Register(ModuleName, 13, "exclusive grant in force")
	ErrFeeAboveMax       = errorsmod.Register(ModuleName, 14, "fee above max_fee")
	ErrRateAboveMax      = errorsmod.Register(ModuleName, 15, "royalty rate above max_rate")
	ErrGrantExists       = errorsmod.Register(ModuleName, 16, "grant exists")
	ErrGrantNotFound     = errorsmod.Register(ModuleName, 17, "grant not found")
	ErrGrantExpired      = errorsmod.Register(ModuleName, 18, "grant expired")
	ErrGrantUsed         = errorsmod.Register(ModuleName, 19, "grant used by another work")
	ErrSourceExpired     = errorsmod.Register(ModuleName, 20, "permission of a source expired")
	ErrPermissionNeeded  = errorsmod.Register(ModuleName, 21, "permission needed")
	ErrNotPermitted      = errorsmod.Register(ModuleName, 22, "not permitted by the terms")
	ErrConflict          = errorsmod.Register(ModuleName, 23, "conflicts with what sources demand")
	ErrTooMany           = errorsmod.Register(ModuleName, 24, "too many constraints")
	ErrInvalidMessage    = errorsmod.Register(ModuleName, 25, "invalid message")
	ErrInvalidGenesis    = errorsmod.Register(ModuleName, 26, "invalid genesis")
	ErrOfferPaused       = errorsmod.Register(ModuleName, 27, "offer paused")
	ErrInvalidApproval   = errorsmod.Register(ModuleName, 28, "invalid approval")
	ErrApprovalNotFound  = errorsmod.Register(ModuleName, 29, "approval not found")
	ErrNotRenewable      = errorsmod.Register(ModuleName, 30, "grant can't be renewed")
	ErrNotTransferable   = errorsmod.Register(ModuleName, 31, "grant can't be transferred")
	ErrCeilingReached    = errorsmod.Register(ModuleName, 32, "ceiling on revenue reached")
	ErrInvalidUse        = errorsmod.Register(ModuleName, 33, "invalid use")
	ErrNothingToBlank    = errorsmod.Register(ModuleName, 34, "nothing to blank")
	ErrNotOfferedToYou   = errorsmod.Register(ModuleName, 35, "grant not offered to the account")
	ErrTooManyTerms      = errorsmod.Register(ModuleName, 36, "grants under too many terms")
	ErrUnknownVersion    = errorsmod.Register(ModuleName, 40, "unknown version of demands")
	ErrSourceUnapproved  = errorsmod.Register(ModuleName, 41, "later source not approved")
	ErrNotWaiting        = errorsmod.Register(ModuleName, 42, "approval not waited for")
	ErrOtherConditions   = errorsmod.Register(ModuleName, 44, "other conditions than were seen")
	ErrUsesExhausted     = errorsmod.Register(ModuleName, 45, "no uses left")
	ErrNotCounted        = errorsmod.Register(ModuleName, 46, "uses not counted")
	ErrInvalidUseVoucher = errorsmod.Register(ModuleName, 47, "invalid use voucher")
)
