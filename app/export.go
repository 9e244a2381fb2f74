package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	"github.com/cosmos/cosmos-sdk/store/v2/rootmulti"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/auth/ante"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	"github.com/cosmos/cosmos-sdk/x/staking"
)

// Exported is a state as a genesis.
type Exported struct {
	servertypes.ExportedApp
	// Time is the genesis time: later than all that has happened (ADR 0034).
	Time time.Time
}

// GenesisTime is when a chain begins that goes on from a state whose last block had this
// time: unordered transactions of before, which no state remembers, have expired by then.
func GenesisTime(last time.Time) time.Time {
	return last.Add(ante.DefaultMaxTimeoutDuration + time.Millisecond)
}

// Export writes the state as a genesis that starts at the next height. With
// forZeroHeight it starts a new chain instead: rewards are paid out, heights
// are reset and, when allowed is not empty, every validator that it does not
// name by operator address is jailed. Modules limits the export to those
// named; empty means all.
func (app *App) Export(forZeroHeight bool, allowed, modules []string) (Exported, error) {
	last, err := app.lastBlockTime()
	if err != nil {
		return Exported{}, err
	}
	ctx := app.NewContextLegacy(true, cmtproto.Header{Height: app.LastBlockHeight(), Time: last})
	height := app.LastBlockHeight() + 1
	if forZeroHeight {
		height = 0
		if err := app.resetHeights(ctx, allowed); err != nil {
			return Exported{}, fmt.Errorf("prepare for zero height: %w", err)
		}
	}
	state, err := app.modules.ExportGenesisForModules(ctx, app.encoding.Codec, modules)
	if err != nil {
		return Exported{}, err
	}
	appState, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return Exported{}, err
	}
	validators, err := staking.WriteValidators(ctx, app.Keepers.Staking)
	return Exported{servertypes.ExportedApp{
		AppState:        appState,
		Validators:      validators,
		Height:          height,
		ConsensusParams: app.GetConsensusParams(ctx),
	}, GenesisTime(last)}, err
}

// lastBlockTime is the time of the block that made the state. A snapshot does not have
// it: a node that began with one knows it from its own first block on.
func (app *App) lastBlockTime() (time.Time, error) {
	root, ok := app.CommitMultiStore().(*rootmulti.Store)
	if !ok {
		return time.Time{}, fmt.Errorf("the root store is a %T", app.CommitMultiStore())
	}
	info, err := root.GetCommitInfo(app.LastBlockHeight())
	if err != nil {
		return time.Time{}, err
	}
	if info.Timestamp.Unix() <= 0 {
		return time.Time{}, fmt.Errorf("the time of block %d is not known: the node got its state from a "+
			"snapshot; export a later block", app.LastBlockHeight())
	}
	return info.Timestamp, nil
}

// resetHeights takes the heights of the old chain out of the state of the
// modules that keep some: distribution, staking, headers and slashing.
func (app *App) resetHeights(ctx sdk.Context, allowed []string) error {
	for _, operator := range allowed {
		if _, err := sdk.ValAddressFromBech32(operator); err != nil {
			return fmt.Errorf("validator to keep %q: %w", operator, err)
		}
	}
	if err := app.resetDistribution(ctx); err != nil {
		return err
	}
	if err := app.resetStaking(ctx, allowed); err != nil {
		return err
	}
	if err := app.Keepers.Headers.Reset(ctx); err != nil {
		return err
	}
	return app.resetSlashing(ctx)
}

