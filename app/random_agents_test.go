package app_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	vestingtypes "github.com/cosmos/cosmos-sdk/x/auth/vesting/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var (
	actsSeed = flag.Uint64("sim.acts.seed", 1, "seed of the random acts of agents")
	actCount = flag.Int("sim.acts", 4_000, "number of random acts of agents")
)

// TestRandomActs plays acts of messages that cost what this test knows, nested in transactions with several
// acts, failing half way, for a controller whose coins vest too, with fees that it pays, on both executors:
// what a limit refuses for its budgets is what a plain count of all that left refuses, and nothing else is.
func TestRandomActs(t *testing.T) {
	t.Logf("seed %d", *actsSeed)
	g := newActGame(t)
	for done := 0; done < *actCount; {
		done += g.block(25)
	}
	for _, a := range g.agents {
		g.requireCounted(a)
	}
	t.Log(g.outcomes)
	for _, kind := range []string{"done", "fee", "act", "window", "total", "no budget", "failed"} {
		require.NotZero(t, g.outcomes[kind], "%s never happened: %v", kind, g.outcomes)
	}
}

type actGame struct {
	*testing.T
	rng      *rand.Rand
	chains   []*chain.Chain
	agents   []*robotOf
	song     chain.Work
	serial   uint64
	fresh    int
	outcomes map[string]int
}

// robotOf is a key, for whom it acts, and a plain count of what it spent.
type robotOf struct {
	key, controller chain.Account
	id              agenttypes.AgentID
	limit           agenttypes.Limit
	setAt           time.Time
	left, fees      []leaving
}

// leaving is what left at a time.
type leaving struct {
	at    time.Time
	coins sdk.Coins
}

// move is a message and what it takes from its signer.
type move struct {
	msg   sdk.Msg
	takes sdk.Coins
}

func newActGame(t *testing.T) *actGame {
	g := &actGame{T: t, rng: rand.New(rand.NewPCG(*actsSeed, 1)), outcomes: map[string]int{}}
	robots := chain.NamedMany("robot", 4)
	vera := chain.Named("vera")
	opts := []chain.Option{
		chain.Accounts(append(slices.Clone(robots), alice, bob, carol)...), chain.Balance("1000000000000ustem,1000000000000uusdc"),
	}
	g.chains = []*chain.Chain{
		chain.New(t, append(slices.Clone(opts), chain.Twice())...), chain.New(t, append(opts, chain.BlockSTM(2))...),
	}
	many := sdk.NewCoins(sdk.NewInt64Coin("ustem", 100_000_000_000), sdk.NewInt64Coin("uusdc", 100_000_000_000))
	for _, c := range g.chains {
		g.song = c.Register("song", bob)
		end := c.Now().Add(2 * 365 * 24 * time.Hour).Unix()
		c.MustDeliver(bob, vestingtypes.NewMsgCreateVestingAccount(bob.Address, vera.Address, many, end, false))
		c.MustDeliver(bob, sendCoins(bob, vera, many))
	}
	for i, key := range robots {
		a := &robotOf{key: key, controller: []chain.Account{alice, vera}[i%2]}
		name := fmt.Sprint("painter-", i)
		a.id = agenttypes.NewAgentID(a.controller.Address, name)
		g.agents = append(g.agents, a)
		allowance, err := feegrant.NewMsgGrantAllowance(&feegrant.BasicAllowance{}, a.controller.Address, key.Address)
		require.NoError(t, err)
		for _, c := range g.chains {
			c.MustDeliver(a.controller, allowance, &agenttypes.MsgRegister{
				Controller: a.controller.String(), Name: name, ExpiresAt: c.Now().Add(700 * 24 * time.Hour),
				Card: agenttypes.Card{Responsible: agenttypes.Party{Name: "somebody"}},
			})
		}
		g.limit(a)
	}
	return g
}

// limit sets a new limit for a new key: the old one is removed, so that it counts from nothing.
func (g *actGame) limit(a *robotOf) {
	budget := func(denom string) agenttypes.Budget {
		bound := func(most int64) math.Int { return math.NewInt(g.rng.Int64N(most)) }
		return agenttypes.Budget{Denom: denom, Act: bound(2_000), Window: math.OneInt().Add(bound(6_000)), Total: bound(60_000)}
	}
	now := g.chains[0].Now()
	a.limit = agenttypes.Limit{
		ExpiresAt: now.Add(600 * 24 * time.Hour), Window: time.Duration(1+g.rng.IntN(10)) * time.Minute,
		Budgets: []agenttypes.Budget{budget("ustem"), budget("uusdc")}, Fees: []agenttypes.Budget{budget("ustem")},
		Messages: []string{
			sendType, payType, "/cosmos.bank.v1beta1.MsgMultiSend", "/stemma.royalty.v1.MsgPayMany", "/cosmos.staking.v1beta1.MsgDelegate",
			"/cosmos.distribution.v1beta1.MsgFundCommunityPool", "/stemma.royalty.v1.MsgOpenPaymentChannel",
			"/cosmos.distribution.v1beta1.MsgWithdrawDelegatorReward", "/cosmos.staking.v1beta1.MsgUndelegate",
			"/cosmos.vesting.v1beta1.MsgCreateVestingAccount", "/stemma.royalty.v1.MsgWithdraw",
		},
	}
	if g.rng.IntN(3) == 0 { // one denom alone may leave
		a.limit.Budgets = a.limit.Budgets[:1]
	}
	for i, c := range g.chains {
		if len(a.left)+len(a.fees) > 0 || !a.setAt.IsZero() {
			c.MustDeliver(a.controller, &agenttypes.MsgRemoveKey{Controller: a.controller.String(), Agent: a.id, Key: a.key.String()})
		}
		c.MustDeliver(a.controller, &agenttypes.MsgSetLimit{Controller: a.controller.String(), Agent: a.id, Key: a.key.String(), Limit: a.limit})
		if i == len(g.chains)-1 {
			a.setAt, a.left, a.fees = c.Now(), nil, nil
		}
	}
}

