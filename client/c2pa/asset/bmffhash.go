package asset

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash"
	"slices"

	"github.com/fxamacker/cbor/v2"
)

// BMFFHash is the assertion c2pa.hash.bmff, .v2 or .v3 (C2PA 2.2, 18.6).
type BMFFHash struct {
	Version    int         `cbor:"-"` // 1 to 3, from the assertion's label
	Exclusions []Exclusion `cbor:"exclusions"`
	Alg        string      `cbor:"alg,omitempty"`
	Hash       []byte      `cbor:"hash,omitempty"`
	Merkle     []MerkleMap `cbor:"merkle,omitempty"`
	Name       string      `cbor:"name,omitempty"`
}

// MerkleMap is a row of a Merkle tree over an mdat box, or over a track's fragments.
type MerkleMap struct {
	UniqueID  int64    `cbor:"uniqueId"`
	LocalID   int64    `cbor:"localId"`
	Count     int64    `cbor:"count"` // leaves
	Alg       string   `cbor:"alg,omitempty"`
	InitHash  []byte   `cbor:"initHash,omitempty"`
	Hashes    [][]byte `cbor:"hashes"`
	FixedSize *int64   `cbor:"fixedBlockSize,omitempty"`
	Sizes     []int64  `cbor:"variableBlockSizes,omitempty"`
}

// merkleBox is the content of an auxiliary box: which leaf a fragment is, and the hashes beside its way up.
type merkleBox struct {
	UniqueID int64    `cbor:"uniqueId"`
	LocalID  int64    `cbor:"localId"`
	Location int64    `cbor:"location"`
	Hashes   [][]byte `cbor:"hashes"`
}

// mdatHead is what the file's hash covers of an mdat whose rest a Merkle tree covers (C2PA 2.2, A.5.6).
const mdatHead = 16

// maxLeaves bounds the leaves of a file's Merkle trees: hashing many small ones takes long.
const maxLeaves = 4 << 20

// HashBMFF compares the file with a hash of BMFF (C2PA 2.2, 18.6), with all of its Merkle trees. alg is for an
// assertion without one. It fails with ErrMismatch, with ErrMalformed for an assertion against the rules, or with
// ErrUnsupported: for another format, and for Merkle trees over the chunks of tracks, which version 2 had.
func (f *File) HashBMFF(alg string, b BMFFHash) error {
	if f.format != BMFF {
		return fmt.Errorf("%w: BMFF hash of a %s file", ErrUnsupported, f.format)
	}
	if b.Alg == "" {
		b.Alg = alg
	}
	if b.Hash == nil && len(b.Merkle) == 0 {
		return fmt.Errorf("%w: neither a hash nor a Merkle tree", ErrMalformed)
	}
	found, err := mapBMFF(f.in, b.Exclusions)
	if err != nil {
		return err
	}
	check := bmffCheck{f.in, b, found}
	if b.Hash != nil {
		if err := check.compare(b.Alg, Range{0, f.in.size}, b.Hash, "the file"); err != nil {
			return err
		}
	}
	fragmented := slices.ContainsFunc(found.roots, func(r bmffBox) bool { return r.kind == "moof" })
	switch {
	case len(b.Merkle) == 0:
		return nil
	case fragmented:
		return check.fragments()
	}
	return check.mdats()
}

type bmffCheck struct {
	in *window
	BMFFHash
	found bmffMap
}

func (c bmffCheck) alg(m MerkleMap) string {
	if m.Alg != "" {
		return m.Alg
	}
	return c.Alg
}

// hash is that of a part of the file that begins and ends at root boxes: each root box that is not left out whole
// has its position before it, from version 2 on.
func (c bmffCheck) hash(alg string, part Range) ([]byte, error) {
	h, err := NewHash(alg)
	if err != nil {
		return nil, err
	}
	at := part.Start
	from, _ := slices.BinarySearchFunc(c.found.roots, at, func(b bmffBox, at int64) int { return compare(b.at.Start, at) })
	for _, b := range c.found.roots[from:] {
		if b.at.Start >= part.end() {
			break
		}
		if c.found.absent[b.at.Start] {
			at = b.at.end()
			continue
		}
		if c.Version > 1 {
			h.Write(binary.BigEndian.AppendUint64(nil, uint64(b.at.Start)))
		}
		if err := c.feed(h, b.at); err != nil {
			return nil, err
		}
		at = b.at.end()
	}
	if err := c.feed(h, Range{at, part.end() - at}); err != nil {
		return nil, err
	}
	return h.Sum(nil), nil
}

// feed hashes what is not excluded of a part.
func (c bmffCheck) feed(h hash.Hash, part Range) error {
	at := part.Start
	from, _ := slices.BinarySearchFunc(c.found.out, at, func(r Range, at int64) int { return compare(r.end(), at) })
	for _, out := range c.found.out[from:] {
		if out.Start >= part.end() {
			break
		}
		if out.Start > at {
			if err := c.in.hash(h, Range{at, out.Start - at}); err != nil {
				return err
			}
		}
		at = max(at, out.end())
	}
	if at >= part.end() {
		return nil
	}
	return c.in.hash(h, Range{at, part.end() - at})
}

func (c bmffCheck) compare(alg string, part Range, said []byte, what string) error {
	got, err := c.hash(alg, part)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, said) {
		return fmt.Errorf("%w: %s, %d bytes at %d", ErrMismatch, what, part.Length, part.Start)
	}
	return nil
}

