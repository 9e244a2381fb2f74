package dataset

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"github.com/stemma-chain/stemma/x/headers/rfc6962"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	"github.com/stemma-chain/stemma/x/registry/sumtree"
)

// IndexMagic begins a file of what was built: the format's name and version.
const IndexMagic = "stemma-index\x00\x00\x00\x01"

// ErrNoIndex says that a file is no index of this version, or not whole.
var ErrNoIndex = errors.New("not an index of this version")

// ContributorsOf and IndexOf are the files beside a manifest.
func ContributorsOf(path string) string { return path + ".contributors" }

// IndexOf is the file of what was built of a manifest.
func IndexOf(path string) string { return path + ".index" }

// Append writes what was built behind dst, as a file that proofs are made by. After IndexMagic come the roots and numbers, as in the
// digest; the number of blocks, and of each offset and root; the number of groups, and of each offset, sum, hash, kind, length of
// the id of its first contributor and that id; at last SHA-256 of all. Numbers have 8 bytes, big-endian.
func (b Built) Append(dst []byte) []byte {
	at := len(dst)
	dst = appendManifest(append(dst, IndexMagic...), b.Manifest)
	dst = appendBlocks(dst, b.Blocks)
	dst = binary.BigEndian.AppendUint64(dst, uint64(len(b.Groups)))
	for _, g := range b.Groups {
		dst = binary.BigEndian.AppendUint64(dst, uint64(g.Offset))
		dst = append(binary.BigEndian.AppendUint64(dst, g.Node.Sum), g.Node.Hash[:]...)
		dst = append(dst, g.First...)
	}
	sum := sha256.Sum256(dst[at:])
	return append(dst, sum[:]...)
}

func appendManifest(dst []byte, m manifest.Manifest) []byte {
	dst = append(append(dst, m.Items[:]...), m.Contributors.Hash[:]...)
	for _, n := range []uint64{m.ItemCount, m.Contributors.Leaves, m.Contributors.Sum} {
		dst = binary.BigEndian.AppendUint64(dst, n)
	}
	return dst
}

func appendBlocks(dst []byte, blocks []Block) []byte {
	dst = binary.BigEndian.AppendUint64(dst, uint64(len(blocks)))
	for _, block := range blocks {
		dst = append(binary.BigEndian.AppendUint64(dst, uint64(block.Offset)), block.Root[:]...)
	}
	return dst
}

// reading reads what Append wrote; what is cut short is seen at the end.
type reading struct {
	rest []byte
	cut  bool
}

func (r *reading) take(n int) []byte {
	if n > len(r.rest) {
		r.rest, r.cut = nil, true
		return make([]byte, n)
	}
	part := r.rest[:n:n]
	r.rest = r.rest[n:]
	return part
}

func (r *reading) number() uint64           { return binary.BigEndian.Uint64(r.take(8)) }
func (r *reading) hash() [sha256.Size]byte  { return [sha256.Size]byte(r.take(sha256.Size)) }
func (r *reading) count(size uint64) uint64 { return min(r.number(), uint64(len(r.rest))/size) }

func (r *reading) blocks() []Block {
	blocks := make([]Block, r.count(8+rfc6962.Size))
	for i := range blocks {
		blocks[i] = Block{int64(r.number()), r.hash()}
	}
	return blocks
}

// ReadIndex reads what Append wrote. It fails with ErrNoIndex.
func ReadIndex(raw []byte) (Built, error) {
	end := len(raw) - sha256.Size
	if !bytes.HasPrefix(raw, []byte(IndexMagic)) || end < len(IndexMagic) {
		return Built{}, fmt.Errorf("%w: it does not begin with %q", ErrNoIndex, IndexMagic)
	}
	if sha256.Sum256(raw[:end]) != [sha256.Size]byte(raw[end:]) {
		return Built{}, fmt.Errorf("%w: it is not whole", ErrNoIndex)
	}
	var b Built
	r := &reading{rest: raw[len(IndexMagic):end]}
	m := &b.Manifest
	m.Items, m.Contributors.Hash = r.hash(), r.hash()
	m.ItemCount, m.Contributors.Leaves, m.Contributors.Sum = r.number(), r.number(), r.number()
	b.Blocks = r.blocks()
	b.Groups = make([]Group, r.count(8+8+sha256.Size+2))
	for i := range b.Groups {
		g := &b.Groups[i]
		g.Offset = int64(r.number())
		g.Node.Sum, g.Node.Hash = r.number(), r.hash()
		g.First = bytes.Clone(r.take(2))
		g.First = append(g.First, r.take(int(g.First[1]))...)
	}
	blocks, groups := (m.ItemCount+blockRows-1)/blockRows, (m.Contributors.Leaves+blockRows-1)/blockRows
	if r.cut || len(r.rest) > 0 || uint64(len(b.Blocks)) != blocks || uint64(len(b.Groups)) != groups {
		return Built{}, fmt.Errorf("%w: its numbers do not fit each other", ErrNoIndex)
	}
	if err := m.Validate(); err != nil {
		return Built{}, err
	}
	return b, b.checkRoots()
}

// checkRoots fails with ErrNoIndex where blocks and groups do not lead to the roots. Then no proof is made by them that leads elsewhere.
func (b Built) checkRoots() error {
	nodes := make([]sumtree.Node, len(b.Groups))
	for i, g := range b.Groups {
		nodes[i] = g.Node
	}
	top, err := above(nodes)
	if err != nil || top != b.Manifest.Contributors.Node || rootOf(b.Blocks) != b.Manifest.Items {
		return fmt.Errorf("%w: its parts do not lead to its roots", ErrNoIndex)
	}
	return nil
}

// Opened is a manifest with the files beside it.
type Opened struct {
	Built
	rows, contributors *os.File
}

// Open opens a manifest that was built. It fails with os.ErrNotExist where a file of it is missing, and with ErrNoIndex.
func Open(path string) (*Opened, error) {
	raw, err := os.ReadFile(IndexOf(path))
	if err != nil {
		return nil, err
	}
	built, err := ReadIndex(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", IndexOf(path), err)
	}
	o := &Opened{Built: built}
	if o.rows, err = os.Open(path); err != nil {
		return nil, err
	}
	if o.contributors, err = os.Open(ContributorsOf(path)); err != nil {
		return nil, errors.Join(err, o.rows.Close())
	}
	return o, nil
}

// Close closes the files.
func (o *Opened) Close() error { return errors.Join(o.rows.Close(), o.contributors.Close()) }

// ProveItem proves an item by its index, from 0. It fails with ErrNotInManifest.
func (o *Opened) ProveItem(index uint64) (ItemProof, error) { return o.Item(o.rows, index) }

// ProveContributor proves a contributor. It fails with ErrNotInManifest.
func (o *Opened) ProveContributor(who manifest.Contributor) (ContributorProof, error) {
	return o.Contributor(o.contributors, who)
}