func (g *actGame) coin() sdk.Coin {
	return sdk.NewInt64Coin([]string{"ustem", "uusdc"}[g.rng.IntN(2)], 1+g.rng.Int64N(1_000))
}

// move draws a message of the controller.
func (g *actGame) move(from chain.Account) move {
	coin := g.coin()
	coins := sdk.NewCoins(coin)
	stem := sdk.NewInt64Coin("ustem", coin.Amount.Int64())
	validator := g.validator()
	switch g.rng.IntN(12) {
	case 0:
		return move{sendCoins(from, bob, coins), coins}
	case 1:
		return move{sendCoins(from, from, coins), coins} // it comes in again, and has left
	case 2:
		half := sdk.NewCoins(sdk.NewCoin(coin.Denom, coin.Amount))
		return move{&banktypes.MsgMultiSend{
			Inputs:  []banktypes.Input{{Address: from.String(), Coins: half.Add(half...)}},
			Outputs: []banktypes.Output{{Address: bob.String(), Coins: half}, {Address: from.String(), Coins: half}},
		}, half.Add(half...)}
	case 3:
		return move{chain.PayMsg(from, g.song, coin), coins}
	case 4:
		m := &royaltytypes.MsgPayMany{Payer: from.String(), Payments: []royaltytypes.Payment{
			{Work: g.song.ID, Amount: coin}, {Work: g.song.ID, Amount: stem},
		}}
		return move{m, coins.Add(stem)}
	case 5, 6: // what vests can be staked
		return move{stakingtypes.NewMsgDelegate(from.String(), validator, stem), sdk.NewCoins(stem)}
	case 7:
		return move{stakingtypes.NewMsgUndelegate(from.String(), validator, sdk.NewInt64Coin("ustem", 1)), nil}
	case 8:
		return move{&distrtypes.MsgWithdrawDelegatorReward{DelegatorAddress: from.String(), ValidatorAddress: validator}, nil}
	case 9:
		return move{&distrtypes.MsgFundCommunityPool{Amount: coins, Depositor: from.String()}, coins}
	case 10:
		g.serial++
		return move{chain.PaymentChannelMsg(from, g.serial, coin, g.song.Share(chain.Whole)), coins}
	}
	g.fresh++
	to := chain.Named(fmt.Sprint("fresh ", g.fresh))
	return move{vestingtypes.NewMsgCreateVestingAccount(from.Address, to.Address, coins, g.chains[0].Now().Add(time.Hour).Unix(), true), coins}
}

func (g *actGame) validator() string {
	validators, err := g.chains[0].App.Keepers.Staking.GetAllValidators(g.chains[0].Ctx())
	require.NoError(g, err)
	return validators[0].OperatorAddress
}

// played is a transaction of acts.
type played struct {
	robot *robotOf
	takes []sdk.Coins // of each act
	fee   sdk.Coins
	fails bool // by a message that cannot succeed
}

// block delivers transactions to both chains and holds their outcomes against the plain count.
func (g *actGame) block(txs int) (acts int) {
	var list []played
	raw := make([][][]byte, len(g.chains))
	for range txs {
		p := played{robot: g.agents[g.rng.IntN(len(g.agents))]}
		if g.rng.IntN(3) == 0 {
			p.fee = sdk.NewCoins(sdk.NewInt64Coin("ustem", 1+g.rng.Int64N(1_500)))
		}
		var msgs []sdk.Msg
		for range 1 + g.rng.IntN(2) {
			var inner []sdk.Msg
			takes := sdk.NewCoins()
			for range 1 + g.rng.IntN(3) {
				m := g.move(p.robot.controller)
				inner, takes = append(inner, m.msg), takes.Add(m.takes...)
			}
			if g.rng.IntN(12) == 0 {
				p.fails = true
				inner = append(inner, sendCoins(p.robot.controller, bob, sdk.NewCoins(sdk.NewInt64Coin("ustem", 1<<60))))
			}
			msgs, p.takes = append(msgs, act(g.T, p.robot.id, p.robot.key, inner...)), append(p.takes, takes)
			acts++
		}
		list = append(list, p)
		for i, c := range g.chains {
			// one that its fee is refused for takes no sequence
			expires := c.Now().Add(4*time.Minute + time.Duration(len(list))*time.Millisecond)
			tx := chain.Tx{Msgs: msgs, Signers: []chain.Account{p.robot.key}, Fee: chain.NoFee, Expires: expires}
			if !p.fee.IsZero() {
				tx.Fee, tx.Granter = p.fee.String(), &p.robot.controller
			}
			raw[i] = append(raw[i], c.SignTx(tx))
		}
	}
	pause := time.Duration(g.rng.IntN(90)) * time.Second
	blocks := make([]chain.Block, len(g.chains))
	for i, c := range g.chains {
		blocks[i] = c.Advance(pause+time.Second, raw[i]...)
	}
	require.Equal(g, blocks[0].AppHash, blocks[1].AppHash, "both executors agree")
	requireSameResults(g.T, blocks[0], blocks[1])
	for i, p := range list {
		g.compare(p, blocks[0].Txs[i])
	}
	if g.rng.IntN(8) == 0 {
		g.limit(g.agents[g.rng.IntN(len(g.agents))])
	}
	g.chains[0].RequireInvariants()
	return acts
}

