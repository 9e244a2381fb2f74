package certificate

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// quiet is how many modules stay white around a QR code, as its standard asks.
const quiet = 4

// code is a QR code as a drawing.
type code struct {
	// Side of the drawing in modules, with what stays white.
	Side int
	// Path draws what is black.
	Path string
}

// codeOf encodes a text. A quarter of the symbol may be unreadable, as after a fold.
func codeOf(text string) (code, error) {
	symbol, err := qr.Encode(text, qr.Q)
	if err != nil {
		return code{}, err
	}
	var path strings.Builder
	for y := range symbol.Size {
		for x := 0; x < symbol.Size; x++ {
			begin := x
			for symbol.Black(x, y) {
				x++
			}
			if x > begin {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", begin+quiet, y+quiet, x-begin, x-begin)
			}
		}
	}
	return code{symbol.Size + 2*quiet, path.String()}, nil
}
