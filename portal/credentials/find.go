package credentials

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/client/iscc"
	"github.com/stemma-chain/stemma/client/similar"
	"github.com/stemma-chain/stemma/portal/discover"
	"github.com/stemma-chain/stemma/portal/index"
)

// ReadValue reads the value of a soft binding by ISCC: base64 of its units one after another (as IEP-0020 has them), or of the text of
// an ISCC, or that text itself. What is the same in two alphabets of base64, and what forms without escapes make of it, is read too.
func ReadValue(value string) ([]index.Code, error) {
	value = strings.TrimSpace(value)
	if codes, err := index.ReadCodes(value); err == nil {
		return codes, nil
	}
	plain := strings.NewReplacer("-", "+", "_", "/", " ", "+").Replace(strings.TrimRight(value, "="))
	raw, err := base64.RawStdEncoding.DecodeString(plain)
	if err != nil || len(raw) == 0 {
		return nil, errors.New("it is neither an ISCC nor base64 of one")
	}
	if codes, err := index.ReadCodes(string(raw)); err == nil {
		return codes, nil
	}
	units, err := iscc.ReadUnits(raw)
	if err != nil {
		return nil, err
	}
	if len(units) > maxUnits {
		return nil, fmt.Errorf("it has %d units, and at most %d are looked for", len(units), maxUnits)
	}
	var all []index.Code
	for _, unit := range units {
		codes, err := index.ReadCodes(unit.String())
		if err != nil {
			return nil, err
		}
		all = append(all, codes...)
	}
	return all, nil
}

// find names the manifests, kept here, of works that have codes like these, the nearest first.
func (s *Service) find(ctx context.Context, codes []index.Code, most int) ([]Match, error) {
	found := []Match{}
	if s.Store == nil || len(codes) == 0 {
		return found, nil
	}
	similar, err := s.Similar.Similar(ctx, discover.SimilarQuery{Codes: codes, Distance: similar.Distance, Limit: discover.MaxPage})
	if err != nil {
		return nil, err
	}
	for _, work := range similar.Works {
		score := (64 - work.Distance) * 100 / 64
		for _, m := range s.manifestsOf(work.Credentials, score) {
			found = with(found, m)
			if len(found) == most {
				return found, nil
			}
		}
	}
	return found, nil
}

// with adds a manifest that is not there.
func with(found []Match, m Match) []Match {
	if slices.ContainsFunc(found, func(there Match) bool { return there.ManifestID == m.ManifestID }) {
		return found
	}
	return append(found, m)
}

// manifestsOf names the manifests kept here that a work names by hash.
func (s *Service) manifestsOf(credentials []string, score int) (all []Match) {
	for _, name := range credentials {
		if digest, is := strings.CutPrefix(name, hashed); is && s.Store.Has(digest) {
			all = append(all, Match{s.nameOf(digest), score})
		}
	}
	return all
}

// nameOf is by what a kept store is asked for: the label of its active manifest, or its hash where that leads to another or can't be
// written as an address. Who writes a manifest chooses its label, so somebody else's may have the same.
func (s *Service) nameOf(digest string) string {
	label := s.Store.Label(digest)
	same := s.Store.Labelled(label)
	if len(same) == 0 || same[0] != digest || len(label) > maxName || strings.ContainsFunc(label, unwritable) {
		return hashed + digest
	}
	return label
}

// hashed begins names by hash, and maxName is how long others may be.
const (
	hashed  = "sha256:"
	maxName = 256
)

func unwritable(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`/\?#%"<>`, r) }
