package app

import (
	"context"
	"fmt"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/stemma-chain/stemma/x/royalty/ibcpay"
)

// Upgrade is one planned change of the running chain.
type Upgrade struct {
	// Name is the plan's name as governance voted it: the version of the binary.
	Name string
	// Stores lists the stores that the new version adds, renames or deletes.
	Stores storetypes.StoreUpgrades
	// Before changes the state before the modules migrate; nil: nothing does.
	Before func(ctx context.Context, app *App) error
}

// Upgrades this binary knows, oldest first.
var Upgrades = []Upgrade{
	{Name: "v0.2.0", Stores: storetypes.StoreUpgrades{Added: ibcStores}, Before: before020},
}

// applyUpgrades registers the handlers and, when the node restarts at an
// upgrade's height, makes the stores load in their new layout.
func (app *App) applyUpgrades() error {
	for _, u := range Upgrades {
		app.Keepers.Upgrade.SetUpgradeHandler(u.Name, app.upgrade(u))
	}
	if app.home == "" { // without a home no plan can have been written
		return nil
	}
	plan, err := app.Keepers.Upgrade.ReadUpgradeInfoFromDisk()
	if err != nil {
		return fmt.Errorf("read the upgrade plan: %w", err)
	}
	if app.Keepers.Upgrade.IsSkipHeight(plan.Height) {
		return nil
	}
	for _, u := range Upgrades {
		if u.Name == plan.Name {
			app.SetStoreLoader(upgradetypes.UpgradeStoreLoader(plan.Height, &u.Stores))
		}
	}
	return nil
}

// upgrade is what happens at an upgrade's height: modules that are new begin with their default genesis.
func (app *App) upgrade(u Upgrade) upgradetypes.UpgradeHandler {
	return func(ctx context.Context, _ upgradetypes.Plan, from module.VersionMap) (module.VersionMap, error) {
		if u.Before != nil {
			if err := u.Before(ctx, app); err != nil {
				return nil, err
			}
		}
		return app.modules.RunMigrations(ctx, app.configurator, from)
	}
}

func before020(ctx context.Context, app *App) error {
	if err := takeAddresses(ctx, app); err != nil {
		return err
	}
	return app.keepEvidence(ctx)
}

// keepEvidence has evidence count as long as stake is bound (ADR 0084); a longer time stays.
func (app *App) keepEvidence(ctx context.Context) error {
	params, err := app.Keepers.Consensus.ParamsStore.Get(ctx)
	if err != nil {
		return err
	}
	if params.Evidence == nil {
		return nil
	}
	bound, err := app.Keepers.Staking.UnbondingTime(ctx)
	if err != nil {
		return err
	}
	params.Evidence.MaxAgeDuration = max(params.Evidence.MaxAgeDuration, bound)
	params.Evidence.MaxAgeNumBlocks = max(params.Evidence.MaxAgeNumBlocks, int64(bound/fastestBlock))
	return app.Keepers.Consensus.ParamsStore.Set(ctx, params)
}

// takeAddresses makes the addresses that this version's accounts have theirs, whatever somebody has put there while anybody could:
// accounts that are no module's, with which the modules panic, and coins, which vest or not. The coins go to the community.
func takeAddresses(ctx context.Context, app *App) error {
	for _, name := range ibcAccounts {
		address := authtypes.NewModuleAddress(name)
		if old := app.Keepers.Account.GetAccount(ctx, address); old != nil {
			app.Keepers.Account.SetAccount(ctx, authtypes.NewModuleAccount(plain(old), name, modulePermissions[name]...))
		}
		app.Keepers.Account.GetModuleAccount(ctx, name)
		if err := app.empty(ctx, address); err != nil {
			return err
		}
	}
	if old := app.Keepers.Account.GetAccount(ctx, ibcpay.Address()); old != nil {
		app.Keepers.Account.SetAccount(ctx, plain(old))
	}
	return app.empty(ctx, ibcpay.Address())
}

// plain is an account without a key and without what it says of its coins.
func plain(old sdk.AccountI) *authtypes.BaseAccount {
	return authtypes.NewBaseAccount(old.GetAddress(), nil, old.GetAccountNumber(), old.GetSequence())
}

// empty gives what an address has to the community.
func (app *App) empty(ctx context.Context, address sdk.AccAddress) error {
	coins := app.Keepers.Bank.GetAllBalances(ctx, address)
	if coins.IsZero() {
		return nil
	}
	return app.Keepers.Distr.FundCommunityPool(ctx, coins, address)
}
