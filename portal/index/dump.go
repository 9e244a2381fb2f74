package index

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
)

// dumped are the tables with an order that is the same in every database, and how many columns each has.
var dumped = []struct {
	query   string
	columns int
}{
	{`SELECT chain, first, height, time, hash, subjects, words, places, events, works, derivations, payments, accounts, due,
		newer, newer_at FROM state`, 16},
	{`SELECT id, key FROM subjects ORDER BY id`, 2},
	{`SELECT id, word FROM words ORDER BY id`, 2},
	{`SELECT height, time, event FROM blocks ORDER BY height`, 3},
	{`SELECT id, height, tx, hash, tag, event FROM places ORDER BY id`, 6},
	{`SELECT id, place, msg, shape, body FROM events ORDER BY id`, 5},
	{`SELECT subject, event FROM mentions ORDER BY subject, event`, 2},
	{`SELECT id, subject, owner, sha256, tag, kind, status, version, flags, place, registered, since, rank, due FROM works ORDER BY id`, 14},
	{`SELECT id, title, creators, identifiers FROM texts ORDER BY id`, 4},
	{`SELECT tag, work FROM tags ORDER BY tag, work`, 2},
	{`SELECT work, kind, code FROM codes ORDER BY work, kind, code`, 3},
	{`SELECT derivative, source, role, weight, later, declaration, event FROM edges ORDER BY derivative, source`, 7},
	{`SELECT work, declaration FROM admissions ORDER BY work, declaration`, 2},
	{`SELECT account, denom, amount FROM earned ORDER BY account, denom`, 3},
	{`SELECT account, root, time FROM anchors ORDER BY account, root`, 3},
	{`SELECT work, licence, price, ends, flags FROM offers ORDER BY work, licence`, 5},
	{`SELECT id, permits, rate, spdx, preset, territories, media, fee FROM licences ORDER BY id`, 8},
	{`SELECT id, controller, status, ends, version FROM agents ORDER BY id`, 5},
	{`SELECT protocol, agent FROM endpoints ORDER BY agent, protocol`, 2},
}

// Dump writes all that was indexed, but for the terms that follow from texts, as lines in an order that is the
// same in every database: two indexes of the same blocks and texts write the same. Which blocks
// were checked is left out.
func (x *Index) Dump(ctx context.Context, w io.Writer) error {
	out := bufio.NewWriter(w)
	for _, t := range dumped {
		fmt.Fprintln(out, t.query)
		values := make([]any, t.columns)
		to := make([]any, t.columns)
		for i := range values {
			to[i] = &values[i]
		}
		err := x.db.query(ctx, t.query, nil, func(r *sql.Rows) error {
			if err := r.Scan(to...); err != nil {
				return err
			}
			for _, v := range values {
				switch v := v.(type) {
				case nil:
					fmt.Fprint(out, "\tx")
				case []byte:
					fmt.Fprintf(out, "\tx%x", v)
				case string:
					fmt.Fprintf(out, "\t%q", v)
				default:
					fmt.Fprintf(out, "\t%v", v)
				}
			}
			_, err := fmt.Fprintln(out)
			return err
		})
		if err != nil {
			return err
		}
	}
	return out.Flush()
}
