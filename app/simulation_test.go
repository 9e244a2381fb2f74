package app_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand"
	randv2 "math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	simtypes "github.com/cosmos/cosmos-sdk/types/simulation"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/testutil/chain"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
)

var (
	messagesSeed   = flag.Int64("sim.messages.seed", 1, "first seed of the simulation of all messages")
	messagesSeeds  = flag.Int64("sim.messages.seeds", 1, "how many seeds, one after the other")
	messagesBlocks = flag.Int("sim.messages.blocks", 180, "blocks of each, half of them before an export and import")
	messagesSample = flag.String("sim.messages.sample", "", "write a message of each type into this file, for testutil/strangers")
)

// TestSimulationOfAllMessages plays each message of our modules, made by factories of the SDK's simsx from what the last block's
// state allows, in real blocks. (The SDK's own driver runs them behind the block's end, all as transaction -1: claims would have no
// order, and payments of a block would not see it close.) A second chain that executes in parallel plays the same seed to the same app
// hashes. In the middle both go on from their export. A message that has no factory fails the test, and so does one that was never
// carried out, or was refused with an error that is no answer: a panic, or one without a code.
func TestSimulationOfAllMessages(t *testing.T) {
	played := map[string]*tally{}
	blocks := 0
	for seed := *messagesSeed; seed < *messagesSeed+*messagesSeeds; seed++ {
		start := time.Now()
		once, again := newSimulation(t, seed), newSimulation(t, seed, chain.BlockSTM(2))
		once.requireAll()
		for _, part := range []int{*messagesBlocks / 2, *messagesBlocks - *messagesBlocks/2} {
			for range part {
				require.Equal(t, once.block(), again.block(), "app hash of block %d of seed %d, the second time", once.seen.Height(), seed)
				once.seen.RequireInvariants()
				blocks++
			}
			// What the export says is what comes back from it; genesis is ten minutes later (ADR 0034).
			once.seen, again.seen = once.seen.RequireSameExport(), again.seen.RequireSameExport()
			once.seen.RequireInvariants()
		}
		once.countProposals()
		t.Logf("seed %d in %s:\n%s", seed, time.Since(start).Round(time.Second), once.report.Summary())
		once.addTo(played)
	}
	t.Logf("%d blocks\n%s", blocks, table(played))
	if *messagesSample != "" {
		writeSample(t, *messagesSample, played)
	}
	if blocks < enough && *messagesSeed != 1 {
		return // of few blocks by another seed, some kinds never find what they need
	}
	for url, n := range played {
		require.NotZero(t, n.done, "%s was never carried out: %v", url, n.refusals)
	}
}

// enough blocks have every message carried out, whatever the seed. The first seed does in fewer.
const enough = 400

// tally is what became of the messages of a type.
type tally struct {
	done, refused, skipped int
	refusals               map[string]int
	// sample is the wire form of one that the chain took.
	sample []byte
}

func writeSample(t *testing.T, file string, played map[string]*tally) {
	sample := map[string][]byte{}
	for url, n := range played {
		sample[url] = n.sample
	}
	raw, err := json.MarshalIndent(sample, "", " ")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, append(raw, '\n'), 0o644))
}

// keep has a message stand for its type. The longest says most.
func (n *tally) keep(t *testing.T, msg sdk.Msg) {
	raw, err := proto.Marshal(msg)
	require.NoError(t, err)
	if len(raw) > len(n.sample) {
		n.sample = raw
	}
}

// simulation is a game whose messages come from factories.
type simulation struct {
	*game
	t         *testing.T
	rand      *rand.Rand
	accounts  []simtypes.Account
	byAddress map[string]chain.Account
	robots    []chain.Account
	report    *simsx.BasicSimulationReporter
	factories *simsx.UnorderedRegistry
	weights   uint32
	// proposals are of messages that governance sends.
	proposals simsx.UniqueTypeRegistry
	tallies   map[string]*tally
	anchored  []anchored
	serial    int
}

var staker = chain.Named("faucet")

