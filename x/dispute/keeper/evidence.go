package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/dispute/types"
	"github.com/stemma-chain/stemma/x/internal/events"
)

// BlankEvidence takes back the URIs of what an account showed, in any phase; governance takes back
// everybody's. Their SHA-256 takes their place. It fails with ErrNothingToBlank.
func (k Keeper) BlankEvidence(ctx context.Context, sender string, id disputeID) error {
	d, err := k.GetDispute(ctx, id)
	if err != nil {
		return err
	}
	was, blanked := d, false
	d.Evidence = append([]types.Evidence{}, was.Evidence...)
	for i, e := range d.Evidence {
		if e.Uri != "" && (sender == e.By || sender == k.authority) {
			d.Evidence[i], blanked = e.Blank(), true
		}
	}
	if !blanked {
		return errorsmod.Wrapf(types.ErrNothingToBlank, "%s has no URI that %s showed", id, sender)
	}
	if err := k.save(ctx, &was, d); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventEvidenceBlanked{Dispute: id, Sender: sender})
}
