package index

import (
	"context"
	"database/sql"

	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const selectEdges = `SELECT e.derivative, e.source, d.key, s.key, e.role, e.weight, e.later, e.event,
	CASE WHEN EXISTS (SELECT 1 FROM admissions a WHERE a.work = e.derivative AND a.declaration = e.declaration) THEN 1 ELSE 0 END
	FROM edges e JOIN subjects d ON d.id = e.derivative JOIN subjects s ON s.id = e.source WHERE `

// Sources lists what a work was made from, in the order in which the index first heard of the sources.
func (x *Index) Sources(ctx context.Context, work registrytypes.WorkID, after string, limit int) (Page[Edge], error) {
	return x.edges(ctx, work, after, limit, "derivative", "source")
}

// Derivatives lists what was made from a work, in the order in which the index first heard of them.
func (x *Index) Derivatives(ctx context.Context, work registrytypes.WorkID, after string, limit int) (Page[Edge], error) {
	return x.edges(ctx, work, after, limit, "source", "derivative")
}

// edges lists those at one end of which a work is.
func (x *Index) edges(
	ctx context.Context, work registrytypes.WorkID, after string, limit int, end, other string,
) (p Page[Edge], err error) {
	from, err := pageNumber(after, 0)
	if err != nil {
		return p, err
	}
	limit = clamp(limit)
	var others []int64
	self := int64(-1)
	err = x.db.query(ctx, selectEdges+`e.`+end+` = (SELECT id FROM subjects WHERE key = ?) AND e.`+other+` > ?
		ORDER BY e.`+other+` LIMIT ?`, []any{[]byte(OfWork(work).key), from, limit + 1}, func(r *sql.Rows) error {
		var e Edge
		var derivative, source, role, later, unapproved int64
		var derivativeKey, sourceKey []byte
		err := r.Scan(&derivative, &source, &derivativeKey, &sourceKey, &role, &e.Weight, &later, &e.Event, &unapproved)
		if err != nil {
			return err
		}
		copy(e.Derivative[:], derivativeKey[1:])
		copy(e.Source[:], sourceKey[1:])
		e.Role, e.Later, e.Unapproved = lineagetypes.Role(role), later != 0, unapproved != 0
		at, of := source, derivative
		if other == "derivative" {
			at, of = derivative, source
		}
		self = of
		others, p.Rows = append(others, at), append(p.Rows, e)
		return nil
	})
	if err != nil || len(p.Rows) == 0 {
		return p, err
	}
	if len(p.Rows) > limit {
		p.Rows, others = p.Rows[:limit], others[:limit]
		p.Next = pageMark(others[limit-1])
	}
	works, err := x.load(ctx, "subject", append(others, self))
	for i := range p.Rows {
		e := &p.Rows[i]
		w, known := works[others[i]]
		if e.Other = w.Work; !known {
			e.Other.ID = e.Source
			if other == "derivative" {
				e.Other.ID = e.Derivative
			}
		}
		e.Conflict = inConflict(w.Work) || inConflict(works[self].Work)
	}
	return p, err
}

func inConflict(w Work) bool {
	return w.Status == registrytypes.STATUS_DISPUTED || w.Status == registrytypes.STATUS_INVALIDATED
}
