package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/cosmos/cosmos-sdk/crypto/hd"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/internal/amounts"
	"github.com/stemma-chain/stemma/testutil/localnet"
)

// What accounts start with, in units of a millionth: owners for their fees,
// the fan for fees and payments.
const (
	ownerFunds = "100000000" + encoding.StakingDenom
	fanFunds   = "100000000" + encoding.StakingDenom + ",1000000000" + encoding.LocalDenom
)

// fanName is the account that pays.
const fanName = "fan"

// Account signs on the chain. Its key is derived from its name, so that the
// same name has the same address in every run. Such keys protect nothing.
type Account struct {
	Name    string
	Address sdk.AccAddress
	key     *secp256k1.PrivKey
}

func newAccount(name string) *Account {
	seed := sha256.Sum256([]byte("stemma demo account " + name))
	key := secp256k1.GenPrivKeyFromSecret(seed[:])
	return &Account{Name: name, Address: sdk.AccAddress(key.PubKey().Address()), key: key}
}

// keep puts the key into a keyring, for commands that sign.
func (a *Account) keep(ring keyring.Keyring) error {
	if err := ring.ImportPrivKeyHex(a.Name, hex.EncodeToString(a.key.Key), string(hd.Secp256k1Type)); err != nil {
		return fmt.Errorf("key of %s: %w", a.Name, err)
	}
	return nil
}

// Accounts are the fan and the owners, in the order in which they came up.
type Accounts struct {
	list   []*Account
	byName map[string]*Account
}

func newAccounts() *Accounts {
	a := &Accounts{byName: map[string]*Account{}}
	a.named(fanName)
	return a
}

// named is the account of that name, made when it is not there yet.
func (a *Accounts) named(name string) *Account {
	if a.byName[name] == nil {
		a.byName[name] = newAccount(name)
		a.list = append(a.list, a.byName[name])
	}
	return a.byName[name]
}

// genesis lists what each account starts with.
func (a *Accounts) genesis() []localnet.Account {
	list := make([]localnet.Account, len(a.list))
	for i, account := range a.list {
		funds := ownerFunds
		if account.Name == fanName {
			funds = fanFunds
		}
		coins, err := amounts.ParseCoins(funds)
		if err != nil {
			panic(err) // a fault in the constants above
		}
		list[i] = localnet.Account{Address: account.Address.String(), Coins: coins}
	}
	return list
}
