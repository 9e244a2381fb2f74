// Package joining finds out from nodes of a network what a new node needs to join it, and holds
// what they say to what the operator knows from elsewhere.
package joining

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/walletfiles"
)

// Bundle is what the operators of a network publish for those who join it.
type Bundle struct {
	ChainID string `json:"chain_id"`
	// Genesis is the hash of the network's genesis, see [Hash].
	Genesis string `json:"genesis_hash"`
	// Trust is a header, HEIGHT:HASH, from which on the chain is verified; it ages. Empty: to be had
	// elsewhere.
	Trust string `json:"trust,omitempty"`
	// RPC are addresses of nodes' RPC, Peers and Seeds are ID@HOST:PORT.
	RPC   []string `json:"rpc"`
	Peers []string `json:"peers,omitempty"`
	Seeds []string `json:"seeds,omitempty"`
}

// MaxBundle is how large a bundle may be, in bytes.
const MaxBundle = 1 << 20

// maxNamed bounds each list of a bundle.
const maxNamed = 64

var hashes = regexp.MustCompile(`^[0-9a-f]{64}$`)

// ReadBundle reads a bundle. One that says anything else than a bundle is refused: a word that is
// misspelt would be a check that is not made.
func ReadBundle(raw []byte) (Bundle, error) {
	var b Bundle
	read := json.NewDecoder(bytes.NewReader(raw))
	read.DisallowUnknownFields()
	if err := read.Decode(&b); err != nil {
		return Bundle{}, fmt.Errorf("no join bundle, as `stemmad network bundle` writes it: %w", err)
	}
	if read.More() {
		return Bundle{}, errors.New("no join bundle: there is more behind its end")
	}
	return b, b.Check()
}

// Check says what is wrong in a bundle, or what flags add up to.
func (b Bundle) Check() error {
	if b.Genesis != "" && !hashes.MatchString(b.Genesis) {
		return fmt.Errorf("the genesis hash %q is not 64 small hex digits, a SHA-256", b.Genesis)
	}
	if b.Trust != "" {
		if _, err := proof.ParseTrust(b.Trust); err != nil {
			return err
		}
	}
	for _, list := range []struct {
		name  string
		texts []string
		check func(string) error
	}{
		{"RPC addresses", b.RPC, checkRPC}, {"peers", b.Peers, walletfiles.CheckPeer}, {"seeds", b.Seeds, walletfiles.CheckPeer},
	} {
		if len(list.texts) > maxNamed {
			return fmt.Errorf("%d %s: at most %d", len(list.texts), list.name, maxNamed)
		}
		for i, text := range list.texts {
			if slices.Contains(list.texts[:i], text) {
				return fmt.Errorf("%s: %s is named twice", list.name, text)
			}
			if err := list.check(text); err != nil {
				return fmt.Errorf("%s: %w", list.name, err)
			}
		}
	}
	return nil
}
