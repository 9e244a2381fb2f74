package asset

import "bytes"

// The media types of a manifest store in an ID3 tag: that of the specification, and one that was written before.
var id3Types = [][]byte{[]byte("application/c2pa"), []byte("application/x-c2pa-manifest-store")}

// maxGEOBHead is how long the texts before an encapsulated object's data may be.
const maxGEOBHead = 4 << 10

// syncsafe reads a number of seven bits a byte.
func syncsafe(b []byte) int64 {
	return int64(b[0]&0x7F)<<21 | int64(b[1]&0x7F)<<14 | int64(b[2]&0x7F)<<7 | int64(b[3]&0x7F)
}

// readID3 finds the store of an MP3 or FLAC file: an encapsulated object of the ID3 tag that it begins with (C2PA 2.2, A.3.4;
// ID3v2.3 and 2.4, GEOB). A tag that is written against false synchronisation has another form, and is not read.
func readID3(in *window) (layout, error) {
	var out layout
	head, all, err := in.exactly(0, 10)
	if err != nil || !all || head[3] < 3 || head[3] > 4 || head[5]&0x80 != 0 {
		return out, err
	}
	version, flags := head[3], head[5]
	end := min(in.size, 10+syncsafe(head[6:]))
	at := int64(10)
	if flags&0x40 != 0 { // an extended header: its length counts itself in version 4
		b, all, err := in.exactly(at, 4)
		if err != nil || !all {
			return out, err
		}
		at += 4 + be32(b)
		if version == 4 {
			at = 10 + syncsafe(b)
		}
	}
	for end-at > 10 {
		b, _, err := in.exactly(at, 10)
		if err != nil || b[0] == 0 {
			return out, err
		}
		size := be32(b[4:])
		if version == 4 {
			size = syncsafe(b[4:])
		}
		frame := Range{at + 10, size}
		if frame.end() > end {
			return out, nil
		}
		// The second byte of flags says that the content is compressed, encrypted or otherwise not as it is.
		if string(b[:4]) == "GEOB" && b[9] == 0 {
			if err := out.geob(in, frame); err != nil {
				return out, err
			}
		}
		at = frame.end()
	}
	return out, nil
}

// geob takes an encapsulated object as a store if its media type says so: encoding, media type, file name, description, data.
func (l *layout) geob(in *window, frame Range) error {
	b, err := in.upTo(frame.Start, int(min(maxGEOBHead, frame.Length)))
	if err != nil || len(b) < 2 {
		return err
	}
	media, rest, found := bytes.Cut(b[1:], []byte{0})
	if !found || !bytes.Equal(media, id3Types[0]) && !bytes.Equal(media, id3Types[1]) {
		return nil
	}
	wide := b[0] == 1 || b[0] == 2 // UTF-16: texts end with two zeros, at an even place
	for range 2 {
		i := bytes.IndexByte(rest, 0)
		if wide {
			for i = 0; i+1 < len(rest) && (rest[i] != 0 || rest[i+1] != 0); i += 2 {
			}
			i++
		}
		if i < 0 || i >= len(rest) {
			return nil
		}
		rest = rest[i+1:]
	}
	if len(l.ranges) > 0 {
		l.err = ErrSeveralStores
	}
	skipped := int64(len(b) - len(rest))
	content := Range{frame.Start + skipped, frame.Length - skipped}
	l.payload, l.ranges = append(l.payload, content), append(l.ranges, content)
	return nil
}