func newSimulation(t *testing.T, seed int64, more ...chain.Option) *simulation {
	r := rand.New(rand.NewSource(seed))
	s := &simulation{
		t: t, rand: r, byAddress: map[string]chain.Account{}, robots: chain.NamedMany("robot", 6), report: simsx.NewBasicSimulationReporter(),
		factories: simsx.NewUnorderedRegistry(), proposals: simsx.NewUniqueTypeRegistry(), tallies: map[string]*tally{},
	}
	actors := append(chain.NamedMany("player", players), s.robots...)
	for _, a := range append(actors, staker) {
		s.byAddress[a.String()] = a
		s.accounts = append(s.accounts, simtypes.Account{
			PrivKey: a.Key, PubKey: a.Key.PubKey(), Address: a.Address, ConsKey: a.Key, AddressBech32: a.String(),
		})
	}
	opts := append([]chain.Option{
		chain.FeeMarket(), chain.Accounts(actors...), chain.Genesis(tinyMinima), chain.Genesis(shortWindows), chain.Genesis(shortWaits),
	}, more...)
	s.game = &game{seen: chain.New(t, opts...), rng: randv2.New(r), outcomes: map[string]int{}, serials: map[string]uint64{}}
	s.seen.Block(s.opening(s.seen)...).RequireOK(t)
	s.seen.Block(s.openingTerms()...).RequireOK(t)
	s.registryMessages()
	s.royaltyMessages()
	s.licenseMessages()
	s.lineageMessages()
	s.agentMessages()
	s.disputeMessages()
	s.governanceMessages()
	return s
}

// shortWaits lets votes and recoveries end, and bonds fall short, within a few blocks.
func shortWaits(cdc codec.Codec, state app.GenesisState) {
	var gov govv1.GenesisState
	cdc.MustUnmarshalJSON(state[govtypes.ModuleName], &gov)
	voting, faster := 5*time.Second, 3*time.Second
	gov.Params.VotingPeriod, gov.Params.ExpeditedVotingPeriod, gov.Params.MinDeposit = &voting, &faster, ustem(deposited)
	state[govtypes.ModuleName] = cdc.MustMarshalJSON(&gov)
	var agents agenttypes.GenesisState
	cdc.MustUnmarshalJSON(state[agenttypes.ModuleName], &agents)
	agents.Params.MinRecoveryDelay = time.Minute
	state[agenttypes.ModuleName] = cdc.MustMarshalJSON(&agents)
	var disputes disputetypes.GenesisState
	cdc.MustUnmarshalJSON(state[disputetypes.ModuleName], &disputes)
	p := &disputes.Params
	p.BondRate, p.AnswerWindow, p.ArbitrationWindow = 900_000, 9*time.Second, 15*time.Second
	p.AppealWindow, p.GovernanceWindow = 9*time.Second, 20*time.Second
	state[disputetypes.ModuleName] = cdc.MustMarshalJSON(&disputes)
}

// requireAll fails for a message of ours that the chain routes and nothing here makes.
func (s *simulation) requireAll() {
	made := map[string]bool{}
	for _, f := range s.factories.Elements() {
		made[sdk.MsgTypeURL(f.Factory.MsgType())] = true
	}
	for url := range s.proposals {
		made[url] = true
	}
	for url := range made {
		require.NotNil(s.t, s.seen.App.MsgServiceRouter().HandlerByTypeURL(url), url)
		s.tally(url)
	}
	ours := 0
	for _, url := range s.seen.App.Encoding().InterfaceRegistry.ListImplementations(sdk.MsgInterfaceProtoName) {
		if strings.HasPrefix(url, "/stemma.") && s.seen.App.MsgServiceRouter().HandlerByTypeURL(url) != nil {
			require.True(s.t, made[url], "%s has no factory: add one to its module's file simulation_*_test.go", url)
			ours++
		}
	}
	require.Len(s.t, made, ours)
}

func (s *simulation) tally(url string) *tally {
	if s.tallies[url] == nil {
		s.tallies[url] = &tally{refusals: map[string]int{}}
	}
	return s.tallies[url]
}

// underway is a message on its way into a block.
type underway struct {
	url    string
	msg    sdk.Msg
	report simsx.SimulationReporter
}

// block plays one, of what factories make from the state of the last, and returns its app hash.
func (s *simulation) block() []byte {
	if s.rand.Intn(3) == 0 {
		s.propose()
	}
	var under []underway
	var txs [][]byte
	for range 1 + s.rand.Intn(16) {
		signer, m := s.create(s.choose())
		if m.report.IsSkipped() {
			continue
		}
		under = append(under, m)
		txs = append(txs, s.seen.Sign(signer, m.msg))
	}
	pause := time.Second
	if s.rand.Intn(30) == 0 {
		pause = 2 * time.Minute
	}
	block := s.seen.Advance(pause, txs...)
	for i, m := range under {
		s.delivered(m, block.Txs[i])
	}
	return block.AppHash
}

