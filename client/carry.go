package client

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	ics23 "github.com/cosmos/ics23/go"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
)

// ErrNotUnordered is matched by the error of a transaction that can't be carried: it has no end of its own.
var ErrNotUnordered = errors.New("it is not unordered")

// Sign makes an unordered transaction of a draft and sends it nowhere: whoever is given it carries it to
// the chain (Carry), and until Lifetime is over it may come. It fails with ErrNotUnordered where the options don't say that.
func (s *Sender) Sign(ctx context.Context, d Draft) (raw []byte, err error) {
	if !s.options.Unordered {
		return nil, fmt.Errorf("sign without sending: %w", ErrNotUnordered)
	}
	at, err := s.slot(ctx)
	if err != nil {
		return nil, err
	}
	return s.sign(ctx, d, at)
}

// Carried is a transaction that somebody else signed, on its way to the chain.
type Carried struct {
	// Raw are its bytes, and After a height that it was not in the chain at; 0: nothing is known.
	Raw   []byte
	After int64
	// Sent: it may have been sent before, so that it is looked for first.
	Sent bool
}

// Carry sends an unordered transaction of somebody else's, and waits for its block. It may be called again with the same
// bytes, by any process, but not twice at once by one: they happen once or not at all. It fails with a *TxError where
// the chain refuses them, with ErrLate where they are in no block and can't come any more, and with ErrUndecided where
// ctx ends before that is known.
//
// Where their checks failed in a block, or a node refuses what was sent before, they may come again until their end:
// everybody can read them in the block, and other nodes may have them. That is ErrUndecided too, and a *TxError says
// what stands in the way. A *TxError alone is final where they failed in a block after their checks, and else means that
// no node has taken them.
func (c *Client) Carry(ctx context.Context, t Carried) (Result, error) {
	until, err := c.endOf(t.Raw)
	if err != nil {
		return Result{}, err
	}
	hash := sha256.Sum256(t.Raw)
	seen, err := c.watcher.await(ctx, hash, slot{lastTime: until})
	if err != nil {
		return Result{}, err
	}
	defer c.watcher.forget(hash)
	if t.Sent {
		found, err := c.seek(ctx, hash, t.After, until)
		if err != nil || found.height > 0 {
			if err != nil {
				return Result{Hash: hashText(hash)}, unsought(hashText(hash), err)
			}
			return resultOf(hashText(hash), nil, found)
		}
	}
	refused, err := c.broadcast(ctx, t.Raw)
	if err != nil {
		return Result{}, err
	}
	if refused != nil && !refused.is(sdkerrors.ErrTxInMempoolCache) {
		return c.notTaken(ctx, t, refused, until)
	}
	return c.carried(ctx, t.Raw, seen, until)
}

// notTaken says what a node's refusal of a transaction means.
func (c *Client) notTaken(ctx context.Context, t Carried, refused *TxError, until time.Time) (Result, error) {
	hash := sha256.Sum256(t.Raw)
	open := Result{Hash: hashText(hash)}
	_, at, err := c.Latest(ctx)
	if err != nil {
		return open, unsought(open.Hash, err)
	}
	// It is also refused where it is in a block already.
	found, err := c.seek(ctx, hash, t.After, until)
	switch {
	case err != nil:
		return open, unsought(open.Hash, err)
	case found.height > 0:
		return resultOf(open.Hash, nil, found)
	case !at.Before(until):
		return open, fmt.Errorf("transaction %s: %w", open.Hash, ErrLate)
	case t.Sent:
		return open, fmt.Errorf("transaction %s: %w: %w", open.Hash, ErrUndecided, refused)
	}
	return open, refused
}

// unsought is of a transaction that the node did not let look for.
func unsought(hash string, err error) error {
	return fmt.Errorf("look for transaction %s: %w: %w", hash, ErrUndecided, err)
}

// unchecked says whether the checks of a transaction failed in its block: nothing of it happened, not even its fee, and nothing keeps an
// unordered one from coming again. The checks' events are in the results of all others.
func unchecked(r *abci.ExecTxResult) bool { return r.Code != 0 && len(r.Events) == 0 }

