package index

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/portal/index/fold"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Due lists works whose text is to be read from the node, the longest waiting first.
func (x *Index) Due(ctx context.Context, limit int) ([]Due, error) {
	var due []Due
	err := x.db.query(ctx, `SELECT s.key, w.due, coalesce(p.height, 0) FROM works w JOIN subjects s ON s.id = w.subject
		LEFT JOIN events e ON e.id = w.due LEFT JOIN places p ON p.id = e.place WHERE w.due <> 0 ORDER BY w.due LIMIT ?`, []any{limit},
		func(r *sql.Rows) error {
			var d Due
			var key []byte
			if err := r.Scan(&key, &d.Mark, &d.Height); err != nil {
				return err
			}
			copy(d.Work[:], key[1:])
			due = append(due, d)
			return nil
		})
	return due, err
}

// Describe writes the text of works as it is now. A work whose text changed again since it was
// due stays due.
func (x *Index) Describe(ctx context.Context, works []Described) error {
	return x.write(ctx, func(b *batch) error {
		for _, w := range works {
			if err := b.describe(w); err != nil {
				return fmt.Errorf("describe %s: %w", w.Due.Work, err)
			}
		}
		return nil
	})
}

func (b *batch) describe(d Described) error {
	var id, kind, flags, due int64
	found, err := b.one([]any{&id, &kind, &flags, &due},
		`SELECT w.id, w.kind, w.flags, w.due FROM works w JOIN subjects s ON s.id = w.subject WHERE s.key = ?`,
		[]byte(OfWork(d.Due.Work).key))
	if err != nil || !found || due != d.Due.Mark {
		return err
	}
	if err := b.erase(id, registrytypes.Kind(kind), flags); err != nil {
		return err
	}
	t := textOf(d.Claim.Details)
	if err := b.addText(id, registrytypes.Kind(kind), t); err != nil {
		return err
	}
	flags |= flagTerms
	b.Due--
	if flags&flagUndated == 0 {
		_, err = b.exec(`UPDATE works SET due = 0, flags = ? WHERE id = ?`, flags, id)
		return err
	}
	since := nanoseconds(d.Claim.ClaimedSince.Time)
	_, err = b.exec(`UPDATE works SET due = 0, flags = ?, since = ?, rank = CASE WHEN rank = registered THEN ? ELSE rank END WHERE id = ?`,
		flags&^flagUndated, since, since, id)
	return err
}

// texts is what people wrote about a work.
type texts struct {
	title       string
	creators    []Creator
	identifiers []Identifier
}

func textOf(d registrytypes.Details) texts {
	return texts{title: d.Title, creators: d.Creators, identifiers: d.Fingerprints}
}

func (t texts) none() bool { return t.title == "" && len(t.creators) == 0 && len(t.identifiers) == 0 }

// kindMark begins the term that stands for a work's kind. No text has it, as it is no letter.
const kindMark = '\ue000'

func kindTerm(kind registrytypes.Kind) string { return fmt.Sprintf("%c%d", kindMark, kind) }

// terms are what a search finds the work by.
func (t texts) terms(kind registrytypes.Kind) []string {
	names := make([]string, len(t.creators))
	for i, c := range t.creators {
		names[i] = c.Name
	}
	// A line for each, so that no characters of two are neighbours.
	all := fold.Terms(t.title + "\n" + strings.Join(names, "\n"))
	return append(all, kindTerm(kind))
}

// What a tag is of.
const (
	tagTitle      = 't'
	tagCreator    = 'c'
	tagIdentifier = 'i'
)

func tag(of byte, text string) int64 {
	sum := sha256.Sum256(append([]byte{of}, text...))
	return tagOf(sum[:])
}

func identifierTag(scheme, value string) int64 { return tag(tagIdentifier, scheme+"\n"+value) }

