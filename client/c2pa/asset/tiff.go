package asset

import (
	"encoding/binary"
)

// tiffStore is the tag of a manifest store (C2PA 2.2, A.3.5).
const tiffStore = 0xCD41

// Bounds on the directories of a TIFF: hundreds of pages are seen.
const (
	maxIFDs    = 1 << 12
	maxEntries = 1 << 12
)

// tiff is how a TIFF has its numbers: the order of bytes, and how long counts and offsets are: 4 bytes, in BigTIFF 8.
type tiff struct {
	order binary.ByteOrder
	wide  bool
}

// number reads a count or an offset.
func (t tiff) number(b []byte) int64 {
	if t.wide {
		return int64(t.order.Uint64(b) &^ (1 << 63))
	}
	return int64(t.order.Uint32(b))
}

// readTIFF finds the store of a TIFF or DNG in its directories, one after another: the data of a tag. How long it says to be belongs
// to the store too: hashes leave it out.
func readTIFF(in *window) (layout, error) {
	var out layout
	err := out.directories(in)
	out.ranges = joined(out.ranges)
	return out, err
}

func (l *layout) directories(in *window) error {
	head, all, err := in.exactly(0, 16)
	if err != nil || !all {
		return err
	}
	t := tiff{order: binary.BigEndian}
	if head[0] == 'I' {
		t.order = binary.LittleEndian
	}
	t.wide = t.order.Uint16(head[2:]) == 43
	at, counted, entry, word := t.number(head[4:]), int64(2), int64(12), 4
	if t.wide {
		at, counted, entry, word = t.number(head[8:]), 8, 20, 8
	}
	seen := map[int64]bool{}
	for at != 0 && !seen[at] && len(seen) < maxIFDs {
		seen[at] = true
		b, all, err := in.exactly(at, int(counted))
		if err != nil || !all {
			return err
		}
		count := int64(t.order.Uint16(b))
		if t.wide {
			count = t.number(b)
		}
		if count > maxEntries {
			return nil
		}
		for i := range count {
			place := at + counted + i*entry
			b, all, err := in.exactly(place, int(entry))
			if err != nil || !all {
				return err
			}
			if t.order.Uint16(b) != tiffStore {
				continue
			}
			content := Range{t.number(b[4+word:]), t.number(b[4:])}
			if content.Length <= int64(word) || content.Start > in.size || content.Length > in.size-content.Start {
				continue
			}
			if len(l.payload) > 0 {
				l.err = ErrSeveralStores
			}
			l.payload = append(l.payload, content)
			l.ranges = append(l.ranges, Range{place + 4, int64(word)}, content)
		}
		b, all, err = in.exactly(at+counted+count*entry, word)
		if err != nil || !all {
			return err
		}
		at = t.number(b)
	}
	return nil
}
