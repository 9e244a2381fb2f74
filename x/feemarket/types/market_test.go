package types_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/stemma-chain/stemma/x/feemarket/price"
	"github.com/stemma-chain/stemma/x/feemarket/types"
)

func market() types.Market {
	params := types.DefaultParams()
	params.BaseDenom = "ustem"
	params.Denoms = []types.FeeDenom{{Denom: "uusdc", Rate: price.One.MulRaw(2)}}
	return types.Market{Params: params, Price: params.Floor}
}

func TestWhatAFeeIsWorth(t *testing.T) {
	m, payer := market(), sdk.AccAddress("payer")
	for _, fee := range []struct {
		coins sdk.Coins
		gas   uint64
		err   error
		other bool
	}{
		{sdk.Coins{sdk.NewInt64Coin("ustem", 1000)}, 1_000_000, nil, false},
		{sdk.Coins{sdk.NewInt64Coin("ustem", 999)}, 1_000_000, sdkerrors.ErrInsufficientFee, false},
		{sdk.Coins{sdk.NewInt64Coin("uusdc", 500)}, 1_000_000, nil, true},
		{sdk.Coins{sdk.NewInt64Coin("uusdc", 499)}, 1_000_000, sdkerrors.ErrInsufficientFee, true},
		{nil, 1, sdkerrors.ErrInsufficientFee, false},
		{sdk.Coins{sdk.NewInt64Coin("ustem", 1), sdk.NewInt64Coin("uusdc", 500)}, 1, types.ErrFeeCoins, false},
		{sdk.Coins{{Denom: "ustem"}}, 1, types.ErrFeeCoins, false},
		{sdk.Coins{{Denom: "ustem", Amount: math.NewInt(-5)}}, 1, types.ErrFeeCoins, false},
		{sdk.Coins{{Denom: "ustem", Amount: math.ZeroInt()}}, 1, types.ErrFeeCoins, false},
		{sdk.Coins{sdk.NewInt64Coin("other", 1000)}, 1, types.ErrFeeCoins, false},
		{sdk.Coins{{Denom: strings.Repeat("x", 1<<20), Amount: math.OneInt()}}, 1, types.ErrFeeCoins, false},
	} {
		tx, err := m.Value(payer, fee.coins, fee.gas)
		if err == nil {
			require.Equal(t, string(payer), tx.Payer)
			require.Equal(t, fee.other, tx.Other)
			err = m.CheckFee(tx)
			require.Equal(t, err == nil, m.Block(300_000_000).Add(tx) == nil, "blocks take what the check takes")
		}
		require.ErrorIs(t, err, fee.err)
		if err != nil {
			require.Less(t, len(err.Error()), 500)
		}
	}
	require.NoError(t, m.CheckGas(price.Tx{Fee: price.Fee{Gas: 30_000_000}}, 300_000_000))
	require.ErrorIs(t, m.CheckGas(price.Tx{Fee: price.Fee{Gas: 30_000_001}}, 300_000_000), types.ErrTooMuchGas)
}
