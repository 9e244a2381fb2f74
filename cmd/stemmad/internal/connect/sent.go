package connect

import (
	"slices"
	"sync"
)

// Sent is a transaction that a node was given.
type Sent struct {
	TxHash string `json:"txhash"`
	// Height of its block; 0: it is in none yet, as far as is known, and may come.
	Height int64 `json:"height"`
}

// ledger is what a command has sent, in order.
type ledger struct {
	mu   sync.Mutex
	list []Sent
}

// Sent is what the command has sent so far, in order.
func (c *Conn) Sent() []Sent {
	c.sent.mu.Lock()
	defer c.sent.mu.Unlock()
	return slices.Clone(c.sent.list)
}

// NoteSent is told right before a node is given a transaction, and with its height once it is in a
// block.
func (c *Conn) NoteSent(hash string, height int64) {
	c.sent.mu.Lock()
	defer c.sent.mu.Unlock()
	for i, tx := range c.sent.list {
		if tx.TxHash == hash {
			c.sent.list[i].Height = height
			return
		}
	}
	c.sent.list = append(c.sent.list, Sent{TxHash: hash, Height: height})
}

// NoteRefused is told of a transaction that the chain refused: it can't come.
func (c *Conn) NoteRefused(hash string) {
	c.sent.mu.Lock()
	defer c.sent.mu.Unlock()
	c.sent.list = slices.DeleteFunc(c.sent.list, func(tx Sent) bool { return tx.TxHash == hash })
}
