// Package outbox keeps the signed transactions of a long work on disk until it is known what became of
// them. A program that was killed at any time goes on with it: what it sent is sent again as the same
// bytes, which happen once, and nothing is made anew before the old one can't come any more.
package outbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
)

// ErrBusy says that another program uses the outbox.
var ErrBusy = errors.New("another command uses this outbox")

// head is the first line of the file: whose transactions it has.
type head struct {
	ChainID string `json:"chain_id"`
	Account string `json:"account"`
}

// line is one below it: a transaction that is about to be sent, or the end of one.
type line struct {
	// Key names what it does, for people.
	Key string `json:"key,omitempty"`
	Tx  []byte `json:"tx,omitempty"`
	// After is the newest block when it was signed.
	After int64 `json:"after,omitempty"`
	// Ended is the hash of a transaction whose end is known.
	Ended string `json:"ended,omitempty"`
}

// Outbox is an open one. It is safe for concurrent use.
type Outbox struct {
	path string
	file *os.File
	// synced follows written: several wait for one write to the disk.
	syncing         sync.Mutex
	mu              sync.Mutex
	written, synced int
	open            map[string]line
}

// Open opens the outbox in a file, which is made where it is not there, and keeps other programs out.
// It fails for one of another account or chain.
func Open(path, chainID, account string) (*Outbox, error) {
	file, err := locked(path)
	if err != nil {
		return nil, err
	}
	o := &Outbox{path: path, file: file, open: map[string]line{}}
	if err := o.read(head{chainID, account}); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return o, nil
}

// locked opens the file for this program alone. One that another program has just removed is no outbox any
// more, whoever has its lock.
func locked(path string) (*os.File, error) {
	for {
		file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, err
		}
		if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w: wait until it has ended", path, ErrBusy), file.Close())
		}
		mine, err := file.Stat()
		if err != nil {
			return nil, errors.Join(err, file.Close())
		}
		if there, err := os.Stat(path); err == nil && os.SameFile(mine, there) {
			return file, nil
		}
		if err := file.Close(); err != nil {
			return nil, err
		}
	}
}

// read reads what is kept. A last line without its end was cut short before its transaction was sent.
func (o *Outbox) read(mine head) error {
	raw, err := os.ReadFile(o.path)
	if err != nil {
		return err
	}
	whole := raw[:bytes.LastIndexByte(raw, '\n')+1]
	if len(whole) == 0 {
		// Somebody's file is not emptied: only what was cut short while it was begun.
		if begun, err := json.Marshal(mine); err != nil || !bytes.HasPrefix(begun, raw) {
			return errors.Join(err, fmt.Errorf("%s is no outbox, and left as it is: move it away, or name another", o.path))
		}
		return o.begin(mine)
	}
	for i, text := range bytes.Split(bytes.TrimSuffix(whole, []byte("\n")), []byte("\n")) {
		if i == 0 {
			var other head
			if err := json.Unmarshal(text, &other); err != nil {
				return fmt.Errorf("%s is no outbox: %w; move it away, or name another", o.path, err)
			}
			if other != mine {
				return fmt.Errorf("%s has transactions of %s on %s: name another outbox for %s on %s",
					o.path, other.Account, other.ChainID, mine.Account, mine.ChainID)
			}
			continue
		}
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			return fmt.Errorf("%s line %d: %w", o.path, i+1, err)
		}
		if l.Ended != "" {
			delete(o.open, l.Ended)
		} else {
			o.open[client.HashOf(l.Tx)] = l
		}
	}
	if err := o.file.Truncate(int64(len(whole))); err != nil {
		return err
	}
	_, err = o.file.Seek(0, 2)
	return err
}

