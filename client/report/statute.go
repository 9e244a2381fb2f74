// Package report fills the papers that transparency laws ask for with what the chain's declarations say:
// the summary of a model's training content, the disclosure of an output. Each statute is a table of items;
// each line of a report names the declarations that it comes from, and what no declaration says is listed
// as missing or stated by the provider. The facts are declared, not verified, and no legal advice.
package report

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Statute is what a law asks, as one table. A new law is a new file in statutes.
type Statute struct {
	// Name is that of its file: eu-gpai.
	Name string `yaml:"-"`
	// Title and Version of the text that the table follows, to be named in each report.
	Title   string `yaml:"title"`
	Version string `yaml:"version"`
	// Unread is what of the text could not be read; empty: nothing.
	Unread string `yaml:"unread"`
	// Notes say whom it binds and since when.
	Notes []string `yaml:"notes"`
	Items []Item   `yaml:"items"`
}

// Item is one thing that a statute asks for.
type Item struct {
	// Number in the law's own list, and the section that it stands in; empty: there are none.
	Number  string `yaml:"number" json:"number"`
	Section string `yaml:"section" json:"section,omitempty"`
	Title   string `yaml:"title" json:"title"`
	// Asks is what the law asks, in short.
	Asks string `yaml:"asks" json:"asks"`
	// About is what it is asked of; empty: whatever the report is about.
	About Subject `yaml:"about" json:"-"`
	// Bill: it is not in force.
	Bill bool `yaml:"bill" json:"bill,omitempty"`
	// Unread: the text of this item was not read.
	Unread bool `yaml:"unread" json:"unread,omitempty"`
	// Answers name what the chain can say to it, Facts what the provider can state.
	Answers []string `yaml:"answers" json:"-"`
	Facts   []string `yaml:"facts" json:"facts"`
	// Needs says when it is complete.
	Needs Needs `yaml:"needs" json:"-"`
	// Supply says how the chain would come to know it.
	Supply string `yaml:"supply" json:"-"`
}

// Needs says what makes an item complete.
type Needs string

const (
	// Either is a line of the chain without a gap, or all facts.
	Either Needs = ""
	// AllFacts are all facts of the item: the chain can't know enough.
	AllFacts Needs = "facts"
)

// Subject is what a report is about.
type Subject string

const (
	// Model is a model, or whatever was trained or made of data.
	Model Subject = "model"
	// Output is what a system made.
	Output Subject = "output"
)

//go:embed statutes/*.yaml
var tables embed.FS

// ErrNoStatute says that there is no table of that name.
var ErrNoStatute = errors.New("no such statute")

// Names lists the statutes.
func Names() []string {
	files, err := tables.ReadDir("statutes")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	names := make([]string, len(files))
	for i, file := range files {
		names[i] = strings.TrimSuffix(file.Name(), ".yaml")
	}
	return names
}

// StatuteOf reads a table. It fails with ErrNoStatute.
func StatuteOf(name string) (Statute, error) {
	if !slices.Contains(Names(), name) {
		return Statute{}, fmt.Errorf("%w as %q: there are %s", ErrNoStatute, name, strings.Join(Names(), ", "))
	}
	text, err := tables.ReadFile("statutes/" + name + ".yaml")
	if err != nil {
		return Statute{}, err
	}
	s := Statute{Name: name}
	if err := strict(text, &s); err != nil {
		return Statute{}, fmt.Errorf("statute %s: %w", name, err)
	}
	return s, nil
}

// For is the statute with the items that are asked of a subject.
func (s Statute) For(subject Subject) Statute {
	s.Items = slices.DeleteFunc(slices.Clone(s.Items), func(i Item) bool { return i.About != "" && i.About != subject })
	return s
}

// strict reads one document of YAML that has no other names than those of the value.
func strict(text []byte, value any) error {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(value); err != nil {
		return err
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return errors.New("a second document follows: leave one")
	}
	return nil
}
