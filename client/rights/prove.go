package rights

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	grpctypes "github.com/cosmos/cosmos-sdk/types/grpc"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/sheet"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Manifests is what is asked for the roots that proofs lead to.
type Manifests interface {
	Manifest(context.Context, *registrytypes.QueryManifestRequest, ...grpc.CallOption) (*registrytypes.QueryManifestResponse, error)
}

// Terms is what is asked for the terms whose ids manifests have the first bytes of.
type Terms interface {
	TermsList(context.Context, *licensetypes.QueryTermsListRequest, ...grpc.CallOption) (*licensetypes.QueryTermsListResponse, error)
}

// Prove checks the proofs that rows have by the manifests on the chain, at one height, and names for each row the terms that its item
// was given under. All false proofs are named, by their lines, up to a bound; nothing is to be asked then.
func (m Manifest) Prove(ctx context.Context, name string, manifests Manifests, terms Terms, height int64) error {
	ctx = metadata.AppendToOutgoingContext(ctx, grpctypes.GRPCBlockHeightHeader, strconv.FormatInt(height, 10))
	p := proving{
		ctx: ctx, manifests: manifests, terms: terms, roots: map[version]registrytypes.Roots{}, ids: map[string]licensetypes.TermsID{},
	}
	var bad []error
	for i := range m.Rows {
		row := &m.Rows[i]
		if row.Proof == nil {
			continue
		}
		var wrong *proofError
		switch err := p.row(row); {
		case errors.As(err, &wrong):
			bad = append(bad, fmt.Errorf("%s line %d: %w", name, row.Line, err))
		case err != nil:
			return err
		}
	}
	return sheet.Join(bad)
}

// version is one of a work.
type version struct {
	work   registrytypes.WorkID
	number uint32
}

// proofError says that a proof does not hold.
type proofError struct{ err error }

func (e *proofError) Error() string { return "the proof is false: " + e.err.Error() }

func (e *proofError) Unwrap() error { return e.err }

// proving checks proofs, and asks for each manifest and terms once.
type proving struct {
	ctx       context.Context
	manifests Manifests
	terms     Terms
	roots     map[version]registrytypes.Roots
	ids       map[string]licensetypes.TermsID
}

func (p *proving) row(row *Row) error {
	roots, err := p.rootsOf(version{row.Proof.Work, row.Proof.Version})
	if err != nil {
		return err
	}
	if err := row.Proof.Item.Verify(roots, row.Proof.Contributor); err != nil {
		return &proofError{err}
	}
	if len(row.Proof.Item.Terms) > 0 && row.Item.Terms.IsZero() {
		row.Item.Terms, err = p.termsOf(row.Proof.Item.Terms)
	}
	return err
}

func (p *proving) rootsOf(v version) (registrytypes.Roots, error) {
	if roots, known := p.roots[v]; known {
		return roots, nil
	}
	res, err := p.manifests.Manifest(p.ctx, &registrytypes.QueryManifestRequest{Work: v.work, Version: v.number})
	switch status.Code(err) {
	case codes.OK:
	case codes.NotFound, codes.InvalidArgument:
		return registrytypes.Roots{}, &proofError{fmt.Errorf("%s has no manifest in version %d: %w", v.work, v.number, err)}
	default:
		return registrytypes.Roots{}, fmt.Errorf("ask for the manifest of %s in version %d: %w", v.work, v.number, err)
	}
	p.roots[v] = res.Manifest.Roots
	return res.Manifest.Roots, nil
}

// termsOf finds the terms whose id begins so; where nobody published them, an id that nobody can publish.
func (p *proving) termsOf(begins []byte) (id licensetypes.TermsID, err error) {
	if known, found := p.ids[string(begins)]; found {
		return known, nil
	}
	copy(id[:], begins)
	res, err := p.terms.TermsList(p.ctx, &licensetypes.QueryTermsListRequest{Pagination: &query.PageRequest{Key: begins, Limit: 1}})
	if err != nil {
		return id, fmt.Errorf("ask for the terms whose id begins with %x: %w", begins, err)
	}
	if len(res.Terms) == 1 && string(res.Terms[0].Id[:len(begins)]) == string(begins) {
		id = res.Terms[0].Id
	}
	p.ids[string(begins)] = id
	return id, nil
}