func (o *Outbox) begin(mine head) error {
	if err := o.file.Truncate(0); err != nil {
		return err
	}
	if err := o.write(mine); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(o.path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func (o *Outbox) write(v any) error {
	bz, err := json.Marshal(v)
	if err != nil {
		return err
	}
	at, err := o.file.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	if _, err = o.file.Write(append(bz, '\n')); err != nil {
		// On a full disk half a line may be there, behind which nothing could be read.
		_, back := o.file.Seek(at, io.SeekStart)
		return errors.Join(err, o.file.Truncate(at), back)
	}
	return nil
}

// keep has a transaction on disk once it returns.
func (o *Outbox) keep(l line) error {
	o.mu.Lock()
	if err := o.write(l); err != nil {
		o.mu.Unlock()
		return fmt.Errorf("keep a transaction in %s, without which it is not sent: %w", o.path, err)
	}
	o.open[client.HashOf(l.Tx)] = l
	o.written++
	mine := o.written
	o.mu.Unlock()
	o.syncing.Lock()
	defer o.syncing.Unlock()
	if o.synced >= mine {
		return nil
	}
	o.mu.Lock()
	until := o.written
	o.mu.Unlock()
	if err := o.file.Sync(); err != nil {
		return fmt.Errorf("keep a transaction in %s: %w", o.path, err)
	}
	o.synced = until
	return nil
}

// end notes what became of a transaction. Where that is lost, it is found out anew.
func (o *Outbox) end(hash string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.open, hash)
	return o.write(line{Ended: hash})
}

// Open is how many transactions were sent whose end is not known.
func (o *Outbox) Open() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.open)
}

// Close closes the file, and removes it where no transaction is open.
func (o *Outbox) Close() error {
	if o.Open() > 0 {
		return o.file.Close()
	}
	return errors.Join(os.Remove(o.path), o.file.Close())
}

// Resume brings what was sent before to its end: each is in a block, or can't come any more, once it
// returns. What became of each is the chain's to say.
func (o *Outbox) Resume(ctx context.Context, sender *client.Sender) error {
	o.mu.Lock()
	kept := make([]line, 0, len(o.open))
	for _, l := range o.open {
		kept = append(kept, l)
	}
	o.mu.Unlock()
	if len(kept) == 0 {
		return nil
	}
	from := kept[0].After
	again := make(map[string]*client.Pending, len(kept))
	hashes := make([]string, 0, len(kept))
	for _, l := range kept {
		p, err := sender.Again(ctx, l.Tx)
		if err != nil {
			return err
		}
		defer p.Forget()
		from, again[p.Hash()] = min(from, l.After), p
		hashes = append(hashes, p.Hash())
	}
	there, err := among(ctx, sender.Client().Seen, hashes, from)
	if err != nil {
		return err
	}
	for hash, p := range again {
		if !there[hash] {
			var refused *client.TxError
			if _, err := p.Wait(ctx); err != nil && !errors.Is(err, client.ErrLate) && !errors.As(err, &refused) {
				return err
			}
		}
		if err := o.end(hash); err != nil {
			return err
		}
	}
	return nil
}

// among says which are in blocks that the node has. It may have pruned the first ones: what is not found is waited
// for then, until it can't come any more.
func among(
	ctx context.Context, seen func(context.Context, []string, int64) (map[string]bool, error), hashes []string, from int64,
) (map[string]bool, error) {
	there, err := seen(ctx, hashes, from)
	if err != nil && ctx.Err() == nil {
		return nil, nil
	}
	return there, err
}

// Send sends messages as one transaction that is kept until its end is known, and waits for its block.
// It fails as Sender.Send does; with client.ErrUndecided it may still come, and Resume of the next run finds
// out. key names what it does.
func (o *Outbox) Send(ctx context.Context, sender *client.Sender, key string, msgs ...sdk.Msg) (client.Result, error) {
	draft, err := sender.Draft(ctx, msgs...)
	if err != nil {
		return client.Result{}, err
	}
	var hashes []string
	draft.Keep = func(raw []byte, after int64) error {
		if err := o.keep(line{Key: key, Tx: raw, After: after}); err != nil {
			return err // and it is not sent
		}
		hashes = append(hashes, client.HashOf(raw))
		return nil
	}
	pending, err := sender.Submit(ctx, draft)
	var result client.Result
	if err == nil {
		defer pending.Forget()
		result, err = pending.Wait(ctx)
	}
	// What ends for want of time or of a node may still come.
	var refused *client.TxError
	if err != nil && !errors.As(err, &refused) {
		if len(hashes) > 0 && !errors.Is(err, client.ErrUndecided) {
			err = errors.Join(client.ErrUndecided, err) // so that nobody sends it as another one
		}
		return result, err
	}
	for _, hash := range hashes {
		// On a full disk that is lost, and the next run finds it out: what became of the transaction is known all the same.
		_ = o.end(hash)
	}
	return result, err
}
