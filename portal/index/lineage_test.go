package index_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/portal/index"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func TestLineage(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *index.Index) {
		x, ctx := open(), t.Context()
		external := lineagetypes.Source{External: &lineagetypes.External{Uri: "https://example.org/private"}, Role: lineagetypes.ROLE_INPUT_TO}
		require.NoError(t, x.Apply(ctx, block(1, list{registered(t, 1), registered(t, 2), registered(t, 3)},
			list{registered(t, 4), derived(t, 4, 1, from(1), from(2), external)}, list{registered(t, 5), derived(t, 5, 1, from(1))})))
		describe(t, x, map[registrytypes.WorkID]registrytypes.Details{workOf(1): {Title: "One"}, workOf(4): {Title: "Four"}})
		edges := func(p index.Page[index.Edge], err error) []index.Edge {
			require.NoError(t, err)
			return p.Rows
		}
		sources := edges(x.Sources(ctx, workOf(4), "", 9))
		require.Len(t, sources, 2)
		require.Equal(t, "One", sources[0].Other.Title)
		four, err := x.Work(ctx, workOf(4))
		require.NoError(t, err)
		require.Equal(t, index.Edge{
			Derivative: workOf(4), Source: workOf(1), Role: lineagetypes.ROLE_PARENT_OF, Weight: 250_000, Event: 5, Other: four,
		}, edges(x.Derivatives(ctx, workOf(1), "", 1))[0])
		p, err := x.Derivatives(ctx, workOf(1), "", 1)
		require.NoError(t, err)
		require.Equal(t, workOf(5), edges(x.Derivatives(ctx, workOf(1), p.Next, 9))[0].Other.ID)
		require.Empty(t, edges(x.Sources(ctx, workOf(1), "", 9)))

		// Later sources wait for approval; of an unknown one there is only the id.
		ref := licensetypes.DeclarationRef{Work: workOf(4), Number: 2}
		require.NoError(t, x.Apply(ctx, block(2, list{
			event(t, &licensetypes.EventAdmitted{Declaration: ref, Admission: licensetypes.Admission{Works: []registrytypes.WorkID{workOf(3)}}}),
			derived(t, 4, 2, from(3), from(77)),
			event(t, &registrytypes.EventWorkStatusChanged{Work: workOf(2), Status: registrytypes.STATUS_DISPUTED}),
		})))
		sources = edges(x.Sources(ctx, workOf(4), "", 9))
		require.Len(t, sources, 4)
		for i, want := range []struct{ later, unapproved, conflict bool }{{}, {conflict: true}, {true, true, false}, {true, true, false}} {
			got := sources[i]
			require.Equal(t, want, struct{ later, unapproved, conflict bool }{got.Later, got.Unapproved, got.Conflict}, i)
		}
		require.Equal(t, index.Work{ID: workOf(77)}, sources[3].Other)
		require.NoError(t, x.Apply(ctx, block(3, list{
			event(t, &licensetypes.EventAdmissionApproved{Declaration: ref, Work: workOf(3), Settled: true}),
			event(t, &lineagetypes.EventWeightsSet{Work: workOf(4), Weights: []lineagetypes.RuledWeight{{Source: workOf(1), Weight: 9}}}),
			derived(t, 4, 3, lineagetypes.Source{Work: workOf(2), Role: lineagetypes.ROLE_CITES}),
		})))
		sources = edges(x.Sources(ctx, workOf(4), "", 9))
		require.False(t, sources[2].Unapproved)
		require.Equal(t, uint32(9), sources[0].Weight)
		require.Equal(t, lineagetypes.ROLE_CITES, sources[1].Role)
		require.False(t, sources[1].Later, "it was there from the first")
		require.NotContains(t, dump(t, x), "private")
		totals, err := x.Totals(ctx)
		require.NoError(t, err)
		require.Equal(t, int64(5), totals.Derivations)
	})
}

func TestClaimsAreInOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *index.Index) {
		x, ctx := open(), t.Context()
		claim := func(owner int, change func(*registrytypes.EventWorkRegistered)) *registrytypes.EventWorkRegistered {
			e := &registrytypes.EventWorkRegistered{
				Work: registrytypes.WorkID{byte(owner)}, Owner: account(owner), Sha256: content(1), Kind: registrytypes.KIND_TEXT,
			}
			change(e)
			return e
		}
		root := content(1000)
		require.NoError(t, x.Apply(ctx, block(1, list{event(t, &registrytypes.EventAnchored{Account: account(3), Root: root, Total: 4})})))
		require.NoError(t, x.Apply(ctx, block(2, list{event(t, claim(1, func(*registrytypes.EventWorkRegistered) {}))})))
		require.NoError(t, x.Apply(ctx, block(3, list{
			event(t, claim(2, func(e *registrytypes.EventWorkRegistered) { e.Contested = true })),
			event(t, claim(3, func(e *registrytypes.EventWorkRegistered) { e.AnchorRoot = root })),
			event(t, claim(4, func(e *registrytypes.EventWorkRegistered) { e.AnchorRoot = content(1001) })),
		})))
		order := func() (list []byte) {
			for mark := ""; ; {
				p, err := x.ByDigest(ctx, content(1), mark, 1)
				require.NoError(t, err)
				for _, w := range p.Rows {
					list = append(list, w.ID[0])
				}
				if mark = p.Next; mark == "" {
					return list
				}
			}
		}
		require.Equal(t, []byte{3, 1, 2, 4}, order())
		p, err := x.ByDigest(ctx, content(1), "", 9)
		require.NoError(t, err)
		third, fourth := p.Rows[0], p.Rows[3]
		require.Equal(t, began.Add(time.Second), third.ClaimedSince)
		require.True(t, third.Anchored)
		require.True(t, p.Rows[2].Contested)
		require.True(t, fourth.ClaimedSince.IsZero(), "its anchor is older than the index")
		require.Zero(t, fourth.PlacedAt)

		due, err := x.Due(ctx, 9)
		require.NoError(t, err)
		for _, d := range due {
			c := registrytypes.Claim{Id: d.Work, ClaimedSince: registrytypes.Priority{Time: began.Add(-time.Hour)}}
			require.NoError(t, x.Describe(ctx, []index.Described{{Due: d, Claim: c}}))
		}
		require.Equal(t, []byte{4, 3, 1, 2}, order(), "the node knows")

		placed := registrytypes.Priority{Time: began.Add(time.Minute)}
		require.NoError(t, x.Apply(ctx, block(4, list{
			event(t, &registrytypes.EventAnchorProved{Work: registrytypes.WorkID{1}, Root: root, ClaimedSince: began.Add(-2 * time.Hour)}),
			event(t, &registrytypes.EventAnchorProved{
				Work: registrytypes.WorkID{4}, Root: root, ClaimedSince: began.Add(-2 * time.Hour), PlacedAt: &placed,
			}),
			event(t, &registrytypes.EventWorkTransferred{Work: registrytypes.WorkID{1}, PreviousOwner: account(1), Owner: account(8)}),
		})))
		require.Equal(t, []byte{1, 3, 2, 4}, order())
		w, err := x.Work(ctx, registrytypes.WorkID{4})
		require.NoError(t, err)
		require.Equal(t, placed.Time, w.PlacedAt)
		require.Equal(t, began.Add(-2*time.Hour), w.ClaimedSince)
		w, err = x.Work(ctx, registrytypes.WorkID{1})
		require.NoError(t, err)
		require.Equal(t, account(8), w.Owner)
		owned, err := x.ByOwner(ctx, account(1), "", 9)
		require.NoError(t, err)
		require.Empty(t, owned.Rows)
	})
}

