package items

import (
	"bufio"
	"bytes"
	"cmp"
	"container/heap"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"github.com/stemma-chain/stemma/portal/index"
	"github.com/stemma-chain/stemma/x/registry/manifest"
)

const (
	// recordSize is that of an item on disk: content, place in 4 bytes, kind and length of the contributor, and its id in as many
	// bytes as the longest has. Places are below manifest.MaxItems.
	recordSize = 32 + 4 + 2 + 32
	// buffers is how much memory runs have together while they are merged.
	buffers = 32 << 20
)

// runRows is how many items are sorted in memory, which takes some 140 bytes for each.
var runRows = 1 << 18

// sorter puts items in order of their contents and places, whatever they are: what is too much for memory lies in one file,
// sorted part by part.
type sorter struct {
	file *os.File
	rows []index.ListedItem
	runs []int // how many records each has
}

func (s *sorter) add(item index.ListedItem) error {
	if s.rows = append(s.rows, item); len(s.rows) < runRows {
		return nil
	}
	return s.flush()
}

func byContent(a, b index.ListedItem) int {
	return cmp.Or(bytes.Compare(a.Sha256[:], b.Sha256[:]), cmp.Compare(a.Place, b.Place))
}

// flush writes what is in memory as a run.
func (s *sorter) flush() error {
	if len(s.rows) == 0 {
		return nil
	}
	slices.SortFunc(s.rows, byContent)
	out := bufio.NewWriterSize(s.file, 1<<20)
	for _, item := range s.rows {
		if _, err := out.Write(record(item)); err != nil {
			return err
		}
	}
	s.runs, s.rows = append(s.runs, len(s.rows)), s.rows[:0]
	return out.Flush()
}

func record(item index.ListedItem) []byte {
	raw := make([]byte, recordSize)
	copy(raw, item.Sha256[:])
	binary.BigEndian.PutUint32(raw[32:], uint32(item.Place))
	raw[36], raw[37] = byte(item.Contributor.Kind), byte(len(item.Contributor.ID))
	copy(raw[38:], item.Contributor.ID)
	return raw
}

func unrecord(raw []byte) (item index.ListedItem, err error) {
	length := int(raw[37])
	if length > recordSize-38 {
		return item, fmt.Errorf("what was sorted is damaged: %w", io.ErrUnexpectedEOF)
	}
	item.Sha256, item.Place = [32]byte(raw), uint64(binary.BigEndian.Uint32(raw[32:]))
	item.Contributor = manifest.Contributor{Kind: manifest.Kind(raw[36]), ID: slices.Clone(raw[38:][:length])}
	return item, nil
}

// run is a sorted part that is read.
type run struct {
	in   *bufio.Reader
	left int
	next index.ListedItem
}

func (r *run) read() (bool, error) {
	if r.left == 0 {
		return false, nil
	}
	r.left--
	var raw [recordSize]byte
	if _, err := io.ReadFull(r.in, raw[:]); err != nil {
		return false, err
	}
	var err error
	r.next, err = unrecord(raw[:])
	return true, err
}

// merged is a heap of runs by what comes next of each.
type merged []*run

func (m merged) Len() int           { return len(m) }
func (m merged) Less(i, j int) bool { return byContent(m[i].next, m[j].next) < 0 }
func (m merged) Swap(i, j int)      { m[i], m[j] = m[j], m[i] }
func (m *merged) Push(x any)        { *m = append(*m, x.(*run)) }
func (m *merged) Pop() any {
	last := (*m)[len(*m)-1]
	*m = (*m)[:len(*m)-1]
	return last
}

// sorted returns the items one by one, then io.EOF.
func (s *sorter) sorted() (func() (index.ListedItem, error), error) {
	if len(s.runs) == 0 { // all are in memory
		slices.SortFunc(s.rows, byContent)
		at := 0
		return func() (item index.ListedItem, err error) {
			if at == len(s.rows) {
				return item, io.EOF
			}
			at++
			return s.rows[at-1], nil
		}, nil
	}
	if err := s.flush(); err != nil {
		return nil, err
	}
	s.rows = nil
	size := min(max(buffers/len(s.runs), 4<<10), 1<<20)
	m, at := merged{}, int64(0)
	for _, n := range s.runs {
		part := io.NewSectionReader(s.file, at, math.MaxInt64-at)
		r := &run{in: bufio.NewReaderSize(part, size), left: n}
		if _, err := r.read(); err != nil {
			return nil, err
		}
		m, at = append(m, r), at+int64(n)*recordSize
	}
	heap.Init(&m)
	return func() (item index.ListedItem, err error) {
		if len(m) == 0 {
			return item, io.EOF
		}
		item = m[0].next
		more, err := m[0].read()
		switch {
		case err != nil:
			return item, err
		case more:
			heap.Fix(&m, 0)
		default:
			heap.Pop(&m)
		}
		return item, nil
	}, nil
}
