package price

import (
	"errors"
	"fmt"

	"cosmossdk.io/math"
)

// The reasons for which a transaction has no place in a block.
var (
	ErrFee    = errors.New("the fee does not pay the base price")
	ErrTx     = errors.New("one transaction declares too much gas")
	ErrPayer  = errors.New("the transactions of one fee payer declare too much gas")
	ErrOthers = errors.New("fees in other denoms than the base denom buy too much gas")
	ErrBlock  = errors.New("the transactions declare too much gas")
)

// Shares of a block's maximum of gas, in ppm.
type Shares struct {
	// Tx is the most that one transaction declares.
	Tx uint32
	// Payer is the most that the transactions of one fee payer declare together.
	Payer uint32
	// Others is the most that fees in other denoms than the base denom buy together.
	Others uint32
}

// Tx is what a block's bounds look at.
type Tx struct {
	Fee
	// Payer is the address of the account whose coins pay: the fee payer, or the
	// granter where there is one.
	Payer string
	// Other: the fee is in another denom than the base denom.
	Other bool
}

// Block adds up the transactions of a block. Proposers fill one by it, and validators
// hold what was proposed against it: it depends on nothing but the transactions, the
// base price and the parameters.
type Block struct {
	base         math.Int
	tx, payer    uint64 // most, for each
	others, free uint64 // what is left, for all
	payers       map[string]uint64
}

// NewBlock is an empty block that asks this base price and holds so much gas.
func NewBlock(base math.Int, most uint64, shares Shares) *Block {
	return &Block{
		base: base, tx: Part(most, shares.Tx), payer: Part(most, shares.Payer),
		others: Part(most, shares.Others), free: most, payers: make(map[string]uint64),
	}
}

// Add takes a transaction in, or changes nothing and says why it has no place. The
// error matches one of the reasons.
func (b *Block) Add(tx Tx) error {
	if err := b.takes(tx.Fee); err != nil {
		return err
	}
	if tx.Gas > b.free {
		return fmt.Errorf("%w: %d, %d are left of the block", ErrBlock, tx.Gas, b.free)
	}
	if spent := b.payers[tx.Payer]; tx.Gas > b.payer-spent {
		return fmt.Errorf("%w: %d and %d more, at most %d in a block", ErrPayer, spent, tx.Gas, b.payer)
	}
	if tx.Other {
		if tx.Gas > b.others {
			return fmt.Errorf("%w: %d, %d are left of their share", ErrOthers, tx.Gas, b.others)
		}
		b.others -= tx.Gas
	}
	b.free -= tx.Gas
	b.payers[tx.Payer] += tx.Gas
	return nil
}

// takes says whether a transaction with this fee has a place in an empty block.
func (b *Block) takes(fee Fee) error {
	if fee.Gas > b.tx {
		return fmt.Errorf("%w: %d, at most %d", ErrTx, fee.Gas, b.tx)
	}
	if !fee.Pays(b.base) {
		return fmt.Errorf("%w: %d gas take at least %s of its denom, it pays %s",
			ErrFee, fee.Gas, Needed(b.base, fee.Rate, fee.Gas), fee.Amount)
	}
	return nil
}

// Free is the gas that is left.
func (b *Block) Free() uint64 { return b.free }
