package index

import (
	"context"
	"encoding/binary"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/stemma-chain/stemma/client/history"
	"github.com/stemma-chain/stemma/portal/index/pack"
)

// Apply takes in one block, whole or not at all. It fails with ErrNotNext unless the block is
// the next one (any, the first time), and with ErrChain for a block of another chain.
func (x *Index) Apply(ctx context.Context, b Block) error { return x.ApplyMany(ctx, []Block{b}) }

// ApplyMany is Apply for blocks that follow each other, in one transaction.
func (x *Index) ApplyMany(ctx context.Context, blocks []Block) error {
	return x.write(ctx, func(b *batch) error {
		for _, block := range blocks {
			if err := b.apply(block); err != nil {
				return fmt.Errorf("index block %d: %w", block.Height, err)
			}
		}
		return nil
	})
}

func (b *batch) apply(block Block) error {
	switch {
	case block.ChainID == "" || block.Height < 1 || block.Time.IsZero():
		return fmt.Errorf("a block has a chain, a height and a time: %w", ErrNotNext)
	case b.ChainID != "" && block.ChainID != b.ChainID:
		return fmt.Errorf("%w, %s: the block is of %s; give that chain an index of its own", ErrChain, b.ChainID, block.ChainID)
	case b.Height != 0 && block.Height != b.Height+1:
		return fmt.Errorf("%w: that is %d", ErrNotNext, b.Height+1)
	}
	if b.Height == 0 {
		b.ChainID, b.First = block.ChainID, block.Height
	}
	b.Height, b.Time, b.Hash, b.Results = block.Height, block.Time.UTC(), block.Hash, block.Results
	if block.Checked {
		b.Checked = block.Height
	}
	first := b.Events
	if err := b.place(BeforeTxs, nil, block.Hooks, func(e abci.Event) bool { return !atEnd(e) }); err != nil {
		return err
	}
	for i, tx := range block.Txs {
		if err := b.place(i, tx.Hash, tx.Events, func(abci.Event) bool { return true }); err != nil {
			return fmt.Errorf("transaction %d: %w", i, err)
		}
	}
	if err := b.place(AfterTxs, nil, block.Hooks, atEnd); err != nil {
		return err
	}
	if b.Events > first {
		b.newBlocks.add(b.Height, nanoseconds(b.Time), first+1)
	}
	return nil
}

// Attributes that the SDK adds to the chain's own.
const (
	mode     = "mode"
	endBlock = "EndBlock"
)

func atEnd(e abci.Event) bool { return history.Value(e, mode) == endBlock }

// place takes in the events of a transaction, or of the hooks before or after them.
func (b *batch) place(tx int, hash []byte, events []abci.Event, take func(abci.Event) bool) error {
	place := int64(0)
	for _, e := range events {
		if !ours(e.Type) || !take(e) {
			b.leaveOut(e.Type)
			continue
		}
		if place == 0 {
			b.places++
			place = b.places
			var tag any
			if hash != nil {
				tag = tagOf(hash)
			}
			b.newPlaces.add(place, b.Height, tx, hash, tag, b.Events+1)
		}
		if err := b.event(place, e); err != nil {
			return fmt.Errorf("%s: %w", e.Type, err)
		}
	}
	return nil
}

// ours says that an event is a typed one of a module of this chain.
func ours(name string) bool {
	return strings.HasPrefix(name, "stemma.") && strings.Contains(name, ".v1.Event")
}

// newer are typed events in a way that a newer chain says them.
var newer = regexp.MustCompile(`^stemma\.[a-z]{1,40}\.v([2-9]|[1-9][0-9]{1,4})\.Event[A-Za-z0-9]{1,80}$`)

// leaveOut notes the first event that only a newer portal understands. What is in such events is not kept: people may
// take back some of it, and which is not known.
func (b *batch) leaveOut(name string) {
	if b.Newer == "" && strings.HasPrefix(name, "stemma.") && newer.MatchString(name) {
		b.Newer, b.NewerAt = name, b.Height
	}
}

// tagOf is the first eight bytes of a hash.
func tagOf(hash []byte) int64 {
	if len(hash) < 8 {
		return 0
	}
	return int64(binary.BigEndian.Uint64(hash))
}

// aside are attributes whose ids are not what the event is about: those that it raised by
// itself, and all that is demanded of a work, whose sources would drown in what is made from
// what is made from them.
var aside = map[string][]string{
	"stemma.lineage.v1.EventDerived":     {"notices", "renumbered", "replaced"},
	"stemma.license.v1.EventConstrained": {"constraints", "waiting"},
}

// event writes an event down and does what it says to other tables.
func (b *batch) event(place int64, e abci.Event) error {
	b.Events++
	msg := int64(-1)
	shape := []string{e.Type}
	body := []byte{} // also of an event that says nothing but its name
	about := make(map[uint64]string)
	for _, a := range e.Attributes {
		switch a.Key {
		case history.MsgIndex:
			if n, err := strconv.ParseInt(a.Value, 10, 32); err == nil {
				msg = n
			}
			continue
		case mode:
			continue
		}
		start := len(body)
		var err error
		if body, err = pack.Append(body, a.Key, a.Value, b); err != nil {
			return err
		}
		shape = append(shape, a.Key)
		if !slices.Contains(aside[e.Type], a.Key) {
			if err := pack.IDs(body[start:], about); err != nil {
				return err
			}
		}
	}
	number, err := b.Word(strings.Join(shape, "\n"))
	if err != nil {
		return err
	}
	b.newEvents.add(b.Events, place, msg, int64(number), body)
	ids := make([]uint64, 0, len(about))
	for id := range about {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		b.newMentions.add(int64(id), b.Events)
	}
	if do, ok := effects[e.Type]; ok {
		return do(b, e)
	}
	return nil
}
