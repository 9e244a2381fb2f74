package asset

import "fmt"

// gifStore begins the application extension of a manifest store (C2PA 2.2, A.3.7); three bytes of
// version follow.
const gifStore = "\x21\xff\x0bC2PA_GIF"

// walkGIF visits the blocks of a GIF, by the names they have in the hash of boxes (C2PA 2.2, 18.7.3.4).
// It ends silently where the file stops being one.
func walkGIF(in *window, visit func(box) error) error {
	b, all, err := in.exactly(0, 13)
	if err != nil || !all {
		return err
	}
	screen := box{"LSD", Range{6, 7 + colours(b[10])}}
	if err := visit(box{"GIF89a", Range{0, 6}}); err != nil {
		return err
	}
	if err := visit(screen); err != nil {
		return err
	}
	for at := screen.at.end(); ; {
		b, err := in.upTo(at, 11)
		if err != nil || len(b) == 0 {
			return err
		}
		one := box{fmt.Sprintf("%02X", b[0]), Range{at, 1}}
		switch {
		case b[0] == 0x3B:
			return visit(one)
		case b[0] == 0x2C && len(b) >= 10:
			one.at.Length = 10 + colours(b[9])
			if err := visit(one); err != nil {
				return err
			}
			one = box{"TBID", Range{one.at.end(), 1}}
		case b[0] == 0x21 && len(b) >= 2:
			one = box{fmt.Sprintf("21%02X", b[1]), Range{at, 2}}
			if string(b) == gifStore {
				one.name = storeBox
			}
		default:
			return nil
		}
		end, err := walkSubBlocks(in, one.at.end(), nil)
		if err != nil || end < 0 {
			return err
		}
		one.at.Length = end - one.at.Start
		if err := visit(one); err != nil {
			return err
		}
		at = end
	}
}

// colours is the size of the colour table that a byte of packed fields announces.
func colours(packed byte) int64 {
	if packed&0x80 == 0 {
		return 0
	}
	return 3 << (packed&7 + 1)
}

// walkSubBlocks visits the contents of data sub-blocks, and returns where they end, or -1 where the file ends first.
func walkSubBlocks(in *window, at int64, visit func(Range)) (int64, error) {
	for {
		b, all, err := in.exactly(at, 1)
		if err != nil || !all {
			return -1, err
		}
		content := Range{at + 1, int64(b[0])}
		if content.end() > in.size {
			return -1, nil
		}
		at = content.end()
		if content.Length == 0 {
			return at, nil
		}
		if visit != nil {
			visit(content)
		}
	}
}

func readGIF(in *window) (layout, error) {
	var out layout
	err := walkGIF(in, func(b box) error {
		if b.name != storeBox {
			return nil
		}
		if len(out.ranges) > 0 {
			out.err = ErrSeveralStores
		}
		out.ranges = append(out.ranges, b.at)
		_, err := walkSubBlocks(in, b.at.Start+14, func(part Range) { out.payload = append(out.payload, part) })
		return err
	})
	out.ranges = joined(out.ranges)
	out.boxes = func(visit func(box) error) error { return walkGIF(in, visit) }
	return out, err
}
