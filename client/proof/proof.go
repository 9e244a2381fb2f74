// Package proof reads and checks proofs: files from which anybody can see what the chain says about something, without a node
// and without trust in whoever made the file, by the hash of one header that they know from elsewhere. docs/proofs.md has the
// format byte by byte.
//
// A proof is an answer of the chain, with what it takes to compute it again: the question (a query of the chain), the rows that the
// query reads, present or absent, under the app hash of a header, and what leads from a trusted header to that one: signatures to
// a later header, the chain's own log of headers (x/headers) to an earlier one. Nothing else is in it, so there is one
// file for one proof, and all that is printed of it is computed from what is proved.
package proof

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/client/proof/signed"
	"github.com/stemma-chain/stemma/client/proof/wire"
	"github.com/stemma-chain/stemma/x/headers/rfc6962"
)

// Magic is what a proof begins with; the last byte is the version of the format.
const Magic = "stemma proof\n\x01"

// Bounds of a proof.
const (
	// MaxBytes is the most bytes of a proof.
	MaxBytes = 4 << 20
	// maxHops is the most headers that signatures lead over.
	maxHops = 64
	// maxShown is the most headers that the log leads back to.
	maxShown = 3
	// SumSize is how many bytes of a SHA-256 over the rest a proof ends with: they tell a damaged file from a forged one.
	SumSize = 8
	// maxState is the most bytes of a proof of rows of all stores.
	maxState = 2 << 20
)

// Errors of proofs.
var (
	// ErrUnreadable: the file is no proof, or not written as one.
	ErrUnreadable = wire.ErrUnreadable
	// ErrRefuted: what the file says does not follow from what is in it, or is about something else.
	ErrRefuted = errors.New("refuted")
	// ErrUnverified: nothing speaks against the file, and nothing that is trusted leads to it.
	ErrUnverified = errors.New("not verified")
)

// refuted says why a proof does not hold.
func refuted(why error) error { return fmt.Errorf("%w: %w", ErrRefuted, why) }

// Trust is a header that somebody trusts: its height and hash.
type Trust struct {
	Height int64
	Hash   [sha256.Size]byte
}

// String is how people write it: HEIGHT:HASH.
func (t Trust) String() string { return fmt.Sprintf("%d:%X", t.Height, t.Hash) }

// ParseTrust reads HEIGHT:HASH, the hash in hex of either case.
func ParseTrust(text string) (Trust, error) {
	height, hash, _ := strings.Cut(text, ":")
	t := Trust{}
	var err error
	if t.Height, err = strconv.ParseInt(height, 10, 64); err != nil || t.Height < 1 {
		return t, fmt.Errorf("%q is no trusted header: write its height, a colon and its hash, 64 hex digits", text)
	}
	raw, err := hex.DecodeString(hash)
	if err != nil || len(raw) != sha256.Size {
		return t, fmt.Errorf("%q is no trusted header: behind the colon stands its hash, %d hex digits", text, 2*sha256.Size)
	}
	t.Hash = [sha256.Size]byte(raw)
	return t, nil
}

// TrustIn is what it takes to trust a header.
func TrustIn(h *cmttypes.Header) Trust { return Trust{h.Height, signed.HashOf(h)} }

// Proof is a proof as its file has it.
type Proof struct {
	ChainID string
	// Trusted is the header that whoever checks the proof knows from elsewhere.
	Trusted *cmttypes.Header
	// Hops lead from it to later headers by signatures. The last of them, or else the trusted header, is the last header.
	Hops []signed.Hop
	// Shown are older headers that the log leads back to, by height.
	Shown []Shown
	// State proves rows under the app hash of the last header: the log's where it leads back, else those of the fact.
	State []byte
	Fact  Fact
}

// Shown is an older header.
type Shown struct {
	Header *cmttypes.Header
	// Path leads from its leaf to the peak of the log that it is under.
	Path []rfc6962.Hash
	// State proves rows under its app hash; empty: none is needed.
	State []byte
}

