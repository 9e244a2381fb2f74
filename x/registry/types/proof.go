package types

import (
	"fmt"

	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/registry/anchor"
)

// ParsedProof is an anchor proof with its hex read.
type ParsedProof struct {
	Root  [32]byte
	Salt  [32]byte
	Proof anchor.Proof
}

// NewAnchorProof writes a proof of package anchor as a message carries it.
func NewAnchorProof(root, salt [32]byte, proof anchor.Proof) AnchorProof {
	p := AnchorProof{
		Root: DigestKey.Stringify(root), Salt: DigestKey.Stringify(salt),
		Index: proof.Index, Total: proof.Total, Path: make([]string, len(proof.Path)),
	}
	for i, sibling := range proof.Path {
		p.Path[i] = DigestKey.Stringify(sibling)
	}
	return p
}

// Parse reads the proof and checks its shape: digests of 32 bytes, total, index
// and the exact length of the path. It fails with ErrInvalidProof or
// ErrInvalidDigest; whether it proves anything is checked against an anchor.
func (p AnchorProof) Parse() (ParsedProof, error) {
	if len(p.Path) > anchor.MaxPath {
		return ParsedProof{}, errorsmod.Wrapf(ErrInvalidProof, "path has %d hashes, at most %d are possible", len(p.Path), anchor.MaxPath)
	}
	parsed := ParsedProof{Proof: anchor.Proof{Index: p.Index, Total: p.Total, Path: make([][32]byte, len(p.Path))}}
	var err error
	if parsed.Root, err = ParseDigest("root", p.Root); err != nil {
		return ParsedProof{}, err
	}
	if parsed.Salt, err = ParseDigest("salt", p.Salt); err != nil {
		return ParsedProof{}, err
	}
	for i, sibling := range p.Path {
		if parsed.Proof.Path[i], err = ParseDigest(fmt.Sprintf("path[%d]", i), sibling); err != nil {
			return ParsedProof{}, err
		}
	}
	if err := parsed.Proof.ValidateBasic(); err != nil {
		return ParsedProof{}, errorsmod.Wrap(ErrInvalidProof, err.Error())
	}
	return parsed, nil
}
