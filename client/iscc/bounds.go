package iscc

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"golang.org/x/image/riff"
	"golang.org/x/image/vp8"
	"golang.org/x/image/vp8l"
)

// bound reads a picture from its start, after a look at what its decoder would do beyond what the first lines of the file say. It fails
// with ErrTooLarge, and with others for what is broken.
func bound(in io.ReadSeeker, mediaType string, maxPixels int64) (io.Reader, error) {
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	switch mediaType {
	case "image/jpeg":
		if err := countScans(in); err != nil {
			return nil, err
		}
		_, err := in.Seek(0, io.SeekStart)
		return in, err
	case "image/tiff":
		return boundTIFF(in, maxPixels)
	case "image/webp":
		width, height, err := frameOfWebP(in)
		if err != nil {
			return nil, err
		}
		if width > 0 && int64(height) > maxPixels/int64(width) {
			return nil, fmt.Errorf("%w: %d x %d pixels, at most %d in all", ErrTooLarge, width, height, maxPixels)
		}
		_, err = in.Seek(0, io.SeekStart)
		return in, err
	}
	return in, nil
}

// maxScans is how many scans a JPEG may have: encoders write about ten. Each is a look at all blocks, and may be of 40 bytes.
const maxScans = 500

// countScans refuses a JPEG of many scans. What it can't read it leaves to the decoder.
func countScans(file io.Reader) error {
	in, scans := bufio.NewReader(file), 0
	for {
		b, err := in.ReadByte()
		if b != 0xff || err != nil {
			if err != nil {
				return nil //nolint:nilerr // the decoder says so
			}
			continue
		}
		for b == 0xff && err == nil {
			b, err = in.ReadByte()
		}
		switch {
		case err != nil || b == 0xd9: // its end
			return nil //nolint:nilerr // the decoder says so
		case b <= 1 || b >= 0xd0 && b <= 0xd8: // no segment
			continue
		case b == 0xda:
			if scans++; scans > maxScans {
				return fmt.Errorf("more than %d scans", maxScans)
			}
		}
		var length [2]byte
		if _, err := io.ReadFull(in, length[:]); err != nil {
			return nil //nolint:nilerr // the decoder says so
		}
		if _, err := in.Discard(max(int(binary.BigEndian.Uint16(length[:]))-2, 0)); err != nil {
			return nil //nolint:nilerr // the decoder says so
		}
	}
}

// frameOfWebP is the size of the picture that a WebP has, which need not be that of the canvas that it begins with: the decoder makes the
// former.
func frameOfWebP(in io.Reader) (width, height int, err error) {
	form, chunks, err := riff.NewReader(bufio.NewReader(in))
	if err != nil {
		return 0, 0, err
	}
	if form != (riff.FourCC{'W', 'E', 'B', 'P'}) {
		return 0, 0, errors.New("no WebP")
	}
	for {
		id, size, data, err := chunks.Next()
		if err != nil {
			return 0, 0, err
		}
		switch id {
		case riff.FourCC{'V', 'P', '8', ' '}:
			d := vp8.NewDecoder()
			d.Init(data, int(int32(size)))
			h, err := d.DecodeFrameHeader()
			return h.Width, h.Height, err
		case riff.FourCC{'V', 'P', '8', 'L'}:
			c, err := vp8l.DecodeConfig(data)
			return c.Width, c.Height, err
		}
	}
}

// Tags of a TIFF (TIFF 6.0, section 8), the compression of PackBits, and the types of numbers.
const (
	tiffWidth, tiffLength     = 256, 257
	tiffCompression           = 259
	tiffStrips, tiffStripRows = 273, 278
	tiffStripBytes            = 279
	tiffTileWidth             = 322
	tiffTileLength            = 323
	tiffTiles, tiffTileBytes  = 324, 325
	tiffPackBits              = 32773
	tiffByte                  = 1
	tiffShort                 = 3
	tiffLong                  = 4
)

// tiffRead are all tags that the decoder reads into memory.
var tiffRead = []uint16{256, 257, 258, 259, 262, 266, 273, 278, 279, 292, 293, 317, 320, 322, 323, 324, 325, 338}

