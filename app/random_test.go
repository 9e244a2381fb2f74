package app_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/app/fast"
	"github.com/stemma-chain/stemma/testutil/chain"
	feemarkettypes "github.com/stemma-chain/stemma/x/feemarket/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var (
	simSeed   = flag.Uint64("sim.seed", 1, "seed of the random blocks")
	simBlocks = flag.Int("sim.blocks", 60, "number of random blocks")
	simTxs    = flag.Int("sim.txs", 40, "transactions in each")
)

// TestRandomBlocksAgree plays the same random blocks, good and bad messages of
// all modules, on a sequential and two parallel chains, and on both kinds without
// the node's shortcuts: every app hash is the
// same, every invariant holds after every block, and the state comes back from
// its export.
func TestRandomBlocksAgree(t *testing.T) {
	t.Logf("seed %d", *simSeed)
	opts := []chain.Option{
		chain.FeeMarket(), chain.Accounts(chain.NamedMany("player", players)...), chain.Genesis(tinyMinima),
		chain.Genesis(shortWindows),
	}
	sequential := chain.New(t, opts...)
	stock := append(slices.Clone(opts), chain.AppOption(fast.FlagTrees, false), chain.AppOption(fast.FlagAddresses, false))
	var others []*chain.Chain
	for _, set := range [][]chain.Option{
		append(slices.Clone(opts), chain.BlockSTM(2)), append(slices.Clone(opts), chain.BlockSTM(7)), append(slices.Clone(opts), chain.Twice()),
		stock, append(slices.Clone(stock), chain.BlockSTM(2)),
	} {
		others = append(others, chain.New(t, set...))
	}
	g := &game{seen: sequential, rng: rand.New(rand.NewPCG(*simSeed, 0)), outcomes: map[string]int{}, serials: map[string]uint64{}}
	opening := g.opening(sequential)
	sequential.Block(opening...).RequireOK(t)
	for _, c := range others {
		c.Block(opening...).RequireOK(t)
	}
	for range *simBlocks {
		txs := make([][]byte, *simTxs)
		names := make([]string, *simTxs)
		for i := range txs {
			signer, name, msgs := g.transaction()
			names[i] = name
			txs[i] = sequential.SignTx(chain.Tx{Signers: []chain.Account{signer}, Msgs: msgs, Fee: g.fee(sequential)})
		}
		want := sequential.Block(txs...)
		for i, tx := range want.Txs {
			g.outcomes[fmt.Sprintf("%s accepted=%t", names[i], tx.Err() == nil)]++
		}
		sequential.RequireInvariants()
		for _, c := range others {
			got := c.Block(txs...)
			require.Equal(t, want.AppHash, got.AppHash, "block %d of seed %d", want.Height, *simSeed)
			requireSameResults(t, want, got)
		}
	}
	require.True(t, sequential.BasePrice().GT(feemarkettypes.DefaultFloor), "the price never moved")
	for _, kind := range g.kinds() {
		require.NotZero(t, g.outcomes[kind+" accepted=true"], "no %s was ever accepted: %v", kind, g.outcomes)
	}
	sequential.RequireSameExport().RequireInvariants()
	ends := g.ends()
	require.Greater(t, len(ends), 2, "disputes hardly ended: %v", ends)
	t.Log(g.outcomes, ends)
}

// requireSameResults compares what the next header has of each transaction: code, data and gas.
func requireSameResults(t *testing.T, want, got chain.Block) {
	t.Helper()
	require.Len(t, got.Txs, len(want.Txs))
	for i, tx := range want.Txs {
		other := got.Txs[i]
		require.Equal(t, []any{tx.Code, tx.Data, tx.GasWanted, tx.GasUsed}, []any{other.Code, other.Data, other.GasWanted, other.GasUsed},
			"transaction %d of block %d: %s, %s", i, want.Height, tx.Log, other.Log)
	}
}

// fee is mostly what the next block asks for or more, sometimes less, and sometimes in
// the other denom.
func (g *game) fee(c *chain.Chain) string {
	fee := c.BaseFee(chain.DefaultGas)
	switch g.rng.IntN(10) {
	case 0:
		fee.Amount = fee.Amount.SubRaw(1)
	case 1, 2:
		fee.Amount = fee.Amount.MulRaw(2)
	case 3, 4:
		fee.Denom = app.LocalDenom
	}
	return fee.String()
}

// Few players and works, so that what they do meets.
const players, works = 8, 6