// carried waits for the block of a transaction that was sent.
func (c *Client) carried(ctx context.Context, raw []byte, seen *sighting, until time.Time) (Result, error) {
	hash := HashOf(raw)
	sent := c.watcher.view(seen)
	sentAt, outages := sent.height, sent.outages
	for {
		v := c.watcher.view(seen)
		switch {
		case v.sighting.height > 0 && !unchecked(v.sighting.result):
			return resultOf(hash, nil, v.sighting)
		case v.closed:
			return Result{Hash: hash}, fmt.Errorf("transaction %s was %w: %w", hash, ErrUndecided, errClosed)
		case !v.time.Before(until):
			return Result{Hash: hash}, fmt.Errorf("transaction %s: %w", hash, ErrLate)
		case v.sighting.height > 0:
			_, refused := resultOf(hash, nil, v.sighting)
			return Result{Hash: hash}, fmt.Errorf("transaction %s: %w: %w", hash, ErrUndecided, refused)
		case v.err == nil && (v.outages > outages || v.height >= sentAt+resendAfter):
			sentAt, outages = v.height, v.outages
			_, _ = c.broadcast(ctx, raw) // blocks decide
		}
		select {
		case <-v.changed:
		case <-ctx.Done():
			return Result{Hash: hash}, undecided(ctx, hash, v.err)
		}
	}
}

// seek looks for a transaction in the blocks after a height, up to the first that can't have it.
func (c *Client) seek(ctx context.Context, hash [32]byte, after int64, until time.Time) (sighting, error) {
	newest, _, err := c.Latest(ctx)
	if err != nil {
		return sighting{}, err
	}
	for height := max(after, 0) + 1; height <= newest; height++ {
		b, err := c.block(ctx, height)
		if err != nil {
			return sighting{}, err
		}
		for i, raw := range b.txs {
			if sha256.Sum256(raw) != hash {
				continue
			}
			results, err := c.results(ctx, b)
			if err != nil {
				return sighting{}, err
			}
			if !notItsTurn(results[i]) && !unchecked(results[i]) {
				return sighting{height: b.height, time: b.time, result: results[i]}, nil
			}
		}
		if b.time.After(until) {
			return sighting{}, nil
		}
	}
	return sighting{}, nil
}

// longestAhead is how far the end of an unordered transaction is from its block at most: the chain's rule.
const longestAhead = 10 * time.Minute

// Seek looks for an unordered transaction of which nothing is known but its bytes, in the blocks that can have it: those of
// the ten minutes before its end. It sends nothing. It fails with a *TxError where the transaction failed in its block
// after its checks, with ErrLate where it is in no block and can't come any more, and with ErrUndecided where it is in none yet.
func (c *Client) Seek(ctx context.Context, raw []byte) (Result, error) {
	until, err := c.endOf(raw)
	if err != nil {
		return Result{}, err
	}
	hash := sha256.Sum256(raw)
	open := Result{Hash: hashText(hash)}
	newest, at, err := c.Latest(ctx)
	if err != nil {
		return open, err
	}
	after, err := c.before(ctx, newest, until.Add(-longestAhead))
	if err != nil {
		return open, fmt.Errorf("look for transaction %s: %w", open.Hash, err)
	}
	found, err := c.seek(ctx, hash, after, until)
	switch {
	case err != nil:
		return open, fmt.Errorf("look for transaction %s: %w", open.Hash, err)
	case found.height > 0:
		return resultOf(open.Hash, nil, found)
	case at.Before(until):
		return open, fmt.Errorf("transaction %s: %w", open.Hash, ErrUndecided)
	}
	return open, fmt.Errorf("transaction %s: %w", open.Hash, ErrLate)
}

// Taken says whether the chain has an unordered transaction of the same signer with the same end, which has not passed yet. It is this
// one, or this one can't come any more: the chain takes one of them. A trial (Rehearse) does not see it.
func (c *Client) Taken(ctx context.Context, raw []byte) (bool, error) {
	until, err := c.endOf(raw)
	if err != nil {
		return false, err
	}
	tx, err := c.Encoding.TxConfig.TxDecoder()(raw)
	if err != nil {
		return false, err
	}
	signed, ok := tx.(authsigning.SigVerifiableTx)
	if !ok {
		return false, fmt.Errorf("transaction %s: it has no signers", HashOf(raw))
	}
	signers, err := signed.GetSigners()
	if err != nil {
		return false, err
	}
	height, _, err := c.Latest(ctx)
	if err != nil {
		return false, err
	}
	nonces := collections.PairKeyCodec(collections.Int64Key, collections.BytesKey)
	for _, signer := range signers {
		key, err := collections.EncodeKeyWithPrefix(authtypes.UnorderedNoncesKey, nonces, collections.Join(until.UnixNano(), signer))
		if err != nil {
			return false, err
		}
		if there, err := c.has(ctx, authtypes.StoreKey, key, height); err != nil || there {
			return there, err
		}
	}
	return false, nil
}

