package durable

import dbm "github.com/cosmos/cosmos-db"

// largest is how many bytes a tree may save in one write. The gas of a full block
// does not pay for as many in one tree.
const largest = 256 << 20

// Whole makes a tree be saved in one write. iavl writes whenever it has gathered
// 100 kB, the rows by key before the nodes and the root last. A process that ended in
// between left a version that is there and cannot be read, which stopped the node for
// ever, or rows removed that the version before has.
func Whole(db dbm.DB) dbm.DB { return whole{db} }

type whole struct{ dbm.DB }

// NewBatchWithSize makes a batch of iavl's, which alone asks for a size.
func (w whole) NewBatchWithSize(size int) dbm.Batch {
	return wholeBatch{w.DB.NewBatchWithSize(size)}
}

type wholeBatch struct{ dbm.Batch }

// GetByteSize is how far the batch is above the largest; iavl writes it when that,
// and the next row, come to 100 kB.
func (b wholeBatch) GetByteSize() (int, error) {
	size, err := b.Batch.GetByteSize()
	return size - largest, err
}
