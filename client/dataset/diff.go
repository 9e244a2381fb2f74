package dataset

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/stemma-chain/stemma/x/headers/rfc6962"
	"github.com/stemma-chain/stemma/x/registry/manifest"
)

// mostCompared is how many bytes of items are compared in memory. Of more with one content and one contributor, those that are not the same
// are told as removed and added.
var mostCompared = int64(256 << 20)

// Change is an item of which two manifests tell otherwise: added without Old, removed without New, else changed in weight, terms,
// consent or time.
type Change struct {
	Old, New *manifest.Item
}

// Difference of two manifests. An item is told by its content and its contributor; its place does not matter. Beyond two million items of
// the same content and contributor, those that differ count as removed and added.
type Difference struct {
	Same, Added, Removed, Changed uint64
	Contributors                  ContributorsDifference
}

// ContributorsDifference is what becomes of contributors: who comes and goes, whose weight rises and falls, and of those who stay whose
// part of the whole does.
type ContributorsDifference struct {
	Came, Left, Heavier, Lighter, LargerPart, SmallerPart uint64
}

// EachItem reads a manifest's rows, with their index from 0. Row and item are valid until the next. It fails with ErrNoManifest and
// manifest.ErrRow.
func EachItem(ctx context.Context, rows io.Reader, each func(index uint64, row []byte, item manifest.Item) error) error {
	source, err := newRowSource(rows)
	if err != nil {
		return err
	}
	index, raw := uint64(0), []byte(nil)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		b, err := source.Next(ctx, blockRows)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			raw, err = b.Append(raw[:0])
		}
		if err == nil {
			err = eachRow(raw, int(index), func(row []byte, item manifest.Item) error {
				index++
				return each(index-1, row, item)
			})
		}
		if err != nil {
			return err
		}
	}
}

// differ compares rows, which it keeps in files by the first byte of their content.
type differ struct {
	dir  string
	each func(Change) error
	d    *Difference
}

// Diff compares two manifests that were built. Dir is an empty folder for the items of both. Each is told of every item that is not the
// same, and whose of contributors with their weights before and after, 0 where there is none; nil: nobody is. It fails with ErrStale
// where rows or contributors are not those that were built.
func Diff(
	ctx context.Context, before, after *Opened, dir string, each func(Change) error, whose func(manifest.Contributor, uint64, uint64) error,
) (Difference, error) {
	var d Difference
	c := &differ{dir, each, &d}
	parts := newParts(dir, "items")
	defer parts.remove()
	for side, o := range []*Opened{before, after} {
		is := checked{of: o.Built}
		if err := EachItem(ctx, io.NewSectionReader(o.rows, 0, 1<<62), func(_ uint64, row []byte, item manifest.Item) error {
			return errors.Join(is.add(row), parts.add(item.Sha256[0], byte(side), row))
		}); err != nil {
			return d, err
		}
		if err := is.end(); err != nil {
			return d, err
		}
	}
	if err := c.compareAll(ctx, parts); err != nil {
		return d, err
	}
	return d, diffContributors(before, after, whose, &d.Contributors)
}

// checked compares rows with those that were built: what lies beside a manifest may be another's.
type checked struct {
	of     Built
	blocks int
	leaves []rfc6962.Hash
}

func (c *checked) add(row []byte) error {
	if c.leaves = append(c.leaves, rfc6962.Leaf(row)); len(c.leaves) == blockRows {
		return c.block()
	}
	return nil
}

func (c *checked) block() error {
	if c.blocks == len(c.of.Blocks) || rfc6962.Root(c.leaves) != c.of.Blocks[c.blocks].Root {
		return fmt.Errorf("%w: from row %d on", ErrStale, c.blocks*blockRows+1)
	}
	c.blocks, c.leaves = c.blocks+1, c.leaves[:0]
	return nil
}

func (c *checked) end() error {
	if len(c.leaves) > 0 {
		if err := c.block(); err != nil {
			return err
		}
	}
	if c.blocks != len(c.of.Blocks) {
		return fmt.Errorf("%w: it has fewer rows", ErrStale)
	}
	return nil
}

// compareParts are files of rows, each behind a byte that says which manifest it is of.
type compareParts struct {
	dir, name string
	files     [fanout]*os.File
	writers   [fanout]*bufio.Writer
	sizes     [fanout]int64
}

func newParts(dir, name string) *compareParts { return &compareParts{dir: dir, name: name} }

func (p *compareParts) add(i, side byte, row []byte) (err error) {
	if p.files[i] == nil {
		path := filepath.Join(p.dir, fmt.Sprintf("%s-%02x", p.name, i))
		if p.files[i], err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
			return err
		}
		p.writers[i] = bufio.NewWriterSize(p.files[i], held)
	}
	if err := p.writers[i].WriteByte(side); err != nil {
		return err
	}
	p.sizes[i] += int64(1 + len(row))
	_, err = p.writers[i].Write(row)
	return err
}

func (p *compareParts) remove() {
	for _, f := range p.files {
		if f != nil {
			discard(f)
		}
	}
}

// compareAll compares part after part; one that is too large is parted again, by the first byte in which its rows differ, or counted where
// they don't.
func (c *differ) compareAll(ctx context.Context, p *compareParts) error {
	for i, f := range p.files {
		if f == nil {
			continue
		}
		if err := errors.Join(ctx.Err(), p.writers[i].Flush()); err != nil {
			return err
		}
		if err := c.comparePart(ctx, f, fmt.Sprintf("%s-%02x", p.name, i), p.sizes[i]); err != nil {
			return err
		}
		discard(f)
		p.files[i] = nil
	}
	return nil
}

