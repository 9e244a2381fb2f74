package index_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/portal/index"
	"github.com/stemma-chain/stemma/testutil/gen"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// market is an index of works that are offered in all ways, and what it was told.
type market struct {
	x      *index.Index
	terms  []licensetypes.Terms
	offers []licensetypes.OpenOffer
	title  map[registrytypes.WorkID]registrytypes.Details
	number map[registrytypes.WorkID]int
}

func offerOf(n int, id licensetypes.TermsID) (o licensetypes.Offer) {
	sum := int(id[0]) + int(id[1])<<8 + 7*n
	o.Paused = sum%7 == 0
	if sum%5 == 0 {
		o.Price = sdk.NewCoins(sdk.NewInt64Coin("ustem", int64(1+sum%50)))
	}
	if sum%11 == 0 {
		o.Licensees = []string{account(3)}
	}
	if sum%3 == 0 {
		end := began.Add(time.Duration(sum%200) * time.Minute)
		o.ExpiresAt = &end
	}
	if sum%13 == 0 {
		o.IrrevocableSince = &began
	}
	return o
}

func newMarket(t *testing.T, x *index.Index) market {
	m := market{x: x, title: map[registrytypes.WorkID]registrytypes.Details{}, number: map[registrytypes.WorkID]int{}}
	for n := range 60 {
		terms := gen.Terms().Example(n + 1)
		if !slices.ContainsFunc(m.terms, func(have licensetypes.Terms) bool { return have.ID() == terms.ID() }) {
			m.terms = append(m.terms, terms)
		}
	}
	var all []index.Block
	for n := 1; n <= 150; n++ {
		events := list{registered(t, n)}
		m.number[workOf(n)] = n
		m.title[workOf(n)] = registrytypes.Details{Title: fmt.Sprintf("Work %d", n%4)}
		for i := range n % 4 {
			terms := m.terms[(n*7+i*11)%len(m.terms)]
			open := licensetypes.OpenOffer{Work: workOf(n), Terms: licensetypes.IdentifiedTerms{Id: terms.ID(), Terms: terms}}
			open.Offer = offerOf(n, open.Terms.Id)
			events = append(events, event(t, &licensetypes.EventOffered{Work: open.Work, Terms: open.Terms.Id, Offer: offerOf(n+1, open.Terms.Id)}),
				event(t, &licensetypes.EventOffered{Work: open.Work, Terms: open.Terms.Id, Offer: open.Offer}))
			switch {
			case n%9 == 0 && open.Offer.IrrevocableSince == nil:
				events = append(events, event(t, &licensetypes.EventOfferClosed{Work: open.Work, Terms: open.Terms.Id}))
				continue
			case n%9 == 0:
				open.Offer.Closed = true
				events = append(events, event(t, &licensetypes.EventOfferClosed{
					Work: open.Work, Terms: open.Terms.Id, IrrevocableSince: open.Offer.IrrevocableSince,
				}))
			}
			m.offers = append(m.offers, open)
		}
		all = append(all, block(int64(n), events))
	}
	require.NoError(t, x.ApplyMany(t.Context(), all))
	describe(t, x, m.title)
	return m
}

func (m market) read(t *testing.T) {
	due, err := m.x.DueTerms(t.Context(), 1000)
	require.NoError(t, err)
	var described []licensetypes.IdentifiedTerms
	for _, terms := range m.terms {
		if slices.Contains(due, terms.ID()) {
			described = append(described, licensetypes.IdentifiedTerms{Id: terms.ID(), Terms: terms})
		}
	}
	require.Len(t, described, len(due))
	require.NoError(t, m.x.DescribeTerms(t.Context(), described))
	due, err = m.x.DueTerms(t.Context(), 1000)
	require.NoError(t, err)
	require.Empty(t, due)
}

