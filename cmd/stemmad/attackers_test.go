package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/app"
	feemarkettypes "github.com/stemma-chain/stemma/x/feemarket/types"
)

// price is what the next block asks for a unit of gas.
func (v *victim) price(t *testing.T) sdk.DecCoin {
	t.Helper()
	var res feemarkettypes.QueryPricesResponse
	require.NoError(t, v.query("/stemma.feemarket.v1.Query/Prices", &feemarkettypes.QueryPricesRequest{}, &res))
	require.Equal(t, app.StakingDenom, res.Prices[0].Denom)
	return res.Prices[0]
}

// fee is so many hundredths of a price, for so much gas.
func fee(price sdk.DecCoin, gas, percent int64) sdk.Coin {
	return sdk.NewCoin(price.Denom, price.Amount.MulInt64(gas).MulInt64(percent).QuoInt64(100).Ceil().TruncateInt())
}

func sends(from *sender, to sdk.AccAddress, amount int64) sdk.Msg {
	return banktypes.NewMsgSend(from.address, to, sdk.NewCoins(sdk.NewInt64Coin(app.StakingDenom, amount)))
}

// made is a signed transaction, the next one of its sender.
func (v *victim) made(
	t *testing.T, by *sender, gas int64, price sdk.DecCoin, percent int64, granter sdk.AccAddress, msgs ...sdk.Msg,
) []byte {
	t.Helper()
	config := v.model.Encoding().TxConfig
	builder := config.NewTxBuilder()
	require.NoError(t, builder.SetMsgs(msgs...))
	builder.SetGasLimit(uint64(gas))
	builder.SetFeeAmount(sdk.NewCoins(fee(price, gas, percent)))
	builder.SetFeeGranter(granter)
	raw, err := signed(config, builder, by)
	require.NoError(t, err)
	by.sequence++
	return raw
}

// send gives the node a transaction, which has to take it if it must, and returns the code.
func (v *victim) send(t *testing.T, tx []byte, must bool) uint32 {
	t.Helper()
	res, err := v.rpc.BroadcastTxSync(context.Background(), tx)
	require.NoError(t, err)
	if must {
		require.Zero(t, res.Code, res.Log)
	}
	return res.Code
}

// pauses sets how long the node pauses after a block, from its next start on.
func (v *victim) pauses(t *testing.T, pause time.Duration) {
	t.Helper()
	file := filepath.Join(v.home, "config", "config.toml")
	settings, err := os.ReadFile(file)
	require.NoError(t, err)
	line := regexp.MustCompile(`(?m)^timeout_commit = .*$`)
	require.Regexp(t, line, string(settings))
	require.NoError(t, os.WriteFile(file, line.ReplaceAll(settings, fmt.Appendf(nil, "timeout_commit = %q", pause.String())), 0o600))
}

// waiting is how many transactions CometBFT's pool holds.
func (v *victim) waiting(t *testing.T) int {
	t.Helper()
	res, err := v.rpc.NumUnconfirmedTxs(context.Background())
	require.NoError(t, err)
	return res.Total
}

func (v *victim) balance(t *testing.T, of *sender) math.Int {
	t.Helper()
	var res banktypes.QueryBalanceResponse
	require.NoError(t, v.query("/cosmos.bank.v1beta1.Query/Balance",
		&banktypes.QueryBalanceRequest{Address: of.address.String(), Denom: app.StakingDenom}, &res))
	return res.Balance.Amount
}

// feeOf is what a transaction of a block paid; not ok when it failed before.
func feeOf(events []abci.Event) (math.Int, bool) {
	for _, e := range events {
		for _, a := range e.Attributes {
			if e.Type == sdk.EventTypeTx && a.Key == sdk.AttributeKeyFee {
				coins, err := sdk.ParseCoinsNormalized(a.Value)
				return coins.AmountOf(app.StakingDenom), err == nil
			}
		}
	}
	return math.Int{}, false
}
