package main

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

// Model is a public AI model and what its card says about it.
type Model struct {
	ID      string // owner/name, as on huggingface.co
	Owner   string
	Licence string // as the card has it; empty: not stated
	Parents []Parent
}

// Parent is a model that another was made from.
type Parent struct {
	ID string
	// Evidence is where the card names it: base_model or mergekit.
	Evidence string
}

// URL is the model's canonical address.
func (m Model) URL() string { return "https://huggingface.co/" + m.ID }

// Evidence of parents.
const (
	evidenceBase  = "base_model"
	evidenceMerge = "mergekit"
)

// none marks an empty column of the table.
const none = "-"

//go:embed data/models.tsv
var embedded []byte

// loadModels reads the embedded table, or the models.jsonl in a file.
func loadModels(file string) ([]Model, error) {
	if file == "" {
		return parseTable(bytes.NewReader(embedded))
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	models, err := parseLines(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return models, nil
}

// parseTable reads tab-separated rows of id, owner, licence, date, parents.
func parseTable(r io.Reader) ([]Model, error) {
	var models []Model
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
		models = append(models, m)
	}
	if err := scanner.Err(); err != nil {
		return nil, err
	}
	return models, validate(models)
}

// parseLines reads one JSON object a line.
func parseLines(r io.Reader) ([]Model, error) {
	var models []Model
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
			return models, validate(models)
		default:
			return nil, fmt.Errorf("row %d: %w", len(models)+1, err)
		}
		m := Model{ID: row.ID, Owner: row.Owner, Licence: row.License}
		for _, p := range row.Parents {
			m.Parents = append(m.Parents, Parent(p))
		}
		models = append(models, m)
	}
}

// validate checks that every model comes once and after its parents, and that
// the demo knows every licence.
func validate(models []Model) error {
	seen := map[string]bool{}
	for _, m := range models {
		if m.ID == "" || m.Owner == "" {
			return fmt.Errorf("a model lacks its id or its owner: %q by %q", m.ID, m.Owner)
		}
		if seen[m.ID] {
			return fmt.Errorf("%s comes twice", m.ID)
		}
		if _, known := licences[m.Licence]; !known {
			return fmt.Errorf("%s: the licence %q is not in licences.go", m.ID, m.Licence)
		}
		parents := map[string]bool{}
		for _, p := range m.Parents {
			switch {
			case !seen[p.ID]:
				return fmt.Errorf("%s comes before its parent %s", m.ID, p.ID)
			case parents[p.ID]:
				return fmt.Errorf("%s names its parent %s twice", m.ID, p.ID)
			case p.Evidence != evidenceBase && p.Evidence != evidenceMerge:
				return fmt.Errorf("%s: the evidence %q for %s is neither %s nor %s", m.ID, p.Evidence, p.ID, evidenceBase, evidenceMerge)
			}
			parents[p.ID] = true
		}
		seen[m.ID] = true
	}
	return nil
}
