package realdata

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/testutil/manifests"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// set registers a manifest as a work whose contributors share all that it earns.
func (p *play) set(owner chain.Account, kind registrytypes.Kind, title string, made *manifests.Made) chain.Work {
	roots := made.Roots()
	work := registrytypes.NewWorkID(owner.Address, roots.Digest())
	p.names[work.String()] = title
	p.MustDeliver(owner, &registrytypes.MsgRegister{Registrant: owner.String(), Works: []registrytypes.Entry{{
		Sha256: roots.Digest(), Details: registrytypes.Details{Kind: kind, Title: title}, Manifest: &roots,
	}}}, &royaltytypes.MsgSharePool{Owner: owner.String(), Work: work, Version: 1, Weight: chain.Whole})
	return chain.Work{ID: work, Owner: owner}
}

// collectAll pays all contributors of a set, and returns what each got by its key.
func (p *play) collectAll(work chain.Work, made *manifests.Made) map[string]int64 {
	got := map[string]int64{}
	for from := 0; from < len(made.Contributors); from += royaltytypes.MaxCollected {
		msg := &royaltytypes.MsgCollect{Sender: work.Owner.String(), Work: work.ID, Version: 1}
		for i := from; i < min(from+royaltytypes.MaxCollected, len(made.Contributors)); i++ {
			msg.Entries = append(msg.Entries, made.Contributor(i))
		}
		var res royaltytypes.MsgCollectResponse
		p.MustDeliver(work.Owner, msg).Response(p.t, 0, &res)
		for i, e := range res.Entries {
			got[string(made.Contributors[from+i].ID)] += e.Paid.AmountOf("uusdc").Int64()
		}
	}
	return got
}

// The sprites as one collection: 40 authors share a sale by the works that they made, to the unit.
func TestAuthorsOfACollectionArePaidByTheirWorks(t *testing.T) {
	g := newGallery(t)
	works := map[string]int64{}
	var items []manifest.Item
	for _, s := range g.unique {
		authors := slices.Compact(slices.Sorted(slices.Values(s.Authors)))
		for _, author := range authors {
			works[author]++
			items = append(items, manifest.Item{
				Sha256: digestOf(t, s), Weight: 1, Contributor: manifest.Contributor{Kind: manifest.Account, ID: g.authors[author].Address},
			})
		}
	}
	made := manifests.Of(items...)
	sheet := g.set(g.artist, registrytypes.KIND_IMAGE, "Liberated Pixel Cup", made)
	require.Len(t, made.Contributors, len(works))
	before := map[string]sdk.Coin{}
	for author := range works {
		before[author] = g.Balance(g.authors[author], "uusdc")
	}
	const price = 123_456_789
	g.Pay(chain.Named("fan"), sheet, fmt.Sprint(price, "uusdc"))
	g.collectAll(sheet, made)
	rest := int64(price)
	for author, n := range works {
		want := price * n / int64(len(items))
		rest -= want
		require.Equal(t, want, g.Balance(g.authors[author], "uusdc").Amount.Sub(before[author].Amount).Int64(), author)
	}
	require.Less(t, rest, int64(len(works)))
	t.Logf("%d images of %d authors, %d credits; of %d units %d are nobody's yet", len(g.unique), len(works), len(items), price, rest)
	g.RequireInvariants()
}

// Under each base model lies a dataset whose owner sold it for training: the fees reach its contributors, and what is made of the models
// stays as it is when the dataset gets another version.
func TestDatasetsUnderTheModels(t *testing.T) {
	c := newCatalogue(t)
	terms := chain.Preset("ai-training-paid")
	curator, price := chain.Named("dave"), sdk.NewCoins(sdk.NewInt64Coin("uusdc", 1_000_000))
	sets, bases := map[string]chain.Work{}, 0
	mades := map[string]*manifests.Made{}
	for i, m := range c.list {
		if len(m.Parents) > 0 {
			continue
		}
		bases++
		var items []manifest.Item
		for j := range 5 {
			from := chain.Named([]string{"alice", "bob", "carol"}[(i+j)%3])
			items = append(items, manifest.Item{
				Sha256: chain.Digest(fmt.Sprint(m.ID, j)), Weight: uint64(1 + j),
				Contributor: manifest.Contributor{Kind: manifest.Account, ID: from.Address},
			})
		}
		mades[m.ID] = manifests.Of(items...)
		set := c.set(curator, registrytypes.KIND_DATASET, "data of "+m.ID, mades[m.ID])
		offer := chain.OfferMsg(set, terms)
		offer.Offer.Price = price
		c.MustDeliver(curator, offer)
		sets[m.ID] = set
		c.trainOn(m.ID, set, terms)
	}
	for id, set := range sets {
		got := c.collectAll(set, mades[id])
		sum := int64(0)
		for _, w := range mades[id].Contributors {
			want := 1_000_000 * int64(w.Weight) / int64(mades[id].Roots().Weight)
			require.Equal(t, want, got[string(w.ID)], id)
			sum += want
		}
		require.LessOrEqual(t, sum, int64(1_000_000))
	}
	linked := 0
	for _, m := range c.list {
		if len(m.Parents) > 0 && c.declare(m) == nil {
			linked++
		}
	}
	// Another version of all datasets changes nothing of what was made.
	deep, err := lineagetypes.NewQueryClient(c.Conn()).Sources(t.Context(), &lineagetypes.QuerySourcesRequest{Work: c.works[c.list[0].ID].ID})
	require.NoError(t, err)
	for id, set := range sets {
		roots := manifests.Of(mades[id].Items[1:]...).Roots()
		c.MustDeliver(curator, &registrytypes.MsgRevise{
			Owner: curator.String(), Work: set.ID, Details: registrytypes.Details{Kind: registrytypes.KIND_DATASET}, Manifest: &roots,
		})
	}
	again, err := lineagetypes.NewQueryClient(c.Conn()).Sources(t.Context(), &lineagetypes.QuerySourcesRequest{Work: c.works[c.list[0].ID].ID})
	require.NoError(t, err)
	require.Equal(t, deep, again)
	require.EqualValues(t, 1, again.Sources[0].WorkVersion)
	t.Logf("%d base models, each trained on a dataset of its own; %d models made of them were declared at once", bases, linked)
	c.RequireInvariants()
}

// trainOn buys the training of a base model on a dataset and declares it. The model was offered before, so the curator approves.
func (c *catalogue) trainOn(id string, set chain.Work, terms licensetypes.TermsID) {
	work := c.works[id]
	fee := sdk.NewInt64Coin("uusdc", 1_000_000)
	c.MustDeliver(work.Owner, &licensetypes.MsgAcquire{
		Licensee: work.Owner.String(), Work: set.ID, Terms: terms, Serial: 1, MaxFee: &fee, Seen: c.Seen(set, terms),
	})
	grant := licensetypes.NewGrantID(set.ID, terms, work.Owner.Address, 1)
	source := lineagetypes.Source{Work: set.ID, Role: lineagetypes.ROLE_TRAINED_ON, Permission: grant.String()}
	const any = 1 << 62
	c.MustDeliver(set.Owner, &lineagetypes.MsgApproveSource{
		Owner: set.Owner.String(), Source: set.ID, Derivative: work.ID, Role: source.Role, Permission: source.Permission,
		Shown: lineagetypes.Promises{Grants: any, Derivatives: any, IrrevocableOffers: any},
	})
	msg := chain.DeriveMsg(work)
	msg.Sources = append(msg.Sources, source)
	c.MustDeliver(work.Owner, c.See(msg))
}
