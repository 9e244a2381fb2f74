package fast

import (
	coreaddress "cosmossdk.io/core/address"

	"github.com/cosmos/cosmos-sdk/codec/address"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// addresses are read and written several times by every message, fee and transfer.
// Those of the two lengths that there are go the way of our ids, ten times as fast;
// all else, and so every error, is the SDK's own codec's.
type addresses struct {
	coreaddress.Codec
	prefix string
}

// Addresses reads and writes addresses of accounts with this prefix.
func Addresses(prefix string) coreaddress.Codec {
	return addresses{address.NewBech32Codec(prefix), prefix}
}

// Lengths of addresses in bytes: of keys, and of modules and policies.
const (
	keyAddress    = 20
	moduleAddress = 32
)

// StringToBytes reads an address.
func (a addresses) StringToBytes(text string) ([]byte, error) {
	for _, length := range []int{keyAddress, moduleAddress} {
		if len(text) != len(a.prefix)+1+(length*8+4)/5+6 {
			continue
		}
		if bz, err := registrytypes.ParseID(text, a.prefix, length); err == nil {
			return bz, nil
		}
	}
	return a.Codec.StringToBytes(text)
}

// BytesToString writes an address.
func (a addresses) BytesToString(bz []byte) (string, error) {
	if len(bz) == keyAddress || len(bz) == moduleAddress {
		return registrytypes.FormatID(a.prefix, bz), nil
	}
	return a.Codec.BytesToString(bz)
}
