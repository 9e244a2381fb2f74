package disputeoracle

import (
	"fmt"
	"maps"
	"math/big"
	"slices"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// allDenoms are those of payments and bonds.
var allDenoms = []Denom{"ufoo", "ustem", "uusdc"}

// compare holds all money, and where disputes stand, against the oracle: no unit may differ.
func (s *stage) compare(w *World) error {
	for _, check := range []func(*World) error{s.compareAccounts, s.compareWorks, s.compareDebts, s.compareDisputes, s.compareModules} {
		if err := check(w); err != nil {
			return err
		}
	}
	return nil
}

func differs(what string, denom Denom, has, should *big.Int) error {
	if has.Cmp(should) == 0 {
		return nil
	}
	return fmt.Errorf("%s: %s %s, should be %s", what, inUnits(has), denom, inUnits(should))
}

// inUnits writes an amount as people read it.
func inUnits(amount *big.Int) string {
	return new(big.Rat).SetFrac(amount, Unit).FloatString(6)
}

func (s *stage) compareAccounts(w *World) error {
	for _, name := range slices.Sorted(maps.Keys(w.bank)) {
		for _, denom := range allDenoms {
			has := s.bank.GetBalance(s.ctx, address(name), string(denom))
			if err := differs(string(name)+" has", denom, has.Amount.BigInt(), w.bank[name].of(denom)); err != nil {
				return err
			}
			row, found, err := s.royalty.Balances.Find(s.ctx, collections.Join(address(name), string(denom)))
			if err != nil {
				return err
			}
			credited := new(big.Int)
			if found {
				credited = row.Amount.BigInt()
			}
			if err := differs(string(name)+" can withdraw", denom, credited, w.credited[name].of(denom)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *stage) compareWorks(w *World) error {
	for _, name := range works {
		x := w.works[name]
		row, err := s.registry.GetWork(s.ctx, s.works[name])
		if err != nil {
			return err
		}
		if !row.OwnedBy(address(x.owner)) || row.Stands() == x.invalid {
			return fmt.Errorf("%s is %s and another's than %s (invalid: %t)", name, row.Status, x.owner, x.invalid)
		}
		frozen, err := s.royalty.Frozen(s.ctx, s.works[name])
		if err != nil {
			return err
		}
		for _, denom := range allDenoms {
			if err := differs("in the stages of "+string(name), denom, frozen.AmountOf(string(denom)).BigInt(), x.escrow.of(denom)); err != nil {
				return err
			}
		}
		if err := s.compareTables(name, x); err != nil {
			return err
		}
	}
	return nil
}

func (s *stage) compareTables(name Work, x *work) error {
	versions, err := s.versions(name)
	if err != nil {
		return err
	}
	if len(versions) != len(x.tables) {
		return fmt.Errorf("%s has had %d tables of holders, should be %d", name, len(versions), len(x.tables))
	}
	table, err := s.royalty.GetHolders(s.ctx, s.works[name], versions[len(versions)-1])
	if err != nil {
		return err
	}
	for _, h := range x.table() {
		of := func(s royaltytypes.Share) bool { return s.Account.Equals(address(h.To)) && int64(s.Weight) == h.Share }
		if len(table.Shares) != len(x.table()) || !slices.ContainsFunc(table.Shares, of) {
			return fmt.Errorf("%s is held by %v, should be by %v", name, table.Shares, x.table())
		}
	}
	return nil
}

// compareDebts compares what is left of arrears, in their order.
func (s *stage) compareDebts(w *World) error {
	left := map[debtor][]string{}
	err := s.royalty.Arrears.Walk(s.ctx, nil, func(at royaltytypes.ArrearsRow, row royaltytypes.Arrears) (bool, error) {
		work, account, err := royaltytypes.DebtorIn(at.K1())
		of := debtor{work: s.names[work], denom: Denom(at.K2())}
		for name := range w.bank {
			if account.Equals(address(name)) {
				of.account = name
			}
		}
		left[of] = append(left[of], fmt.Sprint(s.names[row.Creditor.WorkID], " ", inUnits(row.Left.BigInt())))
		return err != nil, err
	})
	if err != nil {
		return err
	}
	should := map[debtor][]string{}
	for of, debts := range w.owes {
		for _, d := range debts {
			should[of] = append(should[of], fmt.Sprint(d.creditor, " ", inUnits(d.left)))
		}
	}
	if !maps.EqualFunc(left, should, slices.Equal[[]string]) {
		return fmt.Errorf("owed is %v, should be %v", left, should)
	}
	return nil
}

// ends are the ends of disputes.
var ends = map[disputetypes.Outcome]Phase{
	disputetypes.OUTCOME_UPHELD: Upheld, disputetypes.OUTCOME_DISMISSED: Dismissed, disputetypes.OUTCOME_CONCEDED: Conceded,
	disputetypes.OUTCOME_DROPPED: Dropped, disputetypes.OUTCOME_LAPSED: Lapsed, disputetypes.OUTCOME_MOOT: Moot,
}

var phases = map[disputetypes.Phase]Phase{
	disputetypes.PHASE_ANSWER: Answering, disputetypes.PHASE_ARBITRATION: Arbitration, disputetypes.PHASE_APPEAL: Appealable,
	disputetypes.PHASE_GOVERNANCE: Governing, disputetypes.PHASE_FINAL: Final,
}

func (s *stage) compareDisputes(w *World) error {
	for _, one := range w.disputes {
		row, err := s.dispute.GetDispute(s.ctx, s.disputes[one.name])
		if err != nil {
			return err
		}
		phase := phases[row.Phase]
		if !row.IsOpen() {
			phase = ends[row.Outcome]
		}
		if phase != one.phase {
			return fmt.Errorf("%s is in %s, should be in %s (%s)", one.name, phase, one.phase, row.Failure)
		}
		if row.IsOpen() && !row.Due().Equal(firstDay.Add(one.next())) {
			return fmt.Errorf("%s is due at %s, should be at %s", one.name, row.Due(), firstDay.Add(one.next()))
		}
		if row.IsOpen() && row.Arbiter != bech(one.arbiter) {
			return fmt.Errorf("%s is decided by %s, should be by %q", one.name, row.Arbiter, one.arbiter)
		}
		for _, denom := range allDenoms {
			if err := differs("bond of "+string(one.name), denom, row.Bond.AmountOf(string(denom)).BigInt(), one.bond.of(denom)); err != nil {
				return err
			}
		}
	}
	return nil
}

// compareModules compares what was burnt, and that the accounts of the modules have what is at stake
// and what is not paid out.
func (s *stage) compareModules(w *World) error {
	for _, denom := range allDenoms {
		stake, held := new(big.Int), new(big.Int)
		for _, one := range w.disputes {
			if one.open() {
				for _, bond := range []sums{one.bond, one.contest, one.appeal} {
					stake.Add(stake, bond.of(denom))
				}
			}
		}
		for _, name := range works {
			held.Add(held, w.works[name].escrow.of(denom))
		}
		for _, credited := range w.credited {
			held.Add(held, credited.of(denom))
		}
		for _, part := range []struct {
			what    string
			account sdk.AccAddress
			should  *big.Int
		}{
			{"burnt is", burnt, w.burnt.of(denom)},
			{"at stake is", authtypes.NewModuleAddress(disputetypes.ModuleName), stake},
			{"x/royalty has", authtypes.NewModuleAddress(royaltytypes.ModuleName), held},
		} {
			has := s.bank.GetBalance(s.ctx, part.account, string(denom)).Amount.BigInt()
			if err := differs(part.what, denom, has, part.should); err != nil {
				return err
			}
		}
	}
	return nil
}
