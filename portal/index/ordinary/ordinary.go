// Package ordinary makes works of the ordinary kind, any number of them, for tests of what an index of many is worth.
package ordinary

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/portal/index"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// ChainID is that of the chain that the works are of.
const ChainID = "play-1"

// Of a title's words the first are by far the most frequent: Words are in order of that.
const (
	vocabulary = 30_000
	// names is how many first names creators have.
	names = 3000
	// perBlock is how many works a block registers, perBatch how many blocks are written at once.
	perBlock, perBatch = 50, 20
)

var began = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// Works makes them: each is registered, offered and made from an earlier one in a transaction of its own, with a
// title and a creator, and every other one with a URL. It makes the same ones every time.
type Works struct {
	Words  []string
	random *rand.Rand
	zipf   *rand.Zipf
	events []abci.Event // of the first work, with texts that are replaced
	owner  string       // in these
	made   int
}

// New begins with the first work.
func New() (*Works, error) {
	encoding.Configure()
	r := rand.New(rand.NewPCG(7, 7))
	w := &Works{random: r, zipf: rand.NewZipf(r, 1.3, 8, vocabulary-1), owner: sdk.AccAddress("somebody's account 1").String()}
	syllables := strings.Fields("ka lo mi ren sta ve tor an el ich ou per dra no sul be wen thi co ga " +
		"山 川 花 鳥 風 月 мо ре но чь")
	for range vocabulary {
		word := ""
		for range 2 + r.IntN(3) {
			word += syllables[r.IntN(len(syllables))]
		}
		w.Words = append(w.Words, word)
	}
	for _, said := range []struct {
		event proto.Message
		msg   int
	}{
		{&registrytypes.EventWorkRegistered{Work: one, Owner: w.owner, Sha256: content, Kind: registrytypes.KIND_IMAGE}, 0},
		{&licensetypes.EventOffered{Work: one, Terms: terms(1)}, 1},
		{&royaltytypes.EventUpstreamChanged{Work: one, Epoch: 1, UpstreamVersion: 1, Absolute: 100_000, Reach: 7}, 2},
		{&licensetypes.EventConstrained{Work: one, Version: 1, Constraints: []licensetypes.NamedConstraint{
			{Kind: licensetypes.CONSTRAINT_ATTRIBUTION, Source: other, Terms: terms(1), WorkVersion: 1},
		}}, 2},
		{&lineagetypes.EventDerived{Work: one, Generation: 1, Absolute: 100_000, Declaration: 1, Sources: []lineagetypes.Source{
			{Work: other, Role: lineagetypes.ROLE_PARENT_OF, Permission: terms(1).String()},
		}}, 2},
	} {
		e, err := sdk.TypedEventToEvent(said.event)
		if err != nil {
			return nil, err
		}
		e.Attributes = append(e.Attributes, abci.EventAttribute{Key: "msg_index", Value: fmt.Sprint(said.msg)})
		w.events = append(w.events, abci.Event(e))
	}
	return w, nil
}

// What the events of the first work say, to be replaced.
var (
	one, other = registrytypes.WorkID{1}, registrytypes.WorkID{2}
	content    = registrytypes.Digest{3}
)

func terms(n int) (id licensetypes.TermsID) { return sha256.Sum256(fmt.Append(nil, "terms ", n)) }

// ID is the id of work n, from 0.
func ID(n int) registrytypes.WorkID {
	sum := sha256.Sum256(fmt.Append(nil, "work ", n))
	return registrytypes.WorkID(sum[:20])
}

// Digest is that of the content of work n.
func Digest(n int) registrytypes.Digest { return sha256.Sum256(fmt.Append(nil, "content ", n)) }

// tx is the events of one more work.
func (w *Works) tx() []abci.Event {
	n := w.made
	w.made++
	source := ID(n)
	if n > 0 {
		source = ID(w.random.IntN(n))
	}
	account := sha256.Sum256(fmt.Append(nil, "owner ", w.random.IntN(1+n/10)))
	digest := Digest(n)
	replace := strings.NewReplacer(
		one.String(), ID(n).String(), other.String(), source.String(), content.String(), hex.EncodeToString(digest[:]),
		w.owner, sdk.AccAddress(account[:20]).String(), terms(1).String(), terms(n%20).String(),
	)
	events := make([]abci.Event, len(w.events))
	for i, e := range w.events {
		events[i] = abci.Event{Type: e.Type, Attributes: slices.Clone(e.Attributes)}
		for j := range events[i].Attributes {
			events[i].Attributes[j].Value = replace.Replace(events[i].Attributes[j].Value)
		}
	}
	return events
}

func (w *Works) word() string { return w.Words[w.zipf.Uint64()] }

// Details are those of one more work.
func (w *Works) Details() registrytypes.Details {
	d := registrytypes.Details{
		Title:    strings.Join([]string{w.word(), w.word(), w.word(), w.word()}[:1+w.random.IntN(4)], " "),
		Creators: []registrytypes.Creator{{Name: w.Words[w.random.IntN(names)] + " " + w.Words[w.random.IntN(len(w.Words))], Role: "author"}},
	}
	if w.random.IntN(2) == 0 {
		d.Fingerprints = []registrytypes.Fingerprint{
			{Scheme: "url", Value: fmt.Sprintf("https://example.org/%s/%d", w.word(), w.random.Uint32())},
		}
	}
	return d
}

// Block is one with transactions that did something; it does not say what its hash is.
func Block(height int64, txs ...[]abci.Event) index.Block {
	b := index.Block{ChainID: ChainID, Height: height, Time: began.Add(time.Duration(height) * time.Second)}
	for i, events := range txs {
		hash := sha256.Sum256(binary.BigEndian.AppendUint64([]byte{byte(i)}, uint64(height)))
		b.Txs = append(b.Txs, index.Tx{Hash: hash[:], Events: events})
	}
	return b
}

// Took is how long the index took.
type Took struct {
	Events               int
	Applying, Describing time.Duration
}

// Fill writes many works, with their texts, into an index that has none.
func (w *Works) Fill(ctx context.Context, x *index.Index, works int) (took Took, err error) {
	for height := int64(1); w.made < works; {
		var batch []index.Block
		for ; len(batch) < perBatch; height++ {
			txs := make([][]abci.Event, min(perBlock, works-w.made))
			for j := range txs {
				txs[j] = w.tx()
				took.Events += len(txs[j])
			}
			batch = append(batch, Block(height, txs...))
		}
		start := time.Now()
		if err := x.ApplyMany(ctx, batch); err != nil {
			return took, err
		}
		took.Applying += time.Since(start)
		if err := w.describe(ctx, x, &took); err != nil {
			return took, err
		}
	}
	return took, nil
}

// describe answers for all works whose text is due.
func (w *Works) describe(ctx context.Context, x *index.Index, took *Took) error {
	for {
		due, err := x.Due(ctx, 500)
		if err != nil || len(due) == 0 {
			return err
		}
		list := make([]index.Described, len(due))
		for i, d := range due {
			list[i] = index.Described{Due: d, Claim: registrytypes.Claim{Details: w.Details()}}
		}
		start := time.Now()
		if err := x.Describe(ctx, list); err != nil {
			return err
		}
		took.Describing += time.Since(start)
	}
}
