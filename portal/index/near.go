package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Number is that of a work in this index: in another index of the same chain the work has another one.
type Number int64

// Near is what a work has edges to, by number: the first MaxPage each way, in the order in which the index heard of
// the works.
type Near struct {
	Sources, Derivatives         []Number
	MoreSources, MoreDerivatives bool
}

// Number returns the number of a work, registered or not, that an event named. It fails with ErrNotFound.
func (x *Index) Number(ctx context.Context, id registrytypes.WorkID) (n Number, err error) {
	err = x.db.read.QueryRowContext(ctx, x.db.bind(`SELECT id FROM subjects WHERE key = ?`), []byte(OfWork(id).key)).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		err = fmt.Errorf("%s is %w", id, ErrNotFound)
	}
	return n, err
}

// near lists both ways for some works in one question: a list is a text of numbers, since a row for each would cost
// more than the rest.
const near = `SELECT s.id,
	(SELECT %[1]s FROM (SELECT source AS n FROM edges WHERE derivative = s.id ORDER BY source LIMIT ?) AS up),
	(SELECT %[1]s FROM (SELECT derivative AS n FROM edges WHERE source = s.id ORDER BY derivative LIMIT ?) AS down)
	FROM subjects s WHERE s.id IN (%[2]s)`

// Near returns what each of some works has edges to, in the order of the works.
func (x *Index) Near(ctx context.Context, of []Number) ([]Near, error) {
	if len(of) == 0 {
		return nil, nil
	}
	listed := `group_concat(n)`
	if x.db.postgres {
		listed = `string_agg(n::text, ',')`
	}
	found := make(map[Number]Near, len(of))
	args := append([]any{MaxPage + 1, MaxPage + 1}, padded(of)...)
	err := x.db.query(ctx, fmt.Sprintf(near, listed, marks(len(of))), args, func(r *sql.Rows) error {
		var self Number
		var up, down sql.NullString
		if err := r.Scan(&self, &up, &down); err != nil {
			return err
		}
		var n Near
		var err [2]error
		n.Sources, n.MoreSources, err[0] = readNumbers(up.String)
		n.Derivatives, n.MoreDerivatives, err[1] = readNumbers(down.String)
		found[self] = n
		return errors.Join(err[:]...)
	})
	all := make([]Near, len(of))
	for i, n := range of {
		all[i] = found[n]
	}
	return all, err
}

// readNumbers reads the lowest MaxPage numbers of a list with commas, and says whether there are more.
func readNumbers(list string) (numbers []Number, more bool, err error) {
	for list != "" {
		var first string
		first, list, _ = strings.Cut(list, ",")
		n, err := strconv.ParseInt(first, 10, 64)
		if err != nil {
			return nil, false, err
		}
		numbers = append(numbers, Number(n))
	}
	slices.Sort(numbers) // the database does not promise it
	if len(numbers) > MaxPage {
		return numbers[:MaxPage], true, nil
	}
	return numbers, false, nil
}

// Among returns some works, in the order in which they are named, and all edges between them, without Other. Of a work
// that is not registered, or older than the index and not seeded, there is only the id.
func (x *Index) Among(ctx context.Context, of []Number) (works []Work, edges []Edge, err error) {
	if len(of) == 0 {
		return nil, nil, nil
	}
	keys := make([]int64, len(of))
	for i, n := range of {
		keys[i] = int64(n)
	}
	found, err := x.load(ctx, "subject", keys)
	if err != nil {
		return nil, nil, err
	}
	ids, err := x.workIDs(ctx, of)
	if err != nil {
		return nil, nil, err
	}
	for _, key := range keys {
		w := found[key].Work
		w.ID = ids[Number(key)]
		works = append(works, w)
	}
	set := `(` + marks(len(of)) + `)`
	err = x.db.query(ctx, `SELECT e.derivative, e.source, e.role, e.weight, e.later, e.event,
		CASE WHEN EXISTS (SELECT 1 FROM admissions a WHERE a.work = e.derivative AND a.declaration = e.declaration) THEN 1 ELSE 0 END
		FROM edges e WHERE e.derivative IN `+set+` AND e.source IN `+set+` ORDER BY e.derivative, e.source`,
		append(padded(of), padded(of)...), func(r *sql.Rows) error {
			var e Edge
			var derivative, source Number
			var role, later, unapproved int64
			if err := r.Scan(&derivative, &source, &role, &e.Weight, &later, &e.Event, &unapproved); err != nil {
				return err
			}
			e.Derivative, e.Source = ids[derivative], ids[source]
			e.Role, e.Later, e.Unapproved = lineagetypes.Role(role), later != 0, unapproved != 0
			e.Conflict = inConflict(found[int64(derivative)].Work) || inConflict(found[int64(source)].Work)
			edges = append(edges, e)
			return nil
		})
	return works, edges, err
}

// workIDs are the ids of numbers.
func (x *Index) workIDs(ctx context.Context, of []Number) (map[Number]registrytypes.WorkID, error) {
	ids := make(map[Number]registrytypes.WorkID, len(of))
	err := x.db.query(ctx, `SELECT id, key FROM subjects WHERE id IN (`+marks(len(of))+`)`, padded(of), func(r *sql.Rows) error {
		var n Number
		var key []byte
		if err := r.Scan(&n, &key); err != nil {
			return err
		}
		var id registrytypes.WorkID
		copy(id[:], key[1:])
		ids[n] = id
		return nil
	})
	return ids, err
}
