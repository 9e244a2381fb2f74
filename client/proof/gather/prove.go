package gather

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	rpcclient "github.com/cometbft/cometbft/rpc/client"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/proof/replay"
	"github.com/stemma-chain/stemma/client/proof/signed"
)

// Node is what proofs are made from; CometBFT's RPC client is one.
type Node interface {
	Querier
	Status(ctx context.Context) (*coretypes.ResultStatus, error)
	Commit(ctx context.Context, height *int64) (*coretypes.ResultCommit, error)
	Validators(ctx context.Context, height *int64, page, perPage *int) (*coretypes.ResultValidators, error)
	Block(ctx context.Context, height *int64) (*coretypes.ResultBlock, error)
	BlockResults(ctx context.Context, height *int64) (*coretypes.ResultBlockResults, error)
}

var _ Node = rpcclient.Client(nil)

// Maker makes proofs from what one node answers.
type Maker struct {
	Node     Node
	Encoding encoding.Encoding
}

// Options of a proof.
type Options struct {
	// Height is that of the block before whose transactions the fact holds; 0: the latest block.
	Height int64
	// Trust is the header that the proof begins at; nil: the one that the fact is read under, or the latest.
	Trust *proof.Trust
	// Patience is how long the blocks are waited for that prove what is in the latest one: behind a transaction, and where no
	// height is asked for and the state under the latest header has nothing of what is asked about. 0: not at all.
	Patience time.Duration
}

// Answer proves what the chain answers a question.
func (m Maker) Answer(ctx context.Context, q proof.Question, o Options) (*proof.Proof, error) {
	height, err := m.height(ctx, o.Height)
	if err != nil {
		return nil, err
	}
	made, err := m.answerAt(ctx, height, q, o)
	if o.Height != 0 || o.Patience == 0 || status.Code(err) != codes.NotFound {
		return made, err
	}
	wait, cancel := context.WithTimeout(ctx, o.Patience)
	defer cancel()
	if m.Wait(wait, height+1) != nil {
		return nil, err
	}
	return m.answerAt(ctx, height+1, q, o)
}

func (m Maker) answerAt(ctx context.Context, height int64, q proof.Question, o Options) (*proof.Proof, error) {
	h, err := m.header(ctx, height)
	if err != nil {
		return nil, err
	}
	state := NewState(ctx, m.Node, height-1)
	method, request, err := q.Asked()
	if err != nil {
		return nil, err
	}
	if _, err := replay.Open(m.Encoding, state, h.ChainID, h.Height, h.Time).Ask(method, request); err != nil {
		return nil, err
	}
	raw, err := state.Proof()
	if err != nil {
		return nil, err
	}
	return m.reach(ctx, []proof.Shown{{Header: h, State: raw}}, q, o.Trust)
}

// height is the one asked for, or the latest block's. State is proved by the header of the block after it.
func (m Maker) height(ctx context.Context, asked int64) (int64, error) {
	at, err := m.Node.Status(ctx)
	if err != nil {
		return 0, err
	}
	switch latest := at.SyncInfo.LatestBlockHeight; {
	case asked > latest:
		return 0, fmt.Errorf("%w: it is at block %d, and you ask for %d", ErrPruned, latest, asked)
	case asked > 0:
		return asked, nil
	case latest > 1:
		return latest, nil
	}
	return 0, fmt.Errorf("%w: the state after a block is proved by the header of the next one; wait for two blocks", ErrPruned)
}

// Latest is the header of the latest block.
func (m Maker) Latest(ctx context.Context) (proof.Trust, error) {
	height, err := m.height(ctx, 0)
	if err != nil {
		return proof.Trust{}, err
	}
	h, err := m.header(ctx, height)
	if err != nil {
		return proof.Trust{}, err
	}
	return proof.TrustIn(h), nil
}

// Wait waits until the node has the block of a height. It fails with ErrPruned when the context ends before.
func (m Maker) Wait(ctx context.Context, height int64) error {
	for {
		at, err := m.Node.Status(ctx)
		if err == nil && at.SyncInfo.LatestBlockHeight >= height {
			return nil
		}
		if err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: block %d did not come; is the chain running?", ErrPruned, height)
		case <-time.After(pollEvery):
		}
	}
}

// pollEvery is the pause between questions how far a node is.
const pollEvery = 200 * time.Millisecond

// header reads a block's.
func (m Maker) header(ctx context.Context, height int64) (*cmttypes.Header, error) {
	res, err := m.Node.Commit(ctx, &height)
	if err != nil {
		return nil, fmt.Errorf("%w: block %d: %w", ErrPruned, height, err)
	}
	switch {
	case res.Header == nil || !signed.Complete(res.Header):
		return nil, fmt.Errorf("the header of block %d is not complete: there are no proofs of it", height)
	case res.Header.Height != height:
		return nil, fmt.Errorf("the node was asked for header %d and answered header %d: ask another node", height, res.Header.Height)
	}
	return res.Header, nil
}

// Refresh makes a proof begin at another header. Of the state it needs the log of headers alone, so it can be done at any later time.
func (m Maker) Refresh(ctx context.Context, p *proof.Proof, trust *proof.Trust) (*proof.Proof, error) {
	return m.reach(ctx, p.Facts(), p.Fact, trust)
}

