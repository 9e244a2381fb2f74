package index_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/portal/index"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

type list = []abci.Event

func TestBlocksAreTakenInOrderAndOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *index.Index) {
		x, ctx := open(), t.Context()
		cursor, err := x.Cursor(ctx)
		require.NoError(t, err)
		require.Equal(t, index.Cursor{}, cursor)
		require.Zero(t, cursor.Next())

		require.NoError(t, x.Apply(ctx, block(7, list{registered(t, 1)})))
		require.NoError(t, x.ApplyMany(ctx, []index.Block{block(8), block(9, list{registered(t, 2)})}))
		before := dump(t, x)
		cursor, err = x.Cursor(ctx)
		require.NoError(t, err)
		require.Equal(t, index.Cursor{
			ChainID: chainID, First: 7, Height: 9, Time: began.Add(9 * time.Second), Hash: block(9).Hash,
		}, cursor)
		require.Equal(t, int64(10), cursor.Next())

		for _, height := range []int64{7, 8, 9, 11, 1, 0} {
			require.ErrorIs(t, x.Apply(ctx, block(height, list{registered(t, 3)})), index.ErrNotNext, height)
		}
		require.ErrorIs(t, x.ApplyMany(ctx, []index.Block{block(10, list{registered(t, 3)}), block(12)}), index.ErrNotNext)
		other := block(10)
		other.ChainID = "play-2"
		require.ErrorIs(t, x.Apply(ctx, other), index.ErrChain)
		broken := registered(t, 4)
		broken.Attributes = broken.Attributes[3:] // without its kind
		require.Error(t, x.ApplyMany(ctx, []index.Block{block(10, list{registered(t, 3)}), block(11, list{broken})}))
		require.Equal(t, before, dump(t, x), "what failed left nothing")

		require.NoError(t, x.Close())
		x = open()
		require.Equal(t, before, dump(t, x), "it is on disk")
		require.NoError(t, x.Apply(ctx, block(10, list{registered(t, 3)})))
		totals, err := x.Totals(ctx)
		require.NoError(t, err)
		require.Equal(t, index.Totals{Works: 3, Accounts: 3, Events: 3, Due: 3}, totals)
	})
}

func TestAnotherVersionIsRefused(t *testing.T) {
	for name, statement := range map[string]string{
		"older": `UPDATE version SET version = '0'`, "none": `DROP TABLE version`, "unicode": `UPDATE version SET version = version || 'x'`,
	} {
		path := filepath.Join(t.TempDir(), name+".db")
		require.NoError(t, open(t, path).Close())
		db, err := sql.Open("sqlite", path)
		require.NoError(t, err)
		_, err = db.Exec(statement)
		require.NoError(t, err)
		require.NoError(t, db.Close())
		_, err = index.Open(t.Context(), path)
		require.ErrorIs(t, err, index.ErrVersion)
		require.ErrorContains(t, err, "delete it, and it is built anew")
	}
	_, err := index.Open(t.Context(), "mysql://x")
	require.ErrorContains(t, err, "postgres://")
	_, err = index.Open(t.Context(), "")
	require.Error(t, err)
}

func TestEventsComeInTheOrderOfTheBlock(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *index.Index) {
		x, ctx := open(), t.Context()
		end := abci.EventAttribute{Key: "mode", Value: "EndBlock"}
		begin := abci.EventAttribute{Key: "mode", Value: "BeginBlock"}
		b := block(5, list{registered(t, 1), {Type: "coin_spent"}, paid(t, 1)}, nil, list{paid(t, 1)})
		changed := func(extra abci.EventAttribute) abci.Event {
			return event(t, &registrytypes.EventWorkStatusChanged{Work: workOf(1), Status: registrytypes.STATUS_DISPUTED}, extra)
		}
		b.Hooks = []abci.Event{changed(end), {Type: "mint", Attributes: []abci.EventAttribute{begin}}, changed(begin)}
		require.NoError(t, x.Apply(ctx, b))
		require.NoError(t, x.Apply(ctx, block(6, list{registered(t, 2)})))

		p, err := x.OfBlock(ctx, 5, "", 3)
		require.NoError(t, err)
		rest, err := x.OfBlock(ctx, 5, p.Next, 3)
		require.NoError(t, err)
		require.Empty(t, rest.Next)
		var got []string
		for i, e := range append(p.Rows, rest.Rows...) {
			require.Equal(t, int64(i+1), e.ID)
			require.Equal(t, began.Add(5*time.Second), e.Time)
			got = append(got, fmt.Sprintf("%d %d %s", e.TxIndex, e.Msg, e.Type[strings.LastIndex(e.Type, ".")+1:]))
		}
		require.Equal(t, []string{
			"-1 -1 EventWorkStatusChanged", "0 0 EventWorkRegistered", "0 0 EventPaid", "2 0 EventPaid",
			"2147483647 -1 EventWorkStatusChanged",
		}, got)
		// What came first of the block was about no work that is known.
		w, err := x.Work(ctx, workOf(1))
		require.NoError(t, err)
		require.Equal(t, registrytypes.STATUS_DISPUTED, w.Status)

		e := p.Rows[1]
		require.Equal(t, registered(t, 1).Attributes[:len(e.Attributes)], toABCI(e.Attributes))
		require.Equal(t, workOf(1).String(), e.Value("work"))
		require.Equal(t, `"`+workOf(1).String()+`"`, e.JSON("work"))
		require.Empty(t, e.Value("nothing"))
		of, err := x.OfTx(ctx, b.Txs[0].Hash, "", 10)
		require.NoError(t, err)
		require.Equal(t, p.Rows[1:3], of.Rows)
		_, err = x.OfTx(ctx, b.Txs[1].Hash, "", 10)
		require.ErrorIs(t, err, index.ErrNotFound)
		none, err := x.OfBlock(ctx, 4, "", 10)
		require.NoError(t, err)
		require.Empty(t, none.Rows)
		one, err := x.Event(ctx, 2)
		require.NoError(t, err)
		require.Equal(t, e, one)
		_, err = x.Event(ctx, 99)
		require.ErrorIs(t, err, index.ErrNotFound)
	})
}

