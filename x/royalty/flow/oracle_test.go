package flow_test

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/royalty/flow"
)

// oracle says in exact fractions what everybody is owed, from the definitions: it
// walks every way from a payment upwards by itself and knows neither stages nor
// queues.
type oracle struct {
	lists map[flow.Work]flow.Lists
	owed  map[flow.Account]*big.Rat
}

func (o *oracle) pay(p flow.Payment) {
	amount := new(big.Rat).SetInt(p.Amount)
	rest := new(big.Rat).Set(amount)
	for _, owed := range o.lists[p.Pot.Work].Upstream.Absolute {
		part := ppm(amount, owed.Weight)
		o.earn(owed.To, part)
		rest.Sub(rest, part)
	}
	o.passOn(p.Pot.Work, amount, rest)
}

// passOn gives relative sources their parts of what a work took in, and the work
// what is left of the rest.
func (o *oracle) passOn(work flow.Work, took, rest *big.Rat) {
	for _, owed := range o.lists[work].Upstream.Relative {
		part := ppm(took, owed.Weight)
		o.passOn(owed.To, part, new(big.Rat).Set(part))
		rest.Sub(rest, part)
	}
	o.earn(work, rest)
}

func (o *oracle) earn(work flow.Work, amount *big.Rat) {
	for _, h := range o.lists[work].Holders {
		if o.owed[h.To] == nil {
			o.owed[h.To] = new(big.Rat)
		}
		o.owed[h.To].Add(o.owed[h.To], ppm(amount, h.Weight))
	}
}

func ppm(amount *big.Rat, weight uint32) *big.Rat {
	return new(big.Rat).Mul(amount, big.NewRat(int64(weight), flow.Whole))
}

// TestEverybodyGetsWhatIsOwed holds the ledger against the oracle while holders
// and what works owe change between payments. Each stage keeps less than a unit a
// receiver, and hands that on when its receivers change, so nobody is further from
// the exact fraction than the units that stages ever kept; with receivers fixed,
// nobody is above it.
func TestEverybodyGetsWhatIsOwed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawLineage(t)
		l := build(t, g)
		o := oracle{lists: map[flow.Work]flow.Lists{}, owed: map[flow.Account]*big.Rat{}}
		for i := range g.holders {
			lists, err := l.Lists(name(i))
			require.NoError(t, err)
			o.lists[name(i)] = lists
		}
		changes := rapid.IntRange(0, 3).Draw(t, "changes")
		for change := range changes + 1 {
			for _, p := range drawPayments(t, len(g.holders)) {
				o.pay(p)
				require.NoError(t, l.Pay(rapid.IntRange(1, 9).Draw(t, "budget"), p))
			}
			for !l.Idle() {
				require.NoError(t, l.Pay(9))
			}
			requireSound(t, l)
			requireOwed(t, l, o, change*len(g.holders))
			if change < changes {
				changeLists(t, l, o, rapid.IntRange(0, len(g.holders)-1).Draw(t, "changed"))
			}
		}
	})
}

// changeLists gives a work other holders, and lets it owe its sources half.
func changeLists(t *rapid.T, l *flow.Ledger, o oracle, work int) {
	lists := o.lists[name(work)]
	lists.Holders = []flow.Holding{{To: flow.Account(fmt.Sprint("new ", work)), Weight: flow.Whole}}
	if rapid.Bool().Draw(t, "owes less") {
		lists.Upstream = flow.Upstream{Absolute: halved(lists.Upstream.Absolute), Relative: halved(lists.Upstream.Relative)}
	}
	o.lists[name(work)] = lists
	require.NoError(t, l.Change(name(work), lists))
}

func halved(list []flow.Owed) (half []flow.Owed) {
	for _, o := range list {
		if o.Weight /= 2; o.Weight > 0 {
			half = append(half, o)
		}
	}
	return half
}

// requireOwed compares balances with the oracle. Fractions of restarted stages may
// take as many units to others as stages have restarted receivers.
func requireOwed(t *rapid.T, l *flow.Ledger, o oracle, moved int) {
	most := big.NewRat(int64(3*14*14+40*moved), 1)
	for account, owed := range o.owed {
		got := new(big.Rat)
		if s, ok := l.Balances()[account][denom]; ok {
			got.SetString(s)
		}
		missing := new(big.Rat).Sub(owed, got)
		require.Less(t, missing.Cmp(most), 1, "%s has %s of %s", account, got.FloatString(3), owed.FloatString(3))
		require.GreaterOrEqual(t, missing.Cmp(big.NewRat(int64(-40*moved), 1)), 0, "%s has %s of %s", account, got.FloatString(3), owed.FloatString(3))
	}
}
