package index

import (
	"encoding/json"
	"time"

	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// MaxPage is the most rows of a page. More that are asked for are cut to it, and 0 is
// DefaultPage.
const MaxPage = 200

// DefaultPage is how many rows a page has that names no number.
const DefaultPage = 20

// Page is a part of a list.
type Page[Row any] struct {
	Rows []Row
	// Next goes on where this page ends; empty: it is the last. It is opaque, and fits a URL.
	Next string
}

// Cursor is how far the index has come.
type Cursor struct {
	// ChainID is empty until the first block.
	ChainID string
	// First is the height where history begins: the chain's first block, which is not 1 after
	// an export. Works that are older are known by what was seeded.
	First int64
	// Height and Time are of the last block; 0 before the first.
	Height int64
	Time   time.Time
	// Hash is of the last block's header, and Results of the results of its transactions, as the
	// next header has it; 32 bytes each, empty where they were not given.
	Hash, Results []byte
	// Checked is the last block of those whose header validators are known to have signed; 0: none.
	Checked int64
	// Newer is the name of the first event that was left out since only a newer portal understands it, and NewerAt its
	// block; empty: none was.
	Newer   string
	NewerAt int64
}

// Next is the height of the block to apply; 0: any, since none was.
func (c Cursor) Next() int64 {
	if c.Height == 0 {
		return 0
	}
	return c.Height + 1
}

// Totals are what the index has counted.
type Totals struct {
	// Works registered, derivations from a registered source (an edge each), payments, and
	// accounts that an event names.
	Works, Derivations, Payments, Accounts int64
	Events                                 int64
	// Due is how many works wait for their text to be read.
	Due int64
}

// Place is where on the chain something happened.
type Place struct {
	Height int64
	Time   time.Time
	// TxIndex is the transaction's place in its block, from 0; BeforeTxs or AfterTxs where no
	// transaction did it.
	TxIndex int
	// Tx is the transaction's hash, 32 bytes; empty where no transaction did it.
	Tx []byte
}

const (
	// BeforeTxs is the TxIndex of what a block does ahead of its transactions.
	BeforeTxs = -1
	// AfterTxs is the TxIndex of what a block does when its transactions are done.
	AfterTxs = 1<<31 - 1
)

// Creator is somebody who made a work, as its registrant states it.
type Creator = registrytypes.Creator

// Identifier is another name of a work's content, in its one spelling.
type Identifier = registrytypes.Fingerprint

// Work is a row about a work.
type Work struct {
	ID     registrytypes.WorkID
	Owner  string // bech32
	SHA256 registrytypes.Digest
	Kind   registrytypes.Kind
	Status registrytypes.Status
	// Version is the number of its newest revision, from 1.
	Version uint32
	// ClaimedSince is since when the registrant provably claims the content. It is zero where an
	// anchor older than the index dates the claim, until the work is described.
	ClaimedSince time.Time
	// PlacedAt is where the claim stands in the order of claims; zero: at ClaimedSince.
	PlacedAt time.Time
	// Anchored: an anchor dates the claim.
	Anchored bool
	// Contested: another account had claimed the content when it was registered.
	Contested bool
	// Registered is where it was registered. A seeded work has only the time.
	Registered Place

	// Described: the text below was read from the node, and has not changed since.
	Described   bool
	Title       string
	Creators    []Creator
	Identifiers []Identifier
}

// Attribute is one of an event: Value is JSON, as the chain writes it.
type Attribute struct {
	Key   string
	Value string
}

// Event is one typed event of the chain. URIs and fingerprints in it are left out, as people
// may take them back: `"uri":""`, `"value":""`. The node has those that are still there.
type Event struct {
	// ID is its number in the index, from 1, in the order in which it happened.
	ID int64
	Place
	// Msg is the place of the message in its transaction, from 0; -1: of no message.
	Msg int
	// Type is its full name: stemma.registry.v1.EventWorkRegistered.
	Type string
	// Attributes are in order of key.
	Attributes []Attribute
}

// Value returns an attribute: a text as it is, anything else as JSON; "" where there is none.
func (e Event) Value(key string) string {
	raw := e.JSON(key)
	var text string
	if len(raw) > 1 && raw[0] == '"' && json.Unmarshal([]byte(raw), &text) == nil {
		return text
	}
	return raw
}

// JSON returns an attribute as JSON; "" where there is none.
func (e Event) JSON(key string) string {
	for _, a := range e.Attributes {
		if a.Key == key {
			return a.Value
		}
	}
	return ""
}

// Edge leads from a derivative to a registered source.
type Edge struct {
	Derivative, Source registrytypes.WorkID
	Role               lineagetypes.Role
	// Weight of the source in the output, ppm, as declared; 0: not stated.
	Weight uint32
	// Later: the source was declared when others had been, or when works derived already.
	Later bool
	// Unapproved: the declaration waits for the approval of owners.
	Unapproved bool
	// Conflict: one of both works is under dispute, or was ruled invalid.
	Conflict bool
	// Event is the number of the EventDerived that declared it last.
	Event int64
	// Other is the work at the end that was not asked for: the source of Sources, the
	// derivative of Derivatives. A work that is not registered, or older than the index and
	// not seeded, has its id only.
	Other Work
}

// Described is the text of a work as the node has it now.
type Described struct {
	// Due is the mark that the text was read for.
	Due Due
	// Claim is what the node answered: its text, and what the index cannot know of a claim
	// that is older than itself.
	Claim registrytypes.Claim
}

// Due is a work whose text is to be read from the node.
type Due struct {
	Work registrytypes.WorkID
	// Height is of the block that changed the text: an answer of an older state is not it.
	Height int64
	// Mark tells one change from the next.
	Mark int64
}
