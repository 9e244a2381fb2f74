package keeper

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/big"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// A block's notes are kept in an object store: payments, requests to settle,
// superseded lists and deposits. Every transaction writes keys of its own and reads
// none of another's, but for those who close a payment channel, so they run in
// parallel; the notes of a failed message are rolled back with it, and the store is
// empty after the block. Values are immutable:
// Block-STM may run a transaction more than once.
const (
	// payment | work 20 | denom | 0x00 | epoch 8 | transaction 8 -> math.Int
	paymentNote byte = 1
	// settle | work 20 | denom | 0x00 | transaction 8 -> true
	settleNote byte = 2
	// superseded | work 20 | epoch 8 -> superseded
	supersededNote byte = 3
	// redirected | work 20 -> true
	redirectedNote byte = 4
	// behind | work 20 -> true
	behindNote byte = 5
	// funded | payment channel 20 -> true
	fundedNote byte = 6
	// earned | work 20 | denom -> math.Int
	earnedNote byte = 7
)

// payment is what a work was paid in a block under one epoch's lists.
type payment struct {
	work   registrytypes.WorkID
	denom  string
	epoch  uint64
	amount *big.Int
}

// superseded names the lists that an epoch ended with.
type superseded struct {
	work            registrytypes.WorkID
	epoch           uint64
	holdersVersion  uint32
	upstreamVersion uint32
	// What the next epoch changes.
	holders, upstream bool
}

// blockNotes is what a block's transactions left, sorted by key.
type blockNotes struct {
	payments   []payment
	settles    []flow.Pot
	superseded []superseded
	// redirected are works whose destination has changed.
	redirected []registrytypes.WorkID
	// behind are works that lead to one of them.
	behind []registrytypes.WorkID
	// earned is what was taken from balances for arrears owed to works.
	earned []payment
}

func txIndex(ctx sdk.Context) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(ctx.TxIndex()))
}

func (k Keeper) notePayment(ctx context.Context, work registrytypes.WorkID, epoch uint64, amount sdk.Coin) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	store := sdkCtx.ObjectStore(k.notes)
	key := append([]byte{paymentNote}, work[:]...)
	key = append(append(key, amount.Denom...), 0)
	key = append(binary.BigEndian.AppendUint64(key, epoch), txIndex(sdkCtx)...)
	sum := amount.Amount
	if earlier := store.Get(key); earlier != nil {
		sum = sum.Add(earlier.(math.Int))
	}
	store.Set(key, sum)
}

func (k Keeper) noteSettle(ctx context.Context, work registrytypes.WorkID, denom string) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	key := append([]byte{settleNote}, work[:]...)
	key = append(append(key, denom...), 0)
	sdkCtx.ObjectStore(k.notes).Set(append(key, txIndex(sdkCtx)...), true)
}

func (k Keeper) noteSuperseded(ctx context.Context, s superseded) {
	key := append([]byte{supersededNote}, s.work[:]...)
	key = binary.BigEndian.AppendUint64(key, s.epoch)
	sdk.UnwrapSDKContext(ctx).ObjectStore(k.notes).Set(key, s)
}

func (k Keeper) noteRedirected(ctx context.Context, work registrytypes.WorkID) {
	sdk.UnwrapSDKContext(ctx).ObjectStore(k.notes).Set(append([]byte{redirectedNote}, work[:]...), true)
}

func (k Keeper) noteBehind(ctx context.Context, work registrytypes.WorkID) {
	sdk.UnwrapSDKContext(ctx).ObjectStore(k.notes).Set(append([]byte{behindNote}, work[:]...), true)
}

// noteEarned says that so much was taken from a balance for what is owed to a work.
func (k Keeper) noteEarned(ctx context.Context, work registrytypes.WorkID, amount sdk.Coin) {
	store := sdk.UnwrapSDKContext(ctx).ObjectStore(k.notes)
	key := append(append([]byte{earnedNote}, work[:]...), amount.Denom...)
	sum := amount.Amount
	if earlier := store.Get(key); earlier != nil {
		sum = sum.Add(earlier.(math.Int))
	}
	store.Set(key, sum)
}

// noteFunded says that a payment channel got a deposit in this block. It is a note and
// no height in the row: a simulation runs at the height of a block that is over.
func (k Keeper) noteFunded(ctx context.Context, id types.PaymentChannelID) {
	sdk.UnwrapSDKContext(ctx).ObjectStore(k.notes).Set(append([]byte{fundedNote}, id[:]...), true)
}

func (k Keeper) fundedInThisBlock(ctx context.Context, id types.PaymentChannelID) bool {
	return sdk.UnwrapSDKContext(ctx).ObjectStore(k.notes).Get(append([]byte{fundedNote}, id[:]...)) != nil
}

// collect reads the block's notes and merges those of one work, denom and epoch.
func (k Keeper) collect(ctx context.Context) (blockNotes, error) {
	var notes blockNotes
	it := sdk.UnwrapSDKContext(ctx).ObjectStore(k.notes).Iterator(nil, nil)
	defer it.Close()
	for ; it.Valid(); it.Next() {
		key, value := it.Key(), it.Value()
		switch key[0] {
		case paymentNote:
			if err := notes.addPayment(key[1:], value.(math.Int)); err != nil {
				return blockNotes{}, err
			}
		case settleNote:
			pot := flow.Pot{Work: flow.Work(key[1:21]), Denom: string(key[21 : len(key)-9])}
			if n := len(notes.settles); n == 0 || notes.settles[n-1] != pot {
				notes.settles = append(notes.settles, pot)
			}
		case supersededNote:
			notes.superseded = append(notes.superseded, value.(superseded))
		case redirectedNote:
			notes.redirected = append(notes.redirected, registrytypes.WorkID(key[1:21]))
		case behindNote:
			notes.behind = append(notes.behind, registrytypes.WorkID(key[1:21]))
		case earnedNote:
			earned := payment{work: registrytypes.WorkID(key[1:21]), denom: string(key[21:]), amount: value.(math.Int).BigInt()}
			notes.earned = append(notes.earned, earned)
		case fundedNote: // for messages of the block only
		default:
			return blockNotes{}, fmt.Errorf("a note with the key %x", key)
		}
	}
	return notes, nil
}

func (n *blockNotes) addPayment(key []byte, amount math.Int) error {
	end := len(key) - 17
	if end < 20 || key[end] != 0 {
		return fmt.Errorf("a payment note with the key %x", key)
	}
	p := payment{
		work:  registrytypes.WorkID(key[:20]),
		denom: string(key[20:end]),
		epoch: binary.BigEndian.Uint64(key[end+1:]),
	}
	if last := len(n.payments) - 1; last >= 0 {
		l := &n.payments[last]
		if bytes.Equal(l.work[:], p.work[:]) && l.denom == p.denom && l.epoch == p.epoch {
			l.amount.Add(l.amount, amount.BigIntMut())
			return nil
		}
	}
	p.amount = amount.BigInt()
	n.payments = append(n.payments, p)
	return nil
}

// pot names a payment's money in package flow.
func (p payment) pot() flow.Pot { return flow.Pot{Work: types.FlowWork(p.work), Denom: p.denom} }
