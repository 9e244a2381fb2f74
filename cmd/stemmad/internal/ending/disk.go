package ending

import (
	"context"
	"fmt"
	"syscall"
	"time"
)

// Disk is the disk of a node's data.
type Disk struct {
	// Folder is where the data is.
	Folder string
	// MinFree is how many bytes have to be free: with less the node ends in order, before
	// a write fails in the middle. 0: none.
	MinFree uint64
	// Free says how many bytes are free; nil asks the system.
	Free func(folder string) (uint64, error)
}

// look is how often the disk is looked at: a full block writes some 10 MB.
const look = 5 * time.Second

// Check is an error when too little is free.
func (d Disk) Check() error {
	free := d.Free
	if free == nil {
		free = Free
	}
	left, err := free(d.Folder)
	if err != nil || left >= d.MinFree { // what cannot be told does not end a node
		return nil
	}
	return &Ended{
		Code: DiskFull,
		Why: fmt.Sprintf("the disk is full: %d MB are free in %s, the node stops below %d",
			left>>20, d.Folder, d.MinFree>>20),
		Remedy: "make room and start again (min-free in [disk] of app.toml is the bound; " +
			"pruning and min-retain-blocks say what is kept)",
	}
}

// Watch reports when too little is free, until ctx ends.
func (d Disk) Watch(ctx context.Context, report func(error)) {
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := d.Check(); err != nil {
				report(err)
				return
			}
		}
	}
}

// Free is how many bytes are free where a folder is.
func Free(folder string) (uint64, error) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(folder, &fs); err != nil {
		return 0, err
	}
	//nolint:unconvert // the types differ between systems
	return uint64(fs.Bavail) * uint64(fs.Bsize), nil
}
