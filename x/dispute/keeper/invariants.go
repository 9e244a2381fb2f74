package keeper

import (
	"context"
	"fmt"
	"slices"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/dispute/types"
	"github.com/stemma-chain/stemma/x/internal/invariants"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// CheckInvariants verifies that tables, indexes, bonds and the modules below agree, reading all
// of them. The error names the invariant and the row that breaks it.
func (k Keeper) CheckInvariants(ctx context.Context) error {
	return invariants.Check(ctx, types.ModuleName,
		invariants.Invariant{Name: "disputes", Check: k.checkDisputes},
		invariants.Invariant{Name: "indexes", Check: k.checkIndexes},
		invariants.Invariant{Name: "bonds", Check: k.checkBonds},
		invariants.Invariant{Name: "holds", Check: k.checkHolds},
		invariants.Invariant{Name: "escrows", Check: k.checkEscrows},
		invariants.Invariant{Name: "taints", Check: k.checkTaints},
		invariants.Invariant{Name: "objections", Check: k.checkObjections},
	)
}

// checkDisputes: rows are sound, of existing works, and stand in each index.
func (k Keeper) checkDisputes(ctx context.Context) error {
	return k.Disputes.Walk(ctx, nil, func(id disputeID, d types.Dispute) (bool, error) {
		err := d.Validate()
		if err == nil && id != d.Id {
			err = fmt.Errorf("its row says that it is %s", d.Id)
		}
		if err == nil {
			err = k.checkIndexed(ctx, d)
		}
		if err != nil {
			return true, fmt.Errorf("%s: %w", id, err)
		}
		return false, nil
	})
}

func (k Keeper) checkIndexed(ctx context.Context, d types.Dispute) error {
	if _, err := k.registry.GetWork(ctx, d.Work); err != nil {
		return err
	}
	challenger, err := sdk.AccAddressFromBech32(d.Challenger)
	if err != nil {
		return err
	}
	key := collections.Join(d.Work, challenger)
	if last, _, err := k.Serials.Find(ctx, key); err != nil || last < d.Serial {
		return fmt.Errorf("it has number %d, the last of its challenger is %d (%v)", d.Serial, last, err)
	}
	if ok, err := k.ByWork.Has(ctx, collections.Join3(d.Work, !d.IsOpen(), d.Id)); err != nil || !ok {
		return fmt.Errorf("it is missing under its work (%v)", err)
	}
	for _, party := range d.Parties() {
		account, err := sdk.AccAddressFromBech32(party)
		if err != nil {
			return err
		}
		if ok, err := k.ByParty.Has(ctx, collections.Join(account, d.Id)); err != nil || !ok {
			return fmt.Errorf("it is missing under %s (%v)", party, err)
		}
	}
	if d.Failed() {
		for _, e := range d.Showed() {
			if ok, err := k.Spent.Has(ctx, collections.Join4(d.Work, challenger, uint32(d.Kind), e.Sha256)); err != nil || !ok {
				return fmt.Errorf("evidence %s is not noted as spent (%v)", e.Sha256, err)
			}
		}
	}
	if !d.IsOpen() {
		return nil
	}
	if open, _, err := k.Open.Find(ctx, key); err != nil || open != d.Id {
		return fmt.Errorf("it is open, %s is noted as such (%v)", open, err)
	}
	if ok, err := k.Deadlines.Has(ctx, dueKey(d)); err != nil || !ok {
		return fmt.Errorf("it is due at %s and not in the queue (%v)", d.Due(), err)
	}
	return nil
}

// checkIndexes: each entry is of a dispute that says so. Those of open disputes are as many as
// these.
func (k Keeper) checkIndexes(ctx context.Context) error {
	open, entries := 0, 0
	err := k.Disputes.Walk(ctx, nil, func(_ disputeID, d types.Dispute) (bool, error) {
		if d.IsOpen() {
			open++
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	err = k.Deadlines.Walk(ctx, nil, func(key collections.Pair[uint64, disputeID]) (bool, error) {
		entries++
		d, err := k.GetDispute(ctx, key.K2())
		if err == nil && (!d.IsOpen() || dueKey(d).K1() != key.K1()) {
			err = fmt.Errorf("%s is in the queue at %d, which it is not due at", key.K2(), key.K1())
		}
		return err != nil, err
	})
	if err == nil && entries != open {
		err = fmt.Errorf("%d disputes are open, %d wait for a deadline", open, entries)
	}
	if err != nil {
		return err
	}
	entries = 0
	err = k.Open.Walk(ctx, nil, func(ofChallenger, disputeID) (bool, error) {
		entries++
		return false, nil
	})
	if err == nil && entries != open {
		err = fmt.Errorf("%d disputes are open, %d are noted as such", open, entries)
	}
	if err != nil {
		return err
	}
	err = k.ByParty.Walk(ctx, nil, func(key collections.Pair[sdk.AccAddress, disputeID]) (bool, error) {
		d, err := k.GetDispute(ctx, key.K2())
		if err == nil && !slices.Contains(d.Parties(), key.K1().String()) {
			err = fmt.Errorf("%s is under %s, who is no party", key.K2(), key.K1())
		}
		return err != nil, err
	})
	if err != nil {
		return err
	}
	return k.ByWork.Walk(ctx, nil, func(key ofWork) (bool, error) {
		d, err := k.GetDispute(ctx, key.K3())
		if err == nil && (d.Work != key.K1() || d.IsOpen() == key.K2()) {
			err = fmt.Errorf("%s is under %s, which it is not about, or as closed where it is open", key.K3(), key.K1())
		}
		return err != nil, err
	})
}

// checkBonds: the module's account has what is at stake in open disputes.
func (k Keeper) checkBonds(ctx context.Context) error {
	stake := sdk.NewCoins()
	err := k.Disputes.Walk(ctx, nil, func(_ disputeID, d types.Dispute) (bool, error) {
		stake = stake.Add(d.AtStake()...)
		return false, nil
	})
	if err != nil {
		return err
	}
	if has := k.bank.GetAllBalances(ctx, k.accounts.GetModuleAddress(types.ModuleName)); !has.Equal(stake) {
		return fmt.Errorf("the module's account has %s, at stake are %s", has, stake)
	}
	return nil
}

// checkHolds: works say of how many disputes they are, and how many hold them.
func (k Keeper) checkHolds(ctx context.Context) error {
	type count struct{ open, holding uint32 }
	counts := map[workID]*count{}
	err := k.Disputes.Walk(ctx, nil, func(_ disputeID, d types.Dispute) (bool, error) {
		if !d.IsOpen() {
			return false, nil
		}
		if counts[d.Work] == nil {
			counts[d.Work] = &count{}
		}
		counts[d.Work].open++
		if d.Kind.Holds() {
			counts[d.Work].holding++
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	return k.registry.WalkWorks(ctx, func(id workID, work registrytypes.Work) error {
		var said, is count
		if work.Hold != nil {
			said = count{work.Hold.Disputes, work.Hold.Holding}
		}
		if c := counts[id]; c != nil {
			is = *c
		}
		if said != is {
			return fmt.Errorf("%s says that %d disputes are open, of which %d hold it: they are %d and %d",
				id, said.open, said.holding, is.open, is.holding)
		}
		return nil
	})
}

// checkEscrows: what a work earns that was ever disputed is in escrow exactly while a dispute keeps
// it there, or where it is invalid and nobody else's.
func (k Keeper) checkEscrows(ctx context.Context) error {
	backed, disputed := map[workID]uint32{}, map[workID]bool{}
	err := k.Disputes.Walk(ctx, nil, func(_ disputeID, d types.Dispute) (bool, error) {
		disputed[d.Work] = true
		if d.Backed() {
			backed[d.Work]++
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	return k.registry.WalkWorks(ctx, func(id workID, work registrytypes.Work) error {
		n, _, err := k.Escrows.Find(ctx, id)
		if err != nil {
			return err
		}
		head, err := k.royalty.GetHead(ctx, id)
		if err != nil {
			return err
		}
		escrow := head.Destination == royaltytypes.DESTINATION_ESCROW
		if n != backed[id] || disputed[id] && work.Stands() && escrow != (n > 0) {
			return fmt.Errorf("%d disputes keep in escrow what %s earns, noted are %d, and its destination is %s",
				backed[id], id, n, head.Destination)
		}
		return nil
	})
}
