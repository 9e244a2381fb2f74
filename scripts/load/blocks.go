package main

import (
	"context"
	"crypto/sha256"
	"time"
)

// block is what a block held.
type block struct {
	height int64
	// voted is when the validators voted for the block before it: what
	// CometBFT calls the block's time.
	voted time.Time
	kinds []Kind
	bytes int
	paid  int   // works that get a part of a payment
	gas   int64 // that its transactions declare; known at the end
}

// follow reads the first node's blocks as they come.
func (l *Load) follow(ctx context.Context) error {
	rpc := l.rpc[0]
	next := int64(1)
	if n := len(l.blocks); n > 0 {
		next = l.blocks[n-1].height + 1
	}
	for {
		newest, err := rpc.Height(ctx)
		for ; err == nil && next <= newest; next++ {
			var raw RawBlock
			if raw, err = rpc.Block(ctx, next); err == nil {
				l.note(next, raw)
			}
		}
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(poll):
		}
	}
}

// note takes a block's transactions out of flight and lets their accounts go on.
func (l *Load) note(height int64, raw RawBlock) {
	b := block{height: height, voted: raw.Block.Header.Time, kinds: make([]Kind, len(raw.Block.Data.Txs))}
	var done []*Tx
	l.mu.Lock()
	for i, bytes := range raw.Block.Data.Txs {
		b.bytes += len(bytes)
		hash := sha256.Sum256(bytes)
		if tx := l.flight[hash]; tx != nil {
			delete(l.flight, hash)
			b.kinds[i] = tx.kind
			b.paid += tx.paid
			done = append(done, tx)
		}
	}
	l.blocks = append(l.blocks, b)
	l.mu.Unlock()
	l.committed.Add(int64(len(b.kinds)))
	l.paid.Add(int64(b.paid))
	for _, tx := range done {
		if tx.apply != nil {
			tx.apply()
		}
		if tx.release != nil {
			tx.release(tx.account)
		}
	}
}
