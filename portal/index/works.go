package index

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/stemma-chain/stemma/portal/index/fold"
	"github.com/stemma-chain/stemma/x/registry/fingerprint"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const selectWorks = `SELECT w.id, w.subject, s.key, o.key, w.sha256, w.kind, w.status, w.version, w.flags, w.registered, w.since,
	w.rank, w.due, p.height, p.tx, p.hash, t.title, t.creators, t.identifiers
	FROM works w JOIN subjects s ON s.id = w.subject JOIN subjects o ON o.id = w.owner
	LEFT JOIN places p ON p.id = w.place LEFT JOIN texts t ON t.id = w.id WHERE `

// row is a work with its numbers.
type row struct {
	Work
	id, subject, rank int64
}

func (w *row) scan(from *sql.Rows) error {
	var key, owner, sum, hash []byte
	var kind, status, flags, registered, since, due int64
	var height, tx sql.NullInt64
	var title, creators, identifiers sql.NullString
	err := from.Scan(&w.id, &w.subject, &key, &owner, &sum, &kind, &status, &w.Version, &flags, &registered, &since,
		&w.rank, &due, &height, &tx, &hash, &title, &creators, &identifiers)
	if err != nil {
		return err
	}
	copy(w.ID[:], key[1:])
	copy(w.SHA256[:], sum)
	w.Owner = Subject{string(owner)}.String()
	w.Kind, w.Status = registrytypes.Kind(kind), registrytypes.Status(status)
	w.ClaimedSince = moment(since)
	if w.rank != since && flags&flagUndated == 0 {
		w.PlacedAt = moment(w.rank)
	}
	w.Anchored, w.Contested, w.Described = flags&flagAnchored != 0, flags&flagContested != 0, due == 0
	w.Registered = Place{Height: height.Int64, Time: moment(registered), TxIndex: int(tx.Int64), Tx: hash}
	t := texts{title: title.String}
	if err := t.read(creators.String, identifiers.String); err != nil {
		return fmt.Errorf("the text of %s: %w", w.ID, err)
	}
	w.Title, w.Creators, w.Identifiers = t.title, t.creators, t.identifiers
	return nil
}

