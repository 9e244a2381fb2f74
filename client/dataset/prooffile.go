package dataset

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/stemma-chain/stemma/x/headers/rfc6962"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	"github.com/stemma-chain/stemma/x/registry/sumtree"
)

// ProofFormat is the form of a proof's file, with its version.
const ProofFormat = "stemma-dataset-proof/1"

// MaxProof is the most bytes of a proof's file.
const MaxProof = 64 << 10

// ErrNoProof says that a file is no proof of this version.
var ErrNoProof = errors.New("not a proof of this version")

// Proof is about an item or about a contributor of a manifest; the other is nil.
type Proof struct {
	Manifest    manifest.Manifest
	Item        *ItemProof
	Contributor *ContributorProof
}

// hexBytes are bytes in hex digits.
type hexBytes []byte

func (h hexBytes) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h), nil }

func (h *hexBytes) UnmarshalText(text []byte) (err error) {
	*h, err = hex.AppendDecode(nil, text)
	return err
}

// hash is a hash in hex digits.
type hash [32]byte

func (h hash) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

func (h *hash) UnmarshalText(text []byte) error {
	if len(text) != 2*len(h) {
		return fmt.Errorf("%d hex digits, a hash has %d", len(text), 2*len(h))
	}
	_, err := hex.Decode(h[:], text)
	return err
}

// proofJSON is a proof in its file. Numbers of 64 bits are texts, so that all programs read them exactly.
type proofJSON struct {
	Format      string           `json:"format"`
	Manifest    manifestJSON     `json:"manifest"`
	Item        *itemJSON        `json:"item,omitempty"`
	Contributor *contributorJSON `json:"contributor,omitempty"`
}

type manifestJSON struct {
	ItemsRoot        hash   `json:"items_root"`
	Items            uint64 `json:"items"`
	ContributorsRoot hash   `json:"contributors_root"`
	Contributors     uint64 `json:"contributors"`
	Weight           string `json:"weight"`
}

type itemJSON struct {
	Index uint64   `json:"index"`
	Row   hexBytes `json:"row"`
	Path  []hash   `json:"path"`
}

type contributorJSON struct {
	Contributor string     `json:"contributor"`
	Weight      string     `json:"weight"`
	Index       uint64     `json:"index"`
	Path        []nodeJSON `json:"path"`
}

type nodeJSON struct {
	Sum  string `json:"sum"`
	Hash hash   `json:"hash"`
}

// MarshalJSON writes the file of a proof.
func (p Proof) MarshalJSON() ([]byte, error) {
	m := p.Manifest
	file := proofJSON{Format: ProofFormat, Manifest: manifestJSON{
		m.Items, m.ItemCount, m.Contributors.Hash, m.Contributors.Leaves, strconv.FormatUint(m.Contributors.Sum, 10),
	}}
	if i := p.Item; i != nil {
		file.Item = &itemJSON{Index: i.Index, Row: i.Row, Path: []hash{}}
		for _, h := range i.Path {
			file.Item.Path = append(file.Item.Path, hash(h))
		}
	}
	if c := p.Contributor; c != nil {
		file.Contributor = &contributorJSON{ContributorText(c.Contributor), strconv.FormatUint(c.Weight, 10), c.Index, []nodeJSON{}}
		for _, n := range c.Path {
			file.Contributor.Path = append(file.Contributor.Path, nodeJSON{strconv.FormatUint(n.Sum, 10), n.Hash})
		}
	}
	return json.Marshal(file)
}

// ReadProof reads the file of a proof, and checks nothing but its form. It fails with ErrNoProof.
func ReadProof(raw []byte) (p Proof, err error) {
	defer func() {
		if err != nil && !errors.Is(err, ErrNoProof) {
			err = fmt.Errorf("%w: %w", ErrNoProof, err)
		}
	}()
	if len(raw) > MaxProof {
		return p, fmt.Errorf("it has more than %d bytes", MaxProof)
	}
	var file proofJSON
	in := json.NewDecoder(bytes.NewReader(raw))
	in.DisallowUnknownFields()
	if err := in.Decode(&file); err != nil {
		return p, err
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return p, errors.New("something follows it")
	}
	if file.Format != ProofFormat || (file.Item == nil) == (file.Contributor == nil) {
		return p, fmt.Errorf("its format is not %q, or it is not about one item or contributor", ProofFormat)
	}
	numbers := number{}
	m := file.Manifest
	p.Manifest = manifest.Manifest{Items: m.ItemsRoot, ItemCount: m.Items, Contributors: sumtree.Root{
		Node: sumtree.Node{Sum: numbers.of(m.Weight), Hash: m.ContributorsRoot}, Leaves: m.Contributors,
	}}
	if i := file.Item; i != nil {
		p.Item = &ItemProof{Index: i.Index, Row: i.Row}
		for _, h := range i.Path {
			p.Item.Path = append(p.Item.Path, rfc6962.Hash(h))
		}
	}
	if c := file.Contributor; c != nil {
		who, err := ParseContributor(c.Contributor)
		if err != nil {
			return p, err
		}
		p.Contributor = &ContributorProof{Contributor: who, Weight: numbers.of(c.Weight), Proof: sumtree.Proof{Index: c.Index}}
		for _, n := range c.Path {
			p.Contributor.Path = append(p.Contributor.Path, sumtree.Node{Sum: numbers.of(n.Sum), Hash: n.Hash})
		}
	}
	return p, numbers.err
}

// number reads numbers and keeps the first error.
type number struct{ err error }

func (n *number) of(text string) uint64 {
	value, err := strconv.ParseUint(text, 10, 64)
	if err == nil && strconv.FormatUint(value, 10) != text {
		err = fmt.Errorf("%q is not how %d is written", text, value)
	}
	if err != nil && n.err == nil {
		n.err = err
	}
	return value
}
