// Package chain is the whole chain inside a test: real signed transactions
// through FinalizeBlock and Commit, without consensus or network.
package chain

import (
	"encoding/json"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/app"
)

// Chain is a running chain. Its methods stop the test on any fault of the
// chain itself; what a transaction did is in its Result.
type Chain struct {
	App *app.App

	t        testing.TB
	settings settings
	height   int64
	now      time.Time
	sequence map[string]*position
	past     Past
	// heads are the blocks' headers, where these are Signed.
	heads []*Head
	// accused are whom the next block holds evidence against.
	accused []abci.Misbehavior
	// offered are the offers made with Offer.
	offered map[offerKey]bool
}

// New starts a chain at height 1 with one validator and funded accounts.
func New(t testing.TB, opts ...Option) *Chain {
	t.Helper()
	s := defaultSettings()
	for _, opt := range opts {
		opt(&s)
	}
	c := newChain(t, s)
	state, err := c.initialState(s)
	require.NoError(t, err)
	raw, err := json.Marshal(state)
	require.NoError(t, err)
	require.NoError(t, c.initChain(raw, 1))
	c.NextBlock()
	return c
}

func newChain(t testing.TB, s settings) *Chain {
	node := app.New(log.NewNopLogger(), s.openDB(t), s.options, baseapp.SetChainID(ID), baseapp.SetMinGasPrices(s.minGasPrices))
	if s.twice {
		node.SetBlockSTMTxRunner(&twice{t, node.Encoding().TxConfig.TxDecoder()})
	}
	return &Chain{
		App:      node,
		t:        t,
		settings: s,
		now:      s.start,
		sequence: make(map[string]*position),
		offered:  make(map[offerKey]bool),
	}
}

// Account returns the account of this name and funds it, in a block of its own,
// if the chain does not know it yet.
func (c *Chain) Account(name string) Account {
	c.t.Helper()
	a := Named(name)
	if !c.App.Keepers.Account.HasAccount(c.Ctx(), a.Address) {
		c.MustDeliver(faucet, banktypes.NewMsgSend(faucet.Address, a.Address, c.settings.balance))
	}
	return a
}

// Height is the height of the last block.
func (c *Chain) Height() int64 { return c.height }

// Now is the time of the last block.
func (c *Chain) Now() time.Time { return c.now }

// Block runs one block of these transactions and commits it.
func (c *Chain) Block(txs ...[]byte) Block {
	c.t.Helper()
	return c.blockAfter(c.settings.blockTime, txs)
}

// NextBlock runs an empty block.
func (c *Chain) NextBlock() Block {
	c.t.Helper()
	return c.Block()
}

// Advance runs a block of these transactions whose time is d later than the last.
func (c *Chain) Advance(d time.Duration, txs ...[]byte) Block {
	c.t.Helper()
	return c.blockAfter(d, txs)
}

// Accuse puts evidence into the next block, as CometBFT does that has checked it.
func (c *Chain) Accuse(m ...abci.Misbehavior) { c.accused = m }

func (c *Chain) blockAfter(d time.Duration, txs [][]byte) Block {
	c.t.Helper()
	c.height++
	c.now = c.now.Add(d)
	req := &abci.RequestFinalizeBlock{Height: c.height, Time: c.now, Txs: txs, Hash: HeaderHash(c.height), Misbehavior: c.accused}
	c.accused = nil
	if c.settings.signed != nil {
		req.Hash = c.makeHead(txs).ID.Hash
	}
	c.past.Blocks = append(c.past.Blocks, req)
	res, err := c.App.FinalizeBlock(req)
	require.NoError(c.t, err)
	c.past.Outcomes = append(c.past.Outcomes, OutcomeOf(res))
	c.finalized(res)
	_, err = c.App.Commit()
	require.NoError(c.t, err)

	block := Block{Height: c.height, AppHash: res.AppHash, Events: res.Events}
	for _, tx := range res.TxResults {
		block.Txs = append(block.Txs, Result{tx})
		if tx.Code != abci.CodeTypeOK {
			// What failed in the ante handler did not move its signers' sequences.
			clear(c.sequence)
		}
	}
	return block
}

// Deliver runs one block with one transaction of this signer.
func (c *Chain) Deliver(signer Account, msgs ...sdk.Msg) Result {
	c.t.Helper()
	return c.Block(c.Sign(signer, msgs...)).Txs[0]
}

// MustDeliver is Deliver of a transaction that has to succeed.
func (c *Chain) MustDeliver(signer Account, msgs ...sdk.Msg) Result {
	c.t.Helper()
	res := c.Deliver(signer, msgs...)
	require.NoError(c.t, res.Err())
	return res
}

// Check offers a transaction to the mempool, as a broadcast would.
func (c *Chain) Check(tx []byte) error {
	c.t.Helper()
	return c.check(tx, abci.CheckTxType_New)
}

func (c *Chain) check(tx []byte, kind abci.CheckTxType) error {
	c.t.Helper()
	res, err := c.App.CheckTx(&abci.RequestCheckTx{Tx: tx, Type: kind})
	require.NoError(c.t, err)
	return Result{&abci.ExecTxResult{Code: res.Code, Codespace: res.Codespace, Log: res.Log}}.Err()
}
