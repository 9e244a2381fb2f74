package rightsoracle_test

import (
	"fmt"
	"slices"
	"time"

	. "github.com/stemma-chain/stemma/testutil/rightsoracle"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// compareState holds the offers and grants that are stored against those that there should
// be.
func (w *world) compareState() error {
	stored, err := w.license.ExportGenesis(w.ctx)
	if err != nil {
		return err
	}
	if err := w.compareGrants(stored.Grants); err != nil {
		return err
	}
	var offers int
	for name, id := range w.works {
		for _, want := range w.history.OfferStates(name) {
			offers++
			at := slices.IndexFunc(stored.Offers, func(o licensetypes.GenesisOffer) bool { return o.Work == id && o.Terms == w.terms[want.Terms] })
			if at < 0 {
				return fmt.Errorf("the offer of %s under %s is not stored", name, want.Terms)
			}
			o := stored.Offers[at].Offer
			got := OfferState{
				Terms: want.Terms, Price: o.Price.AmountOf("stake").Int64(), Ends: timeOf(o.ExpiresAt), Paused: o.Paused,
				Only: want.Only, Closed: o.Closed, Irrevocable: o.IrrevocableSince != nil, Given: want.Given,
			}
			if fmt.Sprint(got) != fmt.Sprint(want) || !w.sameAccounts(o.Licensees, want.Only) {
				return fmt.Errorf("the offer of %s is stored as %+v, should be %+v", name, got, want)
			}
			if given := w.given(stored.GrantCounts, name, want.Terms); given != want.Given {
				return fmt.Errorf("%d grants of %s under %s are counted, %d were given", given, name, want.Terms, want.Given)
			}
		}
	}
	if offers != len(stored.Offers) {
		return fmt.Errorf("%d offers are stored, there are %d", len(stored.Offers), offers)
	}
	return nil
}

func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

func (w *world) sameAccounts(got []string, want []Account) bool {
	var list []string
	for _, a := range want {
		list = append(list, bech(a))
	}
	return sameSet(got, list)
}

func (w *world) given(counts []licensetypes.GenesisGrantCount, work Work, terms string) int {
	for _, c := range counts {
		if c.Work == w.works[work] && c.Terms == w.terms[terms] {
			return int(c.Count)
		}
	}
	return 0
}

func (w *world) compareGrants(stored []licensetypes.GenesisGrant) error {
	states := w.history.GrantStates()
	if len(states) != len(stored) {
		return fmt.Errorf("%d grants are stored, %d were given", len(stored), len(states))
	}
	for _, want := range states {
		at := slices.IndexFunc(stored, func(g licensetypes.GenesisGrant) bool { return g.Id == w.grants[want.Name] })
		if at < 0 {
			return fmt.Errorf("%s is not stored", want.Name)
		}
		g := stored[at].Grant
		allowed, err := w.rights.Grant(w.ctx, &licensetypes.QueryGrantRequest{Grant: stored[at].Id})
		if err != nil {
			return err
		}
		user, _ := g.User()
		switch {
		case g.Licensee.String() != bech(want.Licensee), w.names[user] != want.For, int(g.Serves) != want.Serves,
			int(g.Used) != len(want.Users), !timeOf(allowed.Grant.Grant.ExpiresAt).Equal(want.Ends), g.OfferedTo.String() != bechIf(want.OfferedTo),
			!w.sameAccounts(allowed.Licensees, want.Allowed):
			return fmt.Errorf("%s is stored as %+v, should be %+v", want.Name, stored[at], want)
		}
	}
	return nil
}
