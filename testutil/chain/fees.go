package chain

import (
	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/x/feemarket/price"
)

// BasePrice is what the next block asks for a unit of gas, in 10^-18 ustem.
func (c *Chain) BasePrice() math.Int {
	c.t.Helper()
	market, err := c.App.Keepers.FeeMarket.Market(c.Ctx())
	require.NoError(c.t, err)
	return market.Price
}

// BaseFee is the least fee for so much gas in the next block.
func (c *Chain) BaseFee(gas uint64) sdk.Coin {
	c.t.Helper()
	return sdk.NewCoin(app.StakingDenom, price.Needed(c.BasePrice(), price.One, gas))
}

// Recheck is what CometBFT does after a block with a transaction that waits.
func (c *Chain) Recheck(tx []byte) error {
	c.t.Helper()
	return c.check(tx, abci.CheckTxType_Recheck)
}

// Propose returns the block that the node would propose next.
func (c *Chain) Propose() [][]byte {
	c.t.Helper()
	res, err := c.App.PrepareProposal(&abci.RequestPrepareProposal{
		Height: c.height + 1, Time: c.now.Add(c.settings.blockTime), MaxTxBytes: app.MaxBlockBytes,
	})
	require.NoError(c.t, err)
	return res.Txs
}

// Accepts says whether the node would vote for a block of these transactions.
func (c *Chain) Accepts(txs ...[]byte) bool {
	c.t.Helper()
	res, err := c.App.ProcessProposal(&abci.RequestProcessProposal{
		Height: c.height + 1, Time: c.now.Add(c.settings.blockTime), Txs: txs,
	})
	require.NoError(c.t, err)
	return res.Status == abci.ResponseProcessProposal_ACCEPT
}