// compare holds one outcome against the count.
func (g *actGame) compare(p played, r chain.Result) {
	a, now := p.robot, g.chains[0].Now()
	refusedFee := r.Codespace == agenttypes.ModuleName && r.Code >= agenttypes.ErrFeeNoBudget.ABCICode()
	require.Equal(g, fits(a.limit.Fees, a.limit.Window, a.setAt, a.fees, p.fee, now), !refusedFee, "fee %s after %v: %s", p.fee, a.fees, r.Log)
	if refusedFee {
		g.outcomes["fee"]++
		return
	}
	if !p.fee.IsZero() {
		a.fees = append(a.fees, leaving{now, p.fee})
	}
	left := slices.Clone(a.left)
	within := true
	for _, takes := range p.takes {
		if within = within && fits(a.limit.Budgets, a.limit.Window, a.setAt, left, takes, now); within {
			left = append(left, leaving{now, takes})
		}
	}
	names := map[uint32]string{
		agenttypes.ErrNoBudget.ABCICode(): "no budget", agenttypes.ErrOverAct.ABCICode(): "act",
		agenttypes.ErrOverWindow.ABCICode(): "window", agenttypes.ErrOverTotal.ABCICode(): "total",
	}
	switch {
	case r.Code == 0:
		require.True(g, within, "%v after %v with %+v", p.takes, a.left, a.limit.Budgets)
		require.False(g, p.fails)
		a.left = left
		g.outcomes["done"]++
	case r.Codespace == agenttypes.ModuleName && names[r.Code] != "":
		require.False(g, within, "%s: %v after %v with %+v", r.Log, p.takes, a.left, a.limit.Budgets)
		g.outcomes[names[r.Code]]++
	default:
		g.outcomes["failed"]++
	}
}

// fits says whether coins may leave, by summing all that left.
func fits(budgets []agenttypes.Budget, window time.Duration, start time.Time, left []leaving, coins sdk.Coins, now time.Time) bool {
	number := func(at time.Time) int64 { return int64(at.Sub(start) / window) }
	for _, coin := range coins {
		at := slices.IndexFunc(budgets, func(b agenttypes.Budget) bool { return b.Denom == coin.Denom })
		if at < 0 {
			return false
		}
		inWindow, inAll := coin.Amount, coin.Amount
		for _, l := range left {
			amount := l.coins.AmountOf(coin.Denom)
			if inAll = inAll.Add(amount); number(l.at) == number(now) {
				inWindow = inWindow.Add(amount)
			}
		}
		b := budgets[at]
		for sum, most := range map[*math.Int]math.Int{&coin.Amount: b.Act, &inWindow: b.Window, &inAll: b.Total} {
			if most.IsPositive() && sum.GT(most) {
				return false
			}
		}
	}
	return true
}

// requireCounted compares the counters of a key with the plain count.
func (g *actGame) requireCounted(a *robotOf) {
	sum := func(list []leaving) map[string]string {
		all := sdk.NewCoins()
		for _, l := range list {
			all = all.Add(l.coins...)
		}
		amounts := map[string]string{}
		for _, c := range all {
			amounts[c.Denom] = c.Amount.String()
		}
		return amounts
	}
	counted := func(list []agenttypes.Spent) map[string]string {
		amounts := map[string]string{}
		for _, s := range list {
			if s.Total.IsPositive() {
				amounts[s.Denom] = s.Total.String()
			}
		}
		return amounts
	}
	for _, c := range g.chains {
		res, err := agenttypes.NewQueryClient(c.Conn()).Key(c.Ctx(), &agenttypes.QueryKeyRequest{Agent: a.id, Key: a.key.String()})
		require.NoError(g, err)
		require.True(g, maps.Equal(sum(a.left), counted(res.Key.Counters.Spent)), "%v, %v", sum(a.left), res.Key.Counters.Spent)
		require.True(g, maps.Equal(sum(a.fees), counted(res.Key.Counters.Fees)), "%v, %v", sum(a.fees), res.Key.Counters.Fees)
	}
}