// tags are by what the work is found as a whole.
func (t texts) tags() []int64 {
	var tags []int64
	if key := fold.Key(t.title); key != "" {
		tags = append(tags, tag(tagTitle, key))
	}
	for _, c := range t.creators {
		if key := fold.Key(c.Name); key != "" {
			tags = append(tags, tag(tagCreator, key))
		}
	}
	for _, i := range t.identifiers {
		tags = append(tags, identifierTag(i.Scheme, i.Value))
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

// addText writes the text of a work that has none.
func (b *batch) addText(id int64, kind registrytypes.Kind, t texts) error {
	if err := b.addTerms(id, t.terms(kind)); err != nil {
		return err
	}
	if t.none() {
		return nil
	}
	creators, identifiers := packTexts(t)
	if _, err := b.exec(`INSERT INTO texts VALUES (?, ?, ?, ?)`, id, t.title, creators, identifiers); err != nil {
		return err
	}
	for _, tag := range t.tags() {
		if _, err := b.exec(`INSERT INTO tags VALUES (?, ?)`, tag, id); err != nil {
			return err
		}
	}
	return b.addCodes(id, t)
}

// erase takes the text of a work out of every table.
func (b *batch) erase(id int64, kind registrytypes.Kind, flags int64) error {
	if flags&flagTerms == 0 {
		return nil
	}
	var t texts
	var creators, identifiers string
	found, err := b.one([]any{&t.title, &creators, &identifiers}, `SELECT title, creators, identifiers FROM texts WHERE id = ?`, id)
	if err != nil {
		return err
	}
	if err := t.read(creators, identifiers); err != nil {
		return err
	}
	if err := b.dropTerms(id, t.terms(kind)); err != nil {
		return err
	}
	if _, err := b.exec(`UPDATE works SET flags = ? WHERE id = ?`, flags&^flagTerms, id); err != nil || !found {
		return err
	}
	if _, err := b.exec(`DELETE FROM texts WHERE id = ?`, id); err != nil {
		return err
	}
	for _, tag := range t.tags() {
		if _, err := b.exec(`DELETE FROM tags WHERE tag = ? AND work = ?`, tag, id); err != nil {
			return err
		}
	}
	return b.dropCodes(id, t)
}

func (b *batch) addTerms(id int64, terms []string) error {
	text, value := `INSERT INTO terms (rowid, body) VALUES (?, ?)`, strings.Join(terms, " ")
	if b.x.db.postgres {
		// No term has a quote or a backslash. Without quotes null would not be a word.
		text, value = `INSERT INTO terms VALUES (?, array_to_tsvector(?::text[]))`, `{"`+strings.Join(terms, `","`)+`"}`
	}
	_, err := b.exec(text, id, value)
	return err
}

func (b *batch) dropTerms(id int64, terms []string) (err error) {
	if b.x.db.postgres {
		_, err = b.exec(`DELETE FROM terms WHERE id = ?`, id)
		return err
	}
	_, err = b.exec(`INSERT INTO terms (terms, rowid, body) VALUES ('delete', ?, ?)`, id, strings.Join(terms, " "))
	return err
}

// packTexts writes creators and identifiers as lists of lists, "" for none.
func packTexts(t texts) (creators, identifiers string) {
	if len(t.creators) > 0 {
		lines := make([][3]string, len(t.creators))
		for i, c := range t.creators {
			lines[i] = [3]string{c.Name, c.Role, c.Account}
		}
		creators = compact(lines)
	}
	if len(t.identifiers) > 0 {
		lines := make([][2]string, len(t.identifiers))
		for i, f := range t.identifiers {
			lines[i] = [2]string{f.Scheme, f.Value}
		}
		identifiers = compact(lines)
	}
	return creators, identifiers
}

func compact(lines any) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(lines); err != nil {
		panic(err) // lists of texts can be written
	}
	return strings.TrimSpace(b.String())
}

func (t *texts) read(creators, identifiers string) error {
	if creators != "" {
		var lines [][3]string
		if err := json.Unmarshal([]byte(creators), &lines); err != nil {
			return fmt.Errorf("creators: %w", err)
		}
		for _, l := range lines {
			t.creators = append(t.creators, Creator{Name: l[0], Role: l[1], Account: l[2]})
		}
	}
	if identifiers != "" {
		var lines [][2]string
		if err := json.Unmarshal([]byte(identifiers), &lines); err != nil {
			return fmt.Errorf("identifiers: %w", err)
		}
		for _, l := range lines {
			t.identifiers = append(t.identifiers, Identifier{Scheme: l[0], Value: l[1]})
		}
	}
	return nil
}
