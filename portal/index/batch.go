package index

import (
	"context"
	"database/sql"
	"errors"
	"strings"
)

// batch is one transaction that writes.
type batch struct {
	state
	ctx  context.Context
	x    *Index
	tx   *sql.Tx
	made map[string]*sql.Stmt

	// New in this transaction; the index learns of it when it is committed.
	ids, words map[string]uint64
	// worksMade are the numbers of works that were registered in this transaction, by subject.
	worksMade map[int64]int64

	newSubjects, newWords, newBlocks, newPlaces, newEvents, newMentions, newWorks *table
	tables                                                                        []*table
	// text was taken back.
	erased bool
	// codesMade and codesGone are those of works, for the list in memory.
	codesMade []slotCode
	codesGone []uint32
}

// begin starts to write; x.writing is held.
func (x *Index) begin(ctx context.Context) (*batch, error) {
	tx, err := x.db.write.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	b := &batch{
		ctx: ctx, x: x, tx: tx, made: make(map[string]*sql.Stmt),
		ids: make(map[string]uint64), words: make(map[string]uint64), worksMade: make(map[int64]int64),
	}
	read := `SELECT ` + stateColumns + ` FROM state`
	if x.db.postgres {
		read += ` FOR UPDATE`
	}
	if err := b.scan(tx.QueryRowContext(ctx, read)); err != nil {
		rollback(tx)
		return nil, err
	}
	for _, t := range []struct {
		to    **table
		name  string
		width int
	}{
		{&b.newSubjects, "subjects", 2},
		{&b.newWords, "words", 2},
		{&b.newBlocks, "blocks", 3},
		{&b.newPlaces, "places", 6},
		{&b.newEvents, "events", 5},
		{&b.newMentions, "mentions", 2},
		{&b.newWorks, "works", 14},
	} {
		*t.to = &table{name: t.name, width: t.width}
		b.tables = append(b.tables, *t.to)
	}
	return b, nil
}

// write runs do in a transaction and saves what it counted.
func (x *Index) write(ctx context.Context, do func(*batch) error) error {
	x.writing.Lock()
	defer x.writing.Unlock()
	b, err := x.begin(ctx)
	if err != nil {
		return err
	}
	defer rollback(b.tx)
	if err := do(b); err != nil {
		return err
	}
	if err := b.flush(); err != nil {
		return err
	}
	if err := b.save(ctx, x.db, b.tx); err != nil {
		return err
	}
	if err := b.tx.Commit(); err != nil {
		x.forget() // whether it was committed is not known
		return err
	}
	x.numbers.add(b.ids)
	x.words.add(b.words)
	x.codes.learn(b)
	if x.kept = x.kept || b.erased; x.kept {
		x.kept = !x.db.empty(ctx)
	}
	return nil
}

// statement prepares a statement once in the transaction.
func (b *batch) statement(text string) (*sql.Stmt, error) {
	if s, ok := b.made[text]; ok {
		return s, nil
	}
	s, err := b.tx.PrepareContext(b.ctx, b.x.db.bind(text))
	if err == nil {
		b.made[text] = s
	}
	return s, err
}

// exec runs a statement and returns how many rows it touched.
func (b *batch) exec(text string, args ...any) (int64, error) {
	s, err := b.statement(text)
	if err != nil {
		return 0, err
	}
	result, err := s.ExecContext(b.ctx, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// one reads one row; it says whether there is one.
func (b *batch) one(to []any, text string, args ...any) (bool, error) {
	s, err := b.statement(text)
	if err != nil {
		return false, err
	}
	err = s.QueryRowContext(b.ctx, args...).Scan(to...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// table is a table to which rows are only added: they wait until many are there.
type table struct {
	name  string
	width int
	rows  []any
}

func (t *table) add(row ...any) { t.rows = append(t.rows, row...) }

// flush writes all rows that wait.
func (b *batch) flush() error {
	for _, t := range b.tables {
		if err := b.flushTable(t); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) flushTable(t *table) error {
	row := "(?" + strings.Repeat(", ?", t.width-1) + ")"
	for rows := t.rows; len(rows) > 0; {
		n := 1
		for _, many := range []int{64, 8} { // few sizes, so that statements are prepared once
			if len(rows) >= many*t.width {
				n = many
				break
			}
		}
		text := `INSERT INTO ` + t.name + ` VALUES ` + row + strings.Repeat(", "+row, n-1)
		if _, err := b.exec(text, rows[:n*t.width]...); err != nil {
			return err
		}
		rows = rows[n*t.width:]
	}
	clear(t.rows)
	t.rows = t.rows[:0]
	return nil
}
