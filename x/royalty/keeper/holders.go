package keeper

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/internal/rates"
	"github.com/stemma-chain/stemma/x/internal/events"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// GetHolders returns one version of a work's table of holders; at version 0 the
// registrant holds all. It fails with ErrUnknownVersion.
func (k Keeper) GetHolders(ctx context.Context, work registrytypes.WorkID, version uint32) (types.Holders, error) {
	if version > 0 {
		table, err := k.Holders.Get(ctx, collections.Join(work, version))
		if errors.Is(err, collections.ErrNotFound) {
			err = types.ErrUnknownVersion.Wrapf("version %d of the holders of %s", version, work)
		}
		return table, err
	}
	w, err := k.registry.GetWork(ctx, work)
	if err != nil {
		return types.Holders{}, err
	}
	return types.Holders{Shares: []types.Share{{Account: w.Registrant, Weight: flow.Whole}}}, nil
}

// SoleHolder returns who holds all of a work's revenue, or nil when several do.
func (k Keeper) SoleHolder(ctx context.Context, work registrytypes.WorkID) (sdk.AccAddress, error) {
	head, err := k.GetHead(ctx, work)
	if err != nil || head.Holders > 1 {
		return nil, err
	}
	table, err := k.GetHolders(ctx, work, head.HoldersVersion)
	if err != nil {
		return nil, err
	}
	return table.Shares[0].Account, nil
}

// AssignShares replaces a holder's share of a work by shares that sum to it, and
// returns the new version of the table. Shares of those who hold already add up.
// It fails when the sender holds nothing, the sum differs, nothing changes, somebody who
// gets a share cannot receive, the table would have more holders than the sender's share
// can take it to, or the registry has the work on hold.
func (k Keeper) AssignShares(ctx context.Context, holder sdk.AccAddress, work registrytypes.WorkID, shares []types.Share) (uint32, error) {
	plan, err := k.planShares(ctx, holder, work, shares)
	if err != nil {
		return 0, err
	}
	return k.setHolders(ctx, work, plan.head, plan.next)
}

// sharesPlan is what an assignment of shares would do.
type sharesPlan struct {
	head      types.Head
	now, next []types.Share
	// most holders that the holder may take the table to.
	most int
}

func (k Keeper) planShares(
	ctx context.Context, holder sdk.AccAddress, work registrytypes.WorkID, shares []types.Share,
) (sharesPlan, error) {
	if _, err := k.registry.Control(ctx, holder, work, registrytypes.ActAssign); err != nil {
		return sharesPlan{}, err
	}
	head, err := k.GetHead(ctx, work)
	if err != nil {
		return sharesPlan{}, err
	}
	table, err := k.GetHolders(ctx, work, head.HoldersVersion)
	if err != nil {
		return sharesPlan{}, err
	}
	next, err := reassign(table.Shares, holder, shares)
	if err != nil {
		return sharesPlan{}, errorsmod.Wrap(err, work.String())
	}
	p := sharesPlan{head: head, now: table.Shares, next: next, most: flow.MostHolders(shareOf(table.Shares, holder))}
	if len(next) > len(table.Shares) && len(next) > p.most {
		return p, types.ErrTooManyHolders.Wrapf("%s would have %d holders; %s holds %s and can take it to %d, of at most %d",
			work, len(next), holder, rates.Percent(shareOf(table.Shares, holder)), p.most, flow.MaxHolders)
	}
	if len(next) > len(table.Shares) {
		params, err := k.Params.Get(ctx)
		if err != nil {
			return p, err
		}
		if err := heldBy(head, len(next)).CheckReach(params, work); err != nil {
			return p, err
		}
	}
	for _, s := range next {
		if shareOf(table.Shares, s.Account) > 0 {
			continue
		}
		if err := k.checkReceives(ctx, s.Account); err != nil {
			return p, errorsmod.Wrap(err, work.String())
		}
	}
	return p, nil
}

// shareOf is an account's share by a table.
func shareOf(table []types.Share, account sdk.AccAddress) uint32 {
	for _, s := range table {
		if bytes.Equal(s.Account, account) {
			return s.Weight
		}
	}
	return 0
}

