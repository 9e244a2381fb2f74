package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/internal/amounts"
	"github.com/stemma-chain/stemma/portal/index/fold"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Wanted is what offers are looked for by. It narrows: whatever of it the index cannot tell, it lets through, and whether
// the chain permits anything is the node's to say.
type Wanted struct {
	// Use that somebody has in mind, and may begin at Now.
	Use licensetypes.Use
	Now time.Time
	// Kind of the work; 0: any.
	Kind registrytypes.Kind
	// Text is words of title and creators, as of a Query; empty: any. Works whose text was not read yet are not found by it.
	Text string
	// Owner of the work, an account; empty: anybody.
	Owner string
	// Licence is the terms' SPDX expression, the name of a preset or the terms' id, in any case; empty: any.
	Licence string
	// MaxPrice is the most that a grant may cost; nil: any price.
	MaxPrice *sdk.Coin
	// MaxRoyalty is the highest rate of the terms, ppm, where the use makes something; nil: any.
	MaxRoyalty *uint32
}

// Candidate is an offer that may be what is wanted.
type Candidate struct {
	Work  Work
	Terms licensetypes.TermsID
	// Mark is where a search that has seen this one goes on.
	Mark string
}

const (
	// seekWindow is how many offers are looked through at once, seekMost in one search.
	seekWindow = 10_000
	seekMost   = 50_000
	// seekWorks is how many works that have the words are looked at in one search.
	seekWorks = 2000
)

// position is a place in the order of offers: the newest works first, and of one work the newest terms.
type position struct{ work, licence int64 }

func readPosition(mark string) (p position, err error) {
	if mark == "" {
		return position{newest, newest}, nil
	}
	work, licence, _ := strings.Cut(mark, ".")
	if p.work, err = pageNumber(work, newest); err == nil {
		p.licence, err = pageNumber(licence, newest)
	}
	return p, err
}

func (p position) mark() string { return pageMark(p.work) + "." + pageMark(p.licence) }

// Seek finds offers that may be what is wanted, the newest works first. It looks through a bounded number of offers: next
// goes on behind what was looked through, and is empty where there are no more. So there may be fewer than the limit, and
// still a next.
func (x *Index) Seek(ctx context.Context, w Wanted, after string, limit int) (found []Candidate, next string, err error) {
	from, err := readPosition(after)
	if err != nil {
		return nil, "", err
	}
	limit = clamp(limit)
	if w.Text != "" {
		return x.seekText(ctx, w, from, limit)
	}
	for looked := 0; looked < seekMost; looked += seekWindow {
		end, whole, err := x.window(ctx, from)
		if err != nil {
			return nil, "", err
		}
		rows, err := x.narrowed(ctx, w, from, end, nil, limit+1-len(found))
		if err != nil {
			return nil, "", err
		}
		if found = append(found, rows...); len(found) > limit {
			return found[:limit], found[limit-1].Mark, nil
		}
		if whole {
			return found, "", nil
		}
		from = end
	}
	return found, from.mark(), nil
}

// window is the place of the last offer of those that are looked through at once; whole: they are the last.
func (x *Index) window(ctx context.Context, from position) (end position, whole bool, err error) {
	whole = true
	err = x.db.query(ctx, `SELECT work, licence FROM offers WHERE (work, licence) < (?, ?)
		ORDER BY work DESC, licence DESC LIMIT 1 OFFSET ?`, []any{from.work, from.licence, seekWindow - 1},
		func(r *sql.Rows) error {
			whole = false
			return r.Scan(&end.work, &end.licence)
		})
	return end, whole, err
}

// errEnough ends the reading of rows.
var errEnough = errors.New("enough rows were read")

// seekText is Seek among the works that have some words.
func (x *Index) seekText(ctx context.Context, w Wanted, from position, limit int) (found []Candidate, next string, err error) {
	words := fold.Query(w.Text)
	if len(words) == 0 {
		return nil, "", nil
	}
	parts := make([]string, len(words))
	for i, t := range words {
		parts[i] = x.db.term(t)
	}
	statement, match := `SELECT rowid FROM terms WHERE terms MATCH ? AND rowid <= ? ORDER BY rowid DESC LIMIT ?`, strings.Join(parts, " ")
	if x.db.postgres {
		statement, match = `SELECT id FROM terms WHERE terms @@ ?::tsquery AND id <= ? ORDER BY id DESC LIMIT ?`, strings.Join(parts, " & ")
	}
	for looked := 0; looked < seekWorks; looked += MaxPage {
		works, err := x.ids(ctx, statement, match, from.work, MaxPage)
		if err != nil || len(works) == 0 {
			return found, "", err
		}
		end := position{works[len(works)-1], 0}
		rows, err := x.narrowed(ctx, w, from, end, works, limit+1-len(found))
		if err != nil {
			return nil, "", err
		}
		if found = append(found, rows...); len(found) > limit {
			return found[:limit], found[limit-1].Mark, nil
		}
		if len(works) < MaxPage {
			return found, "", nil
		}
		from = end
	}
	return found, from.mark(), nil
}