// mdats checks the tree of each mdat of a file without fragments.
func (c bmffCheck) mdats() error {
	var mdats []Range
	for _, b := range c.found.roots {
		if b.kind == "mdat" {
			mdats = append(mdats, b.at)
		}
	}
	if len(mdats) != len(c.Merkle) {
		return fmt.Errorf("%w: %d mdat boxes, %d Merkle trees", ErrMismatch, len(mdats), len(c.Merkle))
	}
	left := int64(maxLeaves)
	for i, m := range c.Merkle {
		if m.InitHash != nil {
			return fmt.Errorf("%w: hash of an initialisation for a file without fragments", ErrMalformed)
		}
		if m.FixedSize == nil && m.Sizes == nil && m.Count > 1 {
			return fmt.Errorf("%w: Merkle tree over the chunks of a track", ErrUnsupported)
		}
		content := Range{mdats[i].Start + min(mdatHead, mdats[i].Length), max(0, mdats[i].Length-mdatHead)}
		if left -= m.Count; left < 0 {
			return fmt.Errorf("%w: over %d leaves", ErrMalformed, maxLeaves)
		}
		if err := c.blocks(m, content); err != nil {
			return err
		}
	}
	return nil
}

// blocks checks a tree over blocks of an mdat's content.
func (c bmffCheck) blocks(m MerkleMap, content Range) error {
	size, err := m.blockSizes(content.Length)
	if err != nil {
		return err
	}
	row, err := newRow(c.alg(m), m.Count, m.Hashes)
	if err != nil {
		return err
	}
	at := content.Start
	for i := range m.Count {
		h, err := NewHash(c.alg(m))
		if err != nil {
			return err
		}
		block := Range{at, size(i)}
		if err := c.in.hash(h, block); err != nil {
			return err
		}
		if err := row.leaf(h.Sum(nil)); err != nil {
			return fmt.Errorf("block %d, %d bytes at %d: %w", i, block.Length, at, err)
		}
		at = block.end()
	}
	return nil
}

// blockSizes says how long each leaf's block is, when they are as many as said and cover the content.
func (m MerkleMap) blockSizes(length int64) (func(int64) int64, error) {
	wrong := fmt.Errorf("%w: %d blocks do not cover %d bytes", ErrMalformed, m.Count, length)
	switch {
	case m.FixedSize != nil && m.Sizes != nil:
		return nil, fmt.Errorf("%w: blocks of one and of several sizes", ErrMalformed)
	case m.FixedSize != nil:
		fixed := *m.FixedSize
		if fixed <= 0 || m.Count < 1 || m.Count != length/fixed+min(1, length%fixed) {
			return nil, wrong
		}
		return func(i int64) int64 { return min(fixed, length-i*fixed) }, nil
	case m.Sizes != nil:
		sum := int64(0)
		for _, size := range m.Sizes {
			if size < 0 || size > length-sum {
				return nil, wrong
			}
			sum += size
		}
		if sum != length || int64(len(m.Sizes)) != m.Count {
			return nil, wrong
		}
		return func(i int64) int64 { return m.Sizes[i] }, nil
	case m.Count != 1:
		return nil, wrong
	}
	return func(int64) int64 { return length }, nil
}

// fragments checks the trees over the fragments of a file: each fragment is a moof and what follows up to the next.
func (c bmffCheck) fragments() error {
	var starts []int64
	var leaves []merkleBox
	for _, b := range c.found.roots {
		p, is, err := readProvenance(c.in, b)
		switch {
		case err != nil:
			return err
		case b.kind == "moof":
			starts = append(starts, b.at.Start)
		case is && p.purpose == "merkle":
			leaf, err := readMerkleBox(c.in, p.data)
			if err != nil {
				return err
			}
			leaves = append(leaves, leaf)
		}
	}
	if len(leaves) != len(starts) {
		return fmt.Errorf("%w: %d fragments, %d Merkle boxes", ErrMismatch, len(starts), len(leaves))
	}
	type key struct{ unique, local int64 }
	trees, seen := map[key]MerkleMap{}, map[key]map[int64]bool{}
	for _, m := range c.Merkle {
		if m.InitHash == nil {
			return fmt.Errorf("%w: no hash of the initialisation", ErrMalformed)
		}
		if err := c.compare(c.alg(m), Range{0, starts[0]}, m.InitHash, "the initialisation"); err != nil {
			return err
		}
		trees[key{m.UniqueID, m.LocalID}], seen[key{m.UniqueID, m.LocalID}] = m, map[int64]bool{}
	}
	for i, leaf := range leaves {
		id := key{leaf.UniqueID, leaf.LocalID}
		m, is := trees[id]
		if !is || seen[id][leaf.Location] {
			return fmt.Errorf("%w: fragment %d is leaf %d of no tree, or twice", ErrMismatch, i, leaf.Location)
		}
		seen[id][leaf.Location] = true
		end := c.in.size
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		got, err := c.hash(c.alg(m), Range{starts[i], end - starts[i]})
		if err != nil {
			return err
		}
		if err := m.proves(c.alg(m), got, leaf); err != nil {
			return fmt.Errorf("fragment %d at %d: %w", i, starts[i], err)
		}
	}
	for id, m := range trees {
		if int64(len(seen[id])) != m.Count {
			return fmt.Errorf("%w: %d of %d fragments", ErrMismatch, len(seen[id]), m.Count)
		}
	}
	return nil
}

// maxMerkleBox is the largest auxiliary box that is read: a tree of 64 rows has less in it.
const maxMerkleBox = 32 << 10

func readMerkleBox(in *window, data Range) (merkleBox, error) {
	raw, err := in.upTo(data.Start, int(min(data.Length, maxMerkleBox)))
	if err != nil {
		return merkleBox{}, err
	}
	var leaf merkleBox
	if _, err := cbor.UnmarshalFirst(raw, &leaf); err != nil {
		return leaf, fmt.Errorf("%w: Merkle box at %d: %w", ErrMalformed, data.Start, err)
	}
	return leaf, nil
}
