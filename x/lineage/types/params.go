package types

import errorsmod "cosmossdk.io/errors"

// maxMaxWalk bounds the walk of a later addition whatever governance decides:
// each step may also rewrite a row.
const maxMaxWalk = 10_000

// DefaultParams let a later addition take 1,000 steps.
func DefaultParams() Params { return Params{MaxWalk: 1_000, GasPerStep: 2_000} }

// Validate fails with ErrInvalidParams on a walk of none or above 10,000 steps, and
// on steps that cost nothing.
func (p Params) Validate() error {
	if p.MaxWalk == 0 || p.MaxWalk > maxMaxWalk {
		return errorsmod.Wrapf(ErrInvalidParams, "max_walk is %d, it can be from 1 to %d", p.MaxWalk, maxMaxWalk)
	}
	if p.GasPerStep == 0 {
		return errorsmod.Wrap(ErrInvalidParams, "gas_per_step is 0: a step has to cost something")
	}
	return nil
}
