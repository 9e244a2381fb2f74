package index

import (
	"context"
	"errors"
	"io"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var (
	// ErrVersion says that a file or database was made by another version of the portal.
	ErrVersion = errors.New("made by another version")
	// ErrChain says that the index is of another chain.
	ErrChain = errors.New("the index is of another chain")
	// ErrNotNext says that a block is not the one that comes next.
	ErrNotNext = errors.New("not the next block")
	// ErrNotFound says that the index has no such row.
	ErrNotFound = errors.New("not in the index")
	// ErrPage says that the mark of a page is not one that this index gave.
	ErrPage = errors.New("no such page")
)

var errTodo = errors.New("not written yet")

// Index is a database of what was read from one chain. One process writes; any number of
// goroutines ask.
type Index struct{}

// Open opens an index: a path is an SQLite file, which is made if it is not there, and
// postgres://... a PostgreSQL database. One of another version fails with ErrVersion.
func Open(ctx context.Context, where string) (*Index, error) { return nil, errTodo }

// Close closes the database.
func (x *Index) Close() error { return errTodo }

// Cursor says how far the index has come.
func (x *Index) Cursor(ctx context.Context) (Cursor, error) { return Cursor{}, errTodo }

// Apply takes in one block, whole or not at all. It fails with ErrNotNext unless the block is
// the next one (any, the first time), and with ErrChain for a block of another chain.
func (x *Index) Apply(ctx context.Context, b Block) error { return errTodo }

// ApplyMany is Apply for blocks that follow each other, in one transaction.
func (x *Index) ApplyMany(ctx context.Context, blocks []Block) error { return errTodo }

// Due lists works whose text is to be read from the node, the longest waiting first.
func (x *Index) Due(ctx context.Context, limit int) ([]Due, error) { return nil, errTodo }

// Describe writes the text of works as it is now. A work whose text changed again since it was
// due stays due.
func (x *Index) Describe(ctx context.Context, works []Described) error { return errTodo }

// Totals returns what was counted; it reads no table of works.
func (x *Index) Totals(ctx context.Context) (Totals, error) { return Totals{}, errTodo }

// Query is what a search asks for.
type Query struct {
	// Text is words of titles and creators, in any script, all of which have to be there. The last
	// may be the beginning of a word. Nothing in it is syntax.
	Text string
	// Kind, unless it is 0, is the kind that works have to be of.
	Kind registrytypes.Kind
}

// Search finds works by their text: first those whose whole title the text is, then the others,
// each in order of registration, the oldest first. Without a word and a kind it finds none.
func (x *Index) Search(ctx context.Context, q Query, after string, limit int) (Page[Work], error) {
	return Page[Work]{}, errTodo
}

// Work returns a work. It fails with ErrNotFound.
func (x *Index) Work(ctx context.Context, id registrytypes.WorkID) (Work, error) {
	return Work{}, errTodo
}

// ByDigest lists the works of a content in the order of their claims.
func (x *Index) ByDigest(ctx context.Context, digest registrytypes.Digest, after string, limit int) (Page[Work], error) {
	return Page[Work]{}, errTodo
}

// ByIdentifier lists the works that have an identifier, written in any spelling that
// x/registry/fingerprint knows, in order of registration.
func (x *Index) ByIdentifier(ctx context.Context, scheme, value, after string, limit int) (Page[Work], error) {
	return Page[Work]{}, errTodo
}

// ByOwner lists the works that an account owns, the newest first.
func (x *Index) ByOwner(ctx context.Context, account, after string, limit int) (Page[Work], error) {
	return Page[Work]{}, errTodo
}

// ByCreator lists the works that name somebody as a creator, whatever the case and the accents, in
// order of registration.
func (x *Index) ByCreator(ctx context.Context, name, after string, limit int) (Page[Work], error) {
	return Page[Work]{}, errTodo
}

// Newest lists works, the newest first.
func (x *Index) Newest(ctx context.Context, after string, limit int) (Page[Work], error) {
	return Page[Work]{}, errTodo
}

// History lists the events that name a subject, the newest first.
func (x *Index) History(ctx context.Context, of Subject, before string, limit int) (Page[Event], error) {
	return Page[Event]{}, errTodo
}

// Event returns an event by its number. It fails with ErrNotFound.
func (x *Index) Event(ctx context.Context, id int64) (Event, error) { return Event{}, errTodo }

// Latest lists the events of the chain, the newest first.
func (x *Index) Latest(ctx context.Context, before string, limit int) (Page[Event], error) {
	return Page[Event]{}, errTodo
}

// OfTx lists the events of a transaction in their order. It fails with ErrNotFound for one without any.
func (x *Index) OfTx(ctx context.Context, hash []byte, after string, limit int) (Page[Event], error) {
	return Page[Event]{}, errTodo
}

// OfBlock lists the events of a block in their order; none is not a failure.
func (x *Index) OfBlock(ctx context.Context, height int64, after string, limit int) (Page[Event], error) {
	return Page[Event]{}, errTodo
}

// Sources lists what a work was made from, in order of id.
func (x *Index) Sources(ctx context.Context, work registrytypes.WorkID, after string, limit int) (Page[Edge], error) {
	return Page[Edge]{}, errTodo
}

// Derivatives lists what was made from a work, in the order in which the index first heard of them.
func (x *Index) Derivatives(ctx context.Context, work registrytypes.WorkID, after string, limit int) (Page[Edge], error) {
	return Page[Edge]{}, errTodo
}

// Dump writes all that was indexed as lines of text in an order that is the same in every
// database: two indexes of the same blocks and texts write the same.
func (x *Index) Dump(ctx context.Context, w io.Writer) error { return errTodo }
