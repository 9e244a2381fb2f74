package asset

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// windowSize is how much of a file is read at once.
const windowSize = 64 << 10

// window reads small parts of a file, near one another, without a read each.
type window struct {
	r     io.ReaderAt
	size  int64
	start int64 // where buf begins
	buf   []byte
}

// read fills p with what stands at a position; it fails with ErrMalformed behind the end.
func (w *window) read(p []byte, at int64) error {
	if at < 0 || int64(len(p)) > w.size-at {
		return fmt.Errorf("%w: the file ends at %d, its parts at %d", ErrMalformed, w.size, at+int64(len(p)))
	}
	n, err := w.r.ReadAt(p, at)
	if n == len(p) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("at %d: %w", at+int64(n), err)
}

// upTo returns at most n bytes from a position, fewer at the end of the file. They are
// valid until the next call; n is at most windowSize.
func (w *window) upTo(at int64, n int) ([]byte, error) {
	if at < 0 || at >= w.size {
		return nil, nil
	}
	n = int(min(int64(n), w.size-at))
	if at < w.start || at+int64(n) > w.start+int64(len(w.buf)) {
		w.start, w.buf = at, w.buf[:0]
		if w.buf == nil {
			w.buf = make([]byte, 0, min(windowSize, w.size))
		}
		buf := w.buf[:min(windowSize, w.size-at)]
		if err := w.read(buf, at); err != nil {
			return nil, err
		}
		w.buf = buf
	}
	return w.buf[at-w.start:][:n], nil
}

// exactly is upTo that says whether all bytes are there.
func (w *window) exactly(at int64, n int) (b []byte, all bool, err error) {
	b, err = w.upTo(at, n)
	return b, len(b) == n, err
}

// compare orders positions.
func compare(a, b int64) int { return cmp.Compare(a, b) }

func be16(b []byte) int64 { return int64(binary.BigEndian.Uint16(b)) }
func be32(b []byte) int64 { return int64(binary.BigEndian.Uint32(b)) }
func le32(b []byte) int64 { return int64(binary.LittleEndian.Uint32(b)) }