// boundTIFF refuses what the decoder would take memory or time for beyond the picture: parts that are much larger than the picture,
// parts that lie over each other, so that few bytes are read again and again, long lists, and PackBits that unpacks to more than there
// is room for. What it returns reads the file with strips of no more rows than the picture has: many writers say 2^32-1, and the decoder
// would unpack as many.
func boundTIFF(in io.ReadSeeker, maxPixels int64) (io.Reader, error) {
	d, rows, err := readDirectory(in)
	if err != nil {
		return nil, err
	}
	size, err := in.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	width, height := d.first(tiffWidth), d.first(tiffLength)
	if strip := d.first(tiffStripRows); strip != 0 {
		height = min(height, strip)
	}
	starts, lengths := d[tiffStrips], d[tiffStripBytes]
	if d.first(tiffTileWidth) != 0 {
		width, height = d.first(tiffTileWidth), d.first(tiffTileLength)
		starts, lengths = d[tiffTiles], d[tiffTileBytes]
	}
	if width == 0 || height == 0 || int64(width) > maxPixels/int64(height) {
		return nil, fmt.Errorf("%w: a part of %d x %d pixels", ErrTooLarge, width, height)
	}
	if len(starts) != len(lengths) {
		return nil, errors.New("parts without a place")
	}
	var all int64
	for _, n := range lengths {
		if all += int64(n); all > size {
			return nil, errors.New("its parts have more bytes than it")
		}
	}
	if d.first(tiffCompression) == tiffPackBits {
		const perPixel = 8 // bytes, at most
		for i, start := range starts {
			if err := checkPackBits(in, int64(start), int64(lengths[i]), int64(width)*int64(height)*perPixel); err != nil {
				return nil, err
			}
		}
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	if d.first(tiffStripRows) <= d.first(tiffLength) {
		return in, nil
	}
	return &patched{in: in, at: rows.at, with: rows.number(d.first(tiffLength))}, nil
}

// patched reads a file with some bytes in place of others.
type patched struct {
	in       io.Reader
	at, done int64
	with     []byte
}

func (p *patched) Read(into []byte) (int, error) {
	n, err := p.in.Read(into)
	for i, b := range p.with {
		if at := p.at + int64(i) - p.done; at >= 0 && at < int64(n) {
			into[at] = b
		}
	}
	p.done += int64(n)
	return n, err
}

// checkPackBits says whether what is packed has at most so many bytes (TIFF 6.0, section 9).
func checkPackBits(in io.ReadSeeker, start, length, most int64) error {
	if _, err := in.Seek(start, io.SeekStart); err != nil {
		return err
	}
	packed := bufio.NewReader(io.LimitReader(in, length))
	for {
		b, err := packed.ReadByte()
		if err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		skip := 0
		switch n := int8(b); {
		case n >= 0:
			skip = int(n) + 1
			most -= int64(skip)
		case n != -128:
			skip = 1
			most -= 1 - int64(n)
		}
		if most < 0 {
			return errors.New("a part unpacks to more than the picture has")
		}
		if _, err := packed.Discard(skip); err != nil {
			return nil //nolint:nilerr // it is cut off, which the decoder says
		}
	}
}

// directory is the numbers of a TIFF's first directory, by tag; what it has otherwise is left out.
type directory map[uint16][]uint32

func (d directory) first(tag uint16) uint32 {
	if len(d[tag]) == 0 {
		return 0
	}
	return d[tag][0]
}

// maxTIFFNumbers is how many numbers a tag may have: a picture has as many parts.
const maxTIFFNumbers = 1 << 18

// tiffNumber is where a number stands in a file, and how.
type tiffNumber struct {
	at    int64
	width int64
	order appending
}

func (n tiffNumber) number(v uint32) []byte {
	if n.width == 2 {
		return n.order.AppendUint16(nil, uint16(v))
	}
	return n.order.AppendUint32(nil, v)
}

// appending is a byte order in both directions.
type appending interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// readDirectory reads the numbers of the first directory, and where the one stands that says how many rows a strip has.
func readDirectory(in io.ReadSeeker) (d directory, rows tiffNumber, err error) {
	var head [8]byte
	if err := readAt(in, 0, head[:]); err != nil {
		return nil, rows, err
	}
	var order appending = binary.LittleEndian
	if head[0] == 'M' {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(head[4:]))
	var count [2]byte
	if err := readAt(in, at, count[:]); err != nil {
		return nil, rows, err
	}
	entries := make([]byte, 12*int(order.Uint16(count[:])))
	if err := readAt(in, at+2, entries); err != nil {
		return nil, rows, err
	}
	d = directory{}
	for at += 2; len(entries) >= 12; entries, at = entries[12:], at+12 {
		tag := order.Uint16(entries)
		if !slices.Contains(tiffRead, tag) {
			continue
		}
		width := map[uint16]int64{tiffByte: 1, tiffShort: 2, tiffLong: 4}[order.Uint16(entries[2:])]
		n := int64(order.Uint32(entries[4:]))
		if n > maxTIFFNumbers || width == 0 || tag == tiffStripRows && (n != 1 || width == 1) {
			return nil, rows, fmt.Errorf("%d numbers of the tag %d", n, tag)
		}
		if tag == tiffStripRows {
			rows = tiffNumber{at + 8, width, order}
		}
		raw := entries[8:12]
		if n*width > int64(len(raw)) {
			raw = make([]byte, n*width)
			if err := readAt(in, int64(order.Uint32(entries[8:])), raw); err != nil {
				return nil, rows, err
			}
		}
		d[tag] = numbersOf(raw, n, width, order)
	}
	return d, rows, nil
}

func numbersOf(raw []byte, n, width int64, order binary.ByteOrder) []uint32 {
	numbers := make([]uint32, n)
	for i := range numbers {
		switch at := raw[int64(i)*width:]; width {
		case 1:
			numbers[i] = uint32(at[0])
		case 2:
			numbers[i] = uint32(order.Uint16(at))
		default:
			numbers[i] = order.Uint32(at)
		}
	}
	return numbers
}

func readAt(in io.ReadSeeker, at int64, into []byte) error {
	if _, err := in.Seek(at, io.SeekStart); err != nil {
		return err
	}
	_, err := io.ReadFull(in, into)
	return err
}
