package signed

import (
	"bytes"
	"slices"
	"sort"

	"github.com/cometbft/cometbft/crypto/ed25519"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/stemma-chain/stemma/client/proof/wire"
)

// MaxSet is the most validators of a set.
const MaxSet = 1 << 12

// Set is a set of validators in CometBFT's order: the most power first, then by address. All have ed25519 keys.
type Set []*cmttypes.Validator

// SetOf takes a set over. It says whether all keys are ed25519.
func SetOf(validators *cmttypes.ValidatorSet) (Set, bool) {
	set := Set(validators.Validators)
	for _, v := range set {
		if _, ok := v.PubKey.(ed25519.PubKey); !ok {
			return nil, false
		}
	}
	return set, true
}

// Hash is what headers name the set by.
func (s Set) Hash() []byte { return (&cmttypes.ValidatorSet{Validators: s}).Hash() }

// power is that of all.
func (s Set) power() (all int64) {
	for _, v := range s {
		all += v.VotingPower
	}
	return all
}

// byKey is the set by public keys.
func (s Set) byKey() map[string]int64 {
	powers := make(map[string]int64, len(s))
	for _, v := range s {
		powers[string(v.PubKey.Bytes())] = v.VotingPower
	}
	return powers
}

// AppendSet writes a set as what changed from another, the empty set at first:
//
//	number of changes, then for each in order of keys: key (32 bytes), power (0: it left)
func AppendSet(to []byte, from, set Set) []byte {
	old, now := from.byKey(), set.byKey()
	var keys []string
	for key, power := range now {
		if old[key] != power {
			keys = append(keys, key)
		}
	}
	for key := range old {
		if _, stays := now[key]; !stays {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	to = wire.AppendNumber(to, uint64(len(keys)))
	for _, key := range keys {
		to = wire.AppendNumber(append(to, key...), uint64(now[key]))
	}
	return to
}

// ReadSet reads a set from what changed from another.
func ReadSet(r *wire.Reader, from Set) Set {
	powers := from.byKey()
	previous := ""
	for n := r.Number(2 * MaxSet); n > 0 && r.Err() == nil; n-- {
		key, power := string(r.Bytes(ed25519.PubKeySize)), int64(r.Number(uint64(cmttypes.MaxTotalVotingPower)))
		switch {
		case r.Err() != nil:
			return nil
		case key <= previous:
			r.Fail("a validator stands out of order")
		case powers[key] == power:
			r.Fail("a validator did not change")
		}
		if previous = key; power == 0 {
			delete(powers, key)
		} else {
			powers[key] = power
		}
	}
	if len(powers) > MaxSet {
		r.Fail("a set has %d validators, more than %d", len(powers), MaxSet)
	}
	set := make(Set, 0, len(powers))
	var all int64
	for key, power := range powers {
		set = append(set, cmttypes.NewValidator(ed25519.PubKey(key), power))
		if all += power; all > cmttypes.MaxTotalVotingPower {
			r.Fail("a set has more power than there can be")
			return nil
		}
	}
	sort.Sort(cmttypes.ValidatorsByVotingPower(set))
	if len(set) == 0 {
		r.Fail("a set has no validators")
	}
	return set
}

// Equal says whether two sets are the same.
func (s Set) Equal(other Set) bool { return bytes.Equal(s.Hash(), other.Hash()) }
