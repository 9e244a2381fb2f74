package app

import (
	"context"
	"strings"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/x/royalty/ibcpay"
	royaltykeeper "github.com/stemma-chain/stemma/x/royalty/keeper"
)

// sendRestrictions are what bank refuses by who is to receive, beside the addresses that are blocked.
var sendRestrictions = []banktypes.SendRestrictionFn{royaltykeeper.RefusePools, ibcpay.RefuseSends}

// payingBank is bank for modules that pay accounts by themselves, in blocks too: an account to which bank refuses to send counts as
// blocked. They pay another one then; the failure would stop the chain (rewards that a slash pays out) or come back in each block.
type payingBank struct{ bankkeeper.BaseKeeper }

// BlockedAddr implements the bank that modules expect.
func (b payingBank) BlockedAddr(to sdk.AccAddress) bool {
	for _, refuse := range sendRestrictions {
		if _, err := refuse(context.Background(), nil, to, nil); err != nil {
			return true
		}
	}
	return b.BaseKeeper.BlockedAddr(to)
}

// OwnMetadata implements the bank that x/royalty expects. Vouchers lie between two ranges of denoms, as their names begin with "ibc/".
func (b payingBank) OwnMetadata(ctx context.Context, look func(banktypes.Metadata) error) error {
	for _, denoms := range []*collections.Range[string]{
		new(collections.Range[string]).EndExclusive(transfertypes.DenomPrefix + "/"),
		new(collections.Range[string]).StartInclusive(transfertypes.DenomPrefix + "0"), // what comes after a slash
	} {
		err := b.BaseViewKeeper.DenomMetadata.Walk(ctx, denoms, func(_ string, m banktypes.Metadata) (bool, error) { return false, look(m) })
		if err != nil {
			return err
		}
	}
	return nil
}

// rewardsBank is bank for x/distribution. Anybody may add to the community's pool and to the rewards of a validator, whose rows all
// blocks and all who stake read and write denom by denom. Vouchers are made up by other chains, as many kinds as they like: only those
// that fees are paid in are taken.
type rewardsBank struct {
	payingBank
	paysFees func(ctx context.Context, denom string) (bool, error)
}

// SendCoinsFromAccountToModule implements the bank that x/distribution expects.
func (b rewardsBank) SendCoinsFromAccountToModule(ctx context.Context, from sdk.AccAddress, module string, coins sdk.Coins) error {
	for _, coin := range coins {
		if !strings.HasPrefix(coin.Denom, transfertypes.DenomPrefix+"/") {
			continue
		}
		takes, err := b.paysFees(ctx, coin.Denom)
		if err != nil {
			return err
		}
		if !takes {
			return sdkerrors.ErrInvalidCoins.Wrapf("%s pays no fees here, and so is not taken as a reward or for the community", coin.Denom)
		}
	}
	return b.payingBank.SendCoinsFromAccountToModule(ctx, from, module, coins)
}
