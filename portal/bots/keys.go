package bots

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/stemma-chain/stemma/client/jose"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
)

// testKey is the thumbprint of RFC 9421's example key (appendix B.1.4).
const testKey = "poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U"

// ReadKeys reads a file of keys: a set of JWKs (RFC 7517) of Ed25519, each with the member "agent", the id of the agent that it is of.
// It fails for a key of another kind, or without an agent.
func ReadKeys(raw []byte) ([]Key, error) {
	keys, skipped, err := readKeys(raw)
	if err == nil && len(skipped) > 0 {
		err = skipped[0]
	}
	return keys, err
}

// maxKeys of a set are read.
const maxKeys = 1024

func readKeys(raw []byte) (keys []Key, skipped []error, err error) {
	var set struct {
		Keys []struct {
			jose.JWK
			Agent string `json:"agent"`
			Nbf   int64  `json:"nbf"`
			Exp   int64  `json:"exp"`
		} `json:"keys"`
	}
	if err := jose.Unmarshal(raw, &set); err != nil {
		return nil, nil, err
	}
	if len(set.Keys) > maxKeys {
		return nil, nil, fmt.Errorf("a set has at most %d keys", maxKeys)
	}
	for i, k := range set.Keys {
		public, err := k.Ed25519()
		key := Key{Thumbprint: k.Thumbprint(), Public: public}
		if err == nil && key.Thumbprint == testKey {
			err = errors.New("it is the test key of RFC 9421, whose secret everybody has")
		}
		if err == nil && k.D != "" {
			err = errors.New("the secret of a key is in it, which belongs to the agent alone")
		}
		if err == nil && k.Kid != "" && k.Kid != key.Thumbprint {
			err = fmt.Errorf("kid is not its thumbprint, %s", key.Thumbprint)
		}
		if err == nil {
			key.Agent, err = agenttypes.ParseAgentID(k.Agent)
		}
		if err == nil && slices.ContainsFunc(keys, func(other Key) bool { return other.Thumbprint == key.Thumbprint }) {
			err = errors.New("it is there twice")
		}
		if err != nil {
			skipped = append(skipped, fmt.Errorf("key %d: %w", i+1, err))
			continue
		}
		if k.Nbf != 0 {
			key.From = time.Unix(k.Nbf, 0)
		}
		if k.Exp != 0 {
			key.Until = time.Unix(k.Exp, 0)
		}
		keys = append(keys, key)
	}
	return keys, skipped, nil
}
