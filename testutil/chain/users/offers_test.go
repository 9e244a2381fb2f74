package users_test

import (
	"context"
	"flag"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/portal/discover"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

type offered struct{ work, terms string }

// cheap says whether all that an answer needs is to be had now for at most a coin, by trying all there is.
func cheap(answer licensetypes.Rights, q discover.Query, makes bool) bool {
	for _, r := range answer.Reasons {
		if r.Code == "needs_approval" && !r.Ancestor.IsZero() {
			return false
		}
	}
	var try func(needs []rights.Need, sum sdk.Coins) bool
	try = func(needs []rights.Need, sum sdk.Coins) bool {
		if len(needs) == 0 {
			return len(sum) == 0 || len(sum) == 1 && (q.MaxPrice == nil || sum[0].Denom == q.MaxPrice.Denom && sum[0].Amount.LTE(q.MaxPrice.Amount))
		}
		take := func(o licensetypes.Obtainable, more func(sdk.Coins) bool, sum sdk.Coins) bool {
			if o.NeedsApproval || makes && q.MaxRoyalty != nil && o.RoyaltyRate > *q.MaxRoyalty {
				return false
			}
			if len(o.Price) == 0 {
				return more(sum)
			}
			return slices.ContainsFunc(o.Price, func(c sdk.Coin) bool { return more(sum.Add(c)) })
		}
		rest := func(sum sdk.Coins) bool { return try(needs[1:], sum) }
		for _, o := range needs[0].Offers {
			if take(o, rest, sum) {
				return true
			}
		}
		var passes func(left []licensetypes.Obtainable, sum sdk.Coins) bool
		passes = func(left []licensetypes.Obtainable, sum sdk.Coins) bool {
			if len(left) == 0 {
				return rest(sum)
			}
			return take(left[0], func(sum sdk.Coins) bool { return passes(left[1:], sum) }, sum)
		}
		return len(needs[0].Passes) > 0 && passes(needs[0].Passes, sum)
	}
	needs := rights.Needs(answer)
	return len(needs) > 0 && try(needs, nil)
}

// serves says whether an offer is what a query asks for, by the node alone.
func (w *world) serves(rt *rapid.T, q discover.Query, work registrytypes.Claim, o licensetypes.OpenOffer) bool {
	use, err := rights.ParseUse(q.Wish, w.Now())
	require.NoError(rt, err)
	res, err := w.finder.Client.License().CheckRights(context.Background(), &licensetypes.QueryCheckRightsRequest{
		Work: work.Id.String(), Use: use, Permission: o.Terms.Id.String(),
	})
	require.NoError(rt, err)
	makes := use.Action == licensetypes.ACTION_ADAPT || use.Action == licensetypes.ACTION_TRAIN_AI
	owes, err := w.finder.Client.Royalty().Upstream(context.Background(), &royaltytypes.QueryUpstreamRequest{Work: work.Id})
	require.NoError(rt, err)
	switch {
	case q.Kind != "" && "KIND_"+upper(q.Kind) != work.Details.Kind.String(), q.Owner != "" && q.Owner != work.Owner,
		q.Licence != "" && q.Licence != o.Terms.Terms.Spdx && q.Licence != o.Terms.Preset,
		makes && q.MaxRoyalty != nil && o.Terms.Terms.RoyaltyRate+owes.Absolute > *q.MaxRoyalty:
		return false
	case res.Rights.Verdict == licensetypes.VERDICT_ALLOWED:
		price, paid := rights.PerUse(res.Rights)
		if !paid || q.MaxPrice == nil {
			return true
		}
		asked := price.AmountOf(q.MaxPrice.Denom)
		return asked.IsPositive() && asked.LTE(q.MaxPrice.Amount)
	}
	return res.Rights.Verdict == licensetypes.VERDICT_NEEDS_GRANT && cheap(res.Rights, q, makes) && w.usable(rt, q, use, work.Id, o.Terms.Terms)
}

// usable says whether each use is within the highest price, once there is a grant.
func (w *world) usable(rt *rapid.T, q discover.Query, use licensetypes.Use, work registrytypes.WorkID, terms licensetypes.Terms) bool {
	besides := rights.Beside{License: w.finder.Client.License(), Registry: w.finder.Client.Registry()}
	each, payable, err := besides.Uses(context.Background(), work, use, terms)
	require.NoError(rt, err)
	return payable && (len(each) == 0 || q.MaxPrice == nil || each.AmountOf(q.MaxPrice.Denom).IsPositive() &&
		each.AmountOf(q.MaxPrice.Denom).LTE(q.MaxPrice.Amount))
}

func query(rt *rapid.T, w *world) discover.Query {
	q := discover.Query{Wish: rights.Wish{
		Action: rapid.SampledFrom(rights.ActionWords()).Draw(rt, "use"), Commercial: rapid.Bool().Draw(rt, "commercial"),
		Territories: rapid.SampledFrom([][]string{nil, {"FR"}, {"DE", "FR"}, {"US"}}).Draw(rt, "territories"),
		Media:       rapid.SampledFrom([][]string{nil, {"web"}, {"radio"}}).Draw(rt, "media"),
		Until:       rapid.SampledFrom([]string{"", "2026-02-01", "30d"}).Draw(rt, "until"),
	}}
	if rapid.Bool().Draw(rt, "bounded") {
		most := rapid.SampledFrom(append(usdc(12), ustem(6)...)).Draw(rt, "most")
		most.Amount = most.Amount.AddRaw(rapid.Int64Range(-5, 30).Draw(rt, "more"))
		q.MaxPrice = &most
	}
	if rapid.Bool().Draw(rt, "royalty") {
		rate := rapid.Uint32Range(0, 250_000).Draw(rt, "rate")
		q.MaxRoyalty = &rate
	}
	switch rapid.IntRange(0, 5).Draw(rt, "other") {
	case 0:
		q.Kind = "image"
	case 1:
		q.Owner = w.people[1].String()
	case 2:
		q.Licence = rapid.SampledFrom([]string{"CC-BY-4.0", "LicenseRef-Own-1", "commercial-remix-10", "LicenseRef-Own-4"}).Draw(rt, "licence")
	}
	return q
}

// What is found is what the node decides to serve, and nothing that it does is missing, in any world.
func TestWhatIsFoundIsWhatTheChainDecides(t *testing.T) {
	given, seen, did := false, map[string]int{}, map[string]int{}
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	if !given { // each is a chain of its own
		require.NoError(t, flag.Set("rapid.checks", "25"))
	}
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, did)
		w.begin(rt)
		for range rapid.IntRange(5, 40).Draw(rt, "offers") {
			w.offer(rt)
		}
		for range rapid.IntRange(0, 30).Draw(rt, "acts") {
			w.act(rt)
		}
		if rapid.IntRange(0, 3).Draw(rt, "read") > 0 {
			w.read()
		}
		for range 12 {
			q := query(rt, w)
			want := map[offered]bool{}
			for _, work := range w.works {
				claim, err := w.finder.Client.Registry().Work(context.Background(), &registrytypes.QueryWorkRequest{Work: work.ID})
				require.NoError(rt, err)
				for _, o := range w.offersOf(work) {
					if w.serves(rt, q, claim.Work, o) {
						want[offered{work.String(), o.Terms.Id.String()}] = true
					}
				}
			}
			require.Equal(rt, want, w.found(rt, q, seen), "%+v", q)
		}
	})
	t.Log("found", seen, "done", did)
}

// found is all that a query finds, page by page.
func (w *world) found(rt *rapid.T, q discover.Query, seen map[string]int) map[offered]bool {
	all := map[offered]bool{}
	q.Limit = rapid.IntRange(1, 5).Draw(rt, "limit")
	for {
		page, err := w.finder.Offers(context.Background(), q)
		require.NoError(rt, err)
		require.Equal(rt, w.Height(), page.Height)
		require.LessOrEqual(rt, len(page.Offers), q.Limit)
		for _, o := range page.Offers {
			id := offered{o.Work, o.Terms}
			require.False(rt, all[id], "found twice")
			all[id] = true
			seen[o.Verdict]++
			for _, what := range []struct {
				name string
				is   bool
			}{{"price", len(o.Price) > 0}, {"use price", len(o.UsePrice) > 0}, {"several needs", len(o.Needs) > 1}, {"royalty", o.RoyaltyPPM > 0}} {
				if what.is {
					seen[what.name]++
				}
			}
		}
		if q.After = page.Next; q.After == "" {
			return all
		}
	}
}

func upper(name string) string { return strings.ToUpper(name) }
