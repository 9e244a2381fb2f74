package client

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	feemarkettypes "github.com/stemma-chain/stemma/x/feemarket/types"
)

// account hands out the sequences of one key to all of a process that send with it. Its
// fields belong to whoever has the turn.
type account struct {
	gate // the turn

	number, next uint64
	// known: number and next are the node's, or follow from it by what was sent since.
	known bool
	// flying are the ordered transactions that were sent and are not decided, by sequence.
	flying []*attempt
	// given are the times until which unordered ones may come, in nanoseconds.
	given map[int64]bool
	// sweepAt is how many of them there are when those that are over are looked for.
	sweepAt int
	// passed is the account's sequence after the block at passedAt.
	passed   uint64
	passedAt int64
	// landed is when a transaction was last seen in a block, in Unix nanoseconds; 0: none was.
	landed atomic.Int64
}

// attempt is a signed transaction that was sent.
type attempt struct {
	raw  []byte
	hash [32]byte
	at   slot
	fee  sdk.Coins
	seen *sighting
	// done: it is decided, or nobody waits for it.
	done atomic.Bool
	// sentAt is the newest block when it was sent last, and outages how often the node had been
	// gone.
	sentAt, outages atomic.Int64
}

// note notes when it was sent last.
func (f *attempt) note(v view) {
	f.sentAt.Store(v.height)
	f.outages.Store(v.outages)
}

// fly notes that a transaction was sent. The next sequence is behind it and those that stand
// behind it already.
func (a *account) fly(now *attempt) {
	a.flying = append(a.flying, now)
	slices.SortFunc(a.flying, func(x, y *attempt) int { return cmp.Compare(x.at.sequence, y.at.sequence) })
	a.next = now.at.sequence + 1
	for _, f := range a.flying {
		if f.at.sequence == a.next && !f.done.Load() {
			a.next++
		}
	}
}

// slot chooses a transaction's place. An ordered one's is given only by who has the turn.
func (s *Sender) slot(ctx context.Context) (slot, error) {
	a := s.account
	chainID, err := s.client.ChainID(ctx)
	if err != nil {
		return slot{}, err
	}
	height, now, err := s.client.watcher.now(ctx)
	if err != nil {
		return slot{}, err
	}
	at := slot{chainID: chainID, lastBlock: uint64(height) + s.options.Blocks}
	if s.options.Unordered {
		if err := a.take(ctx); err != nil {
			return slot{}, err
		}
		defer a.leave()
		if !a.known {
			if err := s.ask(ctx); err != nil {
				return slot{}, err
			}
		}
		at.lastBlock, at.number, at.lastTime = 0, a.number, a.later(now, now.Add(s.options.Lifetime))
		return at, nil
	}
	a.flying = slices.DeleteFunc(a.flying, func(f *attempt) bool { return f.done.Load() || int64(f.at.lastBlock) < height })
	if !a.known || len(a.flying) == 0 {
		if err := s.ask(ctx); err != nil {
			return slot{}, err
		}
		if err := s.behind(ctx); err != nil {
			return slot{}, err
		}
	}
	at.number, at.sequence = a.number, a.next
	if s.signer.Mode() == signing.SignMode_SIGN_MODE_DIRECT {
		at.lastTime = scattered(now.Add(farOff))
	}
	return at, nil
}

// later is a time that no other unordered transaction of the account has: of this process,
// and by chance of others. Those before now are forgotten.
func (a *account) later(now, wanted time.Time) time.Time {
	wanted = scattered(wanted)
	for a.given[wanted.UnixNano()] {
		wanted = wanted.Add(1)
	}
	if len(a.given) >= a.sweepAt {
		maps.DeleteFunc(a.given, func(at int64, _ bool) bool { return at < now.UnixNano() })
		a.sweepAt = max(fewGiven, 2*len(a.given))
	}
	if a.given == nil {
		a.given = map[int64]bool{}
	}
	a.given[wanted.UnixNano()] = true
	return wanted
}

// fewGiven are not worth going through.
const fewGiven = 256

// scattered is up to four seconds after a time, by chance to the nanosecond.
func scattered(t time.Time) time.Time {
	var random [4]byte
	_, _ = rand.Read(random[:]) // never fails
	return t.Add(time.Duration(binary.LittleEndian.Uint32(random[:])))
}

// ask asks for number and sequence as the newest block has them.
func (s *Sender) ask(ctx context.Context) error {
	info, err := s.info(ctx)
	if err != nil {
		return &UnknownAccountError{s.signer.Address(), err}
	}
	s.account.number, s.account.next, s.account.known = info.AccountNumber, info.Sequence, true
	return nil
}

