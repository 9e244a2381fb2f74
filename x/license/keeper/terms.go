package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/license/types"
)

// PublishTerms stores terms and returns their id. Equal terms are one entry:
// publishing them again changes nothing. It fails with ErrInvalidTerms.
func (k Keeper) PublishTerms(ctx context.Context, t types.Terms) (types.TermsID, error) {
	if err := t.Validate(); err != nil {
		return types.TermsID{}, err
	}
	id := t.ID()
	known, err := k.Terms.Has(ctx, id)
	if err != nil || known {
		return id, err
	}
	if err := k.Terms.Set(ctx, id, t); err != nil {
		return id, err
	}
	return id, events.Emit(ctx, &types.EventTermsPublished{Terms: id, Spdx: t.Spdx})
}

// GetTerms returns published terms. It fails with ErrTermsNotFound.
func (k Keeper) GetTerms(ctx context.Context, id types.TermsID) (types.Terms, error) {
	t, err := k.Terms.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return t, errorsmod.Wrapf(types.ErrTermsNotFound, "%s: publish the terms first", id)
	}
	return t, err
}

// BlankTerms takes the uri of terms away; governance can, for terms have no owner.
// Id and everything that they allow and ask stay, and publishing the same terms
// again changes nothing. It fails with ErrTermsNotFound or ErrNothingToBlank.
func (k Keeper) BlankTerms(ctx context.Context, id types.TermsID) error {
	t, err := k.GetTerms(ctx, id)
	if err != nil {
		return err
	}
	if t.Uri == "" {
		return errorsmod.Wrapf(types.ErrNothingToBlank, "%s: the uri is blanked already, or there was none", id)
	}
	if err := k.Terms.Set(ctx, id, t.Blank()); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventTermsBlanked{Terms: id})
}
