// Package jose reads and writes what little of JOSE is needed here, and nothing besides: compact signatures (RFC 7515)
// whose algorithm the reader names beforehand, keys of the curves P-384, Ed25519 and secp256k1 (RFC 7517, 7518, 8037,
// 8812), and their thumbprints (RFC 7638). A header never chooses how it is verified, so none and HS256 are no cases at
// all.
package jose

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// maxDepth of JSON that is read.
const maxDepth = 8

// ErrDuplicate is matched by the error of an object that has a name twice: readers differ in which of the two they take.
var ErrDuplicate = errors.New("a name is there twice")

// Unmarshal reads one JSON value, in which no object has a name twice. Names that differ in capitals only are the same
// here, and so is one with a letter that has a Latin capital, as the long s: Go's reader takes the one for the other.
func Unmarshal(raw []byte, into any) error {
	in := json.NewDecoder(bytes.NewReader(raw))
	if err := unique(in, 0); err != nil {
		return err
	}
	if in.More() {
		return errors.New("there is more behind the value")
	}
	return json.Unmarshal(raw, into)
}

// unique reads a value and fails where a name is there twice.
func unique(in *json.Decoder, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("it is more than %d deep", maxDepth)
	}
	token, err := in.Token()
	if err != nil {
		return err
	}
	opens, isDelim := token.(json.Delim)
	if !isDelim {
		return nil
	}
	names := map[string]bool{}
	for in.More() {
		if opens == '{' {
			name, err := in.Token()
			if err != nil {
				return err
			}
			text, isText := name.(string)
			if !isText {
				return errors.New("a name is no text")
			}
			text = strings.Map(folded, text)
			if names[text] {
				return fmt.Errorf("%w: %q", ErrDuplicate, text)
			}
			names[text] = true
		}
		if err := unique(in, depth+1); err != nil {
			return err
		}
	}
	_, err = in.Token()
	return err
}

// folded is one letter for all that differ from it in case only (Unicode's simple folding), the least of them.
func folded(letter rune) rune {
	least := letter
	for other := unicode.SimpleFold(letter); other != letter; other = unicode.SimpleFold(other) {
		least = min(least, other)
	}
	return least
}