// Last is the latest header of the proof.
func (p *Proof) Last() *cmttypes.Header {
	if len(p.Hops) == 0 {
		return p.Trusted
	}
	return p.Hops[len(p.Hops)-1].Header
}

// Encode writes the file. Each part is one that can be read again.
func (p *Proof) Encode() []byte {
	to := wire.AppendField([]byte(Magic), []byte(p.ChainID))
	to = signed.AppendHeader(to, p.Trusted)
	to = wire.AppendNumber(to, uint64(len(p.Hops)))
	var set signed.Set
	for _, h := range p.Hops {
		to = signed.AppendSet(to, set, h.From)
		to = signed.AppendSet(to, h.From, h.Set)
		to = signed.AppendHeader(to, h.Header)
		to = signed.AppendCommit(to, h.Set, h.Commit)
		set = h.Set
	}
	to = wire.AppendNumber(to, uint64(len(p.Shown)))
	for _, s := range p.Shown {
		to = signed.AppendHeader(to, s.Header)
		to = wire.AppendNumber(to, uint64(len(s.Path)))
		for _, hash := range s.Path {
			to = append(to, hash[:]...)
		}
		to = wire.AppendField(to, s.State)
	}
	to = wire.AppendField(to, p.State)
	to = p.Fact.append(wire.AppendNumber(to, uint64(p.Fact.kind())))
	return WithSum(to)
}

// WithSum adds the sum that a file ends with.
func WithSum(file []byte) []byte {
	sum := sha256.Sum256(file)
	return append(file[:len(file):len(file)], sum[:SumSize]...)
}

// Read reads a file. It fails with ErrUnreadable. What it reads shares memory with the bytes, and Encode gives the same bytes.
func Read(raw []byte) (*Proof, error) {
	if len(raw) > MaxBytes {
		return nil, fmt.Errorf("%w: it has %d bytes, more than %d", ErrUnreadable, len(raw), MaxBytes)
	}
	if !strings.HasPrefix(string(raw[:min(len(raw), len(Magic))]), Magic) {
		return nil, fmt.Errorf("%w: it does not begin as a proof of this version does", ErrUnreadable)
	}
	end := max(len(raw)-SumSize, len(Magic))
	if sum := sha256.Sum256(raw[:end]); !bytes.Equal(raw[end:], sum[:SumSize]) {
		return nil, fmt.Errorf("%w: it was damaged on its way: its last bytes are not the sum of the others", ErrUnreadable)
	}
	encoding.Configure() // questions have addresses
	r := wire.New(raw[:end])
	r.Bytes(len(Magic))
	p := &Proof{ChainID: string(r.Field(cmttypes.MaxChainIDLen))}
	p.Trusted = signed.ReadHeader(r, p.ChainID)
	var set signed.Set
	for n := r.Number(maxHops); n > 0 && r.Err() == nil; n-- {
		h := signed.Hop{From: signed.ReadSet(r, set)}
		h.Set = signed.ReadSet(r, h.From)
		h.Header = signed.ReadHeader(r, p.ChainID)
		h.Commit = signed.ReadCommit(r, h.Set)
		p.Hops, set = append(p.Hops, h), h.Set
	}
	for n := r.Number(maxShown); n > 0 && r.Err() == nil; n-- {
		s := Shown{Header: signed.ReadHeader(r, p.ChainID)}
		for levels := r.Number(rfc6962.MaxPeaks); levels > 0 && r.Err() == nil; levels-- {
			s.Path = append(s.Path, r.Hash())
		}
		s.State = r.Field(maxState)
		p.Shown = append(p.Shown, s)
	}
	p.State = r.Field(maxState)
	p.Fact = readFact(r, Kind(r.Number(math.MaxUint8)))
	return p, r.Done()
}

// Facts are the headers that the fact is read under, with what is shown of their states, the latest last.
func (p *Proof) Facts() []Shown {
	if len(p.Shown) == 0 {
		return []Shown{{Header: p.Last(), State: p.State}}
	}
	return p.Shown
}
