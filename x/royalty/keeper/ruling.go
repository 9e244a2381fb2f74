package keeper

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// What disputes ask of the module beside destinations and arrears. None of it asks the
// registry who controls the work: while a dispute is open, it is on hold.

// Frozen returns what lies in a work's stages.
func (k Keeper) Frozen(ctx context.Context, work registrytypes.WorkID) (sdk.Coins, error) {
	frozen := sdk.NewCoins()
	of := collections.NewPrefixedPairRange[registrytypes.WorkID, string](work)
	err := k.Stages.Walk(ctx, of, func(key collections.Pair[registrytypes.WorkID, string], s types.Stages) (bool, error) {
		frozen = frozen.Add(sdk.NewCoin(key.K2(), s.Paid.Held.Add(s.Received.Held).Add(s.Earned.Held)))
		return false, nil
	})
	return frozen, err
}

// HeldShare returns an account's share of a work's revenue by one version of the table of
// holders, in ppm; 0 for one who holds nothing. It fails with ErrUnknownVersion.
func (k Keeper) HeldShare(ctx context.Context, work registrytypes.WorkID, holdersVersion uint32, account sdk.AccAddress) (uint32, error) {
	table, err := k.GetHolders(ctx, work, holdersVersion)
	return shareOf(table.Shares, account), err
}

// Adjudge makes an account the sole holder of a work's revenue by a ruling, under a new epoch.
// It changes nothing when it is that already. It fails with ErrInvalidShares when it cannot
// receive.
func (k Keeper) Adjudge(ctx context.Context, work registrytypes.WorkID, account sdk.AccAddress) error {
	head, err := k.workHead(ctx, work)
	if err != nil {
		return err
	}
	if _, err := k.dropPoolChange(ctx, work, "a ruling gave its revenue to another"); err != nil {
		return err
	}
	sole, err := k.SoleHolder(ctx, work)
	if err != nil || account.Equals(sole) {
		return err
	}
	if err := k.checkReceives(ctx, account); err != nil {
		return errorsmod.Wrap(err, work.String())
	}
	_, err = k.setHolders(ctx, work, head, []types.Share{{Account: account, Weight: flow.Whole}})
	return err
}

// AddPayee gives an account a share of a work's revenue by a ruling, in ppm, under a new epoch;
// those who hold keep theirs in proportion. It fails with ErrInvalidShares when the account
// cannot receive or a share would be too small, and with ErrTooManyHolders. Nobody keeps it out by what a
// work owes others: how many payments reach is not asked.
func (k Keeper) AddPayee(ctx context.Context, work registrytypes.WorkID, account sdk.AccAddress, share uint32) error {
	head, err := k.workHead(ctx, work)
	if err != nil {
		return err
	}
	if err := k.checkReceives(ctx, account); err != nil {
		return errorsmod.Wrap(err, work.String())
	}
	table, err := k.GetHolders(ctx, work, head.HoldersVersion)
	if err != nil {
		return err
	}
	diluted, err := flow.Dilute(table.Flow(), flow.Account(account), share)
	var tooMany *flow.TooManyHoldersError
	switch {
	case errors.As(err, &tooMany):
		return types.ErrTooManyHolders.Wrapf("%s: %s", work, err)
	case err != nil:
		return types.ErrInvalidShares.Wrapf("%s: %s", work, err)
	}
	next := make([]types.Share, len(diluted))
	for i, h := range diluted {
		next[i] = types.Share{Account: sdk.AccAddress(h.To), Weight: h.Weight}
	}
	slices.SortFunc(next, func(a, b types.Share) int { return bytes.Compare(a.Account, b.Account) })
	if slices.EqualFunc(next, table.Shares, sameShare) {
		return nil
	}
	_, err = k.setHolders(ctx, work, head, next)
	return err
}

func sameShare(a, b types.Share) bool {
	return bytes.Equal(a.Account, b.Account) && a.Weight == b.Weight
}

// workHead is the head of a work that must exist.
func (k Keeper) workHead(ctx context.Context, work registrytypes.WorkID) (types.Head, error) {
	if _, err := k.registry.GetWork(ctx, work); err != nil {
		return types.Head{}, err
	}
	return k.GetHead(ctx, work)
}
