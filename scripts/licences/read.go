package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// leastCover is how many percent of a file have to be the texts that were recognised: names of people and a sentence on which
// files are meant are the rest.
const leastCover = 80

// readByHand are files that no list of texts has, or of which not all applies to what is linked, by the beginning of their
// SHA-256: what changes is read anew. None: nothing applies beside the module's other files.
var readByHand = map[string]struct {
	file     string
	licences []string
	why      string
}{
	"66550c0ad5ca": {"github.com/miekg/dns COPYRIGHT", nil, "names people, and LICENSE for what they permit"},
	"b5f1f21b1eea": {"github.com/multiformats/go-base36 LICENSE.md", []string{"MIT"}, "Apache-2.0 or MIT: MIT is taken"},
	"0ec33e877585": {"github.com/multiformats/go-multicodec LICENSE", []string{"MIT"}, "Apache-2.0 or MIT: MIT is taken"},
	"f597097efe3d": {
		"modernc.org/libc LICENSE-3RD-PARTY.md",
		[]string{"BSD-3-Clause", "MIT"},
		"Go; musl, go-netdb and what comes from nixpkgs, with lists of their authors",
	},
	"5ae5bee3072a": {"modernc.org/memory LICENSE-LOGO", nil, "a picture that no program has"},
	"8438c9c89b84": {"modernc.org/sqlite LICENSE-SQLITE", []string{"blessing"}, "public domain, as the file explains at length"},
	"f4a00ade8f40": {
		"modernc.org/sqlite LICENSE-3RD-PARTY.md",
		[]string{"BSD-3-Clause", "MIT", "blessing"},
		"what its section 1 lists as linked; MPL-2.0 and Apache-2.0 are of its tests and tools",
	},
	"af679003d933": {
		"github.com/modelcontextprotocol/go-sdk LICENSE",
		[]string{"Apache-2.0", "MIT"},
		"code is under either, whoever wrote it; CC-BY-4.0 is of its documentation, which no program has",
	},
	"3972dc9744f6": {
		"github.com/ethereum/go-ethereum COPYING", nil,
		"the GPL, which COPYING.LESSER rests on: the library is under the LGPL, and only cmd/, which is not linked, under the GPL alone",
	},
}

// licencesOf are the names of those whose texts lie beside the packages linked, and of those that it says itself, in order. All
// of them count.
func (d dependency) licencesOf() ([]string, error) {
	found := slices.Clone(d.said)
	for _, f := range d.files {
		if additional(f.name) {
			continue
		}
		if hand, read := readByHand[digest(f.text)]; read {
			found = append(found, hand.licences...)
			continue
		}
		cover := licensecheck.Scan([]byte(f.text))
		if cover.Percent < leastCover {
			return nil, fmt.Errorf("%s: %s of %s (%s) is %.0f percent of a licence that is known: read it", d.name, f.name, d.version,
				digest(f.text), cover.Percent)
		}
		for _, m := range cover.Match {
			found = append(found, m.ID)
		}
	}
	slices.Sort(found)
	if found = slices.Compact(found); len(found) == 0 {
		return nil, fmt.Errorf("%s %s has no licence: nobody but its authors may use it", d.name, d.version)
	}
	return found, nil
}

// additional says whether a file goes with the licence and is none: a notice that it asks to pass on, or a promise about
// patents that gives more.
func additional(name string) bool {
	name = strings.ToUpper(name[strings.LastIndex(name, "/")+1:])
	return strings.HasPrefix(name, "NOTICE") || strings.HasPrefix(name, "PATENTS")
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}
