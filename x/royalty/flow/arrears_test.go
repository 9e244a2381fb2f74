package flow_test

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/royalty/flow"
)

// debt is arrears of a world.
type debt struct {
	debtor   flow.Debtor
	creditor flow.Work
	amount   *big.Int
}

// drawDebts draws what works and accounts owe. An account owes no work that it holds: what
// comes from there it keeps, so two such debts would be paid by what comes first.
func drawDebts(t *rapid.T, g lineage) (debts []debt) {
	amount := rapid.OneOf(rapid.Int64Range(1, 50), rapid.Int64Range(1, 2_000_000_000))
	for range rapid.IntRange(0, 6).Draw(t, "debts") {
		creditor := rapid.IntRange(0, len(g.holders)-1).Draw(t, "creditor")
		d := debt{creditor: name(creditor), amount: big.NewInt(amount.Draw(t, "owed"))}
		debtor := rapid.IntRange(0, len(g.holders)-1).Draw(t, "debtor")
		if rapid.Bool().Draw(t, "account") {
			d.debtor.Account = rapid.SampledFrom(g.holders[debtor]).Draw(t, "holder").To
			for _, h := range g.holders[creditor] {
				if h.To == d.debtor.Account {
					d.debtor = flow.Debtor{}
				}
			}
		} else if debtor < creditor { // no debts go round: they would be paid a few units at a time
			d.debtor.Work = name(debtor)
		}
		if d.debtor != (flow.Debtor{}) {
			debts = append(debts, d)
		}
	}
	return debts
}

func owe(t require.TestingT, l *flow.Ledger, debts []debt) {
	for _, d := range debts {
		require.NoError(t, l.AddArrears(d.debtor, pot(d.creditor), d.amount))
	}
}

// leftOf is what is left of all debts of a debtor.
func leftOf(t require.TestingT, l *flow.Ledger, debtor flow.Debtor) *big.Int {
	left := new(big.Int)
	owed, err := l.Arrears(debtor, denom)
	require.NoError(t, err)
	for _, a := range owed {
		require.GreaterOrEqual(t, a.Left.Sign(), 0)
		left.Add(left, &a.Left)
	}
	return left
}

// TestArrearsDoNotDependOnOrder: with fixed lists and arrears, who has what in the end
// depends only on what was paid. No unit is lost, and stages are whole at any time.
func TestArrearsDoNotDependOnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawLineage(t)
		debts := drawDebts(t, g)
		payments := drawPayments(t, len(g.holders))
		straight := build(t, g)
		owe(t, straight, debts)
		for _, p := range payments {
			require.NoError(t, straight.Pay(math.MaxInt, p))
		}
		for i := 0; !straight.Idle(); i++ {
			require.Less(t, i, 100_000, "arrears go round without end")
			require.NoError(t, straight.Pay(math.MaxInt))
		}
		shuffled := build(t, g)
		owe(t, shuffled, debts)
		rest := rapid.Permutation(payments).Draw(t, "order")
		for len(rest) > 0 {
			n := rapid.IntRange(1, len(rest)).Draw(t, "batch")
			require.NoError(t, shuffled.Pay(rapid.IntRange(1, 40).Draw(t, "budget"), rest[:n]...))
			rest = rest[n:]
			requireSound(t, shuffled)
		}
		for i := 0; !shuffled.Idle(); i++ {
			require.Less(t, i, 100_000, "arrears go round without end")
			require.NoError(t, shuffled.Pay(rapid.IntRange(1, 40).Draw(t, "budget")))
			requireSound(t, shuffled)
		}
		require.Equal(t, straight.Held(denom), shuffled.Held(denom))
		for i := range g.holders {
			stages, err := straight.Stages(pot(name(i)))
			require.NoError(t, err)
			others, err := shuffled.Stages(pot(name(i)))
			require.NoError(t, err)
			for kind := range stages {
				require.Equal(t, stages[kind].Held.String(), others[kind].Held.String())
			}
		}
		for _, d := range debts {
			require.Equal(t, leftOf(t, straight, d.debtor), leftOf(t, shuffled, d.debtor))
		}
		for account, has := range straight.Balances() {
			require.Equal(t, has[denom], shuffled.Balances()[account][denom], account)
		}
		require.Len(t, shuffled.Balances(), len(straight.Balances()))
	})
}

