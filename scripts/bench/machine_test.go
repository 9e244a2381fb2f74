package bench

import (
	"io/fs"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/app"
)

func usage(t testing.TB) (u syscall.Rusage) {
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return u
}

// cpuTime is what the process has used of all cores.
func cpuTime(t testing.TB) time.Duration {
	u := usage(t)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peakMemory is the most that the process has held since it started, in GB.
func peakMemory(t testing.TB) float64 { return float64(usage(t).Maxrss) / 1e6 }

// folderSize is what the files of a folder hold, in bytes.
func folderSize(t testing.TB, folder string) (size int64) {
	require.NoError(t, filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		size += info.Size()
		return err
	}))
	return size
}

// compact rewrites a closed database without what was deleted and overwritten.
// What a compaction replaces is removed when the database is opened next.
func compact(t testing.TB, folder string) {
	for range 3 {
		db, err := app.OpenDB(folder, dbm.GoLevelDBBackend)
		require.NoError(t, err)
		require.NoError(t, db.(*dbm.GoLevelDB).ForceCompact(nil, nil))
		require.NoError(t, db.Close())
	}
}

// median is the middle one, the later of two.
func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}

// nearlyAll is what 99 of 100 stay below.
func nearlyAll(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)*99/100]
}

func ms(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }
