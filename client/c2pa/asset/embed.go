package asset

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
)

// maxJPEGPart is how much of a store's content one APP11 segment takes, beside the headers: a segment has at most
// 65,535 bytes, its marker not counted.
const maxJPEGPart = 0xFFFF - (jumbfHead - 2) - 8

// Embeds says whether stores can be put into files of this format.
func (f *File) Embeds() bool { return f.format == JPEG || f.format == PNG }

// Place tells which bytes a store of a size takes in the file that Embed writes: what a hash of data leaves out. All
// other bytes are those of the file without the store that it has: their hash is Stripped. It fails with
// ErrUnsupported for formats other than JPEG and PNG.
func (f *File) Place(size int64) (Range, error) {
	at, err := f.insertAt()
	if err != nil {
		return Range{}, err
	}
	for _, out := range f.layout.ranges {
		if out.Start < at {
			at -= min(out.end(), at) - out.Start
		}
	}
	length := size + 12
	if f.format == JPEG {
		length = size - 8 + jpegParts(size)*(jumbfHead+8)
	}
	return Range{at, length}, nil
}

// insertAt is where a new store goes, by the positions of the file as it is.
func (f *File) insertAt() (int64, error) {
	at := int64(-1)
	switch f.format {
	case JPEG:
		// Behind what decoders look for in the first place: JFIF and Exif.
		at = 2
		first := true
		_, err := walkJPEG(f.in, 0, func(s segment) error {
			first = first && (s.marker == markerSOI || s.marker == 0xE0 || s.marker == 0xE1)
			if first {
				at = s.at.end()
			}
			return nil
		})
		if err != nil {
			return 0, err
		}
	case PNG:
		err := walkPNG(f.in, func(chunk box) error {
			if at < 0 && chunk.name == "IHDR" {
				at = chunk.at.end()
			}
			return nil
		})
		if err != nil {
			return 0, err
		}
		if at < 0 {
			return 0, fmt.Errorf("%w: a PNG without IHDR", ErrMalformed)
		}
	default:
		return 0, fmt.Errorf("%w: putting a store into a %s file", ErrUnsupported, f.format)
	}
	return at, nil
}

// Embed writes the file with a store in place of the one that it has, if any. It fails with ErrUnsupported for
// formats other than JPEG and PNG, with ErrMalformed for a store that is none, and with ErrTooLarge over MaxStore.
func (f *File) Embed(out io.Writer, store []byte) error {
	at, err := f.insertAt()
	if err != nil {
		return err
	}
	switch {
	case !isStore(store) || be32(store) != int64(len(store)):
		return fmt.Errorf("%w: not a manifest store", ErrMalformed)
	case len(store) > MaxStore:
		return fmt.Errorf("%w: %d bytes, at most %d", ErrTooLarge, len(store), MaxStore)
	}
	before, after := cut(f.layout.ranges, at)
	if err := f.splice(out, before, nil, Range{0, at}); err != nil {
		return err
	}
	if f.format == PNG {
		err = writeChunk(out, store)
	} else {
		err = writeSegments(out, store, f.layout.box)
	}
	if err != nil {
		return err
	}
	return f.splice(out, after, nil, Range{at, f.in.size - at})
}

// cut divides ranges at a position.
func cut(ranges []Range, at int64) (before, after []Range) {
	for _, r := range ranges {
		if r.Start < at {
			before = append(before, Range{r.Start, min(r.end(), at) - r.Start})
		}
		if r.end() > at {
			start := max(r.Start, at)
			after = append(after, Range{start, r.end() - start})
		}
	}
	return before, after
}

func writeChunk(out io.Writer, store []byte) error {
	chunk := binary.BigEndian.AppendUint32(make([]byte, 0, len(store)+12), uint32(len(store)))
	chunk = append(append(chunk, pngStore...), store...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	_, err := out.Write(chunk)
	return err
}

// jpegParts is how many segments a store of a size takes.
func jpegParts(size int64) int64 { return max(1, (size-8+maxJPEGPart-1)/maxJPEGPart) }

func writeSegments(out io.Writer, store []byte, box uint16) error {
	head, rest := store[:8], store[8:]
	for z := uint32(1); z == 1 || len(rest) > 0; z++ {
		n := min(maxJPEGPart, len(rest))
		segment := binary.BigEndian.AppendUint16([]byte{0xFF, marker11}, uint16(jumbfHead-2+8+n))
		segment = binary.BigEndian.AppendUint16(append(segment, "JP"...), box)
		segment = append(binary.BigEndian.AppendUint32(segment, z), head...)
		if _, err := out.Write(append(segment, rest[:n]...)); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}