// TestCreditorsGetWhatTheDebtorEarns, and no more than they are owed, one after the other;
// the debtor has the rest. The debtor is one work or one account, the creditors stand by
// themselves.
func TestCreditorsGetWhatTheDebtorEarns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawLineage(t).soleHolders()
		payments := drawPayments(t, len(g.holders))
		without, l := build(t, g), build(t, g)
		debtor := flow.Debtor{Work: name(rapid.IntRange(0, len(g.holders)-1).Draw(t, "debtor"))}
		holder := flow.Account(debtor.Work)
		if rapid.Bool().Draw(t, "account") {
			debtor = flow.Debtor{Account: holder}
		}
		var owed []*big.Int
		for i := range rapid.IntRange(1, 4).Draw(t, "creditors") {
			creditor := flow.Work(fmt.Sprint("creditor ", i))
			require.NoError(t, l.AddWork(creditor, sole(flow.Account(creditor))))
			owed = append(owed, big.NewInt(rapid.Int64Range(1, 2_000_000).Draw(t, "owed")))
			require.NoError(t, l.AddArrears(debtor, pot(creditor), owed[i]))
		}
		for _, p := range payments {
			require.NoError(t, without.Pay(math.MaxInt, p))
			require.NoError(t, l.Pay(rapid.IntRange(1, 9).Draw(t, "budget"), p))
		}
		for !l.Idle() {
			require.NoError(t, l.Pay(9))
		}
		requireSound(t, l)
		rest := amountOf(without.Balances(), flow.Work(holder))
		for i, most := range owed {
			want := most
			if want.Cmp(rest) > 0 {
				want = rest
			}
			got := amountOf(l.Balances(), flow.Work(fmt.Sprint("creditor ", i)))
			require.Equal(t, want.String(), got.String(), "creditor %d", i)
			rest = new(big.Int).Sub(rest, want)
		}
		require.Equal(t, rest.String(), amountOf(l.Balances(), flow.Work(holder)).String())
		for i := range g.holders {
			if name(i) != flow.Work(holder) {
				require.Equal(t, amountOf(without.Balances(), name(i)), amountOf(l.Balances(), name(i)), "others have what they had")
			}
		}
	})
}

// TestArrearsAtAnyTime: debts are added, in circles too, while lists and destinations
// change. Nothing is lost, what is ready is queued, and nothing goes round within a block.
func TestArrearsAtAnyTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawLineage(t)
		l := build(t, g)
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			l.Load = rapid.IntRange(0, 4).Draw(t, "load")
			work := rapid.IntRange(0, len(g.holders)-1).Draw(t, "work")
			switch rapid.SampledFrom([]string{"pay", "pay", "owe", "redirect", "change"}).Draw(t, "step") {
			case "pay":
				require.NoError(t, l.Pay(rapid.IntRange(1, 12).Draw(t, "budget"), drawPayments(t, len(g.holders))...))
			case "owe":
				d := flow.Debtor{Work: name(work)}
				if rapid.Bool().Draw(t, "account") {
					d = flow.Debtor{Account: rapid.SampledFrom(g.holders[work]).Draw(t, "holder").To}
				}
				creditor := name(rapid.IntRange(0, len(g.holders)-1).Draw(t, "creditor"))
				earner, _, err := flow.Earner(l, creditor)
				require.NoError(t, err)
				err = l.AddArrears(d, pot(creditor), big.NewInt(rapid.Int64Range(1, 1_000_000).Draw(t, "owed")))
				require.Equal(t, d.Work == creditor || d.Work == earner, err != nil, err)
			case "redirect":
				require.NoError(t, l.Redirect(name(work), drawDestination(t, work)))
			case "change":
				changeAny(t, l, work)
			}
			requireSound(t, l)
		}
	})
}

