package proof

import (
	"crypto/sha256"
	"fmt"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// IsAbout fails with ErrRefuted where what is proved is about another content than that of this SHA-256, and with another error where it
// is about none.
func (p Proven) IsAbout(content [sha256.Size]byte) error {
	about := p.Content
	if claim, ok := p.Answer.(*registrytypes.QueryWorkResponse); ok {
		about = (*[sha256.Size]byte)(&claim.Work.Sha256)
	}
	switch {
	case about == nil:
		return fmt.Errorf("a proof of kind %s is about no content: leave the file out, or check a proof of the claim", p.Kind)
	case *about != content:
		return fmt.Errorf("%w: the proof is about another content, of SHA-256 %x", ErrRefuted, *about)
	}
	return nil
}

// OfAnchor asks whether an anchor has a content.
func OfAnchor(account string, content registrytypes.Digest, p registrytypes.AnchorProof) Question {
	o := &Opening{Content: content, Salt: p.Salt, Index: p.Index}
	for _, hash := range p.Path {
		o.Path = append(o.Path, hash)
	}
	return Question{Kind: Content, Request: &registrytypes.QueryAnchorRequest{Account: account, Root: p.Root}, Opening: o}
}
