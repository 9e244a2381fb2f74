package certificate

import (
	"fmt"
	"io"

	"github.com/stemma-chain/stemma/client/words/table"
)

// WriteSections writes sections as text.
func WriteSections(w io.Writer, sections []Section) error {
	for _, s := range sections {
		if err := s.write(w); err != nil {
			return err
		}
	}
	return nil
}

func (s Section) write(w io.Writer) error {
	if s.Title != "" {
		fmt.Fprintf(w, "%s:\n", s.Title)
	}
	if len(s.Columns) == 0 {
		var pairs []string
		for _, r := range s.Rows {
			pairs = append(pairs, r.Name, r.Value)
		}
		return table.Fields(w, pairs...)
	}
	t := table.New(s.Columns...)
	for _, cells := range s.Cells {
		t.Row(cells...)
	}
	return t.Write(w)
}

// Text writes the certificate as plain text.
func (c Certificate) Text(w io.Writer) error {
	fmt.Fprintf(w, "CERTIFICATE of a record on the chain %s\n\n%s\n\nWHAT IS PROVED\n", c.Chain, c.Headline)
	if err := WriteSections(w, c.Proved); err != nil {
		return err
	}
	fmt.Fprintf(w, "%s\n\nSINCE WHEN\n", Unsaid)
	if err := (Section{Rows: c.When}).write(w); err != nil {
		return err
	}
	fmt.Fprintf(w, "\nBY WHICH HEADERS of the chain %s\n", c.Chain)
	if err := c.Headers.write(w); err != nil {
		return err
	}
	fmt.Fprint(w, "\nWHAT IS NOT PROVED\n")
	for _, s := range c.NotProved {
		fmt.Fprintf(w, "  %s\n", s)
	}
	fmt.Fprint(w, "\nHOW TO CHECK IT\n")
	for _, s := range c.Steps() {
		fmt.Fprintf(w, "  %s\n", s)
	}
	_, err := fmt.Fprintf(w, "    %s\n  SHA-256 of %s: %x\n", c.Command, c.File.Name, c.File.SHA256())
	return err
}

// Steps say how to check the proof, up to the command.
func (c Certificate) Steps() []string {
	return []string{
		"This text proves nothing by itself: the file " + c.File.Name + " does, which came with it.",
		"Find out from elsewhere, such as from nodes that you trust, whether the trusted header has this hash.",
		"Then check the file, without a node and without a network. Any program will do that follows docs/proofs.md of Stemma:",
	}
}
