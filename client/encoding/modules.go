package encoding

import (
	icacontrollertypes "github.com/cosmos/ibc-go/v11/modules/apps/27-interchain-accounts/controller/types"
	icahosttypes "github.com/cosmos/ibc-go/v11/modules/apps/27-interchain-accounts/host/types"
	icatypes "github.com/cosmos/ibc-go/v11/modules/apps/27-interchain-accounts/types"
	pfmtypes "github.com/cosmos/ibc-go/v11/modules/apps/packet-forward-middleware/types"
	ratelimittypes "github.com/cosmos/ibc-go/v11/modules/apps/rate-limiting/types"
	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	clienttypes "github.com/cosmos/ibc-go/v11/modules/core/02-client/types"
	ibctypes "github.com/cosmos/ibc-go/v11/modules/core/types"
	ibctm "github.com/cosmos/ibc-go/v11/modules/light-clients/07-tendermint"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	vestingtypes "github.com/cosmos/cosmos-sdk/x/auth/vesting/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	evidencetypes "github.com/cosmos/cosmos-sdk/x/evidence/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	govv1beta1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1beta1"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	feemarkettypes "github.com/stemma-chain/stemma/x/feemarket/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// The modules of the chain. A test of the app compares them with those that it runs.
var (
	interfaces = []func(codectypes.InterfaceRegistry){
		authtypes.RegisterInterfaces, vestingtypes.RegisterInterfaces, banktypes.RegisterInterfaces,
		stakingtypes.RegisterInterfaces, slashingtypes.RegisterInterfaces, distrtypes.RegisterInterfaces,
		govv1.RegisterInterfaces, govv1beta1.RegisterInterfaces, minttypes.RegisterInterfaces,
		evidencetypes.RegisterInterfaces, feegrant.RegisterInterfaces, authz.RegisterInterfaces,
		consensustypes.RegisterInterfaces, upgradetypes.RegisterInterfaces,
		feemarkettypes.RegisterInterfaces, agenttypes.RegisterInterfaces, registrytypes.RegisterInterfaces, royaltytypes.RegisterInterfaces,
		licensetypes.RegisterInterfaces, lineagetypes.RegisterInterfaces, disputetypes.RegisterInterfaces,
		ibctypes.RegisterInterfaces, ibctm.RegisterInterfaces, transfertypes.RegisterInterfaces, icacontrollertypes.RegisterInterfaces,
		icahosttypes.RegisterInterfaces, icatypes.RegisterInterfaces, pfmtypes.RegisterInterfaces, ratelimittypes.RegisterInterfaces,
	}
	// Ours sign amino JSON by their definitions, without this codec.
	aminos = []func(*codec.LegacyAmino){
		authtypes.RegisterLegacyAminoCodec, vestingtypes.RegisterLegacyAminoCodec, banktypes.RegisterLegacyAminoCodec,
		stakingtypes.RegisterLegacyAminoCodec, slashingtypes.RegisterLegacyAminoCodec, distrtypes.RegisterLegacyAminoCodec,
		govv1beta1.RegisterLegacyAminoCodec, govv1.RegisterLegacyAminoCodec, minttypes.RegisterLegacyAminoCodec,
		evidencetypes.RegisterLegacyAminoCodec, feegrant.RegisterLegacyAminoCodec, authz.RegisterLegacyAminoCodec,
		consensustypes.RegisterLegacyAminoCodec, upgradetypes.RegisterLegacyAminoCodec,
		clienttypes.RegisterLegacyAminoCodec, transfertypes.RegisterLegacyAminoCodec, ratelimittypes.RegisterLegacyAminoCodec,
	}
)

func registerModules(e Encoding) {
	for _, register := range interfaces {
		register(e.InterfaceRegistry)
	}
	for _, register := range aminos {
		register(e.Amino)
	}
}