func toABCI(list []index.Attribute) []abci.EventAttribute {
	var all []abci.EventAttribute
	for _, a := range list {
		all = append(all, abci.EventAttribute{Key: a.Key, Value: a.Value})
	}
	return all
}

func TestHistoriesAreOfWhatTheEventsName(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *index.Index) {
		x, ctx := open(), t.Context()
		require.NoError(t, x.Apply(ctx, block(1,
			list{registered(t, 1)}, list{registered(t, 2), derived(t, 2, 1, from(1))}, list{paid(t, 2)},
			list{event(t, &licensetypes.EventTermsPublished{Terms: terms(1), Spdx: "CC-BY-4.0"})},
			list{event(t, &licensetypes.EventConstrained{
				Work: workOf(2), Version: 1, Constraints: []licensetypes.NamedConstraint{{Source: workOf(1), Terms: terms(1)}},
			})},
		)))
		for text, want := range map[string][]int64{
			workOf(1).String(): {3, 1}, workOf(2).String(): {6, 4, 3, 2}, account(1): {1}, account(99): {4}, terms(1).String(): {5, 3},
			account(50): nil,
		} {
			subject, err := index.ParseSubject(text)
			require.NoError(t, err)
			require.Equal(t, text, subject.String())
			var got []int64
			for mark := ""; ; {
				p, err := x.History(ctx, subject, mark, 2)
				require.NoError(t, err)
				for _, e := range p.Rows {
					got = append(got, e.ID)
				}
				if mark = p.Next; mark == "" {
					break
				}
			}
			require.Equal(t, want, got, text)
		}
		latest, err := x.Latest(ctx, "", 2)
		require.NoError(t, err)
		require.Equal(t, int64(6), latest.Rows[0].ID)
		require.NotEmpty(t, latest.Next)
		_, err = x.Latest(ctx, "?", 2)
		require.ErrorIs(t, err, index.ErrPage)
		for _, wrong := range []string{
			"", "work1", "song", workOf(1).String()[:20], strings.ToUpper(workOf(1).String()), "cosmos1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnrujsuw",
		} {
			_, err := index.ParseSubject(wrong)
			require.Error(t, err, wrong)
		}
	})
}

// What only a newer portal understands is told from all else that can fail, and leaves nothing.
func TestAnEnumOfANewerChainNeedsANewerPortal(t *testing.T) {
	x, err := index.Open(t.Context(), filepath.Join(t.TempDir(), "index.db"))
	require.NoError(t, err)
	defer x.Close()
	newer := registered(t, 1)
	for i := range newer.Attributes {
		if newer.Attributes[i].Key == "kind" {
			newer.Attributes[i].Value = `"KIND_SMELL"`
		}
	}
	require.ErrorIs(t, x.Apply(t.Context(), block(1, list{newer})), index.ErrNewer)
	require.NoError(t, x.Apply(t.Context(), block(1, list{{Type: "stemma.registry.v1.EventWorkPraised"}})))
	latest, err := x.Latest(t.Context(), "", 1)
	require.NoError(t, err)
	require.Equal(t, "stemma.registry.v1.EventWorkPraised", latest.Rows[0].Type)
}

// Events that a newer chain says in a new way are left out, which is remembered, and all others go on.
func TestEventsOfANewerChainAreLeftOutAndThatIsKnown(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *index.Index) {
		x, ctx := open(), t.Context()
		newer := registered(t, 2)
		newer.Type = "stemma.registry.v2.EventWorkRegistered"
		require.NoError(t, x.Apply(ctx, block(1, list{{Type: "tx"}, {Type: "stemma.registry.v1.EventWorkPraised"}})))
		cursor, err := x.Cursor(ctx)
		require.NoError(t, err)
		require.Empty(t, cursor.Newer)
		require.NoError(t, x.Apply(ctx, block(2, list{newer, registered(t, 1)}, list{{Type: "stemma.registry.v12.EventLater"}})))
		require.NoError(t, x.Apply(ctx, block(3, list{{Type: "stemma.license.v2.EventGranted"}, paid(t, 1)})))
		_, err = x.Work(ctx, workOf(1))
		require.NoError(t, err)
		_, err = x.Work(ctx, workOf(2))
		require.ErrorIs(t, err, index.ErrNotFound)
		require.NoError(t, x.Close())
		cursor, err = open().Cursor(ctx)
		require.NoError(t, err)
		require.Equal(t, newer.Type, cursor.Newer)
		require.Equal(t, int64(2), cursor.NewerAt)
		require.Equal(t, int64(3), cursor.Height)
	})
}
