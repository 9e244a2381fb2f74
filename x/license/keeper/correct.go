package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// CorrectTerms ends offers of a work by a ruling, also of a licence that its owner cannot take
// back, then makes others in the owner's name: to everybody, without an end, at the price that
// the terms ask. They have to comply with what the work's sources demand, as those of an owner;
// that the work is on hold does not matter. Grants stay. It fails with ErrOfferNotFound, or as Offer does.
func (k Keeper) CorrectTerms(ctx context.Context, work registrytypes.WorkID, end, offer []types.TermsID) error {
	for _, id := range end {
		if _, err := k.getOffer(ctx, work, id); err != nil {
			return err
		}
		if err := k.removeOffer(ctx, collections.Join(work, id)); err != nil {
			return err
		}
		if err := events.Emit(ctx, &types.EventOfferClosed{Work: work, Terms: id}); err != nil {
			return err
		}
	}
	for _, id := range offer {
		if _, err := k.putOffer(ctx, work, id, types.Offer{}); err != nil {
			return err
		}
	}
	return nil
}

// CheckClosable checks that a work's owner could close its offers: they are there, and can be taken
// back. It fails with ErrOfferNotFound or ErrInvalidOffer.
func (k Keeper) CheckClosable(ctx context.Context, work registrytypes.WorkID, end []types.TermsID) error {
	for _, id := range end {
		offer, err := k.getOffer(ctx, work, id)
		if err != nil {
			return err
		}
		if offer.IrrevocableSince != nil {
			return errorsmod.Wrapf(types.ErrInvalidOffer, "%s under %s: that licence can't be taken back, only a ruling ends it: "+
				"leave it out", work, id)
		}
	}
	return nil
}
