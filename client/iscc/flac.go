package iscc

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// flacReader decodes FLAC (RFC 9639): the frames of one stream, with the checksums of frames.
type flacReader struct {
	in       *bufio.Reader
	bits     uint64 // the lowest held ones are yet to be read
	held     uint
	crc      uint16
	depth    uint // bits of a sample
	channels int
	block    [][]int64
	at       int // samples of the block that were handed over
}

var errFLAC = errors.New("no FLAC that can be read")

// crc16 is the table of the polynomial 0x8005.
var crc16 = func() (table [256]uint16) {
	for i := range table {
		v := uint16(i) << 8
		for range 8 {
			if v&0x8000 != 0 {
				v = v<<1 ^ 0x8005
			} else {
				v <<= 1
			}
		}
		table[i] = v
	}
	return table
}()

// openFLAC reads the metadata, of which the stream's own suffices.
func openFLAC(in io.ReadSeeker) (*sound, error) {
	r := &flacReader{in: bufio.NewReaderSize(in, 1<<16)}
	if _, err := r.in.Discard(4); err != nil {
		return nil, err
	}
	rate := 0
	for last := false; !last; {
		var head [4]byte
		if _, err := io.ReadFull(r.in, head[:]); err != nil {
			return nil, err
		}
		last = head[0]&0x80 != 0
		size := int(binary.BigEndian.Uint32(head[:]) & 0xffffff)
		if head[0]&0x7f != 0 {
			if _, err := io.CopyN(io.Discard, r.in, int64(size)); err != nil {
				return nil, err
			}
			continue
		}
		info := make([]byte, 34)
		if size != len(info) {
			return nil, errFLAC
		}
		if _, err := io.ReadFull(r.in, info); err != nil {
			return nil, err
		}
		word := binary.BigEndian.Uint64(info[10:])
		rate, r.channels, r.depth = int(word>>44), int(word>>41&7)+1, uint(word>>36&31)+1
	}
	if r.channels == 0 || r.depth < 4 {
		return nil, errFLAC
	}
	return &sound{rate: rate, channels: r.channels, whole: r.depth <= 16, length: -1, read: r.read}, nil
}

func (r *flacReader) read(out []float64) (n int, err error) {
	if r.block == nil || r.at == len(r.block[0]) {
		if err := r.frame(); err != nil {
			return 0, err
		}
		r.at = 0
	}
	scale := float64(int64(1)<<r.depth) / (1 << 16)
	for ; n+r.channels <= len(out) && r.at < len(r.block[0]); r.at++ {
		for _, channel := range r.block {
			out[n] = float64(channel[r.at]) / scale
			n++
		}
	}
	return n, nil
}

// take reads so many bits, at most 32.
func (r *flacReader) take(n uint) (uint64, error) {
	for r.held < n {
		b, err := r.in.ReadByte()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return 0, err
		}
		r.crc = r.crc<<8 ^ crc16[byte(r.crc>>8)^b]
		r.bits, r.held = r.bits<<8|uint64(b), r.held+8
	}
	r.held -= n
	return r.bits >> r.held & (1<<n - 1), nil
}

// signed reads a number in two's complement, of at most 33 bits.
func (r *flacReader) signed(n uint) (int64, error) {
	if n == 0 {
		return 0, nil
	}
	high, err := r.take(n - min(n-1, 32))
	if err != nil {
		return 0, err
	}
	low, err := r.take(min(n-1, 32))
	v := int64(high<<min(n-1, 32) | low)
	return v << (64 - n) >> (64 - n), err
}

// unary counts zeros up to a one.
func (r *flacReader) unary() (n int64, err error) {
	for {
		bit, err := r.take(1)
		if err != nil || bit == 1 {
			return n, err
		}
		n++
	}
}

// frame decodes one block; io.EOF is the end of the stream.
func (r *flacReader) frame() error {
	if _, err := r.in.Peek(1); err != nil {
		return err
	}
	r.crc, r.held = 0, 0
	size, kind, err := r.header()
	if err != nil {
		return err
	}
	if r.block == nil {
		r.block = make([][]int64, r.channels)
	}
	for i := range r.block {
		depth := r.depth
		if kind == leftSide && i == 1 || kind == sideRight && i == 0 || kind == middleSide && i == 1 {
			depth++
		}
		r.block[i] = slices.Grow(r.block[i][:0], size)[:size]
		if err := r.subframe(r.block[i], depth); err != nil {
			return err
		}
	}
	r.held = 0 // the rest of the byte
	want := r.crc
	footer, err := r.take(16)
	if err != nil {
		return err
	}
	if uint16(footer) != want {
		return fmt.Errorf("%w: a frame's checksum", errFLAC)
	}
	r.join(kind)
	return nil
}

