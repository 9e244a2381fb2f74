package client

import (
	"slices"
	"strings"

	errorsmod "cosmossdk.io/errors"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	agent "github.com/stemma-chain/stemma/x/agent/types"
	dispute "github.com/stemma-chain/stemma/x/dispute/types"
	feemarket "github.com/stemma-chain/stemma/x/feemarket/types"
	headers "github.com/stemma-chain/stemma/x/headers/types"
	license "github.com/stemma-chain/stemma/x/license/types"
	lineage "github.com/stemma-chain/stemma/x/lineage/types"
	registry "github.com/stemma-chain/stemma/x/registry/types"
	royalty "github.com/stemma-chain/stemma/x/royalty/types"
)

// known are the errors that a refusal may end with. A trial tells the text alone, and an
// error's own words stand at its end; a block tells codespace and code too.
var known = []error{
	registry.ErrInvalidID, registry.ErrInvalidDigest, registry.ErrWorkNotFound, registry.ErrAlreadyRegistered,
	registry.ErrAlreadyClaimed, registry.ErrNotOwner, registry.ErrInvalidDetails, registry.ErrInvalidProof,
	registry.ErrAnchorNotFound, registry.ErrInvalidTransfer, registry.ErrInvalidStatus, registry.ErrInvalidMessage,
	registry.ErrAlreadyAnchored, registry.ErrInvalidGenesis, registry.ErrOnHold, registry.ErrOnOffer, registry.ErrNothingToBlank,
	registry.ErrInvalidParams, registry.ErrInvalidManifest, registry.ErrNoManifest, registry.ErrNotContributor,
	registry.ErrAlreadyWithdrawn,

	royalty.ErrInvalidParams, royalty.ErrDenomNotAccepted, royalty.ErrBelowMinimum, royalty.ErrInvalidAmount,
	royalty.ErrInvalidMessage, royalty.ErrNotHolder, royalty.ErrInvalidShares, royalty.ErrTooManyHolders, royalty.ErrOverWhole,
	royalty.ErrOverMaxRate, royalty.ErrTooManyReceivers, royalty.ErrReachTooLarge, royalty.ErrVersionChanged, royalty.ErrNoBalance,
	royalty.ErrInvalidGenesis, royalty.ErrBrokenInvariant, royalty.ErrUnknownVersion, royalty.ErrTooManyMeters,
	royalty.ErrPaymentChannelNotFound, royalty.ErrInvalidPaymentChannel, royalty.ErrInvalidVoucher, royalty.ErrWrongSignature,
	royalty.ErrOverDeposit, royalty.ErrNothingToRedeem, royalty.ErrNotParty, royalty.ErrTooEarly, royalty.ErrPaymentChannelClosing,
	royalty.ErrInvalidDestination, royalty.ErrInvalidPayment, royalty.ErrInvalidUnit, royalty.ErrTooLongAgo,
	royalty.ErrDenomNotTaken, royalty.ErrInvalidArrears,
	royalty.ErrTooManyArrears, royalty.ErrInArrears,

	license.ErrInvalidTerms, license.ErrTermsNotFound, license.ErrInvalidOffer, license.ErrOfferNotFound, license.ErrWorkUnavailable,
	license.ErrTooManyOffers, license.ErrOfferExpired, license.ErrNotLicensee, license.ErrApprovalNeeded, license.ErrGrantsExhausted,
	license.ErrExclusive, license.ErrFeeAboveMax, license.ErrRateAboveMax, license.ErrGrantExists, license.ErrGrantNotFound,
	license.ErrGrantExpired, license.ErrGrantUsed, license.ErrSourceExpired, license.ErrPermissionNeeded, license.ErrNotPermitted,
	license.ErrConflict, license.ErrTooMany, license.ErrInvalidMessage, license.ErrInvalidGenesis, license.ErrOfferPaused,
	license.ErrInvalidApproval, license.ErrApprovalNotFound, license.ErrNotRenewable, license.ErrNotTransferable,
	license.ErrCeilingReached, license.ErrInvalidUse, license.ErrNothingToBlank, license.ErrNotOfferedToYou, license.ErrTooManyTerms,
	license.ErrUnknownVersion, license.ErrSourceUnapproved, license.ErrNotWaiting, license.ErrOtherConditions,
	license.ErrUsesExhausted, license.ErrNotCounted, license.ErrInvalidUseVoucher,

	lineage.ErrInvalidMessage, lineage.ErrInvalidSource, lineage.ErrInvalidRecord, lineage.ErrInvalidParams, lineage.ErrInvalidGenesis,
	lineage.ErrAlreadySource, lineage.ErrTooManySources, lineage.ErrOverWhole, lineage.ErrCycle, lineage.ErrWalkTooLong,
	lineage.ErrApprovalNeeded, lineage.ErrAlreadyRecorded, lineage.ErrNotApproved, lineage.ErrNothingToBlank, lineage.ErrRegistered,
	lineage.ErrPromisesGrew, lineage.ErrReserved,

	agent.ErrInvalidMessage, agent.ErrInvalidParams, agent.ErrInvalidGenesis, agent.ErrInvalidCard, agent.ErrInvalidLimit,
	agent.ErrNotFound, agent.ErrNotController, agent.ErrAlreadyRegistered, agent.ErrInvalidStatus, agent.ErrInvalidKey,
	agent.ErrInvalidTransfer, agent.ErrInvalidPayout, agent.ErrInvalidRecovery, agent.ErrNothingToBlank,
	agent.ErrAttestationNotFound, agent.ErrInvalidAttestation, agent.ErrNotKey, agent.ErrKeyExpired, agent.ErrExpired,
	agent.ErrSuspended, agent.ErrNotAllowed, agent.ErrNeverAllowed, agent.ErrOtherSigner, agent.ErrUnreadable, agent.ErrPayee,
	agent.ErrWork, agent.ErrTerms, agent.ErrRate, agent.ErrNoBudget, agent.ErrOverAct, agent.ErrOverWindow, agent.ErrOverTotal,
	agent.ErrFeeNoBudget, agent.ErrFeeOverAct, agent.ErrFeeOverWindow, agent.ErrFeeOverTotal,
	dispute.ErrInvalidMessage, dispute.ErrInvalidParams, dispute.ErrInvalidGenesis, dispute.ErrInvalidEvidence,
	dispute.ErrInvalidRedress, dispute.ErrNotFound, dispute.ErrOwnWork, dispute.ErrAlreadyOpen, dispute.ErrNothingNew,
	dispute.ErrBondTooSmall, dispute.ErrWrongPhase, dispute.ErrTooLate, dispute.ErrNotParty, dispute.ErrNotArbiter,
	dispute.ErrRecused, dispute.ErrBeyondClaim, dispute.ErrNotContestable, dispute.ErrNothingToBlank, dispute.ErrNoObjection,
	dispute.ErrNothingToCall,

	feemarket.ErrInvalidParams, feemarket.ErrInvalidGenesis, feemarket.ErrFeeCoins, feemarket.ErrTooMuchGas,

	headers.ErrInvalidGenesis, headers.ErrNotInLog, headers.ErrUnavailable,

	sdkerrors.ErrInsufficientFunds, sdkerrors.ErrInsufficientFee, sdkerrors.ErrOutOfGas, sdkerrors.ErrUnauthorized,
	sdkerrors.ErrWrongSequence, sdkerrors.ErrInvalidCoins, sdkerrors.ErrUnknownAddress, sdkerrors.ErrMempoolIsFull,
	sdkerrors.ErrTxTooLarge, sdkerrors.ErrTxInMempoolCache, sdkerrors.ErrTxTimeoutHeight, sdkerrors.ErrTxTimeout, sdkerrors.ErrMemoTooLarge,
}

// Codes are all errors that CodeOf knows, in a fixed order.
func Codes() []error { return slices.Clone(known) }

// CodeOf finds the error whose own words a text ends with, the longest where several do,
// for the chain gives no code for a trial or a query that failed. Not found: an error of none
// of the modules. Words that several modules have tell no code.
func CodeOf(text string) (codespace string, code uint32, words string, found bool) {
	for _, err := range known {
		own := err.Error()
		if len(own) < len(words) || text != own && !strings.HasSuffix(text, ": "+own) {
			continue
		}
		if own == words {
			codespace, code = "", 0
			continue
		}
		codespace, code, _ = errorsmod.ABCIInfo(err, false)
		words, found = own, true
	}
	return codespace, code, words, found
}
