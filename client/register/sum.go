package register

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
)

// chunk is how much is read between two looks at the context, in bytes.
const chunk = 1 << 20

// buffers are what files are read into: a new one for each would take longer than to hash a small file.
var buffers = sync.Pool{New: func() any {
	buf := make([]byte, chunk)
	return &buf
}}

// File is a file with its SHA-256.
type File struct {
	Path   string
	Digest [sha256.Size]byte
	Size   int64
}

// Sum hashes the files, several at a time, and returns them in the order given.
// It stops at the first error. Read is told how many bytes were read since the last time, by
// several goroutines at once; nil: nobody is.
func Sum(ctx context.Context, found []Found, read func(bytes int64)) ([]File, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)

	files := make([]File, len(found))
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(runtime.NumCPU(), len(found)) {
		group.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(found) || ctx.Err() != nil {
					return
				}
				file, err := sumFile(ctx, found[i].Path, read)
				if err != nil {
					cancel(err)
					return
				}
				files[i] = file
			}
		})
	}
	group.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return files, nil
}

// SumFile hashes one file.
func SumFile(ctx context.Context, path string) (File, error) { return sumFile(ctx, path, nil) }

func sumFile(ctx context.Context, path string, read func(bytes int64)) (File, error) {
	f, err := os.Open(path)
	if err != nil {
		return File{}, err
	}
	defer f.Close()
	h := sha256.New()
	buf := *buffers.Get().(*[]byte)
	defer buffers.Put(&buf)
	file := File{Path: path}
	for {
		if ctx.Err() != nil {
			return File{}, context.Cause(ctx)
		}
		n, err := f.Read(buf)
		h.Write(buf[:n])
		file.Size += int64(n)
		if read != nil {
			read(int64(n))
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return File{}, fmt.Errorf("read %s: %w", path, err)
		}
	}
	file.Digest = [sha256.Size]byte(h.Sum(nil))
	return file, nil
}
