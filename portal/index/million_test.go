package index_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/portal/index"
	"github.com/stemma-chain/stemma/portal/index/ordinary"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var (
	million = flag.Int("works", 2_000, "how many works TestMany generates; 1000000 for the numbers that are published")
	strict  = flag.Bool("strict", false, "fail when a number is not what was promised: bytes a work, events a second, milliseconds")
	where   = flag.String("index", "", "file or postgres://... that TestMany keeps; one that has the works is only asked")
)

// What is promised on two cores: the most bytes of file a work, the fewest events a second, and the
// slowest but one of a hundred questions.
const (
	mostBytes  = 1000
	fewest     = 3000
	slowestOut = 300 * time.Millisecond
)

func TestMany(t *testing.T) {
	if testing.Short() {
		t.Skip("generates works")
	}
	path := filepath.Join(t.TempDir(), "index.db")
	if *where != "" {
		path = *where
	}
	x := open(t, path)
	o, err := ordinary.New()
	require.NoError(t, err)
	totals, err := x.Totals(t.Context())
	require.NoError(t, err)
	if totals.Works == int64(*million) {
		ask(t, o, x)
		return
	}
	took, err := o.Fill(t.Context(), x, *million)
	require.NoError(t, err)
	persecond := float64(took.Events) / took.Applying.Seconds()
	t.Logf("%d works, %d events: %.0f events a second, %.0f texts a second",
		*million, took.Events, persecond, float64(*million)/took.Describing.Seconds())
	if *strict {
		require.Greater(t, persecond, float64(fewest))
	}
	if !strings.Contains(path, "://") {
		require.NoError(t, x.Close())
		info, err := os.Stat(path)
		require.NoError(t, err)
		bytes := info.Size() / int64(*million)
		t.Logf("%d bytes a work", bytes)
		require.LessOrEqual(t, bytes, int64(mostBytes))
		x = open(t, path)
	}
	ask(t, o, x)
}

// ask measures questions, two at a time.
func ask(t *testing.T, o *ordinary.Works, x *index.Index) {
	ctx := t.Context()
	id := func(r *rand.Rand) registrytypes.WorkID { return ordinary.ID(r.IntN(*million)) }
	zipf := rand.NewZipf(rand.New(rand.NewPCG(1, 1)), 1.3, 8, 29_999)
	var mu sync.Mutex
	word := func() string {
		mu.Lock()
		defer mu.Unlock()
		return o.Words[zipf.Uint64()]
	}
	search := func(text string, kind registrytypes.Kind) error {
		_, err := x.Search(ctx, index.Query{Text: text, Kind: kind}, "", 20)
		return err
	}
	preset, _ := licensetypes.PresetByName("commercial-remix-10")
	due, err := x.DueTerms(ctx, 1000)
	require.NoError(t, err)
	for _, id := range due {
		require.NoError(t, x.DescribeTerms(ctx, []licensetypes.IdentifiedTerms{{Id: id, Terms: preset.Terms}}))
	}
	seek := func(w index.Wanted) error {
		w.Use = licensetypes.Use{Action: licensetypes.ACTION_ADAPT, Commercial: true}
		_, _, err := x.Seek(ctx, w, "", 100)
		return err
	}
	for _, question := range []struct {
		name string
		ask  func(r *rand.Rand) error
	}{
		{"offers", func(*rand.Rand) error { return seek(index.Wanted{}) }},
		{"offers: words", func(*rand.Rand) error { return seek(index.Wanted{Text: word()}) }},
		{"offers: a kind", func(*rand.Rand) error { return seek(index.Wanted{Kind: registrytypes.KIND_IMAGE}) }},
		{"offers: none serves", func(*rand.Rand) error { return seek(index.Wanted{Licence: "none"}) }},
		{"a word", func(*rand.Rand) error { return search(word()+" ", 0) }},
		{"two words", func(*rand.Rand) error { return search(word()+" "+word(), 0) }},
		{"the most frequent words", func(r *rand.Rand) error { return search(o.Words[r.IntN(3)]+" "+o.Words[r.IntN(3)], 0) }},
		{"a beginning", func(*rand.Rand) error { w := []rune(word()); return search(string(w[:min(len(w), 3)]), 0) }},
		{"two letters", func(r *rand.Rand) error { return search([]string{"ka", "st", "lo", "山", "мо", "zz"}[r.IntN(6)], 0) }},
		{"a kind", func(*rand.Rand) error { return search(word(), registrytypes.KIND_IMAGE) }},
		{"nothing", func(r *rand.Rand) error { return search(fmt.Sprint("qqxx", r.Uint32()), 0) }},
		{"a work's page", func(r *rand.Rand) error {
			work := id(r)
			w, err := x.Work(ctx, work)
			if err != nil {
				return err
			}
			if _, err = x.ByDigest(ctx, w.SHA256, "", 9); err != nil {
				return err
			}
			if _, err = x.Sources(ctx, work, "", 50); err != nil {
				return err
			}
			if _, err = x.Derivatives(ctx, work, "", 50); err != nil {
				return err
			}
			_, err = x.History(ctx, index.OfWork(work), "", 20)
			return err
		}},
		{"an account's page", func(r *rand.Rand) error {
			w, err := x.Work(ctx, id(r))
			if err != nil {
				return err
			}
			if _, err = x.ByOwner(ctx, w.Owner, "", 20); err != nil {
				return err
			}
			s, err := index.ParseSubject(w.Owner)
			if err != nil {
				return err
			}
			_, err = x.History(ctx, s, "", 20)
			return err
		}},
		{"home", func(*rand.Rand) error {
			if _, err := x.Newest(ctx, "", 20); err != nil {
				return err
			}
			_, err := x.Totals(ctx)
			return err
		}},
	} {
		var took []time.Duration
		var all sync.WaitGroup
		for worker := range 2 {
			r := rand.New(rand.NewPCG(uint64(worker), 3))
			all.Go(func() {
				for range min(500, *million/20) {
					start := time.Now()
					err := question.ask(r)
					mu.Lock()
					took = append(took, time.Since(start))
					mu.Unlock()
					if err != nil {
						t.Error(question.name, err)
						return
					}
				}
			})
		}
		all.Wait()
		slices.Sort(took)
		t.Logf("%-24s median %v, 99 of 100 within %v, slowest %v", question.name, took[len(took)/2].Round(10*time.Microsecond),
			took[len(took)*99/100].Round(10*time.Microsecond), took[len(took)-1].Round(10*time.Microsecond))
		if *strict {
			require.LessOrEqual(t, took[len(took)*99/100], slowestOut, question.name)
		}
	}
}
