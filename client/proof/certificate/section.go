package certificate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/x/license/deed"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// Row is one thing that is proved.
type Row struct{ Name, Value string }

// Section is a part of what is proved: named values, or a table.
type Section struct {
	Title string
	Rows  []Row
	// Columns are the heads of a table; none: there are Rows.
	Columns []string
	Cells   [][]string
}

// Unsaid is true of each list of sections.
const Unsaid = "What is not named is empty, zero or no."

// most columns of a table that people can read on paper.
const mostColumns = 5

// Sections are what a proof proves, in words: the question and all of the answer, by the words that there are for a
// field, else by its own name.
func Sections(p proof.Proven) ([]Section, error) {
	kind := p.Kind.String()
	told, err := tree(p.Told, kind)
	if err != nil {
		return nil, err
	}
	w := writer{answer: p}
	w.sections = []Section{{}}
	w.write(told, 0)
	if len(p.Question) > 0 {
		asked, err := tree(p.Question, kind+".asked")
		if err != nil {
			return nil, err
		}
		w.ask(asked)
	}
	if w.sections[0].Rows == nil {
		w.sections = w.sections[1:]
	}
	return w.sections, nil
}

// writer collects sections. The first has what stands in no list.
type writer struct {
	answer   proof.Proven
	sections []Section
	// terms is how many offers' terms were written.
	terms int
}

// ask puts the question first, but for what the answer says again.
func (w *writer) ask(question *node) {
	q := writer{sections: []Section{{}}}
	q.write(question, 0)
	if w.answer.Content != nil {
		q.sections[0].Rows = append(q.sections[0].Rows, Row{"SHA-256 of the content", fmt.Sprintf("%x", *w.answer.Content)})
	}
	first := &w.sections[0]
	var rows []Row
	for _, asked := range q.sections[0].Rows {
		if !slices.Contains(first.Rows, asked) {
			rows = append(rows, asked)
		}
	}
	first.Rows = append(rows, first.Rows...)
	w.sections = append(w.sections, q.sections[1:]...)
}

// write puts a value into the section of an index, and lists that it has behind all sections.
func (w *writer) write(n *node, at int) {
	fact := factOf(n.path)
	switch {
	case fact.Name == "" && !n.leaf() && isKnown(n.path):
		return
	case n.list && !n.flat():
		w.list(n)
	case n.list || n.leaf():
		var values []string
		for _, kid := range n.kids {
			values = append(values, fact.Value(kid.text))
		}
		value := cmp.Or(n.value(fact), strings.Join(values, ", "), fact.Empty)
		if value != "" && fact.Name != "" {
			w.sections[at].Rows = append(w.sections[at].Rows, Row{fact.Name, value})
		}
	case strings.HasSuffix(n.path, ".offers.terms.terms") && w.deed(at):
	default:
		var later []*node
		for _, kid := range n.kids {
			if kid.list && !kid.flat() {
				later = append(later, kid)
			} else {
				w.write(kid, at)
			}
		}
		for _, kid := range later {
			w.write(kid, at)
		}
	}
}

// list writes a table of a list whose rows are short, else a section for each.
func (w *writer) list(n *node) {
	title := factOf(n.path).Name
	if s, is := payees(n); is {
		w.sections = append(w.sections, s)
		return
	}
	if s, is := tableOf(n); is {
		s.Title = title
		w.sections = append(w.sections, s)
		return
	}
	for i, kid := range n.kids {
		s := Section{Title: title}
		if len(n.kids) > 1 {
			s.Title = fmt.Sprintf("%s %d", title, i+1)
		}
		w.sections = append(w.sections, s)
		w.write(kid, len(w.sections)-1)
	}
}

// tableOf is a list as a table, if it is wide enough for one and fits on paper.
func tableOf(n *node) (Section, bool) {
	var s Section
	var names []string
	for _, row := range n.kids {
		if !row.flat() {
			return s, false
		}
		for _, cell := range row.kids {
			fact := factOf(cell.path)
			if fact.Name != "" && cell.value(fact) != "" && !slices.Contains(names, cell.name()) {
				names, s.Columns = append(names, cell.name()), append(s.Columns, fact.Name)
			}
		}
	}
	if len(names) > mostColumns || len(names) < 2 {
		return s, false
	}
	for _, row := range n.kids {
		cells := make([]string, len(names))
		for i, name := range names {
			if cell := row.kid(name); cell != nil {
				fact := factOf(cell.path)
				cells[i] = cmp.Or(cell.value(fact), fact.Empty)
			}
		}
		s.Cells = append(s.Cells, cells)
	}
	return s, true
}

// value is what a leaf says; empty: nothing.
func (n *node) value(fact words.Fact) string {
	if n.text == "" {
		return ""
	}
	return fact.Value(n.text)
}

// payees are what a payment assigned, with what belongs together in one cell. A field that is new is in none of them: then it
// is written as any other list.
func payees(n *node) (Section, bool) {
	s := Section{
		Title:   factOf(n.path).Name,
		Columns: []string{"Account", "By the work", "Share of the payment", "Is assigned", "State then"},
	}
	if n.name() != "payees" {
		return s, false
	}
	for _, payee := range n.kids {
		value := map[string]string{}
		for _, kid := range payee.kids {
			if !kid.leaf() || !isKnown(kid.path) {
				return s, false
			}
			if kid.text != "" {
				value[kid.name()] = factOf(kid.path).Value(kid.text)
			}
		}
		account, work := value["account"], value["work"]
		if value["escrow"] != "" {
			account = "in escrow"
		}
		if earner := value["earner"]; earner != "" && earner != work {
			work += ", to the holders of " + earner
		}
		share := value["rate"]
		if weight := value["weight"]; weight != "100 %" && weight != "" {
			share = weight + " of " + share
		}
		share += ": " + value["basis"]
		state := value["progress"]
		if at := value["at_work"]; at != "" {
			state += fmt.Sprintf(", in the stage %s of %s", value["at_stage"], at)
		}
		s.Cells = append(s.Cells, []string{account, work, share, value["amount"], state})
	}
	return s, len(s.Cells) > 0
}

// deed says the terms of the next offer in sentences, which have every field of terms.
func (w *writer) deed(at int) bool {
	offers, is := w.answer.Answer.(*licensetypes.QueryOffersResponse)
	if !is || w.terms >= len(offers.Offers) {
		return false
	}
	d := deed.Of(offers.Offers[w.terms].Terms.Terms)
	w.terms++
	s := &w.sections[at]
	s.add("Licence", d.Title)
	s.add("In short", d.Summary)
	s.add("You may", d.May...)
	s.add("You must", d.Must...)
	s.add("You may not", d.MayNot...)
	s.add("Good to know", d.Notes...)
	return true
}

func (s *Section) add(name string, values ...string) {
	for _, value := range values {
		s.Rows = append(s.Rows, Row{name, clean(value)})
	}
}

// factOf is what is said of a field: by its own name, if there is no better.
func factOf(path string) words.Fact {
	if fact, known := words.FactOf(path); known {
		return fact
	}
	_, names, _ := strings.Cut(path, ".")
	return words.Fact{Name: words.Capital(strings.NewReplacer("_", " ", ".", " ").Replace(clean(names)))}
}

func isKnown(path string) bool {
	_, known := words.FactOf(path)
	return known
}
