package connect

import (
	"fmt"
	"strings"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
)

// maxKeysNamed is how many keys an error names.
const maxKeysNamed = 10

// Addresses read and write addresses of one kind. The codecs of the SDK do.
type Addresses interface {
	StringToBytes(text string) ([]byte, error)
	BytesToString(address []byte) (string, error)
}

// ReadAddress reads an address, which begins with prefix and 1, or the name of a key; keys may
// be nil. Where it is neither, the error names the keys there are.
func ReadAddress(keys keyring.Keyring, addresses Addresses, prefix, text string) ([]byte, error) {
	address, mistyped := addresses.StringToBytes(text)
	if mistyped == nil {
		return address, nil
	}
	if keys != nil {
		if record, err := keys.Key(text); err == nil {
			return record.GetAddress()
		}
	}
	if strings.HasPrefix(text, prefix+"1") {
		return nil, fmt.Errorf("%q is mistyped, a character of the address is wrong, missing or too many: %w", text, mistyped)
	}
	return nil, fmt.Errorf("no key has the name %q (%s); an address begins with %s1", text, keysThere(keys), prefix)
}

// keysThere says which keys there are. A keyring that may ask for a password is left alone.
func keysThere(keys keyring.Keyring) string {
	if keys == nil {
		return "no keys are at hand"
	}
	if backend := keys.Backend(); backend != keyring.BackendTest && backend != keyring.BackendMemory {
		return "`stemmad keys list` shows which there are"
	}
	records, err := keys.List()
	if err != nil {
		return "`stemmad keys list` shows which there are"
	}
	var names []string
	for _, record := range records {
		names = append(names, record.Name)
	}
	switch rest := len(names) - maxKeysNamed; {
	case len(names) == 0:
		return "there are none here: `stemmad keys add NAME` makes one, --home and --keyring-backend say where they are"
	case len(names) == 1:
		return "the only one is " + names[0]
	case rest > 0:
		return fmt.Sprintf("there are %s and %d more", strings.Join(names[:maxKeysNamed], ", "), rest)
	}
	return "there are " + strings.Join(names, ", ")
}