// checkReceives fails for an account that would never be paid, or never take what it is
// paid: one that may not receive, and a module's.
func (k Keeper) checkReceives(ctx context.Context, account sdk.AccAddress) error {
	if _, _, pool := types.PoolOf(account); pool {
		return types.ErrInvalidShares.Wrapf("%s is a contributor pool's: its share is changed by the owner (stemmad dataset share)", account)
	}
	_, module := k.accounts.GetAccount(ctx, account).(sdk.ModuleAccountI)
	if module || k.bank.BlockedAddr(account) {
		return types.ErrInvalidShares.Wrapf("%s is not allowed to receive funds: name another account", account)
	}
	return nil
}

// reassign returns the table with one holder's share replaced.
func reassign(table []types.Share, holder sdk.AccAddress, shares []types.Share) ([]types.Share, error) {
	at := slices.IndexFunc(table, func(s types.Share) bool { return bytes.Equal(s.Account, holder) })
	if at < 0 {
		return nil, types.ErrNotHolder.Wrapf("%s; only who holds a share can assign it", holder)
	}
	var sum uint64
	for _, s := range shares {
		sum += uint64(s.Weight)
	}
	if own := table[at].Weight; sum != uint64(own) {
		return nil, types.ErrInvalidShares.Wrapf("the shares sum to %d ppm, but %s holds %d; name %s itself to keep the rest",
			sum, holder, own, holder)
	}
	next := slices.Delete(slices.Clone(table), at, at+1)
	for _, s := range shares {
		i := slices.IndexFunc(next, func(n types.Share) bool { return bytes.Equal(n.Account, s.Account) })
		if i < 0 {
			next = append(next, s)
			continue
		}
		next[i].Weight += s.Weight
	}
	slices.SortFunc(next, func(a, b types.Share) int { return bytes.Compare(a.Account, b.Account) })
	if slices.EqualFunc(next, table, func(a, b types.Share) bool { return bytes.Equal(a.Account, b.Account) && a.Weight == b.Weight }) {
		return nil, types.ErrInvalidShares.Wrap("the shares change nothing")
	}
	return next, nil
}

// heldBy is a head with so many holders.
func heldBy(head types.Head, holders int) types.Head {
	head.Reach += uint32(holders) - head.Holders
	head.Holders = uint32(holders)
	return head
}

// setHolders installs a table of holders under a new epoch.
func (k Keeper) setHolders(ctx context.Context, work registrytypes.WorkID, head types.Head, shares []types.Share) (uint32, error) {
	next := heldBy(head, len(shares))
	next.Epoch++
	next.HoldersVersion = uint32(next.Epoch)
	table := types.Holders{Shares: shares, UpstreamVersion: head.UpstreamVersion, Since: heightOf(ctx)}
	if head.Destination == types.DESTINATION_ESCROW {
		table.EarnedSince = head.AwaySince
	}
	if err := k.Holders.Set(ctx, collections.Join(work, next.HoldersVersion), table); err != nil {
		return 0, err
	}
	if err := k.endEpoch(ctx, work, head, next); err != nil {
		return 0, err
	}
	return next.HoldersVersion, events.Emit(ctx, &types.EventHoldersChanged{
		Work: work, Epoch: next.Epoch, HoldersVersion: next.HoldersVersion, Holders: table.Holdings(),
	})
}

// AcceptTransfer completes a transfer of a work. The recipient names the
// revision, the epoch of its lists and the offer that it has seen. The old owner who holds all, but for what a
// contributor pool has, is replaced by the new one; any other table stays.
func (k Keeper) AcceptTransfer(
	ctx context.Context, recipient sdk.AccAddress, work registrytypes.WorkID, workVersion uint32, epoch uint64, offer uint32,
) error {
	head, err := k.GetHead(ctx, work)
	if err != nil {
		return err
	}
	if head.Epoch != epoch {
		return types.ErrVersionChanged.Wrapf("%s is in epoch %d, not %d: its holders or what it owes have changed; look at them again",
			work, head.Epoch, epoch)
	}
	previous, err := k.registry.Transfer(ctx, work, recipient, workVersion, offer)
	if err != nil {
		return err
	}
	if _, err := k.dropPoolChange(ctx, work, "the work has a new owner"); err != nil {
		return err
	}
	table, err := k.GetHolders(ctx, work, head.HoldersVersion)
	if err != nil || !previous.Equals(table.Owned()) {
		return err
	}
	// Governance has agreed to hold it, and spends what it is paid by proposals; others give it no shares.
	if recipient.String() != k.authority {
		if err := k.checkReceives(ctx, recipient); err != nil {
			return errorsmod.Wrap(err, work.String())
		}
	}
	_, err = k.setHolders(ctx, work, head, table.With(previous, recipient))
	return err
}
