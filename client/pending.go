package client

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
)

const (
	// resendAfter is how many blocks a transaction waits before it is sent again.
	resendAfter = 5
	// fullPause is how long a sender waits for a place in a full pool, about a block.
	fullPause = 500 * time.Millisecond
	// patience is how often it does so, at most.
	patience = 240
)

// Pending is a transaction that was sent. It is not safe for concurrent use.
type Pending struct {
	sender *Sender
	draft  Draft
	now    *attempt
	// again: it was signed before, and nothing new is made of it.
	again bool
}

// ErrLate says that a transaction is in no block that came since it was sent again, and can't come any
// more.
var ErrLate = errors.New("its time has passed")

// Again sends the bytes of an unordered transaction that was sent before, of this sender. Waiting for it
// fails with ErrLate where its time has passed: it may have been in an earlier block then (Client.Seen).
func (s *Sender) Again(ctx context.Context, raw []byte) (*Pending, error) {
	tx, err := s.client.Encoding.TxConfig.TxDecoder()(raw)
	if err != nil {
		return nil, fmt.Errorf("transaction %s: %w", HashOf(raw), err)
	}
	timed, ok := tx.(sdk.TxWithUnordered)
	if !ok || !timed.GetUnordered() || !s.options.Unordered {
		return nil, fmt.Errorf("transaction %s is not unordered: it can't be sent again", HashOf(raw))
	}
	now := &attempt{raw: raw, hash: sha256.Sum256(raw), at: slot{lastTime: timed.GetTimeoutTimeStamp()}}
	if fee, ok := tx.(sdk.FeeTx); ok {
		now.fee = fee.GetFee()
	}
	w := &s.client.watcher
	if now.seen, err = w.await(ctx, now.hash, now.at); err != nil {
		return nil, err
	}
	now.note(w.view(now.seen))
	_, _ = s.client.broadcast(ctx, raw) // what it says decides nothing: blocks do
	return &Pending{sender: s, now: now, again: true}, nil
}

// Submit signs a draft and sends it. It returns once the node has taken it, or can't say. It
// fails with a *TxError where the node refuses it.
func (s *Sender) Submit(ctx context.Context, d Draft) (*Pending, error) {
	p := &Pending{sender: s, draft: d}
	if err := p.send(ctx); err != nil {
		return nil, err
	}
	return p, nil
}

// Hash of the transaction. It is another one once Wait had to make a new one.
func (p *Pending) Hash() string { return hashText(p.now.hash) }

// Fee of the transaction.
func (p *Pending) Fee() sdk.Coins { return p.now.fee }

// Forget ends what is done for the transaction in the background. It may come all the same.
func (p *Pending) Forget() {
	p.now.done.Store(true)
	p.sender.client.watcher.forget(p.now.hash)
}

// send signs and sends the draft, until the node takes it or refuses it for good. Whatever is
// refused here has not happened, so that it is signed anew.
func (p *Pending) send(ctx context.Context) error {
	if !p.sender.options.Unordered {
		if err := p.sender.account.take(ctx); err != nil {
			return err
		}
		defer p.sender.account.leave()
	}
	for n := 1; ; n++ {
		refused, err := p.offer(ctx)
		if err != nil || refused == nil {
			return err
		}
		if err := p.remedy(ctx, refused, n); err != nil {
			return err
		}
	}
}

// offer signs and sends once. Where the connection fails nobody knows whether the node has
// taken it: it counts as sent.
func (p *Pending) offer(ctx context.Context) (refused *TxError, err error) {
	s := p.sender
	at, err := s.slot(ctx)
	if err != nil {
		return nil, err
	}
	raw, err := s.sign(ctx, p.draft, at)
	if err != nil {
		return nil, err
	}
	now := &attempt{raw: raw, hash: sha256.Sum256(raw), at: at, fee: p.draft.Fee}
	w := &s.client.watcher
	if now.seen, err = w.await(ctx, now.hash, at); err != nil {
		return nil, err
	}
	v := w.view(now.seen)
	now.note(v)
	if p.draft.Keep != nil {
		if err := p.draft.Keep(raw, v.height); err != nil {
			w.forget(now.hash)
			return nil, err
		}
	}
	if s.options.Offered != nil {
		s.options.Offered(hashText(now.hash))
	}
	refused, err = s.client.broadcast(ctx, raw)
	if refused != nil && refused.is(sdkerrors.ErrTxInMempoolCache) && !at.lastTime.IsZero() {
		refused = nil // nobody else makes these bytes: they came twice on their way
	}
	if err != nil || refused != nil {
		w.forget(now.hash)
		return refused, err
	}
	if !s.options.Unordered {
		s.account.fly(now)
	}
	p.now = now
	return nil, nil
}

// broadcast gives a transaction to the node. No refusal and no error: it has it, or can't say.
func (c *Client) broadcast(ctx context.Context, raw []byte) (refused *TxError, err error) {
	res, err := txtypes.NewServiceClient(c).BroadcastTx(ctx, &txtypes.BroadcastTxRequest{
		TxBytes: raw, Mode: txtypes.BroadcastMode_BROADCAST_MODE_SYNC,
	})
	switch status.Code(err) {
	case codes.OK:
	case codes.InvalidArgument, codes.Unimplemented, codes.PermissionDenied, codes.Unauthenticated, codes.ResourceExhausted:
		return nil, err // it has not reached the pool
	default:
		return nil, nil
	}
	answer := res.TxResponse
	if answer.Code == 0 {
		return nil, nil
	}
	refused = newTxError(Checked, answer.Codespace, answer.Code, answer.RawLog)
	refused.Hash = HashOf(raw)
	return refused, nil
}

