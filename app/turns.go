package app

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/auth/ante"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"

	"github.com/stemma-chain/stemma/app/pool"
)

// turns lets a check out of turn: of a transaction that takes the place of one that waits,
// when later ones of its account have moved the sequence on, and of those that CometBFT
// checks again in the order in which they came. The check runs as if the turn had come,
// provided that all before it waits; the account's sequence ends no lower than it was.
type turns struct {
	pool     *pool.Pool
	accounts ante.AccountKeeper
	// committed is a context of the last block's state.
	committed func() sdk.Context
}

// moved is an account whose sequence has to be set back after a check.
type moved struct {
	address sdk.AccAddress
	next    uint64
}

// around is check with turns.
func (t turns) around(check sdk.AnteHandler) sdk.AnteHandler {
	return func(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
		var all []moved
		if simulate || ctx.IsCheckTx() {
			all = t.move(ctx, tx)
		}
		out, err := check(ctx, tx, simulate)
		if err == nil {
			for _, m := range all {
				t.set(ctx, m.address, m.next)
			}
		}
		return out, err
	}
}

// move sets the sequences of signers to those that were signed, where they may be.
func (t turns) move(ctx sdk.Context, tx sdk.Tx) []moved {
	signed, ok := tx.(authsigning.Tx)
	if !ok || signed.GetUnordered() {
		return nil
	}
	signers, err := signed.GetSigners()
	if err != nil {
		return nil // the ante handler says so
	}
	signatures, err := signed.GetSignaturesV2()
	if err != nil || len(signatures) != len(signers) {
		return nil
	}
	var all []moved
	for i, signer := range signers {
		sequence := signatures[i].Sequence
		if !t.asked(ctx, signer, sequence) {
			continue
		}
		account := t.accounts.GetAccount(ctx, signer)
		if account == nil || account.GetSequence() == sequence || !t.mayCome(signer, sequence) {
			continue
		}
		all = append(all, moved{signer, max(account.GetSequence(), sequence+1)})
		t.set(ctx, signer, sequence)
	}
	return all
}

// asked says whether the place of a transaction may be out of turn, without reading state.
func (t turns) asked(ctx sdk.Context, signer sdk.AccAddress, sequence uint64) bool {
	if ctx.IsReCheckTx() {
		return t.pool.Reordered(string(signer))
	}
	return t.pool.Holds(string(signer), sequence)
}

// mayCome says whether the sequence is that of the last block, or all from there to it waits.
func (t turns) mayCome(signer sdk.AccAddress, sequence uint64) bool {
	account := t.accounts.GetAccount(t.committed(), signer)
	return account != nil && account.GetSequence() <= sequence &&
		t.pool.HoldsAll(string(signer), account.GetSequence(), sequence)
}

func (t turns) set(ctx context.Context, address sdk.AccAddress, sequence uint64) {
	account := t.accounts.GetAccount(ctx, address)
	if err := account.SetSequence(sequence); err != nil {
		panic(err) // a base account's never fails
	}
	t.accounts.SetAccount(ctx, account)
}
