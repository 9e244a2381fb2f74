package iscc

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
)

// The decoder of Vorbis believes what headers say: a file of 100 bytes makes it take terabytes, or look for the end of a list for ever.
// So its headers are read here before (Vorbis I, 4.2 and 3.2.1), and those that are far from what encoders write are refused.
const (
	// maxVorbisHeaders is how many bytes the three headers have at most: the comments may have a picture.
	maxVorbisHeaders = 16 << 20
	// The longest list of codes of libvorbis has about 7,000 entries, and all of a file about 40,000, of up to 8 values each.
	maxBookEntries, maxAllEntries = 1 << 15, 1 << 17
	maxBookValues                 = 1 << 22
)

var errVorbis = errors.New("no headers of Vorbis that can be read")

// checkVorbis reads the three headers at the start of a stream.
func checkVorbis(in io.Reader) error {
	pages := oggPages{in: bufio.NewReader(in), left: maxVorbisHeaders}
	for range 3 {
		packet, err := pages.packet()
		if err != nil {
			return err
		}
		if len(packet) < 7 || string(packet[1:7]) != "vorbis" {
			return errVorbis
		}
		switch kind, body := packet[0], packet[7:]; kind {
		case 1:
			err = checkIdentification(body)
		case 3:
			err = checkComments(body)
		case 5:
			err = checkBooks(body)
		default:
			err = errVorbis
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// oggPages reads packets out of pages (RFC 3533, 6), as the decoder does.
type oggPages struct {
	in   *bufio.Reader
	left int
	// lengths are of the segments of the page that are yet to be read.
	lengths []byte
}

func (o *oggPages) packet() (packet []byte, err error) {
	for {
		for len(o.lengths) == 0 {
			if err := o.page(); err != nil {
				return nil, err
			}
		}
		n := int(o.lengths[0])
		o.lengths = o.lengths[1:]
		if o.left -= n; o.left < 0 {
			return nil, fmt.Errorf("%w: more than %d bytes", errVorbis, maxVorbisHeaders)
		}
		from := len(packet)
		packet = append(packet, make([]byte, n)...)
		if _, err := io.ReadFull(o.in, packet[from:]); err != nil {
			return nil, err
		}
		if n < 255 {
			return packet, nil
		}
	}
}

func (o *oggPages) page() error {
	var head [27]byte
	if _, err := io.ReadFull(o.in, head[:]); err != nil {
		return err
	}
	const continued = 1
	if string(head[:4]) != "OggS" || head[5]&continued != 0 && o.left == maxVorbisHeaders {
		return errVorbis
	}
	if o.left -= len(head); o.left < 0 {
		return fmt.Errorf("%w: more than %d bytes", errVorbis, maxVorbisHeaders)
	}
	o.lengths = make([]byte, head[26])
	_, err := io.ReadFull(o.in, o.lengths)
	return err
}

func checkIdentification(h []byte) error {
	if len(h) < 23 {
		return errVorbis
	}
	channels, short, long := int(h[4]), h[21]&15, h[21]>>4
	if channels < 1 || channels > maxChannels || short < 6 || long > 13 || short > long {
		return fmt.Errorf("%w: %d channels, blocks of 2^%d and 2^%d samples", errVorbis, channels, short, long)
	}
	return nil
}

func checkComments(h []byte) error {
	if len(h) < 8 {
		return errVorbis
	}
	vendor := uint64(binary.LittleEndian.Uint32(h))
	if vendor > uint64(len(h)-8) {
		return errVorbis
	}
	rest := h[4+vendor:]
	if count := uint64(binary.LittleEndian.Uint32(rest)); 4*count > uint64(len(rest)-4) {
		return fmt.Errorf("%w: %d comments in %d bytes", errVorbis, count, len(rest)-4)
	}
	return nil
}

// bitsOf reads numbers of Vorbis: the lowest bits first.
type bitsOf struct {
	raw  []byte
	at   int // in bits
	over bool
}

func (b *bitsOf) take(n int) (v uint32) {
	if b.at+n > 8*len(b.raw) {
		b.over = true
		return 0
	}
	for i := range n {
		v |= uint32(b.raw[b.at/8]>>(b.at%8)&1) << i
		b.at++
	}
	return v
}

// checkBooks reads the lists of codes with which a setup header begins. What follows them is small, whatever it says.
func checkBooks(h []byte) error {
	b := &bitsOf{raw: h}
	entries, values := 0, 0
	for range b.take(8) + 1 {
		n, v, err := b.book()
		if err != nil {
			return err
		}
		if entries, values = entries+n, values+v; entries > maxAllEntries || values > maxBookValues {
			return fmt.Errorf("%w: lists of codes with %d entries and %d values", errVorbis, entries, values)
		}
	}
	return nil
}

// book reads one list of codes.
func (b *bitsOf) book() (entries, values int, err error) {
	const pattern = 0x564342
	if b.take(24) != pattern {
		return 0, 0, errVorbis
	}
	dimensions := int(b.take(16))
	entries = int(b.take(24))
	if dimensions < 1 || entries < 1 || entries > maxBookEntries {
		return 0, 0, fmt.Errorf("%w: a list of %d codes, of %d values each", errVorbis, entries, dimensions)
	}
	used := 0
	if ordered := b.take(1) == 1; ordered {
		length := b.take(5) + 1
		for ; used < entries && !b.over && length <= 32; length++ {
			used += int(b.take(bits.Len(uint(entries - used))))
		}
		if used != entries {
			return 0, 0, fmt.Errorf("%w: a list of %d codes, of which %d have a length", errVorbis, entries, used)
		}
	} else {
		sparse := b.take(1) == 1
		for i := 0; i < entries && !b.over; i++ {
			if !sparse || b.take(1) == 1 {
				b.take(5)
				used++
			}
		}
	}
	if used == 0 || b.over { // without a code the decoder would look for one for ever
		return 0, 0, fmt.Errorf("%w: a list without codes, or one that is cut off", errVorbis)
	}
	lookup := b.take(4)
	if lookup == 0 {
		return entries, 0, nil
	}
	if dimensions > maxBookValues/entries {
		return 0, 0, fmt.Errorf("%w: a list of %d codes, of %d values each", errVorbis, entries, dimensions)
	}
	values = entries * dimensions
	b.take(32)
	b.take(32)
	width := int(b.take(4)) + 1
	b.take(1)
	given := values
	if lookup == 1 {
		given = lookupValues(entries, dimensions)
	}
	for i := 0; i < given && !b.over; i++ {
		b.take(width)
	}
	if b.over || lookup > 2 {
		return 0, 0, errVorbis
	}
	return entries, values, nil
}

// lookupValues is the largest number whose power to the dimensions is not above the entries (Vorbis I, 9.2.3).
func lookupValues(entries, dimensions int) int {
	fits := func(base int) bool {
		power := 1
		for range dimensions {
			if power *= base; power > entries {
				return false
			}
		}
		return true
	}
	base := 1
	if dimensions == 1 {
		return entries
	}
	for fits(base + 1) {
		base++
	}
	return base
}
