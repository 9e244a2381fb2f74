package app

import (
	"fmt"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/baseapp"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	govkeeper "github.com/cosmos/cosmos-sdk/x/gov/keeper"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
)

// depositsStay runs the messages of proposals. Governance's account owns works and may pay, but the same
// account holds the deposits of all other proposals: a message that spent them would pass, and the refund of
// the next proposal would fail at the end of a block and halt the chain. So such a message fails, and its
// proposal with it.
type depositsStay struct {
	baseapp.MessageRouter
	bank bankkeeper.Keeper
	// gov is set once it is made: it is made with the router.
	gov *govkeeper.Keeper
}

// Handler is the router's, and looks at the account afterwards.
func (d *depositsStay) Handler(msg sdk.Msg) baseapp.MsgServiceHandler {
	run := d.MessageRouter.Handler(msg)
	if run == nil {
		return nil
	}
	return func(ctx sdk.Context, msg sdk.Msg) (*sdk.Result, error) {
		result, err := run(ctx, msg)
		if err != nil {
			return nil, err
		}
		return result, d.check(ctx)
	}
}

// check fails where the account holds less than the deposits of the proposals that are open.
func (d *depositsStay) check(ctx sdk.Context) error {
	var deposits sdk.Coins
	err := d.gov.Deposits.Walk(ctx, nil, func(_ collections.Pair[uint64, sdk.AccAddress], deposit govv1.Deposit) (bool, error) {
		deposits = deposits.Add(deposit.Amount...)
		return false, nil
	})
	if err != nil {
		return err
	}
	account := d.gov.GetGovernanceAccount(ctx).GetAddress()
	for _, coin := range deposits {
		if held := d.bank.GetBalance(ctx, account, coin.Denom); held.IsLT(coin) {
			return fmt.Errorf("governance would keep %s of the %s that are deposits of other proposals, send its account %s first: %w",
				held, coin, account, sdkerrors.ErrInsufficientFunds)
		}
	}
	return nil
}
