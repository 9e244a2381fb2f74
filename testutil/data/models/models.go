// Package models reads catalogues of public AI models: what each was made from
// and under which licence, as their cards say. The demo and tests replay them.
package models

import (
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Model is a public AI model and what its card says about it.
type Model struct {
	ID      string // owner/name, as on huggingface.co
	Owner   string
	Licence string // as the card has it; empty: not stated
	// Own is what is made of a licence that LicenceOf does not know; nil: it knows it.
	Own     *Licence
	Parents []Parent
	// Card: it was read from a card of its own.
	Card bool
}

// Parent is a model that another was made from.
type Parent struct {
	ID string
	// Evidence is where the card names it.
	Evidence string
}

// Evidence of parents.
const (
	// EvidenceBase: the card's front matter names it as base_model.
	EvidenceBase = "base_model"
	// EvidenceMerge: a merge configuration that the card prints lists it.
	EvidenceMerge = "mergekit"
)

// none marks an empty column of the table.
const none = "-"

// URL is the model's canonical address.
func (m Model) URL() string { return "https://huggingface.co/" + m.ID }

// Digest stands for the content, which is in no catalogue: it is that of the
// model's URL.
func (m Model) Digest() [sha256.Size]byte { return sha256.Sum256([]byte(m.URL())) }

// ReadTable reads tab-separated rows of id, owner, licence, date, parents.
func ReadTable(r io.Reader) ([]Model, error) {
	var list []Model
	scanner := bufio.NewScanner(r)
	for line := 1; scanner.Scan(); line++ {
		text := scanner.Text()
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		columns := strings.Split(text, "\t")
		if len(columns) != 5 {
			return nil, fmt.Errorf("line %d has %d columns, not 5", line, len(columns))
		}
		m := Model{ID: columns[0], Owner: columns[1]}
		if columns[2] != none {
			m.Licence = columns[2]
		}
		if columns[4] != none {
			for _, parent := range strings.Split(columns[4], ",") {
				evidence, id, _ := strings.Cut(parent, ":")
				m.Parents = append(m.Parents, Parent{ID: id, Evidence: evidence})
			}
		}
		list = append(list, m)
	}
	if err := scanner.Err(); err != nil {
		return nil, err
	}
	return list, validate(list)
}

// ReadLines reads one JSON object a line.
func ReadLines(r io.Reader) ([]Model, error) {
	var list []Model
	decoder := json.NewDecoder(r)
	for {
		var row struct {
			ID      string
			Owner   string
			License string
			Parents []struct{ ID, Evidence string }
		}
		switch err := decoder.Decode(&row); err {
		case nil:
		case io.EOF:
			return list, validate(list)
		default:
			return nil, fmt.Errorf("row %d: %w", len(list)+1, err)
		}
		m := Model{ID: row.ID, Owner: row.Owner, Licence: row.License}
		for _, p := range row.Parents {
			m.Parents = append(m.Parents, Parent(p))
		}
		list = append(list, m)
	}
}

// validate checks that every model comes once and after its parents, and that
// every licence is known.
func validate(list []Model) error {
	seen := map[string]bool{}
	for _, m := range list {
		if m.ID == "" || m.Owner == "" {
			return fmt.Errorf("a model lacks its id or its owner: %q by %q", m.ID, m.Owner)
		}
		if seen[m.ID] {
			return fmt.Errorf("%s comes twice", m.ID)
		}
		if _, known := LicenceOf(m.Licence); !known && m.Licence != "" && m.Own == nil {
			return fmt.Errorf("%s: the licence %q is not in licences.go", m.ID, m.Licence)
		}
		parents := map[string]bool{}
		for _, p := range m.Parents {
			switch {
			case !seen[p.ID]:
				return fmt.Errorf("%s comes before its parent %s", m.ID, p.ID)
			case parents[p.ID]:
				return fmt.Errorf("%s names its parent %s twice", m.ID, p.ID)
			case p.Evidence != EvidenceBase && p.Evidence != EvidenceMerge:
				return fmt.Errorf("%s: the evidence %q for %s is neither %s nor %s", m.ID, p.Evidence, p.ID, EvidenceBase, EvidenceMerge)
			}
			parents[p.ID] = true
		}
		seen[m.ID] = true
	}
	return nil
}
