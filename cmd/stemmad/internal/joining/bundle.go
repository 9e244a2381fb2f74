// Package joining finds out from nodes of a network what a new node needs to join it, and holds
// what they say to what the operator knows from elsewhere.
package joining

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/walletfiles"
	"github.com/stemma-chain/stemma/internal/onereading"
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

// chainIDs are those that stemmad init takes. Any other is a stranger's attempt on a terminal or a file.
var chainIDs = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._-]{0,49}$`)

func checkChainID(id string) error {
	if !chainIDs.MatchString(id) {
		return fmt.Errorf("the chain id %q is none: letters, digits, dots, hyphens and underscores, 50 at most", id)
	}
	return nil
}

var hashes = regexp.MustCompile(`^[0-9a-f]{64}$`)

// ReadBundle reads a bundle. One that says anything else than a bundle is refused: a word that is
// misspelt would be a check that is not made.
func ReadBundle(raw []byte) (Bundle, error) {
	var b Bundle
	err := onereading.JSON(raw, &b)
	if errors.Is(err, onereading.ErrMore) {
		return Bundle{}, errors.New("no join bundle: there is more behind its end")
	}
	if err != nil {
		return Bundle{}, fmt.Errorf("no join bundle, as `stemmad network bundle` writes it: %w", err)
	}
	return b, b.Check()
}

// Check says what is wrong in a bundle, or what flags add up to.
func (b Bundle) Check() error {
	if b.ChainID != "" {
		if err := checkChainID(b.ChainID); err != nil {
			return err
		}
	}
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