func (c *differ) comparePart(ctx context.Context, f io.ReadSeeker, name string, size int64) error {
	if size <= mostCompared {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return err
		}
		return c.compare(f, size)
	}
	first, common, sides, err := inCommon(f)
	if err != nil {
		return err
	}
	if common == len(first) {
		return c.alike(first, sides)
	}
	return c.part(ctx, f, name, place(common))
}

// shared is how many bytes behind the flags the rows of one content and one contributor have in common at least.
const shared = sha256.Size + 20

// place of the i-th byte that rows are parted by: those of content and contributor, then the flags, which say how long a row is, and the
// rest.
func place(i int) int {
	switch {
	case i < shared:
		return i + 1
	case i == shared:
		return 0
	}
	return i
}

// inCommon is the first of rows, how many bytes all have in common in the order of place, and how many rows each side has.
func inCommon(f io.ReadSeeker) (first []byte, common int, sides [2]uint64, err error) {
	err = eachCompared(f, func(side byte, row []byte) error {
		if first == nil {
			first, common = row, len(row)
		}
		for i := range common {
			if at := place(i); row[at] != first[at] {
				common = i
				break
			}
		}
		sides[side]++
		return nil
	})
	return first, common, sides, err
}

func (c *differ) part(ctx context.Context, f io.ReadSeeker, name string, at int) error {
	smaller := newParts(c.dir, name)
	defer smaller.remove()
	if err := eachCompared(f, func(side byte, row []byte) error { return smaller.add(row[at], side, row) }); err != nil {
		return err
	}
	return c.compareAll(ctx, smaller)
}

// eachCompared reads rows from the beginning of a file.
func eachCompared(f io.ReadSeeker, each func(side byte, row []byte) error) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	in := bufio.NewReaderSize(f, 1<<20)
	for {
		side, err := in.ReadByte()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		row, err := readRow(in)
		if err == nil {
			err = each(side, row)
		}
		if err != nil {
			return err
		}
	}
}

// compared is a row of one of both.
type compared struct {
	row  []byte
	side byte
}

// sameItem compares content and contributor.
func sameItem(x, y []byte) int {
	if c := bytes.Compare(x[1:33], y[1:33]); c != 0 {
		return c
	}
	a, _ := manifest.ReadItem(x) // they were read before
	b, _ := manifest.ReadItem(y)
	if a.Kind != b.Kind {
		return int(a.Kind) - int(b.Kind)
	}
	return bytes.Compare(a.ID, b.ID)
}

func (c *differ) compare(f io.Reader, size int64) error {
	raw := make([]byte, size)
	if _, err := io.ReadFull(f, raw); err != nil {
		return err
	}
	var list []compared
	for len(raw) > 0 {
		length, err := manifest.RowSize(raw[1])
		if err != nil {
			return err
		}
		list = append(list, compared{raw[1 : 1+length : 1+length], raw[0]})
		raw = raw[1+length:]
	}
	slices.SortFunc(list, func(x, y compared) int {
		if c := sameItem(x.row, y.row); c != 0 {
			return c
		}
		if c := bytes.Compare(x.row, y.row); c != 0 {
			return c
		}
		return int(x.side) - int(y.side)
	})
	for len(list) > 0 {
		n := 1
		for n < len(list) && sameItem(list[0].row, list[n].row) == 0 {
			n++
		}
		if err := c.one(list[:n]); err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}

// one compares all rows of a content and a contributor: equal rows are the same, others changed as far as both have them.
func (c *differ) one(list []compared) error {
	var sides [2][][]byte
	for len(list) > 0 {
		n := 1
		for n < len(list) && bytes.Equal(list[0].row, list[n].row) {
			n++
		}
		olds := 0
		for olds < n && list[olds].side == 0 {
			olds++
		}
		same := min(olds, n-olds)
		c.d.Same += uint64(same)
		for range olds - same {
			sides[0] = append(sides[0], list[0].row)
		}
		for range n - olds - same {
			sides[1] = append(sides[1], list[0].row)
		}
		list = list[n:]
	}
	for i := range max(len(sides[0]), len(sides[1])) {
		var rows [2][]byte
		for side := range rows {
			if i < len(sides[side]) {
				rows[side] = sides[side][i]
			}
		}
		if err := c.tell(rows[0], rows[1]); err != nil {
			return err
		}
	}
	return nil
}

// alike compares as many equal rows as each side has.
func (c *differ) alike(row []byte, sides [2]uint64) error {
	same := min(sides[0], sides[1])
	c.d.Same += same
	for range sides[0] - same {
		if err := c.tell(row, nil); err != nil {
			return err
		}
	}
	for range sides[1] - same {
		if err := c.tell(nil, row); err != nil {
			return err
		}
	}
	return nil
}

// tell tells of rows that are not the same; nil: a side has none.
func (c *differ) tell(before, after []byte) error {
	var change Change
	for _, side := range []struct {
		of  **manifest.Item
		row []byte
	}{{&change.Old, before}, {&change.New, after}} {
		if side.row == nil {
			continue
		}
		item, err := manifest.ReadItem(side.row)
		if err != nil {
			return err
		}
		*side.of = &item
	}
	switch {
	case change.Old == nil:
		c.d.Added++
	case change.New == nil:
		c.d.Removed++
	default:
		c.d.Changed++
	}
	if c.each == nil {
		return nil
	}
	return c.each(change)
}
