// Package till keeps what was paid to a service, so that whoever has paid gets the thing, once: not the one without the other
// when the service is ended at any moment, and not the thing twice for one payment. It is a file (SQLite); nothing in it is secret but who
// asked for what.
package till

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"time"

	_ "modernc.org/sqlite" // the driver named sqlite

	"cosmossdk.io/math"

	"github.com/stemma-chain/stemma/internal/amounts"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// version is raised with every change of how payments are kept.
const version = 1

const schema = `
CREATE TABLE IF NOT EXISTS payments (
	id TEXT PRIMARY KEY, resource TEXT NOT NULL, payer TEXT NOT NULL, amount TEXT NOT NULL,
	raw BLOB, after INTEGER NOT NULL, until INTEGER NOT NULL,
	height INTEGER NOT NULL DEFAULT 0, receipt BLOB, settled INTEGER NOT NULL DEFAULT 0, delivered INTEGER NOT NULL DEFAULT 0,
	channel TEXT NOT NULL DEFAULT '', total TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS payments_delivered ON payments (delivered);
CREATE TABLE IF NOT EXISTS channels (id TEXT PRIMARY KEY, base TEXT NOT NULL, served TEXT NOT NULL, floor TEXT NOT NULL) WITHOUT ROWID;
`

// Payment is one that was taken. Times are whole seconds; zero: not yet.
type Payment struct {
	// ID is the hash of a transaction, or a payment channel and a total.
	ID string
	// Resource that it is bound to.
	Resource string
	Payer    string
	Amount   string
	// Raw is the transaction; nil of a voucher. It was in no block up to After, and can't come from Until on.
	Raw   []byte
	After int64
	Until time.Time
	// Height of its block; 0: it is in none yet, or it is a voucher.
	Height int64
	// Receipt is what the payer is told, kept when it was settled.
	Receipt            []byte
	Settled, Delivered time.Time
}

// Till is a file of payments, which one process has open at a time: what a server does for a payment before it notes that, such as
// passing a request on, two would do twice. It is safe for concurrent use in that process.
type Till struct {
	db   *sql.DB
	lock *os.File
	last time.Time
}

// ErrBusy is matched by the error of a till that another process has open.
var ErrBusy = errors.New("another process has it open: each portal and paywall needs a till of its own")

// busyFor is how long a statement waits for another, in milliseconds.
const busyFor = "20000"

// Open opens the till in a file, and makes it if it is not there. It fails for one of another version, and with ErrBusy.
func Open(ctx context.Context, path string) (*Till, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	lock, err := locked(path)
	if err != nil {
		return nil, fmt.Errorf("open the till %s: %w", path, err)
	}
	// What is committed is on disk: it is money.
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?_pragma=busy_timeout("+busyFor+
		")&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	db.SetMaxOpenConns(1)
	t := &Till{db: db, lock: lock}
	if err := t.prepare(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open the till %s: %w", path, err), t.Close())
	}
	return t, nil
}

// locked has a till for this process alone, until the file that it returns is closed. It is a file beside the till: to close one of
// SQLite's own would give up SQLite's locks. It stays, since whoever removed it could let two in.
func locked(path string) (*os.File, error) {
	file, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	switch err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); {
	case errors.Is(err, syscall.EWOULDBLOCK):
		return nil, errors.Join(ErrBusy, file.Close())
	case err != nil:
		return nil, errors.Join(fmt.Errorf("lock %s: %w", file.Name(), err), file.Close())
	}
	return file, nil
}

func (t *Till) prepare(ctx context.Context) error {
	var found int
	if err := t.db.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&found); err != nil {
		return err
	}
	if found != 0 && found != version {
		return fmt.Errorf("it is of version %d, this program keeps version %d", found, version)
	}
	if _, err := t.db.ExecContext(ctx, schema); err != nil {
		return err
	}
	var last int64
	if err := t.db.QueryRowContext(ctx, `SELECT COALESCE(MAX(delivered), 0) FROM payments`).Scan(&last); err != nil {
		return err
	}
	t.last = moment(last)
	_, err := t.db.ExecContext(ctx, fmt.Sprintf(`PRAGMA user_version = %d`, version))
	return err
}

// Last is when something was handed over last before the till was opened; zero: nothing was. The process that had it open before may have
// been ended soon after.
func (t *Till) Last() time.Time { return t.last }

// Close closes the file.
func (t *Till) Close() error { return errors.Join(t.db.Close(), t.lock.Close()) }

// ErrUnknown says that no payment has that id.
var ErrUnknown = errors.New("no such payment")

const columns = `id, resource, payer, amount, raw, after, until, height, receipt, settled, delivered`