// tinyMinima lets some flows wait and some balances stay, so that queues fill.
func tinyMinima(cdc codec.Codec, state app.GenesisState) {
	var gs royaltytypes.GenesisState
	cdc.MustUnmarshalJSON(state[royaltytypes.ModuleName], &gs)
	// Below what governance may set: the sweep then goes over several blocks.
	gs.Params.SweepBudget, gs.Params.PayoutBudget = 12, 5
	gs.Params.PoolNotice = 3 * time.Second
	for i := range gs.Params.Denoms {
		gs.Params.Denoms[i].MinFlow, gs.Params.Denoms[i].MinPayout = math.NewInt(20), math.NewInt(300)
	}
	state[royaltytypes.ModuleName] = cdc.MustMarshalJSON(&gs)
}

// game draws random transactions over a few players and works, so that they
// meet often.
type game struct {
	// seen is a chain whose last block players look at.
	seen     *chain.Chain
	rng      *rand.Rand
	outcomes map[string]int
	// serials are the payment channels that a player has tried to open.
	serials map[string]uint64
}

type play struct {
	name string
	draw func(*game) (chain.Account, []sdk.Msg)
}

func plays() []play {
	return []play{
		{"register", (*game).register},
		{"pay", (*game).pay},
		{"pay many", (*game).payMany},
		{"offer", (*game).offer},
		{"derive", (*game).derive},
		{"assign", (*game).assign},
		{"pay, assign and pay", (*game).payAssignPay},
		{"transfer", (*game).transfer},
		{"settle", (*game).settle},
		{"withdraw", (*game).withdraw},
		{"acquire", (*game).acquire},
		{"revise", (*game).revise},
		{"rent", (*game).rent},
		{"use", (*game).use},
		{"open payment channel", (*game).openPaymentChannel},
		{"redeem", (*game).redeem},
		{"close payment channel", (*game).closePaymentChannel},
		{"open dispute", (*game).openDispute},
		{"answer", (*game).answer},
		{"rule", (*game).rule},
		{"appeal", (*game).appeal},
		{"drop", (*game).drop},
		{"raise bond", (*game).raiseBond},
		{"object to a weight", (*game).object},
		{"share pool", (*game).sharePool},
		{"revise manifest", (*game).reviseManifest},
		{"collect", (*game).collect},
		{"withdraw items", (*game).withdrawItems},
		{"name payee", (*game).namePayee},
	}
}

func (g *game) kinds() (names []string) {
	for _, p := range plays() {
		names = append(names, p.name)
	}
	return names
}

func (g *game) transaction() (chain.Account, string, []sdk.Msg) {
	all := plays()
	p := all[g.rng.IntN(len(all))]
	signer, msgs := p.draw(g)
	return signer, p.name, msgs
}

// opening registers half of the works and offers each under some terms.
func (g *game) opening(c *chain.Chain) (txs [][]byte) {
	for i := range players {
		owner := chain.Named(fmt.Sprintf("player%d", i))
		for w := range works / 2 {
			name := fmt.Sprint("work ", w)
			msg := chain.RegisterMsg(owner, name)
			msg.AllowContested = true
			txs = append(txs, c.Sign(owner, msg, chain.OfferMsg(chain.WorkOf(name, owner), g.terms())))
		}
		txs = append(txs, c.Sign(owner, registerSet(owner), chain.OfferMsg(setOf(owner), g.terms())))
	}
	return txs
}

func (g *game) player() chain.Account {
	return chain.Named(fmt.Sprintf("player%d", g.rng.IntN(players)))
}

func (g *game) work() chain.Work {
	if g.rng.IntN(6) == 0 {
		return setOf(g.player())
	}
	return chain.WorkOf(fmt.Sprint("work ", g.rng.IntN(works)), g.player())
}

func (g *game) terms() licensetypes.TermsID {
	names := []string{"commercial-remix-5", "commercial-remix-10", "commercial-remix-5", "cc-by-4.0", "noncommercial-remix"}
	return chain.Preset(names[g.rng.IntN(len(names))])
}

func (g *game) coin() sdk.Coin {
	return sdk.NewInt64Coin([]string{"uusdc", "ustem"}[g.rng.IntN(2)], 1+g.rng.Int64N(5000))
}

func (g *game) register() (chain.Account, []sdk.Msg) {
	work := g.work()
	msg := chain.RegisterMsg(work.Owner, fmt.Sprint("work ", g.rng.IntN(works)))
	msg.AllowContested = g.rng.IntN(4) > 0
	return work.Owner, []sdk.Msg{msg}
}

