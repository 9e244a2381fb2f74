package asset

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// bmffStore is the extended type of C2PA's uuid boxes (C2PA 2.2, A.5.1.1).
var bmffStore = []byte{0xD8, 0xFE, 0xC3, 0xD6, 0x1B, 0x0E, 0x48, 0x3C, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7E, 0xC4, 0x81}

// Bounds on what is read of a BMFF file. An hour of video in fragments of two seconds has some
// 20,000 boxes.
const (
	maxBMFFBoxes = 4 << 20
	maxBMFFDepth = 32
)

// bmffContainers hold nothing but boxes, and may be passed on the way to an excluded box. A meta
// box has a version before its boxes, except in QuickTime's files.
var bmffContainers = words("moov trak mdia minf stbl moof traf edts udta dinf tref treg mvex mfra meta schi")

// bmffFull are the boxes that begin with a version and flags (ISO/IEC 14496-12, FullBox).
var bmffFull = words("pdin mvhd tkhd mdhd hdlr nmhd elng stsd stdp stts ctts cslg stss stsh elst dref stsz stz2 stsc stco co64 padb subs " +
	"saiz saio mehd trex mfhd tfhd trun tfra mfro tfdt leva trep assp sbgp sgpd csgp cprt tsel kind meta bxml iloc pitm ipro infe iinf " +
	"iref ipma schm fiin fpar fecr gitn fire stri stsg stvi csch sidx ssix prft srpp vmhd smhd srat chnl dmix txtC mime uriI hmhd sthd " +
	"vvhd medc emsg")

func words(s string) map[string]bool {
	set := map[string]bool{"xml ": true, "uri ": true}
	if !strings.Contains(s, "mvhd") {
		set = map[string]bool{}
	}
	for word := range strings.FieldsSeq(s) {
		set[word] = true
	}
	return set
}

// bmffBox is a box of a BMFF file.
type bmffBox struct {
	kind   string
	at     Range
	header int64 // the length of size and type
}

// bmffHead reads the header of a box that lies before an end. A box that runs over it is none, except an mdat of
// the root, which is as long as the file lets it: such are seen.
func bmffHead(in *window, at, end int64, root bool) (b bmffBox, is bool, err error) {
	head, err := in.upTo(at, int(min(16, end-at)))
	if err != nil || len(head) < 8 {
		return b, false, err
	}
	b = bmffBox{kind: string(head[4:8]), at: Range{at, be32(head)}, header: 8}
	switch b.at.Length {
	case 0:
		b.at.Length = end - at
	case 1:
		if len(head) < 16 {
			return b, false, nil
		}
		b.header = 16
		b.at.Length = be32(head[8:])<<32 | be32(head[12:])
	}
	if b.at.Length > end-at && root && b.kind == "mdat" {
		b.at.Length = end - at
	}
	return b, b.at.Length >= b.header && b.at.Length <= end-at, nil
}

// walkRoot visits the boxes of the root. It ends silently where the file stops having boxes.
func walkRoot(in *window, visit func(bmffBox) error) error {
	for at, n := int64(0), 0; ; n++ {
		b, is, err := bmffHead(in, at, in.size, true)
		if err != nil || !is {
			return err
		}
		if n >= maxBMFFBoxes {
			return fmt.Errorf("%w: over %d boxes", ErrMalformed, maxBMFFBoxes)
		}
		if err := visit(b); err != nil {
			return err
		}
		at = b.at.end()
	}
}

// provenance is a uuid box of C2PA's: its purpose and its data.
type provenance struct {
	purpose string
	data    Range
}

// maxPurpose is the length of the longest purpose, with a zero behind it, that is looked for.
const maxPurpose = 64

// readProvenance reads a root box as one of C2PA's.
func readProvenance(in *window, b bmffBox) (p provenance, is bool, err error) {
	if b.kind != "uuid" {
		return p, false, nil
	}
	start := b.at.Start + b.header
	head, err := in.upTo(start, int(min(20+maxPurpose, b.at.end()-start)))
	if err != nil || len(head) < 20 || !bytes.Equal(head[:16], bmffStore) {
		return p, false, err
	}
	purpose, _, found := bytes.Cut(head[20:], []byte{0})
	if !found {
		return p, true, nil
	}
	p.purpose = string(purpose)
	at := start + 20 + int64(len(purpose)) + 1
	p.data = Range{at, b.at.end() - at}
	return p, true, nil
}

// readBMFF finds the store of a BMFF file, in two parts where an update was added at its end.
func readBMFF(in *window) (layout, error) {
	var out layout
	stores := map[string][]Range{}
	err := walkRoot(in, func(b bmffBox) error {
		p, is, err := readProvenance(in, b)
		if err != nil || !is {
			return err
		}
		out.padded = append(out.padded, b.at)
		switch p.purpose {
		case "manifest", "original", "update":
			out.ranges = append(out.ranges, b.at)
			if p.data.Length < 8 {
				out.err = fmt.Errorf("%w: uuid box at %d has no store", ErrMalformed, b.at.Start)
				return nil
			}
			store, err := trimmed(in, Range{p.data.Start + 8, p.data.Length - 8})
			stores[p.purpose] = append(stores[p.purpose], store)
			return err
		}
		return nil
	})
	out.ranges, out.padded = joined(out.ranges), joined(out.padded)
	first, original, update := stores["manifest"], stores["original"], stores["update"]
	switch {
	case len(first)+len(original) > 1 || len(update) > 1:
		out.err = ErrSeveralStores
	case len(original) != len(update):
		out.err = fmt.Errorf("%w: a store that was updated without its update, or the other way", ErrMalformed)
	}
	out.payload = slices.Concat(first, original)
	if len(update) > 0 {
		out.more = [][]Range{update}
	}
	return out, err
}

// trimmed cuts what follows a store in the part of a file that has room for it.
func trimmed(in *window, part Range) (Range, error) {
	head, all, err := in.exactly(part.Start, 8)
	if err == nil && all && be32(head) >= 8 && be32(head) < part.Length {
		part.Length = be32(head)
	}
	return part, err
}

// readJXL finds the store of a JPEG XL file that has boxes (C2PA 2.2, A.3.8).
func readJXL(in *window) (layout, error) {
	var out layout
	err := walkRoot(in, func(b bmffBox) error {
		head, err := in.upTo(b.at.Start, 40)
		if err != nil || b.kind != "jumb" || !isStore(head) {
			return err
		}
		if len(out.ranges) > 0 {
			out.err = ErrSeveralStores
		}
		out.payload = append(out.payload, b.at)
		out.ranges = append(out.ranges, b.at)
		return nil
	})
	out.ranges = joined(out.ranges)
	return out, err
}
