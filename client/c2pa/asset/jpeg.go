package asset

import (
	"bytes"
	"fmt"
	"slices"
)

// The markers of ISO 10918-1, Table B.1, that are not segments with a length, and those read here.
const (
	markerTEM  = 0x01
	markerRST0 = 0xD0
	markerSOI  = 0xD8
	markerEOI  = 0xD9
	markerSOS  = 0xDA
	marker11   = 0xEB
)

// jumbfHead is what an APP11 segment of JUMBF has before its part of a box: marker, length,
// "JP", box number En, sequence number Z (ISO 19566-5, D.2).
const jumbfHead = 2 + 2 + 2 + 2 + 4

// segment is a marker of a JPEG file and what belongs to it: its parameters and, for a scan,
// the coded data up to the next marker.
type segment struct {
	marker byte
	at     Range
}

// walkJPEG visits the segments of a JPEG up to its end (EOI), SOI first. It ends silently where
// the file stops being a JPEG, and returns where that is.
func walkJPEG(in *window, at int64, visit func(segment) error) (end int64, err error) {
	if err := visit(segment{markerSOI, Range{at, 2}}); err != nil {
		return at, err
	}
	at += 2
	for {
		b, err := in.upTo(at, 4)
		if err != nil || len(b) < 2 || b[0] != 0xFF {
			return at, err
		}
		s := segment{b[1], Range{at, 2}}
		switch {
		case s.marker == 0xFF: // a fill byte before a marker
			at++
			continue
		case s.marker == 0 || s.marker == markerSOI:
			return at, nil
		case s.marker == markerEOI:
			return at + 2, visit(s)
		case s.marker == markerTEM, s.marker >= markerRST0 && s.marker < markerSOI:
		default:
			if len(b) < 4 || be16(b[2:]) < 2 || be16(b[2:]) > in.size-at-2 {
				return at, nil
			}
			s.at.Length = 2 + be16(b[2:])
		}
		at += s.at.Length
		if s.marker == markerSOS || s.marker >= markerRST0 && s.marker < markerSOI {
			if at, err = skipScan(in, at); err != nil {
				return at, err
			}
			s.at.Length = at - s.at.Start
		}
		if err := visit(s); err != nil {
			return at, err
		}
	}
}

// skipScan returns where the next marker stands, a restart marker included, else the end of the file.
func skipScan(in *window, at int64) (int64, error) {
	for at < in.size {
		b, err := in.upTo(at, windowSize/4)
		if err != nil {
			return at, err
		}
		i := bytes.IndexByte(b, 0xFF)
		switch {
		case i < 0:
			at += int64(len(b))
		case i == len(b)-1 && at+int64(len(b)) == in.size:
			return in.size, nil
		case i == len(b)-1:
			at += int64(i)
		case b[i+1] == 0:
			at += int64(i) + 2
		case b[i+1] == 0xFF:
			at += int64(i) + 1
		default:
			return at + int64(i), nil
		}
	}
	return in.size, nil
}

// jumbfPart is an APP11 segment with a part of a JUMBF box. A box of more than one segment has its
// header in each.
type jumbfPart struct {
	en, z   int64
	head    [16]byte // LBox, TBox, and XLBox where there is one
	headLen int64
	body    Range // what follows the box header
	at      Range // the segment
}

func readJPEG(in *window) (layout, error) {
	var parts []jumbfPart
	_, err := walkJPEG(in, 0, func(s segment) error {
		if s.marker != marker11 || s.at.Length < jumbfHead+8 {
			return nil
		}
		b, all, err := in.exactly(s.at.Start, int(min(s.at.Length, jumbfHead+16)))
		if err != nil || !all || string(b[4:6]) != "JP" || string(b[jumbfHead+4:jumbfHead+8]) != "jumb" {
			return err
		}
		p := jumbfPart{en: be16(b[6:]), z: be32(b[8:]), headLen: 8, at: s.at}
		if be32(b[jumbfHead:]) == 1 {
			p.headLen = 16
		}
		if s.at.Length < jumbfHead+p.headLen {
			return nil
		}
		copy(p.head[:], b[jumbfHead:jumbfHead+p.headLen])
		skip := jumbfHead + p.headLen
		p.body = Range{s.at.Start + skip, s.at.Length - skip}
		parts = append(parts, p)
		return nil
	})
	if err != nil {
		return layout{}, err
	}
	out, err := jpegStore(in, parts)
	out.boxes = func(visit func(box) error) error { return jpegBoxes(in, out.ranges, visit) }
	return out, err
}

// jpegStore puts the parts of a manifest store together: those of one box number, by their sequence numbers.
func jpegStore(in *window, parts []jumbfPart) (layout, error) {
	slices.SortStableFunc(parts, func(a, b jumbfPart) int {
		if a.en != b.en {
			return compare(a.en, b.en)
		}
		return compare(a.z, b.z)
	})
	out := layout{box: 1}
	stores := 0
	for len(parts) > 0 {
		n := 1
		for n < len(parts) && parts[n].en == parts[0].en {
			n++
		}
		group := parts[:n]
		if parts[0].en == int64(out.box) {
			out.box++
		}
		parts = parts[n:]
		first := group[0]
		head, err := in.upTo(first.body.Start-first.headLen, 40)
		if err != nil {
			return layout{}, err
		}
		if first.z > 1 || !isStore(head) {
			continue
		}
		stores++
		out.payload = append(out.payload, Range{first.body.Start - first.headLen, first.headLen})
		for i, p := range group {
			if p.z != group[0].z+int64(i) || p.head != first.head {
				out.err = fmt.Errorf("%w: APP11 segment at %d: part %d of box %d, after %d others", ErrMalformed, p.at.Start, p.z, p.en, i)
			}
			out.payload = append(out.payload, p.body)
			out.ranges = append(out.ranges, p.at)
		}
	}
	if stores > 1 {
		out.err = ErrSeveralStores
	}
	out.ranges = joined(out.ranges)
	return out, nil
}
