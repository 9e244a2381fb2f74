package connect_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/crypto/hd"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
)

func TestAnAddressOrAKey(t *testing.T) {
	const bob = "stemma1v4nxw6rfdf4kcmtwdac8zunnw36hvamcc524v5"
	e, err := encoding.New()
	require.NoError(t, err)
	keys, codec := keyring.NewInMemory(e.Codec), address.NewBech32Codec("stemma")
	read := func(text string) (string, error) {
		got, err := connect.ReadAddress(keys, codec, "stemma", text)
		if err != nil {
			return "", err
		}
		return codec.BytesToString(got)
	}
	got, err := read(bob)
	require.NoError(t, err)
	require.Equal(t, bob, got)
	_, err = read("alice")
	require.EqualError(t, err, "no key has the name \"alice\" (there are none here: `stemmad keys add NAME` makes one, "+
		"--home and --keyring-backend say where they are); an address begins with stemma1")

	record, _, err := keys.NewMnemonic("alice", keyring.English, "", "", hd.Secp256k1)
	require.NoError(t, err)
	alice, err := record.GetAddress()
	require.NoError(t, err)
	got, err = read("alice")
	require.NoError(t, err)
	require.Equal(t, alice.String(), got)
	_, err = read("alise")
	require.EqualError(t, err, `no key has the name "alise" (the only one is alice); an address begins with stemma1`)
	for _, mistyped := range []string{bob[:len(bob)-1], bob[:20] + "q" + bob[21:]} {
		_, err = read(mistyped)
		require.ErrorContains(t, err, "is mistyped")
	}

	// An address of another kind is none of this, and a validator's name is one.
	validators := address.NewBech32Codec("stemmavaloper")
	_, err = connect.ReadAddress(keys, validators, "stemmavaloper", bob)
	require.ErrorContains(t, err, "begins with stemmavaloper1")
	same, err := connect.ReadAddress(keys, validators, "stemmavaloper", "alice")
	require.NoError(t, err)
	require.Equal(t, []byte(alice), same)

	for i := range 11 {
		_, _, err := keys.NewMnemonic(fmt.Sprintf("key%02d", i), keyring.English, "", "", hd.Secp256k1)
		require.NoError(t, err)
	}
	_, err = read("alise")
	require.ErrorContains(t, err, "key08 and 2 more")
	_, err = connect.ReadAddress(nil, codec, "stemma", "alice")
	require.ErrorContains(t, err, "no keys are at hand")
}
