package index

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/stemma-chain/stemma/client/similar"
	"github.com/stemma-chain/stemma/portal/index/hamming"
)

const (
	// MaxDistance is up to how many of 64 bits the codes of two works may differ for them to be alike.
	MaxDistance = hamming.MaxDistance
	// MaxAlike is how many works are listed that are like one.
	MaxAlike = MaxPage
)

// Code is of what is in a file, or of its bytes: those of two files alike differ in few bits.
type Code struct {
	// Unit says what it is of.
	Unit Unit
	// Bits are the first 64 of it, by which codes of all lengths can be compared.
	Bits uint64
}

// Unit is one of an ISCC's that can be compared with others of its sort.
type Unit uint8

// Units, as the index numbers them. Meta-Codes are of titles, which many works share, and Instance-Codes of the bytes, which have a
// digest: neither says that something looks like something.
const (
	Text Unit = 1 + iota
	Image
	Audio
	Video
	Mixed
	Data
)

var unitNames = [...]string{Text: "text", Image: "image", Audio: "audio", Video: "video", Mixed: "mixed", Data: "data"}

func (u Unit) String() string {
	if int(u) < len(unitNames) {
		return unitNames[u]
	}
	return ""
}

// ReadCodes reads what of an ISCC, in any spelling, can be compared; it may be nothing. It fails with iscc.ErrInvalidCode.
func ReadCodes(text string) (all []Code, err error) {
	codes, err := similar.Codes(text)
	for _, code := range codes {
		all = append(all, Code{Unit(slices.Index(unitNames[:], code.Unit)), code.Bits})
	}
	return all, err
}

// CodesOf are those of all ISCCs among identifiers; what can't be read of them is passed over, since people may register it.
func CodesOf(identifiers []Identifier) (all []Code) {
	for _, i := range identifiers {
		if i.Scheme != "iscc" {
			continue
		}
		read, _ := ReadCodes(i.Value)
		for _, code := range read {
			if !slices.Contains(all, code) {
				all = append(all, code)
			}
		}
	}
	return all
}

// Alike is a work one of whose codes differs in few bits from one that was asked for.
type Alike struct {
	Work
	Unit Unit
	// Distance is in how many of 64 bits the codes differ.
	Distance int
}

// codes are those of all works, in memory: read from the database at the first question, and kept as it is.
type codes struct {
	mu  sync.RWMutex
	set *hamming.Set // nil: not read yet
}

func (c *codes) now() *hamming.Set {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.set
}

func (c *codes) become(set *hamming.Set) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.set = set
}

// slotCode is a code with its number in the database.
type slotCode struct {
	slot uint32
	code hamming.Code
}

// learn takes in what a transaction wrote.
func (c *codes) learn(b *batch) {
	set := c.now()
	if set == nil {
		return
	}
	for _, made := range b.codesMade {
		set.Put(made.slot, made.code)
	}
	for _, slot := range b.codesGone {
		set.Remove(slot)
	}
}

// addCodes writes the codes of a work that has none.
func (b *batch) addCodes(id int64, t texts) error {
	all := CodesOf(t.identifiers)
	if len(all) > 0 && (id > math.MaxUint32 || b.codes > math.MaxUint32-int64(len(all))) {
		return errors.New("there are more codes than the index has numbers for: works can be found by them no more")
	}
	for _, code := range all {
		b.codes++
		if _, err := b.exec(`INSERT INTO codes VALUES (?, ?, ?, ?)`, id, b.codes, int64(code.Unit), int64(code.Bits)); err != nil {
			return err
		}
		b.codesMade = append(b.codesMade, slotCode{uint32(b.codes), hamming.Code{Kind: uint8(code.Unit), Bits: code.Bits, Of: uint32(id)}})
	}
	return nil
}

// dropCodes takes out the codes of a work.
func (b *batch) dropCodes(id int64, t texts) error {
	if len(CodesOf(t.identifiers)) == 0 {
		return nil
	}
	s, err := b.statement(`DELETE FROM codes WHERE work = ? RETURNING id`)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(b.ctx, id)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var slot int64
		if err := rows.Scan(&slot); err != nil {
			return err
		}
		b.codesGone = append(b.codesGone, uint32(slot))
	}
	return rows.Err()
}

// alike are the codes of all works.
func (x *Index) alike(ctx context.Context) (*hamming.Set, error) {
	if set := x.codes.now(); set != nil {
		return set, nil
	}
	x.writing.Lock() // nothing is written between the reading and the first that is learnt
	defer x.writing.Unlock()
	if set := x.codes.now(); set != nil {
		return set, nil
	}
	set := new(hamming.Set)
	err := x.db.query(ctx, `SELECT id, work, kind, code FROM codes`, nil, func(r *sql.Rows) error {
		var slot, of uint32
		var kind uint8
		var code int64
		if err := r.Scan(&slot, &of, &kind, &code); err != nil {
			return err
		}
		set.Put(slot, hamming.Code{Kind: kind, Bits: uint64(code), Of: of})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the codes of works: %w", err)
	}
	x.codes.become(set)
	return set, nil
}

// Alike lists works with codes that differ from those asked for in at most distance bits, up to MaxDistance: the nearest by any of their
// codes first, then in the order in which the index heard of them. more says that there are others.
func (x *Index) Alike(ctx context.Context, of []Code, distance, limit int) (found []Alike, more bool, err error) {
	set, err := x.alike(ctx)
	if err != nil {
		return nil, false, err
	}
	limit = min(clamp(limit), MaxAlike)
	best := map[int64]Alike{}
	for _, code := range of {
		matches, others := set.Within(uint8(code.Unit), code.Bits, distance, limit)
		more = more || others
		for _, m := range matches {
			if was, known := best[int64(m.Of)]; !known || m.Distance < was.Distance {
				best[int64(m.Of)] = Alike{Unit: code.Unit, Distance: m.Distance}
			}
		}
	}
	ids := make([]int64, 0, len(best))
	for id := range best {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b int64) int {
		return cmp.Or(cmp.Compare(best[a].Distance, best[b].Distance), cmp.Compare(a, b))
	})
	if len(ids) > limit {
		ids, more = ids[:limit], true
	}
	works, err := x.load(ctx, "id", ids)
	for _, id := range ids {
		if w, ok := works[id]; ok {
			alike := best[id]
			alike.Work = w.Work
			found = append(found, alike)
		}
	}
	return found, more, err
}
