package chain_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// relative20 asks for 20 % of whatever a derivative takes in itself.
var relative20 = licensetypes.Terms{
	Spdx: "LicenseRef-Relative-20", CommercialUse: true, Attribution: true,
	Derivatives: licensetypes.DERIVATIVES_ALLOWED, RoyaltyPolicy: royaltytypes.POLICY_RELATIVE, RoyaltyRate: 200_000,
}

// publish stores terms that are no preset.
func publish(c *chain.Chain, terms licensetypes.Terms) licensetypes.TermsID {
	c.MustDeliver(alice, &licensetypes.MsgPublishTerms{Author: alice.String(), Terms: terms})
	return terms.ID()
}

// Rates of different height are no conflict: each source gets its own.
func TestARemixOfAFiveAndATenPercentWork(t *testing.T) {
	c := chain.New(t, chain.Balance("10000000uusdc"))
	five, ten := c.Register("five", alice), c.Register("ten", bob)
	remix := c.Derive("remix", carol, five.Under(remix5), ten.Under(remix10))
	c.Offer(remix, remix10)

	c.Pay(fan, remix, "1000000uusdc")
	c.NextBlock()
	c.RequireBalance(alice, "10050000uusdc")
	c.RequireBalance(bob, "10100000uusdc")
	c.RequireBalance(carol, "10850000uusdc")
	c.RequireInvariants()
}

// An absolute source reaches through to the next generation, a relative one gets
// its part of what its derivative takes in.
func TestARemixOfAnAbsoluteAndARelativeWork(t *testing.T) {
	c := chain.New(t, chain.Balance("10000000uusdc"))
	terms := publish(c, relative20)
	absolute, relative := c.Register("absolute", alice), c.Register("relative", bob)
	remix := c.Derive("remix", carol, absolute.Under(remix10), relative.Under(terms))

	c.Pay(fan, remix, "1000000uusdc")
	c.NextBlock()
	c.RequireBalance(alice, "10100000uusdc")
	c.RequireBalance(bob, "10200000uusdc")
	c.RequireBalance(carol, "10700000uusdc")

	next := c.Derive("next", chain.Named("dave"), remix.Under(remix5))
	c.Pay(fan, next, "1000000uusdc")
	c.NextBlock()
	c.RequireBalance(alice, "10200000uusdc")
	c.RequireBalance(bob, "10200000uusdc")
	c.RequireBalance(carol, "10750000uusdc")
	c.RequireInvariants()
}

// A work under BY-NC or a commercial remix licence is taken under either; what
// the derivative may be offered under follows from the one taken, in the next
// generation too.
func TestARemixOfADualLicensedWorkUnderEitherAlternative(t *testing.T) {
	dave := chain.Named("dave")
	for name, d := range map[string]struct {
		taken    licensetypes.TermsID
		owes     uint32
		permits  []string
		excludes map[string]string // with the reason
	}{
		"non-commercial": {byNC, 0, []string{"cc-by-nc-4.0", "noncommercial-remix"}, map[string]string{
			"commercial-remix-5": "noncommercial_source", "commercial-use": "noncommercial_source",
		}},
		"paid": {remix10, 100_000, []string{"commercial-remix-5", "commercial-use", "noncommercial-remix"}, map[string]string{
			"cc-by-nc-4.0": "owes_royalty", "cc-by-sa-4.0": "owes_royalty",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			c := chain.New(t)
			song := c.Register("song", alice)
			c.Offer(song, byNC)
			c.Offer(song, remix10)
			remix := c.Derive("remix", bob, song.Under(d.taken))
			c.Offer(remix, chain.Preset(d.permits[len(d.permits)-1]))
			next := c.Derive("next", dave, remix.Under(chain.Preset("noncommercial-remix")))
			require.Equal(t, d.owes, owed(t, c, remix))
			require.Equal(t, d.owes, owed(t, c, next), "through the remix")

			for _, preset := range d.permits {
				require.NoError(t, c.Deliver(bob, chain.OfferMsg(remix, chain.Preset(preset))).Err(), preset)
			}
			for preset, why := range d.excludes {
				for _, work := range []chain.Work{remix, next} {
					err := c.Deliver(work.Owner, chain.OfferMsg(work, chain.Preset(preset))).Err()
					require.ErrorIs(t, err, licensetypes.ErrConflict, preset)
					require.ErrorContains(t, err, why)
				}
			}
			c.RequireInvariants()
		})
	}
}

// owed is what a work owes upstream, ppm.
func owed(t *testing.T, c *chain.Chain, work chain.Work) uint32 {
	t.Helper()
	res, err := royaltytypes.NewQueryClient(c.Conn()).Upstream(t.Context(), &royaltytypes.QueryUpstreamRequest{Work: work.ID})
	require.NoError(t, err)
	return res.Absolute + res.Relative
}