// remedy does what lets a refused draft pass, or gives the refusal back.
func (p *Pending) remedy(ctx context.Context, refused *TxError, n int) error {
	s := p.sender
	wait, most := pause*time.Duration(n), tries
	switch {
	case refused.is(sdkerrors.ErrWrongSequence), refused.is(sdkerrors.ErrTxInMempoolCache):
		// Another process took it, with the very same bytes where a device signs; or the node has
		// lost what came before.
		s.resend(ctx)
		s.askAgain()
	case refused.is(sdkerrors.ErrInsufficientFee):
		// The price rose; or another process's transaction waits at this sequence.
		if p.draft.FeeIsFinal || !s.options.Fee.IsZero() || !s.options.GasPrices.IsZero() {
			most = 2
		} else {
			fee, err := s.Fee(ctx, p.draft.Gas)
			if err != nil {
				return err
			}
			p.draft.Fee = fee
		}
		s.askAgain()
	case refused.is(sdkerrors.ErrMempoolIsFull):
		wait, most = fullPause, patience
	case refused.is(sdkerrors.ErrTxTimeoutHeight), refused.is(sdkerrors.ErrTxTimeout):
	case s.options.Unordered && refused.is(sdkerrors.ErrInvalidRequest):
		// Its time was taken, or the node has no block yet and its time is none.
		wait = fullPause
	default:
		return refused
	}
	if n >= most {
		return refused
	}
	if err := rest(ctx, wait); err != nil {
		return errors.Join(refused, err)
	}
	return nil
}

// resend sends again what was sent and is not decided, in its order, as the same bytes. Who
// calls it has the turn. What the node says to it decides nothing: blocks do.
func (s *Sender) resend(ctx context.Context) {
	for _, f := range s.account.flying {
		v := s.client.watcher.view(f.seen)
		f.note(v)
		if v.sighting.height == 0 && !f.done.Load() {
			_, _ = s.client.broadcast(ctx, f.raw)
		}
	}
}

// Wait waits for the transaction's block. It sends the same bytes again where the network may
// have lost them. Once they can't come any more, since their last block has passed or another
// transaction took their sequence, it makes a new transaction of the draft. It fails with a
// *TxError where the transaction failed, and with ErrUndecided where ctx ends, or the client is
// closed, before that is known; it may be called again then.
func (p *Pending) Wait(ctx context.Context) (Result, error) {
	for {
		v := p.sender.client.watcher.view(p.now.seen)
		if v.sighting.height > 0 {
			p.now.done.Store(true)
			p.sender.account.landed.Store(time.Now().UnixNano())
			return resultOf(p.Hash(), p.now.fee, v.sighting)
		}
		if v.closed {
			return Result{Hash: p.Hash(), Fee: p.now.fee}, fmt.Errorf("transaction %s was %w: %w", p.Hash(), ErrUndecided, errClosed)
		}
		late, err := p.late(ctx, v)
		switch {
		case err != nil: // asked again after the next block
		case late:
			p.Forget()
			if p.again {
				return Result{Hash: p.Hash(), Fee: p.now.fee}, fmt.Errorf("transaction %s: %w", p.Hash(), ErrLate)
			}
			if err := p.anew(ctx); err != nil {
				return Result{}, fmt.Errorf("transaction %s can't come any more, and a new one: %w", p.Hash(), err)
			}
			continue
		case p.due(v):
			p.repeat(ctx)
		}
		select {
		case <-v.changed:
		case <-ctx.Done():
			return Result{Hash: p.Hash(), Fee: p.now.fee}, undecided(ctx, p.Hash(), v.err)
		}
	}
}

// anew makes a new transaction of the draft. Who waits through an outage of the node for a transaction waits
// through one for what follows it too: as long as ctx lasts.
func (p *Pending) anew(ctx context.Context) error {
	for {
		err := p.send(ctx)
		if status.Code(err) != codes.Unavailable || rest(ctx, fullPause) != nil {
			return err
		}
	}
}

func undecided(ctx context.Context, hash string, node error) error {
	err := fmt.Errorf("transaction %s was %w: %w", hash, ErrUndecided, ctx.Err())
	if node != nil {
		err = fmt.Errorf("%w; the node does not answer: %w", err, node)
	}
	return err
}

// late says whether the transaction is in no block and can't come into one. Both follow from
// blocks that were looked through, so it is for good.
func (p *Pending) late(ctx context.Context, v view) (bool, error) {
	at := p.now.at
	switch {
	case p.sender.options.Unordered:
		return !v.time.Before(at.lastTime), nil
	case v.height >= int64(at.lastBlock):
		return true, nil
	case v.height <= p.now.sentAt.Load() || v.err != nil:
		return false, nil
	}
	sequence, err := p.sender.sequenceAt(ctx, v.height)
	return sequence > at.sequence, err
}

// due says whether the network may have lost the transaction.
func (p *Pending) due(v view) bool {
	return v.err == nil && (v.outages > p.now.outages.Load() || v.height >= p.now.sentAt.Load()+resendAfter)
}

// repeat sends it again, and what waits with it.
func (p *Pending) repeat(ctx context.Context) {
	s := p.sender
	v := s.client.watcher.view(p.now.seen)
	if s.options.Unordered {
		p.now.note(v)
		_, _ = s.client.broadcast(ctx, p.now.raw)
		return
	}
	if s.account.take(ctx) != nil {
		return
	}
	defer s.account.leave()
	if p.due(v) { // nobody did it meanwhile
		s.resend(ctx)
	}
}
