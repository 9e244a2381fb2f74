package types

import (
	"strings"
	"time"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/internal/amounts"
)

// Bounds of the parameters.
const (
	// maxBudget keeps a block hook to seconds, whatever governance sets.
	maxBudget = 1_000_000
	// maxReach keeps the gas of one payment countable.
	maxReach = 1_000_000
	// maxPaymentGas bounds the gas that a payment of the highest reach declares for its
	// receivers, and a message of the most lines for these: half of what a transaction
	// may have, which is a tenth of a block of 300 million.
	maxPaymentGas = 15_000_000
	// maxPayoutGas bounds what a payment declares for its payouts: the other half, but
	// for what any payment takes.
	maxPayoutGas = 14_000_000
)

// DefaultParams accepts the staking token. The gas is what the dearest mixes of
// payments cost next to bank sends, see docs/performance.md.
func DefaultParams() Params {
	return Params{
		Denoms:         []AcceptedDenom{NewAcceptedDenom(sdk.DefaultBondDenom)},
		SweepBudget:    20_000,
		PayoutBudget:   5_000,
		MaxReach:       5_000,
		GasPerReceiver: 2_500,
		GasPerLine:     5_000,
		GasPerPayout:   12_500,
		PoolNotice:     7 * 24 * time.Hour,
	}
}

// NewAcceptedDenom returns a denom with the minima for one of six decimals: no
// least payment but one unit, flows from 0.0001 and payouts from 0.01.
func NewAcceptedDenom(denom string) AcceptedDenom {
	return AcceptedDenom{
		Denom:      denom,
		MinPayment: math.OneInt(),
		MinFlow:    math.NewInt(100),
		MinPayout:  math.NewInt(10_000),
	}
}

// Validate fails with ErrInvalidParams, or ErrInvalidUnit.
func (p Params) Validate() error {
	if len(p.Denoms) > MaxDenoms {
		return ErrInvalidParams.Wrapf("%d denoms, at most %d are allowed", len(p.Denoms), MaxDenoms)
	}
	for i, d := range p.Denoms {
		if err := d.validate(); err != nil {
			return err
		}
		if i > 0 && p.Denoms[i-1].Denom >= d.Denom {
			return ErrInvalidParams.Wrapf("denoms must be sorted and each once: %s after %s", d.Denom, p.Denoms[i-1].Denom)
		}
	}
	if err := p.validateUnits(); err != nil {
		return err
	}
	switch {
	case p.SweepBudget < 1 || p.SweepBudget > maxBudget:
		return ErrInvalidParams.Wrapf("sweep_budget is %d; it must be from 1 to %d", p.SweepBudget, maxBudget)
	case p.PayoutBudget < 1 || p.PayoutBudget > maxBudget:
		return ErrInvalidParams.Wrapf("payout_budget is %d; it must be from 1 to %d", p.PayoutBudget, maxBudget)
	case p.MaxReach < 2 || p.MaxReach > maxReach:
		return ErrInvalidParams.Wrapf("max_reach is %d; it must be from 2 to %d", p.MaxReach, maxReach)
	case p.GasPerReceiver < 1 || p.GasPerReceiver > maxPaymentGas/uint64(p.MaxReach):
		return ErrInvalidParams.Wrapf("gas_per_receiver is %d; it must be from 1 to %d, so that a payment of "+
			"max_reach %d takes at most %d gas",
			p.GasPerReceiver, maxPaymentGas/uint64(p.MaxReach), p.MaxReach, maxPaymentGas)
	case p.GasPerLine < 1 || p.GasPerLine > maxPaymentGas/MaxPayments:
		return ErrInvalidParams.Wrapf("gas_per_line is %d; it must be from 1 to %d, so that %d lines take at most %d gas",
			p.GasPerLine, maxPaymentGas/MaxPayments, MaxPayments, maxPaymentGas)
	case p.GasPerPayout < 1 || p.GasPerPayout > maxPayoutGas:
		return ErrInvalidParams.Wrapf("gas_per_payout is %d; it must be from 1 to %d", p.GasPerPayout, maxPayoutGas)
	case p.PoolNotice < minPoolNotice || p.PoolNotice > maxPoolNotice:
		return ErrInvalidParams.Wrapf("pool_notice is %s; it must be from %s to %s", p.PoolNotice, minPoolNotice, maxPoolNotice)
	}
	return nil
}

// LineGas is the gas of a payment to a work for its line and all that it sets in motion.
func (p Params) LineGas(head Head, amount sdk.Coin) uint64 {
	return p.GasPerLine + p.GasPerReceiver*uint64(head.Reach) + p.payoutGas(head, amount)
}

// payoutGas is what the payouts cost that a payment brings about, sooner or later: each
// takes min_payout at least out of what was paid, so a payment stands for as many as its
// amount holds that. Small payments pay for their parts of one.
func (p Params) payoutGas(head Head, amount sdk.Coin) uint64 {
	denom, err := p.Accepted(amount.Denom)
	if err != nil { // it is not paid out by itself
		return 0
	}
	most := math.NewIntFromUint64(p.GasPerPayout * min(head.Payees(), p.MaxPayees()))
	gas := amount.Amount.Mul(math.NewIntFromUint64(p.GasPerPayout)).Quo(denom.MinPayout)
	return math.MinInt(gas, most).Uint64()
}

// MaxPayees is how many holders a payment may pay out, the work's and its ancestors'.
func (p Params) MaxPayees() uint64 { return maxPayoutGas / p.GasPerPayout }

func (d AcceptedDenom) validate() error {
	if err := sdk.ValidateDenom(d.Denom); err != nil {
		return ErrInvalidParams.Wrapf("denom: %s", err)
	}
	for _, least := range []struct {
		name   string
		amount math.Int
	}{{"min_payment", d.MinPayment}, {"min_flow", d.MinFlow}, {"min_payout", d.MinPayout}} {
		if least.amount.IsNil() || !least.amount.IsPositive() {
			return ErrInvalidParams.Wrapf("%s of %s must be at least 1", least.name, d.Denom)
		}
		if err := amounts.CheckMax(least.amount); err != nil {
			return ErrInvalidParams.Wrapf("%s of %s: %s", least.name, d.Denom, err)
		}
	}
	if d.Unit == nil {
		return nil
	}
	return d.Unit.Validate()
}

// Equal reports whether both are the same denom with the same minima, of whatever unit.
func (d AcceptedDenom) Equal(e AcceptedDenom) bool {
	return d.Denom == e.Denom && d.MinPayment.Equal(e.MinPayment) && d.MinFlow.Equal(e.MinFlow) && d.MinPayout.Equal(e.MinPayout)
}

// Accepted returns a denom's entry. It fails with ErrDenomNotAccepted, naming
// the denoms that are.
func (p Params) Accepted(denom string) (AcceptedDenom, error) {
	names := make([]string, len(p.Denoms))
	for i, d := range p.Denoms {
		if d.Denom == denom {
			return d, nil
		}
		names[i] = d.Denom
	}
	return AcceptedDenom{}, ErrDenomNotAccepted.Wrapf("payments are made in %s, not in %s", strings.Join(names, ", "), denom)
}
