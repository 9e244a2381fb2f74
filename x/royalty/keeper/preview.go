package keeper

import (
	"context"
	"math/big"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// preview says who would get what of a payment by the lists in force, the largest
// part of each basis first, and what is in no line: fractions of a unit.
func (k Keeper) preview(ctx context.Context, pot flow.Pot, amount *big.Int) (payees []types.Payee, fractions *big.Int, err error) {
	b, err := k.newBook(ctx)
	if err != nil {
		return nil, nil, err
	}
	parts, err := flow.Explain(b, pot.Work, amount)
	if err != nil {
		return nil, nil, err
	}
	fractions = new(big.Int).Set(amount)
	for _, part := range parts {
		for _, p := range payeesOf(part, pot.Denom) {
			fractions.Sub(fractions, p.Amount.Amount.BigIntMut())
			payees = append(payees, p)
		}
	}
	sortPayees(payees)
	return payees, fractions, nil
}

// payeesOf returns the lines of what one work gets; none when that is less than a
// unit for everybody.
func payeesOf(part flow.Part, denom string) (payees []types.Payee) {
	rate := new(big.Int).Mul(part.Share.Num(), big.NewInt(flow.Whole))
	line := types.Payee{
		Work: types.WorkIDOf(part.Work), Earner: types.WorkIDOf(part.Earner), Escrow: part.Held,
		Basis: types.Basis(part.Basis), Rate: uint32(rate.Quo(rate, part.Share.Denom()).Uint64()),
	}
	add := func(amount *big.Int) {
		if amount.Sign() > 0 {
			line.Amount = sdk.NewCoin(denom, sdkmath.NewIntFromBigInt(amount))
			payees = append(payees, line)
		}
	}
	if part.Held {
		add(part.Amount)
	}
	for _, h := range part.Holders {
		line.Account, line.Weight = sdk.AccAddress(h.To).String(), h.Weight
		add(h.Amount)
	}
	return payees
}

// previewShares says what an assignment of shares would change.
func (k Keeper) previewShares(
	ctx context.Context, holder sdk.AccAddress, work registrytypes.WorkID, shares []types.Share,
) (*types.QueryPreviewSharesResponse, error) {
	plan, err := k.planShares(ctx, holder, work, shares)
	if err != nil {
		return nil, err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	res := &types.QueryPreviewSharesResponse{
		Now: types.Holders{Shares: plan.now}.Holdings(), After: types.Holders{Shares: plan.next}.Holdings(),
		MostHolders: uint32(plan.most), Epoch: plan.head.Epoch, Reach: plan.head.Reach, ReachAfter: heldBy(plan.head, len(plan.next)).Reach,
	}
	for _, d := range params.Denoms {
		res.LeastFlow = append(res.LeastFlow, sdk.NewCoin(d.Denom, d.MinFlow.MulRaw(int64(len(plan.next)))))
	}
	return res, nil
}
