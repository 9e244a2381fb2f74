package index

import (
	"fmt"
	"strings"

	"github.com/cosmos/cosmos-sdk/types/bech32"

	"github.com/stemma-chain/stemma/client/encoding"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// kinds are what a Subject can be, by the first byte of its key. Append only, and then raise
// schemaVersion.
var kinds = []string{registrytypes.WorkPrefix, encoding.AccountPrefix, "terms", "grant", "dispute", "paych", "agent"}

const (
	kindWork    = 0
	kindAccount = 1
	kindTerms   = 2
	// longestID is the most bytes of an id: an address of 32 bytes, as modules may have.
	longestID = 32
)

// Subject is what an event can be about: a work, an account, terms, a grant, a dispute, a payment
// channel or an agent.
type Subject struct {
	// key is a byte for the kind and the bytes of the id.
	key string
}

// ParseSubject reads an id in bech32.
func ParseSubject(text string) (Subject, error) {
	if s, ok := readSubject(text); ok {
		return s, nil
	}
	return Subject{}, fmt.Errorf("%.60q is no id: it is mistyped, or of no kind that is known (%s)", text, strings.Join(kinds, ", "))
}

// OfWork is a work as a subject.
func OfWork(id registrytypes.WorkID) Subject { return Subject{string(rune(kindWork)) + string(id[:])} }

// ofTerms are terms as a subject.
func ofTerms(id [32]byte) Subject { return Subject{string(rune(kindTerms)) + string(id[:])} }

// Kind is the prefix of the subject's id: work, stemma (an account), terms, grant, dispute, paych, agent.
func (s Subject) Kind() string { return kinds[s.key[0]] }

// String is the id in bech32.
func (s Subject) String() string { return registrytypes.FormatID(s.Kind(), []byte(s.key[1:])) }

// readSubject reads an id that is written as FormatID writes it.
func readSubject(text string) (Subject, bool) {
	at := strings.IndexByte(text, '1')
	if at < 0 || len(text) > 100 {
		return Subject{}, false
	}
	for kind, prefix := range kinds {
		if text[:at] != prefix {
			continue
		}
		_, id, err := bech32.DecodeAndConvert(text)
		if err != nil || len(id) == 0 || len(id) > longestID {
			return Subject{}, false
		}
		s := Subject{string(rune(kind)) + string(id)}
		return s, s.String() == text
	}
	return Subject{}, false
}