func (g *game) pay() (chain.Account, []sdk.Msg) {
	p := g.player()
	return p, []sdk.Msg{chain.PayMsg(p, g.work(), g.coin())}
}

func (g *game) payMany() (chain.Account, []sdk.Msg) {
	msg := &royaltytypes.MsgPayMany{}
	p := g.player()
	msg.Payer = p.String()
	for range 1 + g.rng.IntN(3) {
		msg.Payments = append(msg.Payments, royaltytypes.Payment{Work: g.work().ID, Amount: g.coin()})
	}
	return p, []sdk.Msg{msg}
}

func (g *game) offer() (chain.Account, []sdk.Msg) {
	work := g.work()
	return work.Owner, []sdk.Msg{chain.OfferMsg(work, g.terms())}
}

func (g *game) derive() (chain.Account, []sdk.Msg) {
	work := g.work()
	var sources []chain.Source
	for range 1 + g.rng.IntN(2) {
		source := g.work().Under(g.terms())
		switch g.rng.IntN(6) {
		case 0:
			source = source.Work.Cited()
		case 1:
			source = source.As(lineagetypes.ROLE_CONTAINS)
		case 2:
			source = source.As(lineagetypes.ROLE_PARENT_OF)
		}
		sources = append(sources, source)
	}
	msgs := []sdk.Msg{g.seen.DeriveMsg(work, sources...)}
	if g.rng.IntN(2) == 0 {
		for _, s := range sources {
			if s.Work.Owner.Name == work.Owner.Name && s.Role != lineagetypes.ROLE_CITES {
				msgs = append([]sdk.Msg{chain.OfferMsg(s.Work, s.Terms)}, msgs...)
			}
		}
	}
	return work.Owner, msgs
}

func (g *game) assign() (chain.Account, []sdk.Msg) {
	work := g.work()
	return work.Owner, []sdk.Msg{g.assignment(work)}
}

func (g *game) assignment(work chain.Work) sdk.Msg {
	part := uint32(1 + g.rng.IntN(999_998))
	to := g.player()
	msg := &royaltytypes.MsgAssignShares{Holder: work.Owner.String(), Work: work.ID, Shares: []royaltytypes.Assignment{
		{Account: work.Owner.String(), Weight: part},
	}}
	if to.Name == work.Owner.Name {
		msg.Shares[0].Weight = chain.Whole
		return msg
	}
	msg.Shares = append(msg.Shares, royaltytypes.Assignment{Account: to.String(), Weight: chain.Whole - part})
	return msg
}

func (g *game) payAssignPay() (chain.Account, []sdk.Msg) {
	work := g.work()
	return work.Owner, []sdk.Msg{
		chain.PayMsg(work.Owner, work, g.coin()), g.assignment(work), chain.PayMsg(work.Owner, work, g.coin()),
	}
}

func (g *game) transfer() (chain.Account, []sdk.Msg) {
	work := g.work()
	if g.rng.IntN(2) == 0 {
		to := g.player()
		return to, []sdk.Msg{g.seen.AcceptTransferMsg(work, to)}
	}
	return work.Owner, []sdk.Msg{&registrytypes.MsgOfferTransfer{Owner: work.Owner.String(), Work: work.ID, Recipient: g.player().String()}}
}

func (g *game) settle() (chain.Account, []sdk.Msg) {
	p := g.player()
	return p, []sdk.Msg{&royaltytypes.MsgSettle{
		Sender: p.String(), Works: []registrytypes.WorkID{g.work().ID}, Denoms: []string{"ustem", "uusdc"},
	}}
}

func (g *game) withdraw() (chain.Account, []sdk.Msg) {
	p := g.player()
	return p, []sdk.Msg{&royaltytypes.MsgWithdraw{Account: p.String()}}
}

func (g *game) acquire() (chain.Account, []sdk.Msg) {
	p := g.player()
	return p, []sdk.Msg{&licensetypes.MsgAcquire{
		Licensee: p.String(), Work: g.work().ID, Terms: g.terms(), Serial: g.rng.Uint64N(3), MaxRate: chain.Whole,
	}}
}

func (g *game) revise() (chain.Account, []sdk.Msg) {
	work := g.work()
	return work.Owner, []sdk.Msg{&registrytypes.MsgRevise{
		Owner: work.Owner.String(), Work: work.ID,
		Details: registrytypes.Details{Kind: registrytypes.KIND_OTHER, Title: fmt.Sprint(g.rng.IntN(9))},
	}}
}
