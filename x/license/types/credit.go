package types

import (
	"fmt"
	"strings"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// CreditLine is a credit line for a work as a revision describes it: title, author,
// source and licence, as Creative Commons recommends ("TASL",
// wiki.creativecommons.org/wiki/Recommended_practices_for_attribution).
func CreditLine(id registrytypes.WorkID, revision registrytypes.Revision, terms Terms) string {
	details := revision.Details
	var line strings.Builder
	switch {
	case revision.Blanked():
		line.WriteString("Title and names blanked")
	case details.Title != "":
		fmt.Fprintf(&line, "%q", details.Title)
	default:
		line.WriteString("Untitled")
	}
	var names []string
	for _, c := range details.Creators {
		names = append(names, c.Name)
	}
	if len(names) > 0 {
		line.WriteString(" by " + strings.Join(names, ", "))
	}
	fmt.Fprintf(&line, " (%s), %s", id, terms.Spdx)
	if terms.Uri != "" {
		line.WriteString(", " + terms.Uri)
	}
	return line.String()
}
