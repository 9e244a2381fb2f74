package app

import (
	"context"

	"github.com/spf13/cast"

	coreaddress "cosmossdk.io/core/address"
	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	authkeeper "github.com/cosmos/cosmos-sdk/x/auth/keeper"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	authzkeeper "github.com/cosmos/cosmos-sdk/x/authz/keeper"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	consensuskeeper "github.com/cosmos/cosmos-sdk/x/consensus/keeper"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	distrkeeper "github.com/cosmos/cosmos-sdk/x/distribution/keeper"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	evidencekeeper "github.com/cosmos/cosmos-sdk/x/evidence/keeper"
	evidencetypes "github.com/cosmos/cosmos-sdk/x/evidence/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	feegrantkeeper "github.com/cosmos/cosmos-sdk/x/feegrant/keeper"
	govkeeper "github.com/cosmos/cosmos-sdk/x/gov/keeper"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1beta1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1beta1"
	mintkeeper "github.com/cosmos/cosmos-sdk/x/mint/keeper"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	slashingkeeper "github.com/cosmos/cosmos-sdk/x/slashing/keeper"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingkeeper "github.com/cosmos/cosmos-sdk/x/staking/keeper"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	upgradekeeper "github.com/cosmos/cosmos-sdk/x/upgrade/keeper"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/stemma-chain/stemma/app/acts"
	"github.com/stemma-chain/stemma/app/fast"
	"github.com/stemma-chain/stemma/app/metrics"
	"github.com/stemma-chain/stemma/client/encoding"
	agentkeeper "github.com/stemma-chain/stemma/x/agent/keeper"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	disputekeeper "github.com/stemma-chain/stemma/x/dispute/keeper"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	feemarketkeeper "github.com/stemma-chain/stemma/x/feemarket/keeper"
	feemarkettypes "github.com/stemma-chain/stemma/x/feemarket/types"
	headerskeeper "github.com/stemma-chain/stemma/x/headers/keeper"
	headerstypes "github.com/stemma-chain/stemma/x/headers/types"
	licensekeeper "github.com/stemma-chain/stemma/x/license/keeper"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagekeeper "github.com/stemma-chain/stemma/x/lineage/keeper"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrykeeper "github.com/stemma-chain/stemma/x/registry/keeper"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltykeeper "github.com/stemma-chain/stemma/x/royalty/keeper"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Keepers holds the state access of every module, in the order in which they
// are built: each takes only those above it.
type Keepers struct {
	Account   authkeeper.AccountKeeper
	Bank      bankkeeper.BaseKeeper
	Staking   *stakingkeeper.Keeper
	Mint      mintkeeper.Keeper
	Distr     distrkeeper.Keeper
	Slashing  slashingkeeper.Keeper
	FeeGrant  feegrantkeeper.Keeper
	Authz     authzkeeper.Keeper
	Upgrade   *upgradekeeper.Keeper
	Gov       *govkeeper.Keeper
	Evidence  evidencekeeper.Keeper
	Consensus consensuskeeper.Keeper

	FeeMarket feemarketkeeper.Keeper
	Headers   headerskeeper.Keeper
	Agent     agentkeeper.Keeper
	Registry  registrykeeper.Keeper
	Royalty   royaltykeeper.Keeper
	License   licensekeeper.Keeper
	Lineage   lineagekeeper.Keeper
	Dispute   disputekeeper.Keeper

	IBC IBC
}

// keeperDeps is what the keepers are built from.
type keeperDeps struct {
	base      *baseapp.BaseApp
	cdc       codec.Codec
	amino     *codec.LegacyAmino
	addresses coreaddress.Codec
	fast      fast.Chain
	stores    stores
	home      string
	options   servertypes.AppOptions
	logger    log.Logger
	metrics   *metrics.Set
}

// authority is the account that may change parameters: the gov module's.
func authority() string { return authtypes.NewModuleAddress(govtypes.ModuleName).String() }

func newKeepers(d keeperDeps) Keepers {
	var k Keepers
	kv := d.stores.kv
	validators := address.NewBech32Codec(encoding.ValidatorPrefix)
	consensus := address.NewBech32Codec(encoding.ConsensusPrefix)

	k.Consensus = consensuskeeper.NewKeeper(d.cdc, runtime.NewKVStoreService(kv[consensustypes.StoreKey]),
		authority(), runtime.EventService{})
	d.base.SetParamStore(k.Consensus.ParamsStore)

	k.Account = authkeeper.NewAccountKeeper(d.cdc, runtime.NewKVStoreService(kv[authtypes.StoreKey]),
		authtypes.ProtoBaseAccount, modulePermissions, d.addresses, AccountPrefix, authority(),
		authkeeper.WithUnorderedTransactions(true))
	bank := runtime.NewKVStoreService(kv[banktypes.StoreKey])
	if d.fast.Changes {
		bank = fast.Changes(bank)
	}
	k.Bank = bankkeeper.NewBaseKeeper(d.cdc, bank,
		k.Account, blockedAddresses(), authority(), d.logger).
		WithObjStoreKey(d.stores.object[banktypes.ObjectStoreKey])
	for _, refuse := range sendRestrictions {
		k.Bank.AppendSendRestriction(refuse)
	}

	k.Staking = stakingkeeper.NewKeeper(d.cdc, runtime.NewKVStoreService(kv[stakingtypes.StoreKey]),
		k.Account, k.Bank, authority(), validators, consensus)
	k.Mint = mintkeeper.NewKeeper(d.cdc, runtime.NewKVStoreService(kv[minttypes.StoreKey]),
		k.Staking, k.Account, k.Bank, authtypes.FeeCollectorName, authority())
	k.Distr = distrkeeper.NewKeeper(d.cdc, runtime.NewKVStoreService(kv[distrtypes.StoreKey]),
		k.Account, rewardsBank{payingBank{k.Bank}, func(ctx context.Context, denom string) (bool, error) {
			params, err := k.FeeMarket.Params.Get(ctx)
			_, pays := params.Rate(denom)
			return pays, err
		}}, k.Staking, authtypes.FeeCollectorName, authority())
	k.Slashing = slashingkeeper.NewKeeper(d.cdc, d.amino, runtime.NewKVStoreService(kv[slashingtypes.StoreKey]),
		k.Staking, authority())
	k.Staking.SetHooks(stakingtypes.NewMultiStakingHooks(k.Distr.Hooks(), k.Slashing.Hooks()))

	k.FeeGrant = feegrantkeeper.NewKeeper(d.cdc, runtime.NewKVStoreService(kv[feegrant.StoreKey]), k.Account)
	k.Authz = authzkeeper.NewKeeper(runtime.NewKVStoreService(kv[authzkeeper.StoreKey]), d.cdc,
		d.base.MsgServiceRouter(), k.Account)
	k.Upgrade = upgradekeeper.NewKeeper(skipUpgradeHeights(d.options),
		runtime.NewKVStoreService(kv[upgradetypes.StoreKey]), d.cdc, d.home, d.base, authority())
	k.Gov = newGovKeeper(d, k)
	k.Evidence = *evidencekeeper.NewKeeper(d.cdc, runtime.NewKVStoreService(kv[evidencetypes.StoreKey]),
		k.Staking, k.Slashing, d.addresses, runtime.ProvideCometInfoService())

	k.FeeMarket = feemarketkeeper.NewKeeper(d.cdc, runtime.NewKVStoreService(kv[feemarkettypes.StoreKey]), authority())
	k.Headers = headerskeeper.NewKeeper(runtime.NewKVStoreService(kv[headerstypes.StoreKey]),
		runtime.NewKVStoreService(kv[headerstypes.SubtreesStoreKey]))
	k.Agent = agentkeeper.NewKeeper(d.cdc, runtime.NewKVStoreService(kv[agenttypes.StoreKey]), authority(), k.Account,
		d.base.MsgServiceRouter(), acts.Catalogue())
	k.Registry = registrykeeper.NewKeeper(d.cdc, runtime.NewKVStoreService(kv[registrytypes.StoreKey]), authority())
	k.Royalty = royaltykeeper.NewKeeper(d.cdc, runtime.NewKVStoreService(kv[royaltytypes.StoreKey]),
		d.stores.object[royaltytypes.ObjectStoreKey], authority(), k.Account, payingBank{k.Bank}, k.Registry).
		WithObserver(sweepObserver{d.metrics})
	k.License = licensekeeper.NewKeeper(d.cdc, runtime.NewKVStoreService(kv[licensetypes.StoreKey]),
		authority(), k.Registry, k.Royalty, k.Account)
	k.Lineage = lineagekeeper.NewKeeper(d.cdc, runtime.NewKVStoreService(kv[lineagetypes.StoreKey]),
		authority(), k.Agent, k.Registry, k.Royalty, k.License)
	k.Dispute = disputekeeper.NewKeeper(d.cdc, runtime.NewKVStoreService(kv[disputetypes.StoreKey]), authority(), disputekeeper.Modules{
		Agent: k.Agent, Registry: k.Registry, Royalty: k.Royalty, License: k.License, Lineage: k.Lineage, Bank: k.Bank, Accounts: k.Account,
	})
	k.IBC = newIBC(d, k)
	return k
}

func newGovKeeper(d keeperDeps, k Keepers) *govkeeper.Keeper {
	router := &depositsStay{MessageRouter: d.base.MsgServiceRouter(), bank: k.Bank}
	gov := govkeeper.NewKeeper(d.cdc, runtime.NewKVStoreService(d.stores.kv[govtypes.StoreKey]),
		k.Account, k.Bank, k.Distr, router, govtypes.DefaultConfig(), authority(),
		govkeeper.NewDefaultCalculateVoteResultsAndVotingPower(k.Staking))
	router.gov = gov
	// MsgExecLegacyContent dereferences this router even when no legacy
	// proposal type is left.
	gov.SetLegacyRouter(govv1beta1.NewRouter().AddRoute(govtypes.RouterKey, govv1beta1.ProposalHandler))
	return gov
}

// skipUpgradeHeights reads the heights at which the operator chose to pass
// over a planned upgrade.
func skipUpgradeHeights(options servertypes.AppOptions) map[int64]bool {
	heights := make(map[int64]bool)
	for _, height := range cast.ToIntSlice(options.Get(server.FlagUnsafeSkipUpgrades)) {
		heights[int64(height)] = true
	}
	return heights
}
