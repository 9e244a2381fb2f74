package app_test

import (
	"errors"
	"flag"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var (
	moneySeed   = flag.Uint64("sim.money.seed", 1, "seed of the random blocks of payments")
	moneyBlocks = flag.Int("sim.money.blocks", 2000, "number of random blocks of payments")
)

// TestMoneyInRandomBlocks plays payments while everything around them changes: later
// sources that renumber works under a backlog, holders, withdrawals, denoms that are
// listed and removed, minima, budgets from 1 up, payouts that are refused, works in
// escrow, export and import with a backlog. Both executors agree on every block, all
// invariants hold after each, and in the end every work has what an oracle of exact
// fractions says, up to fractions that stages have held.
func TestMoneyInRandomBlocks(t *testing.T) {
	t.Logf("seed %d", *moneySeed)
	opts := []chain.Option{chain.Accounts(moneyAccounts()...), chain.Balance("1000000000ustem,1000000000000000uusdc,1000000000000000ufoo")}
	g := newMoneyGame(t, chain.New(t, opts...), chain.New(t, append(opts, chain.BlockSTM(2))...))
	for range *moneyBlocks {
		g.step()
	}
	g.drain()
	g.requireOwed()
	for _, p := range g.plays() {
		if p.name == "assign to who may not receive" {
			require.Zero(t, g.outcomes[p.name+" accepted=true"])
			continue
		}
		require.NotZero(t, g.outcomes[p.name+" accepted=true"], "no %s was ever accepted: %v", p.name, g.outcomes)
	}
	require.NotZero(t, g.outcomes["redirect to DESTINATION_ANOTHER accepted=true"], "%v", g.outcomes)
	t.Log(g.outcomes)
}

// Each work has owners and holders of its own, so that what it earned is what they
// have. The first works derive from nothing: relative royalties go to them only, so
// that what they receive is not divided again, by whatever list is in force then.
const (
	moneyWorks, moneyRoots = 20, 5
	holdersOfEach          = 3
)

var moneyDenoms = []string{"ufoo", "uusdc"}

func holderOf(work, i int) chain.Account { return chain.Named(fmt.Sprintf("holder%d of %d", i, work)) }

func moneyWork(i int) chain.Work { return chain.WorkOf(fmt.Sprint("money ", i), holderOf(i, 0)) }

func moneyAccounts() []chain.Account {
	accounts := []chain.Account{chain.Named("fan")}
	for work := range moneyWorks {
		for i := range holdersOfEach {
			accounts = append(accounts, holderOf(work, i))
		}
	}
	return accounts
}

type moneyGame struct {
	t        *testing.T
	rng      *rand.Rand
	chains   []*chain.Chain
	relative licensetypes.TermsID
	outcomes map[string]int
	paid     []*royaltytypes.EventPaid
	// began is what the holders of each work had in the bank.
	began map[string]math.Int
}

func newMoneyGame(t *testing.T, chains ...*chain.Chain) *moneyGame {
	g := &moneyGame{t: t, rng: rand.New(rand.NewPCG(*moneySeed, 0)), chains: chains, outcomes: map[string]int{}, began: map[string]math.Int{}}
	terms := licensetypes.Terms{
		Spdx: "LicenseRef-relative", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
		RoyaltyPolicy: royaltytypes.POLICY_RELATIVE, RoyaltyRate: 123_456,
	}
	g.relative = terms.ID()
	owner := holderOf(0, 0)
	txs := [][]byte{g.sign(owner, &licensetypes.MsgPublishTerms{Author: owner.String(), Terms: terms})}
	for i := range moneyWorks {
		work := moneyWork(i)
		msgs := []sdk.Msg{chain.RegisterMsg(work.Owner, fmt.Sprint("money ", i))}
		for _, preset := range []string{"commercial-remix-5", "commercial-remix-10"} {
			msgs = append(msgs, chain.OfferMsg(work, chain.Preset(preset)))
		}
		if i < moneyRoots {
			msgs = append(msgs, chain.OfferMsg(work, g.relative))
		}
		txs = append(txs, g.sign(work.Owner, msgs...))
	}
	g.both(txs).RequireOK(t)
	for _, denom := range moneyDenoms {
		for i := range moneyWorks {
			g.began[fmt.Sprint(i, denom)] = g.inBank(i, denom)
		}
	}
	g.params(func(p *royaltytypes.Params) {
		p.Denoms = p.Denoms[:0]
		for _, denom := range []string{"ufoo", "ustem", "uusdc"} {
			p.Denoms = append(p.Denoms, royaltytypes.NewAcceptedDenom(denom))
		}
	})
	return g
}

func (g *moneyGame) sign(signer chain.Account, msgs ...sdk.Msg) []byte {
	return g.chains[0].Sign(signer, msgs...)
}

// both plays a block on both chains, which must agree.
func (g *moneyGame) both(txs [][]byte) chain.Block {
	want := g.chains[0].Block(txs...)
	for _, c := range g.chains[1:] {
		got := c.Block(txs...)
		require.Equal(g.t, want.AppHash, got.AppHash, "block %d of seed %d", want.Height, *moneySeed)
		requireSameResults(g.t, want, got)
	}
	return want
}

// write changes the state of both chains past all messages, as what is not built yet
// or takes a vote will.
func (g *moneyGame) write(change func(c *chain.Chain, ctx sdk.Context) error) {
	for _, c := range g.chains {
		c.Write(func(ctx sdk.Context) error { return change(c, ctx) })
	}
	g.chains[0].RequireInvariants()
}

func (g *moneyGame) params(edit func(*royaltytypes.Params)) {
	params, err := g.chains[0].App.Keepers.Royalty.Params.Get(g.chains[0].Ctx())
	require.NoError(g.t, err)
	edit(&params)
	units := []*royaltytypes.Unit{nil, {Symbol: "USDC", Decimals: 6}, {Symbol: "USD.x", Decimals: 6}}
	for i := range params.Denoms {
		if params.Denoms[i].Denom == app.LocalDenom {
			params.Denoms[i].Unit = units[g.chains[0].Height()%3]
		}
	}
	require.NoError(g.t, params.Validate())
	g.write(func(c *chain.Chain, ctx sdk.Context) error { return c.App.Keepers.Royalty.UpdateParams(ctx, params) })
}

// step plays one block, and now and then something around it.
func (g *moneyGame) step() {
	switch g.rng.IntN(60) {
	case 0, 1:
		g.params(g.drawParams)
	case 2, 3, 4:
		g.redirect()
	case 5:
		if g.rng.IntN(5) == 0 {
			for i, c := range g.chains {
				g.chains[i] = c.RequireSameExport()
			}
		}
	}
	all := g.plays()
	var txs [][]byte
	var names []string
	for range 1 + g.rng.IntN(4) {
		p := all[g.rng.IntN(len(all))]
		signer, msgs := p.draw()
		txs, names = append(txs, g.sign(signer, msgs...)), append(names, p.name)
	}
	block := g.both(txs)
	for i, tx := range block.Txs {
		g.outcomes[fmt.Sprintf("%s accepted=%t", names[i], tx.Err() == nil)]++
		if tx.Err() == nil {
			g.paid = append(g.paid, chain.Typed[*royaltytypes.EventPaid](g.t, tx.Events)...)
		}
	}
	g.chains[0].RequireInvariants()
}

// drawParams lists some denoms, with minima and budgets of any size.
func (g *moneyGame) drawParams(p *royaltytypes.Params) {
	p.SweepBudget, p.PayoutBudget = 1+g.rng.Uint32N(12), 1+g.rng.Uint32N(4)
	p.Denoms = []royaltytypes.AcceptedDenom{}
	for _, denom := range moneyDenoms {
		if g.rng.IntN(4) > 0 {
			d := royaltytypes.NewAcceptedDenom(denom)
			d.MinFlow, d.MinPayout = math.NewInt(1+g.rng.Int64N(3_000_000)), math.NewInt(1+g.rng.Int64N(30_000_000))
			p.Denoms = append(p.Denoms, d)
		}
	}
}

// redirect changes where what a work earns goes: to others of its group too, which the
// oracle looks at as one. Circles are refused.
func (g *moneyGame) redirect() {
	work := g.work()
	if g.rng.IntN(2) == 0 {
		work = moneyGroups[g.rng.IntN(len(moneyGroups))][g.rng.IntN(3)]
	}
	group := moneyGroup(work)
	kind, other := royaltytypes.DestinationKind(g.rng.IntN(3)), group[g.rng.IntN(len(group))]
	g.write(func(c *chain.Chain, ctx sdk.Context) error {
		err := c.App.Keepers.Royalty.SetDestination(ctx, moneyWork(work).ID, kind, moneyWork(other).ID)
		g.outcomes[fmt.Sprintf("redirect to %s accepted=%t", kind, err == nil)]++
		if errors.Is(err, royaltytypes.ErrInvalidDestination) {
			return nil
		}
		return err
	})
}

// moneyGroups are works of which one may earn in another's place: some roots, and some
// that derive from others. Each other work is by itself.
var moneyGroups = [][]int{{0, 1, 2}, {10, 11, 12, 13}}

func moneyGroup(work int) []int {
	for _, group := range moneyGroups {
		if slices.Contains(group, work) {
			return group
		}
	}
	return []int{work}
}

type moneyPlay struct {
	name string
	draw func() (chain.Account, []sdk.Msg)
}

func (g *moneyGame) plays() []moneyPlay {
	return []moneyPlay{
		{"pay", g.pay},
		{"pay many", g.payMany},
		{"derive", g.derive},
		{"approve", g.approve},
		{"assign", g.assign},
		{"assign to who may not receive", g.assignBlocked},
		{"settle and assign", g.settleAndAssign},
		{"settle", g.settle},
		{"withdraw", g.withdraw},
	}
}

func (g *moneyGame) work() int { return g.rng.IntN(moneyWorks) }

func (g *moneyGame) coin() sdk.Coin {
	return sdk.NewInt64Coin(moneyDenoms[g.rng.IntN(2)], 1+g.rng.Int64N(10_000_000))
}

func (g *moneyGame) pay() (chain.Account, []sdk.Msg) {
	fan := chain.Named("fan")
	return fan, []sdk.Msg{chain.PayMsg(fan, moneyWork(g.work()), g.coin())}
}

func (g *moneyGame) payMany() (chain.Account, []sdk.Msg) {
	fan := chain.Named("fan")
	msg := &royaltytypes.MsgPayMany{Payer: fan.String()}
	for range 1 + g.rng.IntN(6) {
		msg.Payments = append(msg.Payments, royaltytypes.Payment{Work: moneyWork(g.work()).ID, Amount: g.coin()})
	}
	return fan, []sdk.Msg{msg}
}

// derive declares one or two sources, of any other works: some are refused.
func (g *moneyGame) derive() (chain.Account, []sdk.Msg) {
	work := moneyWork(moneyRoots + g.rng.IntN(moneyWorks-moneyRoots))
	var sources []chain.Source
	for range 1 + g.rng.IntN(2) {
		source := g.work()
		terms := chain.Preset([]string{"commercial-remix-5", "commercial-remix-10"}[g.rng.IntN(2)])
		if source < moneyRoots && g.rng.IntN(2) == 0 {
			terms = g.relative
		}
		sources = append(sources, moneyWork(source).Under(terms))
	}
	msg := g.chains[0].DeriveMsg(work, sources...)
	msg.AllowUnapproved = g.rng.IntN(3) == 0
	return work.Owner, []sdk.Msg{msg}
}

func (g *moneyGame) approve() (chain.Account, []sdk.Msg) {
	source, derivative := moneyWork(g.work()), moneyWork(g.work())
	terms := chain.Preset([]string{"commercial-remix-5", "commercial-remix-10"}[g.rng.IntN(2)])
	msg := chain.ApproveSourceMsg(source.Under(terms), derivative)
	// Half of the approvals are of declarations that wait already, if there is one.
	query := &licensetypes.QueryAdmissionsRequest{WaitsFor: source.ID}
	waiting, err := licensetypes.NewQueryClient(g.chains[0].Conn()).Admissions(g.chains[0].Ctx(), query)
	require.NoError(g.t, err)
	if g.rng.IntN(2) == 0 && len(waiting.Admissions) > 0 {
		ref := waiting.Admissions[0].Declaration
		msg = &lineagetypes.MsgApproveSource{
			Owner: msg.Owner, Source: source.ID, Derivative: ref.Work, Declaration: ref.Number, Shown: msg.Shown,
		}
	}
	return source.Owner, []sdk.Msg{msg}
}

// shareOf is what an account holds of a work, by the state of the last block.
func (g *moneyGame) shareOf(work chain.Work, account sdk.AccAddress) uint32 {
	royalty, ctx := g.chains[0].App.Keepers.Royalty, g.chains[0].Ctx()
	head, err := royalty.GetHead(ctx, work.ID)
	require.NoError(g.t, err)
	table, err := royalty.GetHolders(ctx, work.ID, head.HoldersVersion)
	require.NoError(g.t, err)
	for _, s := range table.Shares {
		if s.Account.Equals(account) {
			return s.Weight
		}
	}
	return 0
}

func (g *moneyGame) assign() (chain.Account, []sdk.Msg) {
	work := g.work()
	from := holderOf(work, g.rng.IntN(holdersOfEach))
	return from, []sdk.Msg{g.assignment(work, from, holderOf(work, g.rng.IntN(holdersOfEach)).Address)}
}

// assignBlocked would give a part to an account that may not receive, and is refused.
func (g *moneyGame) assignBlocked() (chain.Account, []sdk.Msg) {
	from := holderOf(moneyWorks-1, g.rng.IntN(holdersOfEach))
	return from, []sdk.Msg{g.assignment(moneyWorks-1, from, g.blocked())}
}

func (g *moneyGame) blocked() sdk.AccAddress {
	return g.chains[0].App.Keepers.Account.GetModuleAddress(royaltytypes.ModuleName)
}

func (g *moneyGame) assignment(work int, from chain.Account, to sdk.AccAddress) sdk.Msg {
	has := g.shareOf(moneyWork(work), from.Address)
	part := has / uint32(2+g.rng.IntN(3))
	msg := &royaltytypes.MsgAssignShares{Holder: from.String(), Work: moneyWork(work).ID}
	if part > 0 {
		msg.Shares = append(msg.Shares, royaltytypes.Assignment{Account: to.String(), Weight: part})
	}
	return appendShare(msg, from, has-part)
}

func appendShare(msg *royaltytypes.MsgAssignShares, to chain.Account, weight uint32) sdk.Msg {
	msg.Shares = append(msg.Shares, royaltytypes.Assignment{Account: to.String(), Weight: weight})
	return msg
}

// settleAndAssign flushes a work and changes its holders in one transaction.
func (g *moneyGame) settleAndAssign() (chain.Account, []sdk.Msg) {
	work := g.work()
	owner := holderOf(work, 0)
	give := g.assignment(work, owner, holderOf(work, 1).Address)
	return owner, []sdk.Msg{settle(owner, work), give}
}

func (g *moneyGame) settle() (chain.Account, []sdk.Msg) {
	fan := chain.Named("fan")
	return fan, []sdk.Msg{settle(fan, g.work())}
}

func settle(sender chain.Account, work int) sdk.Msg {
	return &royaltytypes.MsgSettle{
		Sender: sender.String(), Works: []registrytypes.WorkID{moneyWork(work).ID}, Denoms: moneyDenoms,
	}
}

func (g *moneyGame) withdraw() (chain.Account, []sdk.Msg) {
	holder := holderOf(g.work(), g.rng.IntN(holdersOfEach))
	return holder, []sdk.Msg{&royaltytypes.MsgWithdraw{Account: holder.String()}}
}

// drain lets everything flow.
func (g *moneyGame) drain() {
	for i := range moneyWorks {
		g.write(func(c *chain.Chain, ctx sdk.Context) error {
			return c.App.Keepers.Royalty.SetDestination(ctx, moneyWork(i).ID, royaltytypes.DESTINATION_ITSELF, moneyWork(i).ID)
		})
	}
	g.params(func(p *royaltytypes.Params) {
		p.SweepBudget, p.PayoutBudget, p.Denoms = 1000, 1000, nil
		for _, denom := range moneyDenoms {
			d := royaltytypes.NewAcceptedDenom(denom)
			d.MinFlow, d.MinPayout = math.OneInt(), math.OneInt()
			p.Denoms = append(p.Denoms, d)
		}
	})
	for range 20 {
		g.both(nil)
		g.chains[0].RequireInvariants()
	}
	queued := 0
	err := g.chains[0].App.Keepers.Royalty.Queue.Walk(g.chains[0].Ctx(), nil, func(flow.Item) (bool, error) {
		queued++
		return false, nil
	})
	require.NoError(g.t, err)
	require.Zero(g.t, queued)
}

// inBank is what a work's holders have in the bank.
func (g *moneyGame) inBank(work int, denom string) math.Int {
	sum := math.ZeroInt()
	for i := range holdersOfEach {
		sum = sum.Add(g.chains[0].Balance(holderOf(work, i), denom).Amount)
	}
	return sum
}

// earned is what a work has earned since the beginning: what its holders have got or
// can withdraw, and what its own stage still holds.
func (g *moneyGame) earned(work int, denom string) *big.Rat {
	royalty, ctx := g.chains[0].App.Keepers.Royalty, g.chains[0].Ctx()
	sum := g.inBank(work, denom).Sub(g.began[fmt.Sprint(work, denom)])
	accounts := []sdk.AccAddress{}
	for i := range holdersOfEach {
		accounts = append(accounts, holderOf(work, i).Address)
	}
	if work == moneyWorks-1 {
		accounts = append(accounts, g.blocked())
	}
	for _, account := range accounts {
		row, found, err := royalty.Balances.Find(ctx, collections.Join(account, denom))
		require.NoError(g.t, err)
		if found {
			sum = sum.Add(row.Amount)
		}
	}
	stages, found, err := royalty.Stages.Find(ctx, collections.Join(moneyWork(work).ID, denom))
	require.NoError(g.t, err)
	if found {
		sum = sum.Add(stages.Earned.Held)
	}
	return new(big.Rat).SetInt(sum.BigInt())
}

// requireOwed compares what each work, or group of works that may earn in each
// other's place, has earned with exact fractions: of each payment what the upstream
// list of its epoch says.
func (g *moneyGame) requireOwed() {
	royalty, ctx := g.chains[0].App.Keepers.Royalty, g.chains[0].Ctx()
	owed := map[string]*big.Rat{}
	add := func(work flow.Work, denom string, amount *big.Rat) {
		key := string(work) + denom
		if owed[key] == nil {
			owed[key] = new(big.Rat)
		}
		owed[key].Add(owed[key], amount)
	}
	for _, p := range g.paid {
		work := p.Work
		_, version, err := royalty.VersionsAt(ctx, work, p.Epoch)
		require.NoError(g.t, err)
		upstream, err := royalty.GetUpstream(ctx, work, version)
		require.NoError(g.t, err)
		amount, _ := new(big.Int).SetString(p.Amount, 10)
		rest := new(big.Rat).SetInt(amount)
		for _, o := range slices.Concat(upstream.Absolute, upstream.Relative) {
			part := new(big.Rat).Mul(new(big.Rat).SetInt(amount), big.NewRat(int64(o.Weight), flow.Whole))
			add(o.To, p.Denom, part)
			rest.Sub(rest, part)
		}
		add(royaltytypes.FlowWork(work), p.Denom, rest)
	}
	// A stage keeps less than a unit a receiver, and a restart hands that on, to
	// whoever receives then. It comes to some units.
	for work := range moneyWorks {
		group := moneyGroup(work)
		if group[0] != work {
			continue // it was looked at with the first of its group
		}
		most := big.NewRat(100*int64(len(group)), 1)
		for _, denom := range moneyDenoms {
			want, got := new(big.Rat), new(big.Rat)
			for _, member := range group {
				part := owed[string(royaltytypes.FlowWork(moneyWork(member).ID))+denom]
				require.NotNil(g.t, part, "work %d was never paid in %s", member, denom)
				want.Add(want, part)
				got.Add(got, g.earned(member, denom))
			}
			off := new(big.Rat).Sub(want, got)
			g.t.Logf("work %d: %s of %s%s", work, got.FloatString(0), want.FloatString(2), denom)
			require.Less(g.t, off.Abs(off).Cmp(most), 1, "work %d has earned %s of %s%s", work, got.FloatString(0), want.FloatString(3), denom)
		}
	}
}