// askAgain has the sequence asked for, before the next ordered transaction.
func (s *Sender) askAgain() {
	if !s.options.Unordered { // else somebody else has the turn
		s.account.known = false
	}
}

func (s *Sender) info(ctx context.Context) (*authtypes.BaseAccount, error) {
	res, err := authtypes.NewQueryClient(s.client).AccountInfo(ctx, &authtypes.QueryAccountInfoRequest{Address: s.Signer()})
	if err != nil {
		return nil, err
	}
	return res.Info, nil
}

// behind moves the next sequence behind what waits in the node's pool, of other processes too: a
// transaction at the sequence of one that waits would take its place.
func (s *Sender) behind(ctx context.Context) error {
	res, err := feemarkettypes.NewQueryClient(s.client).Turn(ctx, &feemarkettypes.QueryTurnRequest{Account: s.Signer()})
	if err != nil {
		return fmt.Errorf("ask the node for what of %s waits: %w", s.Signer(), err)
	}
	s.account.next = max(s.account.next, res.Next)
	return nil
}

const (
	// farOff is no limit: an ordered transaction's is its last block.
	farOff = 24 * time.Hour
	// tries is how often a trial or a sending is repeated for a sequence that others took.
	tries = 20
	// pause is between two of them, about.
	pause = 50 * time.Millisecond
	// settlingTime is how long a node's trials may be behind what it tells of, and settlingTries how
	// often a refused trial is repeated within it.
	settlingTime  = 2 * time.Second
	settlingTries = 3
)

// try executes messages on the node.
func (s *Sender) try(ctx context.Context, msgs []sdk.Msg) (*txtypes.SimulateResponse, error) {
	if !s.options.Unordered {
		if err := s.account.take(ctx); err != nil {
			return nil, err
		}
		defer s.account.leave()
	} else if err := s.client.trials.take(ctx); err != nil {
		return nil, err
	} else {
		defer s.client.trials.leave()
	}
	for n := 1; ; n++ {
		at, err := s.slot(ctx)
		if err != nil {
			return nil, err
		}
		res, err := s.simulate(ctx, msgs, at)
		if err == nil {
			return res, nil
		}
		switch {
		case s.passing(err) && n < tries:
			s.askAgain()
		case s.settling() && n <= settlingTries: // the refusal may be of the state before
		default:
			return nil, tried(err)
		}
		if err := rest(ctx, pause*time.Duration(n)); err != nil {
			return nil, err
		}
	}
}

// settling says that a transaction of the account was seen in a block a moment ago: a node tells of a
// block before its trials run on the state after it, so what needs that transaction may be refused.
func (s *Sender) settling() bool {
	landed := s.account.landed.Load()
	return landed != 0 && time.Since(time.Unix(0, landed)) < settlingTime
}

// passing says whether a trial failed for what passes: another process took the sequence, the
// node is busy, or it has just started and its time is that of no block yet.
func (s *Sender) passing(err error) bool {
	text := err.Error()
	return status.Code(err) == codes.ResourceExhausted && strings.Contains(text, "at once") ||
		strings.HasSuffix(Tidy(text), sdkerrors.ErrWrongSequence.Error()) ||
		s.options.Unordered && strings.Contains(text, "unordered tx ttl")
}

// tried is the error of a trial. One of no module, as of a node that can't be reached, stays
// what it is.
func tried(err error) error {
	text := Tidy(err.Error())
	codespace, code, _, found := CodeOf(text)
	if !found {
		return err
	}
	e := newTxError(Tried, codespace, code, text)
	e.cause = err
	return e
}

// rest waits, with a little chance in it, so that processes that got in each other's way part.
func rest(ctx context.Context, d time.Duration) error {
	var random [2]byte
	_, _ = rand.Read(random[:]) // never fails
	d += d * time.Duration(binary.LittleEndian.Uint16(random[:])) / math.MaxUint16
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// sequenceAt is the account's sequence after a block.
func (s *Sender) sequenceAt(ctx context.Context, height int64) (uint64, error) {
	a := s.account
	if err := a.take(ctx); err != nil {
		return 0, err
	}
	defer a.leave()
	if a.passedAt == height {
		return a.passed, nil
	}
	info, err := s.info(At(ctx, height))
	if err != nil {
		return 0, fmt.Errorf("sequence of %s after block %d: %w", s.Signer(), height, err)
	}
	a.passed, a.passedAt = info.Sequence, height
	return a.passed, nil
}
