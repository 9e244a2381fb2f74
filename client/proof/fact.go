package proof

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/cosmos/gogoproto/proto"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/proof/replay"
	"github.com/stemma-chain/stemma/client/proof/stores"
	"github.com/stemma-chain/stemma/client/proof/wire"
	"github.com/stemma-chain/stemma/x/registry/anchor"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Fact is what a proof is about: a Question, or a Deed.
type Fact interface {
	kind() Kind
	append(to []byte) []byte
	// prove says what is proved, from what the proof shows. It fails with ErrRefuted.
	prove(v *view) (Proven, error)
}

func readFact(r *wire.Reader, kind Kind) Fact {
	if r.Err() != nil {
		return nil
	}
	if kind == Transaction {
		return readDeed(r)
	}
	q := kind.question()
	if q == nil {
		r.Fail("there are no proofs of kind %d in this version", kind)
		return nil
	}
	f := Question{Kind: kind, Request: q.read(r)}
	if kind == Content {
		f.Opening = readOpening(r)
	}
	return f
}

// Question is a fact that the chain's state says.
type Question struct {
	Kind Kind
	// Request is the question, without a page.
	Request proto.Message
	// Opening shows a content among an anchor's leaves; of kind Content alone.
	Opening *Opening
}

// Opening shows a content among an anchor's leaves.
type Opening struct {
	// Content is its SHA-256.
	Content [sha256.Size]byte
	Salt    [sha256.Size]byte
	Index   uint64
	Path    [][sha256.Size]byte
}

func (q Question) kind() Kind { return q.Kind }

func (q Question) append(to []byte) []byte {
	raw, err := proto.Marshal(q.Request)
	if err != nil {
		panic(err) // requests are made here, or were read
	}
	to = wire.AppendField(to, raw)
	if q.Opening == nil {
		return to
	}
	to = append(append(to, q.Opening.Content[:]...), q.Opening.Salt[:]...)
	to = wire.AppendNumber(wire.AppendNumber(to, q.Opening.Index), uint64(len(q.Opening.Path)))
	for _, hash := range q.Opening.Path {
		to = append(to, hash[:]...)
	}
	return to
}

func readOpening(r *wire.Reader) *Opening {
	o := &Opening{Content: r.Hash(), Salt: r.Hash(), Index: r.Number(anchor.MaxLeaves)}
	for n := r.Number(anchor.MaxPath); n > 0 && r.Err() == nil; n-- {
		o.Path = append(o.Path, r.Hash())
	}
	return o
}

// Asked is the question with its page, as the chain is asked it.
func (q Question) Asked() (method string, request []byte, err error) {
	request, err = proto.Marshal(whole(q.Request))
	return q.Kind.question().method, request, err
}

// view is what a proof shows to its fact.
type view struct {
	// headers by height, the latest last.
	headers []*cmttypes.Header
	// states are those that are shown, by the heights of their headers.
	states map[int64]*stores.Proof
}

// Of opens the state that is shown under the app hash of a header.
func (v *view) open(h *cmttypes.Header) (*replay.Chain, error) {
	state := v.states[h.Height]
	if state == nil {
		return nil, fmt.Errorf("%w: it shows nothing of the state before block %d", ErrRefuted, h.Height)
	}
	e, err := codecs()
	if err != nil {
		return nil, err
	}
	return replay.Open(e, shown{state}, h.ChainID, h.Height, h.Time), nil
}

// shown is a proof of rows as queries read it.
type shown struct{ *stores.Proof }

func (s shown) Rows(store string) (replay.Rows, error) {
	rows, err := s.Proof.Rows(store)
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// prove implements Fact.
func (q Question) prove(v *view) (Proven, error) {
	if len(v.headers) != 1 {
		return Proven{}, fmt.Errorf("%w: it shows %d headers where one is needed", ErrRefuted, len(v.headers))
	}
	h := v.headers[0]
	p := Proven{Kind: q.Kind, Height: h.Height, Time: h.Time}
	chain, err := v.open(h)
	if err != nil {
		return p, err
	}
	method, request, err := q.Asked()
	if err != nil {
		return p, err
	}
	answer, err := chain.Ask(method, request)
	if err != nil {
		return p, refuted(err)
	}
	if err := uncut(answer); err != nil {
		return p, refuted(err)
	}
	p.Answer = answer
	if p.Question, err = jsonOf(q.Request); err != nil {
		return p, err
	}
	if p.Told, err = jsonOf(answer); err != nil {
		return p, err
	}
	if q.Opening != nil {
		p.Content = &q.Opening.Content
		err = q.Opening.check(h.ChainID, q.Request.(*registrytypes.QueryAnchorRequest), answer.(*registrytypes.QueryAnchorResponse))
	}
	return p, err
}

// uncut fails where an answer is not all that there is.
func uncut(answer proto.Message) error {
	if paged, ok := answer.(interface{ GetPagination() *query.PageResponse }); ok && len(paged.GetPagination().GetNextKey()) > 0 {
		return fmt.Errorf("the chain has more than %d rows of it, which no proof says", page)
	}
	return nil
}

// check that the anchor has the content.
func (o *Opening) check(chainID string, request *registrytypes.QueryAnchorRequest, answer *registrytypes.QueryAnchorResponse) error {
	account, err := sdk.AccAddressFromBech32(request.Account)
	if err != nil {
		return refuted(err)
	}
	leaf := anchor.Leaf(chainID, account, o.Salt, o.Content)
	path := anchor.Proof{Index: o.Index, Total: answer.Anchor.Total, Path: o.Path}
	if err := path.Verify(request.Root, leaf); err != nil {
		return refuted(err)
	}
	return nil
}

// Proven is what a proof proves.
type Proven struct {
	ChainID string
	// Kind of the fact.
	Kind Kind
	// Height and Time are those of the block before whose transactions the state was as it is told; of the block, for a
	// transaction.
	Height int64
	Time   time.Time
	// ListsHeight and ListsTime are those of the block before which the lists of a transaction's payments were as they are told, and
	// had come as far; 0: it has none.
	ListsHeight int64
	ListsTime   time.Time
	// Headers are those that it is read under, by height: one, or of a transaction its block's, the next one and, where these
	// are later, that under which is shown what its payments assigned.
	Headers []Header
	// Question as it was asked, and what the chain tells, both as JSON like that of its REST interface.
	Question, Told json.RawMessage
	// Answer is the same as the chain's own type.
	Answer proto.Message
	// Content is the SHA-256 of the content that the fact is about; nil: it is about none.
	Content *[sha256.Size]byte
	// Trusted is the header that all of it follows from, Last the one that is reached from there by signatures; Hops says by how
	// many. Then the log of headers led back, where Height is not that of Last.
	Trusted, Last Trust
	TrustedTime   time.Time
	LastTime      time.Time
	Hops          int
}

// Header is a header as people compare it.
type Header struct {
	Trust
	Time time.Time
}

// jsonOf fails with ErrRefuted: what the chain says can be written.
func jsonOf(message proto.Message) (json.RawMessage, error) {
	text, err := codec.ProtoMarshalJSON(message, nil)
	if err != nil {
		return nil, refuted(err)
	}
	return text, nil
}
