package vectors

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	prf "github.com/stemma-chain/stemma/client/proof"
)

// Proofs are proofs that every implementation has to judge alike.
type Proofs struct {
	Proofs  []Proof  `json:"proofs"`
	Changed []Change `json:"changed"`
}

// Proof is one file, and what is to be said of it.
type Proof struct {
	Name string `json:"name"`
	// File is the proof, in hex.
	File string `json:"file"`
	// Trust is the header that is trusted, HEIGHT:HASH.
	Trust string `json:"trust"`
	// Now and Period are the clock of whoever checks, and for how many seconds signatures count.
	Now    time.Time `json:"now"`
	Period int64     `json:"period"`
	Judged
}

// Judged is what is to be said of a proof.
type Judged struct {
	// Result is proved, refuted, unverified or unreadable.
	Result string `json:"result"`
	// The rest says what is proved; of one that is not, nothing.
	ChainID  string          `json:"chain_id,omitempty"`
	Kind     string          `json:"kind,omitempty"`
	Height   int64           `json:"height,omitempty"`
	Time     *time.Time      `json:"time,omitempty"`
	Question json.RawMessage `json:"question,omitempty"`
	Answer   json.RawMessage `json:"answer,omitempty"`
}

// Change is a proof in which bytes were changed.
type Change struct {
	// Of is the name of the proof.
	Of string `json:"of"`
	// At is a place, from 0; Cut so many bytes are left out there, and Put, in hex, comes in their place.
	At  int    `json:"at"`
	Cut int    `json:"cut"`
	Put string `json:"put"`
	// Sum: the last 8 bytes, which the place does not count, are made right again.
	Sum    bool   `json:"sum"`
	Result string `json:"result"`
}

// Apply is the changed file.
func (c Change) Apply(file []byte) ([]byte, error) {
	put, err := hex.DecodeString(c.Put)
	if err != nil {
		return nil, err
	}
	end := len(file)
	if c.Sum {
		end -= prf.SumSize
	}
	if c.At+c.Cut > end {
		return nil, errors.New("a change is outside of the file")
	}
	changed := append(append(append([]byte{}, file[:c.At]...), put...), file[c.At+c.Cut:end]...)
	if c.Sum {
		changed = prf.WithSum(changed)
	}
	return changed, nil
}

// Judge says what is to be said of a file.
func Judge(file []byte, trust prf.Trust, policy prf.Policy) (Judged, error) {
	p, err := prf.Read(file)
	if err != nil {
		return Judged{Result: resultOf(err)}, err
	}
	proven, err := p.Verify(trust, policy)
	if err != nil {
		return Judged{Result: resultOf(err)}, err
	}
	return Judged{
		Result: resultOf(err), ChainID: proven.ChainID, Kind: proven.Kind.String(), Height: proven.Height, Time: &proven.Time,
		Question: proven.Question, Answer: proven.Told,
	}, nil
}

func resultOf(err error) string {
	switch {
	case err == nil:
		return "proved"
	case errors.Is(err, prf.ErrUnreadable):
		return "unreadable"
	case errors.Is(err, prf.ErrRefuted):
		return "refuted"
	case errors.Is(err, prf.ErrUnverified):
		return "unverified"
	}
	return "failed"
}
