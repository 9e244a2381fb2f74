package keeper_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/manifests"
	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Who buys a dataset keeps what a grant of theirs permitted before, whether or not it is named.
func TestABuyerOfADatasetKeepsAnOlderGrant(t *testing.T) {
	d := newDatasets(t)
	m := manifests.Of(given(0, alice), given(1, carol))
	data := d.register(alice, m)
	terms := monthly()
	terms.Duration, terms.MaxGrants = nil, 1000
	old := d.acquire(bob, data, d.offer(alice, data, terms), 0)
	d.withdraw(carol, data, 1, m, 1, false)
	d.wait(time.Second)
	row, err := d.registry.Works.Get(d.ctx, data)
	require.NoError(t, err)
	row.Owner = bob
	require.NoError(t, d.registry.Works.Set(d.ctx, data, row))
	d.owners[data] = row
	for _, permission := range []string{"", old.String()} {
		rights := d.askFor(&types.QueryCheckRightsRequest{
			Work: data.String(), Use: copying, Item: itemOf(m.Items[1]), Licensee: bob.String(), Permission: permission,
		})
		require.Equal(t, types.VERDICT_ALLOWED, rights.Verdict, rights.Reasons)
		require.Equal(t, old.String(), rights.Permission)
	}
	// Whoever sold it has none, and other items are the buyer's.
	require.Equal(t, types.VERDICT_DENIED, d.ask(data, alice, copying, itemOf(m.Items[1])).Verdict)
	require.True(t, d.ask(data, bob, copying, itemOf(m.Items[0])).Own)
	d.withdraw(alice, data, 1, m, 0, true)
	require.Equal(t, old.String(), d.ask(data, bob, copying, itemOf(m.Items[0])).Permission)
}

// What an item was given for, to those who have a grant, is not everybody's under an offer of the whole.
func TestAnItemGivenByGrantIsNotEverybodys(t *testing.T) {
	d := newDatasets(t)
	m := manifests.Of(given(0, alice), given(1, carol))
	data := d.register(alice, m)
	d.offer(alice, data, freely())
	month := 30 * 24 * time.Hour
	for name, change := range map[string]func(*types.Terms){
		"fee":      func(t *types.Terms) { t.GrantFee = coins("5uusdc") },
		"duration": func(t *types.Terms) { t.Duration = &month },
		"number":   func(t *types.Terms) { t.MaxGrants = 3 },
	} {
		own := freely()
		own.Spdx = "LicenseRef-Item"
		change(&own)
		item := itemOf(m.Items[1])
		item.Terms = d.must(&types.MsgPublishTerms{Author: carol.String(), Terms: own}).(*types.MsgPublishTermsResponse).Id
		for _, use := range []types.Use{copying, training, {Action: types.ACTION_ADAPT}} {
			rights := d.ask(data, bob, use, item)
			require.Equal(t, types.VERDICT_DENIED, rights.Verdict, "%s %s", name, use.Action)
			require.Equal(t, string(rules.NotOffered), rights.Reasons[0].Code)
		}
	}
}

// A batch about items that were taken back one by one, asked by somebody with as many grants as are looked at, is answered.
func TestABatchOfWithdrawnItems(t *testing.T) {
	d := newDatasets(t)
	var items []manifest.Item
	for i := range types.MaxBatch {
		items = append(items, given(i, carol))
	}
	m := manifests.Of(items...)
	data := d.register(alice, m)
	for i := range items {
		d.withdraw(carol, data, 1, m, i, false)
	}
	terms := monthly()
	terms.Duration, terms.MaxGrants = nil, 1000
	id := d.offer(alice, data, terms)
	for serial := range uint64(types.MaxHeldLooks) {
		d.acquire(bob, data, id, serial)
	}
	d.wait(time.Second)
	req := &types.QueryCheckRightsBatchRequest{Use: copying, Licensee: bob.String()}
	for i := range items {
		req.Works, req.Items = append(req.Works, data.String()), append(req.Items, *itemOf(m.Items[i]))
	}
	begin := time.Now()
	res, err := d.query.CheckRightsBatch(d.ctx, req)
	require.NoError(t, err)
	t.Log(time.Since(begin))
	for i, rights := range res.Rights {
		require.Equal(t, types.VERDICT_DENIED, rights.Verdict)
		require.Equal(t, uint64(i+1), rights.Reasons[0].Withdrawal)
	}
}

// What is offered of a work is read once, however many items of it are asked about under terms of their own.
func TestABatchOfItemsUnderTermsOfTheirOwn(t *testing.T) {
	d := newDatasets(t)
	m := manifests.Of(given(0, alice), given(1, carol))
	data := d.register(alice, m)
	for i := range 64 {
		terms := monthly()
		terms.Spdx = fmt.Sprintf("LicenseRef-Sold%d", i)
		d.acquire(bob, data, d.offer(alice, data, terms), 0)
	}
	req := &types.QueryCheckRightsBatchRequest{Use: training, Licensee: bob.String()}
	for i := range types.MaxBatch {
		own := freely()
		own.Spdx, own.AiTraining, own.GrantFee = fmt.Sprintf("LicenseRef-Own%d", i), types.PERMISSION_PAID, coins("5uusdc")
		own.DerivativeApproval = true
		item := itemOf(m.Items[1])
		item.Terms = d.must(&types.MsgPublishTerms{Author: carol.String(), Terms: own}).(*types.MsgPublishTermsResponse).Id
		req.Works, req.Items = append(req.Works, data.String()), append(req.Items, *item)
	}
	begin := time.Now()
	res, err := d.query.CheckRightsBatch(d.ctx, req)
	require.NoError(t, err)
	t.Log(time.Since(begin))
	for i, rights := range res.Rights {
		require.Equal(t, types.VERDICT_DENIED, rights.Verdict)
		require.Equal(t, req.Items[i].Terms.String(), rights.Reasons[0].Permission)
	}
}

// Items of a manifest are licensed apart, whatever kind of work it makes.
func TestItemsOfAManifestAreApart(t *testing.T) {
	d := newDatasets(t)
	m := manifests.Of(given(0, alice), given(1, carol))
	sheet := d.add(alice, registrytypes.Entry{
		Sha256: m.Roots().Digest(), Details: registrytypes.Details{Kind: registrytypes.KIND_IMAGE, Title: "sheet"}, Manifest: new(m.Roots()),
	})
	d.offer(alice, sheet, freely())
	require.Equal(t, []types.Notice{{Code: string(rules.ApartItems), Works: []registrytypes.WorkID{sheet}, Count: 1}},
		d.ask(sheet, bob, copying, nil).Notices)
}
