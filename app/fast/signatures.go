package fast

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"sync"
	"sync/atomic"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/auth/ante"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
)

// knownTxs is how many transactions are remembered at least, 64 bytes each: as many as
// CometBFT's pool holds. At most twice as many are.
const knownTxs = 20_000

// Signatures stands in the place of the stock decorator that verifies signatures, which
// it calls: of a transaction that CheckTx verified on this node before, a block does not
// verify them again. Sequences, unordered nonces, gas and errors are the stock ones'.
// What is remembered is that signatures were right, never that they were not; and it
// covers all that verifying them reads.
//
// It has to come after the decorator that sets public keys: that one looks at the same
// switch of the context.
type Signatures struct {
	stock    sdk.AnteDecorator
	accounts ante.AccountKeeper
	known    *known
	hits     atomic.Uint64
}

// NewSignatures returns the decorator, which has verified nothing yet.
func NewSignatures(stock sdk.AnteDecorator, accounts ante.AccountKeeper) *Signatures {
	return &Signatures{stock: stock, accounts: accounts, known: newKnown(knownTxs)}
}

// Hits is how many transactions of blocks were not verified again.
func (s *Signatures) Hits() uint64 { return s.hits.Load() }

// AnteHandle implements sdk.AnteDecorator.
func (s *Signatures) AnteHandle(ctx sdk.Context, tx sdk.Tx, simulate bool, next sdk.AnteHandler) (sdk.Context, error) {
	mode := ctx.ExecMode()
	if simulate || ctx.BlockHeight() == 0 || mode != sdk.ExecModeCheck && mode != sdk.ExecModeFinalize {
		return s.stock.AnteHandle(ctx, tx, simulate, next)
	}
	key, ok := s.key(ctx, tx)
	if !ok {
		return s.stock.AnteHandle(ctx, tx, simulate, next)
	}
	if mode == sdk.ExecModeFinalize && s.known.has(key) {
		s.hits.Add(1)
		return s.stock.AnteHandle(ctx.WithIsSigverifyTx(false), tx, simulate,
			func(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
				return next(ctx.WithIsSigverifyTx(true), tx, simulate)
			})
	}
	out, err := s.stock.AnteHandle(ctx, tx, simulate, next)
	if err == nil && mode == sdk.ExecModeCheck && !ctx.IsReCheckTx() { // which verifies none
		s.known.add(key)
	}
	return out, err
}

// key is a hash of all that verifying a transaction's signatures reads: its bytes, which
// hold body, sequences and signatures, the chain id, and number and key of each signer's
// account. Each part has its length before it, so none runs into the next.
func (s *Signatures) key(ctx sdk.Context, tx sdk.Tx) (key [sha256.Size]byte, ok bool) {
	signed, is := tx.(authsigning.SigVerifiableTx)
	raw := ctx.TxBytes()
	if !is || len(raw) == 0 {
		return key, false
	}
	signers, err := signed.GetSigners()
	if err != nil {
		return key, false
	}
	// The decorators before have read these accounts, and paid for it: gas is the same
	// with this one and without.
	free := ctx.WithGasMeter(storetypes.NewInfiniteGasMeter())
	h := sha256.New()
	part(h, raw)
	part(h, []byte(ctx.ChainID()))
	for _, signer := range signers {
		account := s.accounts.GetAccount(free, signer)
		if account == nil || account.GetPubKey() == nil {
			return key, false
		}
		h.Write(binary.BigEndian.AppendUint64(nil, account.GetAccountNumber()))
		part(h, []byte(account.GetPubKey().Type()))
		part(h, account.GetPubKey().Bytes())
	}
	h.Sum(key[:0])
	return key, true
}

func part(h hash.Hash, bytes []byte) {
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(bytes))))
	h.Write(bytes)
}

// known is a bounded set of hashes: two generations, of which the older one goes when
// the newer one is full.
type known struct {
	mu         sync.RWMutex
	most       int
	newer, old map[[sha256.Size]byte]struct{}
}

func newKnown(most int) *known {
	return &known{most: most, newer: make(map[[sha256.Size]byte]struct{})}
}

func (k *known) has(key [sha256.Size]byte) bool {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if _, ok := k.newer[key]; ok {
		return true
	}
	_, ok := k.old[key]
	return ok
}

func (k *known) add(key [sha256.Size]byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.newer) >= k.most {
		k.old, k.newer = k.newer, make(map[[sha256.Size]byte]struct{}, k.most)
	}
	k.newer[key] = struct{}{}
}
