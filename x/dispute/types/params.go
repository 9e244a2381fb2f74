package types

import (
	"slices"
	"time"

	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Bounds of the parameters, whatever governance decides.
const (
	minWindow         = time.Second
	maxWindow         = 366 * 24 * time.Hour
	maxDeadlineBudget = 1_000
	maxNoticeBudget   = 10_000
	maxMaxNotices     = 1_000_000
)

const day = 24 * time.Hour

// DefaultParams name no arbiter, so that governance decides, and ask for 100 STEM or 50 USDC, and a
// twentieth of what is frozen in either.
func DefaultParams() Params {
	return Params{
		MinBond:  sdk.NewCoins(sdk.NewInt64Coin("ustem", 100_000_000), sdk.NewInt64Coin("uusdc", 50_000_000)),
		BondRate: 50_000, MaxBond: 100,
		AnswerWindow: 14 * day, ArbitrationWindow: 30 * day, AppealWindow: 14 * day, GovernanceWindow: 60 * day,
		BondWindow: 7 * day, ObjectionWindow: 30 * day,
		DeadlineBudget: 100, NoticeBudget: 100, MaxNotices: 10_000,
	}
}

// Validate fails with ErrInvalidParams, naming the parameter.
func (p Params) Validate() error {
	if len(p.Arbiters) > MaxArbiters {
		return errorsmod.Wrapf(ErrInvalidParams, "arbiters: %d, at most %d can be named", len(p.Arbiters), MaxArbiters)
	}
	for i, a := range p.Arbiters {
		if _, err := sdk.AccAddressFromBech32(a); err != nil {
			return errorsmod.Wrapf(ErrInvalidParams, "arbiters[%d]: %s", i, err)
		}
		if slices.Contains(p.Arbiters[:i], a) {
			return errorsmod.Wrapf(ErrInvalidParams, "arbiters[%d]: %s is there twice", i, a)
		}
	}
	if err := validateCoins(p.MinBond); err != nil || len(p.MinBond) == 0 {
		return errorsmod.Wrapf(ErrInvalidParams, "min_bond: 1 to %d coins of different denoms, sorted (%v)", MaxDenoms, err)
	}
	for _, w := range []struct {
		name string
		time time.Duration
	}{
		{"answer_window", p.AnswerWindow},
		{"arbitration_window", p.ArbitrationWindow},
		{"appeal_window", p.AppealWindow},
		{"governance_window", p.GovernanceWindow},
		{"bond_window", p.BondWindow},
		{"objection_window", p.ObjectionWindow},
	} {
		if w.time < minWindow || w.time > maxWindow {
			return errorsmod.Wrapf(ErrInvalidParams, "%s is %s, it can be from %s to %s", w.name, w.time, minWindow, maxWindow)
		}
	}
	for _, n := range []struct {
		name           string
		is, from, most uint32
	}{
		{"bond_rate", p.BondRate, 0, Whole},
		{"max_bond", p.MaxBond, 0, Whole},
		{"deadline_budget", p.DeadlineBudget, 1, maxDeadlineBudget},
		{"notice_budget", p.NoticeBudget, 1, maxNoticeBudget},
		{"max_notices", p.MaxNotices, 0, maxMaxNotices},
	} {
		if n.is < n.from || n.is > n.most {
			return errorsmod.Wrapf(ErrInvalidParams, "%s is %d, it can be from %d to %d", n.name, n.is, n.from, n.most)
		}
	}
	return nil
}

// Beside is what a bond has to come to beside its minimum, when so much is frozen: bond_rate of
// it, rounded up, in the denoms of min_bond, and no more than max_bond times that.
func (p Params) Beside(frozen sdk.Coins) sdk.Coins {
	beside := sdk.NewCoins()
	for _, least := range p.MinBond {
		part := frozen.AmountOf(least.Denom).MulRaw(int64(p.BondRate))
		part = part.AddRaw(Whole - 1).QuoRaw(Whole)
		part = math.MinInt(part, least.Amount.MulRaw(int64(p.MaxBond)))
		if part.IsPositive() {
			beside = append(beside, sdk.NewCoin(least.Denom, part))
		}
	}
	return beside
}

// CheckBond fails with ErrBondTooSmall unless a bond has one coin of min_bond and all that is
// asked for beside, and with ErrInvalidMessage for a denom that is not asked for.
func (p Params) CheckBond(bond, beside sdk.Coins) error {
	if err := p.CheckDenoms(bond); err != nil {
		return err
	}
	rest, short := bond.SafeSub(beside...)
	if !short {
		for _, least := range p.MinBond {
			if rest.AmountOf(least.Denom).GTE(least.Amount) {
				return nil
			}
		}
	}
	if beside.Empty() {
		return errorsmod.Wrapf(ErrBondTooSmall, "the bond is %s: it takes one of %s", orNothing(bond), p.MinBond)
	}
	return errorsmod.Wrapf(ErrBondTooSmall, "the bond is %s: it takes one of %s, and %s beside for what it freezes", orNothing(bond),
		p.MinBond, beside)
}

// CheckDenoms fails with ErrInvalidMessage for coins that no bond is taken in.
func (p Params) CheckDenoms(bond sdk.Coins) error {
	for _, c := range bond {
		if p.MinBond.AmountOf(c.Denom).IsZero() {
			return errorsmod.Wrapf(ErrInvalidMessage, "bond: %s is not taken: it can be of %s", c, p.MinBond)
		}
	}
	return nil
}

func orNothing(coins sdk.Coins) string {
	if coins.Empty() {
		return "nothing"
	}
	return coins.String()
}

func validateCoins(coins sdk.Coins) error {
	if len(coins) > MaxDenoms {
		return errorsmod.Wrapf(ErrInvalidMessage, "%d coins, at most %d", len(coins), MaxDenoms)
	}
	return coins.Validate()
}