// Kinds of two channels of which one is a difference.
const (
	leftSide   = 8
	sideRight  = 9
	middleSide = 10
)

func (r *flacReader) join(kind uint64) {
	if kind < leftSide {
		return
	}
	for i, first := range r.block[0] {
		second := r.block[1][i]
		switch kind {
		case leftSide:
			second = first - second
		case sideRight:
			first += second
		case middleSide:
			twice := first<<1 | second&1
			first, second = (twice+second)>>1, (twice-second)>>1
		}
		r.block[0][i], r.block[1][i] = first, second
	}
}

// header reads what stands before the channels of a frame.
func (r *flacReader) header() (size int, kind uint64, err error) {
	head, err := r.take(32)
	if err != nil {
		return 0, 0, err
	}
	sizeCode, rateCode, kind, depthCode := head>>12&15, head>>8&15, head>>4&15, head>>1&7
	depths := [8]uint{r.depth, 8, 12, 0, 16, 20, 24, 32}
	channels := int(kind) + 1
	if kind >= leftSide {
		channels = 2
	}
	if head>>18 != 0x3ffe || kind > middleSide || channels != r.channels || depths[depthCode] != r.depth || sizeCode == 0 {
		return 0, 0, fmt.Errorf("%w: a frame that is not like its stream", errFLAC)
	}
	first, err := r.take(8) // the number of the frame, as UTF-8 writes numbers
	if err != nil {
		return 0, 0, err
	}
	for bit := uint64(0x40); first&0x80 != 0 && first&bit != 0 && err == nil; bit >>= 1 {
		_, err = r.take(8)
	}
	if err != nil {
		return 0, 0, err
	}
	switch {
	case sizeCode == 1:
		size = 192
	case sizeCode < 6:
		size = 576 << (sizeCode - 2)
	case sizeCode < 8:
		v, err := r.take(uint(8 * (sizeCode - 5)))
		if err != nil {
			return 0, 0, err
		}
		size = int(v) + 1
	default:
		size = 256 << (sizeCode - 8)
	}
	after := uint(8) // the header's checksum; that of the frame covers it
	switch rateCode {
	case 12:
		after += 8
	case 13, 14:
		after += 16
	}
	_, err = r.take(after)
	return size, kind, err
}

// subframe decodes a channel.
func (r *flacReader) subframe(out []int64, depth uint) error {
	head, err := r.take(8)
	if err != nil {
		return err
	}
	wasted := uint(0)
	if head&1 == 1 {
		zeros, err := r.unary()
		if err != nil {
			return err
		}
		if zeros+1 >= int64(depth) {
			return fmt.Errorf("%w: no bits are left", errFLAC)
		}
		wasted = uint(zeros) + 1
		depth -= wasted
	}
	switch kind := int(head >> 1); {
	case kind == 0:
		v, err := r.signed(depth)
		if err != nil {
			return err
		}
		for i := range out {
			out[i] = v
		}
	case kind == 1:
		if err := r.plain(out, depth); err != nil {
			return err
		}
	case kind >= 8 && kind <= 12:
		if err := r.fixed(out, depth, kind-8); err != nil {
			return err
		}
	case kind >= 32 && kind < 64:
		if err := r.linear(out, depth, kind-31); err != nil {
			return err
		}
	default:
		return fmt.Errorf("%w: a subframe of the kind %d", errFLAC, kind)
	}
	for i := range out {
		out[i] <<= wasted
	}
	return nil
}

func (r *flacReader) plain(out []int64, depth uint) (err error) {
	for i := range out {
		if out[i], err = r.signed(depth); err != nil {
			return err
		}
	}
	return nil
}

// flacFixed are the predictors that need not be sent.
var flacFixed = [5][]int64{{}, {1}, {2, -1}, {3, -3, 1}, {4, -6, 4, -1}}
