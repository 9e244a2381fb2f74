package asset

// box is a part of a file with a name, for c2pa.hash.boxes.
type box struct {
	name string
	at   Range
}

// boxWalk visits the boxes of a file in order.
type boxWalk func(visit func(box) error) error

func jpegBoxes(in *window, store []Range, visit func(box) error) error { return nil }

type bmffBox struct{}