// TestAWorkPaysItsArrearsFirst, from what waits in `earned`, and its holders have the rest
// as if the arrears had never entered. The creditor's holders have it by the late lane.
func TestAWorkPaysItsArrearsFirst(t *testing.T) {
	d := newDesk(t, "song: sue", "duet: dan 50%, dee 50%", "beat: ben")
	require.NoError(t, d.AddArrears(flow.Debtor{Work: "duet"}, pot("beat"), big.NewInt(30)))
	require.NoError(t, d.AddArrears(flow.Debtor{Work: "song"}, pot("beat"), big.NewInt(7)))
	require.Equal(t, []string{
		"duet takes in 100", "song takes in 5", "paid of duet from 0 to 100, 1 get it", "paid of song from 0 to 5, 1 get it",
		"duet pays 30 to beat", "dan has 35 of duet", "dee has 35 of duet", "earned of duet from 0 to 70, 2 get it",
		"song pays 5 to beat", "earned of song from 0 to 0, 1 get it",
	}, d.block(0, 100, func(s *flow.Sweep) { d.pay(100, "duet")(s); d.pay(5, "song")(s) }))
	require.Equal(t, "70 70 0", d.stage("duet", flow.Earned))
	require.Equal(t, "0 0 0", d.stage("song", flow.Earned))
	require.Equal(t, "35 0 35", d.stage("beat", flow.Earned), "it waits in the late lane")
	for range flow.LateAfter - 1 {
		require.Empty(t, d.block(0, 100, nil))
	}
	require.Equal(t, []string{"ben has 35 of beat late", "late earned of beat from 0 to 35, 1 get it"}, d.block(0, 100, nil))

	require.Equal(t, []string{
		"song takes in 9", "paid of song from 0 to 9, 1 get it",
		"song pays 2 to beat", "sue has 7 of song", "earned of song from 0 to 7, 1 get it",
	}, d.block(0, 100, d.pay(9, "song")))
	require.Equal(t, []string{
		"song takes in 9", "earned of song from 0 to 9, 1 get it", "sue has 9 of song", "paid of song from 0 to 9, 1 get it",
	}, d.block(0, 100, d.pay(9, "song")), "all is paid: a sole holder has it at once again")
}

// TestAnAccountPaysItsArrearsFirst out of all that it is credited; two works in one flush
// do not pay the same arrears twice. What it had is taken at once.
func TestAnAccountPaysItsArrearsFirst(t *testing.T) {
	d := newDesk(t, "a: sue", "b: sue", "beat: ben", "song: dan < a absolute 100000, b absolute 100000")
	d.block(0, 100, d.pay(4, "a"))
	require.NoError(t, d.AddArrears(flow.Debtor{Account: "sue"}, pot("beat"), big.NewInt(19)))
	require.Equal(t, "0", d.Balances()["sue"][denom])
	require.Equal(t, "4 0 4", d.stage("beat", flow.Earned))
	require.Equal(t, "15", leftOf(t, d.Ledger, flow.Debtor{Account: "sue"}).String())
	require.Equal(t, []string{
		"song takes in 100",
		"earned of a from 0 to 10, 1 get it", "sue pays 10 to beat",
		"earned of b from 0 to 10, 1 get it", "sue pays 5 to beat", "sue has 5 of b",
		"earned of song from 0 to 80, 1 get it", "dan has 80 of song", "paid of song from 0 to 100, 3 get it",
	}, d.block(0, 100, d.pay(100, "song")))
	require.Equal(t, "19 0 19", d.stage("beat", flow.Earned))
	require.NoError(t, d.CheckStages())
}

