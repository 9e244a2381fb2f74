package app_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// TestBadInputChangesNothing sends what must be refused through the whole chain:
// each fails with its registered error, a text that names the thing, and a
// genesis that is the same as before but for the sender's sequence.
func TestBadInputChangesNothing(t *testing.T) {
	c := chain.New(t)
	remix10 := chain.Preset("commercial-remix-10")
	half := publish(c, 500_000)
	song := c.Register("song", alice)
	c.Offer(song, remix10)
	c.Offer(song, half)
	greedy := c.Register("greedy", carol)
	c.Offer(greedy, half)
	over := c.Derive("over", alice, greedy.Under(half))
	c.Offer(over, half)
	remix := c.Derive("remix", bob, song.Under(remix10))
	clip := c.Derive("clip", bob, remix.Under(remix10))
	c.Offer(clip, remix10)
	work := c.Register("work", bob)

	derive := func(work chain.Work, sources ...chain.Source) sdk.Msg { return c.DeriveMsg(work, sources...) }
	capped := chain.DeriveMsg(work, song.Under(remix10))
	capped.MaxTotalRate = 99_999
	noDigest := chain.RegisterMsg(alice, "new")
	noDigest.Works[0].Sha256 = registrytypes.Digest{}
	falseProof := chain.RegisterMsg(alice, "new")
	falseProof.Works[0].AnchorProof = &registrytypes.AnchorProof{
		Root: chain.Digest("root"), Salt: registrytypes.Salt{1}, Total: 1,
	}
	c.MustDeliver(alice, &registrytypes.MsgAnchor{Account: alice.String(), Root: chain.Digest("root"), Total: 1})
	acquire := func(maxRate uint32) sdk.Msg {
		return &licensetypes.MsgAcquire{Licensee: bob.String(), Work: song.ID, Terms: remix10, MaxRate: maxRate}
	}

	for _, refused := range []struct {
		name   string
		signer chain.Account
		msg    sdk.Msg
		want   error
		text   string
	}{
		{"no digest", alice, noDigest, registrytypes.ErrInvalidDigest, "64 hex digits"},
		{"content already claimed", bob, chain.RegisterMsg(bob, "song"), registrytypes.ErrAlreadyClaimed, song.String()},
		{"the same registered twice", alice, chain.RegisterMsg(alice, "song"), registrytypes.ErrAlreadyRegistered, song.String()},
		{"a false anchor proof", alice, falseProof, registrytypes.ErrInvalidProof, ""},
		{"a revision by a stranger", bob, &registrytypes.MsgRevise{
			Owner: bob.String(), Work: song.ID, Details: registrytypes.Details{Kind: registrytypes.KIND_AUDIO},
		}, registrytypes.ErrNotOwner, song.String()},
		{
			"a stranger's derivation", carol, derive(chain.Work{ID: work.ID, Owner: carol}, song.Under(remix10)),
			registrytypes.ErrNotOwner, work.String(),
		},
		{"a source of a higher generation", bob, derive(remix, clip.Under(remix10)), lineagetypes.ErrCycle, clip.String()},
		{"oneself as source", bob, derive(work, work.Under(remix10)), lineagetypes.ErrInvalidSource, work.String()},
		{"the same source twice", bob, derive(work, song.Under(remix10), song.Under(half)), lineagetypes.ErrAlreadySource, song.String()},
		{"terms not offered", bob, derive(work, song.Under(chain.Preset("cc-by-4.0"))), licensetypes.ErrOfferNotFound, song.String()},
		{"a rate above the stated maximum", bob, capped, royaltytypes.ErrOverMaxRate, "9.9999 %"},
		{"a grant's rate above max_rate", bob, acquire(99_999), licensetypes.ErrRateAboveMax, "100000"},
		{"a stack above the whole", bob, derive(work, over.Under(half), song.Under(half)), royaltytypes.ErrOverWhole, "1500000"},
		{"a source that is not named", bob, &lineagetypes.MsgDerive{
			Owner: bob.String(), Work: work.ID,
			MaxTotalRate: chain.Whole, Sources: []lineagetypes.Source{
				{Role: lineagetypes.ROLE_PARENT_OF, Permission: remix10.String()},
			},
		}, lineagetypes.ErrInvalidSource, "nothing is named"},
		{
			"terms that owe under an open licence", bob, chain.OfferMsg(remix, chain.Preset("cc-by-4.0")),
			licensetypes.ErrConflict, "owes_royalty",
		},
	} {
		t.Run(refused.name, func(t *testing.T) {
			before := ownState(t, c)
			err := c.Deliver(refused.signer, refused.msg).Err()
			require.ErrorIs(t, err, refused.want)
			require.ErrorContains(t, err, refused.text)
			require.Equal(t, before, ownState(t, c))
		})
	}
	c.RequireInvariants()
}

// ownState is the exported state of our modules.
func ownState(t *testing.T, c *chain.Chain) [4]any {
	t.Helper()
	ctx, k := c.Ctx(), c.App.Keepers
	registry, err := k.Registry.ExportGenesis(ctx)
	require.NoError(t, err)
	royalty, err := k.Royalty.ExportGenesis(ctx)
	require.NoError(t, err)
	license, err := k.License.ExportGenesis(ctx)
	require.NoError(t, err)
	lineage, err := k.Lineage.ExportGenesis(ctx)
	require.NoError(t, err)
	return [4]any{registry, royalty, license, lineage}
}

// publish makes terms with an absolute rate in ppm.
func publish(c *chain.Chain, rate uint32) licensetypes.TermsID {
	terms := licensetypes.Terms{
		Spdx: "LicenseRef-test", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
		RoyaltyPolicy: royaltytypes.POLICY_ABSOLUTE, RoyaltyRate: rate,
	}
	c.MustDeliver(alice, &licensetypes.MsgPublishTerms{Author: alice.String(), Terms: terms})
	return terms.ID()
}
