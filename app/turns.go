package app

import (
	"context"
	"sync"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/auth/ante"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"

	"github.com/stemma-chain/stemma/app/pool"
	feemarkettypes "github.com/stemma-chain/stemma/x/feemarket/types"
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
	viewed    *viewed
}

// around is check with turns. What comes is checked at both ends of what may be before it in
// a block: behind all that this node has checked since the last block, and as the first of one
// that comes later. The view of this node alone may have what no block will: the key of an account, or
// an allowance used up, by a transaction that has been replaced or comes after this one. Where
// nothing of its accounts was checked, and nobody's allowance pays, both are the same.
func (t turns) around(check sdk.AnteHandler) sdk.AnteHandler {
	return func(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
		if !simulate && !ctx.IsCheckTx() {
			return check(ctx, tx, simulate)
		}
		t.set(ctx, tx)
		checked, err := check(ctx, tx, simulate)
		if err != nil || simulate {
			return checked, err
		}
		if before := t.viewed.add(accountsOf(tx)); ctx.IsReCheckTx() || !before && !sponsored(tx) {
			return checked, nil
		}
		first := ctx.WithMultiStore(t.committed().MultiStore()).WithIsReCheckTx(true).
			WithBlockTime(ctx.BlockTime().Add(leastTime - 1)).WithEventManager(sdk.NewEventManager())
		t.set(first, tx)
		if _, err := check(first, tx, false); err != nil {
			return checked, errorsmod.Wrapf(err, "as the first of a block within %s", leastTime)
		}
		return checked, nil
	}
}

// viewed are the accounts of whose rows this node's view may differ from the last block's
// state.
type viewed struct {
	mu       sync.Mutex
	accounts map[string]bool
}

// add says whether one of these was there before.
func (v *viewed) add(accounts []string) (before bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, a := range accounts {
		before = before || v.accounts[a]
	}
	for _, a := range accounts {
		v.accounts[a] = true
	}
	return before
}

// forget begins with the state of a new block.
func (v *viewed) forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	clear(v.accounts)
}

// accountsOf are those whose rows the checks of a transaction read: who signs and who pays.
func accountsOf(tx sdk.Tx) (all []string) {
	signed, ok := tx.(authsigning.Tx)
	if !ok {
		return nil
	}
	signers, err := signed.GetSigners()
	if err != nil {
		return nil
	}
	for _, s := range signers {
		all = append(all, string(s))
	}
	return append(all, string(feemarkettypes.Payer(signed)))
}

// sponsored says whether an allowance pays, which may end with time.
func sponsored(tx sdk.Tx) bool {
	paying, ok := tx.(sdk.FeeTx)
	return ok && paying.FeeGranter() != nil
}

// set gives each signer the sequence that it signed, where that may be its turn, else the
// next one, which the ante handler then names. It comes before all other checks, so it reads
// no more accounts than may sign: the ante handler refuses the rest.
func (t turns) set(ctx sdk.Context, tx sdk.Tx) {
	signed, ok := tx.(authsigning.Tx)
	if !ok || signed.GetUnordered() {
		return
	}
	signers, err := signed.GetSigners()
	if err != nil {
		return // the ante handler says so
	}
	if len(signers) > 1 && uint64(len(signers)) > t.accounts.GetParams(ctx).TxSigLimit {
		return
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
