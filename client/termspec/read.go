// Package termspec reads and writes licence terms as YAML files that people
// edit. It is strict: whatever it does not know or understand is an error with
// file, line, field and remedy, since published terms last for ever. JSON, as
// programs print terms, is read too.
package termspec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/stemma-chain/stemma/client/termspec/licences"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

const (
	// Stdin is the name that stands for the standard input.
	Stdin = "-"
	// maxFile bounds a file in bytes; terms are far shorter.
	maxFile = 64 << 10
	// maxFaults is how many faults are named at once.
	maxFaults = 10
)

// start says how to get a file that can be read.
const start = "`stemmad terms template` prints a file to start from"

// Fault is what is wrong with a file, and where.
type Fault struct {
	File string
	// Line is 0 where no line is to blame.
	Line int
	Err  error
}

// Error gives file, line and what is wrong, as compilers do.
func (f *Fault) Error() string {
	if f.Line == 0 {
		return fmt.Sprintf("%s: %s", f.File, f.Err)
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Err)
}

// Unwrap returns the reason, ErrInvalidTerms among them.
func (f *Fault) Unwrap() error { return f.Err }

// Read reads valid terms from a file, or from in if path is "-". It fails with
// Faults, several joined, or the error of reading.
func Read(path string, in io.Reader) (licensetypes.Terms, error) {
	name := path
	if path == Stdin {
		name = "standard input"
	} else {
		f, err := os.Open(path)
		if err != nil {
			return licensetypes.Terms{}, err
		}
		defer f.Close()
		in = f
	}
	bz, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	if err != nil {
		return licensetypes.Terms{}, fmt.Errorf("read %s: %w", name, err)
	}
	return Parse(name, bz)
}

// Parse reads valid terms; name is for its errors. Lists may come in any order.
func Parse(name string, bz []byte) (licensetypes.Terms, error) {
	if len(bz) > maxFile {
		return licensetypes.Terms{}, &Fault{File: name, Err: fmt.Errorf("has more than %d bytes, so it does not hold terms", maxFile)}
	}
	root, err := document(name, bz)
	if err != nil {
		return licensetypes.Terms{}, err
	}
	r := reader{file: name, lines: map[string]int{}}
	r.mapping(root)
	if len(r.faults) == 0 {
		r.validate()
	}
	if len(r.faults) > 0 {
		return licensetypes.Terms{}, errors.Join(r.faults...)
	}
	return r.terms, nil
}

// syntax is how the YAML library writes its errors.
var syntax = regexp.MustCompile(`^yaml: (?:line (\d+): )?(?s:(.*))$`)

// document returns the only document of a file.
func document(name string, bz []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(bz))
	var doc, more yaml.Node
	err := decoder.Decode(&doc)
	if errors.Is(err, io.EOF) || (err == nil && len(doc.Content) == 0) {
		return nil, &Fault{File: name, Err: fmt.Errorf("is empty: %s", start)}
	}
	if err == nil {
		if err = decoder.Decode(&more); errors.Is(err, io.EOF) {
			return doc.Content[0], nil
		}
		if err == nil {
			return nil, &Fault{File: name, Line: more.Line, Err: errors.New("holds a second document: keep one set of terms in a file")}
		}
	}
	fault := &Fault{File: name, Err: err}
	if m := syntax.FindStringSubmatch(err.Error()); m != nil {
		// Atoi fails, and leaves 0, where there is no line.
		fault.Line, _ = strconv.Atoi(m[1])
		fault.Err = fmt.Errorf("is no YAML: %s", m[2])
	}
	return nil, fault
}

// reader collects terms, and what is wrong with them.
type reader struct {
	file   string
	terms  licensetypes.Terms
	lines  map[string]int
	faults []error
}

func (r *reader) fault(line int, err error) {
	if len(r.faults) < maxFaults {
		r.faults = append(r.faults, &Fault{File: r.file, Line: line, Err: err})
	}
}

// mapping reads all keys.
func (r *reader) mapping(root *yaml.Node) {
	if root.Kind != yaml.MappingNode {
		r.fault(root.Line, fmt.Errorf("must hold lines of `key: value`: %s", start))
		return
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		f, known := fieldByName(key.Value)
		switch {
		case key.Kind != yaml.ScalarNode:
			r.fault(key.Line, errors.New("a key must be a word, such as spdx"))
			continue
		case key.Value == "blanked_sha256" && value.Value == "":
			// Programs print it of all terms; only governance sets it.
			continue
		case !known:
			r.fault(key.Line, unknownKey(key.Value))
			continue
		case r.lines[f.Name] > 0:
			r.fault(key.Line, fmt.Errorf("%s is set a second time, first in line %d: remove one", f.Name, r.lines[f.Name]))
			continue
		}
		r.lines[f.Name] = key.Line
		if isNull(value) {
			continue
		}
		if err := read(f, &r.terms, value); err != nil {
			line := key.Line
			var at *elementError
			if errors.As(err, &at) {
				line = at.line
			}
			r.fault(line, fmt.Errorf("%s %w", f.Name, err))
		}
	}
}

// validate checks the terms as the chain does, and finds the line to blame.
func (r *reader) validate() {
	err := r.terms.Validate()
	if err == nil {
		if other := licences.OtherText(r.terms); other != "" {
			r.fault(r.lines["uri"], fmt.Errorf("uri is where the text of %s is, and spdx names %s: give the place of its own text, or drop the line",
				other, r.terms.Spdx))
		}
		return
	}
	field, _, _ := strings.Cut(err.Error(), " ")
	r.fault(r.lines[field], validation{err})
}

// validation is a refusal of the chain in plain words.
type validation struct{ err error }

func (v validation) Error() string {
	return strings.TrimSuffix(v.err.Error(), ": "+licensetypes.ErrInvalidTerms.Error())
}

func (v validation) Unwrap() error { return v.err }
