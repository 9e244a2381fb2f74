package index_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/portal/index"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// library registers works with these titles, the first is work 1, and reads their text.
func library(t *testing.T, x *index.Index, titles ...string) map[registrytypes.WorkID]registrytypes.Details {
	t.Helper()
	texts := map[registrytypes.WorkID]registrytypes.Details{}
	for i, title := range titles {
		n := i + 1
		require.NoError(t, x.Apply(t.Context(), block(int64(n), list{registered(t, n)})))
		texts[workOf(n)] = registrytypes.Details{Kind: registrytypes.Kind(1 + n%12), Title: title}
	}
	describe(t, x, texts)
	return texts
}

func search(t *testing.T, x *index.Index, q index.Query, limit int) []registrytypes.WorkID {
	t.Helper()
	var found []registrytypes.WorkID
	for mark := ""; ; {
		p, err := x.Search(t.Context(), q, mark, limit)
		require.NoError(t, err)
		require.LessOrEqual(t, len(p.Rows), limit)
		found = append(found, ids(p)...)
		if mark = p.Next; mark == "" {
			return found
		}
	}
}

func TestSearch(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *index.Index) {
		x := open()
		library(t, x,
			"The Cat and the Moon", "東京タワー", "Café Müller",
			"cat", "Tokyo Cat", "ลูกแมว", "Москва ночью", "Cats", "null OR NEAR", "CAT!")
		for _, tc := range []struct {
			text string
			want []int
		}{
			{"cat", []int{4, 10, 1, 5, 8}}, // whole titles first, then as a word or its beginning
			{"cat moon", []int{1}},
			{"CAFE mull", []int{3}},
			{"東京", []int{2}},
			{"京", []int{2}},
			{"ー", []int{2}},
			{"ﾀﾜｰ", []int{2}},
			{"แมว", []int{6}},
			{"моск", []int{7}},
			{"null", []int{9}},
			{"dog", nil},
			{"", nil},
			{`"`, nil},
			{"c", nil}, // one letter is no beginning
		} {
			for limit := range 4 {
				require.Equal(t, works(tc.want...), search(t, x, index.Query{Text: tc.text}, limit+1), "%q by %d", tc.text, limit+1)
			}
		}
		require.Equal(t, works(5), search(t, x, index.Query{Text: "cat", Kind: registrytypes.KIND_SOFTWARE}, 5))
		require.Equal(t, works(4), search(t, x, index.Query{Text: "cat", Kind: registrytypes.KIND_3D}, 5))
		require.Equal(t, works(5), search(t, x, index.Query{Kind: registrytypes.KIND_SOFTWARE}, 5))
		for _, syntax := range []string{
			"cat OR dog", "NOT cat", "cat*", `"cat" dog`, "body:cat", "cat) OR (dog", "^cat -dog", "cat' | 'dog", "ca:*", "a & b", "{cat}", "\\",
		} {
			_, err := x.Search(t.Context(), index.Query{Text: syntax}, "", 5)
			require.NoError(t, err, syntax)
		}
		require.Empty(t, search(t, x, index.Query{Text: "cat OR dog"}, 5))
		_, err := x.Search(t.Context(), index.Query{Text: "cat"}, "r-1;", 5)
		require.ErrorIs(t, err, index.ErrPage)
	})
}

