package types

import (
	"fmt"
	"math/big"

	"cosmossdk.io/math"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
)

// entrySize is the size of an entry of a packed list: work id, weight, holders.
const entrySize = 20 + 3 + 1

// PackUpstream packs what a work owes.
func PackUpstream(u flow.Upstream) Upstream {
	return Upstream{Absolute: pack(u.Absolute), Relative: pack(u.Relative)}
}

func pack(list []flow.Owed) []byte {
	if len(list) == 0 {
		return nil
	}
	packed := make([]byte, 0, len(list)*entrySize)
	for _, o := range list {
		packed = append(packed, o.To...)
		packed = append(packed, byte(o.Weight>>16), byte(o.Weight>>8), byte(o.Weight), byte(o.Holders))
	}
	return packed
}

// Unpack reads the packed lists. It fails with ErrBrokenInvariant on bytes that
// PackUpstream cannot have made.
func (u Upstream) Unpack() (flow.Upstream, error) {
	absolute, err := unpack(u.Absolute)
	if err != nil {
		return flow.Upstream{}, fmt.Errorf("absolute list: %w", err)
	}
	relative, err := unpack(u.Relative)
	if err != nil {
		return flow.Upstream{}, fmt.Errorf("relative list: %w", err)
	}
	return flow.Upstream{Absolute: absolute, Relative: relative}, nil
}

func unpack(packed []byte) ([]flow.Owed, error) {
	if len(packed)%entrySize != 0 {
		return nil, ErrBrokenInvariant.Wrapf("a packed list of %d bytes is not a multiple of %d", len(packed), entrySize)
	}
	if len(packed) == 0 {
		return nil, nil
	}
	list := make([]flow.Owed, 0, len(packed)/entrySize)
	names := string(packed) // one allocation for all ids
	for i := 0; i < len(packed); i += entrySize {
		o := flow.Owed{
			To:      flow.Work(names[i : i+20]),
			Weight:  uint32(packed[i+20])<<16 | uint32(packed[i+21])<<8 | uint32(packed[i+22]),
			Holders: uint32(packed[i+23]),
		}
		if o.Weight == 0 || o.Weight > flow.Whole {
			return nil, ErrBrokenInvariant.Wrapf("a weight of %d ppm", o.Weight)
		}
		if n := len(list); n > 0 && list[n-1].To >= o.To {
			return nil, ErrBrokenInvariant.Wrap("entries out of order")
		}
		list = append(list, o)
	}
	return list, nil
}

// FlowWork names a work in package flow: its 20 bytes.
func FlowWork(id registrytypes.WorkID) flow.Work { return flow.Work(id[:]) }

// WorkIDOf is the opposite of FlowWork.
func WorkIDOf(w flow.Work) registrytypes.WorkID { return registrytypes.WorkID([]byte(w)) }

// Flow returns the table as package flow reads it.
func (h Holders) Flow() []flow.Holding {
	holdings := make([]flow.Holding, len(h.Shares))
	for i, s := range h.Shares {
		holdings[i] = flow.Holding{To: flow.Account(s.Account), Weight: s.Weight}
	}
	return holdings
}

// Holdings returns the table as messages and events show it.
func (h Holders) Holdings() []Holding {
	holdings := make([]Holding, len(h.Shares))
	for i, s := range h.Shares {
		holdings[i] = Holding{Account: s.Account.String(), Weight: s.Weight}
	}
	return holdings
}

// Flow returns the stages as package flow computes with them; what a meter has
// counted is not part of them.
func (s Stages) Flow() *flow.Stages {
	var stages flow.Stages
	for i, stage := range []Stage{s.Paid, s.Received, s.Earned} {
		if stage.Total.IsNil() {
			continue
		}
		stages[i].Total.Set(stage.Total.BigIntMut())
		stages[i].Flushed.Set(stage.Flushed.BigIntMut())
		stages[i].Held.Set(stage.Held.BigIntMut())
		stages[i].FlushedAt, stages[i].Due = stage.FlushedAt, stage.Due
		if stage.Late != nil {
			stages[i].Late.Set(stage.Late.BigIntMut())
		}
	}
	return &stages
}

// StagesFromFlow is the opposite of Flow.
func StagesFromFlow(stages *flow.Stages) Stages {
	row := func(s *flow.Stage) Stage {
		return Stage{
			Total: math.NewIntFromBigInt(&s.Total), Flushed: math.NewIntFromBigInt(&s.Flushed), Held: math.NewIntFromBigInt(&s.Held),
			FlushedAt: s.FlushedAt, Due: s.Due, Late: someOf(&s.Late),
		}
	}
	return Stages{Paid: row(&stages[flow.Paid]), Received: row(&stages[flow.Received]), Earned: row(&stages[flow.Earned])}
}

// someOf is an amount in a row that need not have it.
func someOf(amount *big.Int) *math.Int {
	if amount.Sign() == 0 {
		return nil
	}
	some := math.NewIntFromBigInt(amount)
	return &some
}

// BalanceOf is a row of an amount, of which late came by the late lane.
func BalanceOf(amount, late *big.Int, due uint64) Balance {
	return Balance{Amount: math.NewIntFromBigInt(amount), Due: due, Late: someOf(late)}
}

// IsEmpty reports whether there is nothing to remember. A metered work's row
// stays, for what it counts and that it counts.
func (s Stages) IsEmpty() bool {
	return s.TakenIn == nil && s.Paid.Total.IsZero() && s.Received.Total.IsZero() && s.Earned.Total.IsZero()
}