// delivered counts an outcome. What is refused must say so with a code of its own.
func (s *simulation) delivered(m underway, tx chain.Result) {
	n := s.tally(m.url)
	if tx.Err() == nil {
		n.done++
		n.keep(s.t, m.msg)
		m.report.Success(m.msg)
	} else {
		code := fmt.Sprint(tx.Codespace, "/", tx.Code)
		require.NotEqual(s.t, uint32(1), tx.Code, "%s: %s: %s", m.msg, code, tx.Log)
		require.NotErrorIs(s.t, tx.Err(), sdkerrors.ErrPanic, "%s: %s", m.msg, tx.Log)
		n.refused++
		n.refusals[code]++
		m.report.Success(m.msg, "refused with "+code)
	}
	require.NoError(s.t, m.report.Close())
}

// choose goes by the weights, and now and then takes one of those that were hardly carried out yet.
func (s *simulation) choose() simsx.SimMsgFactoryX {
	if s.rand.Intn(3) == 0 {
		var rare []simsx.SimMsgFactoryX
		for _, f := range s.factories.Elements() {
			if s.tally(sdk.MsgTypeURL(f.Factory.MsgType())).done < 5 {
				rare = append(rare, f.Factory)
			}
		}
		if len(rare) > 0 {
			return rare[s.rand.Intn(len(rare))]
		}
	}
	at := uint32(s.rand.Int63n(int64(s.weights)))
	for _, f := range s.factories.Elements() {
		if at < f.Weight {
			return f.Factory
		}
		at -= f.Weight
	}
	panic("weights")
}

func (s *simulation) chooseProposal() simsx.SimMsgFactoryX {
	urls := slices.Sorted(maps.Keys(s.proposals))
	return s.proposals[urls[s.rand.Intn(len(urls))]].Factory
}

// create runs a factory where Skip ends it. (simsx.SafeRunFactoryMethod lets it run on beside the next one, with the same random numbers.)
func (s *simulation) create(f simsx.SimMsgFactoryX) (signer chain.Account, m underway) {
	m = underway{url: sdk.MsgTypeURL(f.MsgType()), report: s.report.WithScope(f.MsgType())}
	defer func() {
		if p := recover(); p != nil && p != any(nothingToDo{}) {
			panic(p)
		}
		if m.report.IsSkipped() {
			s.tally(m.url).skipped++
			require.NoError(s.t, m.report.Close())
		}
	}()
	k := s.seen.App.Keepers
	codec := s.seen.App.Encoding().TxConfig.SigningContext().AddressCodec()
	data := simsx.NewChainDataSource(s.seen.Ctx(), s.rand, k.Account, k.Bank, codec, s.accounts...)
	signers, msg := f.Create()(s.seen.Ctx(), data, m.report)
	m.msg = msg
	return s.byAddress[signers[0].AddressBech32], m
}

type nothingToDo struct{}

// draw is what a factory sees.
type draw struct {
	*simulation
	reporter simsx.SimulationReporter
}

func (d draw) skip(why string) {
	d.reporter.Skip(why)
	panic(nothingToDo{})
}

func factory[T sdk.Msg](s *simulation, make func(draw) (chain.Account, T)) simsx.SimMsgFactoryX {
	return simsx.SimMsgFactoryFn[T](
		func(_ context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, T) {
			by, msg := make(draw{s, reporter})
			return []simsx.SimAccount{data.GetAccount(reporter, by.String())}, msg
		})
}

// add has messages of a type made as often as its weight says.
func add[T sdk.Msg](s *simulation, weight uint32, make func(draw) (chain.Account, T)) {
	s.factories.Add(weight, factory(s, make))
	s.weights += weight
}

// ask has governance send messages of a type.
func ask[T sdk.Msg](s *simulation, make func(draw) T) {
	s.proposals.Add(1, factory(s, func(d draw) (chain.Account, T) { return staker, make(d) }))
}

func (s *simulation) addTo(all map[string]*tally) {
	for url, n := range s.tallies {
		if all[url] == nil {
			all[url] = &tally{refusals: map[string]int{}}
		}
		sum := all[url]
		sum.done, sum.refused, sum.skipped = sum.done+n.done, sum.refused+n.refused, sum.skipped+n.skipped
		if len(n.sample) > len(sum.sample) {
			sum.sample = n.sample
		}
		for code, times := range n.refusals {
			sum.refusals[code] += times
		}
	}
}

// table has a line for each message.
func table(tallies map[string]*tally) string {
	var out strings.Builder
	done, refused := 0, 0
	for _, url := range slices.Sorted(maps.Keys(tallies)) {
		n := tallies[url]
		done, refused = done+n.done, refused+n.refused
		fmt.Fprintf(&out, "%-42s %5d carried out %5d refused %5d nothing to do  %v\n", strings.TrimPrefix(url, "/stemma."), n.done,
			n.refused, n.skipped, n.refusals)
	}
	fmt.Fprintf(&out, "%d messages carried out, %d refused", done, refused)
	return out.String()
}
