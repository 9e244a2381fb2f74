package app

import (
	"path/filepath"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/syndtr/goleveldb/leveldb/filter"
	"github.com/syndtr/goleveldb/leveldb/opt"
)

// Sizes of the database's buffers in bytes. goleveldb's own defaults, 4 and 8
// MiB, are less than what one full block writes: it compacts all the time then,
// and reads the filters of its tables, which say that a key is absent, from disk
// again and again. A derivation cost up to twice as much. A buffer's worth of
// random keys overlaps all of the first level, so the larger the buffer, the less
// often that is written anew (docs/performance.md). Two buffers may be in memory.
const (
	writeBuffer = 128 << 20
	blockCache  = 256 << 20
	openFiles   = 2000
)

// OpenDB opens the state of the node whose home folder this is. Only goleveldb,
// the default, is tuned.
func OpenDB(home string, backend dbm.BackendType) (dbm.DB, error) {
	folder := filepath.Join(home, "data")
	if backend != dbm.GoLevelDBBackend {
		return dbm.NewDB("application", backend, folder)
	}
	return dbm.NewGoLevelDBWithOpts("application", folder, &opt.Options{
		Filter:                 filter.NewBloomFilter(10),
		WriteBuffer:            writeBuffer,
		BlockCacheCapacity:     blockCache,
		OpenFilesCacheCapacity: openFiles,
	})
}
