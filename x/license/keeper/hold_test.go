package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var disputed = []types.Notice{{Code: "disputed", Works: []registrytypes.WorkID{song}, Count: 1}}

// While a work is on hold nothing new is granted or made of it; what was granted goes on, and so does
// what makes nothing under a public offer. Every answer says that it is disputed.
func TestAHoldStopsWhatIsNew(t *testing.T) {
	f := newFixture(t)
	month := day(30)
	open, priced := anything(f), f.publish(types.Terms{
		Spdx: "LicenseRef-Month", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, Duration: &month,
	})
	f.offered(song, open, types.Offer{})
	f.offered(song, preset("cc-by-4.0"), types.Offer{})
	f.offered(song, priced, types.Offer{Price: coins("5ustem")})
	grant := f.acquired(bob, song, priced, 0, "5ustem")

	f.dispute(song, true)
	for _, action := range []types.Action{types.ACTION_COPY, types.ACTION_DISTRIBUTE, types.ACTION_PERFORM, types.ACTION_SEARCH} {
		got := f.rights(song, types.Use{Action: action}, carol)
		require.Equal(t, types.VERDICT_ALLOWED, got.Verdict, action)
		require.Equal(t, disputed, got.Notices)
	}
	for _, action := range []types.Action{types.ACTION_ADAPT, types.ACTION_TRAIN_AI, types.ACTION_AI_INPUT} {
		for _, permission := range []types.TermsID{open, preset("cc-by-4.0"), priced} {
			got := f.rightsBy(song.String(), types.Use{Action: action}, carol, permission.String())
			require.Equal(t, types.VERDICT_DENIED, got.Verdict, action)
			require.Equal(t, []string{"work_disputed"}, codesOf(got))
			require.Equal(t, disputed, got.Notices)
		}
		require.Equal(t, []string{"work_disputed"}, codesOf(f.rights(song, types.Use{Action: action}, alice)), "nor by its owner")
		require.Equal(t, types.VERDICT_ALLOWED, f.rights(song, types.Use{Action: action}, bob).Verdict, "by a grant")
	}
	require.Equal(t, types.VERDICT_ALLOWED, f.rights(song, types.Use{Action: types.ACTION_COPY}, alice).Verdict)

	_, err := f.acquire(carol, song, priced, 0, "5ustem")
	require.ErrorIs(t, err, types.ErrWorkUnavailable)
	require.ErrorContains(t, err, "work_disputed")
	require.ErrorContains(t, f.try(f.renewed(bob, grant, priced)), "work_disputed")
	require.ErrorContains(t, f.derive(remix, source{song, open}), "work_disputed")
	require.ErrorContains(t, f.derive(remix, source{song, preset("cc-by-4.0")}), "work_disputed")
	require.NoError(t, f.derive(remix, source{song, grant}), "what was granted may be made")

	f.setStatus(song, registrytypes.STATUS_ACTIVE)
	require.NoError(t, f.try(f.renewed(bob, grant, priced)))
	require.Empty(t, f.rights(song, adapt, carol).Notices)
}

// A dispute that does not put the work on hold is told, and stops nothing; a work that was
// withdrawn before is judged as withdrawn beside.
func TestWhatADisputeLeaves(t *testing.T) {
	f := newFixture(t)
	f.offered(song, anything(f), types.Offer{})
	f.dispute(song, false)
	got := f.rights(song, adapt, carol)
	require.Equal(t, types.VERDICT_ALLOWED, got.Verdict)
	require.Equal(t, disputed, got.Notices)
	require.NoError(t, f.derive(remix, source{song, anything(f)}))
	require.Empty(t, f.rights(remix, adapt, carol).Notices, "what was made of it is asked about by itself")

	f.setStatus(song, registrytypes.STATUS_WITHDRAWN)
	f.dispute(song, true)
	got = f.rights(song, types.Use{Action: types.ACTION_COPY}, carol)
	require.Equal(t, []string{"work_withdrawn"}, codesOf(got))
	require.Equal(t, disputed, got.Notices)

	f.setStatus(song, registrytypes.STATUS_INVALIDATED)
	f.dispute(song, true)
	got = f.rights(song, types.Use{Action: types.ACTION_COPY}, alice)
	require.Equal(t, []string{"work_invalidated"}, codesOf(got))
	require.Equal(t, disputed, got.Notices)
}

// Whoever needs something of a source on hold waits; what one asked that was invalidated lapses: paid
// uses, approvals, prices of uses. What does not need its owner stays.
func TestWhatAnInvalidatedSourceAsksLapses(t *testing.T) {
	paid := sold("Paid", nil)
	asking := ask()
	asking.CommercialUse = true
	perUse := sold("Per-Use", func(t *types.Terms) { t.AiInput, t.UsePrice = types.PERMISSION_PAID, coins("2ustem") })
	for name, c := range map[string]struct {
		terms  types.Terms
		price  string
		use    types.Use
		before string
		held   types.Verdict
	}{
		"paid":    {paid, "9ustem", train, "needs_grant", types.VERDICT_DENIED},
		"asking":  {asking, "", adapt, "needs_approval", types.VERDICT_DENIED},
		"per use": {perUse, "9ustem", types.Use{Action: types.ACTION_AI_INPUT}, "", types.VERDICT_ALLOWED},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			terms := f.publish(c.terms)
			f.offered(song, terms, types.Offer{Price: coins(c.price)})
			if c.terms.DerivativeApproval {
				require.NoError(t, f.try(approve(alice, song, terms, bob)))
			}
			require.NoError(t, f.derive(remix, source{song, f.acquired(bob, song, terms, 0, c.price)}))
			f.offered(remix, anything(f), types.Offer{})
			got := f.rights(remix, c.use, carol)
			if c.before != "" {
				require.Equal(t, []string{c.before}, codesOf(got))
			}
			f.dispute(song, true)
			got = f.rights(remix, c.use, carol)
			require.Equal(t, c.held, got.Verdict)
			if c.held == types.VERDICT_DENIED {
				require.Equal(t, []string{"work_disputed"}, codesOf(got))
				require.Equal(t, song, got.Reasons[0].Ancestor)
				require.Empty(t, got.Offers)
			}
			f.setStatus(song, registrytypes.STATUS_INVALIDATED)
			got = f.rights(remix, c.use, carol)
			require.Equal(t, types.VERDICT_ALLOWED, got.Verdict, "%v", got.Reasons)
			require.Empty(t, got.Obligations)
		})
	}
	f := newFixture(t)
	f.offered(song, preset("cc-by-nc-4.0"), types.Offer{})
	require.NoError(t, f.derive(remix, source{song, preset("cc-by-nc-4.0")}))
	f.offered(remix, preset("noncommercial-remix"), types.Offer{})
	f.wait(time.Hour)
	f.setStatus(song, registrytypes.STATUS_INVALIDATED)
	require.Contains(t, codesOf(f.rights(remix, sell, carol)), "noncommercial_source")
	require.NotEmpty(t, f.rights(remix, adapt, carol).Obligations, "credit is due")
}
