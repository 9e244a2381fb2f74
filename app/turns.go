package app

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/auth/ante"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"

	"github.com/stemma-chain/stemma/app/pool"
)

// turns says which sequences of an account a check may have: from that of the last block
// to the first of which nothing waits in the pool. So a transaction follows on what waits
// or takes the place of one that does, in whatever order CometBFT checks them, and nothing
// is taken behind one that has left. The sequence that checks before it left in this
// node's view says nothing of that, and is set anew for each.
type turns struct {
	pool     *pool.Pool
	accounts ante.AccountKeeper
	// committed is a context of the last block's state.
	committed func() sdk.Context
}

// around is check with turns.
func (t turns) around(check sdk.AnteHandler) sdk.AnteHandler {
	return func(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
		if simulate || ctx.IsCheckTx() {
			t.set(ctx, tx)
		}
		return check(ctx, tx, simulate)
	}
}

// set gives each signer the sequence that it signed, where that may be its turn, else the
// next one, which the ante handler then names.
func (t turns) set(ctx sdk.Context, tx sdk.Tx) {
	signed, ok := tx.(authsigning.Tx)
	if !ok || signed.GetUnordered() {
		return
	}
	signers, err := signed.GetSigners()
	if err != nil {
		return // the ante handler says so
	}
	signatures, err := signed.GetSignaturesV2()
	if err != nil || len(signatures) != len(signers) {
		return
	}
	committed := t.committed()
	for i, signer := range signers {
		account := t.accounts.GetAccount(ctx, signer)
		if account == nil {
			continue
		}
		first := sequenceOf(committed, t.accounts, signer)
		turn := t.pool.Next(string(signer), first)
		if signed := signatures[i].Sequence; first <= signed && signed < turn {
			turn = signed
		}
		if account.GetSequence() == turn {
			continue
		}
		if err := account.SetSequence(turn); err != nil {
			panic(err) // a base account's never fails
		}
		t.accounts.SetAccount(ctx, account)
	}
}

// next is the sequence that follows on what waits, and first the least that can be signed.
func (t turns) next(signer sdk.AccAddress) (first, next uint64) {
	first = sequenceOf(t.committed(), t.accounts, signer)
	return first, t.pool.Next(string(signer), first)
}

// sequenceOf is what an account signs next by this state; 0 where it does not exist yet.
func sequenceOf(ctx context.Context, accounts ante.AccountKeeper, address sdk.AccAddress) uint64 {
	account := accounts.GetAccount(ctx, address)
	if account == nil {
		return 0
	}
	return account.GetSequence()
}
