package index

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// ErrListed says that a manifest is listed already.
var ErrListed = errors.New("it is listed already")

// itemsVersion is raised with every change of how items are stored.
const itemsVersion = "1"

// Rows of a manifest lie together, in order of their digests: they are loaded in that order, and taken out at once.
const itemsSchema = `
CREATE TABLE IF NOT EXISTS items_version (version TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS manifests (
	id INTEGER PRIMARY KEY, work BLOB NOT NULL, version INTEGER NOT NULL, sha256 BLOB NOT NULL, items INTEGER NOT NULL,
	since INTEGER NOT NULL, whole INTEGER NOT NULL, UNIQUE (work, version)
);

CREATE TABLE IF NOT EXISTS items (
	manifest INTEGER, sha256 BLOB, place INTEGER, contributor BLOB NOT NULL, PRIMARY KEY (manifest, sha256, place)
) WITHOUT ROWID;
`

const (
	// itemRows is how many rows are written, or taken out, in one transaction.
	itemRows = 50_000
	// maxListed bounds how many manifests one database has: a question looks into each.
	maxListed = 10_000
)

// MostDatasets is how many works one question finds.
const MostDatasets = 20

// MostItems is how many items of each it finds.
const MostItems = 5

// Items are those of manifests that their curators published and that the operator has loaded. They are no part of what the
// chain says, and lie in a file of their own, so that they outlast an index that is built anew.
type Items struct {
	db *database
}

// ItemsBeside is where the items lie of the portal whose index lies there: in the same PostgreSQL database, or a file beside.
func ItemsBeside(where string) string {
	if strings.HasPrefix(where, "postgres://") || strings.HasPrefix(where, "postgresql://") {
		return where
	}
	ending := filepath.Ext(where)
	return strings.TrimSuffix(where, ending) + "-items" + ending
}

// OpenItems opens a database of items, as Open does one of an index, and makes it if it is not there. One of another version
// fails with ErrVersion.
func OpenItems(ctx context.Context, where string) (*Items, error) {
	db, err := connect(where)
	if err != nil {
		return nil, err
	}
	x := &Items{db: db}
	if err := x.prepare(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open the items: %w", err), db.close())
	}
	return x, nil
}

func (x *Items) prepare(ctx context.Context) error {
	statements := itemsSchema
	if x.db.postgres {
		statements = postgresTypes.Replace(itemsSchema)
	}
	return x.within(ctx, func(tx *sql.Tx) error {
		for _, statement := range strings.Split(statements, ";\n") {
			if strings.TrimSpace(statement) == "" {
				continue
			}
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		var found string
		err := tx.QueryRowContext(ctx, `SELECT version FROM items_version`).Scan(&found)
		if errors.Is(err, sql.ErrNoRows) {
			_, err = tx.ExecContext(ctx, x.db.bind(`INSERT INTO items_version (version) VALUES (?)`), itemsVersion)
			return err
		}
		if err == nil && found != itemsVersion {
			err = fmt.Errorf("the items have version %q, this portal needs %q, so they were %w: delete them, and load the manifests anew",
				found, itemsVersion, ErrVersion)
		}
		return err
	})
}

// Close closes the database.
func (x *Items) Close() error { return x.db.close() }

func (x *Items) within(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := x.db.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer rollback(tx)
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// Listed is a manifest whose items are kept.
type Listed struct {
	Work registrytypes.WorkID
	// Version of the work that the manifest came with, and Sha256 its digest.
	Version uint32
	Sha256  registrytypes.Digest
	Items   uint64
	// Since is when it was loaded. It is found once it is Whole.
	Since time.Time
	Whole bool
}

// ListedItem is an item of a manifest.
type ListedItem struct {
	Sha256 [sha256.Size]byte
	// Place among the items, from 0.
	Place       uint64
	Contributor manifest.Contributor
}

// key is what is stored of who contributed: the kind, and the id.
func contributorKey(c manifest.Contributor) []byte { return append([]byte{byte(c.Kind)}, c.ID...) }

// Load takes in a manifest's items, which next returns in order of their digests and places, until it fails with io.EOF. If it fails
// with anything else, or returns another number of them than the manifest has, nothing is kept. It fails with ErrListed for a
// manifest that is there.
func (x *Items) Load(ctx context.Context, m Listed, next func() (ListedItem, error)) (err error) {
	id, err := x.begin(ctx, m)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, x.remove(context.WithoutCancel(ctx), id))
		}
	}()
	if x.db.postgres {
		err = x.copyRows(ctx, id, next)
	} else {
		err = x.insertRows(ctx, id, next)
	}
	if err != nil {
		return err
	}
	return x.within(ctx, func(tx *sql.Tx) error {
		var n int64
		if err := tx.QueryRowContext(ctx, x.db.bind(`SELECT count(*) FROM items WHERE manifest = ?`), id).Scan(&n); err != nil {
			return err
		}
		if uint64(n) != m.Items {
			return fmt.Errorf("%d items were taken in, the manifest has %d", n, m.Items)
		}
		_, err := tx.ExecContext(ctx, x.db.bind(`UPDATE manifests SET whole = 1 WHERE id = ?`), id)
		return err
	})
}