// TestArrearsArePaidInTheirOrder, equal creditors are one line, and 64 stand at most.
func TestArrearsArePaidInTheirOrder(t *testing.T) {
	d := newDesk(t, "song: sue", "b: ben", "a: ann")
	song := flow.Debtor{Work: "song"}
	require.NoError(t, d.AddArrears(song, pot("b"), big.NewInt(10)))
	require.NoError(t, d.AddArrears(song, pot("a"), big.NewInt(10)))
	require.NoError(t, d.AddArrears(song, pot("b"), big.NewInt(5)))
	said := d.block(0, 100, d.pay(18, "song"))
	require.Contains(t, said, "song pays 15 to b")
	require.Contains(t, said, "song pays 3 to a")
	require.Error(t, d.AddArrears(song, pot("song"), big.NewInt(1)))
	require.NoError(t, d.Redirect("b", flow.Destination{Kind: flow.Another, Other: "song"}))
	require.Error(t, d.AddArrears(song, pot("b"), big.NewInt(1)))
	beat := flow.Debtor{Account: "sue"}
	for i := range flow.MaxArrears {
		require.NoError(t, d.AddWork(name(i), sole("ann")))
		require.NoError(t, d.AddArrears(beat, pot(name(i)), big.NewInt(10)))
	}
	require.Error(t, d.AddArrears(beat, pot("a"), big.NewInt(10)))
	require.NoError(t, d.AddArrears(beat, pot(name(3)), big.NewInt(10)))
	require.Len(t, d.block(0, 1, d.pay(1000, "a", "b")), 3, "two stages and their holders do not fit")
}

// TestWhatWouldComeBackStays: the work that a debtor owes is itself by now, or belongs to
// the account that owes it. The debtor has it, and the arrears stand.
func TestWhatWouldComeBackStays(t *testing.T) {
	d := newDesk(t, "song: sue", "beat: ben")
	require.NoError(t, d.AddArrears(flow.Debtor{Work: "song"}, pot("beat"), big.NewInt(10)))
	require.NoError(t, d.Redirect("beat", flow.Destination{Kind: flow.Another, Other: "song"}))
	require.Contains(t, d.block(0, 100, d.pay(4, "song")), "sue has 4 of song")
	require.NoError(t, d.Redirect("beat", flow.Destination{}))
	require.Contains(t, d.block(0, 100, d.pay(4, "song")), "song pays 4 to beat")

	require.NoError(t, d.AddArrears(flow.Debtor{Account: "ben"}, pot("beat"), big.NewInt(10)))
	d.block(0, 100, d.pay(3, "beat"))
	for range flow.LateAfter {
		d.block(0, 100, nil)
	}
	require.Equal(t, "7", d.Balances()["ben"][denom])
	require.Equal(t, "10", leftOf(t, d.Ledger, flow.Debtor{Account: "ben"}).String())
}

// TestArrearsAndDestinations: in escrow nothing leaves, and what another earns in a work's
// place pays no arrears of it. What a creditor in escrow gets is held there.
func TestArrearsAndDestinations(t *testing.T) {
	d := newDesk(t, "song: sue 50%, sol 50%", "beat: ben", "heir: hal")
	require.NoError(t, d.AddArrears(flow.Debtor{Work: "song"}, pot("beat"), big.NewInt(10)))
	require.NoError(t, d.Redirect("song", flow.Destination{Kind: flow.Escrow}))
	d.block(0, 100, d.pay(6, "song"))
	require.Equal(t, "6 0 6", d.stage("song", flow.Earned))
	redirect := func(s *flow.Sweep) { require.NoError(t, s.Redirect(pot("song"))) }
	require.NoError(t, d.Redirect("song", flow.Destination{Kind: flow.Another, Other: "heir"}))
	require.Equal(t, []string{
		"earned of heir from 0 to 6, 1 get it", "hal has 6 of heir", "earned of song from 0 to 6, 1 get it",
	}, d.block(0, 100, redirect))
	require.Equal(t, "10", leftOf(t, d.Ledger, flow.Debtor{Work: "song"}).String())

	require.NoError(t, d.Redirect("song", flow.Destination{}))
	require.NoError(t, d.Redirect("beat", flow.Destination{Kind: flow.Escrow}))
	require.Contains(t, d.block(0, 100, d.pay(10, "song")), "song pays 10 to beat")
	d.afterTheWait(1)
	require.Equal(t, "10 0 10", d.stage("beat", flow.Earned))
	require.NoError(t, d.Redirect("beat", flow.Destination{Kind: flow.Another, Other: "heir"}))
	require.NoError(t, d.AddArrears(flow.Debtor{Work: "song"}, pot("beat"), big.NewInt(10)))
	d.block(0, 100, d.pay(10, "song"))
	require.Equal(t, "10 0 10", d.stage("heir", flow.Earned))
}

