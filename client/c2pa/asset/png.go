package asset

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

const (
	pngSignature = "\x89PNG\r\n\x1a\n"
	pngStore     = "caBX" // the chunk of a manifest store (C2PA 2.2, A.3.2)
	pngEnd       = "IEND"
)

// walkPNG visits the chunks of a PNG, with their length, type and checksum, up to IEND. It ends
// silently where the file stops being one.
func walkPNG(in *window, visit func(box) error) error {
	at := int64(len(pngSignature))
	for {
		b, all, err := in.exactly(at, 8)
		if err != nil || !all {
			return err
		}
		chunk := box{string(b[4:8]), Range{at, 12 + be32(b)}}
		if chunk.at.Length > in.size-at {
			return nil
		}
		if err := visit(chunk); err != nil || chunk.name == pngEnd {
			return err
		}
		at = chunk.at.end()
	}
}

func readPNG(in *window) (layout, error) {
	var out layout
	err := walkPNG(in, func(chunk box) error {
		if chunk.name != pngStore {
			return nil
		}
		if len(out.ranges) > 0 {
			out.err = ErrSeveralStores
		}
		out.ranges = append(out.ranges, chunk.at)
		content := Range{chunk.at.Start + 8, chunk.at.Length - 12}
		out.payload = append(out.payload, content)
		sum := crc32.NewIEEE()
		if err := in.hash(sum, Range{chunk.at.Start + 4, chunk.at.Length - 8}); err != nil {
			return err
		}
		said, _, err := in.exactly(chunk.at.end()-4, 4)
		if err == nil && binary.BigEndian.Uint32(said) != sum.Sum32() && out.err == nil {
			out.err = fmt.Errorf("%w: chunk %s at %d: checksum does not match", ErrMalformed, pngStore, chunk.at.Start)
		}
		return err
	})
	out.ranges = joined(out.ranges)
	out.boxes = func(visit func(box) error) error {
		if err := visit(box{"PNGh", Range{0, int64(len(pngSignature))}}); err != nil {
			return err
		}
		return walkPNG(in, func(chunk box) error {
			if chunk.name == pngStore {
				chunk.name = storeBox
			}
			return visit(chunk)
		})
	}
	return out, err
}
