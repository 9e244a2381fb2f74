package keeper_test

import (
	"crypto/sha256"
	"encoding/binary"
	"flag"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/server"
	pruningtypes "github.com/cosmos/cosmos-sdk/store/v2/pruning/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/testutil/manifests"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

var poolSize = flag.Int("pool.contributors", 20_000, "how many contributors TestALargePool has")

// crowd is a manifest of so many contributors, each with an item.
func crowd(n int, r *rand.Rand) *manifests.Made {
	items := make([]manifest.Item, n)
	for i := range items {
		account := make([]byte, 20)
		binary.BigEndian.PutUint64(account, uint64(i)) // in order, as a builder has them
		account[19] = 1
		items[i] = manifest.Item{
			Sha256: [32]byte(append(account, make([]byte, 12)...)), Weight: 1 + r.Uint64N(1000),
			Contributor: manifest.Contributor{Kind: manifest.Account, ID: account},
		}
	}
	return manifests.Of(items...)
}

// Each of a million has had floor(T*w/W) after purchases in between; what a purchase and an entry take is logged beside payments and bank
// sends.
func TestALargePool(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 20))
	opts := []chain.Option{everyUnit()}
	if *poolSize > 100_000 { // more than a database in memory is for
		opts = append(opts, chain.GoLevelDB(), chain.AppOption(server.FlagPruning, pruningtypes.PruningOptionEverything))
	}
	c := chain.New(t, opts...)
	made := crowd(*poolSize, r)
	data, plain := dataset(c, dave, made), c.Register("plain", dave)
	c.MustDeliver(dave, shared(data, 1, 600_000))

	with := c.MustDeliver(fan, chain.PayMsg(fan, data, usdc(1_000_000_000))).GasUsed
	without := c.MustDeliver(fan, chain.PayMsg(fan, plain, usdc(1_000_000_000))).GasUsed
	t.Logf("a purchase takes %d gas, one of a work by itself %d", with, without)
	require.LessOrEqual(t, with, 2*without)

	places := r.Perm(*poolSize)
	took := collectAll(t, c, data, made, places, func(block int) {
		if block%20 == 0 {
			c.Pay(fan, data, "777777777uusdc")
		}
	})
	each := took / time.Duration(len(places))
	t.Logf("collecting an entry takes %s, a bank send %s", each, bankSend(t, c))
	requireCollected(t, c, data, made, r.Perm(*poolSize))
}

// collectAll collects in the order of places, several transactions to a block, and returns how long the blocks took.
func collectAll(
	t *testing.T, c *chain.Chain, data chain.Work, made *manifests.Made, places []int, before func(block int),
) (took time.Duration) {
	const txs = 8 // each may have a tenth of a block's gas
	for block := 0; len(places) > 0; block++ {
		before(block)
		var raw [][]byte
		for len(raw) < txs && len(places) > 0 {
			msg := collectMsg(data, 1, proofs(made, places)...)
			raw = append(raw, c.SignTx(chain.Tx{Signers: []chain.Account{fan}, Gas: 29_000_000, Msgs: []sdk.Msg{msg}}))
			places = places[len(msg.Entries):]
		}
		begin := time.Now()
		c.Block(raw...).RequireOK(t)
		took += time.Since(begin)
	}
	return took
}

func proofs(made *manifests.Made, places []int) []registrytypes.ContributorProof {
	places = places[:min(len(places), types.MaxCollected)]
	list := make([]registrytypes.ContributorProof, len(places))
	for i, place := range places {
		list[i] = made.Contributor(place)
	}
	return list
}

// requireCollected collects what came since, and compares the balance of each with plain arithmetic.
func requireCollected(t *testing.T, c *chain.Chain, data chain.Work, made *manifests.Made, places []int) {
	t.Helper()
	collectAll(t, c, data, made, places, func(int) {})
	ctx, keepers := c.Ctx(), c.App.Keepers
	fund, err := keepers.Royalty.Pools.Funds.Get(ctx, collections.Join3(data.ID, uint32(1), "uusdc"))
	require.NoError(t, err)
	whole, sum := math.ZeroInt(), math.ZeroInt()
	for _, m := range made.Contributors {
		whole = whole.Add(math.NewIntFromUint64(m.Weight))
	}
	for i, m := range made.Contributors {
		want := fund.Total.Mul(math.NewIntFromUint64(m.Weight)).Quo(whole)
		sum = sum.Add(want)
		if got := keepers.Bank.GetBalance(ctx, sdk.AccAddress(m.ID), "uusdc").Amount; !got.Equal(want) {
			t.Fatalf("contributor %d of weight %d got %s of %s, not %s", i, m.Weight, got, fund.Total, want)
		}
	}
	require.Equal(t, sum.String(), fund.Collected.String())
	require.False(t, fund.Collected.GT(fund.Total))
}

// bankSend is how long one of many sends takes that a transaction has, each to a new account.
func bankSend(t *testing.T, c *chain.Chain) time.Duration {
	t.Helper()
	const blocks, each = 20, types.MaxCollected
	took := time.Duration(0)
	for b := range blocks {
		msgs := make([]sdk.Msg, each)
		for i := range msgs {
			// Contributors are collected in no order either.
			hash := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(b*each+i)))
			to := sdk.AccAddress(hash[:20])
			msgs[i] = &banktypes.MsgSend{FromAddress: fan.String(), ToAddress: to.String(), Amount: sdk.NewCoins(usdc(1))}
		}
		tx := c.SignTx(chain.Tx{Signers: []chain.Account{fan}, Gas: 29_000_000, Msgs: msgs})
		begin := time.Now()
		c.Block(tx).RequireOK(t)
		took += time.Since(begin)
	}
	return took / (blocks * each)
}
