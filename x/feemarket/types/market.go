package types

import (
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/stemma-chain/stemma/x/feemarket/price"
)

// Market is what one block asks for: the base price that the block before it left, and
// the parameters.
type Market struct {
	Params Params
	Price  math.Int
}

// Payer is the account whose coins pay a transaction: its granter where it names one.
func Payer(tx sdk.FeeTx) sdk.AccAddress {
	if granter := tx.FeeGranter(); granter != nil {
		return granter
	}
	return tx.FeePayer()
}

// Tx is what the market looks at in a transaction.
func (m Market) Tx(tx sdk.FeeTx) (price.Tx, error) {
	return m.Value(Payer(tx), tx.GetFee(), tx.GetGas())
}

// Value is a fee and the gas that it is paid for, as the market looks at them. It fails
// with ErrFeeCoins on a fee that it can't value. No fee at all is worth nothing.
func (m Market) Value(payer sdk.AccAddress, fee sdk.Coins, gas uint64) (price.Tx, error) {
	out := price.Tx{Payer: string(payer), Fee: price.Fee{Amount: math.ZeroInt(), Rate: price.One, Gas: gas}}
	if len(fee) == 0 {
		return out, nil
	}
	if len(fee) > 1 || fee.IsAnyNil() || !fee.IsValid() {
		return out, ErrFeeCoins.Wrapf("this one has %d, or one that is not valid", len(fee))
	}
	rate, ok := m.Params.Rate(fee[0].Denom)
	if !ok {
		return out, ErrFeeCoins.Wrapf("%.128s pays no fees here: see stemmad query feemarket prices", fee[0].Denom)
	}
	out.Amount, out.Rate, out.Other = fee[0].Amount, rate, fee[0].Denom != m.Params.BaseDenom
	return out, nil
}

// CheckFee fails with the SDK's ErrInsufficientFee when a transaction does not pay the
// base price.
func (m Market) CheckFee(tx price.Tx) error {
	if tx.Pays(m.Price) {
		return nil
	}
	return sdkerrors.ErrInsufficientFee.Wrapf(
		"%d gas take a fee of %s%s or as much in another denom, this one is worth %s a unit of gas; prices: stemmad query feemarket prices",
		tx.Gas, price.Needed(m.Price, price.One, tx.Gas), m.Params.BaseDenom, Decimal(tx.Price()))
}

// CheckGas fails with ErrTooMuchGas when a transaction declares more than its share of
// a block of this maximum: no block would take it.
func (m Market) CheckGas(tx price.Tx, most uint64) error {
	share := price.Part(most, m.Params.TxShare)
	if tx.Other {
		share = min(share, price.Part(most, m.Params.OthersShare))
	}
	if tx.Gas > share {
		return ErrTooMuchGas.Wrapf("%d gas, a transaction that pays in this denom takes at most %d: split it", tx.Gas, share)
	}
	return nil
}

// Block is an empty block of this maximum of gas.
func (m Market) Block(most uint64) *price.Block {
	return price.NewBlock(m.Price, most, m.Params.Shares())
}

// Prices are a base price in each fee denom, base_denom's first.
func (m Market) Prices(base math.Int) []sdk.DecCoin {
	prices := []sdk.DecCoin{{Denom: m.Params.BaseDenom, Amount: Decimal(base)}}
	for _, d := range m.Params.Denoms {
		prices = append(prices, sdk.DecCoin{Denom: d.Denom, Amount: Decimal(price.In(base, d.Rate))})
	}
	return prices
}

// Decimal is a price as people and wallets write it.
//
//nolint:forbidigo // what wallets read; nothing is computed with it
func Decimal(p math.Int) math.LegacyDec { return math.LegacyNewDecFromIntWithPrec(p, price.Decimals) }
