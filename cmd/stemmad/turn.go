package main

import (
	"context"

	"github.com/cosmos/cosmos-sdk/client"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	feemarkettypes "github.com/stemma-chain/stemma/x/feemarket/types"
)

// turns has `stemmad tx` sign behind what of the account waits in the node's pool, where the SDK takes
// the sequence of the last block: a second command would replace the first one's transaction.
type turns struct{ authtypes.AccountRetriever }

// GetAccountNumberSequence implements client.AccountRetriever.
func (r turns) GetAccountNumberSequence(c client.Context, address sdk.AccAddress) (number, sequence uint64, err error) {
	number, sequence, err = r.AccountRetriever.GetAccountNumberSequence(c, address)
	if err != nil {
		return 0, 0, err
	}
	res, err := feemarkettypes.NewQueryClient(c).Turn(context.Background(), &feemarkettypes.QueryTurnRequest{Account: address.String()})
	if err != nil {
		return 0, 0, err
	}
	return number, max(sequence, res.Next), nil
}
