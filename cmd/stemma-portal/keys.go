package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
)

const (
	flagFrom       = "from"
	flagKeyringDir = "keyring-dir"
	flagKeyring    = "keyring-backend"
)

// keyringIn is the folder of the keyring: the one that is named, or else stemmad's.
func keyringIn(dir string) (string, error) {
	if dir != "" {
		return dir, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("--%s: %w", flagKeyringDir, err)
	}
	return filepath.Join(home, ".stemmad"), nil
}

// signerOf opens a key of a keyring, which asks for its password at in. It fails with a settingError.
func signerOf(c *client.Client, backend, dir, name string, in io.Reader) (client.Signer, error) {
	ring, err := keyring.New(sdk.KeyringServiceName(), backend, dir, in, c.Encoding.Codec)
	if err != nil {
		return nil, settingError{fmt.Errorf("--%s: the keyring in %s: %w", flagKeyring, dir, err)}
	}
	signer, err := client.FromKeyring(ring, name)
	if err != nil {
		return nil, settingError{fmt.Errorf("--%s: %w", flagFrom, err)}
	}
	return signer, nil
}
