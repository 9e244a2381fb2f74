package disputeoracle

import (
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var (
	ample = budgets{sweep: 20_000, payouts: 5_000, deadlines: 100, notices: 100}
	tiny  = budgets{sweep: 1, payouts: 1, deadlines: 1, notices: 1}
)

// otherwise plays a story again: with the least budgets, with more blocks between acts, with money still
// on its way wherever the rules do not look at it, and from exports of the state.
func (s *story) otherwise(t testing.TB, seed uint64) error {
	chance := rand.New(rand.NewPCG(seed, 61))
	on := newStage(t, newDrawer(seed, "").w, tiny, false)
	imports := []int{chance.IntN(len(s.acts)), chance.IntN(len(s.acts))}
	for i, act := range s.acts {
		if slices.Contains(imports, i) && s.isBlockEnd(i-1) {
			on.modules = on.imported(t)
		}
		if next, ends := act.(NextBlock); ends {
			if err := s.endOtherwise(on, i, next); err != nil {
				return fmt.Errorf("act %d, %s: %w", i+1, act, err)
			}
			continue
		}
		err := on.perform(act)
		if refused := err != nil; refused != s.refused[i] {
			return fmt.Errorf("act %d, %s: refused is %t, it was %t: %w", i+1, act, refused, s.refused[i], err)
		}
		if err == nil {
			on.accepted(act)
		}
		if s.maySplit(i) && chance.IntN(2) == 0 {
			if err := errors.Join(on.endBlock(0), on.checkMoney()); err != nil {
				return fmt.Errorf("after act %d, %s: %w", i+1, act, err)
			}
			if chance.IntN(8) == 0 {
				on.modules = on.imported(t)
			}
		}
	}
	return errors.Join(on.checkInvariants(), on.compare(s.end))
}

// endOtherwise ends a block of a story. What moves in it and is not needed before the next acts
// stays on its way.
func (s *story) endOtherwise(on *stage, i int, next NextBlock) error {
	params, err := on.dispute.Params.Get(on.ctx)
	if err != nil {
		return err
	}
	params.DeadlineBudget = tiny.deadlines
	if !s.apart[i] {
		params.DeadlineBudget = ample.deadlines
	}
	if err := errors.Join(on.dispute.UpdateParams(on.ctx, params), on.endBlock(0), on.checkMoney()); err != nil {
		return err
	}
	if next.Later > 0 || s.due[i] > 0 || s.needsMoney(i+1) {
		if err := errors.Join(on.drain(), on.checkMoney()); err != nil {
			return err
		}
	}
	on.wait(next.Later)
	return nil
}

func (s *story) isBlockEnd(i int) bool {
	if i < 0 {
		return false
	}
	_, ends := s.acts[i].(NextBlock)
	return ends
}

// endOf is where the block of an act ends.
func (s *story) endOf(i int) int {
	for i < len(s.acts) && !s.isBlockEnd(i) {
		i++
	}
	return i
}

// needsMoney says of acts from one on, and of what the end of their block decides, that money has to
// be at its place before. After the last act all is looked at.
func (s *story) needsMoney(from int) bool {
	end := s.endOf(from)
	return end == len(s.acts) || s.due[end] > 0 || slices.ContainsFunc(s.acts[from:end], looksAtMoney)
}

// maySplit says that a block may end after an act as well.
func (s *story) maySplit(i int) bool { return !s.needsMoney(i + 1) }

// looksAtMoney says of an act that it changes where money goes, or that what lies where matters to it.
func looksAtMoney(act Act) bool {
	switch act.(type) {
	case Pay, Settle, Object:
		return false
	}
	return true
}

// roughly plays a story again with amounts that do not divide, and with all money on its way all the
// time, so that any act and any ruling meets any of it. What is refused may differ then, and who has
// what; but nothing is lost, and all can still arrive.
func (s *story) roughly(t testing.TB, seed uint64) error {
	chance := rand.New(rand.NewPCG(seed, 67))
	w := newDrawer(seed, "").w
	on := newStage(t, w, tiny, true)
	all := on.everything(w)
	for i, act := range s.acts {
		next, ends := act.(NextBlock)
		if !ends {
			if on.perform(act) == nil {
				on.accepted(act)
			}
			continue
		}
		if err := errors.Join(on.endBlock(0), on.checkMoney()); err != nil {
			return fmt.Errorf("roughly, act %d, %s: %w", i+1, act, err)
		}
		on.wait(next.Later)
		if chance.IntN(20) == 0 {
			on.modules = on.imported(t)
		}
	}
	if err := errors.Join(on.drain(), on.checkInvariants()); err != nil {
		return fmt.Errorf("roughly, at the end: %w", err)
	}
	for denom, amount := range on.everything(w) {
		if err := differs("roughly, all accounts have", denom, amount, all[denom]); err != nil {
			return err
		}
	}
	return nil
}

// everything is what all accounts have, that of x/royalty and what was burnt included; bonds are back.
func (s *stage) everything(w *World) map[Denom]*big.Int {
	accounts := []sdk.AccAddress{burnt, authtypes.NewModuleAddress(royaltytypes.ModuleName)}
	for name := range w.bank {
		accounts = append(accounts, address(name))
	}
	accounts = append(accounts, authtypes.NewModuleAddress("dispute"))
	all := map[Denom]*big.Int{}
	for _, denom := range allDenoms {
		all[denom] = new(big.Int)
		for _, account := range accounts {
			all[denom].Add(all[denom], s.bank.GetBalance(s.ctx, account, string(denom)).Amount.BigInt())
		}
	}
	return all
}