func wanted(rt *rapid.T, m market) index.Wanted {
	w := index.Wanted{Now: began.Add(time.Duration(rapid.IntRange(0, 200).Draw(rt, "now")) * time.Minute)}
	w.Use = licensetypes.Use{
		Action: licensetypes.Action(rapid.Int32Range(1, 7).Draw(rt, "action")), Commercial: rapid.Bool().Draw(rt, "commercial"),
		Territories: rapid.SampledFrom([][]string{nil, {"DE"}, {"DE", "FR"}}).Draw(rt, "territories"),
		Media:       rapid.SampledFrom([][]string{nil, {"web"}}).Draw(rt, "media"),
	}
	if rapid.Bool().Draw(rt, "price") {
		most := sdk.NewInt64Coin(rapid.SampledFrom([]string{"ustem", "uusdc"}).Draw(rt, "denom"), rapid.Int64Range(0, 1<<60).Draw(rt, "most"))
		w.MaxPrice = &most
	}
	if rapid.Bool().Draw(rt, "royalty") {
		rate := rapid.Uint32Range(0, 1_000_000).Draw(rt, "rate")
		w.MaxRoyalty = &rate
	}
	switch rapid.IntRange(0, 6).Draw(rt, "other") {
	case 0:
		w.Kind = registrytypes.Kind(rapid.Int32Range(1, 12).Draw(rt, "kind"))
	case 1:
		w.Owner = account(rapid.IntRange(0, 11).Draw(rt, "owner"))
	case 2:
		w.Licence = m.terms[rapid.IntRange(0, len(m.terms)-1).Draw(rt, "licence")].Spdx
	case 3:
		w.Licence = m.terms[rapid.IntRange(0, len(m.terms)-1).Draw(rt, "id")].ID().String()
	case 4:
		w.Text = fmt.Sprint("work ", rapid.IntRange(0, 4).Draw(rt, "text"))
	}
	return w
}

// needed says whether an offer has to be found: by the rules it may serve, alone and of a work without sources.
func (m market) needed(w index.Wanted, o licensetypes.OpenOffer) bool {
	t := o.Terms.Terms
	a := o.Offer.Alternative(o.Terms.Id.String(), t, t.Rules(), nil)
	d := rules.Decide(rules.Work{Alternatives: []rules.Alternative{a}}, w.Use.Rules(), w.Now)
	n := m.number[o.Work]
	owner, kind := account(n%10), registrytypes.Kind(1+n%12)
	makes := w.Use.Action == licensetypes.ACTION_ADAPT || w.Use.Action == licensetypes.ACTION_TRAIN_AI
	switch {
	case d.Verdict == rules.Denied, w.Kind != 0 && kind != w.Kind, w.Owner != "" && owner != w.Owner,
		w.Licence != "" && w.Licence != t.Spdx && w.Licence != o.Terms.Id.String(),
		w.Text != "" && w.Text != "work "+m.title[o.Work].Title[len("Work "):],
		makes && w.MaxRoyalty != nil && t.RoyaltyRate > *w.MaxRoyalty:
		return false
	}
	price := o.Offer.PriceUnder(t)
	return d.Verdict == rules.Allowed || len(price) == 0 || w.MaxPrice == nil ||
		price.AmountOf(w.MaxPrice.Denom).IsPositive() && price.AmountOf(w.MaxPrice.Denom).LTE(w.MaxPrice.Amount)
}

// The index lets through all that may serve, whether it has read terms or not; and once it has, it narrows.
func TestAnIndexLeavesOutNothingThatServes(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *index.Index) {
		m := newMarket(t, open())
		check := func(found, needed *int) func(rt *rapid.T) {
			return func(rt *rapid.T) {
				w := wanted(rt, m)
				got, after := map[string]bool{}, ""
				for {
					some, next, err := m.x.Seek(t.Context(), w, after, rapid.IntRange(1, 30).Draw(rt, "limit"))
					require.NoError(rt, err)
					for _, c := range some {
						key := c.Work.ID.String() + c.Terms.String()
						require.False(rt, got[key], "twice")
						got[key] = true
					}
					if after = next; after == "" {
						break
					}
				}
				*found += len(got)
				for _, o := range m.offers {
					if m.needed(w, o) {
						*needed++
						require.True(rt, got[o.Work.String()+o.Terms.Id.String()], "%+v %+v", w, o)
					}
				}
			}
		}
		var loose, narrow, needed, again int
		rapid.Check(t, check(&loose, &needed))
		m.read(t)
		rapid.Check(t, check(&narrow, &again))
		t.Log("let through", loose, "of which serve", needed, "and with terms", narrow, again)
		require.Positive(t, again)
		require.Less(t, narrow, 2*again)
	})
}
