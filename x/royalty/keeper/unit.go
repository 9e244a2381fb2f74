package keeper

import (
	"context"
	"slices"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// AcceptDenom sets the row of one accepted denom. It fails with ErrInvalidParams where too many are
// accepted, and as UpdateParams does.
func (k Keeper) AcceptDenom(ctx context.Context, row types.AcceptedDenom) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	at, found := slices.BinarySearchFunc(params.Denoms, row.Denom, func(d types.AcceptedDenom, denom string) int {
		return strings.Compare(d.Denom, denom)
	})
	if found {
		params.Denoms[at] = row
	} else {
		params.Denoms = slices.Insert(params.Denoms, at, row)
	}
	if err := params.Validate(); err != nil {
		return err
	}
	if err := k.UpdateParams(ctx, params); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventDenomAccepted{Accepted: row})
}

// setUnits has bank say the units of accepted denoms, and say them no more of those that have lost
// theirs. The unit of the staking token is what genesis said. It fails with ErrInvalidUnit.
func (k Keeper) setUnits(ctx context.Context, before, params types.Params) error {
	for _, d := range before.Denoms {
		now, err := params.Accepted(d.Denom)
		if d.Unit == nil || d.Denom == sdk.DefaultBondDenom || err == nil && now.Unit != nil {
			continue
		}
		old, _ := k.bank.GetDenomMetaData(ctx, d.Denom)
		k.bank.SetDenomMetaData(ctx, types.NoUnit(d.Denom, old))
	}
	if err := k.checkSymbols(ctx, params); err != nil {
		return err
	}
	for _, d := range params.Denoms {
		if d.Unit == nil {
			continue
		}
		old, _ := k.bank.GetDenomMetaData(ctx, d.Denom)
		switch {
		case d.Unit.In(old, d.Denom):
		case d.Denom == sdk.DefaultBondDenom:
			return types.ErrInvalidUnit.Wrapf("%s is staked: its unit is what bank's genesis says, and no vote changes it", d.Denom)
		default:
			k.bank.SetDenomMetaData(ctx, d.Unit.Metadata(d.Denom, old))
		}
	}
	return nil
}

// checkSymbols makes sure that no symbol that is said is that of another denom: of one that is accepted, or of this
// chain's own. What other vouchers call themselves takes no symbol away from anybody: anyone can send one.
func (k Keeper) checkSymbols(ctx context.Context, params types.Params) error {
	said, claimed := map[string]*types.Unit{}, map[string]string{}
	for _, d := range params.Denoms {
		if d.Unit != nil {
			said[d.Denom] = d.Unit
			claimed[d.Unit.Claims()] = d.Denom
		}
	}
	if len(said) == 0 { // nothing is said: what bank knows is as it was
		return nil
	}
	check := func(m banktypes.Metadata) error {
		if unit := said[m.Base]; unit != nil && !unit.In(m, m.Base) {
			return nil // it is written anew, and has no other names then
		}
		for _, unit := range m.DenomUnits {
			if of := claimed[strings.ToLower(unit.Denom)]; of != "" && of != m.Base {
				return types.ErrInvalidUnit.Wrapf("the symbol of %s is a name of %s already: %s", of, m.Base, unit.Denom)
			}
		}
		if unit, ok := types.UnitIn(m); ok {
			if of := claimed[unit.Claims()]; of != "" && of != m.Base {
				return types.ErrInvalidUnit.Wrapf("the symbol %s of %s is that of %s already", unit.Symbol, of, m.Base)
			}
		}
		return nil
	}
	for _, d := range params.Denoms {
		if m, found := k.bank.GetDenomMetaData(ctx, d.Denom); found {
			if err := check(m); err != nil {
				return err
			}
		}
		if d.Unit == nil {
			continue
		}
		for _, name := range []string{d.Unit.Symbol, d.Unit.Claims()} {
			if k.bank.HasSupply(ctx, name) {
				return types.ErrInvalidUnit.Wrapf("the symbol %s of %s is the name of another denom", d.Unit.Symbol, d.Denom)
			}
		}
	}
	return k.bank.OwnMetadata(ctx, check)
}

// checkNewNames makes sure that no denom that is accepted from now on is called, by itself or by a genesis, as people call another: clients
// would show the symbol of neither. Those of before stay, whatever a genesis called them.
func (k Keeper) checkNewNames(ctx context.Context, before, params types.Params) error {
	added := map[string]string{}
	for _, d := range params.Denoms {
		if _, err := before.Accepted(d.Denom); err == nil {
			continue
		}
		added[strings.ToLower(d.Denom)] = d.Denom
		m, _ := k.bank.GetDenomMetaData(ctx, d.Denom)
		if unit, ok := types.UnitIn(m); ok && d.Unit == nil { // a genesis said it
			added[unit.Claims()] = d.Denom
		}
	}
	if len(added) == 0 {
		return nil
	}
	check := func(m banktypes.Metadata) error {
		names := []string{m.Symbol}
		for _, unit := range m.DenomUnits {
			names = append(names, unit.Denom)
		}
		for _, name := range names {
			if denom := added[strings.ToLower(name)]; denom != "" && denom != m.Base && name != m.Base {
				return types.ErrInvalidUnit.Wrapf("%s is what %s is called: accept that one, if it is meant", denom, m.Base)
			}
		}
		return nil
	}
	for _, d := range params.Denoms {
		if m, found := k.bank.GetDenomMetaData(ctx, d.Denom); found {
			if _, says := types.UnitIn(m); !says {
				continue // a voucher's symbol is what the other chain calls it, for nobody to read
			}
			if err := check(m); err != nil {
				return err
			}
		}
	}
	return k.bank.OwnMetadata(ctx, check)
}

// initUnits is setUnits for a genesis, whose two statements about a denom have to agree.
func (k Keeper) initUnits(ctx context.Context, params types.Params) error {
	for _, d := range params.Denoms {
		if d.Unit == nil {
			continue
		}
		if m, found := k.bank.GetDenomMetaData(ctx, d.Denom); found && !d.Unit.In(m, d.Denom) {
			return types.ErrInvalidGenesis.Wrapf("params say %s with %d decimals of %s, bank's denom_metadata says otherwise",
				d.Unit.Symbol, d.Unit.Decimals, d.Denom)
		}
	}
	return k.setUnits(ctx, types.Params{}, params)
}

// checkUnits is the invariant that bank says the units of accepted denoms as their rows do.
func (k Keeper) checkUnits(ctx context.Context) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	for _, d := range params.Denoms {
		if d.Unit == nil {
			continue
		}
		if m, _ := k.bank.GetDenomMetaData(ctx, d.Denom); !d.Unit.In(m, d.Denom) {
			return types.ErrBrokenInvariant.Wrapf("the unit of %s is %s, bank says otherwise", d.Denom, d.Unit.Symbol)
		}
	}
	return nil
}
