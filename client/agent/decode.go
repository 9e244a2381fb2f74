package agent

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"

	"go.yaml.in/yaml/v3"
)

// unknownField finds what the parser says of a word that it does not know, which names a type of Go.
var unknownField = regexp.MustCompile(`field (\S+) not found in type \S+`)

// decode reads one document of YAML into a file's fields, and no others. needs says what the file has at least.
func decode(raw []byte, into any, needs string) error {
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	decoder.KnownFields(true)
	switch err := decoder.Decode(into); {
	case errors.Is(err, io.EOF):
		return fmt.Errorf("the file is empty: write %s at least", needs)
	case err != nil:
		return errors.New(unknownField.ReplaceAllString(err.Error(), "$1 is no word of this file"))
	}
	if err := decoder.Decode(new(any)); !errors.Is(err, io.EOF) {
		return errors.New("the file has more than one document: leave out what stands behind ---")
	}
	return nil
}
