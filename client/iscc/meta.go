package iscc

import (
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/zeebo/blake3"
	"golang.org/x/text/unicode/norm"
)

// Bounds of what a Meta-Code is made of, in bytes of UTF-8.
const (
	MaxName        = 128
	MaxDescription = 4096
	MaxMetadata    = 128_000

	metaTextWindow = 3 // characters
	metaByteWindow = 4
)

// MetaCode is a Meta-Code with what it was made of.
type MetaCode struct {
	Code Code
	// Name and Description are normalised and cut as ISCC has it.
	Name, Description string
	// Hash is the multihash (BLAKE3, in hex digits) of the name and the description, or of the metadata.
	Hash string
}

// Meta is the Meta-Code of a title and a text that tells it from others of that title, which may be empty. It fails with ErrNothing where
// nothing is left of the title, and with ErrInvalidBits.
func Meta(name, description string, bits int) (MetaCode, error) {
	return MetaWith(name, description, nil, bits)
}

// MetaWith is Meta with metadata in some format in place of the description; see ParseMetadata. It fails with ErrTooLarge too.
func MetaWith(name, description string, metadata []byte, bits int) (MetaCode, error) {
	name = trim(strings.Join(strings.Fields(clean(name)), " "), MaxName)
	description = trim(clean(description), MaxDescription)
	switch {
	case name == "":
		return MetaCode{}, fmt.Errorf("%w: a Meta-Code needs a title", ErrNothing)
	case len(metadata) > MaxMetadata:
		return MetaCode{}, fmt.Errorf("%w: %d bytes of metadata, at most %d", ErrTooLarge, len(metadata), MaxMetadata)
	}
	hash, hashed := simhash(textWindows(name)), metadata
	var second []byte
	switch {
	case len(metadata) > 0:
		second = simhash(windows(metadata, metaByteWindow))
	case description != "":
		second = simhash(textWindows(description))
		fallthrough
	default:
		hashed = []byte(strings.TrimSpace(name + " " + description))
	}
	if second != nil {
		var woven []byte
		for i := 0; i < len(hash)/2; i += 4 {
			woven = append(append(woven, hash[i:i+4]...), second[i:i+4]...)
		}
		hash = woven
	}
	code, err := NewUnit(TypeMeta, 0, hash, bits)
	if err != nil {
		return MetaCode{}, err
	}
	return MetaCode{Code: code, Name: name, Description: description, Hash: multihash(blake3.Sum256(hashed))}, nil
}

// multihash writes a BLAKE3 with its code (0x1e) and its length.
func multihash(sum [32]byte) string { return "1e20" + hex.EncodeToString(sum[:]) }

func textWindows(text string) [][]byte {
	var list [][]byte
	for _, w := range slide([]rune(collapse(text)), metaTextWindow) {
		sum := blake3.Sum256([]byte(string(w)))
		list = append(list, sum[:])
	}
	return list
}

func windows(raw []byte, width int) [][]byte {
	var list [][]byte
	for _, w := range slide(raw, width) {
		sum := blake3.Sum256(w)
		list = append(list, sum[:])
	}
	return list
}

// slide is each window of a width, and all where there is less.
func slide[T any](all []T, width int) (list [][]T) {
	if len(all) < width {
		return [][]T{all}
	}
	for i := range len(all) - width + 1 {
		list = append(list, all[i:i+width])
	}
	return list
}

// clean normalises a text for people (NFKC): no control characters, no two empty lines in a row, no space around it.
func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		if isControl(r) && !isNewline(r) {
			return -1
		}
		return r
	}, norm.NFKC.String(strings.ToValidUTF8(text, string(utf8.RuneError))))
	text = strings.ReplaceAll(text, "\r\n", "\n")
	var kept []string
	empty := false
	for line := range strings.SplitSeq(strings.Map(func(r rune) rune {
		if isNewline(r) {
			return '\n'
		}
		return r
	}, text), "\n") {
		if strings.TrimSpace(line) != "" {
			kept, empty = append(kept, line), false
		} else if !empty {
			kept, empty = append(kept, ""), true
		}
	}
	return strings.TrimSpace(strings.Join(kept, "\n"))
}

// trim cuts a text to so many bytes, at a character.
func trim(text string, limit int) string {
	if len(text) > limit {
		for limit > 0 && !utf8.RuneStart(text[limit]) {
			limit--
		}
		text = text[:limit]
	}
	return strings.TrimSpace(text)
}
