package chain_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
)

// What `stemmad derive --dry-run` tries is the transaction itself: both give the
// same answer at the same state, and it says what is wrong.
func TestTryingADerivationAnswersAsSendingIt(t *testing.T) {
	c := chain.New(t)
	whole := relative20
	whole.Spdx, whole.RoyaltyRate = "LicenseRef-Relative-95", 950_000
	greedy := publish(c, whole)
	bySA, byND := chain.Preset("cc-by-sa-4.0"), chain.Preset("cc-by-nd-4.0")
	song, beat := c.Register("song", alice), c.Register("beat", carol)
	for _, terms := range []licensetypes.TermsID{remix5, remix10, byNC, bySA, byND} {
		c.Offer(song, terms)
	}
	c.Offer(beat, greedy)
	c.Offer(beat, bySA)
	remix, sealed := c.Register("remix", bob), c.Register("sealed", bob)
	c.Offer(sealed, remix5)
	later := c.Derive("later", bob, song.Under(remix5))
	c.Offer(later, remix5)
	own := c.Derive("own", alice, later.Under(remix5))
	capped := chain.DeriveMsg(remix, song.Under(remix10))
	capped.MaxTotalRate = 50_000
	circle := chain.DeriveMsg(song, own.Under(remix5))
	circle.Sources[0].Permission = "" // alice's own work

	for _, d := range []struct {
		name string
		msg  *lineagetypes.MsgDerive
		want []string // nothing: accepted
	}{
		{"no derivatives", chain.DeriveMsg(remix, song.Under(byND)), []string{song.String(), "no_derivatives"}},
		{"not offered", chain.DeriveMsg(remix, song.Under(greedy)), []string{song.String(), "not_offered"}},
		{
			"share-alike and a royalty", chain.DeriveMsg(remix, song.Under(bySA), beat.Under(greedy)),
			[]string{song.String(), "sharealike_conflicts_royalty"},
		},
		{"an open offer", chain.DeriveMsg(sealed, song.Under(byNC)), []string{song.String(), "noncommercial_source", sealed.String()}},
		{
			"over the whole", chain.DeriveMsg(remix, song.Under(remix10), beat.Under(greedy)),
			[]string{remix.String(), "1050000", "1000000"},
		},
		{"over the stated maximum", capped, []string{remix.String(), "10 %", "5 %"}},
		{"a circle", circle, []string{own.String(), "circle"}},
		{"accepted", chain.DeriveMsg(remix, song.Under(remix10), beat.Cited()), nil},
	} {
		t.Run(d.name, func(t *testing.T) {
			signer := bob
			if d.msg.Owner == alice.String() {
				signer = alice
			}
			tx := c.Sign(signer, d.msg)
			_, _, tried := c.App.Simulate(tx)
			sent := c.Block(tx).Txs[0].Err()
			if d.want == nil {
				require.NoError(t, tried)
				require.NoError(t, sent)
				return
			}
			require.Error(t, tried)
			require.ErrorContains(t, sent, tried.Error())
			for _, text := range d.want {
				require.ErrorContains(t, tried, text)
			}
			t.Log(tried.Error())
		})
	}
}