// load reads works by a column of numbers; those that are not there are left out.
func (x *Index) load(ctx context.Context, column string, numbers []int64) (map[int64]row, error) {
	found := make(map[int64]row, len(numbers))
	for part := range slices.Chunk(numbers, MaxPage) {
		err := x.db.query(ctx, selectWorks+`w.`+column+` IN (`+marks(len(part))+`)`, padded(part), func(r *sql.Rows) error {
			var w row
			if err := w.scan(r); err != nil {
				return err
			}
			key := w.id
			if column == "subject" {
				key = w.subject
			}
			found[key] = w
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// marks are those of a list that is not empty, as padded writes it.
func marks(n int) string { return strings.TrimPrefix(strings.Repeat(", ?", roundUp(n)), ", ") }

// roundUp leaves few lengths of lists, so that there are few statements.
func roundUp(n int) int {
	for _, size := range []int{1, 2, 5, 10, 25, 50, 100} {
		if n <= size {
			return size
		}
	}
	return max(n, MaxPage)
}

// padded repeats the last of a list until there are as many as it has marks.
func padded[T any](list []T) []any {
	all := make([]any, roundUp(len(list)))
	for i := range all {
		all[i] = list[min(i, len(list)-1)]
	}
	return all
}

// clamp is how many rows a page has.
func clamp(limit int) int {
	if limit <= 0 {
		return DefaultPage
	}
	return min(limit, MaxPage)
}

// pageNumber reads the mark of a page that is a number; otherwise is where the first begins.
func pageNumber(mark string, otherwise int64) (int64, error) {
	if mark == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(mark, 36, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%.40q: %w", mark, ErrPage)
	}
	return n, nil
}

func pageMark(n int64) string { return strconv.FormatInt(n, 36) }

// ids reads the first column of rows.
func (x *Index) ids(ctx context.Context, statement string, args ...any) ([]int64, error) {
	var ids []int64
	err := x.db.query(ctx, statement, args, func(r *sql.Rows) error {
		var id int64
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

// page loads the works of a page. There is one id more than the page has if others follow.
func (x *Index) page(ctx context.Context, ids []int64, limit int) (p Page[Work], err error) {
	if len(ids) > limit {
		ids = ids[:limit]
		p.Next = pageMark(ids[limit-1])
	}
	found, err := x.load(ctx, "id", ids)
	for _, id := range ids {
		if w, ok := found[id]; ok {
			p.Rows = append(p.Rows, w.Work)
		}
	}
	return p, err
}

// Work returns a work. It fails with ErrNotFound.
func (x *Index) Work(ctx context.Context, id registrytypes.WorkID) (Work, error) {
	var found *row
	err := x.db.query(ctx, selectWorks+`w.subject = (SELECT id FROM subjects WHERE key = ?)`, []any{[]byte(OfWork(id).key)},
		func(r *sql.Rows) error {
			found = new(row)
			return found.scan(r)
		})
	if err == nil && found == nil {
		err = fmt.Errorf("%s is %w", id, ErrNotFound)
	}
	if err != nil {
		return Work{}, err
	}
	return found.Work, nil
}

// ByDigest lists the works of a content in the order of their claims; those of one moment, as
// anchors of one block have, in that of registration.
func (x *Index) ByDigest(ctx context.Context, digest registrytypes.Digest, after string, limit int) (Page[Work], error) {
	limit = clamp(limit)
	var rank, id int64 = -1 << 63, 0
	if after != "" {
		if _, err := fmt.Sscanf(after, "%d.%d", &rank, &id); err != nil {
			return Page[Work]{}, fmt.Errorf("%.40q: %w", after, ErrPage)
		}
	}
	ids, err := x.ids(ctx, `SELECT id FROM works WHERE tag = ? AND (rank > ? OR rank = ? AND id > ?) AND sha256 = ?
		ORDER BY rank, id LIMIT ?`, tagOf(digest[:]), rank, rank, id, digest[:], limit+1)
	if err != nil {
		return Page[Work]{}, err
	}
	p, err := x.page(ctx, ids, limit)
	if err == nil && p.Next != "" {
		last, err := x.load(ctx, "id", ids[limit-1:limit])
		if err != nil {
			return p, err
		}
		p.Next = fmt.Sprintf("%d.%d", last[ids[limit-1]].rank, ids[limit-1])
	}
	return p, err
}

// byTag lists works by a tag; same says whether it is what was looked for.
func (x *Index) byTag(ctx context.Context, tag int64, after string, limit int, same func(Work) bool) (Page[Work], error) {
	from, err := pageNumber(after, 0)
	if err != nil {
		return Page[Work]{}, err
	}
	limit = clamp(limit)
	ids, err := x.ids(ctx, `SELECT work FROM tags WHERE tag = ? AND work > ? ORDER BY work LIMIT ?`, tag, from, limit+1)
	if err != nil {
		return Page[Work]{}, err
	}
	p, err := x.page(ctx, ids, limit)
	p.Rows = slices.DeleteFunc(p.Rows, func(w Work) bool { return !same(w) })
	return p, err
}

// ByIdentifier lists the works that have an identifier, written in any spelling that
// x/registry/fingerprint knows, in order of registration. It fails for what is no identifier of
// its scheme.
func (x *Index) ByIdentifier(ctx context.Context, scheme, value, after string, limit int) (Page[Work], error) {
	scheme, value, err := fingerprint.Normalize(scheme, value)
	if err != nil {
		return Page[Work]{}, err
	}
	return x.byTag(ctx, identifierTag(scheme, value), after, limit, func(w Work) bool {
		return slices.Contains(w.Identifiers, Identifier{Scheme: scheme, Value: value})
	})
}

// ByCreator lists the works that name somebody as a creator, whatever the case and the accents, in
// order of registration.
func (x *Index) ByCreator(ctx context.Context, name, after string, limit int) (Page[Work], error) {
	key := fold.Key(name)
	if key == "" {
		return Page[Work]{}, nil
	}
	return x.byTag(ctx, tag(tagCreator, key), after, limit, func(w Work) bool {
		return slices.ContainsFunc(w.Creators, func(c Creator) bool { return fold.Key(c.Name) == key })
	})
}

// newest is above all numbers.
const newest = 1<<63 - 1

// ByOwner lists the works that an account owns, the newest first.
func (x *Index) ByOwner(ctx context.Context, account, after string, limit int) (Page[Work], error) {
	before, err := pageNumber(after, newest)
	if err != nil {
		return Page[Work]{}, err
	}
	owner, err := ParseSubject(account)
	if err != nil {
		return Page[Work]{}, err
	}
	limit = clamp(limit)
	ids, err := x.ids(ctx, `SELECT id FROM works WHERE owner = (SELECT id FROM subjects WHERE key = ?) AND id < ?
		ORDER BY id DESC LIMIT ?`, []byte(owner.key), before, limit+1)
	if err != nil {
		return Page[Work]{}, err
	}
	return x.page(ctx, ids, limit)
}

// Newest lists works, the newest first.
func (x *Index) Newest(ctx context.Context, after string, limit int) (Page[Work], error) {
	before, err := pageNumber(after, newest)
	if err != nil {
		return Page[Work]{}, err
	}
	limit = clamp(limit)
	ids, err := x.ids(ctx, `SELECT id FROM works WHERE id < ? ORDER BY id DESC LIMIT ?`, before, limit+1)
	if err != nil {
		return Page[Work]{}, err
	}
	return x.page(ctx, ids, limit)
}