// begin notes a manifest that is not whole yet, in place of one whose loading was broken off.
func (x *Items) begin(ctx context.Context, m Listed) (id int64, err error) {
	var whole bool
	row := x.db.write.QueryRowContext(ctx, x.db.bind(`SELECT id, whole = 1 FROM manifests WHERE work = ? AND version = ?`),
		m.Work[:], int64(m.Version))
	switch err := row.Scan(&id, &whole); {
	case err == nil && whole:
		return 0, fmt.Errorf("version %d of %s: %w", m.Version, m.Work, ErrListed)
	case err == nil:
		if err := x.remove(ctx, id); err != nil {
			return 0, err
		}
	case !errors.Is(err, sql.ErrNoRows):
		return 0, err
	}
	return id, x.within(ctx, func(tx *sql.Tx) error {
		var n int64
		if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) + 1, count(*) FROM manifests`).Scan(&id, &n); err != nil {
			return err
		}
		if n >= maxListed {
			return fmt.Errorf("%d manifests are listed, which is the most: take one out", n)
		}
		_, err := tx.ExecContext(ctx, x.db.bind(`INSERT INTO manifests VALUES (?, ?, ?, ?, ?, ?, 0)`),
			id, m.Work[:], int64(m.Version), m.Sha256[:], int64(m.Items), nanoseconds(m.Since))
		return err
	})
}

// insertRows writes rows to SQLite.
func (x *Items) insertRows(ctx context.Context, id int64, next func() (ListedItem, error)) error {
	const together, width = 64, 4
	insert := func(n int) string {
		return `INSERT INTO items VALUES (?, ?, ?, ?)` + strings.Repeat(", (?, ?, ?, ?)", n-1)
	}
	for end := false; !end; {
		err := x.within(ctx, func(tx *sql.Tx) error {
			many, err := tx.PrepareContext(ctx, insert(together))
			if err != nil {
				return err
			}
			defer many.Close()
			args := make([]any, 0, together*width)
			for rows := 0; rows < itemRows; rows++ {
				item, err := next()
				if end = errors.Is(err, io.EOF); end {
					break
				}
				if err != nil {
					return err
				}
				sum := item.Sha256
				args = append(args, id, sum[:], int64(item.Place), contributorKey(item.Contributor))
				if len(args) == cap(args) {
					if _, err := many.ExecContext(ctx, args...); err != nil {
						return err
					}
					args = args[:0]
				}
			}
			if len(args) == 0 {
				return nil
			}
			_, err = tx.ExecContext(ctx, insert(len(args)/width), args...)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// copyRows writes rows to PostgreSQL.
func (x *Items) copyRows(ctx context.Context, id int64, next func() (ListedItem, error)) error {
	conn, err := x.db.write.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(driver any) error {
		var failed error // PostgreSQL's error has only the words of it
		source := pgx.CopyFromFunc(func() ([]any, error) {
			item, err := next()
			if errors.Is(err, io.EOF) {
				return nil, nil
			}
			failed = err
			return []any{id, item.Sha256[:], int64(item.Place), contributorKey(item.Contributor)}, err
		})
		_, err := driver.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{"items"},
			[]string{"manifest", "sha256", "place", "contributor"}, source)
		return errors.Join(failed, err)
	})
}

// List returns all manifests whose items are kept, by work and version.
func (x *Items) List(ctx context.Context) (list []Listed, err error) {
	err = x.db.query(ctx, `SELECT work, version, sha256, items, since, whole = 1 FROM manifests ORDER BY work, version`, nil,
		func(r *sql.Rows) error {
			l, err := scanListed(r)
			list = append(list, l)
			return err
		})
	return list, err
}

// scanListed reads a manifest, behind other columns.
func scanListed(r *sql.Rows, before ...any) (l Listed, err error) {
	var work, sum []byte
	var version, items, since int64
	if err := r.Scan(append(before, &work, &version, &sum, &items, &since, &l.Whole)...); err != nil {
		return l, err
	}
	if len(work) != len(l.Work) || len(sum) != len(l.Sha256) {
		return l, errors.New("a manifest's row is damaged")
	}
	l.Work, l.Version, l.Sha256 = registrytypes.WorkID(work), uint32(version), registrytypes.Digest(sum)
	l.Items, l.Since = uint64(items), moment(since)
	return l, nil
}

// Drop takes out the items of a work's manifest, of all its manifests where version is 0. It fails with ErrNotFound where there is none.
func (x *Items) Drop(ctx context.Context, work registrytypes.WorkID, version uint32) error {
	var ids []int64
	err := x.db.query(ctx, `SELECT id FROM manifests WHERE work = ? AND (version = ? OR ? = 0)`,
		[]any{work[:], int64(version), int64(version)}, func(r *sql.Rows) error {
			var id int64
			err := r.Scan(&id)
			ids = append(ids, id)
			return err
		})
	if err == nil && len(ids) == 0 {
		err = fmt.Errorf("a manifest of %s: %w", work, ErrNotFound)
	}
	for _, id := range ids {
		if err != nil {
			break
		}
		err = x.remove(ctx, id)
	}
	return err
}

// remove takes out a manifest's items, some at a time, and the manifest at last. From the first on it is not found.
func (x *Items) remove(ctx context.Context, id int64) error {
	if _, err := x.db.write.ExecContext(ctx, x.db.bind(`UPDATE manifests SET whole = 0 WHERE id = ?`), id); err != nil {
		return err
	}
	for {
		var last []byte
		row := x.db.write.QueryRowContext(ctx, x.db.bind(`SELECT sha256 FROM items WHERE manifest = ? ORDER BY sha256 LIMIT 1 OFFSET ?`),
			id, itemRows)
		switch err := row.Scan(&last); {
		case errors.Is(err, sql.ErrNoRows):
			return x.within(ctx, func(tx *sql.Tx) error {
				if _, err := tx.ExecContext(ctx, x.db.bind(`DELETE FROM items WHERE manifest = ?`), id); err != nil {
					return err
				}
				_, err := tx.ExecContext(ctx, x.db.bind(`DELETE FROM manifests WHERE id = ?`), id)
				return err
			})
		case err != nil:
			return err
		}
		if _, err := x.db.write.ExecContext(ctx, x.db.bind(`DELETE FROM items WHERE manifest = ? AND sha256 <= ?`), id, last); err != nil {
			return err
		}
	}
}

// Containing is a work some of whose manifests have an item.
type Containing struct {
	// Listed is the newest that has it, Older are the versions of others, the newest first.
	Listed
	Older []uint32
	// Found are the newest's items of that content: several may have contributed it. More: there are others.
	Found []ListedItem
	More  bool
}

// Find returns the works with an item of this content by manifests that were loaded, in the order of their ids, without those that
// are left out, and whether there are more.
func (x *Items) Find(ctx context.Context, content [sha256.Size]byte, out func(registrytypes.WorkID) bool,
) (found []Containing, more bool, err error) {
	numbers := map[registrytypes.WorkID]int64{}
	err = x.db.query(ctx, `SELECT id, work, version, sha256, items, since, whole = 1 FROM manifests m WHERE whole = 1 AND EXISTS
		(SELECT 1 FROM items i WHERE i.manifest = m.id AND i.sha256 = ?) ORDER BY work, version DESC`, []any{content[:]},
		func(r *sql.Rows) error {
			var id int64
			l, err := scanListed(r, &id)
			switch n := len(found); {
			case err != nil || out(l.Work):
			case n > 0 && found[n-1].Work == l.Work:
				found[n-1].Older = append(found[n-1].Older, l.Version)
			case n == MostDatasets:
				more = true
			default:
				found, numbers[l.Work] = append(found, Containing{Listed: l}), id
			}
			return err
		})
	for i := range found {
		if err != nil {
			break
		}
		c := &found[i]
		err = x.db.query(ctx, `SELECT place, contributor FROM items WHERE manifest = ? AND sha256 = ? ORDER BY place LIMIT ?`,
			[]any{numbers[c.Work], content[:], MostItems + 1}, func(r *sql.Rows) error {
				var place int64
				var key []byte
				if err := r.Scan(&place, &key); err != nil {
					return err
				}
				if c.More = len(c.Found) == MostItems; !c.More && len(key) > 1 {
					who := manifest.Contributor{Kind: manifest.Kind(key[0]), ID: key[1:]}
					c.Found = append(c.Found, ListedItem{content, uint64(place), who})
				}
				return nil
			})
	}
	return found, more, err
}
