package dataset

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/stemma-chain/stemma/x/registry/manifest"
	"github.com/stemma-chain/stemma/x/registry/sumtree"
)

const (
	// fanout is how many buckets there are for each kind of contributors: by the first byte of the id, so that all that
	// a bucket has comes before all that the next one has.
	fanout = 256
	// held is how many bytes of one bucket a worker holds before it writes them.
	held = 8 << 10
)

// mostHeld is how many contributors of one bucket are added up in memory.
var mostHeld = 1 << 21

// buckets are files of what rows give to contributors, which are added up one bucket after the other.
type buckets struct {
	dir string
	// stay: the files of the buckets stay when they are added up, so that this can be done again.
	stay  bool
	locks [2 * fanout]sync.Mutex
	files [2 * fanout]*os.File
	// made are all files that there ever were, in the order of making.
	making sync.Mutex
	made   []*os.File
}

func newBuckets(dir string) (*buckets, error) {
	there, err := os.ReadDir(dir)
	if err == nil && len(there) > 0 {
		err = fmt.Errorf("%s is not empty: name an empty folder for what is too much for memory", dir)
	}
	return &buckets{dir: dir}, err
}

// bucketName is that of a bucket's file.
func bucketName(i int) string { return fmt.Sprintf("bucket-%03d", i) }

// reopen takes up buckets that are to stay, as they were when they had these lengths. It fails with ErrChanged where they are shorter.
func reopen(dir string, lengths []int64) (*buckets, error) {
	b := &buckets{dir: dir, stay: true}
	left, err := filepath.Glob(filepath.Join(dir, "bucket-*"))
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for i, length := range lengths {
		known[bucketName(i)] = length > 0
	}
	for _, path := range left {
		if !known[filepath.Base(path)] {
			if err := os.Remove(path); err != nil {
				return nil, err
			}
		}
	}
	for i, length := range lengths {
		if length == 0 {
			continue
		}
		f, err := os.OpenFile(filepath.Join(dir, bucketName(i)), os.O_RDWR, 0o600)
		if err == nil {
			b.files[i], b.made = f, append(b.made, f)
			err = cutTo(f, length)
		}
		if err != nil {
			return nil, errors.Join(err, b.close())
		}
	}
	return b, nil
}

// cutTo cuts what was written behind a length, and goes to the end. It fails with ErrChanged for a file that is shorter.
func cutTo(f *os.File, length int64) error {
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if end < length {
		return fmt.Errorf("%w: %s has %d bytes, it had %d", ErrChanged, f.Name(), end, length)
	}
	if err := f.Truncate(length); err != nil {
		return err
	}
	_, err = f.Seek(length, io.SeekStart)
	return err
}

// sync has all buckets on disk, and returns their lengths.
func (b *buckets) sync() ([]int64, error) {
	lengths := make([]int64, len(b.files))
	for i, f := range b.files {
		if f == nil {
			continue
		}
		var err error
		if lengths[i], err = f.Seek(0, io.SeekEnd); err == nil {
			err = f.Sync()
		}
		if err != nil {
			return nil, err
		}
	}
	return lengths, nil
}

// close closes the files and leaves them.
func (b *buckets) close() (err error) {
	for _, f := range b.made {
		if closed := f.Close(); closed != nil && !errors.Is(closed, os.ErrClosed) {
			err = errors.Join(err, closed)
		}
	}
	return err
}

// create makes a file, which is removed with all others at the latest.
func (b *buckets) create(name string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(b.dir, name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		b.making.Lock()
		defer b.making.Unlock()
		b.made = append(b.made, f)
	}
	return f, err
}

// remove deletes the files that are left, however the build ended.
func (b *buckets) remove() {
	for _, f := range b.made {
		discard(f)
	}
}

// discard removes a file of ours, which is of no use any more. It may be gone.
func discard(f *os.File) { _, _ = f.Close(), os.Remove(f.Name()) }

// write adds entries to a bucket.
func (b *buckets) write(i int, entries []byte) error {
	b.locks[i].Lock()
	defer b.locks[i].Unlock()
	if b.files[i] == nil {
		f, err := b.create(bucketName(i))
		if err != nil {
			return err
		}
		b.files[i] = f
	}
	_, err := b.files[i].Write(entries)
	return err
}

