package mcp

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/digest"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/portal/index"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

type resolveIn struct {
	Query string `json:"query" jsonschema:"SHA-256 of a file, work id, identifier such as isrc:USRC17607839, or words of a title"`
}

type resolveOut struct {
	Height int64  `json:"height" jsonschema:"block after which all of it holds"`
	By     string `json:"by" jsonschema:"what the query was read as: id, sha256, identifier or words"`
	Works  []Work `json:"works" jsonschema:"of a digest or an id all claims to the content, the earliest first: the others are its rivals"`
	Cut
}

// resolve finds works.
func (s *Server) resolve(ctx context.Context, in resolveIn) (out resolveOut, err error) {
	if ctx, out.Height, err = s.pinned(ctx); err != nil {
		return out, err
	}
	text := strings.TrimSpace(in.Query)
	var found []registrytypes.Claim
	content, notDigest := digest.Parse(text)
	scheme, value, identifier := strings.Cut(text, ":")
	switch {
	case strings.HasPrefix(text, registrytypes.WorkPrefix+"1"):
		out.By = "id"
		if found, err = s.claims(ctx, text); err == nil {
			found, err = s.rivals(ctx, found[0])
		}
	case notDigest == nil:
		out.By = "sha256"
		found, err = s.resolved(ctx, registrytypes.SchemeSHA256, content.String())
	case identifier && !strings.ContainsAny(scheme, " \t"):
		out.By = "identifier"
		if found, err = s.identified(ctx, text, scheme, value); len(found) == 0 && err == nil && s.config.Index != nil {
			out.By = "words"
			found, err = s.worded(ctx, text)
		}
	case s.config.Index == nil:
		return out, fmt.Errorf("%w: this server finds works by a SHA-256, a work id or an identifier (scheme:value), not by words", ErrArgument)
	default:
		out.By = "words"
		found, err = s.worded(ctx, text)
	}
	found, out.Cut = few(found)
	out.Works = make([]Work, len(found))
	for i, claim := range found {
		out.Works[i] = workOf(claim)
	}
	return out, err
}

// rivals are a work and the other claims to its content, in order of claim.
func (s *Server) rivals(ctx context.Context, work registrytypes.Claim) ([]registrytypes.Claim, error) {
	all, err := s.resolved(ctx, registrytypes.SchemeSHA256, work.Sha256.String())
	for _, claim := range all {
		if claim.Id == work.Id {
			return all, err
		}
	}
	return append([]registrytypes.Claim{work}, all...), err // it stands behind so many others
}

func (s *Server) resolved(ctx context.Context, scheme, value string) ([]registrytypes.Claim, error) {
	res, err := s.config.Client.Registry().Resolve(ctx, &registrytypes.QueryResolveRequest{
		Scheme: scheme, Value: value, Pagination: &query.PageRequest{Limit: 2 * maxRows},
	})
	if status.Code(err) == codes.NotFound {
		return nil, nil
	}
	return res.GetWorks(), err
}

// identified finds works by another identifier of theirs.
func (s *Server) identified(ctx context.Context, text, scheme, value string) ([]registrytypes.Claim, error) {
	if f, err := describe.ParseFingerprint(text); err == nil {
		scheme, value = f.Scheme, f.Value
	}
	found, err := s.resolved(ctx, scheme, value)
	if status.Code(err) == codes.InvalidArgument {
		return nil, nil // it was no identifier
	}
	return found, err
}

// worded finds works by words of their titles. What they are the chain says.
func (s *Server) worded(ctx context.Context, text string) (found []registrytypes.Claim, err error) {
	page, err := s.config.Index.Search(ctx, index.Query{Text: text}, "", maxRows)
	if err != nil {
		return nil, fmt.Errorf("%w: the index: %w", ErrNode, err)
	}
	for _, row := range page.Rows {
		claim, err := s.one(ctx, row.ID.String())
		if status.Code(err) == codes.NotFound {
			continue // the index is ahead of the height
		}
		if err != nil {
			return nil, err
		}
		found = append(found, claim)
	}
	return found, nil
}
