// Package dispute is what a program needs to contest works and to answer: what a bond takes, and what
// was assigned in the past, by the lists then in force.
package dispute

import (
	"context"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// maxDenoms is how many balances of an account are looked at.
const maxDenoms = 1000

// NoBondError says that an account has not enough for a bond.
type NoBondError struct {
	Account string
	// Of MinBond one coin is needed, of Beside all; Has is what of these denoms is there.
	MinBond, Beside, Has sdk.Coins
}

func (e *NoBondError) Error() string {
	beside := ""
	if !e.Beside.Empty() {
		beside = fmt.Sprintf(", and %s beside", e.Beside)
	}
	return fmt.Sprintf("a bond takes one of %s%s: %s has %s", e.MinBond, beside, e.Account, e.Has)
}

// Bond is the least bond that an account can pay for opening a dispute about a work or appealing,
// in the first denom of the minimum that it has enough of. It fails with a NoBondError.
func Bond(
	ctx context.Context, disputes disputetypes.QueryClient, bank banktypes.QueryClient, work registrytypes.WorkID, account string,
) (sdk.Coins, error) {
	asked, err := disputes.Bond(ctx, &disputetypes.QueryBondRequest{Work: work})
	if err != nil {
		return nil, err
	}
	return least(ctx, bank, account, asked.MinBond, asked.Beside)
}

// ContestBond is the least bond for contesting a dispute: nothing is asked for what is frozen.
func ContestBond(ctx context.Context, disputes disputetypes.QueryClient, bank banktypes.QueryClient, account string) (sdk.Coins, error) {
	params, err := disputes.Params(ctx, &disputetypes.QueryParamsRequest{})
	if err != nil {
		return nil, err
	}
	return least(ctx, bank, account, params.Params.MinBond, nil)
}

func least(ctx context.Context, bank banktypes.QueryClient, account string, minimum, beside sdk.Coins) (sdk.Coins, error) {
	res, err := bank.SpendableBalances(ctx, &banktypes.QuerySpendableBalancesRequest{
		Address: account, Pagination: &query.PageRequest{Limit: maxDenoms},
	})
	if err != nil {
		return nil, err
	}
	if bond, found := Choose(minimum, beside, res.Balances); found {
		return bond, nil
	}
	has := sdk.NewCoins()
	for _, c := range minimum {
		has = has.Add(sdk.NewCoin(c.Denom, res.Balances.AmountOf(c.Denom)))
	}
	return nil, &NoBondError{account, minimum, beside, has}
}

// Choose takes the first coin of the minimum that a balance covers together with what is asked
// beside.
func Choose(minimum, beside, balance sdk.Coins) (bond sdk.Coins, found bool) {
	for _, c := range minimum {
		if bond = beside.Add(c); balance.IsAllGTE(bond) {
			return bond, true
		}
	}
	return nil, false
}
