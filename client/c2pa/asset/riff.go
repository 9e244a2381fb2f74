package asset

import (
	"encoding/binary"
)

// riffStore is the chunk of a manifest store (C2PA 2.2, A.3.6).
const riffStore = "C2PA"

// riffChunk is a chunk of the first level; its padding belongs to it.
type riffChunk struct {
	id   string
	list string // of a LIST, its type
	root Range  // the RIFF chunk around it, as far as the file goes
	size int64  // of the content, without header and padding
	at   Range
}

// walkRIFF visits the RIFF chunks of a file, each before what it holds, as a chunk of 12 bytes.
func walkRIFF(in *window, visit func(riffChunk) error) error {
	for at := int64(0); ; {
		b, all, err := in.exactly(at, 12)
		if err != nil || !all || string(b[:4]) != "RIFF" {
			return err
		}
		size := le32(b[4:])
		root := Range{at, min(8+size, in.size-at)}
		if root.Length < 12 {
			return nil
		}
		if err := visit(riffChunk{id: "RIFF", list: string(b[8:12]), root: root, size: size, at: Range{at, 12}}); err != nil {
			return err
		}
		if at, err = walkChunks(in, root, visit); err != nil {
			return err
		}
	}
}

// walkChunks visits the chunks in a RIFF chunk, and returns where the next one begins.
func walkChunks(in *window, root Range, visit func(riffChunk) error) (int64, error) {
	at := root.Start + 12
	for root.end()-at >= 8 {
		b, err := in.upTo(at, 12)
		if err != nil {
			return at, err
		}
		c := riffChunk{id: string(b[:4]), root: root, size: le32(b[4:]), at: Range{at, 8 + le32(b[4:])}}
		if c.at.end() > root.end() {
			break
		}
		if c.size >= 4 && len(b) == 12 {
			c.list = string(b[8:12])
		}
		if c.size%2 == 1 && c.at.end() < root.end() {
			c.at.Length++
		}
		if err := visit(c); err != nil {
			return at, err
		}
		at = c.at.end()
	}
	return root.end() + root.Length%2, nil
}

func readRIFF(in *window) (layout, error) {
	var out layout
	err := walkRIFF(in, func(c riffChunk) error {
		if c.id != riffStore {
			return nil
		}
		if len(out.ranges) > 0 {
			out.err = ErrSeveralStores
		}
		out.ranges = append(out.ranges, Range{c.at.Start, 8 + c.size})
		out.padded = append(out.padded, c.at)
		out.payload = append(out.payload, Range{c.at.Start + 8, c.size})
		sizeAt := c.root.Start + 4
		if last := len(out.patches) - 1; last >= 0 && out.patches[last].at == sizeAt {
			size := out.patches[last].bytes
			binary.LittleEndian.PutUint32(size, binary.LittleEndian.Uint32(size)-uint32(c.at.Length))
			return nil
		}
		b, _, err := in.exactly(sizeAt, 4)
		if err != nil {
			return err
		}
		size := binary.LittleEndian.AppendUint32(nil, binary.LittleEndian.Uint32(b)-uint32(c.at.Length))
		out.patches = append(out.patches, patch{sizeAt, size})
		return nil
	})
	out.ranges = joined(out.ranges)
	out.padded = joined(out.padded)
	out.boxes = func(visit func(box) error) error {
		return walkRIFF(in, func(c riffChunk) error {
			if c.id == "RIFF" || c.id == "LIST" {
				return visit(box{c.list, c.at})
			}
			return visit(box{c.id, c.at})
		})
	}
	return out, err
}
