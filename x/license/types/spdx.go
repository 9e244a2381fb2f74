package types

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/stemma-chain/stemma/x/license/rules"
)

// maxSPDX bounds an SPDX expression in bytes.
const maxSPDX = 256

// spdxID is an id of SPDX or of one's own: letters, digits, dots and hyphens,
// with a plus for later versions or a document's reference before it.
var spdxID = regexp.MustCompile(`^(DocumentRef-[A-Za-z0-9.-]+:)?[A-Za-z0-9][A-Za-z0-9.-]*\+?$`)

// validateSPDX checks the grammar of an expression (SPDX 2.3, annex D): ids
// joined by AND, OR and WITH, in parentheses at will. Whether SPDX lists an id
// is not checked: the list grows without the chain.
func validateSPDX(s string) error {
	switch {
	case s == "":
		return fmt.Errorf("is empty: name the licence, LicenseRef-... if SPDX does not list it")
	case len(s) > maxSPDX:
		return fmt.Errorf("has %d bytes, at most %d are allowed", len(s), maxSPDX)
	case rules.IsCreativeCommons(s):
		if _, ok := rules.ParseCreativeCommons(s); !ok {
			return fmt.Errorf("%q is not the SPDX id of one Creative Commons licence, such as CC-BY-SA-4.0: "+
				"write it exactly; alternatives are terms of their own, offered side by side", s)
		}
		return nil
	}
	p := spdxParser{words: spdxWords(s)}
	if err := p.expression(0); err != nil {
		return fmt.Errorf("%q: %w", s, err)
	}
	if len(p.words) > 0 {
		return fmt.Errorf("%q: %q is not expected", s, p.words[0])
	}
	if strings.Join(spdxWords(s), " ") != strings.NewReplacer("(", "( ", ")", " )").Replace(s) {
		return fmt.Errorf("%q: separate words by one space", s)
	}
	return nil
}

func spdxWords(s string) []string {
	return strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(s))
}

// spdxParser reads an expression from left to right.
type spdxParser struct{ words []string }

func (p *spdxParser) next() string {
	if len(p.words) == 0 {
		return ""
	}
	word := p.words[0]
	p.words = p.words[1:]
	return word
}

// expression reads terms joined by operators. Depth bounds the recursion.
func (p *spdxParser) expression(depth int) error {
	if depth > 8 {
		return fmt.Errorf("parentheses are nested too deep")
	}
	for {
		word := p.next()
		switch {
		case word == "(":
			if err := p.expression(depth + 1); err != nil {
				return err
			}
			if p.next() != ")" {
				return fmt.Errorf("a parenthesis is not closed")
			}
		case word == "AND" || word == "OR" || word == "WITH" || !spdxID.MatchString(word):
			return fmt.Errorf("a licence id is expected where %q stands", word)
		}
		if len(p.words) == 0 || p.words[0] == ")" {
			return nil
		}
		if op := p.next(); op != "AND" && op != "OR" && op != "WITH" {
			return fmt.Errorf("AND, OR or WITH is expected where %q stands", op)
		}
	}
}
