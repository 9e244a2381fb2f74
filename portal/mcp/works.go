package mcp

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stemma-chain/stemma/client/digest"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/register/describe"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Work is a claim to a content.
type Work struct {
	Work       string `json:"work" jsonschema:"the work's id"`
	Owner      string `json:"owner"`
	SHA256     string `json:"sha256" jsonschema:"the content that it claims"`
	Title      *Text  `json:"title,omitempty"`
	Kind       string `json:"kind"`
	Status     string `json:"status" jsonschema:"active, withdrawn, disputed or invalidated"`
	Since      string `json:"claimed_since" jsonschema:"since when the registrant provably claims the content"`
	Contested  bool   `json:"contested" jsonschema:"somebody else had claimed the content before"`
	AlsoLater  bool   `json:"also_claimed_later" jsonschema:"somebody else has claimed it since"`
	SourceType string `json:"digital_source_type,omitempty" jsonschema:"IPTC's word for how it came to be, as its registrant says"`
}

func workOf(c registrytypes.Claim) Work {
	return Work{
		Work: c.Id.String(), Owner: c.Owner, SHA256: c.Sha256.String(), Title: heading(c), Kind: describe.KindName(c.Details.Kind),
		Status: word(c.Status.String(), "STATUS_"), Since: moment(&c.ClaimedSince.Time), Contested: c.Contested, AlsoLater: c.AlsoClaimedLater,
		SourceType: c.Details.DigitalSourceType,
	}
}

// one is the work that a text names: by its id, or as the earliest claim to a content.
func (s *Server) one(ctx context.Context, text string) (registrytypes.Claim, error) {
	claims, err := s.claims(ctx, text)
	if err != nil {
		return registrytypes.Claim{}, err
	}
	return claims[0], nil
}

// relied is one, for what is paid or relied on: it fails with ErrDoubtful where the earliest of several claims is under dispute.
func (s *Server) relied(ctx context.Context, text string) (registrytypes.Claim, error) {
	claims, err := s.claims(ctx, text)
	switch {
	case err != nil:
		return registrytypes.Claim{}, err
	case register.Doubtful(claims):
		return registrytypes.Claim{}, ErrDoubtful
	}
	return claims[0], nil
}

// claims are those that a text names, in order of claim; one at least.
func (s *Server) claims(ctx context.Context, text string) ([]registrytypes.Claim, error) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, registrytypes.WorkPrefix+"1") {
		id, err := registrytypes.ParseWorkID(text)
		if err != nil {
			return nil, fmt.Errorf("%w: work: %w", ErrArgument, err)
		}
		res, err := s.config.Client.Registry().Work(ctx, &registrytypes.QueryWorkRequest{Work: id})
		if status.Code(err) == codes.NotFound {
			return nil, fmt.Errorf("%w: %s", ErrUnregistered, id)
		}
		if err != nil {
			return nil, err
		}
		return []registrytypes.Claim{res.Work}, nil
	}
	content, err := digest.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%w: it is neither a work id (work1...) nor a SHA-256 of 64 hex digits", ErrArgument)
	}
	list, err := register.Claims(ctx, s.config.Client.Registry(), content)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%w: %s", ErrUnregistered, content)
	}
	return list, nil
}
