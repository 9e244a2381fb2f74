package rights

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	Manifests(context.Context, *registrytypes.QueryManifestsRequest, ...grpc.CallOption) (*registrytypes.QueryManifestsResponse, error)
}

// Prove checks the proofs that rows have by the manifests on the chain, at one height, and names for each row the terms that its item
// was given under. All false proofs are named, by their lines, up to a bound; nothing is to be asked then.
func (m Manifest) Prove(ctx context.Context, name string, manifests Manifests, height int64) error {
	ctx = metadata.AppendToOutgoingContext(ctx, grpctypes.GRPCBlockHeightHeader, strconv.FormatInt(height, 10))
	p := proving{
		ctx: ctx, manifests: manifests, roots: map[version]registrytypes.Roots{}, lists: map[registrytypes.WorkID][]registrytypes.Roots{},
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

// proving checks proofs, and asks for each manifest once.
type proving struct {
	ctx       context.Context
	manifests Manifests
	roots     map[version]registrytypes.Roots
	lists     map[registrytypes.WorkID][]registrytypes.Roots
}

func (p *proving) row(row *Row) error {
	roots, err := p.rootsFor(row.Proof)
	if err != nil {
		return err
	}
	if err := row.Proof.Item.Verify(roots, row.Proof.Contributor); err != nil {
		return &proofError{err}
	}
	row.Item.Terms = licensetypes.TermsID(row.Proof.Item.TermsSha256)
	return nil
}

// rootsFor are those that a proof has to lead to.
func (p *proving) rootsFor(proof *ItemProof) (registrytypes.Roots, error) {
	if proof.Version != 0 {
		return p.rootsOf(version{proof.Work, proof.Version})
	}
	list, err := p.listOf(proof.Work)
	if err != nil {
		return proof.Roots, err
	}
	if !slices.Contains(list, proof.Roots) {
		return proof.Roots, &proofError{fmt.Errorf("%s has no manifest with the digest %s in any version", proof.Work, proof.Roots.Digest())}
	}
	return proof.Roots, nil
}

// maxManifestPages bounds what a node can have said of one work: a million versions.
const maxManifestPages = 1000

// listOf are the roots of all of a work's manifests.
func (p *proving) listOf(work registrytypes.WorkID) ([]registrytypes.Roots, error) {
	if list, known := p.lists[work]; known {
		return list, nil
	}
	var list []registrytypes.Roots
	page := &query.PageRequest{Limit: 1000}
	for range maxManifestPages {
		res, err := p.manifests.Manifests(p.ctx, &registrytypes.QueryManifestsRequest{Work: work, Pagination: page})
		if status.Code(err) == codes.NotFound {
			return nil, &proofError{fmt.Errorf("%s is not registered: %w", work, err)}
		}
		if err != nil {
			return nil, fmt.Errorf("ask for the manifests of %s: %w", work, err)
		}
		for _, m := range res.Manifests {
			list = append(list, m.Roots)
		}
		if len(res.Pagination.GetNextKey()) == 0 {
			break
		}
		page = &query.PageRequest{Limit: 1000, Key: res.Pagination.NextKey}
	}
	p.lists[work] = list
	return list, nil
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
