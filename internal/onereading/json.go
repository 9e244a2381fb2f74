// Package onereading reads JSON that everybody reads alike. Readers differ about an object that has a key twice, and
// encoding/json takes a key in any case: who shows such a file to a person, and has a program read it, shows two.
package onereading

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ErrMore says that something follows the value.
var ErrMore = errors.New("more follows the value")

// JSON reads one value, with no other fields than those of v. It fails where a key stands twice in an object, in
// whatever case, where a text is no UTF-8, and, with ErrMore, where something follows.
func JSON(raw []byte, v any) error {
	if !utf8.Valid(raw) {
		return errors.New("it is not valid UTF-8: save it as UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return ErrMore
	}
	return keysOnce(raw)
}

// keysOnce fails where an object of valid JSON has a key twice.
func keysOnce(raw []byte) error {
	// open are the objects and lists around, a list as nil; isKey: a text that comes next is a key.
	var open []map[string]bool
	isKey := false
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch token {
		case json.Delim('{'):
			open = append(open, map[string]bool{})
		case json.Delim('['):
			open = append(open, nil)
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		default:
			if key, isText := token.(string); isText && isKey {
				keys := open[len(open)-1]
				folded := fold(key)
				if keys[folded] {
					return fmt.Errorf("%q stands twice in an object: leave one", key)
				}
				keys[folded], isKey = true, false
				continue
			}
		}
		isKey = len(open) > 0 && open[len(open)-1] != nil
	}
}

// fold has keys that encoding/json takes for one field as one text.
func fold(key string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, key)
}