// part is what one worker holds of the buckets.
type part struct {
	of      *buckets
	buffers [2 * fanout][]byte
}

func (b *buckets) part() *part { return &part{of: b} }

func bucketOf(c manifest.Contributor) int { return int(c.Kind-manifest.Account)*fanout + int(c.ID[0]) }

// add writes what an item gives: length of the id, id, weight.
func (p *part) add(item manifest.Item) error {
	i := bucketOf(item.Contributor)
	if p.buffers[i] == nil {
		p.buffers[i] = make([]byte, 0, held)
	}
	if len(p.buffers[i])+1+len(item.ID)+8 > held {
		if err := p.of.write(i, p.buffers[i]); err != nil {
			return err
		}
		p.buffers[i] = p.buffers[i][:0]
	}
	p.buffers[i] = binary.BigEndian.AppendUint64(append(append(p.buffers[i], byte(len(item.ID))), item.ID...), item.Weight)
	return nil
}

// flush writes what is held.
func (p *part) flush() error {
	for i, entries := range p.buffers {
		if len(entries) == 0 {
			continue
		}
		if err := p.of.write(i, entries); err != nil {
			return err
		}
		p.buffers[i] = entries[:0]
	}
	return nil
}

// entry is the id of a contributor, behind its length, so that it is a key of a map without a string of its own.
type entry [1 + 32]byte

func (e *entry) id() []byte { return e[1 : 1+e[0]] }

// contributor is one with the sum of its weights.
type contributor struct {
	entry
	weight uint64
}

// root adds up the buckets, several at a time, and makes the tree over the contributors in order.
func (b *buckets) root(ctx context.Context, out io.Writer, workers int, built *Built) error {
	group, ctx := errgroup.WithContext(ctx)
	sorted := make([]chan []contributor, len(b.files))
	for i := range sorted {
		sorted[i] = make(chan []contributor, 1)
	}
	slots := make(chan struct{}, workers)
	group.Go(func() error {
		for i, f := range b.files {
			if f == nil {
				close(sorted[i])
				continue
			}
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return ctx.Err()
			}
			group.Go(func() error {
				defer func() { <-slots }()
				defer close(sorted[i])
				return b.addUp(f, 1, func(list []contributor) error {
					select {
					case sorted[i] <- list:
						return nil
					case <-ctx.Done():
						return ctx.Err()
					}
				})
			})
		}
		return nil
	})
	tree := grove{out: bufio.NewWriterSize(out, 1<<20)}
	group.Go(func() error {
		for i := range sorted {
			for open := true; open; {
				var list []contributor
				select {
				case list, open = <-sorted[i]:
				case <-ctx.Done():
					return ctx.Err()
				}
				for at := range list {
					c := &list[at]
					if err := tree.add(manifest.Contributor{Kind: manifest.Account + manifest.Kind(i/fanout), ID: c.id()}, c.weight); err != nil {
						return err
					}
				}
			}
		}
		return tree.out.Flush()
	})
	err := group.Wait()
	if err == nil {
		built.Manifest.Contributors, built.Groups, err = tree.root()
	}
	return err
}

// grove makes the tree over the contributors, of groups of them, and writes them to a file.
type grove struct {
	out    *bufio.Writer
	offset int64
	row    []byte
	tree   sumtree.Builder
	leaves []sumtree.Node
	groups []Group
	count  uint64
}

func (g *grove) add(c manifest.Contributor, weight uint64) error {
	leaf, err := c.Leaf(weight)
	if err != nil {
		return err
	}
	g.row = append(append(g.row[:0], byte(c.Kind), byte(len(c.ID))), c.ID...)
	if len(g.leaves) == 0 {
		g.groups = append(g.groups, Group{Offset: g.offset, First: bytes.Clone(g.row)})
	}
	g.row = binary.BigEndian.AppendUint64(g.row, weight)
	g.offset += int64(len(g.row))
	g.count++
	if g.leaves = append(g.leaves, leaf); len(g.leaves) == blockRows {
		if err := g.close(); err != nil {
			return err
		}
	}
	_, err = g.out.Write(g.row)
	return err
}

// close ends a group.
func (g *grove) close() (err error) {
	last := &g.groups[len(g.groups)-1]
	if last.Node, err = above(g.leaves); err != nil {
		return err
	}
	g.leaves = g.leaves[:0]
	return g.tree.Add(last.Node)
}

