package olp

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/stemma-chain/stemma/client/jose"
)

// OpenKey reads the key that signs tokens, and makes it where there is none: a file for its owner alone. Whoever has it
// can write tokens; it signs nothing else, and is of a kind that no account of the chain can be of. To change it, delete
// the file: tokens of before are over then.
func OpenKey(path string) (jose.TokenKey, error) {
	key, err := readKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	key, err = makeKey(path)
	if errors.Is(err, fs.ErrExist) {
		return readKey(path) // another process was faster
	}
	return key, err
}

func readKey(path string) (jose.TokenKey, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return jose.TokenKey{}, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return jose.TokenKey{}, err
	}
	if others := info.Mode().Perm() & 0o077; others != 0 {
		return jose.TokenKey{}, fmt.Errorf("%s can be read by others: chmod 600 %s", path, path)
	}
	key, err := jose.ReadTokenKey(raw)
	if err != nil {
		return jose.TokenKey{}, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}

func makeKey(path string) (jose.TokenKey, error) {
	key, err := jose.NewTokenKey()
	if err != nil {
		return key, err
	}
	raw, err := key.Secret()
	if err != nil {
		return key, err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return key, err
	}
	_, err = file.Write(append(raw, '\n'))
	return key, errors.Join(err, file.Sync(), file.Close())
}
