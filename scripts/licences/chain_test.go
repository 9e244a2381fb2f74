package main

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// On a chain where everything that the programs are built from is registered under its licences, `stemmad clear` permits what
// a release does with each, the release is declared as made of all of them, and may be offered under its own licence; one with
// something under the GPL in it may not.
func TestAChainClearsARelease(t *testing.T) {
	t.Chdir("../..")
	list, err := dependencies(programs)
	require.NoError(t, err)
	authors, we := chain.Named("authors"), chain.Named("us")
	c := chain.New(t, chain.Accounts(authors, we))
	known := map[string]licensetypes.TermsID{}
	under := func(part, licence string) chain.Source {
		if _, found := known[licence]; !found {
			terms, err := termsOf(licence)
			require.NoError(t, err)
			if known[licence] = terms.ID(); licensetypes.PresetName(terms.ID()) == "" {
				c.MustDeliver(authors, &licensetypes.MsgPublishTerms{Author: authors.String(), Terms: terms})
			}
		}
		work := c.Register(part+" under "+licence, authors)
		c.Offer(work, known[licence])
		return work.Under(known[licence])
	}
	var sources []chain.Source
	for _, d := range list {
		names, err := d.licencesOf()
		require.NoError(t, err)
		for _, name := range names {
			sources = append(sources, under(d.name, name))
		}
	}
	require.Greater(t, len(sources), 300)

	ids := make([]string, len(sources))
	for i, s := range sources {
		ids[i] = s.Work.String()
	}
	query := licensetypes.NewQueryClient(c.Conn())
	for _, action := range []licensetypes.Action{licensetypes.ACTION_COPY, licensetypes.ACTION_ADAPT, licensetypes.ACTION_DISTRIBUTE} {
		res, err := query.CheckRightsBatch(t.Context(), &licensetypes.QueryCheckRightsBatchRequest{
			Works: ids, Use: licensetypes.Use{Action: action, Commercial: true}, Licensee: we.String(), Brief: true,
		})
		require.NoError(t, err)
		require.Len(t, res.Rights, len(sources))
		for i, r := range res.Rights {
			require.Equal(t, licensetypes.VERDICT_ALLOWED, r.Verdict, sources[i].Work)
		}
	}

	release := c.Register("a release", we)
	for part := range slices.Chunk(sources, 64) {
		c.MustDeliver(we, c.DeriveMsg(release, part...))
	}
	apache, err := termsOf(ours)
	require.NoError(t, err)
	c.Offer(release, apache.ID())

	fork := c.Register("a release with more in it", we)
	c.MustDeliver(we, c.DeriveMsg(fork, append(sources[:10:10], under("a/other", "GPL-3.0-only"))...))
	result := c.Deliver(we, chain.OfferMsg(fork, apache.ID()))
	require.ErrorContains(t, result.Err(), "sharealike_source")
	c.RequireInvariants()
}
