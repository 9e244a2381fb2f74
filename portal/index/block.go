package index

import (
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
)

// Block is what a block did.
type Block struct {
	// ChainID of the block's header.
	ChainID string
	Height  int64
	Time    time.Time
	// Hash of the block's header, and of its results, 32 bytes each; may be empty.
	Hash, Results []byte
	// Checked: validators are known to have signed the header, and so those before it.
	Checked bool
	// Txs are the block's transactions, all of them, in order.
	Txs []Tx
	// Hooks are the events of no transaction, in order. Those with the attribute mode=EndBlock
	// come after the transactions, all others before.
	Hooks []abci.Event
}

// Tx is a transaction of a block. The events of one that failed are of its fee, and did happen.
type Tx struct {
	// Hash is its SHA-256.
	Hash   []byte
	Events []abci.Event
}
