package app

import (
	"slices"

	icatypes "github.com/cosmos/ibc-go/v11/modules/apps/27-interchain-accounts/types"
	ratelimittypes "github.com/cosmos/ibc-go/v11/modules/apps/rate-limiting/types"
	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	ibcexported "github.com/cosmos/ibc-go/v11/modules/core/exported"

	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/x/auth"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/auth/vesting"
	vestingtypes "github.com/cosmos/cosmos-sdk/x/auth/vesting/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	authzmodule "github.com/cosmos/cosmos-sdk/x/authz/module"
	"github.com/cosmos/cosmos-sdk/x/bank"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/consensus"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	distr "github.com/cosmos/cosmos-sdk/x/distribution"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	"github.com/cosmos/cosmos-sdk/x/evidence"
	evidencetypes "github.com/cosmos/cosmos-sdk/x/evidence/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	feegrantmodule "github.com/cosmos/cosmos-sdk/x/feegrant/module"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	"github.com/cosmos/cosmos-sdk/x/gov"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	"github.com/cosmos/cosmos-sdk/x/mint"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	"github.com/cosmos/cosmos-sdk/x/slashing"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	"github.com/cosmos/cosmos-sdk/x/staking"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	"github.com/cosmos/cosmos-sdk/x/upgrade"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/stemma-chain/stemma/x/agent"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	"github.com/stemma-chain/stemma/x/dispute"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	"github.com/stemma-chain/stemma/x/feemarket"
	feemarkettypes "github.com/stemma-chain/stemma/x/feemarket/types"
	"github.com/stemma-chain/stemma/x/headers"
	headerstypes "github.com/stemma-chain/stemma/x/headers/types"
	"github.com/stemma-chain/stemma/x/license"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	"github.com/stemma-chain/stemma/x/registry"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// modulePermissions says what each module account may do with coins.
var modulePermissions = map[string][]string{
	authtypes.FeeCollectorName:          nil,
	distrtypes.ModuleName:               nil,
	minttypes.ModuleName:                {authtypes.Minter},
	stakingtypes.BondedPoolName:         {authtypes.Burner, authtypes.Staking},
	stakingtypes.NotBondedPoolName:      {authtypes.Burner, authtypes.Staking},
	stakingtypes.KeyRotationFeePoolName: {authtypes.Burner},
	govtypes.ModuleName:                 {authtypes.Burner},
	royaltytypes.ModuleName:             nil,
	disputetypes.ModuleName:             {authtypes.Burner},
	transfertypes.ModuleName:            {authtypes.Minter, authtypes.Burner},
	icatypes.ModuleName:                 nil,
}

// blockedAddresses are the module accounts: nobody may send to them by a plain
// transfer, or their balance would no longer match their books. The gov
// account is open: proposals spend from it.
func blockedAddresses() map[string]bool {
	blocked := make(map[string]bool, len(modulePermissions))
	for name := range modulePermissions {
		if name != govtypes.ModuleName {
			blocked[authtypes.NewModuleAddress(name).String()] = true
		}
	}
	return blocked
}

// The orders in which modules act. Every module with the hook in question has
// to be named; the manager panics at start otherwise.
var (
	preBlockers = []string{upgradetypes.ModuleName, authtypes.ModuleName, headerstypes.ModuleName}

	// Distribution pays out last block's fees before slashing can take stake.
	beginBlockers = []string{
		minttypes.ModuleName, distrtypes.ModuleName, slashingtypes.ModuleName,
		evidencetypes.ModuleName, stakingtypes.ModuleName, authz.ModuleName,
		ibcexported.ModuleName, ratelimittypes.ModuleName,
	}

	// Bank credits what was sent virtually in this block, so whatever executes
	// messages comes before it, and after it nothing may send virtually. Disputes are decided
	// after gov, which decides some, and before royalty, which goes by what they change and
	// passes on what bank has credited to it. The fee market keeps to parameters that
	// gov has changed in the same block.
	endBlockers = []string{
		govtypes.ModuleName, disputetypes.ModuleName, feemarkettypes.ModuleName, stakingtypes.ModuleName, feegrant.ModuleName,
		banktypes.ModuleName, royaltytypes.ModuleName,
	}

	// Accounts and balances come first; genutil delivers the first validators'
	// transactions, so staking and the fee market come before it.
	genesisOrder = slices.Concat([]string{
		consensustypes.ModuleName, authtypes.ModuleName, banktypes.ModuleName, feemarkettypes.ModuleName,
		headerstypes.ModuleName, distrtypes.ModuleName,
		stakingtypes.ModuleName, slashingtypes.ModuleName, govtypes.ModuleName, minttypes.ModuleName,
		agenttypes.ModuleName, registrytypes.ModuleName, royaltytypes.ModuleName, licensetypes.ModuleName, lineagetypes.ModuleName,
		disputetypes.ModuleName, genutiltypes.ModuleName, evidencetypes.ModuleName, authz.ModuleName, feegrant.ModuleName,
		upgradetypes.ModuleName, vestingtypes.ModuleName,
	}, ibcModules)
)

// newModuleManager lists the modules and sets the orders in which they act.
func newModuleManager(app *App) *module.Manager {
	k, cdc, interfaces := app.Keepers, app.encoding.Codec, app.encoding.InterfaceRegistry
	m := module.NewManager(append(k.IBC.modules(),
		genutil.NewAppModule(k.Account, k.Staking, app, app.encoding.TxConfig),
		auth.NewAppModule(cdc, k.Account, nil),
		vesting.NewAppModule(k.Account, k.Bank),
		bank.NewAppModule(cdc, k.Bank, k.Account),
		staking.NewAppModule(cdc, k.Staking, k.Account, k.Bank),
		slashing.NewAppModule(cdc, k.Slashing, k.Account, k.Bank, k.Staking, interfaces),
		distr.NewAppModule(cdc, k.Distr, k.Account, k.Bank, k.Staking),
		gov.NewAppModule(cdc, k.Gov, k.Account, k.Bank),
		mint.NewAppModule(cdc, k.Mint, k.Account, nil),
		evidence.NewAppModule(k.Evidence),
		feegrantmodule.NewAppModule(cdc, k.Account, k.Bank, k.FeeGrant, interfaces),
		authzmodule.NewAppModule(cdc, k.Authz, k.Account, k.Bank, interfaces),
		consensusModule{consensus.NewAppModule(cdc, k.Consensus), k.Consensus},
		upgrade.NewAppModule(k.Upgrade, k.Account.AddressCodec()),
		feemarket.NewAppModule(k.FeeMarket, feemarkettypes.Node{
			Consensus: app.GetConsensusParams, Accounts: k.Account, Next: app.pool.Next,
		}),
		headers.NewAppModule(k.Headers, app.nodeHeaders),
		agent.NewAppModule(k.Agent),
		registry.NewAppModule(k.Registry),
		royalty.NewAppModule(k.Royalty),
		license.NewAppModule(k.License),
		lineage.NewAppModule(k.Lineage),
		dispute.NewAppModule(k.Dispute),
	)...)
	m.SetOrderPreBlockers(preBlockers...)
	m.SetOrderBeginBlockers(beginBlockers...)
	m.SetOrderEndBlockers(endBlockers...)
	m.SetOrderInitGenesis(genesisOrder...)
	m.SetOrderExportGenesis(genesisOrder...)
	return m
}

// newBasicManager is the part of the modules that needs no state: codecs,
// default genesis, REST routes. Genutil and gov come in a reduced form.
func newBasicManager(m *module.Manager) module.BasicManager {
	return module.NewBasicManagerFromManager(m, map[string]module.AppModuleBasic{
		genutiltypes.ModuleName: genutil.NewAppModuleBasic(genutiltypes.DefaultMessageValidator),
		govtypes.ModuleName:     gov.NewAppModuleBasic(nil),
	})
}
