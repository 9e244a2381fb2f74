package app

import (
	"encoding/json"
	"slices"

	ica "github.com/cosmos/ibc-go/v11/modules/apps/27-interchain-accounts"
	icacontrollertypes "github.com/cosmos/ibc-go/v11/modules/apps/27-interchain-accounts/controller/types"
	icagenesis "github.com/cosmos/ibc-go/v11/modules/apps/27-interchain-accounts/genesis/types"
	icahosttypes "github.com/cosmos/ibc-go/v11/modules/apps/27-interchain-accounts/host/types"
	pfm "github.com/cosmos/ibc-go/v11/modules/apps/packet-forward-middleware"
	ratelimit "github.com/cosmos/ibc-go/v11/modules/apps/rate-limiting"
	ratelimitkeeper "github.com/cosmos/ibc-go/v11/modules/apps/rate-limiting/keeper"
	"github.com/cosmos/ibc-go/v11/modules/apps/transfer"
	ibc "github.com/cosmos/ibc-go/v11/modules/core"
	clientv2types "github.com/cosmos/ibc-go/v11/modules/core/02-client/v2/types"
	ibckeeper "github.com/cosmos/ibc-go/v11/modules/core/keeper"
	ibctypes "github.com/cosmos/ibc-go/v11/modules/core/types"
	ibctm "github.com/cosmos/ibc-go/v11/modules/light-clients/07-tendermint"
	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"

	"github.com/stemma-chain/stemma/app/acts"
)

// modules lists the modules that speak with other chains.
func (i IBC) modules() []module.AppModule { //nolint:staticcheck // the type that the SDK's manager takes
	return []module.AppModule{ //nolint:staticcheck // as above
		coreModule{ibc.NewAppModule(i.Core), i.Core},
		ibctm.NewAppModule(i.light), transfer.NewAppModule(i.Transfer),
		accountsModule{ica.NewAppModule(nil, i.Accounts)},
		pfm.NewAppModule(i.Forward),
		rateLimitModule{ratelimit.NewAppModule(i.RateLimit), i.RateLimit},
	}
}

// coreModule takes a genesis in which two chains have the same name for each other's client, as the first clients of both have; the module
// refuses what it exports then.
type coreModule struct {
	ibc.AppModule
	keeper *ibckeeper.Keeper
}

// readCore reads a genesis, and apart from it the counterparties that the module would refuse.
func readCore(
	cdc codec.JSONCodec, raw json.RawMessage,
) (state ibctypes.GenesisState, alike []clientv2types.GenesisCounterpartyInfo, err error) {
	if err = cdc.UnmarshalJSON(raw, &state); err != nil {
		return state, nil, err
	}
	for _, info := range state.ClientV2Genesis.CounterpartyInfos {
		if info.ClientId == info.CounterpartyInfo.ClientId {
			alike = append(alike, info)
		}
	}
	state.ClientV2Genesis.CounterpartyInfos = slices.DeleteFunc(state.ClientV2Genesis.CounterpartyInfos,
		func(info clientv2types.GenesisCounterpartyInfo) bool {
			return info.ClientId == info.CounterpartyInfo.ClientId
		})
	return state, alike, nil
}

// ValidateGenesis implements module.HasGenesisBasics.
func (coreModule) ValidateGenesis(cdc codec.JSONCodec, _ client.TxEncodingConfig, raw json.RawMessage) error {
	state, _, err := readCore(cdc, raw)
	if err != nil {
		return err
	}
	return state.Validate()
}

// InitGenesis implements module.HasGenesis.
func (m coreModule) InitGenesis(ctx sdk.Context, cdc codec.JSONCodec, raw json.RawMessage) {
	state, alike, err := readCore(cdc, raw)
	if err != nil {
		panic(err) // as the module does; no chain starts
	}
	ibc.InitGenesis(ctx, *m.keeper, &state)
	for _, info := range alike {
		m.keeper.ClientV2Keeper.SetClientCounterparty(ctx, info.ClientId, info.CounterpartyInfo)
	}
}

// accountsModule hosts accounts that other chains control, and controls none itself. They may do what owners and payers of works do; the
// module's own default would let them do everything.
type accountsModule struct{ ica.AppModule }

// GetTxCmd has no commands: those of the module are for chains that control accounts elsewhere.
func (accountsModule) GetTxCmd() *cobra.Command { return nil }

// DefaultGenesis implements module.HasGenesisBasics. A chain that is upgraded begins with it too.
func (accountsModule) DefaultGenesis(cdc codec.JSONCodec) json.RawMessage {
	state := icagenesis.DefaultGenesis()
	state.ControllerGenesisState.Params = icacontrollertypes.NewParams(false)
	state.HostGenesisState.Params = icahosttypes.NewParams(true, acts.OfOwners())
	return cdc.MustMarshalJSON(state)
}

// rateLimitModule begins to count hours so that what is exported within the first one can be imported: the module refuses a beginning at
// height 0, which a genesis has, and takes hour 0, which is that of midnight, for none.
type rateLimitModule struct {
	ratelimit.AppModule
	keeper *ratelimitkeeper.Keeper
}

// InitGenesis implements module.HasGenesis.
func (m rateLimitModule) InitGenesis(ctx sdk.Context, cdc codec.JSONCodec, data json.RawMessage) {
	m.AppModule.InitGenesis(ctx, cdc, data)
	hour, err := m.keeper.GetHourEpoch(ctx)
	if err != nil {
		panic(err) // as the module does; no chain starts
	}
	if hour.EpochNumber == 0 {
		hour.EpochNumber = 24
	}
	hour.EpochStartHeight = max(hour.EpochStartHeight, 1)
	if err := m.keeper.SetHourEpoch(ctx, hour); err != nil {
		panic(err)
	}
}
