package report

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/stemma-chain/stemma/internal/nearest"
)

// Bounds of a file of facts: its size in bytes, the lines of a fact, and the bytes of a line.
const (
	MaxFacts     = 1 << 20
	maxFactLines = 1000
	maxFactLine  = 4096
)

// Facts are what a provider states beside the chain.
type Facts struct {
	// Provider states them.
	Provider string `yaml:"provider"`
	// Stated has the lines of each fact by its key.
	Stated map[string]Lines `yaml:"facts"`
}

// Lines are one text or a list of texts.
type Lines []string

// UnmarshalYAML takes numbers and dates as they are written.
func (l *Lines) UnmarshalYAML(node *yaml.Node) error {
	nodes := []*yaml.Node{node}
	if node.Kind == yaml.SequenceNode {
		nodes = node.Content
	}
	if len(nodes) > maxFactLines {
		return fmt.Errorf("line %d: a fact has at most %d lines", node.Line, maxFactLines)
	}
	for _, n := range nodes {
		text := strings.TrimSpace(n.Value)
		switch {
		case n.Kind != yaml.ScalarNode:
			return fmt.Errorf("line %d: a fact is a text or a list of texts", n.Line)
		case text == "" || n.Tag == "!!null":
			continue // as in a template that is not filled in
		case len(text) > maxFactLine || !utf8.ValidString(text):
			return fmt.Errorf("line %d: a line of a fact is UTF-8 of at most %d bytes", n.Line, maxFactLine)
		}
		*l = append(*l, text)
	}
	return nil
}

// ReadFacts reads a provider's statements: its name, and facts by the keys of FactKeys. A file serves
// several statutes.
func ReadFacts(r io.Reader) (Facts, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxFacts+1))
	if err != nil {
		return Facts{}, err
	}
	if len(text) > MaxFacts {
		return Facts{}, fmt.Errorf("the facts have more than %d bytes: shorten them", MaxFacts)
	}
	var f Facts
	if err := strict(text, &f); err != nil {
		return Facts{}, err
	}
	f.Provider = strings.TrimSpace(f.Provider)
	if f.Provider == "" || len(f.Provider) > maxFactLine {
		return Facts{}, errors.New(`"provider" is empty or too long: name who states the facts`)
	}
	keys, err := FactKeys()
	if err != nil {
		return Facts{}, err
	}
	for key := range f.Stated {
		if !slices.Contains(keys, key) {
			hint := "there are " + strings.Join(keys, ", ")
			if near := nearest.To(key, keys); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			return Facts{}, fmt.Errorf("no statute has a fact %q: %s", key, hint)
		}
	}
	return f, nil
}

// FactKeys lists the keys of all statutes, sorted.
func FactKeys() ([]string, error) {
	var keys []string
	for _, name := range Names() {
		s, err := StatuteOf(name)
		if err != nil {
			return nil, err
		}
		for _, item := range s.Items {
			keys = append(keys, item.Facts...)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys), nil
}

// FactsTemplate writes a file of facts to fill in: each key with what it answers.
func (s Statute) FactsTemplate() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n# %s\n", s.Title, s.Version)
	b.WriteString("# What the chain says needs no line here. Write a text or a list of texts; \"none\" is an answer.\n")
	b.WriteString("provider: \"\" # who states this\nfacts:\n")
	for _, f := range s.FactsAsked() {
		fmt.Fprintf(&b, "  # %s %s: %s\n  %s: \"\"\n", f.Number, f.Title, f.Asks, f.Key)
	}
	return b.String()
}

// FactAsked is a fact that a statute takes, and what it answers.
type FactAsked struct {
	Key    string `json:"key"`
	Number string `json:"number"`
	Title  string `json:"title"`
	Asks   string `json:"asks"`
}

// FactsAsked lists the facts that a statute takes, each once.
func (s Statute) FactsAsked() (list []FactAsked) {
	seen := map[string]bool{}
	for _, item := range s.Items {
		for _, key := range item.Facts {
			if !seen[key] {
				seen[key] = true
				list = append(list, FactAsked{key, item.Number, item.Title, item.Asks})
			}
		}
	}
	return list
}
