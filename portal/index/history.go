package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/portal/index/pack"
)

const selectEvents = `SELECT e.id, e.msg, e.shape, e.body, p.height, p.tx, p.hash, b.time
	FROM events e JOIN places p ON p.id = e.place JOIN blocks b ON b.height = p.height WHERE `

// History lists the events that name a subject, the newest first. What an event says of its own
// accord about others, such as descendants that were renumbered, is not in theirs.
func (x *Index) History(ctx context.Context, of Subject, before string, limit int) (Page[Event], error) {
	below, err := pageNumber(before, newest)
	if err != nil {
		return Page[Event]{}, err
	}
	ids, err := x.ids(ctx, `SELECT event FROM mentions WHERE subject = (SELECT id FROM subjects WHERE key = ?) AND event < ?
		ORDER BY event DESC LIMIT ?`, []byte(of.key), below, clamp(limit)+1)
	return x.eventPage(ctx, ids, clamp(limit), err)
}

// Latest lists the events of the chain, the newest first.
func (x *Index) Latest(ctx context.Context, before string, limit int) (Page[Event], error) {
	below, err := pageNumber(before, newest)
	if err != nil {
		return Page[Event]{}, err
	}
	ids, err := x.ids(ctx, `SELECT id FROM events WHERE id < ? ORDER BY id DESC LIMIT ?`, below, clamp(limit)+1)
	return x.eventPage(ctx, ids, clamp(limit), err)
}

// Event returns an event by its number. It fails with ErrNotFound.
func (x *Index) Event(ctx context.Context, id int64) (Event, error) {
	events, err := x.events(ctx, []int64{id})
	if err == nil && len(events) == 0 {
		err = fmt.Errorf("event %d is %w", id, ErrNotFound)
	}
	if err != nil {
		return Event{}, err
	}
	return events[0], nil
}

// OfTx lists the events of a transaction in their order. It fails with ErrNotFound for one without any.
func (x *Index) OfTx(ctx context.Context, hash []byte, after string, limit int) (Page[Event], error) {
	var place, first int64
	err := x.db.read.QueryRowContext(ctx, x.db.bind(`SELECT id, event FROM places WHERE tag = ? AND hash = ?`), tagOf(hash), hash).
		Scan(&place, &first)
	if errors.Is(err, sql.ErrNoRows) {
		return Page[Event]{}, fmt.Errorf("transaction %X is %w, or did nothing that the index keeps", hash, ErrNotFound)
	}
	if err != nil {
		return Page[Event]{}, err
	}
	last := int64(newest)
	if err := x.next(ctx, &last, `SELECT event FROM places WHERE id > ? ORDER BY id LIMIT 1`, place); err != nil {
		return Page[Event]{}, err
	}
	return x.between(ctx, first, last, after, limit)
}

// OfBlock lists the events of a block in their order; none is not a failure.
func (x *Index) OfBlock(ctx context.Context, height int64, after string, limit int) (Page[Event], error) {
	first, last := int64(newest), int64(newest)
	if err := x.next(ctx, &first, `SELECT event FROM blocks WHERE height = ?`, height); err != nil {
		return Page[Event]{}, err
	}
	if err := x.next(ctx, &last, `SELECT event FROM blocks WHERE height > ? ORDER BY height LIMIT 1`, height); err != nil {
		return Page[Event]{}, err
	}
	return x.between(ctx, first, last, after, limit)
}

// next reads a number where there is one.
func (x *Index) next(ctx context.Context, to *int64, statement string, after int64) error {
	err := x.db.read.QueryRowContext(ctx, x.db.bind(statement), after).Scan(to)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

func (x *Index) between(ctx context.Context, first, end int64, after string, limit int) (Page[Event], error) {
	from, err := pageNumber(after, first-1)
	if err != nil {
		return Page[Event]{}, err
	}
	ids, err := x.ids(ctx, `SELECT id FROM events WHERE id > ? AND id < ? ORDER BY id LIMIT ?`, max(from, first-1), end, clamp(limit)+1)
	return x.eventPage(ctx, ids, clamp(limit), err)
}

func (x *Index) eventPage(ctx context.Context, ids []int64, limit int, err error) (p Page[Event], _ error) {
	if err != nil {
		return p, err
	}
	if len(ids) > limit {
		ids = ids[:limit]
		p.Next = pageMark(ids[limit-1])
	}
	p.Rows, err = x.events(ctx, ids)
	return p, err
}

// packed is an event as it is stored.
type packed struct {
	Event
	shape uint64
	body  []byte
}

func (p *packed) scan(r *sql.Rows) error {
	var tx, at int64
	err := r.Scan(&p.ID, &p.Msg, &p.shape, &p.body, &p.Height, &tx, &p.Tx, &at)
	p.TxIndex, p.Time = int(tx), moment(at)
	return err
}

// events reads events in the order of their numbers; those that are not there are left out.
func (x *Index) events(ctx context.Context, ids []int64) ([]Event, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found := make(map[int64]*packed, len(ids))
	refs := make(map[uint64]string)
	err := x.db.query(ctx, selectEvents+`e.id IN (`+marks(len(ids))+`)`, padded(ids), func(r *sql.Rows) error {
		p := new(packed)
		if err := p.scan(r); err != nil {
			return err
		}
		found[p.ID] = p
		return pack.IDs(p.body, refs)
	})
	if err != nil {
		return nil, err
	}
	if err := x.spell(ctx, refs); err != nil {
		return nil, err
	}
	var events []Event
	for _, id := range ids {
		p, ok := found[id]
		if !ok {
			continue
		}
		if err := p.unpack(spelling{ctx, x, refs}); err != nil {
			return nil, fmt.Errorf("event %d: %w", id, err)
		}
		events = append(events, p.Event)
	}
	return events, nil
}

func (p *packed) unpack(s spelling) error {
	shape, err := s.Word(p.shape)
	if err != nil {
		return err
	}
	keys := strings.Split(shape, "\n")
	p.Type = keys[0]
	rest := p.body
	for _, key := range keys[1:] {
		a := Attribute{Key: key}
		if a.Value, rest, err = pack.Next(rest, s); err != nil {
			return err
		}
		p.Attributes = append(p.Attributes, a)
	}
	return nil
}

// spelling is what the numbers in some events stand for.
type spelling struct {
	ctx context.Context
	x   *Index
	ids map[uint64]string
}

func (s spelling) ID(number uint64) (string, error) {
	if text := s.ids[number]; text != "" {
		return text, nil
	}
	return "", fmt.Errorf("the index has no id %d", number)
}

func (s spelling) Word(number uint64) (string, error) { return s.x.word(s.ctx, number) }

// spell writes ids out.
func (x *Index) spell(ctx context.Context, ids map[uint64]string) error {
	numbers := slices.Sorted(maps.Keys(ids))
	for part := range slices.Chunk(numbers, 400) {
		err := x.db.query(ctx, `SELECT id, key FROM subjects WHERE id IN (`+marks(len(part))+`)`, padded(part), func(r *sql.Rows) error {
			var number uint64
			var key []byte
			err := r.Scan(&number, &key)
			if err == nil {
				ids[number] = Subject{string(key)}.String()
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
