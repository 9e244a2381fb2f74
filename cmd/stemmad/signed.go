package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	pvm "github.com/cometbft/cometbft/privval"
	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/server"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// checkSigned refuses to go on with a node that has a key and does not know what it has signed: CometBFT would end without a word of
// what to do, and whoever makes up a state signs twice.
func checkSigned(cfg *cmtcfg.Config) error {
	if err := keepsSigned(cfg); err != nil {
		return err
	}
	if _, own := keyOf(cfg); !own {
		return nil
	}
	file := cfg.PrivValidatorStateFile()
	if _, known := signedHeight(file); known {
		return nil
	}
	return fmt.Errorf("%s is lost or damaged: what was signed with this node's key is not known, and to sign a height twice is slashed. "+
		"Be sure that no other process has the key; look how high the network is (`stemmad status --node` of another node); write into the file "+
		`{"height":"H","round":0,"step":3} with an H some ten blocks above that, from where on it signs again; with 0 if this key never signed`, file)
}

// checkKeys is checkSigned for a command that writes keys where there are none, which CometBFT does without an error to return.
func checkKeys(cfg *cmtcfg.Config) error {
	if _, err := signerOf(cfg); err != nil {
		return err
	}
	return checkSigned(cfg)
}

// withKeys is a command of the SDK's that writes keys where there are none.
func withKeys(run func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		cfg := server.GetServerContextFromCmd(cmd).Config
		cfg.SetRoot(client.GetClientContextFromCmd(cmd).HomeDir)
		if err := checkKeys(cfg); err != nil {
			return err
		}
		return run(cmd, args)
	}
}

// keepsSigned refuses to make a new key where the state says that another one has signed: CometBFT writes an empty state with a new key, and
// with the old key put back later, heights would be signed a second time.
func keepsSigned(cfg *cmtcfg.Config) error {
	key, file := cfg.PrivValidatorKeyFile(), cfg.PrivValidatorStateFile()
	if _, err := os.Stat(key); !errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if _, err := os.Lstat(file); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if height, known := signedHeight(file); known && height == 0 {
		return nil
	}
	return fmt.Errorf("%s says what a validator's key has signed, and there is no key %s: a new one would have it forgotten. Put the key back; "+
		"or, where it is to be elsewhere, as with a remote signer, move this file there too, and keep it with the key", file, key)
}

// signedHeight is the last height that the file says was signed, 0 for none; it is not known where CometBFT can't read the file, or
// would take what is missing in it for 0.
func signedHeight(file string) (height int64, known bool) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	var said struct {
		Height *string `json:"height"`
	}
	var state pvm.FilePVLastSignState
	if json.Unmarshal(raw, &said) != nil || said.Height == nil || cmtjson.Unmarshal(raw, &state) != nil || state.Height < 0 {
		return 0, false
	}
	return state.Height, true
}

// keyOf is the file of the key that the node signs with, unless a remote signer does. One that is there and can't be read counts.
func keyOf(cfg *cmtcfg.Config) (string, bool) {
	if cfg.PrivValidatorListenAddr != "" {
		return "", false
	}
	_, err := os.Stat(cfg.PrivValidatorKeyFile())
	return cfg.PrivValidatorKeyFile(), !errors.Is(err, os.ErrNotExist)
}

// signerOf is the address of that key, nil where the node has none; a remote signer's is not known before it is asked. CometBFT's own
// reading ends the process where the file is damaged.
func signerOf(cfg *cmtcfg.Config) (sdk.ConsAddress, error) {
	file, own := keyOf(cfg)
	if !own {
		return nil, nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var key pvm.FilePVKey
	if err := cmtjson.Unmarshal(raw, &key); err != nil {
		return nil, fmt.Errorf("%s is no validator's key: %w", file, err)
	}
	if short, ok := key.PrivKey.(ed25519.PrivKey); key.PrivKey == nil || ok && len(short) != ed25519.PrivateKeySize {
		return nil, fmt.Errorf("%s is no validator's key: it has none, or a part of one", file)
	}
	return sdk.ConsAddress(key.PrivKey.PubKey().Address()), nil
}
