package iscc

import (
	"encoding/binary"
	"errors"
	"io"
)

const (
	mp3DecoderDelay = 529 // samples that the format itself puts in front
	mp3HeadSize     = 512
)

// mp3Padding is how many samples stand before the sound, and how long the sound is or -1: what the encoder says in a first frame of
// its own (the Xing header with LAME's extension), which decodes to silence.
func mp3Padding(in io.ReadSeeker) (skip, length int64) {
	at := int64(0)
	var tag [10]byte
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return 0, -1
	}
	if _, err := io.ReadFull(in, tag[:]); err == nil && string(tag[:3]) == "ID3" {
		size := int64(tag[6]&127)<<21 | int64(tag[7]&127)<<14 | int64(tag[8]&127)<<7 | int64(tag[9]&127)
		at = 10 + size
	}
	if _, err := in.Seek(at, io.SeekStart); err != nil {
		return 0, -1
	}
	head := make([]byte, mp3HeadSize)
	n, _ := io.ReadFull(in, head)
	head = head[:n]
	if len(head) < 4 || head[0] != 0xff || head[1]&0xe6 != 0xe2 { // no frame of layer III
		return 0, -1
	}
	newest, mono := head[1]&0x18 == 0x18, head[3]&0xc0 == 0xc0 // MPEG-1, and one channel
	side, samples := 32, int64(1152)
	switch {
	case newest && mono, !newest && !mono:
		side = 17
	case !newest:
		side = 9
	}
	if !newest {
		samples = 576
	}
	if len(head) < 4+side+8 {
		return 0, -1
	}
	rest := head[4+side:]
	if name := string(rest[:4]); name != "Xing" && name != "Info" {
		return 0, -1
	}
	skip, length = samples, -1
	flags := binary.BigEndian.Uint32(rest[4:])
	rest = rest[8:]
	frames := int64(0)
	for i, size := range []int{4, 4, 100, 4} { // frames, bytes, places, quality
		if flags&(1<<i) == 0 {
			continue
		}
		if len(rest) < size {
			return skip, length
		}
		if i == 0 {
			frames = int64(binary.BigEndian.Uint32(rest))
		}
		rest = rest[size:]
	}
	if len(rest) < 24 {
		return skip, length
	}
	before, after := int64(rest[21])<<4|int64(rest[22]>>4), int64(rest[22]&15)<<8|int64(rest[23])
	if before == 0 {
		return skip, length
	}
	if frames > 0 {
		length = max(frames*samples-before-after, 0)
	}
	return skip + before + mp3DecoderDelay, length
}

// skipID3 goes to where the tags at the start of a file end. The decoder would take as much memory as a tag says that it has: 256 MB for
// ten bytes.
func skipID3(in io.ReadSeeker) error {
	at := int64(0)
	for range exifChunks {
		var tag [10]byte
		if _, err := in.Seek(at, io.SeekStart); err != nil {
			return err
		}
		if _, err := io.ReadFull(in, tag[:]); err != nil || string(tag[:3]) != "ID3" {
			_, err := in.Seek(at, io.SeekStart)
			return err
		}
		at += 10 + (int64(tag[6]&127)<<21 | int64(tag[7]&127)<<14 | int64(tag[8]&127)<<7 | int64(tag[9]&127))
	}
	return errors.New("tags and no sound")
}