// TestAnEpochThatEndsPaysArrears out of what it divides; where the destination changes with
// it nothing is divided, and nothing passes to those who held.
func TestAnEpochThatEndsPaysArrears(t *testing.T) {
	d := newDesk(t, "song: sue 50%, sol 50%", "beat: ben")
	require.NoError(t, d.AddArrears(flow.Debtor{Work: "song"}, pot("beat"), big.NewInt(10)))
	was, err := d.Lists("song")
	require.NoError(t, err)
	require.Equal(t, []string{
		"song takes in 30", "paid of song from 0 to 30, 1 get it",
		"song pays 10 to beat", "sue has 10 of song", "sol has 10 of song", "earned of song from 0 to 20, 2 get it",
	}, d.block(0, 0, func(s *flow.Sweep) {
		d.pay(30, "song")(s)
		require.NoError(t, s.Close(pot("song"), was, false, true))
		require.Equal(t, "0 0 0", d.stage("beat", flow.Earned), "it is delivered when all epochs are closed")
	}))
	require.Equal(t, "10 0 10", d.stage("beat", flow.Earned))

	d = newDesk(t, "song: sue", "beat: ben")
	require.NoError(t, d.Change("song", flow.Lists{Holders: sole("ann")}))
	require.Equal(t, []string{"song takes in 30", "paid of song from 0 to 30, 1 get it"}, d.block(0, 0, func(s *flow.Sweep) {
		d.pay(30, "song")(s)
		require.NoError(t, s.CloseRedirected(pot("song"), flow.Lists{Holders: sole("sue")}, false, true))
		require.NoError(t, s.Redirect(pot("song")))
	}))
	require.Equal(t, []string{"ann has 30 of song", "earned of song from 0 to 30, 1 get it"}, d.block(0, 100, nil))
}

// TestArrearsThatCannotBeRead make the stage wait that pays them.
func TestArrearsThatCannotBeRead(t *testing.T) {
	for _, broken := range []string{"arrears song", "arrears sue", "arrears sol", "stages beat", "destination beat"} {
		d := newDesk(t, "song: sue 50%, sol 50%", "beat: ben")
		require.NoError(t, d.AddArrears(flow.Debtor{Work: "song"}, pot("beat"), big.NewInt(3)))
		d.broken[broken] = true
		d.block(0, 100, d.pay(7, "song"))
		require.Len(t, d.queue, 1, broken)
		d.broken = nil
		require.Contains(t, d.block(0, 100, nil), "sue has 2 of song", broken)
	}
	d := newDesk(t, "beat: ben")
	d.broken["stages beat"] = true
	d.block(0, 100, func(s *flow.Sweep) { require.ErrorIs(t, s.Earn(pot("beat"), big.NewInt(3)), errBroken) })
}

// TestPaymentsOfArrearsCount in a budget.
func TestPaymentsOfArrearsCount(t *testing.T) {
	for budget, waits := range map[int][]string{4: {"0 earned b"}, 5: nil} {
		d := newDesk(t, "a: ann 50%, abe 50%", "b: ben 50%, bob 50%", "c: cat")
		require.NoError(t, d.AddArrears(flow.Debtor{Work: "a"}, pot("c"), big.NewInt(2)))
		d.block(0, 2, d.pay(10, "a", "b"))
		d.block(0, budget, nil)
		got := d.waits()
		if len(got) > 0 && got[len(got)-1] == fmt.Sprintf("%d earned c", uint64(flow.Late+2+flow.LateAfter)) {
			got = got[:len(got)-1]
		}
		require.Equal(t, waits, append([]string(nil), got...), "budget %d", budget)
	}
}
