package app

import (
	coreaddress "cosmossdk.io/core/address"

	"github.com/cosmos/cosmos-sdk/codec/address"

	"github.com/stemma-chain/stemma/app/fast"
	"github.com/stemma-chain/stemma/client/encoding"
)

// Encoding holds the codecs of one app. Each app has its own: the module
// manager registers types in it.
type Encoding = encoding.Encoding

// accountAddresses reads and writes addresses of accounts.
func accountAddresses(s fast.Settings) coreaddress.Codec {
	if s.Addresses {
		return fast.Addresses(AccountPrefix)
	}
	return address.NewBech32Codec(AccountPrefix)
}
