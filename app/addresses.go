package app

import (
	coreaddress "cosmossdk.io/core/address"

	"github.com/cosmos/cosmos-sdk/codec/address"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// accountAddresses reads and writes addresses of accounts. Every message, fee
// and transfer does so several times. Those of the two lengths that there are go
// the way of our ids, ten times as fast; all else, and so every error, is the
// SDK's own codec's.
type accountAddresses struct{ coreaddress.Codec }

func newAccountAddresses() coreaddress.Codec {
	return accountAddresses{address.NewBech32Codec(AccountPrefix)}
}

// Lengths of addresses in bytes: of keys, and of modules and policies.
const (
	keyAddress    = 20
	moduleAddress = 32
)

// StringToBytes reads an address.
func (a accountAddresses) StringToBytes(text string) ([]byte, error) {
	for _, length := range []int{keyAddress, moduleAddress} {
		if len(text) != len(AccountPrefix)+1+(length*8+4)/5+6 {
			continue
		}
		if bz, err := registrytypes.ParseID(text, AccountPrefix, length); err == nil {
			return bz, nil
		}
	}
	return a.Codec.StringToBytes(text)
}

// BytesToString writes an address.
func (a accountAddresses) BytesToString(bz []byte) (string, error) {
	if len(bz) == keyAddress || len(bz) == moduleAddress {
		return registrytypes.FormatID(AccountPrefix, bz), nil
	}
	return a.Codec.BytesToString(bz)
}
