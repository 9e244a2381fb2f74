// Package names knows what the licences that people know by name say. A name
// keeps its word: terms that say MIT give what the MIT licence gives. The package
// reads SPDX expressions, has one row of facts a licence, each with the clause it
// rests on, and says which licence a derivative may be offered under by the texts
// and their authors. It is pure: no SDK, no store.
package names

import (
	"errors"
	"fmt"
	"strings"
)

// Derivatives says what may be made from a work, by a licence.
type Derivatives uint8

// What may be made, from the freest to the strictest.
const (
	Allowed Derivatives = iota
	ShareAlike
	None
)

// Facts are what a licence says, or several that all apply.
type Facts struct {
	Commercial  bool
	Attribution bool
	Derivatives Derivatives
	// Weak: a changed version is shared alike; what only includes or uses the work
	// may have other terms.
	Weak bool
	// NoFurther: whoever passes the work on may not restrict others further.
	NoFurther bool
	// Free: the licence is given to everybody for no fee and no royalty.
	Free bool
	// Irrevocable: the text lets the owner end it for breach alone.
	Irrevocable bool
	// NoTraining: models may not be trained with it, but for some that the text names.
	NoTraining bool
	// PassesOn: it forbids uses, and whoever passes the work on has to forbid them too.
	PassesOn bool

	Clauses Clauses
}

// Clauses name the places in the text that facts rest on.
type Clauses struct {
	Commercial, Attribution, Derivatives, NoFurther, Free, Irrevocable, NoTraining, PassesOn string
}

// and merges the facts of licences that both apply: the stricter holds.
func (f Facts) and(o Facts) Facts {
	merged := f
	take := func(stricter bool, clause *string, theirs string) bool {
		if stricter {
			*clause = theirs
		}
		return stricter
	}
	c := &merged.Clauses
	if take(!o.Commercial && f.Commercial, &c.Commercial, o.Clauses.Commercial) {
		merged.Commercial = false
	}
	if take(o.Attribution && !f.Attribution, &c.Attribution, o.Clauses.Attribution) {
		merged.Attribution = true
	}
	if take(o.Derivatives > f.Derivatives, &c.Derivatives, o.Clauses.Derivatives) {
		merged.Derivatives = o.Derivatives
	}
	mild := func(f Facts) bool { return f.Weak || f.Derivatives == Allowed }
	merged.Weak = merged.Derivatives == ShareAlike && mild(f) && mild(o)
	if take(o.NoFurther && !f.NoFurther, &c.NoFurther, o.Clauses.NoFurther) {
		merged.NoFurther = true
	}
	merged.Free = f.Free || o.Free
	if take(!o.Irrevocable && f.Irrevocable, &c.Irrevocable, o.Clauses.Irrevocable) {
		merged.Irrevocable = false
	}
	if take(o.NoTraining && !f.NoTraining, &c.NoTraining, o.Clauses.NoTraining) {
		merged.NoTraining = true
	}
	if take(o.PassesOn && !f.PassesOn, &c.PassesOn, o.Clauses.PassesOn) {
		merged.PassesOn = true
	}
	return merged
}

// part is one licence in an expression. The row is nil for a LicenseRef that the
// table does not have.
type part struct {
	row *row
	// id is the canonical name, with the port of a Creative Commons licence.
	id        string
	exception string
}

func (p part) String() string {
	if p.exception != "" {
		return p.id + " WITH " + p.exception
	}
	return p.id
}

func (p part) facts() Facts {
	f := p.row.facts
	e, _ := exceptionOf(p.exception)
	f.Weak = f.Weak || e.weak
	return f
}

// Licence is one licence, or several that all apply.
type Licence struct{ parts []part }

// ErrAlternatives is the error of an expression with OR.
var ErrAlternatives = errors.New("has alternatives (OR): offer each as terms of their own")

// Read reads an SPDX expression that says what applies: one licence or several
// joined by AND. Known names are taken in any case. It fails with ErrAlternatives
// for OR, and as Parse does.
func Read(s string) (Licence, error) {
	if p, found := lookUp(s); found { // most are one name, and rules read them often
		return Licence{parts: []part{p}}, nil
	}
	e, err := Parse(s)
	if err != nil {
		return Licence{}, err
	}
	return e.licence()
}

// ownPrefix begins the names of licences that SPDX does not list.
const ownPrefix = "LicenseRef-"

// ReadValid is Read for what was valid when it was published; false: it was not. It
// does not ask whether a name of one's own folds to a known one, which takes fifty
// times as long.
func ReadValid(s string) (Licence, bool) {
	if p, found := lookUp(s); found {
		return Licence{parts: []part{p}}, true
	}
	if strings.HasPrefix(s, ownPrefix) && !strings.ContainsAny(s, " (") {
		return Licence{parts: []part{{id: s}}}, true
	}
	l, err := Read(s)
	return l, err == nil
}

func (e Expr) licence() (Licence, error) {
	if e.op == or {
		return Licence{}, fmt.Errorf("%q %w", e, ErrAlternatives)
	}
	if e.op == "" {
		return Licence{parts: []part{e.part}}, nil
	}
	var all Licence
	for _, arg := range e.args {
		l, err := arg.licence()
		if err != nil {
			return Licence{}, err
		}
		all.parts = append(all.parts, l.parts...)
	}
	return all, nil
}

// Canonical is the spelling of an expression that is published: known names as
// SPDX writes them. It fails as Parse does.
func Canonical(s string) (string, error) {
	e, err := Parse(s)
	if err != nil {
		return "", err
	}
	return e.String(), nil
}

// String writes the licence in its canonical spelling.
func (l Licence) String() string {
	words := make([]string, len(l.parts))
	for i, p := range l.parts {
		words[i] = p.String()
	}
	return strings.Join(words, " AND ")
}

// Facts merges what the known parts say, the strictest first. False: none is known.
func (l Licence) Facts() (f Facts, known bool) {
	for _, p := range l.parts {
		switch {
		case p.row == nil:
		case known:
			f = f.and(p.facts())
		default:
			f, known = p.facts(), true
		}
	}
	return f, known
}

// Known says whether the table has every part.
func (l Licence) Known() bool {
	for _, p := range l.parts {
		if p.row == nil {
			return false
		}
	}
	return len(l.parts) > 0
}

// CreativeCommons says whether every part is a licence or mark of Creative Commons.
func (l Licence) CreativeCommons() bool {
	for _, p := range l.parts {
		if p.row == nil || p.row.cc.elements == "" {
			return false
		}
	}
	return len(l.parts) > 0
}

// PublicDomain says whether every part gives up all rights, so that there is
// nothing that it could forbid.
func (l Licence) PublicDomain() bool {
	for _, p := range l.parts {
		if p.row == nil || !p.row.publicDomain {
			return false
		}
	}
	return len(l.parts) > 0
}

// All lists the names that the table has, as they are written; not their ports and
// other names.
func All() []string {
	var list []string
	for _, r := range table() {
		if !r.cc.portedOnly {
			list = append(list, r.id)
		}
	}
	return list
}

// Meant is the licence whose name a word spells otherwise, such as GPLv3; empty: none.
func Meant(word string) string {
	if r := respelled(word); r != nil {
		return r.id
	}
	return ""
}
