package index_test

import (
	"crypto/sha256"
	"encoding/hex"
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

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/portal/index"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
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

// ordinary makes works of the ordinary kind: each registered, offered and made from an earlier one
// in a transaction of its own, with a title and a creator, and every other one with a URL.
type ordinary struct {
	random *rand.Rand
	words  []string
	zipf   *rand.Zipf
	events []abci.Event // of the first work, with texts that are replaced
	ids    []registrytypes.WorkID
}

func newOrdinary(t *testing.T) *ordinary {
	r := rand.New(rand.NewPCG(7, 7))
	o := &ordinary{random: r, zipf: rand.NewZipf(r, 1.3, 8, 29_999)}
	syllables := strings.Fields("ka lo mi ren sta ve tor an el ich ou per dra no sul be wen thi co ga " +
		"山 川 花 鳥 風 月 мо ре но чь")
	for range 30_000 {
		word := ""
		for range 2 + r.IntN(3) {
			word += syllables[r.IntN(len(syllables))]
		}
		o.words = append(o.words, word)
	}
	o.events = []abci.Event{
		event(t, &registrytypes.EventWorkRegistered{
			Work: workOf(1), Owner: account(1), Sha256: content(1), Kind: registrytypes.KIND_IMAGE,
		}, inMsg(0)),
		event(t, &licensetypes.EventOffered{Work: workOf(1), Terms: terms(1)}, inMsg(1)),
		event(t, &royaltytypes.EventUpstreamChanged{Work: workOf(1), Epoch: 1, UpstreamVersion: 1, Absolute: 100_000, Reach: 7}, inMsg(2)),
		event(t, &licensetypes.EventConstrained{Work: workOf(1), Version: 1, Constraints: []licensetypes.NamedConstraint{
			{Kind: licensetypes.CONSTRAINT_ATTRIBUTION, Source: workOf(2), Terms: terms(1), WorkVersion: 1},
		}}, inMsg(2)),
		event(t, &lineagetypes.EventDerived{Work: workOf(1), Generation: 1, Absolute: 100_000, Declaration: 1, Sources: []lineagetypes.Source{
			{Work: workOf(2), Role: lineagetypes.ROLE_PARENT_OF, Permission: terms(1).String()},
		}}, inMsg(2)),
	}
	return o
}

// tx is the events of one more work.
func (o *ordinary) tx() []abci.Event {
	n := len(o.ids)
	sum := sha256.Sum256(fmt.Append(nil, "work ", n))
	id := registrytypes.WorkID(sum[:20])
	source := id
	if n > 0 {
		source = o.ids[o.random.IntN(n)]
	}
	o.ids = append(o.ids, id)
	digest := sha256.Sum256(fmt.Append(nil, "content ", n))
	owner := sha256.Sum256(fmt.Append(nil, "owner ", o.random.IntN(1+n/10)))
	replace := strings.NewReplacer(
		workOf(1).String(), id.String(), workOf(2).String(), source.String(), content(1).String(), hex.EncodeToString(digest[:]),
		account(1), sdk.AccAddress(owner[:20]).String(), terms(1).String(), terms(n%20).String(),
	)
	events := make([]abci.Event, len(o.events))
	for i, e := range o.events {
		events[i] = abci.Event{Type: e.Type, Attributes: slices.Clone(e.Attributes)}
		for j := range events[i].Attributes {
			events[i].Attributes[j].Value = replace.Replace(events[i].Attributes[j].Value)
		}
	}
	return events
}

func (o *ordinary) word() string { return o.words[o.zipf.Uint64()] }

func (o *ordinary) details() registrytypes.Details {
	d := registrytypes.Details{
		Title:    strings.Join([]string{o.word(), o.word(), o.word(), o.word()}[:1+o.random.IntN(4)], " "),
		Creators: []registrytypes.Creator{{Name: o.words[o.random.IntN(3000)] + " " + o.words[o.random.IntN(len(o.words))], Role: "author"}},
	}
	if o.random.IntN(2) == 0 {
		d.Fingerprints = []registrytypes.Fingerprint{
			{Scheme: "url", Value: fmt.Sprintf("https://example.org/%s/%d", o.word(), o.random.Uint32())},
		}
	}
	return d
}

func TestMany(t *testing.T) {
	if testing.Short() {
		t.Skip("generates works")
	}
	path := filepath.Join(t.TempDir(), "index.db")
	if *where != "" {
		path = *where
	}
	x := open(t, path)
	o := newOrdinary(t)
	var applying, describing time.Duration
	events := 0
	totals, err := x.Totals(t.Context())
	require.NoError(t, err)
	if totals.Works == int64(*million) {
		for range *million {
			o.tx()
		}
		o.ask(t, x)
		return
	}
	for height := int64(1); len(o.ids) < *million; height++ {
		batch := make([]index.Block, 20)
		for i := range batch {
			txs := make([][]abci.Event, min(50, max(0, *million-len(o.ids))))
			for j := range txs {
				txs[j] = o.tx()
				events += len(txs[j])
			}
			batch[i] = block((height-1)*20+int64(i)+1, txs...)
		}
		start := time.Now()
		require.NoError(t, x.ApplyMany(t.Context(), batch))
		applying += time.Since(start)
		for {
			due, err := x.Due(t.Context(), 500)
			require.NoError(t, err)
			if len(due) == 0 {
				break
			}
			list := make([]index.Described, len(due))
			for i, d := range due {
				list[i] = index.Described{Due: d, Claim: registrytypes.Claim{Details: o.details()}}
			}
			start = time.Now()
			require.NoError(t, x.Describe(t.Context(), list))
			describing += time.Since(start)
		}
	}
	persecond := float64(events) / applying.Seconds()
	t.Logf("%d works, %d events: %.0f events a second, %.0f texts a second",
		*million, events, persecond, float64(*million)/describing.Seconds())
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
	o.ask(t, x)
}

// ask measures questions, two at a time.
func (o *ordinary) ask(t *testing.T, x *index.Index) {
	ctx := t.Context()
	id := func(r *rand.Rand) registrytypes.WorkID { return o.ids[r.IntN(len(o.ids))] }
	zipf := rand.NewZipf(rand.New(rand.NewPCG(1, 1)), 1.3, 8, 29_999)
	var mu sync.Mutex
	word := func() string {
		mu.Lock()
		defer mu.Unlock()
		return o.words[zipf.Uint64()]
	}
	search := func(text string, kind registrytypes.Kind) error {
		_, err := x.Search(ctx, index.Query{Text: text, Kind: kind}, "", 20)
		return err
	}
	for _, question := range []struct {
		name string
		ask  func(r *rand.Rand) error
	}{
		{"a word", func(*rand.Rand) error { return search(word()+" ", 0) }},
		{"two words", func(*rand.Rand) error { return search(word()+" "+word(), 0) }},
		{"the most frequent words", func(r *rand.Rand) error { return search(o.words[r.IntN(3)]+" "+o.words[r.IntN(3)], 0) }},
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
