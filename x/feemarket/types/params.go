package types

import (
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/feemarket/price"
)

// Bounds of the parameters.
const (
	// MaxDenoms bounds the other denoms: their prices are one answer.
	MaxDenoms = 16
	// minTarget keeps an empty chain from being above its target.
	minTarget = price.Whole / 100
	// maxStep keeps a price from falling to nothing in a block.
	maxStep = price.Whole / 2
	// minTxShare leaves room in the smallest blocks for a proposal and votes.
	minTxShare = price.Whole / 10
)

// DefaultFloor is the least base price of a new chain, 0.001.
var DefaultFloor = math.NewIntWithDecimal(1, price.Decimals-3)

// DefaultParams take the staking token at 0.001 or more for a unit of gas, aim at half
// of a block, and leave a tenth of it to each transaction and each fee payer.
func DefaultParams() Params {
	return Params{
		BaseDenom:   sdk.DefaultBondDenom,
		Floor:       DefaultFloor,
		TargetShare: price.Whole / 2,
		MaxChange:   price.Whole / 8,
		TxShare:     price.Whole / 10,
		PayerShare:  price.Whole / 10,
		OthersShare: price.Whole / 2,
	}
}

// Validate fails with ErrInvalidParams.
func (p Params) Validate() error {
	if err := sdk.ValidateDenom(p.BaseDenom); err != nil {
		return ErrInvalidParams.Wrapf("base_denom: %s", err)
	}
	if p.Floor.IsNil() || p.Floor.IsNegative() || p.Floor.GT(price.One) {
		return ErrInvalidParams.Wrapf("floor is %s, it can be from 0 to %s", p.Floor, price.One)
	}
	for _, share := range []struct {
		name            string
		is, least, most uint32
	}{
		{"target_share", p.TargetShare, minTarget, price.Whole},
		{"max_change", p.MaxChange, 1, maxStep},
		{"tx_share", p.TxShare, minTxShare, price.Whole},
		{"payer_share", p.PayerShare, p.TxShare, price.Whole},
		{"others_share", p.OthersShare, 0, price.Whole},
	} {
		if share.is < share.least || share.is > share.most {
			return ErrInvalidParams.Wrapf("%s is %d ppm, it can be from %d to %d",
				share.name, share.is, share.least, share.most)
		}
	}
	return p.validateDenoms()
}

func (p Params) validateDenoms() error {
	if len(p.Denoms) > MaxDenoms {
		return ErrInvalidParams.Wrapf("%d denoms, at most %d are allowed", len(p.Denoms), MaxDenoms)
	}
	for i, d := range p.Denoms {
		if err := sdk.ValidateDenom(d.Denom); err != nil {
			return ErrInvalidParams.Wrapf("denoms: %s", err)
		}
		if d.Denom == p.BaseDenom {
			return ErrInvalidParams.Wrapf("denoms: %s is base_denom and needs no rate", d.Denom)
		}
		if i > 0 && p.Denoms[i-1].Denom >= d.Denom {
			return ErrInvalidParams.Wrapf("denoms must be sorted and each once: %s after %s", d.Denom, p.Denoms[i-1].Denom)
		}
		if d.Rate.IsNil() || !d.Rate.IsPositive() || d.Rate.GT(price.MostRate) {
			return ErrInvalidParams.Wrapf("the rate of %s is %s, it can be from 1 to %s", d.Denom, d.Rate, price.MostRate)
		}
	}
	return nil
}

// Curve is how the base price moves.
func (p Params) Curve() price.Curve {
	return price.Curve{Floor: p.Floor, Target: p.TargetShare, Step: p.MaxChange}
}

// Shares are the bounds of a block's transactions.
func (p Params) Shares() price.Shares {
	return price.Shares{Tx: p.TxShare, Payer: p.PayerShare, Others: p.OthersShare}
}

// Rate is what a unit of a denom counts as; ok is false when it pays no fees.
func (p Params) Rate(denom string) (rate math.Int, ok bool) {
	if denom == p.BaseDenom {
		return price.One, true
	}
	for _, d := range p.Denoms {
		if d.Denom == denom {
			return d.Rate, true
		}
	}
	return math.Int{}, false
}
