package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"
)

var (
	// ErrVersion says that a file or database was made by another version of the portal.
	ErrVersion = errors.New("made by another version")
	// ErrChain says that the index is of another chain.
	ErrChain = errors.New("the index is of another chain")
	// ErrNotNext says that a block is not the one that comes next.
	ErrNotNext = errors.New("not the next block")
	// ErrNotFound says that the index has no such row.
	ErrNotFound = errors.New("not in the index")
	// ErrNewer says that the chain says what only a newer portal understands.
	ErrNewer = errors.New("not known to this portal: it needs a newer one")
	// ErrPage says that the mark of a page is not one that this index gave.
	ErrPage = errors.New("no such page")
)

// Index is a database of what was read from one chain. One process writes; any number of
// goroutines ask.
type Index struct {
	db *database
	// writing lets one write at a time, so that the numbers below are those of the database.
	writing sync.Mutex
	// kept: files may have text that was taken back: of SQLite, since a reader was at it. The next write tries again.
	kept    bool
	numbers numbers
	words   wordList
	codes   codes
}

// Open opens an index: a path is an SQLite file, which is made if it is not there, and
// postgres://... a PostgreSQL database. One of another version fails with ErrVersion.
func Open(ctx context.Context, where string) (*Index, error) {
	db, err := connect(where)
	if err != nil {
		return nil, err
	}
	x := &Index{db: db, kept: true} // whoever was killed may have left something
	if err := x.prepare(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open the index: %w", err), db.close())
	}
	return x, nil
}

func (x *Index) prepare(ctx context.Context) error {
	n, err := x.db.tables(ctx)
	if err != nil {
		return err
	}
	if n == 0 {
		return x.db.create(ctx)
	}
	const remedy = "it is only a copy of what the chain says: delete it, and it is built anew"
	var found string
	if err := x.db.write.QueryRowContext(ctx, `SELECT version FROM version`).Scan(&found); err != nil {
		return fmt.Errorf("it is no index of this portal, or %w (%w): %s", ErrVersion, err, remedy)
	}
	if found != version {
		return fmt.Errorf("it has version %q, this portal needs %q, so it was %w: %s", found, version, ErrVersion, remedy)
	}
	return nil
}

// Close closes the database.
func (x *Index) Close() error { return x.db.close() }

// state is the row that says how far the index has come: every write changes it.
type state struct {
	Cursor
	Totals
	subjects, words, places, codes int64
}

const stateColumns = `chain, first, height, time, hash, results, checked, subjects, words, places, events,
	works, derivations, payments, accounts, due, newer, newer_at, codes`

func (s *state) scan(row interface{ Scan(...any) error }) error {
	var at int64
	err := row.Scan(&s.ChainID, &s.First, &s.Height, &at, &s.Hash, &s.Results, &s.Checked, &s.subjects, &s.words, &s.places,
		&s.Events, &s.Works, &s.Derivations, &s.Payments, &s.Accounts, &s.Due, &s.Newer, &s.NewerAt, &s.codes)
	if s.Height > 0 {
		s.Time = moment(at)
	}
	return err
}

func (s *state) save(ctx context.Context, db *database, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, db.bind(`UPDATE state SET chain = ?, first = ?, height = ?, time = ?, hash = ?, results = ?,
		checked = ?, subjects = ?,
		words = ?, places = ?, events = ?, works = ?, derivations = ?, payments = ?, accounts = ?, due = ?,
		newer = ?, newer_at = ?, codes = ?`),
		s.ChainID, s.First, s.Height, nanoseconds(s.Time), s.Hash, s.Results, s.Checked, s.subjects, s.words, s.places,
		s.Events, s.Works, s.Derivations, s.Payments, s.Accounts, s.Due, s.Newer, s.NewerAt, s.codes)
	return err
}

func (x *Index) state(ctx context.Context) (s state, err error) {
	err = s.scan(x.db.read.QueryRowContext(ctx, `SELECT `+stateColumns+` FROM state`))
	return s, err
}

// Cursor says how far the index has come.
func (x *Index) Cursor(ctx context.Context) (Cursor, error) {
	s, err := x.state(ctx)
	return s.Cursor, err
}

// Totals returns what was counted; it reads no table of works.
func (x *Index) Totals(ctx context.Context) (Totals, error) {
	s, err := x.state(ctx)
	return s.Totals, err
}

// nanoseconds since 1970, from 1678 to 2262; 0 for no time.
func nanoseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func moment(nanoseconds int64) time.Time {
	if nanoseconds == 0 {
		return time.Time{}
	}
	return time.Unix(0, nanoseconds).UTC()
}
