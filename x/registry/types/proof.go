package types

import (
	"fmt"

	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/registry/anchor"
)

// NewAnchorProof writes a proof of package anchor as a message carries it.
func NewAnchorProof(root Digest, salt Salt, proof anchor.Proof) AnchorProof {
	p := AnchorProof{Root: root, Salt: salt, Index: proof.Index, Total: proof.Total, Path: make([]Digest, len(proof.Path))}
	for i, sibling := range proof.Path {
		p.Path[i] = sibling
	}
	return p
}

// Proof is the proof as package anchor verifies it.
func (p AnchorProof) Proof() anchor.Proof {
	proof := anchor.Proof{Index: p.Index, Total: p.Total, Path: make([][32]byte, len(p.Path))}
	for i, sibling := range p.Path {
		proof.Path[i] = sibling
	}
	return proof
}

// Validate checks the proof's shape: all is given, total, index and the exact
// length of the path. It fails with ErrInvalidProof or ErrInvalidDigest; whether
// it proves anything is checked against an anchor.
func (p AnchorProof) Validate() error {
	if len(p.Path) > anchor.MaxPath {
		return errorsmod.Wrapf(ErrInvalidProof, "path has %d hashes, at most %d are possible", len(p.Path), anchor.MaxPath)
	}
	if err := p.Root.GivenRoot("root"); err != nil {
		return err
	}
	if p.Salt.IsZero() {
		return errorsmod.Wrap(ErrInvalidProof, "salt is not given: it takes the leaf's 64 hex digits")
	}
	for i, sibling := range p.Path {
		if err := sibling.Given(fmt.Sprintf("path[%d]", i)); err != nil {
			return err
		}
	}
	if err := p.Proof().ValidateBasic(); err != nil {
		return errorsmod.Wrap(ErrInvalidProof, err.Error())
	}
	return nil
}