// narrowed are the offers behind a place, up to another one, or those of some works.
func (x *Index) narrowed(ctx context.Context, w Wanted, from, end position, works []int64, limit int) ([]Candidate, error) {
	text, args, known, err := x.condition(ctx, w)
	if err != nil || !known {
		return nil, err
	}
	where := ` AND (o.work, o.licence) < (?, ?) AND (o.work, o.licence) >= (?, ?)`
	args = append(args, from.work, from.licence, end.work, end.licence)
	if works != nil {
		where += ` AND o.work IN (` + marks(len(works)) + `)`
		args = append(args, padded(works)...)
	}
	type line struct {
		place position
		terms licensetypes.TermsID
	}
	var lines []line
	err = x.db.query(ctx, `SELECT o.work, o.licence, s.key, o.price, l.due, l.territories, l.media, l.fee, o.flags FROM offers o
		JOIN licences l ON l.id = o.licence JOIN works w ON w.id = o.work JOIN subjects s ON s.id = o.licence WHERE `+text+where+`
		ORDER BY o.work DESC, o.licence DESC`, args, func(r *sql.Rows) error {
		var key []byte
		var price, territories, media, fee string
		var due, flags int64
		var l line
		if err := r.Scan(&l.place.work, &l.place.licence, &key, &price, &due, &territories, &media, &fee, &flags); err != nil {
			return err
		}
		if due == 0 && !(covers(territories, w.Use.Territories) && covers(media, w.Use.Media)) {
			return nil
		}
		if price == "" {
			price = fee
		}
		if due == 0 && flags&offerForEver == 0 && !within(price, w.MaxPrice) {
			return nil
		}
		copy(l.terms[:], key[1:])
		if lines = append(lines, l); len(lines) == limit {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	ids := make([]int64, len(lines))
	for i, l := range lines {
		ids[i] = l.place.work
	}
	rows, err := x.load(ctx, "id", slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	found := make([]Candidate, len(lines))
	for i, l := range lines {
		found[i] = Candidate{Work: rows[l.place.work].Work, Terms: l.terms, Mark: l.place.mark()}
	}
	return found, nil
}

// condition is what the database can tell of what is wanted. Not known: it has none of it.
func (x *Index) condition(ctx context.Context, w Wanted) (text string, args []any, known bool, err error) {
	text = fmt.Sprintf(`l.permits & ? <> 0 AND (o.flags & %d <> 0 OR o.flags & %d = 0 AND (o.ends = 0 OR o.ends > ?))`,
		offerForEver, offerPaused|offerNamed|offerClosed)
	args = []any{useBit(w.Use.Action, w.Use.Commercial), nanoseconds(w.Now)}
	if w.Kind != 0 {
		text, args = text+` AND w.kind = ?`, append(args, int64(w.Kind))
	}
	if w.Owner != "" {
		owner, err := x.numberOfSubject(ctx, w.Owner)
		if err != nil || owner == 0 {
			return "", nil, false, err
		}
		text, args = text+` AND w.owner = ?`, append(args, owner)
	}
	if w.MaxRoyalty != nil && w.Use.Rules().Makes() {
		text, args = text+` AND l.rate <= ?`, append(args, int64(*w.MaxRoyalty))
	}
	if w.Licence == "" {
		return text, args, true, nil
	}
	name := strings.ToLower(w.Licence)
	if _, err := licensetypes.ParseTermsID(name); err == nil {
		terms, err := x.numberOfSubject(ctx, name)
		return text + ` AND o.licence = ?`, append(args, terms), terms != 0, err
	}
	return text + ` AND (l.due <> 0 OR l.spdx = ? OR l.preset = ?)`, append(args, name, name), true, nil
}

// numberOfSubject is the number of an id; 0: the index has none.
func (x *Index) numberOfSubject(ctx context.Context, text string) (int64, error) {
	subject, err := ParseSubject(text)
	if err != nil {
		return 0, err
	}
	ids, err := x.ids(ctx, `SELECT id FROM subjects WHERE key = ?`, []byte(subject.key))
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return ids[0], nil
}

// covers says whether a list of terms, empty for all, has everything wanted, empty for all.
func covers(list string, wanted []string) bool {
	if list == "" {
		return true
	}
	have := strings.Split(list, ",")
	return len(wanted) > 0 && !slices.ContainsFunc(wanted, func(name string) bool { return !slices.Contains(have, name) })
}

// within says whether a price, as alternatives, can be paid with at most one coin.
func within(price string, most *sdk.Coin) bool {
	if price == "" || most == nil {
		return true
	}
	coins, err := amounts.ParseCoins(price)
	if err != nil {
		return true // the node will say
	}
	found, asked := coins.Find(most.Denom)
	return found && asked.Amount.LTE(most.Amount)
}