func TestWorksAreFoundByWhatIsSaidOfThem(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *index.Index) {
		x, ctx := open(), t.Context()
		require.NoError(t, x.Apply(ctx, block(1, list{registered(t, 1)}, list{registered(t, 11)}, list{registered(t, 2)})))
		texts := map[registrytypes.WorkID]registrytypes.Details{
			workOf(1): {
				Title: "One", Creators: []registrytypes.Creator{
					{Name: "Björk Guðmundsdóttir", Role: "singer", Account: account(1)}, {Name: "李白"},
				},
				Fingerprints: []registrytypes.Fingerprint{{Scheme: "isrc", Value: "USRC17607839"}, {Scheme: "doi", Value: "10.1000/182"}},
			},
			workOf(11): {Title: "Two", Creators: []registrytypes.Creator{{Name: "BJORK GUDMUNDSDOTTIR"}}},
		}
		w, err := x.Work(ctx, workOf(1))
		require.NoError(t, err)
		require.False(t, w.Described)
		describe(t, x, texts)

		w, err = x.Work(ctx, workOf(1))
		require.NoError(t, err)
		at := began.Add(1e9)
		require.Equal(t, index.Work{
			ID: workOf(1), Owner: account(1), SHA256: content(1), Kind: registrytypes.KIND_IMAGE, Status: registrytypes.STATUS_ACTIVE, Version: 1,
			ClaimedSince: at, Registered: index.Place{Height: 1, Time: at, Tx: block(1, nil).Txs[0].Hash}, Described: true,
			Title: "One", Creators: texts[workOf(1)].Creators, Identifiers: texts[workOf(1)].Fingerprints,
		}, w)
		_, err = x.Work(ctx, workOf(3))
		require.ErrorIs(t, err, index.ErrNotFound)

		page := func(p index.Page[index.Work], err error) []registrytypes.WorkID {
			require.NoError(t, err)
			return ids(p)
		}
		require.Equal(t, works(1, 11), page(x.ByCreator(ctx, "björk GUÐMUNDSDOTTIR", "", 9)))
		require.Equal(t, works(1), page(x.ByCreator(ctx, "李白", "", 9)))
		require.Empty(t, page(x.ByCreator(ctx, "…", "", 9)))
		require.Equal(t, works(1, 11), search(t, x, index.Query{Text: "bjork"}, 9))
		require.Equal(t, works(1), page(x.ByIdentifier(ctx, "ISRC", "US-RC1-76-07839", "", 9)))
		require.Equal(t, works(1), page(x.ByIdentifier(ctx, "doi", "https://doi.org/10.1000/182", "", 9)))
		require.Empty(t, page(x.ByIdentifier(ctx, "doi", "10.1000/183", "", 9)))
		_, err = x.ByIdentifier(ctx, "isrc", "nonsense", "", 9)
		require.Error(t, err)
		require.Equal(t, works(11, 1), page(x.ByOwner(ctx, account(1), "", 9)))
		require.Equal(t, works(2), page(x.ByOwner(ctx, account(2), "", 9)))
		require.Empty(t, page(x.ByOwner(ctx, account(3), "", 9)))
		require.Equal(t, works(2, 11, 1), page(x.Newest(ctx, "", 9)))
		require.Equal(t, works(11), page(x.ByDigest(ctx, content(11), "", 9)))
		require.Empty(t, page(x.ByDigest(ctx, content(12), "", 9)))
	})
}

// Text that was taken back is in no table and in no free page of the file.
func TestBlankedTextIsGone(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *index.Index) {
		x, ctx := open(), t.Context()
		titles := make([]string, 300)
		for i := range titles {
			titles[i] = fmt.Sprintf("Ordinary Title %d", i)
		}
		titles[100] = "Zanzibarium Querfeldein"
		texts := library(t, x, titles...)
		texts[workOf(101)] = registrytypes.Details{
			Title: titles[100], Creators: []registrytypes.Creator{{Name: "Xanthippe"}},
			Fingerprints: []registrytypes.Fingerprint{{Scheme: "url", Value: "https://zanzibarium.example/"}},
		}
		require.NoError(t, x.Apply(ctx, block(301, list{event(t, &registrytypes.EventWorkRevised{Work: workOf(101), Version: 2})})))
		w, err := x.Work(ctx, workOf(101))
		require.NoError(t, err)
		require.False(t, w.Described, "a revision is due")
		require.Equal(t, uint32(2), w.Version)
		describe(t, x, texts)
		require.Equal(t, works(101), search(t, x, index.Query{Text: "xanthippe"}, 9))
		clean := dump(t, x)
		require.Contains(t, clean, "Xanthippe")

		due, err := x.Due(ctx, 9)
		require.NoError(t, err)
		require.Empty(t, due)
		blanked := &registrytypes.EventTextBlanked{Work: workOf(101), Sender: account(1), Versions: []uint32{1, 2}}
		require.NoError(t, x.Apply(ctx, block(302, list{event(t, blanked)})))
		for _, text := range []string{"xanthippe", "querfeldein", titles[100]} {
			require.Empty(t, search(t, x, index.Query{Text: text}, 9))
		}
		for _, taken := range []string{"Xanthippe", "Zanzibarium", "zanzibarium"} {
			require.NotContains(t, dump(t, x), taken)
		}
		due, err = x.Due(ctx, 9)
		require.NoError(t, err)
		require.Equal(t, []index.Due{{Work: workOf(101), Height: 302, Mark: 302}}, due)

		// An answer that was read before is not written.
		require.NoError(t, x.Describe(ctx, []index.Described{
			{Due: index.Due{Work: workOf(101), Mark: 301}, Claim: registrytypes.Claim{Details: texts[workOf(101)]}},
		}))
		require.Empty(t, search(t, x, index.Query{Text: "xanthippe"}, 9))
		texts[workOf(101)] = registrytypes.Details{}
		describe(t, x, texts)
		w, err = x.Work(ctx, workOf(101))
		require.NoError(t, err)
		require.True(t, w.Described)
		require.Empty(t, w.Title)
		require.Empty(t, w.Creators)
		require.Contains(t, search(t, x, index.Query{Kind: w.Kind}, 100), workOf(101), "its kind is no text")
		requireNotInFiles(t, x, "anthippe", "anzibarium", "uerfeldein")
	})
}

func requireNotInFiles(t *testing.T, x *index.Index, texts ...string) {
	path := x.Path()
	if path == "" {
		return // PostgreSQL vacuums by itself
	}
	for _, file := range []string{path, path + "-wal"} {
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, text := range texts {
			require.NotContains(t, string(raw), text, file)
		}
	}
}
