package flow_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/royalty/flow"
)

// TestWhoEarnsInAWorksPlaceIsNotPaidFor beyond the holders of the work that was paid: its payer
// is charged for those.
func TestWhoEarnsInAWorksPlaceIsNotPaidFor(t *testing.T) {
	d := newDesk(t, "song: sue", band)
	require.NoError(t, d.Redirect("song", flow.Destination{Kind: flow.Another, Other: "band"}))
	require.NotContains(t, d.block(0, 100, d.pay(1000, "song")), "b1 has 200 of band")
	d.afterTheWait(4)
	require.Contains(t, d.block(0, 100, nil), "b1 has 200 of band, 199 late")
	require.Empty(t, d.queue)
	require.Contains(t, d.block(0, 100, d.pay(1000, "band")), "b1 has 200 of band")
}

// TestAnEpochCountsTheHoldersThatItHad: what is divided among those who held a work is as late as
// it was for them, however many come after them.
func TestAnEpochCountsTheHoldersThatItHad(t *testing.T) {
	closed := func(t *testing.T, works []string, next []flow.Holding) []string {
		d := newDesk(t, works...)
		d.Minimum.SetInt64(1000)
		d.block(0, 100, func(s *flow.Sweep) {
			d.pay(400, "remix")(s)
			require.NoError(t, s.Demand(pot("remix")))
		})
		require.Equal(t, "200 0 200", d.stage("song", flow.Received))
		was, err := d.Lists("song")
		require.NoError(t, err)
		d.split("song", next...)
		stages, err := d.Stages(pot("song"))
		require.NoError(t, err)
		stages[flow.Received].Add(big.NewInt(200)) // as much as the change has passed on
		return d.block(0, 100, func(s *flow.Sweep) { require.NoError(t, s.Close(pot("song"), was, false, true)) })
	}
	t.Run("one that is split", func(t *testing.T) {
		said := closed(t, []string{"song: sue", "remix: rem < song relative 500000"}, fifths("s1", "s2", "s3", "s4", "s5"))
		require.Contains(t, said, "sue has 200 of song")
	})
	t.Run("five who sell to one", func(t *testing.T) {
		said := closed(t, []string{"song: s1 20%, s2 20%, s3 20%, s4 20%, s5 20%", "remix: rem < song relative 500000"}, sole("una"))
		require.Contains(t, said, "s1 has 40 of song, 39 late")
	})
}

// TestWhatIsHeldIsNotPaidForBeyondItsHolders: whoever splits a work whose earnings are in escrow
// makes payouts that nobody was charged for.
func TestWhatIsHeldIsNotPaidForBeyondItsHolders(t *testing.T) {
	d := newDesk(t, "song: sue")
	require.NoError(t, d.Redirect("song", flow.Destination{Kind: flow.Escrow}))
	d.block(0, 100, d.pay(1000, "song"))
	was, err := d.Lists("song")
	require.NoError(t, err)
	require.NoError(t, d.AddWork("song", fifths("s1", "s2", "s3", "s4", "s5")))
	d.block(0, 100, func(s *flow.Sweep) { require.NoError(t, s.Close(pot("song"), was, false, true)) })
	require.NoError(t, d.Redirect("song", flow.Destination{}))
	said := d.block(0, 100, func(s *flow.Sweep) { require.NoError(t, s.Redirect(pot("song"))) })
	require.Contains(t, said, "s1 has 200 of song, 199 late")
}
