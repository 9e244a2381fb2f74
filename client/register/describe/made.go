package describe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/internal/nearest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// places begin the addresses and names of IPTC's terms: its own (with the QCode of NewsML-G2),
// and those of schema.org, which end in DigitalSource.
var places = []string{
	"http://cv.iptc.org/newscodes/digitalsourcetype/", "https://cv.iptc.org/newscodes/digitalsourcetype/",
	"cv.iptc.org/newscodes/digitalsourcetype/", "digsrctype:", "https://schema.org/", "http://schema.org/", "schema:",
}

// ParseSourceType reads one of IPTC's digital source types, by its short name in any case or
// its address, and returns the short name; nothing for nothing.
func ParseSourceType(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", nil
	}
	name := s
	for _, place := range places {
		if rest, is := cutFold(s, place); is {
			name = rest
			break
		}
	}
	name = strings.TrimSuffix(strings.TrimRight(name, "/"), "DigitalSource")
	known := registrytypes.DigitalSourceTypes()
	if i := slices.IndexFunc(known, func(k string) bool { return nearest.Squeeze(k) == nearest.Squeeze(name) }); i >= 0 {
		return known[i], nil
	}
	hint := "leave it out where it is not known"
	if meant := nearest.To(name, known); meant != "" {
		hint = fmt.Sprintf("did you mean %s?", meant)
	}
	return "", fmt.Errorf("%q is none of IPTC's digital source types (%s): %s", s, strings.Join(known, ", "), hint)
}
