package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// database is one of the two that are known. Statements are written with ? for both, and only
// the search for terms differs.
type database struct {
	postgres bool
	// path of the SQLite file.
	path string
	// write has one connection with SQLite, which has one writer; read may only read.
	write, read *sql.DB
	bound       sync.Map // statement -> as PostgreSQL wants it
	kept        sync.Map // statement -> *sql.Stmt of read, with SQLite
}

const (
	// readers is how many questions SQLite answers at once.
	readers = 8
	// busyFor is how long SQLite waits for its one writer, in milliseconds.
	busyFor     = "20000"
	busyTimeout = `PRAGMA busy_timeout(` + busyFor + `)`
	// postgresConnections is the most connections to PostgreSQL.
	postgresConnections = 16
)

func connect(where string) (*database, error) {
	if strings.HasPrefix(where, "postgres://") || strings.HasPrefix(where, "postgresql://") {
		config, err := pgx.ParseConfig(where)
		if err != nil {
			return nil, errors.New("the address of the PostgreSQL database is not understood: postgres://USER:PASSWORD@HOST/NAME")
		}
		// To compile a question takes a tenth of a second, and none of ours lasts that long.
		db := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
			_, err := conn.Exec(ctx, `SET jit = off`)
			return err
		}))
		db.SetMaxOpenConns(postgresConnections)
		db.SetMaxIdleConns(postgresConnections)
		return &database{postgres: true, write: db, read: db}, nil
	}
	if where == "" || strings.Contains(where, "://") {
		return nil, fmt.Errorf("%q is neither the path of a file nor a postgres:// address", where)
	}
	path, err := filepath.Abs(where)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, err
	}
	db := &database{path: path}
	// What is deleted is overwritten: it may be text that somebody took back.
	const common = "busy_timeout(" + busyFor + ")&_pragma=cache_size(-65536)&_pragma=temp_store(MEMORY)"
	file := "file:" + (&url.URL{Path: path}).EscapedPath() + "?_pragma=" + common
	db.write, err = sql.Open("sqlite", file+
		"&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=secure_delete(ON)&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	db.write.SetMaxOpenConns(1)
	if db.read, err = sql.Open("sqlite", file+"&_pragma=query_only(ON)"); err != nil {
		return nil, errors.Join(err, db.write.Close())
	}
	db.read.SetMaxOpenConns(readers)
	db.read.SetMaxIdleConns(readers)
	return db, nil
}

func (db *database) close() error {
	if db.postgres {
		return db.write.Close()
	}
	return errors.Join(db.read.Close(), db.write.Close())
}

// bind writes a statement as the database wants it.
func (db *database) bind(statement string) string {
	if !db.postgres {
		return statement
	}
	if known, ok := db.bound.Load(statement); ok {
		return known.(string)
	}
	var b strings.Builder
	n := 0
	for _, r := range statement {
		if r != '?' {
			b.WriteRune(r)
			continue
		}
		n++
		b.WriteString("$" + strconv.Itoa(n))
	}
	db.bound.Store(statement, b.String())
	return b.String()
}

// create makes the tables in an empty database.
func (db *database) create(ctx context.Context) error {
	statements := schema + sqliteTerms
	if db.postgres {
		statements = postgresTypes.Replace(schema) + postgresTerms
	}
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer rollback(tx)
	for _, statement := range strings.Split(statements, ";\n") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("make the index: %w", err)
		}
	}
	if _, err := tx.ExecContext(ctx, db.bind(`INSERT INTO version (version) VALUES (?)`), version); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO state VALUES (1, '', 0, 0, 0, NULL, NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', 0, 0)`)
	if err != nil {
		return err
	}
	return tx.Commit()
}

// tables says how many tables of ours there are.
func (db *database) tables(ctx context.Context) (n int, err error) {
	query := `SELECT count(*) FROM sqlite_master WHERE name IN ('version', 'state', 'works', 'events')`
	if db.postgres {
		query = `SELECT count(*) FROM information_schema.tables
			WHERE table_schema = current_schema() AND table_name IN ('version', 'state', 'works', 'events')`
	}
	err = db.write.QueryRowContext(ctx, query).Scan(&n)
	return n, err
}

// query asks for rows and reads each with scan. To understand a statement takes SQLite longer than
// to answer most: those of questions are kept, since there are few. The driver of PostgreSQL keeps
// them itself.
func (db *database) query(ctx context.Context, statement string, args []any, scan func(*sql.Rows) error) error {
	if db.postgres {
		return rows(ctx, db.read, db.bind(statement), args, scan)
	}
	kept, err := db.keep(ctx, statement)
	if err != nil {
		return err
	}
	result, err := kept.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	return each(result, scan)
}

// keep prepares a statement of a question once.
func (db *database) keep(ctx context.Context, statement string) (*sql.Stmt, error) {
	if known, ok := db.kept.Load(statement); ok {
		return known.(*sql.Stmt), nil
	}
	made, err := db.read.PrepareContext(ctx, statement)
	if err != nil {
		return nil, err
	}
	known, was := db.kept.LoadOrStore(statement, made)
	if was {
		_ = made.Close() // somebody was faster
	}
	return known.(*sql.Stmt), nil
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func rows(ctx context.Context, from querier, statement string, args []any, scan func(*sql.Rows) error) error {
	result, err := from.QueryContext(ctx, statement, args...)
	if err != nil {
		return err
	}
	return each(result, scan)
}

func each(result *sql.Rows, scan func(*sql.Rows) error) error {
	defer result.Close()
	for result.Next() {
		if err := scan(result); err != nil {
			return err
		}
	}
	return result.Err()
}

// rollback ends a transaction that was not committed; one that was is left alone.
func rollback(tx *sql.Tx) { _ = tx.Rollback() }

// vacuumWithin bounds how long blocks wait for PostgreSQL to clean up; it does so by itself later.
const vacuumWithin = 10 * time.Second

// empty takes what the tables have lost out of the database's files, and says whether it did: of SQLite it empties the
// log. It waits for no reader: readers who come one after the other would keep all blocks from being written.
// PostgreSQL gives up the rows, so that no query finds them; their bytes stay in its files until others take the room.
func (db *database) empty(ctx context.Context) bool {
	if db.postgres {
		within, cancel := context.WithTimeout(ctx, vacuumWithin)
		defer cancel()
		_, _ = db.write.ExecContext(within, `VACUUM (SKIP_LOCKED) texts, terms, endpoints`) // best effort
		return true
	}
	conn, err := db.write.Conn(ctx)
	if err != nil {
		return false
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `PRAGMA busy_timeout(0)`); err != nil {
		return false
	}
	var busy, pages, moved int
	err = conn.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved)
	_, reset := conn.ExecContext(context.WithoutCancel(ctx), busyTimeout)
	return err == nil && reset == nil && busy == 0
}
