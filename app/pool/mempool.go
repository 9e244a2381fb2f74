package pool

import (
	"context"
	"errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/types/mempool"
)

// Mempool is the pool as the SDK calls it. What the SDK hands over is a decoded
// transaction; what the pool has to know, its bytes among it, the ante handler has
// found out and left in the context with Offer.
type Mempool struct{ *Pool }

var _ mempool.ExtMempool = Mempool{}

// NewMempool puts a pool behind the SDK's interface.
func NewMempool(p *Pool) Mempool { return Mempool{p} }

type offeredKey struct{}

type offered struct {
	tx         *Tx
	accountGas uint64
}

// Offer asks for a place, and returns the context with which the SDK inserts the
// transaction once all that the ante handler checks is right.
func (p *Pool) Offer(ctx sdk.Context, tx *Tx, accountGas uint64) (sdk.Context, error) {
	if err := p.Admits(tx, accountGas); err != nil {
		return ctx, err
	}
	return ctx.WithValue(offeredKey{}, offered{tx, accountGas}), nil
}

// Insert implements mempool.Mempool.
func (m Mempool) Insert(ctx context.Context, _ sdk.Tx, _ mempool.InsertOption) error {
	o, ok := ctx.Value(offeredKey{}).(offered)
	if !ok {
		return errors.New("no place was asked for before: the ante handler has to offer the transaction")
	}
	return m.Pool.Insert(o.tx, o.accountGas)
}

// CountTx implements mempool.Mempool.
func (m Mempool) CountTx() int { return m.Len() }

// Remove implements mempool.Mempool. Only a context names the bytes.
func (Mempool) Remove(sdk.Tx) error { return mempool.ErrTxNotFound }

// RemoveWithReason implements mempool.ExtMempool: what failed when it was checked again
// leaves, and what stands behind it, unless it was its sequence that had passed. What a
// block executes does not leave here but when the block is committed, whether it failed
// or not: the SDK calls this for what passed its fee only, and several times where blocks
// are executed in parallel.
func (m Mempool) RemoveWithReason(ctx context.Context, _ sdk.Tx, reason mempool.RemoveReason) error {
	if reason.Caller != mempool.CallerRunTxRecheck {
		return nil
	}
	raw := sdk.UnwrapSDKContext(ctx).TxBytes()
	if errors.Is(reason.Error, sdkerrors.ErrWrongSequence) {
		m.Pool.Remove(raw)
	} else {
		m.RemoveWithRest(raw)
	}
	return nil
}

// Select implements mempool.Mempool. Nobody asks: proposals walk the pool themselves, for
// they know what is committed.
func (Mempool) Select(context.Context, [][]byte) mempool.Iterator { return nil }

// SelectBy implements mempool.ExtMempool, and has as little to offer.
func (Mempool) SelectBy(context.Context, [][]byte, func(mempool.PooledTx) bool) {}
