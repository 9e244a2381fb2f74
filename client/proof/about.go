package proof

import (
	"crypto/sha256"
	"fmt"

	"github.com/cosmos/gogoproto/proto"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// ofWorks are the kinds that a work's id alone asks for.
var ofWorks = []struct {
	kind    Kind
	request func(registrytypes.WorkID) proto.Message
}{
	{Claim, func(w registrytypes.WorkID) proto.Message { return &registrytypes.QueryWorkRequest{Work: w} }},
	{Title, func(w registrytypes.WorkID) proto.Message { return &registrytypes.QueryOwnersRequest{Work: w} }},
	{Offers, func(w registrytypes.WorkID) proto.Message { return &licensetypes.QueryOffersRequest{Work: w} }},
	{Derivation, func(w registrytypes.WorkID) proto.Message { return &lineagetypes.QueryDerivationRequest{Work: w} }},
	{Sources, func(w registrytypes.WorkID) proto.Message { return &lineagetypes.QuerySourcesRequest{Work: w} }},
	{Holders, func(w registrytypes.WorkID) proto.Message { return &royaltytypes.QueryHoldersRequest{Work: w} }},
	{Manifest, func(w registrytypes.WorkID) proto.Message { return &registrytypes.QueryManifestRequest{Work: w} }},
}

// OfWorks are the kinds of facts that AboutWork asks for, the claim first.
func OfWorks() []Kind {
	kinds := make([]Kind, len(ofWorks))
	for i, row := range ofWorks {
		kinds[i] = row.kind
	}
	return kinds
}

// AboutWork asks for a fact about a work. It fails for a kind that asks for more than the work.
func AboutWork(kind Kind, work registrytypes.WorkID) (Question, error) {
	for _, row := range ofWorks {
		if row.kind == kind {
			return Question{Kind: kind, Request: row.request(work)}, nil
		}
	}
	return Question{}, fmt.Errorf("a proof of kind %s is not about a work alone", kind)
}

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
