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

	"github.com/stemma-chain/stemma/client"
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
		ctx: ctx, manifests: manifests, roots: map[version]registrytypes.Roots{},
		had: map[registrytypes.WorkID][]registrytypes.NumberedManifest{},
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
	// had are the manifests that works have had, of proofs that name theirs by its digest.
	had map[registrytypes.WorkID][]registrytypes.NumberedManifest
}

func (p *proving) row(row *Row) error {
	if err := p.number(row.Proof); err != nil {
		return err
	}
	roots, err := p.rootsOf(version{row.Proof.Work, row.Proof.Version})
	if err != nil {
		return err
	}
	if err := row.Proof.Item.Verify(roots, row.Proof.Contributor); err != nil {
		return &proofError{err}
	}
	row.Item.Terms = licensetypes.TermsID(row.Proof.Item.TermsSha256)
	return nil
}

// number finds the version of a proof that names its manifest by the digest.
func (p *proving) number(proof *ItemProof) error {
	if proof.Version != 0 {
		return nil
	}
	all, known := p.had[proof.Work]
	if !known {
		rows := client.Rows(p.ctx, func(ctx context.Context, page *query.PageRequest) (
			[]registrytypes.NumberedManifest, *query.PageResponse, error,
		) {
			res, err := p.manifests.Manifests(ctx, &registrytypes.QueryManifestsRequest{Work: proof.Work, Pagination: page})
			return res.GetManifests(), res.GetPagination(), err
		})
		var err error
		if all, err = client.All(rows, 0); err != nil && status.Code(err) != codes.NotFound {
			return fmt.Errorf("ask for the manifests of %s: %w", proof.Work, err)
		}
		p.had[proof.Work] = all
	}
	for _, m := range all {
		if m.Sha256 == proof.Manifest {
			proof.Version = m.Version
			return nil
		}
	}
	return &proofError{fmt.Errorf("%s has had no manifest with the digest %s", proof.Work, proof.Manifest)}
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