// has says whether a key of a store is there at a height. It asks for the proof: what is kept under the key may be empty, and no query but
// that reads a state that does not change meanwhile.
func (c *Client) has(ctx context.Context, store string, key []byte, height int64) (bool, error) {
	res, err := cmtservice.NewServiceClient(c).ABCIQuery(ctx, &cmtservice.ABCIQueryRequest{
		Path: "/store/" + store + "/key", Data: key, Height: height, Prove: true,
	})
	if err != nil {
		return false, fmt.Errorf("ask for a key of %s: %w", store, err)
	}
	if res.Code != 0 || res.ProofOps == nil || len(res.ProofOps.Ops) == 0 {
		return false, fmt.Errorf("ask for a key of %s at height %d: the node gives no proof: %s", store, height, res.Log)
	}
	var proof ics23.CommitmentProof
	if err := proof.Unmarshal(res.ProofOps.Ops[0].Data); err != nil {
		return false, fmt.Errorf("ask for a key of %s: %w", store, err)
	}
	return proof.GetExist() != nil, nil
}

// before is a height below all blocks from a time on, up to a newest one, and near them. It asks for blocks near the newest first: old
// ones a node may not have.
func (c *Client) before(ctx context.Context, newest int64, at time.Time) (int64, error) {
	low, high, step := newest, newest+1, int64(1)
	for low > 0 { // in steps that double
		b, err := c.block(ctx, low)
		if err != nil {
			return 0, err
		}
		if b.time.Before(at) {
			break
		}
		high, low, step = low, max(low-step, 0), 2*step
	}
	for high-low > 1 {
		middle := low + (high-low)/2
		b, err := c.block(ctx, middle)
		if err != nil {
			return 0, err
		}
		if b.time.Before(at) {
			low = middle
		} else {
			high = middle
		}
	}
	return low, nil
}

// endOf is the block time from which an unordered transaction can't come any more.
func (c *Client) endOf(raw []byte) (time.Time, error) {
	tx, err := c.Encoding.TxConfig.TxDecoder()(raw)
	if err != nil {
		return time.Time{}, fmt.Errorf("transaction %s: %w", HashOf(raw), err)
	}
	timed, ok := tx.(sdk.TxWithUnordered)
	if !ok || !timed.GetUnordered() || timed.GetTimeoutTimeStamp().IsZero() {
		return time.Time{}, fmt.Errorf("transaction %s: %w", HashOf(raw), ErrNotUnordered)
	}
	return timed.GetTimeoutTimeStamp(), nil
}

// Rehearse executes a signed transaction on the node without sending it. It fails with a *TxError where the chain refuses
// it, or would for the gas that it declares. Signatures are not checked.
func (c *Client) Rehearse(ctx context.Context, raw []byte) error {
	if err := c.trials.take(ctx); err != nil {
		return err
	}
	defer c.trials.leave()
	res, err := txtypes.NewServiceClient(c).Simulate(ctx, &txtypes.SimulateRequest{TxBytes: raw})
	if err != nil {
		return tried(err)
	}
	tx, err := c.Encoding.TxConfig.TxDecoder()(raw)
	if err != nil {
		return err
	}
	if paid, ok := tx.(sdk.FeeTx); ok && res.GasInfo != nil && paid.GetGas() < res.GasInfo.GasUsed {
		out := sdkerrors.ErrOutOfGas
		return newTxError(Tried, out.Codespace(), out.ABCICode(),
			fmt.Sprintf("it takes %d gas and declares %d: %s", res.GasInfo.GasUsed, paid.GetGas(), out.Error()))
	}
	return nil
}