// reach leads from a trusted header to those of a fact, and checks the whole.
func (m Maker) reach(ctx context.Context, facts []proof.Shown, fact proof.Fact, trust *proof.Trust) (*proof.Proof, error) {
	newest := facts[len(facts)-1].Header
	p := &proof.Proof{ChainID: newest.ChainID, Fact: fact}
	begin, err := m.begin(ctx, facts, trust)
	if err != nil {
		return nil, err
	}
	p.Trusted = begin
	// What lies before a trusted header, or beside another, is reached by the log.
	looksBack := len(facts) > 1 || begin.Height > newest.Height
	last := newest
	switch {
	case begin.Height > newest.Height:
		last = begin
	case looksBack:
		if last, err = m.after(ctx, newest); err != nil {
			return nil, err
		}
	}
	if last.Height > begin.Height {
		if p.Hops, err = m.hops(ctx, begin, last); err != nil {
			return nil, err
		}
	}
	if looksBack {
		err = m.lookBack(ctx, p, facts)
	} else {
		p.State = facts[0].State
	}
	if err != nil {
		return nil, err
	}
	read, err := proof.Read(p.Encode()) // its file may have what no file has, such as too many headers
	if err != nil {
		return nil, fmt.Errorf("what the node answered can't be written as a proof: %w", err)
	}
	if _, err := read.Check(); err != nil {
		return nil, fmt.Errorf("what the node answered is no proof: %w", err)
	}
	return read, nil
}

// begin is the header that a proof begins at.
func (m Maker) begin(ctx context.Context, facts []proof.Shown, trust *proof.Trust) (*cmttypes.Header, error) {
	newest := facts[len(facts)-1].Header
	if trust == nil {
		if len(facts) == 1 {
			return newest, nil
		}
		return m.after(ctx, newest)
	}
	h, err := m.header(ctx, trust.Height)
	if err != nil {
		return nil, err
	}
	if own := proof.TrustIn(h); own != *trust {
		return nil, fmt.Errorf("the node has another header %d: %X; one of you follows another chain", own.Height, own.Hash)
	}
	if len(facts) > 1 && h.Height == newest.Height {
		return nil, fmt.Errorf("the log of headers under header %d does not have that header itself yet: trust a later one", h.Height)
	}
	return h, nil
}

// after is the latest header, which must come after another.
func (m Maker) after(ctx context.Context, h *cmttypes.Header) (*cmttypes.Header, error) {
	height, err := m.height(ctx, 0)
	if err != nil {
		return nil, err
	}
	if height <= h.Height {
		return nil, fmt.Errorf("%w: there is no block behind %d yet", ErrPruned, h.Height)
	}
	return m.header(ctx, height)
}

// hops lead from a header to a later one by signatures: at once where enough of the validators stayed, else over headers between.
func (m Maker) hops(ctx context.Context, from, to *cmttypes.Header) ([]signed.Hop, error) {
	hop, err := m.hop(ctx, from, to)
	if err != nil {
		return nil, err
	}
	err = hop.Check(from)
	if err == nil {
		return []signed.Hop{hop}, nil
	}
	if to.Height == from.Height+1 {
		return nil, err
	}
	between, headerErr := m.header(ctx, from.Height+(to.Height-from.Height)/2)
	if headerErr != nil {
		return nil, errors.Join(err, headerErr)
	}
	first, err := m.hops(ctx, from, between)
	if err != nil {
		return nil, err
	}
	second, err := m.hops(ctx, between, to)
	return needed(from, slices.Concat(first, second)), err
}

// needed leaves out headers that the next one does without.
func needed(from *cmttypes.Header, hops []signed.Hop) []signed.Hop {
	for i := 0; i+1 < len(hops); {
		before := from
		if i > 0 {
			before = hops[i-1].Header
		}
		if !hops[i].Skips(hops[i+1], before) {
			i++
			continue
		}
		hops[i+1].From = hops[i].From
		hops = slices.Delete(hops, i, i+1)
		i = max(i-1, 0) // the one before may be needed no more
	}
	return hops
}

func (m Maker) hop(ctx context.Context, from, to *cmttypes.Header) (signed.Hop, error) {
	hop := signed.Hop{Header: to}
	var err error
	if hop.From, err = m.set(ctx, from.Height+1); err != nil {
		return hop, err
	}
	if hop.Set, err = m.set(ctx, to.Height); err != nil {
		return hop, err
	}
	res, err := m.Node.Commit(ctx, &to.Height)
	if err != nil {
		return hop, err
	}
	if res.Commit == nil {
		return hop, fmt.Errorf("%w: the commit of block %d", ErrPruned, to.Height)
	}
	var whole bool
	if hop.Commit, whole = signed.Take(hop.Set, to, res.Commit); !whole {
		return hop, fmt.Errorf("the node's commit of block %d has signatures of not over two thirds", to.Height)
	}
	return hop, nil
}

// set reads the validators of a height.
func (m Maker) set(ctx context.Context, height int64) (signed.Set, error) {
	var all []*cmttypes.Validator
	for page, perPage := 1, 100; ; page++ {
		res, err := m.Node.Validators(ctx, &height, &page, &perPage)
		if err != nil {
			return nil, fmt.Errorf("%w: validators of block %d: %w", ErrPruned, height, err)
		}
		all = append(all, res.Validators...)
		if len(all) > signed.MaxSet || slices.Contains(all, nil) {
			return nil, fmt.Errorf("the node's validators of block %d are no set of at most %d", height, signed.MaxSet)
		}
		if len(all) >= res.Total || len(res.Validators) == 0 {
			break
		}
	}
	set, ok := signed.SetOf(&cmttypes.ValidatorSet{Validators: all})
	if !ok {
		return nil, fmt.Errorf("a validator of block %d has another key than ed25519: there are no proofs of that", height)
	}
	return set, nil
}
