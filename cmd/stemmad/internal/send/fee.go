package send

import (
	"context"
	"fmt"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/client/flags"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/gasprice"
	"github.com/stemma-chain/stemma/internal/amounts"
)

// checkPrices keeps the SDK's factory from panicking on a mistyped flag.
func checkPrices(fees, gasPrices string) error {
	if fees != "" && gasPrices != "" {
		return fmt.Errorf("give --%s or --%s, not both", flags.FlagFees, flags.FlagGasPrices)
	}
	if _, err := amounts.ParseCoins(fees); err != nil {
		return fmt.Errorf("--%s: %w", flags.FlagFees, err)
	}
	if _, err := sdk.ParseDecCoins(gasPrices); err != nil {
		return fmt.Errorf("--%s %q: %w; write a price such as 0.001ustem", flags.FlagGasPrices, gasPrices, err)
	}
	return nil
}

// fee is --fees, else the gas at --gas-prices, else at what the chain and the node ask
// for: of the denoms that both take, the first that the payer has enough of, and that a
// sponsor allows.
func (s *Sender) fee(ctx context.Context, gas uint64) (sdk.Coins, error) {
	if fees := s.factory.Fees(); !fees.IsZero() {
		return fees, nil
	}
	if prices := s.factory.GasPrices(); !prices.IsZero() {
		return sdk.NewCoins(cost(prices, gas)...), nil
	}
	prices, err := gasprice.Estimate(ctx, s.conn)
	if err != nil {
		return nil, fmt.Errorf("%w; give --%s", err, flags.FlagGasPrices)
	}
	options := cost(prices, gas)
	payer := s.Address
	var limit sdk.Coins
	var limited bool
	if s.conn.FeeGranter != nil {
		payer = s.conn.FeeGranter
		if limit, limited, err = s.allowance(ctx); err != nil {
			return nil, err
		}
	}
	for _, option := range options {
		if limited && limit.AmountOf(option.Denom).LT(option.Amount) {
			continue
		}
		balance, err := banktypes.NewQueryClient(s.conn).Balance(ctx,
			&banktypes.QueryBalanceRequest{Address: payer.String(), Denom: option.Denom})
		if err != nil {
			return nil, err
		}
		if balance.Balance.Amount.GTE(option.Amount) {
			return sdk.NewCoins(option), nil
		}
	}
	if len(options) == 0 {
		return nil, nil
	}
	if limited {
		return nil, fmt.Errorf("%s sponsors fees of up to %s; this transaction takes one of %s", payer, limit, sdk.Coins(options))
	}
	return nil, fmt.Errorf("%s cannot pay the fee: it takes one of %s", payer, sdk.Coins(options))
}

// Then says what a transaction that was tried will cost when it follows another; empty where
// that can't be told.
func (s *Sender) Then(ctx context.Context, trial Trial) string {
	gas := s.gas
	if gas == 0 {
		gas = uint64(s.factory.GasAdjustment() * float64(trial.GasUsed))
	}
	fee, err := s.fee(ctx, gas)
	if err != nil {
		return ""
	}
	return ", then the rest, for about " + feeText(fee) + " more"
}

// cost rounds up, as the node does when it checks. A denom that is free costs 0.
func cost(prices sdk.DecCoins, gas uint64) []sdk.Coin {
	coins := make([]sdk.Coin, len(prices))
	for i, price := range prices {
		amount := price.Amount.MulInt(math.NewIntFromUint64(gas)).Ceil().RoundInt()
		coins[i] = sdk.NewCoin(price.Denom, amount)
	}
	return coins
}
