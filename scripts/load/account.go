package main

import (
	"context"
	"crypto/sha256"
	"fmt"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/testutil/localnet"
)

const (
	// funds is what each account starts with of both denoms: more than a long
	// load can spend.
	funds = 1_000_000_000_000
	// unitsPerFee is how much gas one unit of the staking token pays for: a hundred
	// times the floor of the fee market, for blocks above its target raise the price.
	unitsPerFee = 10
)

// Account signs on the chain. It has at most one transaction in flight, so its
// fields belong to whoever holds it: a sender, or the reader of blocks. It sends
// to one node only, which knows its sequence even between blocks. Keys are
// derived from a number and protect nothing.
type Account struct {
	address string
	node    int
	key     *secp256k1.PrivKey
	pubKey  *codectypes.Any

	number, sequence uint64

	// contents counts the works it registered, grants those it bought.
	contents, grants uint64
	// fresh are its works that nobody knows of yet, derived those with sources
	// that may be offered, offered is the last one that was.
	fresh, derived []*Work
	offered        *Work
}

func newAccounts(count, nodes int) []*Account {
	list := make([]*Account, count)
	for i := range list {
		seed := sha256.Sum256(fmt.Appendf(nil, "stemma load account %d", i))
		key := secp256k1.GenPrivKeyFromSecret(seed[:])
		pubKey, err := codectypes.NewAnyWithValue(key.PubKey())
		if err != nil {
			panic(err) // a fault in the SDK: keys can be packed
		}
		list[i] = &Account{
			address: sdk.AccAddress(key.PubKey().Address()).String(), node: i % nodes, key: key, pubKey: pubKey,
		}
	}
	return list
}

// genesisAccounts lists what each account starts with.
func genesisAccounts(accounts []*Account) []localnet.Account {
	coins := sdk.NewCoins(sdk.NewInt64Coin(encoding.StakingDenom, funds), sdk.NewInt64Coin(encoding.LocalDenom, funds))
	list := make([]localnet.Account, len(accounts))
	for i, a := range accounts {
		list[i] = localnet.Account{Address: a.address, Coins: coins}
	}
	return list
}

// number looks up the accounts' numbers, which signatures cover.
func number(ctx context.Context, rpc *RPC, accounts []*Account) error {
	missing := map[string]*Account{}
	for _, a := range accounts {
		missing[a.address] = a
	}
	page := &query.PageRequest{Limit: 500}
	for {
		var found authtypes.QueryAccountsResponse
		if err := rpc.Query(ctx, "/cosmos.auth.v1beta1.Query/Accounts", &authtypes.QueryAccountsRequest{Pagination: page}, &found); err != nil {
			return err
		}
		for _, packed := range found.Accounts {
			var row authtypes.BaseAccount
			if packed.TypeUrl != sdk.MsgTypeURL(&row) {
				continue // a module's
			}
			if err := row.Unmarshal(packed.Value); err != nil {
				return err
			}
			if a := missing[row.Address]; a != nil {
				a.number, a.sequence = row.AccountNumber, row.Sequence
				delete(missing, row.Address)
			}
		}
		if len(found.Pagination.NextKey) == 0 {
			break
		}
		page.Key = found.Pagination.NextKey
	}
	if len(missing) > 0 {
		return fmt.Errorf("%d accounts are missing on the chain", len(missing))
	}
	return nil
}

// renumber reads an account's sequence again, after it was refused.
func (a *Account) renumber(ctx context.Context, rpc *RPC) error {
	var found authtypes.QueryAccountInfoResponse
	if err := rpc.Query(ctx, "/cosmos.auth.v1beta1.Query/AccountInfo", &authtypes.QueryAccountInfoRequest{Address: a.address}, &found); err != nil {
		return err
	}
	a.sequence = found.Info.Sequence
	return nil
}

// Tx is a signed transaction.
type Tx struct {
	account *Account
	kind    Kind
	paid    int // works that get a part of what it pays
	raw     []byte
	hash    [sha256.Size]byte
	// apply notes what is true once the transaction is in a block.
	apply func()
	// release lets the account go on; nil: it need not.
	release func(*Account)
}

// sign makes the transaction and counts the account's sequence on. It writes the
// transaction's parts itself: the SDK's builder takes several times as long.
func (a *Account) sign(p plan) (*Tx, error) {
	body := txtypes.TxBody{Messages: make([]*codectypes.Any, len(p.msgs))}
	for i, msg := range p.msgs {
		var err error
		if body.Messages[i], err = codectypes.NewAnyWithValue(msg); err != nil {
			return nil, err
		}
	}
	bodyBytes, err := body.Marshal()
	if err != nil {
		return nil, err
	}
	auth := txtypes.AuthInfo{
		SignerInfos: []*txtypes.SignerInfo{{PublicKey: a.pubKey, Sequence: a.sequence, ModeInfo: &txtypes.ModeInfo{
			Sum: &txtypes.ModeInfo_Single_{Single: &txtypes.ModeInfo_Single{Mode: signing.SignMode_SIGN_MODE_DIRECT}},
		}}},
		Fee: &txtypes.Fee{
			Amount:   sdk.Coins{sdk.NewInt64Coin(encoding.StakingDenom, int64(p.gas/unitsPerFee)+1)},
			GasLimit: p.gas,
		},
	}
	authBytes, err := auth.Marshal()
	if err != nil {
		return nil, err
	}
	doc := txtypes.SignDoc{BodyBytes: bodyBytes, AuthInfoBytes: authBytes, ChainId: chainID, AccountNumber: a.number}
	signBytes, err := doc.Marshal()
	if err != nil {
		return nil, err
	}
	signature, err := a.key.Sign(signBytes)
	if err != nil {
		return nil, err
	}
	raw, err := (&txtypes.TxRaw{BodyBytes: bodyBytes, AuthInfoBytes: authBytes, Signatures: [][]byte{signature}}).Marshal()
	if err != nil {
		return nil, err
	}
	a.sequence++
	return &Tx{account: a, kind: p.kind, paid: p.paid, raw: raw, hash: sha256.Sum256(raw), apply: p.apply}, nil
}
