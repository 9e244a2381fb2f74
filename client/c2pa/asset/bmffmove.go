package asset

import (
	"encoding/binary"
	"fmt"
	"sort"
)

// maxMoved is the largest box with positions that is read: one of a film of ten hours has a tenth of that.
const maxMoved = 64 << 20

// movedBack is what boxes are that have positions in the file, once some ranges of it are gone: the tables of chunks, items,
// fragments and auxiliary data (ISO/IEC 14496-12). Other positions are relative.
func movedBack(in *window, gone []Range) ([]patch, error) {
	if len(gone) == 0 {
		return nil, nil
	}
	var patches []patch
	all := newMover(gone)
	w := bmffWalk{in: in}
	w.visit = func(b bmffBox) error {
		move := map[string]func(content []byte, m mover) error{
			"stco": moveChunks, "co64": moveChunks, "iloc": moveItems, "tfhd": moveFragment, "tfra": moveIndex, "saio": moveAuxiliary,
		}[b.kind]
		if move == nil || b.at.Length-b.header < 8 {
			return nil
		}
		if b.at.Length > maxMoved {
			return fmt.Errorf("%w: a box %s of %d bytes", ErrTooLarge, b.kind, b.at.Length)
		}
		content := make([]byte, b.at.Length-b.header)
		if err := in.read(content, b.at.Start+b.header); err != nil {
			return err
		}
		m := all
		m.wide = b.kind == "co64"
		if err := move(content, m); err != nil {
			return fmt.Errorf("box %s at %d: %w", b.kind, b.at.Start, err)
		}
		patches = append(patches, patch{b.at.Start + b.header, content})
		return nil
	}
	return patches, w.walk(0, in.size)
}

// mover puts positions back to where they were.
type mover struct {
	gone   []Range
	before []int64 // how much is gone before each
	wide   bool    // positions are of 8 bytes, not 4
}

func newMover(gone []Range) mover {
	m := mover{gone: gone, before: make([]int64, len(gone)+1)}
	for i, r := range gone {
		m.before[i+1] = m.before[i] + r.Length
	}
	return m
}

// back is a position without what is gone before it.
func (m mover) back(at uint64) uint64 {
	n := sort.Search(len(m.gone), func(i int) bool { return uint64(m.gone[i].end()) > at })
	return at - uint64(m.before[n])
}

// put moves the number that bytes are.
func (m mover) put(b []byte) {
	if len(b) == 8 {
		binary.BigEndian.PutUint64(b, m.back(binary.BigEndian.Uint64(b)))
		return
	}
	binary.BigEndian.PutUint32(b, uint32(m.back(uint64(binary.BigEndian.Uint32(b)))))
}

// fields takes a box' content apart.
type fields struct {
	b   []byte
	err error
}

// take is the next n bytes, or zeros where the box ends first.
func (f *fields) take(n int) []byte {
	if n > len(f.b) {
		f.err, f.b = fmt.Errorf("%w: it ends early", ErrMalformed), nil
		return make([]byte, n)
	}
	taken := f.b[:n]
	f.b = f.b[n:]
	return taken
}

// positions moves a list of numbers with their count before it.
func (f *fields) positions(m mover) error {
	size := 4
	if m.wide {
		size = 8
	}
	for n := be32(f.take(4)); n > 0 && f.err == nil; n-- {
		m.put(f.take(size))
	}
	return f.err
}

// moveChunks moves stco and co64.
func moveChunks(content []byte, m mover) error {
	f := fields{b: content}
	f.take(4)
	return f.positions(m)
}

// moveAuxiliary moves saio.
func moveAuxiliary(content []byte, m mover) error {
	f := fields{b: content}
	head := f.take(4)
	if head[3]&1 == 1 {
		f.take(8)
	}
	m.wide = head[0] == 1
	return f.positions(m)
}

// moveFragment moves the base of a fragment's data, if tfhd has one.
func moveFragment(content []byte, m mover) error {
	f := fields{b: content}
	head := f.take(8)
	if head[3]&1 == 1 {
		m.put(f.take(8))
	}
	return f.err
}

// moveIndex moves tfra: where fragments begin.
func moveIndex(content []byte, m mover) error {
	f := fields{b: content}
	size := 4
	if f.take(4)[0] == 1 {
		size = 8
	}
	f.take(4)
	lengths := f.take(4)[3]
	rest := int(lengths>>4&3) + int(lengths>>2&3) + int(lengths&3) + 3
	for n := be32(f.take(4)); n > 0 && f.err == nil; n-- {
		f.take(size)
		m.put(f.take(size))
		f.take(rest)
	}
	return f.err
}

// moveItems moves iloc: of items that lie in the file, the base, or without one each part.
func moveItems(content []byte, m mover) error {
	f := fields{b: content}
	version := f.take(4)[0]
	sizes := f.take(2)
	offset, length, base, index := int(sizes[0]>>4), int(sizes[0]&15), int(sizes[1]>>4), int(sizes[1]&15)
	for _, size := range []int{offset, length, base, index} {
		if size != 0 && size != 4 && size != 8 {
			return fmt.Errorf("%w: numbers of %d bytes", ErrMalformed, size)
		}
	}
	number := func() int64 { return be16(f.take(2)) }
	if version == 2 {
		number = func() int64 { return be32(f.take(4)) }
	}
	if version == 0 {
		index = 0
	}
	for n := number(); n > 0 && f.err == nil; n-- {
		number() // the item's id
		inFile := version == 0 || f.take(2)[1]&15 == 0
		f.take(2)
		at := f.take(base)
		based := value(at) != 0
		if inFile && based {
			m.put(at)
		}
		for parts := be16(f.take(2)); parts > 0 && f.err == nil; parts-- {
			f.take(index)
			at := f.take(offset)
			if inFile && !based && value(at) != 0 {
				m.put(at)
			}
			f.take(length)
		}
	}
	return f.err
}

func value(b []byte) (n uint64) {
	for _, one := range b {
		n = n<<8 | uint64(one)
	}
	return n
}