func TestWorksOfAnExportComeBeforeTheFirstBlock(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *index.Index) {
		x, ctx := open(), t.Context()
		old := registrytypes.Claim{
			Id: workOf(1), Owner: account(1), Registrant: account(1), Sha256: content(1), Status: registrytypes.STATUS_WITHDRAWN, Version: 3,
			ClaimedSince: registrytypes.Priority{Time: began.Add(-time.Hour)}, RegisteredAt: began.Add(-time.Minute), AnchorRoot: content(9),
			Details: registrytypes.Details{Kind: registrytypes.KIND_TEXT, Title: "Older than the index"},
		}
		seeded, err := x.Seeded(ctx)
		require.NoError(t, err)
		require.False(t, seeded)
		late := registrytypes.Priority{Time: began.Add(-30 * time.Second)}
		other := registrytypes.Claim{Id: workOf(3), Owner: account(3), Sha256: content(1), ClaimedSince: old.ClaimedSince, PlacedAt: &late}
		links := []lineagetypes.Link{
			{Source: workOf(3), Role: lineagetypes.ROLE_TRAINED_ON, Weight: 250_000, AddedLater: true}, {External: &lineagetypes.External{}},
		}
		for range 2 { // it may have been broken off
			require.NoError(t, x.Seed(ctx, []index.Older{{Claim: old, Sources: links}, {Claim: other}}))
		}
		seeded, err = x.Seeded(ctx)
		require.NoError(t, err)
		require.True(t, seeded)
		totals, err := x.Totals(ctx)
		require.NoError(t, err)
		require.Equal(t, []int64{2, 1}, []int64{totals.Works, totals.Derivations})
		require.NoError(t, x.Apply(ctx, block(900, list{
			registered(t, 2), derived(t, 2, 1, from(1)),
			event(t, &registrytypes.EventWorkTransferred{Work: workOf(1), PreviousOwner: account(1), Owner: account(5)}),
		})))
		require.ErrorIs(t, x.Seed(ctx, nil), index.ErrNotNext)
		w, err := x.Work(ctx, workOf(1))
		require.NoError(t, err)
		require.Equal(t, index.Work{
			ID: workOf(1), Owner: account(5), SHA256: content(1), Kind: registrytypes.KIND_TEXT, Status: registrytypes.STATUS_WITHDRAWN, Version: 3,
			ClaimedSince: old.ClaimedSince.Time, Anchored: true, Registered: index.Place{Time: old.RegisteredAt},
			Described: true, Title: old.Details.Title,
		}, w)
		require.Equal(t, works(1), search(t, x, index.Query{Text: "older"}, 9))
		sources, err := x.Sources(ctx, workOf(2), "", 9)
		require.NoError(t, err)
		require.Equal(t, w, sources.Rows[0].Other)
		sources, err = x.Sources(ctx, workOf(1), "", 9)
		require.NoError(t, err)
		require.Len(t, sources.Rows, 1)
		edge := sources.Rows[0]
		require.Equal(t, late.Time, edge.Other.PlacedAt)
		edge.Other = index.Work{}
		require.Equal(t, index.Edge{
			Derivative: workOf(1), Source: workOf(3), Role: lineagetypes.ROLE_TRAINED_ON, Weight: 250_000, Later: true,
		}, edge)
		claims, err := x.ByDigest(ctx, content(1), "", 9)
		require.NoError(t, err)
		require.Equal(t, works(1, 3), ids(claims))
		cursor, err := x.Cursor(ctx)
		require.NoError(t, err)
		require.Equal(t, int64(900), cursor.First)
	})
}

// Seeding that was broken off begins anew: by then the node may keep fewer blocks, or more.
func TestSeedingBeginsAnew(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *index.Index) {
		x, ctx := open(), t.Context()
		old := registrytypes.Claim{
			Id: workOf(1), Owner: account(1), Sha256: content(1), Status: registrytypes.STATUS_ACTIVE, Version: 1, RegisteredAt: began,
			Details: registrytypes.Details{Kind: registrytypes.KIND_TEXT, Title: "Soon taken back", Creators: []registrytypes.Creator{{Name: "Private"}}},
		}
		later := registrytypes.Claim{Id: workOf(2), Owner: account(1), Sha256: content(2), RegisteredAt: began.Add(time.Minute)}
		require.NoError(t, x.Unseed(ctx))
		require.NoError(t, x.Seed(ctx, []index.Older{{Claim: old, Sources: []lineagetypes.Link{{Source: workOf(3)}}}, {Claim: later}}))

		old.Owner, old.Details.Title, old.Details.Creators = account(2), "", nil
		require.NoError(t, x.Unseed(ctx))
		totals, err := x.Totals(ctx)
		require.NoError(t, err)
		require.Equal(t, index.Totals{}, totals)
		require.NoError(t, x.Seed(ctx, []index.Older{{Claim: old}}))
		w, err := x.Work(ctx, workOf(1))
		require.NoError(t, err)
		require.Equal(t, account(2), w.Owner)
		require.Empty(t, w.Title)
		for _, text := range []string{"taken", "private"} {
			require.Empty(t, search(t, x, index.Query{Text: text}, 9), text)
		}
		require.NoError(t, x.Apply(ctx, block(1, list{registered(t, 2)})), "its block is kept after all")
		sources, err := x.Sources(ctx, workOf(1), "", 9)
		require.NoError(t, err)
		require.Empty(t, sources.Rows)
		require.ErrorIs(t, x.Unseed(ctx), index.ErrNotNext)
	})
}

// A node that lied while seeding, or invented a registration, leaves a row in the way of the true one.
func TestAFalseOlderWorkDoesNotStopTheIndex(t *testing.T) {
	t.Skip("open: seed a work that is not registered yet (state is in no header), follow an honest node to the block that registers it: " +
		"the row is there, each try to write that block fails, and the index has to be deleted")
	onBoth(t, func(t *testing.T, open func() *index.Index) {
		x := open()
		require.NoError(t, x.Seed(t.Context(), []index.Older{{Claim: registrytypes.Claim{Id: workOf(2), Owner: account(9), RegisteredAt: began}}}))
		require.NoError(t, x.Apply(t.Context(), block(1, list{registered(t, 2)})))
	})
}
