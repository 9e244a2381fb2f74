package dataset

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/stemma-chain/stemma/x/registry/manifest"
)

// Source gives the items of a dataset, in the curator's order.
type Source interface {
	// Next reads the items that come next, as many as it is asked for. It gives fewer at the end, and where each takes long or is. Behind the
	// last it fails with io.EOF.
	Next(ctx context.Context, items int) (Batch, error)
}

// Resumable is a source that can go on at a mark.
type Resumable interface {
	Source
	// Identity is what is read and how, such as names, sizes and times of files: another where that has changed.
	Identity() string
	// Seek goes to the mark of a batch, so that Next reads what follows on it; no mark: to the first item. It fails with ErrChanged
	// where what lies before the mark is no more what was read.
	Seek(ctx context.Context, mark string) error
}

// ErrChanged says that a source is no more what was read of it.
var ErrChanged = errors.New("the source has changed")

// Batch is a part of the items.
type Batch struct {
	Items int
	// Append writes their rows behind dst. It is called once, by one of several workers.
	Append func(dst []byte) ([]byte, error)
	// Read is how many bytes of the source they took.
	Read int64
	// Mark is where the source goes on behind them; empty where it can't.
	Mark string
}

// rowSource reads the rows of a manifest.
type rowSource struct {
	in *bufio.Reader
	// offset of the next row in the file; number of items before it.
	offset int64
	number uint64
	free   chan []byte
}

// Rows reads the rows of a manifest, behind their Magic. It fails with ErrNoManifest.
func Rows(in io.Reader) (Source, error) { return newRowSource(in) }

func newRowSource(in io.Reader) (*rowSource, error) {
	s := &rowSource{in: bufio.NewReaderSize(in, 1<<20), offset: int64(len(Magic)), free: make(chan []byte, 64)}
	begin := make([]byte, len(Magic))
	if _, err := io.ReadFull(s.in, begin); err != nil || string(begin) != Magic {
		return nil, fmt.Errorf("%w: it does not begin with %q", ErrNoManifest, Magic)
	}
	return s, nil
}

// buffer is one for rows, which an earlier batch may have had.
func (s *rowSource) buffer() []byte {
	select {
	case raw := <-s.free:
		return raw[:0]
	default:
		return make([]byte, 0, blockRows*manifest.MaxRow)
	}
}

func (s *rowSource) Next(_ context.Context, items int) (Batch, error) {
	raw, count := s.buffer(), 0
	for ; count < items; count++ {
		flags, err := s.in.Peek(1)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Batch{}, err
		}
		size, err := manifest.RowSize(flags[0])
		if err != nil {
			return Batch{}, fmt.Errorf("row %d: %w", s.number+uint64(count)+1, err)
		}
		at := len(raw)
		raw = append(raw, make([]byte, size)...)
		if _, err := io.ReadFull(s.in, raw[at:]); err != nil {
			return Batch{}, fmt.Errorf("row %d is cut short: %w", s.number+uint64(count)+1, manifest.ErrRow)
		}
	}
	if count == 0 {
		return Batch{}, io.EOF
	}
	s.offset, s.number = s.offset+int64(len(raw)), s.number+uint64(count)
	return Batch{
		Items: count, Read: int64(len(raw)), Mark: fmt.Sprintf("%d:%d", s.offset, s.number),
		Append: func(dst []byte) ([]byte, error) {
			dst = append(dst, raw...)
			select {
			case s.free <- raw:
			default:
			}
			return dst, nil
		},
	}, nil
}

// fileRows are the rows of a manifest in a file.
type fileRows struct {
	rowSource
	file     io.ReadSeeker
	identity string
}

// FileRows reads the rows of a manifest in a file, whose identity is given. It fails with ErrNoManifest.
func FileRows(file io.ReadSeeker, identity string) (Resumable, error) {
	s, err := newRowSource(file)
	if err != nil {
		return nil, err
	}
	return &fileRows{rowSource: *s, file: file, identity: identity}, nil
}

func (s *fileRows) Identity() string { return s.identity }

func (s *fileRows) Seek(_ context.Context, mark string) error {
	offset, number := int64(len(Magic)), int64(0)
	if mark != "" {
		var err error
		if offset, number, err = ParseMark(mark); err != nil {
			return err
		}
	}
	if _, err := s.file.Seek(offset, io.SeekStart); err != nil {
		return err
	}
	s.in.Reset(s.file)
	s.offset, s.number = offset, uint64(number)
	return nil
}

// ParseMark reads a mark of two numbers, as most sources write it. It fails with ErrChanged.
func ParseMark(mark string) (first, second int64, err error) {
	var rest string
	if n, _ := fmt.Sscanf(mark, "%d:%s", &first, &rest); n == 2 {
		second, err = strconv.ParseInt(rest, 10, 64)
	} else {
		err = ErrChanged
	}
	if err != nil || first < 0 || second < 0 {
		return 0, 0, fmt.Errorf("%w: %q is no mark of it", ErrChanged, mark)
	}
	return first, second, nil
}