// resetDistribution pays out all commissions and rewards, gives what is left
// of rounding to the community pool and starts the books of every validator
// and delegation anew.
func (app *App) resetDistribution(ctx sdk.Context) error {
	distr, stakers := app.Keepers.Distr, app.Keepers.Staking
	validators, err := stakers.GetAllValidators(ctx)
	if err != nil {
		return err
	}
	delegations, err := stakers.GetAllDelegations(ctx)
	if err != nil {
		return err
	}
	operators := make([]sdk.ValAddress, len(validators))
	for i, v := range validators {
		if operators[i], err = sdk.ValAddressFromBech32(v.OperatorAddress); err != nil {
			return err
		}
		// Fails for a validator without commission, which is not a fault.
		_, _ = distr.WithdrawValidatorCommission(ctx, operators[i])
	}
	owners := make([]sdk.AccAddress, len(delegations))
	targets := make([]sdk.ValAddress, len(delegations))
	for i, d := range delegations {
		if owners[i], err = sdk.AccAddressFromBech32(d.DelegatorAddress); err != nil {
			return err
		}
		if targets[i], err = sdk.ValAddressFromBech32(d.ValidatorAddress); err != nil {
			return err
		}
		if _, err := distr.WithdrawDelegationRewards(ctx, owners[i], targets[i]); err != nil {
			return fmt.Errorf("withdraw the rewards of %s: %w", d.DelegatorAddress, err)
		}
	}
	distr.DeleteAllValidatorSlashEvents(ctx)
	distr.DeleteAllValidatorHistoricalRewards(ctx)

	atZero := ctx.WithBlockHeight(0)
	for _, operator := range operators {
		if err := app.donateScraps(atZero, operator); err != nil {
			return err
		}
		if err := distr.Hooks().AfterValidatorCreated(atZero, operator); err != nil {
			return err
		}
	}
	for i := range delegations {
		if err := distr.Hooks().BeforeDelegationCreated(atZero, owners[i], targets[i]); err != nil {
			return err
		}
		if err := distr.Hooks().AfterDelegationModified(atZero, owners[i], targets[i]); err != nil {
			return err
		}
	}
	return nil
}

// donateScraps moves the fractions of a unit that nobody can withdraw to the
// community pool.
func (app *App) donateScraps(ctx sdk.Context, operator sdk.ValAddress) error {
	scraps, err := app.Keepers.Distr.GetValidatorOutstandingRewardsCoins(ctx, operator)
	if err != nil {
		return err
	}
	pool, err := app.Keepers.Distr.FeePool.Get(ctx)
	if err != nil {
		return err
	}
	pool.CommunityPool = pool.CommunityPool.Add(scraps...)
	return app.Keepers.Distr.FeePool.Set(ctx, pool)
}

func (app *App) resetStaking(ctx sdk.Context, allowed []string) error {
	stakers := app.Keepers.Staking
	redelegations, err := collect(ctx, stakers.IterateRedelegations)
	if err != nil {
		return err
	}
	for _, r := range redelegations {
		for i := range r.Entries {
			r.Entries[i].CreationHeight = 0
		}
		if err := stakers.SetRedelegation(ctx, r); err != nil {
			return err
		}
	}
	unbondings, err := collect(ctx, stakers.IterateUnbondingDelegations)
	if err != nil {
		return err
	}
	for _, u := range unbondings {
		for i := range u.Entries {
			u.Entries[i].CreationHeight = 0
		}
		if err := stakers.SetUnbondingDelegation(ctx, u); err != nil {
			return err
		}
	}
	validators, err := stakers.GetAllValidators(ctx)
	if err != nil {
		return err
	}
	for _, v := range validators {
		v.UnbondingHeight = 0
		if len(allowed) > 0 && !slices.Contains(allowed, v.OperatorAddress) {
			// The power index lists only validators that are not jailed.
			if err := stakers.DeleteValidatorByPowerIndex(ctx, v); err != nil {
				return err
			}
			v.Jailed = true
		}
		if err := stakers.SetValidator(ctx, v); err != nil {
			return err
		}
	}
	_, err = stakers.ApplyAndReturnValidatorSetUpdates(ctx)
	return err
}

func (app *App) resetSlashing(ctx sdk.Context) error {
	type signer struct {
		address sdk.ConsAddress
		info    slashingtypes.ValidatorSigningInfo
	}
	var signers []signer
	err := app.Keepers.Slashing.IterateValidatorSigningInfos(ctx,
		func(address sdk.ConsAddress, info slashingtypes.ValidatorSigningInfo) bool {
			signers = append(signers, signer{address, info})
			return false
		})
	if err != nil {
		return err
	}
	for _, s := range signers {
		s.info.StartHeight = 0
		if err := app.Keepers.Slashing.SetValidatorSigningInfo(ctx, s.address, s.info); err != nil {
			return err
		}
	}
	return nil
}

// collect lists what an iteration yields, so that writing starts only after
// the iterator is closed.
func collect[T any](ctx context.Context, iterate func(context.Context, func(int64, T) bool) error) ([]T, error) {
	var all []T
	err := iterate(ctx, func(_ int64, item T) bool {
		all = append(all, item)
		return false
	})
	return all, err
}
