package chain

import (
	"crypto/sha256"
	"strconv"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/app"
)

// init runs before the package variables of any test that uses chain, so their
// addresses already have the chain's prefix.
func init() { app.Configure() }

// Account is a key pair under a name. The same name is the same account on
// every chain.
type Account struct {
	Name    string
	Key     cryptotypes.PrivKey
	Address sdk.AccAddress
}

// Named derives the account from its name. It holds coins on a chain that lists
// it with Accounts, or from the first c.Account(name).
func Named(name string) Account {
	seed := sha256.Sum256([]byte("stemma test account " + name))
	key := secp256k1.GenPrivKeyFromSecret(seed[:])
	return Account{Name: name, Key: key, Address: sdk.AccAddress(key.PubKey().Address())}
}

// NamedMany derives n accounts prefix0, prefix1 and so on.
func NamedMany(prefix string, n int) []Account {
	accounts := make([]Account, n)
	for i := range accounts {
		accounts[i] = Named(prefix + strconv.Itoa(i))
	}
	return accounts
}

// String is the account's bech32 address, as messages want it.
func (a Account) String() string { return a.Address.String() }
