// Package encoding has the codecs of the chain's messages, answers and transactions, for
// programs that know the chain but do not run it.
package encoding

import (
	"sync"

	"github.com/cosmos/gogoproto/proto"

	coreaddress "cosmossdk.io/core/address"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/std"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	txsigning "github.com/cosmos/cosmos-sdk/x/tx/signing"

	"github.com/stemma-chain/stemma/internal/spelling"
)

// Encoding holds codecs that know the same types.
type Encoding struct {
	InterfaceRegistry codectypes.InterfaceRegistry
	Codec             codec.Codec
	Amino             *codec.LegacyAmino
	TxConfig          client.TxConfig
}

// definitions are those of all messages, linked with each other. The ones that
// generated code registers are not: where a file registers before one that it
// imports (tx.proto before work.proto), fields of the other file's messages stay
// without content, and what is signed as amino JSON lacks it.
var definitions = sync.OnceValues(proto.MergedRegistry)

// New makes codecs that know all types of the chain. It sets the process-wide configuration
// (Configure). It fails where generated code contradicts itself.
func New() (Encoding, error) {
	Configure()
	e, err := Bare(address.NewBech32Codec(AccountPrefix))
	if err != nil {
		return Encoding{}, err
	}
	registerModules(e)
	return e, nil
}

// Bare makes codecs that know the SDK's basic types only: a node adds those of its modules.
// Accounts are read and written by addresses.
func Bare(addresses coreaddress.Codec) (Encoding, error) {
	files, err := definitions()
	if err != nil {
		return Encoding{}, err
	}
	signing := txsigning.Options{
		FileResolver:          files,
		AddressCodec:          addresses,
		ValidatorAddressCodec: address.NewBech32Codec(ValidatorPrefix),
	}
	registry, err := codectypes.NewInterfaceRegistryWithOptions(codectypes.InterfaceRegistryOptions{
		ProtoFiles: files, SigningOptions: signing,
	})
	if err != nil {
		return Encoding{}, err
	}
	cdc := spelledCodec{codec.NewProtoCodec(registry), spelling.NewChecker(registry)}
	txConfig, err := authtx.NewTxConfigWithOptions(cdc, authtx.ConfigOptions{
		EnabledSignModes: authtx.DefaultSignModes, SigningOptions: &signing, SigningContext: registry.SigningContext(),
		ProtoDecoder: spelledDecoder(authtx.DefaultTxDecoder(cdc), cdc.checker),
	})
	if err != nil {
		return Encoding{}, err
	}
	amino := codec.NewLegacyAmino()
	std.RegisterLegacyAminoCodec(amino)
	std.RegisterInterfaces(registry)
	return Encoding{InterfaceRegistry: registry, Codec: cdc, Amino: amino, TxConfig: txConfig}, nil
}
