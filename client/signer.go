package client

import (
	"fmt"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
)

// Signer signs for one account.
type Signer interface {
	// Address of the account.
	Address() sdk.AccAddress
	// PubKey of the account.
	PubKey() cryptotypes.PubKey
	// Mode is what is signed: SIGN_MODE_DIRECT, or SIGN_MODE_LEGACY_AMINO_JSON for a device
	// that shows it, and for the members of a multisig.
	Mode() signing.SignMode
	// Sign signs bytes of that mode.
	Sign(raw []byte) ([]byte, error)
}

// FromKey signs with a private key in memory.
func FromKey(key cryptotypes.PrivKey) Signer { return keySigner{key} }

type keySigner struct{ key cryptotypes.PrivKey }

func (s keySigner) Address() sdk.AccAddress         { return sdk.AccAddress(s.key.PubKey().Address()) }
func (s keySigner) PubKey() cryptotypes.PubKey      { return s.key.PubKey() }
func (s keySigner) Mode() signing.SignMode          { return signing.SignMode_SIGN_MODE_DIRECT }
func (s keySigner) Sign(raw []byte) ([]byte, error) { return s.key.Sign(raw) }

// FromKeyring signs with a key of a keyring, a Ledger's included. It fails where there is no
// key of that name. Of a key whose secret is not in the keyring (a multisig's, or a public key) it
// can try messages and make them for others to sign (Sender.Unsigned), and Sign fails.
func FromKeyring(ring keyring.Keyring, name string) (Signer, error) {
	record, err := ring.Key(name)
	if err != nil {
		return nil, fmt.Errorf("key %q: %w", name, err)
	}
	key, err := record.GetPubKey()
	if err != nil {
		return nil, fmt.Errorf("key %q: %w", name, err)
	}
	mode := signing.SignMode_SIGN_MODE_DIRECT
	if record.GetType() == keyring.TypeLedger || record.GetType() == keyring.TypeMulti {
		mode = signing.SignMode_SIGN_MODE_LEGACY_AMINO_JSON
	}
	return ringSigner{ring, name, key, mode}, nil
}

type ringSigner struct {
	ring keyring.Keyring
	name string
	key  cryptotypes.PubKey
	mode signing.SignMode
}

func (s ringSigner) Address() sdk.AccAddress    { return sdk.AccAddress(s.key.Address()) }
func (s ringSigner) PubKey() cryptotypes.PubKey { return s.key }
func (s ringSigner) Mode() signing.SignMode     { return s.mode }
func (s ringSigner) Sign(raw []byte) ([]byte, error) {
	signature, _, err := s.ring.Sign(s.name, raw, s.mode)
	return signature, err
}
