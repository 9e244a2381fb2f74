package iscc

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
)

const (
	// exifLimit bounds what is read of a file's EXIF; the orientation stands in its first directory.
	exifLimit = 64 << 10
	// exifChunks bounds how many parts of a file are looked at for it.
	exifChunks = 1000

	tagOrientation = 0x0112
)

// orientationOf is how a picture is to be turned (EXIF 2.32, 4.6.4, tag 0x0112), 1 where the file does not say.
func orientationOf(in io.ReadSeeker, mediaType string) int {
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return 1
	}
	var tiff []byte
	switch mediaType {
	case "image/jpeg":
		tiff = exifOfJPEG(bufio.NewReader(in))
	case "image/png":
		tiff = exifOfChunks(in, 8, 4, binary.BigEndian, "eXIf")
	case "image/webp":
		tiff = exifOfChunks(in, 12, 0, binary.LittleEndian, "EXIF")
	case "image/tiff":
		return orientationIn(in)
	}
	if tiff == nil {
		return 1
	}
	return orientationIn(bytes.NewReader(bytes.TrimPrefix(tiff, []byte("Exif\x00\x00"))))
}

// exifOfJPEG is what the first APP1 segment with EXIF holds.
func exifOfJPEG(in *bufio.Reader) []byte {
	if _, err := in.Discard(2); err != nil {
		return nil
	}
	for range exifChunks {
		var head [4]byte
		if _, err := io.ReadFull(in, head[:]); err != nil || head[0] != 0xff || head[1] == 0xda || head[1] == 0xd9 {
			return nil
		}
		size := int(binary.BigEndian.Uint16(head[2:])) - 2
		if size < 0 {
			return nil
		}
		if head[1] != 0xe1 {
			if _, err := in.Discard(size); err != nil {
				return nil
			}
			continue
		}
		segment := make([]byte, size)
		if _, err := io.ReadFull(in, segment); err != nil {
			return nil
		}
		if bytes.HasPrefix(segment, []byte("Exif\x00\x00")) {
			return segment
		}
	}
	return nil
}

// exifOfChunks looks for a chunk of a PNG (size, name, body, checksum) or of a WebP (name, size, body, padding).
func exifOfChunks(in io.ReadSeeker, start int64, trailer int, order binary.ByteOrder, name string) []byte {
	at := start
	for range exifChunks {
		var head [8]byte
		if _, err := in.Seek(at, io.SeekStart); err != nil {
			return nil
		}
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return nil
		}
		size, found := order.Uint32(head[:4]), string(head[4:]) // as in PNG
		if trailer == 0 {
			size, found = order.Uint32(head[4:]), string(head[:4])
		}
		if found == name {
			if size > exifLimit {
				return nil
			}
			body := make([]byte, size)
			if _, err := io.ReadFull(in, body); err != nil {
				return nil
			}
			return body
		}
		at += 8 + int64(size) + int64(trailer)
		if trailer == 0 {
			at += int64(size & 1)
		}
	}
	return nil
}

// orientationIn reads the first directory of a TIFF.
func orientationIn(in io.ReadSeeker) int {
	var head [8]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	switch string(head[:2]) {
	case "II":
	case "MM":
		order = binary.BigEndian
	default:
		return 1
	}
	if _, err := in.Seek(int64(order.Uint32(head[4:])), io.SeekStart); err != nil {
		return 1
	}
	var count [2]byte
	if _, err := io.ReadFull(in, count[:]); err != nil {
		return 1
	}
	buffered := bufio.NewReader(in)
	for range order.Uint16(count[:]) {
		var entry [12]byte
		if _, err := io.ReadFull(buffered, entry[:]); err != nil {
			return 1
		}
		if order.Uint16(entry[:]) != tagOrientation || order.Uint16(entry[2:]) != 3 { // a SHORT
			continue
		}
		if v := int(order.Uint16(entry[8:])); v >= 1 && v <= 8 {
			return v
		}
		return 1
	}
	return 1
}
