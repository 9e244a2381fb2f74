package index

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/stemma-chain/stemma/portal/index/fold"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Query is what a search asks for.
type Query struct {
	// Text is words of titles and creators, in any script, all of which have to be there. The last
	// may be the beginning of a word, of two characters and more. Nothing in it is syntax.
	Text string
	// Kind, unless it is 0, is the kind that works have to be of.
	Kind registrytypes.Kind
}

// The marks of the two parts of a search begin with these.
const (
	markTitle = "t"
	markRest  = "r"
)

// Search finds works by their text: first those whose whole title the text is, then the others,
// each in order of registration, the oldest first. Without a word and a kind it finds none. Works
// whose text was not read yet are not found.
func (x *Index) Search(ctx context.Context, q Query, after string, limit int) (Page[Work], error) {
	terms := fold.Query(q.Text)
	if len(terms) == 0 && q.Kind == 0 {
		return Page[Work]{}, nil
	}
	limit = clamp(limit)
	title := tag(tagTitle, fold.Key(q.Text))
	mark, inRest := strings.CutPrefix(after, markRest)
	var ids []int64
	if !inRest {
		mark, _ = strings.CutPrefix(after, markTitle)
		from, err := pageNumber(mark, 0)
		if err != nil {
			return Page[Work]{}, err
		}
		ids, err = x.titled(ctx, q, title, from, limit+1)
		if err != nil {
			return Page[Work]{}, err
		}
		if len(ids) > limit {
			p, err := x.page(ctx, ids, limit)
			p.Next = markTitle + p.Next
			return p, err
		}
		mark = ""
	}
	from, err := pageNumber(mark, 0)
	if err != nil {
		return Page[Work]{}, err
	}
	inTitle := len(ids)
	rest, err := x.matching(ctx, terms, q.Kind, title, from, limit+1-inTitle)
	if err != nil {
		return Page[Work]{}, err
	}
	p, err := x.page(ctx, append(ids, rest...), limit)
	switch {
	case p.Next != "" && inTitle == limit:
		p.Next = markRest // the others have yet to begin
	case p.Next != "":
		p.Next = markRest + p.Next
	}
	return p, err
}

// titled finds works by their whole title.
func (x *Index) titled(ctx context.Context, q Query, title, from int64, limit int) ([]int64, error) {
	if q.Kind == 0 {
		return x.ids(ctx, `SELECT work FROM tags WHERE tag = ? AND work > ? ORDER BY work LIMIT ?`, title, from, limit)
	}
	return x.ids(ctx, `SELECT g.work FROM tags g JOIN works w ON w.id = g.work WHERE g.tag = ? AND g.work > ? AND w.kind = ?
		ORDER BY g.work LIMIT ?`, title, from, int64(q.Kind), limit)
}

// matching finds works by terms, without those of a title.
func (x *Index) matching(ctx context.Context, terms []fold.Term, kind registrytypes.Kind, title, from int64, limit int) ([]int64, error) {
	parts := make([]string, 0, len(terms)+1)
	if kind != 0 {
		terms = append(terms, fold.Term{Text: kindTerm(kind)})
	}
	for _, t := range terms {
		parts = append(parts, x.db.term(t))
	}
	if x.db.postgres {
		return x.ids(ctx, `SELECT id FROM terms WHERE terms @@ ?::tsquery AND id > ? AND NOT EXISTS
			(SELECT 1 FROM tags WHERE tag = ? AND work = terms.id) ORDER BY id LIMIT ?`, strings.Join(parts, " & "), from, title, limit)
	}
	return x.ids(ctx, `SELECT rowid FROM terms WHERE terms MATCH ? AND rowid > ? AND NOT EXISTS
		(SELECT 1 FROM tags WHERE tag = ? AND work = terms.rowid) ORDER BY rowid LIMIT ?`, strings.Join(parts, " "), from, title, limit)
}

// term writes a term as the database wants it. Terms are letters, digits and marks, none of which
// ends a text in quotes.
func (db *database) term(t fold.Term) string {
	// One letter begins so many words that the answer is of no use.
	_, size := utf8.DecodeRuneInString(t.Text)
	prefix := t.Prefix && size < len(t.Text)
	switch {
	case db.postgres && prefix:
		return `'` + t.Text + `':*`
	case db.postgres:
		return `'` + t.Text + `'`
	case prefix:
		return `"` + t.Text + `"*`
	default:
		return `"` + t.Text + `"`
	}
}
