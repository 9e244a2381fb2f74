package portal

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// DenyList names the works that the operator does not show. It changes nothing on the chain.
type DenyList map[string]bool

// ReadDenyList reads ids of works, one a line; what follows a # is a note.
func ReadDenyList(r io.Reader) (DenyList, error) {
	list, lines := DenyList{}, bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		id, err := registrytypes.ParseWorkID(text)
		if err != nil {
			// Its text alone: %w would add where in the source it was made.
			return nil, fmt.Errorf("line %d: %s: write the id of one work a line", n, err.Error())
		}
		list[id.String()] = true
	}
	return list, lines.Err()
}

// Has says whether a work is not to be shown.
func (d DenyList) Has(work string) bool { return d[work] }
