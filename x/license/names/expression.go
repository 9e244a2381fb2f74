package names

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

const (
	// MaxBytes bounds an expression, as written and in its canonical spelling.
	MaxBytes = 256
	// maxDepth bounds how deep parentheses are nested.
	maxDepth = 8
)

// Operators of an expression (SPDX 2.3, annex D).
const (
	and  = "AND"
	or   = "OR"
	with = "WITH"
)

// Expr is an SPDX expression: one licence, or several joined by one operator.
type Expr struct {
	part part
	op   string
	args []Expr
}

// Parse reads an SPDX expression. Names of the table, exceptions and operators are
// taken in any case. It fails for what is no expression, for names that the table
// does not have unless they are a LicenseRef, and for a LicenseRef that only
// respells a name that the table has.
func Parse(s string) (Expr, error) {
	if len(s) > MaxBytes {
		return Expr{}, fmt.Errorf("has %d bytes, at most %d are allowed", len(s), MaxBytes)
	}
	p := parser{words: strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(s))}
	if len(p.words) == 0 {
		return Expr{}, errors.New("is empty: name the licence, LicenseRef-... for terms of your own")
	}
	e, err := p.joined(or, 0)
	if err == nil && len(p.words) > 0 {
		err = fmt.Errorf("%q is not expected", p.words[0])
	}
	if err != nil {
		return Expr{}, fmt.Errorf("%q: %w", s, err)
	}
	if n := len(e.String()); n > MaxBytes {
		return Expr{}, fmt.Errorf("%q has %d bytes when written out, at most %d are allowed", s, n, MaxBytes)
	}
	return e, nil
}

// String writes the expression in its canonical spelling, with the parentheses
// that it needs.
func (e Expr) String() string {
	if e.op == "" {
		return e.part.String()
	}
	words := make([]string, len(e.args))
	for i, arg := range e.args {
		words[i] = arg.String()
		if e.op == and && arg.op == or {
			words[i] = "(" + words[i] + ")"
		}
	}
	return strings.Join(words, " "+e.op+" ")
}

// parser reads an expression from left to right.
type parser struct{ words []string }

func (p *parser) next() string {
	if len(p.words) == 0 {
		return ""
	}
	word := p.words[0]
	p.words = p.words[1:]
	return word
}

func (p *parser) takes(operator string) bool {
	if len(p.words) == 0 || !strings.EqualFold(p.words[0], operator) {
		return false
	}
	p.words = p.words[1:]
	return true
}

// joined reads what OR or AND joins. AND binds more strongly.
func (p *parser) joined(op string, depth int) (Expr, error) {
	operand := func() (Expr, error) { return p.joined(and, depth) }
	if op == and {
		operand = func() (Expr, error) { return p.single(depth) }
	}
	var args []Expr
	for {
		e, err := operand()
		if err != nil {
			return Expr{}, err
		}
		args = append(args, e)
		if !p.takes(op) {
			break
		}
	}
	if len(args) == 1 {
		return args[0], nil
	}
	return Expr{op: op, args: args}, nil
}

// single reads a licence, with an exception or without, or what stands in
// parentheses.
func (p *parser) single(depth int) (Expr, error) {
	word := p.next()
	if word == "(" {
		if depth >= maxDepth {
			return Expr{}, errors.New("parentheses are nested too deep")
		}
		e, err := p.joined(or, depth+1)
		if err == nil && p.next() != ")" {
			err = errors.New("a parenthesis is not closed")
		}
		return e, err
	}
	found, err := name(word)
	if err == nil && p.takes(with) {
		found, err = found.with(p.next())
	}
	return Expr{part: found}, err
}

var (
	idForm  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]*\+?$`)
	refForm = regexp.MustCompile(`^(?i:(DocumentRef-)([a-z0-9.-]+):)?(?i:LicenseRef-)([A-Za-z0-9.-]+)$`)
)

// name reads one word: the id of a licence or a LicenseRef.
func name(word string) (part, error) {
	if p, found := lookUp(word); found {
		return p, nil
	}
	switch strings.ToUpper(word) {
	case "NONE", "NOASSERTION":
		return part{}, fmt.Errorf("%s is no licence: name one, LicenseRef-... for terms of your own",
			strings.ToUpper(word))
	case and, or, with:
		return part{}, fmt.Errorf("a licence id is expected where %q stands", word)
	}
	if m := refForm.FindStringSubmatch(word); m != nil {
		if r := respelled(m[3]); r != nil {
			return part{}, fmt.Errorf("%s is another spelling of %s: write that", word, r.id)
		}
		id := "LicenseRef-" + m[3]
		if m[1] != "" {
			id = "DocumentRef-" + m[2] + ":" + id
		}
		return part{id: id}, nil
	}
	if !idForm.MatchString(word) || strings.HasPrefix(strings.ToLower(word), "licenseref-") {
		return part{}, fmt.Errorf("a licence id is expected where %q stands", word)
	}
	if r := respelled(word); r != nil {
		return part{}, fmt.Errorf("the chain does not know %s: write %s if you mean that", word, r.id)
	}
	return part{}, fmt.Errorf("the chain does not know %s: write LicenseRef-%s", word, strings.TrimSuffix(word, "+"))
}

// with adds an exception to a licence. Only those that the table knows, with
// licences that they were written for: what they permit would be unknown otherwise.
func (p part) with(word string) (part, error) {
	e, found := exceptionOf(word)
	switch {
	case !found:
		return part{}, fmt.Errorf("the chain does not know the exception %q: write a LicenseRef-... for both together", word)
	case p.row == nil || !strings.HasPrefix(p.row.id, e.to):
		return part{}, fmt.Errorf("%s is an exception to %s..., not to %s", e.id, e.to, p.id)
	}
	p.exception = e.id
	return p, nil
}

// lookUp finds a name in any case, an alias, or a port of Creative Commons.
func lookUp(word string) (part, bool) {
	if r := byName()[strings.ToLower(word)]; r != nil {
		return part{row: r, id: r.id}, true
	}
	cut := strings.LastIndexByte(word, '-')
	if cut < 0 {
		return part{}, false
	}
	port := word[cut+1:]
	r := ported()[strings.ToLower(word[:cut])]
	if r == nil || len(port) < 2 || len(port) > 3 || !letters.MatchString(port) {
		return part{}, false
	}
	return part{row: r, id: r.id + "-" + strings.ToUpper(port)}, true
}