// root is that over all groups, whose tree has the shape of that over all contributors.
func (g *grove) root() (sumtree.Root, []Group, error) {
	if len(g.leaves) > 0 {
		if err := g.close(); err != nil {
			return sumtree.Root{}, nil, err
		}
	}
	root, err := g.tree.Root()
	root.Leaves = g.count
	return root, g.groups, err
}

// addUp reads a bucket's file, adds up what each contributor has, and gives all to emit, sorted. Where they are too many for
// memory, it makes smaller buckets, by the next byte of the id. The file is removed, but for a bucket that is to stay.
func (b *buckets) addUp(f *os.File, depth int, emit func([]contributor) error) error {
	if !b.stay || depth > 1 {
		defer discard(f)
	}
	sums := map[entry]uint64{}
	smaller, err := b.sumInto(sums, f, depth)
	if err != nil || smaller == nil {
		if err != nil {
			return err
		}
		return emit(sortedOf(sums))
	}
	clear(sums)
	for _, f := range smaller {
		if f == nil {
			continue
		}
		if err := b.addUp(f, depth+1, emit); err != nil {
			return err
		}
	}
	return nil
}

// sumInto adds up a file's entries; where there are too many contributors, they go to smaller buckets, which it returns.
func (b *buckets) sumInto(sums map[entry]uint64, f *os.File, depth int) (smaller []*os.File, err error) {
	var over *spill // of those that come when there is no room
	err = eachEntry(f, func(e entry, weight uint64) error {
		sum, known := sums[e]
		if !known && over == nil && len(sums) >= mostHeld {
			over = b.newSpill(filepath.Base(f.Name()), depth)
		}
		if over != nil && !known {
			return over.put(e, weight)
		}
		sum, carry := bits.Add64(sum, weight, 0)
		if carry != 0 {
			return sumtree.ErrOverflow
		}
		sums[e] = sum
		return nil
	})
	if err != nil || over == nil {
		return nil, err
	}
	for e, sum := range sums {
		if err := over.put(e, sum); err != nil {
			return nil, err
		}
	}
	return over.files, over.flush()
}

// eachEntry reads a bucket's file from its beginning.
func eachEntry(f *os.File, each func(e entry, weight uint64) error) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	in := bufio.NewReaderSize(f, 1<<20)
	var raw [len(entry{}) + 8]byte
	for {
		length, err := in.ReadByte()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		rest := raw[:int(length)+8]
		if _, err := io.ReadFull(in, rest); err != nil {
			return err
		}
		e := entry{length}
		copy(e[1:], rest[:length])
		if err := each(e, binary.BigEndian.Uint64(rest[length:])); err != nil {
			return err
		}
	}
}

// sortedOf has the contributors in the order of their ids.
func sortedOf(sums map[entry]uint64) []contributor {
	list := make([]contributor, 0, len(sums))
	for e, weight := range sums {
		list = append(list, contributor{e, weight})
	}
	slices.SortFunc(list, func(x, y contributor) int { return bytes.Compare(x.id(), y.id()) })
	return list
}

// spill are smaller buckets, by a byte of the id; ids that have ended before it come first, as they do in order.
type spill struct {
	of      *buckets
	name    string
	at      int
	files   []*os.File
	writers []*bufio.Writer
}

func (b *buckets) newSpill(name string, at int) *spill {
	return &spill{of: b, name: name, at: at, files: make([]*os.File, 1+fanout), writers: make([]*bufio.Writer, 1+fanout)}
}

func (s *spill) put(e entry, weight uint64) error {
	i := 0
	if id := e.id(); len(id) > s.at {
		i = 1 + int(id[s.at])
	}
	if s.files[i] == nil {
		f, err := s.of.create(fmt.Sprintf("%s-%02x", s.name, i))
		if err != nil {
			return err
		}
		s.files[i], s.writers[i] = f, bufio.NewWriterSize(f, held)
	}
	var raw [len(entry{}) + 8]byte
	n := copy(raw[:], e[:1+e[0]])
	binary.BigEndian.PutUint64(raw[n:], weight)
	_, err := s.writers[i].Write(raw[:n+8])
	return err
}

func (s *spill) flush() error {
	for _, w := range s.writers {
		if w == nil {
			continue
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	return nil
}