// Find is the payment with an id. It fails with ErrUnknown.
func (t *Till) Find(ctx context.Context, id string) (Payment, error) { return find(ctx, t.db, id) }

type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func find(ctx context.Context, q querier, id string) (p Payment, err error) {
	var until, settled, delivered int64
	err = q.QueryRowContext(ctx, `SELECT `+columns+` FROM payments WHERE id = ?`, id).Scan(
		&p.ID, &p.Resource, &p.Payer, &p.Amount, &p.Raw, &p.After, &until, &p.Height, &p.Receipt, &settled, &delivered)
	if errors.Is(err, sql.ErrNoRows) {
		return p, fmt.Errorf("%s: %w", id, ErrUnknown)
	}
	p.Until, p.Settled, p.Delivered = moment(until), moment(settled), moment(delivered)
	return p, err
}

// moment is a time that is kept in seconds; 0: none.
func moment(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

func seconds(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.Unix()
}

// Take keeps a payment before it is sent to the chain, unless it is kept already (fresh is false). It is on disk when Take returns.
func (t *Till) Take(ctx context.Context, p Payment) (fresh bool, err error) {
	return one(t.db.ExecContext(ctx, `INSERT INTO payments (id, resource, payer, amount, raw, after, until) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO NOTHING`, p.ID, p.Resource, p.Payer, p.Amount, p.Raw, p.After, seconds(p.Until)))
}

// one says whether a statement changed something.
func one(result sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// Settle notes that a payment is in a block, and what its payer is told.
func (t *Till) Settle(ctx context.Context, id string, height int64, receipt []byte, now time.Time) error {
	_, err := t.db.ExecContext(ctx, `UPDATE payments SET height = ?, receipt = ?, settled = ? WHERE id = ? AND settled = 0`,
		height, receipt, now.Unix(), id)
	return err
}

// Deliver notes that the thing is handed over, and says whether this is the first time.
func (t *Till) Deliver(ctx context.Context, id string, now time.Time) (first bool, err error) {
	return one(t.db.ExecContext(ctx, `UPDATE payments SET delivered = ? WHERE id = ? AND delivered = 0`, now.Unix(), id))
}

// Undecided are payments that can't come any more since a time, and of which nobody has noted whether they came: their payer did not come
// again. At most some at once, those after an id.
func (t *Till) Undecided(ctx context.Context, before time.Time, after string) (ids []string, err error) {
	rows, err := t.db.QueryContext(ctx, `SELECT id FROM payments WHERE settled = 0 AND height = 0 AND until < ? AND id > ? ORDER BY id LIMIT ?`,
		before.Unix(), after, pruned)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// Came notes the block of a payment whose payer has not been told.
func (t *Till) Came(ctx context.Context, id string, height int64) error {
	_, err := t.db.ExecContext(ctx, `UPDATE payments SET height = ? WHERE id = ? AND settled = 0`, height, id)
	return err
}

// Drop forgets a payment that can't come any more.
func (t *Till) Drop(ctx context.Context, id string) error {
	_, err := t.db.ExecContext(ctx, `DELETE FROM payments WHERE id = ? AND settled = 0`, id)
	return err
}

// ErrTooLow says that what a payment channel's vouchers promise is used up.
var ErrTooLow = errors.New("the vouchers of the payment channel pay no further use")

// ErrSpent says that a voucher is older than all that are remembered.
var ErrSpent = errors.New("the voucher is older than those that are remembered")

// Use is one that a voucher pays for.
type Use struct {
	Channel royaltytypes.PaymentChannelID
	// Total of the voucher, and Newest of the newest that is kept, in units of the payment channel's denom.
	Total, Newest math.Int
	// Redeemed is where a service begins that has not seen the payment channel before: what was redeemed, or promised to it, by then.
	Redeemed math.Int
	Price    math.Int
	Payment
}

// UseID names the payment by a voucher.
func UseID(channel royaltytypes.PaymentChannelID, total math.Int) string {
	return channel.String() + "/" + total.String()
}

// Spend takes the price of a use from what the vouchers of a payment channel promise, and settles it. Each voucher pays
// for one use, in whatever order they come; all uses together cost no more than the newest promises. It fails with
// ErrTooLow and ErrSpent; where that voucher was spent before, it gives what it was spent on.
func (t *Till) Spend(ctx context.Context, u Use, now time.Time) (spent Payment, fresh bool, err error) {
	tx, err := t.db.BeginTx(ctx, nil)
	if err != nil {
		return Payment{}, false, err
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	id := UseID(u.Channel, u.Total)
	switch before, err := find(ctx, tx, id); {
	case err == nil:
		return before, false, nil
	case !errors.Is(err, ErrUnknown):
		return Payment{}, false, err
	}
	served, err := u.affords(ctx, tx)
	if err != nil {
		return Payment{}, false, err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO payments (id, resource, payer, amount, after, until, receipt, settled, channel, total)
		VALUES (?, ?, ?, ?, 0, 0, ?, ?, ?, ?)`, id, u.Resource, u.Payer, u.Amount, u.Receipt, now.Unix(), u.Channel.String(), u.Total.String(),
	); err != nil {
		return Payment{}, false, err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE channels SET served = ? WHERE id = ?`, served.Add(u.Price).String(), u.Channel.String()); err != nil {
		return Payment{}, false, err
	}
	p := u.Payment
	p.ID, p.Settled = id, moment(now.Unix())
	return p, true, tx.Commit()
}

// Affords fails as Spend would, and takes nothing.
func (t *Till) Affords(ctx context.Context, u Use) error {
	tx, err := t.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	_, err = u.affords(ctx, tx)
	return err
}

// affords says what was served before. It fails with ErrTooLow and ErrSpent.
func (u Use) affords(ctx context.Context, tx *sql.Tx) (served math.Int, err error) {
	base, served, floor, err := channel(ctx, tx, u)
	switch {
	case err != nil:
		return served, err
	case u.Total.LTE(floor):
		return served, ErrSpent
	case u.Total.LTE(base), served.Add(u.Price).GT(u.Newest.Sub(base)):
		return served, ErrTooLow
	}
	return served, nil
}

// channel is what is known of a payment channel: where counting began, what was served since, and up to what total vouchers are forgotten.
func channel(ctx context.Context, tx *sql.Tx, u Use) (base, served, floor math.Int, err error) {
	if _, err = tx.ExecContext(ctx, `INSERT INTO channels VALUES (?, ?, '0', '0') ON CONFLICT DO NOTHING`,
		u.Channel.String(), u.Redeemed.String()); err != nil {
		return base, served, floor, err
	}
	var texts [3]string
	if err = tx.QueryRowContext(ctx, `SELECT base, served, floor FROM channels WHERE id = ?`, u.Channel.String()).
		Scan(&texts[0], &texts[1], &texts[2]); err != nil {
		return base, served, floor, err
	}
	for i, into := range []*math.Int{&base, &served, &floor} {
		if *into, err = amounts.Parse(texts[i]); err != nil {
			return base, served, floor, err
		}
	}
	return base, served, floor, err
}

// pruned is how many payments are forgotten at a time, and openFor how much longer those are kept of which nobody can
// tell whether they came.
const (
	pruned  = 1000
	openFor = 30 * 24 * time.Hour
)

// Prune forgets payments that were delivered before a time. Those that are not settled may be in a block, so they stay until somebody drops
// them, or a month more. Of vouchers it remembers up to
// which total they are forgotten, so that none is taken again. It says how many it has forgotten; call it until that is none.
func (t *Till) Prune(ctx context.Context, before time.Time) (n int, err error) {
	tx, err := t.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	old, err := overdue(ctx, tx, before)
	if err != nil {
		return 0, err
	}
	for _, p := range old {
		if p.channel != "" {
			if err := raise(ctx, tx, p.channel, p.total); err != nil {
				return 0, err
			}
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM payments WHERE id = ?`, p.id); err != nil {
			return 0, err
		}
	}
	return len(old), tx.Commit()
}

type forgotten struct{ id, channel, total string }

func overdue(ctx context.Context, tx *sql.Tx, before time.Time) (old []forgotten, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, channel, total FROM payments
		WHERE delivered > 0 AND delivered < ?1 OR settled = 0 AND until < ?3 ORDER BY delivered LIMIT ?2`,
		before.Unix(), pruned, before.Add(-openFor).Unix())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var p forgotten
		if err := rows.Scan(&p.id, &p.channel, &p.total); err != nil {
			return nil, err
		}
		old = append(old, p)
	}
	return old, rows.Err()
}

// raise moves up to what total a payment channel's vouchers are forgotten.
func raise(ctx context.Context, tx *sql.Tx, channel, total string) error {
	var text string
	if err := tx.QueryRowContext(ctx, `SELECT floor FROM channels WHERE id = ?`, channel).Scan(&text); err != nil {
		return err
	}
	floor, err := amounts.Parse(text)
	if err != nil {
		return err
	}
	forgotten, err := amounts.Parse(total)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE channels SET floor = ? WHERE id = ?`, math.MaxInt(floor, forgotten).String(), channel)
	return err
}
