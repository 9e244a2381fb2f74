package mcp

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/history/blocks"
	"github.com/stemma-chain/stemma/internal/durably"
)

// records keep on disk what request ids did, so that a call that is repeated after a restart does nothing twice. The chain
// knows no ids of requests: two payments of one amount to one work are two. nil: nothing is kept.
type records struct{ dir string }

// record is what is kept of one request: before its transaction is given to a node, and once it is answered.
type record struct {
	Request string `json:"request"`
	// Asked is the digest of the tool and its arguments, in hex.
	Asked string `json:"asked"`
	// Tx is the hash of the newest transaction, and After the newest block when it was signed.
	Tx    string `json:"tx"`
	After int64  `json:"after"`
	// Answer is what was answered; empty: the server ended before.
	Answer json.RawMessage `json:"answer,omitempty"`
}

const (
	recordEnding = ".request"
	// recordsLast is for how long a request is known.
	recordsLast = 30 * 24 * time.Hour
	// orderedBlocks is how many blocks a transaction of this server may wait at most.
	orderedBlocks = 100
	// looksEach is the pause between two looks for a transaction of before.
	looksEach = 500 * time.Millisecond
)

// openRecords makes the folder and removes what is older than a month.
func openRecords(dir string, now time.Time) (*records, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && now.Sub(info.ModTime()) > recordsLast {
			_ = os.Remove(filepath.Join(dir, entry.Name())) // one that stays does no harm
		}
	}
	return &records{dir}, nil
}

func (r *records) file(request string) string {
	name := sha256.Sum256([]byte(request))
	return filepath.Join(r.dir, hex.EncodeToString(name[:])+recordEnding)
}

// find is what is kept of a request; nil: nothing.
func (r *records) find(request string) (*record, error) {
	if r == nil {
		return nil, nil
	}
	raw, err := os.ReadFile(r.file(request))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var kept record
	if err == nil {
		err = json.Unmarshal(raw, &kept)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: what is kept of the request: %w", ErrInternal, err)
	}
	return &kept, nil
}

// begin keeps the first transaction of a request. It fails with an undecidedError where another server has begun the same meanwhile.
func (r *records) begin(kept record) error {
	raw, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	aside := r.file(kept.Request) + rand.Text()
	if err := durably.Write(aside, raw); err != nil {
		return err
	}
	err = os.Link(aside, r.file(kept.Request))
	if err := errors.Join(err, os.Remove(aside)); err == nil {
		return r.keep(kept) // so that the name is on disk too
	}
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	other, err := r.find(kept.Request)
	if err != nil || other == nil {
		return errors.Join(&undecidedError{}, err)
	}
	return &undecidedError{other.Tx}
}

func (r *records) keep(kept record) error {
	raw, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	return durably.Write(r.file(kept.Request), raw)
}

func (r *records) forget(request string) error { return os.Remove(r.file(request)) }

// keep is told each transaction of a job before a node is given it.
func (s *Server) keep(j *job, request string) func(raw []byte, after int64) error {
	if s.kept == nil {
		return nil
	}
	return func(raw []byte, after int64) error {
		now := record{Request: request, Asked: hex.EncodeToString(j.asked[:]), Tx: client.HashOf(raw), After: after}
		if j.kept != nil { // the one before can't come any more
			j.kept = &now
			return s.kept.keep(now)
		}
		if err := s.kept.begin(now); err != nil {
			return err
		}
		j.kept = &now
		return nil
	}
}

// known does what was not done before this server started, and keeps the answer. What was is not done again.
func known[Out any](ctx context.Context, s *Server, request string, j *job, do func(context.Context, *job) (Out, error)) (out Out, err error) {
	before, err := s.kept.find(request)
	switch {
	case err != nil:
		return out, err
	case before != nil && before.Asked != hex.EncodeToString(j.asked[:]):
		return out, ErrReused
	case before != nil && len(before.Answer) > 0:
		if err := json.Unmarshal(before.Answer, &out); err != nil {
			return out, fmt.Errorf("%w: what is kept of the request: %w", ErrInternal, err)
		}
		return out, nil
	case before != nil:
		j.sent(before.Tx)
		if err := s.decided(ctx, *before); err != nil {
			return out, err
		}
		j.sent("")
		if err := s.kept.forget(request); err != nil {
			return out, fmt.Errorf("%w: %w", ErrInternal, err)
		}
	}
	out, err = do(ctx, j)
	if j.kept == nil {
		return out, err
	}
	if err == nil {
		if j.kept.Answer, err = json.Marshal(out); err == nil {
			err = s.kept.keep(*j.kept)
		}
	} else if nothingHappened(err) {
		return out, errors.Join(err, s.kept.forget(request))
	} else {
		return out, err
	}
	if err != nil { // it is done all the same
		s.config.Log.Error("the answer to a request is not kept", "request", request, "error", err)
	}
	return out, nil
}

// beforeError says that a request was done before this server started, and that its answer is lost.
type beforeError struct {
	hash string
	// height of its block; 0: the node no longer has the blocks that it may be in.
	height int64
}

func (e *beforeError) Error() string { return ErrBefore.Error() }
func (e *beforeError) Unwrap() error { return ErrBefore }

// decided waits until it is known what became of a transaction of before: no error says that it is in no block, and can't come
// into one any more. It fails with a beforeError where it is in one, or may be, and with a *client.TxError where it failed there.
func (s *Server) decided(ctx context.Context, before record) error {
	hash, err := hashOf(before.Tx)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrInternal, err)
	}
	for {
		span, err := blocks.Open(ctx, s.config.Node)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNode, err)
		}
		if span.First.Height > before.After+1 {
			return &beforeError{hash: before.Tx}
		}
		to := min(span.Last.Height, before.After+orderedBlocks)
		height, result, err := span.Tx(ctx, hash, max(before.After, span.First.Height), to, nil)
		switch {
		case err == nil && result.Code == abci.CodeTypeOK:
			return &beforeError{before.Tx, height}
		case err == nil:
			return &client.TxError{
				Codespace: result.Codespace, Code: result.Code, Stage: client.Executed, Hash: before.Tx, Height: height, Log: client.Tidy(result.Log),
			}
		case !errors.Is(err, blocks.ErrNoTx):
			return fmt.Errorf("%w: %w", ErrNode, err)
		case span.Last.Height >= before.After+orderedBlocks:
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(looksEach):
		}
	}
}
