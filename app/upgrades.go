package app

import (
	"fmt"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"
)

// Upgrade is one planned change of the running chain.
type Upgrade struct {
	// Name is the plan's name as governance voted it.
	Name string
	// Stores lists the stores that the new version adds, renames or deletes.
	Stores storetypes.StoreUpgrades
	// Handler migrates the state; it must run the module manager's migrations.
	Handler func(m *module.Manager, cfg module.Configurator) upgradetypes.UpgradeHandler
}

// Upgrades this binary knows, oldest first.
var Upgrades []Upgrade

// applyUpgrades registers the handlers and, when the node restarts at an
// upgrade's height, makes the stores load in their new layout.
func (app *App) applyUpgrades() error {
	for _, u := range Upgrades {
		app.Keepers.Upgrade.SetUpgradeHandler(u.Name, u.Handler(app.modules, app.configurator))
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
