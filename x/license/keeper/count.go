package keeper

import (
	"context"
	"slices"

	errorsmod "cosmossdk.io/errors"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/license/usevoucher"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// CountUses counts uses by machines at the grants that pay for them, up to a total for each:
// those of the sender's grants, and of others' by their holders' signatures. What is counted
// already changes nothing. It fails with the first that fails: with ErrGrantNotFound,
// ErrNotCounted, ErrNotLicensee, ErrInvalidUseVoucher, ErrUsesExhausted, or the error of what
// keeps the grant from serving.
func (k Keeper) CountUses(ctx context.Context, sender sdk.AccAddress, counts []types.UseCount) ([]types.UseCounted, error) {
	list := make([]types.UseCounted, len(counts))
	for i, c := range counts {
		var err error
		if list[i], err = k.countUses(ctx, sender, c); err != nil {
			return nil, errorsmod.Wrapf(err, "uses[%d]", i)
		}
	}
	return list, nil
}

func (k Keeper) countUses(ctx context.Context, sender sdk.AccAddress, c types.UseCount) (done types.UseCounted, err error) {
	grant, err := k.GetGrant(ctx, c.Grant)
	if err != nil {
		return done, err
	}
	if !grant.CountsUses() {
		return done, errorsmod.Wrapf(types.ErrNotCounted, "%s: its terms set no uses_per_grant: use it without saying so", c.Grant)
	}
	if c.Total <= grant.Uses {
		return types.UseCounted{Left: grant.UsesLeft()}, nil
	}
	if err := k.checkUser(ctx, sender, c, grant); err != nil {
		return done, err
	}
	if err := k.checkServes(ctx, c.Grant, grant); err != nil {
		return done, err
	}
	if err := grant.CheckUses(c.Grant, c.Total); err != nil {
		return done, err
	}
	done.Counted = c.Total - grant.Uses
	done.Left, err = k.count(ctx, c.Grant, grant, done.Counted, registrytypes.WorkID{})
	return done, err
}

// checkUser fails unless who holds the grant sends the count, or signed it.
func (k Keeper) checkUser(ctx context.Context, sender sdk.AccAddress, c types.UseCount, g types.Grant) error {
	if len(c.Signature) == 0 {
		return k.checkHolder(ctx, sender, c.Grant, g)
	}
	holder, err := k.holderOf(ctx, g)
	if err != nil {
		return err
	}
	var key *secp256k1.PubKey
	if account := k.accounts.GetAccount(ctx, holder); account != nil {
		key, _ = account.GetPubKey().(*secp256k1.PubKey)
	}
	if key == nil {
		return errorsmod.Wrapf(types.ErrInvalidUseVoucher, "the chain knows no secp256k1 key of %s, who holds %s: "+
			"send any transaction from that account first, or count the uses from it", holder, c.Grant)
	}
	at := sdk.UnwrapSDKContext(ctx)
	at.GasMeter().ConsumeGas(k.accounts.GetParams(ctx).SigVerifyCostSecp256k1, "use voucher signature")
	return usevoucher.FromMessage(at.ChainID(), c).Verify(key.Bytes())
}

// checkServes fails while nothing can rest on the grant: it has ended, its work was invalidated, or
// the offer that it was acquired under named others than who holds it now.
func (k Keeper) checkServes(ctx context.Context, id types.GrantID, g types.Grant) error {
	work, err := k.registry.GetWork(ctx, g.Work.WorkID)
	if err != nil {
		return err
	}
	if statusOf(work) == rules.Invalidated {
		return refusal(g.Work.WorkID, rules.Reason{Code: rules.WorkInvalidated, Permission: id.String()})
	}
	now := sdk.UnwrapSDKContext(ctx).BlockTime()
	if held := work.HeldFor(now); g.Expired(now.Add(-held)) {
		return refusal(g.Work.WorkID, rules.Reason{
			Code: rules.GrantExpired, Permission: id.String(), At: *types.EndInTime(g.ExpiresAt, held),
		})
	}
	holder, err := k.holderOf(ctx, g)
	if err != nil {
		return err
	}
	admitted, err := k.admits(ctx, holder, g)
	if err == nil && !admitted {
		err = refusal(g.Work.WorkID, rules.Reason{Code: rules.NotLicensee, Permission: id.String()})
	}
	return err
}

// count adds uses to those that are counted at a grant, and returns how many are left. Whoever
// was offered the grant, or the work that it moves with, can't accept it any more: they were offered
// more uses. Derivative is what was made by the use; the zero id: nothing was.
func (k Keeper) count(
	ctx context.Context, id types.GrantID, g types.Grant, more uint64, derivative registrytypes.WorkID,
) (left uint64, err error) {
	before := g
	g.Uses += more
	g.OfferedTo = nil
	if err := k.replaceGrant(ctx, id, before, g); err != nil {
		return 0, err
	}
	if err := k.cancelTransferWith(ctx, g); err != nil {
		return 0, err
	}
	return g.UsesLeft(), events.Emit(ctx, &types.EventUsesCounted{
		Grant: id, Work: g.Work.WorkID, Derivative: derivative, Counted: more, Uses: g.Uses, UsesPaid: g.UsesPaid,
	})
}

// cancelTransferWith takes back that the work which a grant moves with is on offer, if it is.
func (k Keeper) cancelTransferWith(ctx context.Context, g types.Grant) error {
	user, bound := g.User()
	if !bound {
		return nil
	}
	work, err := k.registry.GetWork(ctx, user)
	if err != nil || !work.OnOffer {
		return err
	}
	return k.registry.CancelTransfer(ctx, work.Owner, user)
}

// countedAt are the grants at which an allowed use is counted.
func countedAt(d rules.Decision) (list []types.GrantID, err error) {
	for _, o := range d.Obligations {
		if o.Duty != rules.CountUse {
			continue
		}
		id, err := types.ParseGrantID(o.Grant)
		if err != nil {
			return nil, err
		}
		list = append(list, id)
	}
	return list, nil
}

// countUsesOf counts one use at each grant that pays for what a declaration does with its sources.
// One generation is one use of a work, by however many sources it comes.
func (k Keeper) countUsesOf(ctx context.Context, derivative registrytypes.WorkID, permits []types.Permit) error {
	var done []types.GrantID
	for _, p := range permits {
		for _, id := range p.Counted {
			if slices.Contains(done, id) {
				continue
			}
			done = append(done, id)
			grant, err := k.GetGrant(ctx, id)
			if err != nil {
				return err
			}
			if err := grant.CheckUses(id, grant.Uses+1); err != nil {
				return err
			}
			if _, err := k.count(ctx, id, grant, 1, derivative); err != nil {
				return err
			}
		}
	}
	return nil
}
