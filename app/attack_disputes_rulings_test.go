package app_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Attacks by which the other side would keep a ruling from being carried out, or what it gives from
// being paid.

func payee(of chain.Account, share uint32) disputetypes.Redress {
	return disputetypes.Redress{Payee: &disputetypes.Payee{Account: of.String(), Share: share}}
}

func shareOf(t *testing.T, c *chain.Chain, work chain.Work, of chain.Account) uint32 {
	t.Helper()
	head, err := c.App.Keepers.Royalty.GetHead(c.Ctx(), work.ID)
	require.NoError(t, err)
	share, err := c.App.Keepers.Royalty.HeldShare(c.Ctx(), work.ID, head.HoldersVersion, of.Address)
	require.NoError(t, err)
	return share
}

// getsAShare has the arbiter give Alice a tenth of a work's revenue.
func getsAShare(t *testing.T, c *chain.Chain, work chain.Work) {
	t.Helper()
	claim := payee(alice, 100_000)
	id := contest(t, c, alice, work.ID, disputetypes.KIND_MISSING_SOURCE, claim, "x")
	c.Advance(answerTime)
	c.MustDeliver(judge, upholds(id, claim))
	c.Advance(appealTime)
	c.NextBlock()
	carriedOut(t, c, id)
	require.EqualValues(t, 100_000, shareOf(t, c, work, alice))
	c.RequireInvariants()
}

// TestAttackTheLeastShareKeepsNoPayeeOut: the owner gave a second account the least share there is. In
// proportion it would be below that: no payee could be added.
func TestAttackTheLeastShareKeepsNoPayeeOut(t *testing.T) {
	c := court(t)
	cover := c.Register("cover", bob)
	c.MustDeliver(bob, splits(bob, cover, part(bob, chain.Whole-100), part(carol, 100)))
	getsAShare(t, c, cover)
}

// TestAttackAFullTableKeepsNoPayeeOut: the owner divided the revenue among as many second accounts as there can be.
func TestAttackAFullTableKeepsNoPayeeOut(t *testing.T) {
	others := chain.NamedMany("other", 31)
	c := court(t)
	cover := c.Register("cover", bob)
	shares := []royaltytypes.Assignment{part(bob, chain.Whole-31*10_000)}
	for _, o := range others {
		shares = append(shares, part(o, 10_000))
	}
	c.MustDeliver(bob, splits(bob, cover, shares...))
	getsAShare(t, c, cover)
}

// TestAttackARulingIsNotKeptFromBeingCarriedOut: the work is not on hold, so the owner makes the table full in the
// appeal window: what was ruled cannot be carried out, again and again.
func TestAttackARulingIsNotKeptFromBeingCarriedOut(t *testing.T) {
	others := chain.NamedMany("other", 31)
	c := court(t)
	set := c.Register("collection", bob)
	claim := payee(alice, 100_000)
	id := contest(t, c, alice, set.ID, disputetypes.KIND_UNFAIR_MANIFEST, claim, "x")
	c.MustDeliver(bob, contests(bob, id))
	c.MustDeliver(judge, upholds(id, claim))
	shares := []royaltytypes.Assignment{part(bob, chain.Whole-31*10_000)}
	for _, o := range others {
		shares = append(shares, part(o, 10_000))
	}
	c.Deliver(bob, splits(bob, set, shares...))
	c.Advance(appealTime)
	c.NextBlock()
	carriedOut(t, c, id)
}

// TestAttackARuledWeightHasRoom: the owner declares a source of their own in the appeal window, with all the
// weight that there is: the ruled one would go beyond the whole, and the claim does not name the
// new source.
func TestAttackARuledWeightHasRoom(t *testing.T) {
	c := court(t)
	terms := chain.Preset("commercial-remix-5")
	song, own := c.Register("song", alice), c.Register("bob's other account", carol)
	c.Offer(song, terms)
	c.Offer(own, terms)
	mix := c.Derive("mix", bob, song.Under(terms))
	require.NoError(t, c.Deliver(alice, &disputetypes.MsgObjectToWeight{
		Owner: alice.String(), Work: mix.ID, Source: song.ID, Weight: 600_000,
	}).Err())
	claim := disputetypes.Redress{Weights: []lineagetypes.RuledWeight{{Source: song.ID, Weight: 600_000}}}
	id := contest(t, c, alice, mix.ID, disputetypes.KIND_FALSE_WEIGHT, claim, "x")
	c.MustDeliver(bob, contests(bob, id))
	c.MustDeliver(judge, upholds(id, claim))
	later := c.DeriveMsg(mix, own.Under(terms))
	later.Sources[0].Weight = 900_000
	c.Deliver(bob, later)
	c.Advance(appealTime)
	c.NextBlock()
	carriedOut(t, c, id)
}

// TestAttackArrearsComeBeforeLaterSources: the cover owes the song for the past. Its owner declares a source of a
// second account, which gets nearly all that is paid from then on: nothing is earned, and nothing of
// the past is paid.
func TestAttackArrearsComeBeforeLaterSources(t *testing.T) {
	c := court(t)
	song, cover := c.Register("song", alice), c.Register("cover", bob)
	c.Pay(dave, cover, usdc("100000"))
	claim := disputetypes.Redress{Past: uusdc(50_000)}
	id := contest(t, c, alice, cover.ID, disputetypes.KIND_MISSING_SOURCE, claim, "x")
	c.Advance(answerTime)
	c.MustDeliver(judge, upholds(id, disputetypes.Redress{
		Restitution: []disputetypes.Restitution{{Creditor: song.ID, Amount: sdk.NewInt64Coin("uusdc", 50_000)}},
	}))
	c.Advance(appealTime)
	c.NextBlock()
	carriedOut(t, c, id)
	var own []chain.Source
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i"} {
		source := c.Register(name, carol)
		c.Offer(source, chain.Preset("commercial-remix-10"))
		own = append(own, source.Under(chain.Preset("commercial-remix-10")))
	}
	c.Deliver(bob, c.DeriveMsg(cover, own...))
	c.Pay(dave, cover, usdc("50000"))
	late(c)
	c.NextBlock()
	c.RequireInvariants()
	c.RequireBalance(alice, usdc("1000050000"))
}
