package app

import (
	"context"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"google.golang.org/grpc"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/x/consensus"
	consensuskeeper "github.com/cosmos/cosmos-sdk/x/consensus/keeper"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
)

const (
	// MinBlockGas is the least maximum of a block's gas: one of its transactions, which
	// declares a tenth of it at most, has room for a proposal and votes.
	MinBlockGas = 10_000_000
	// MinBlockRoom is the least that max_bytes leaves above evidence.max_bytes, in bytes:
	// the signatures of some hundred validators, and a transaction.
	MinBlockRoom = 1 << 20
)

// checkBlocks refuses limits under which no block has room for a transaction, nor so for
// the vote that would mend them.
func checkBlocks(block *cmtproto.BlockParams, evidence *cmtproto.EvidenceParams) error {
	if gas := block.GetMaxGas(); gas < MinBlockGas {
		return sdkerrors.ErrInvalidRequest.Wrapf("block.max_gas is %d: blocks have a maximum of gas here, "+
			"at least %d, such as %d", gas, MinBlockGas, MaxBlockGas)
	}
	size := block.GetMaxBytes()
	if size == -1 { // CometBFT: as large as can be
		size = cmttypes.MaxBlockSizeBytes
	}
	if size-evidence.GetMaxBytes() < MinBlockRoom {
		return sdkerrors.ErrInvalidRequest.Wrapf("block.max_bytes is %d and evidence.max_bytes %d: "+
			"leave at least %d between them for a block's transactions", size, evidence.GetMaxBytes(), MinBlockRoom)
	}
	return nil
}

// consensusModule is the SDK's, but for the check of an update.
type consensusModule struct {
	consensus.AppModule
	keeper consensuskeeper.Keeper
}

// RegisterServices is that of appmodule.HasServices.
func (m consensusModule) RegisterServices(registrar grpc.ServiceRegistrar) error {
	consensustypes.RegisterMsgServer(registrar, consensusMsgs{m.keeper})
	consensustypes.RegisterQueryServer(registrar, m.keeper)
	return nil
}

type consensusMsgs struct{ consensuskeeper.Keeper }

// UpdateParams holds an update to what a genesis is held to: the chain could not be
// exported and started anew otherwise.
func (m consensusMsgs) UpdateParams(
	ctx context.Context, msg *consensustypes.MsgUpdateParams,
) (*consensustypes.MsgUpdateParamsResponse, error) {
	if err := checkBlocks(msg.Block, msg.Evidence); err != nil {
		return nil, err
	}
	return m.Keeper.UpdateParams(ctx, msg)
}
