package detect_test

import (
	"context"
	"crypto/sha256"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/detect"
	"github.com/stemma-chain/stemma/client/digest"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var (
	content = registrytypes.Digest(sha256.Sum256([]byte("picture")))
	at      = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	iscc    = registrytypes.Fingerprint{Scheme: "iscc", Value: "ISCC:KACYPXW445FTYNJ3CYSXHAFJMA2HUWULUNRFE3BLHRSCXYH2M5AEGQY"}
)

// node knows works by scheme and value; of each the same was declared.
type node struct {
	works map[string][]registrytypes.Claim
	sent  []string
}

func (n *node) Invoke(_ context.Context, _ string, args, reply any, _ ...grpc.CallOption) error {
	switch reply := reply.(type) {
	case *registrytypes.QueryResolveResponse:
		req := args.(*registrytypes.QueryResolveRequest)
		n.sent = append(n.sent, req.Scheme+" "+req.Value)
		reply.Works = n.works[req.Scheme+" "+req.Value]
		if most := int(req.Pagination.Limit); len(reply.Works) > most {
			reply.Works, reply.Pagination = reply.Works[:most], &query.PageResponse{NextKey: []byte{1}}
		}
	case *lineagetypes.QueryDerivationResponse:
		reply.Record = &lineagetypes.GenerationRecord{
			Agent: agenttypes.AgentID{1}, AgentVersion: 2, Provider: "Lab", SystemName: "Painter", SystemVersion: "3", GeneratedAt: &at,
			UniqueId: "out-42",
		}
	case *lineagetypes.QuerySourcesResponse:
		reply.Sources = []lineagetypes.Link{
			{Source: registrytypes.WorkID{5}, Role: lineagetypes.ROLE_INPUT_TO},
			{External: &lineagetypes.External{Uri: "https://a.example"}, Role: lineagetypes.ROLE_INPUT_TO},
		}
	case *licensetypes.QueryOffersResponse:
		reply.Offers = []licensetypes.OpenOffer{{Public: true, Terms: licensetypes.IdentifiedTerms{Preset: "cc-by-4.0"}}}
	case *agenttypes.QueryCardsResponse:
		if args.(*agenttypes.QueryCardsRequest).Pagination.Offset == 1 { // the second
			reply.Cards = []agenttypes.CardVersion{{Card: agenttypes.Card{Responsible: agenttypes.Party{Name: "Lab Inc."}}}}
		}
	default:
		return status.Error(codes.Unimplemented, "not asked")
	}
	return nil
}

func (n *node) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	panic("no query streams")
}

func claim(id byte, of registrytypes.Digest, marks ...registrytypes.Fingerprint) registrytypes.Claim {
	return registrytypes.Claim{
		Id: registrytypes.WorkID{id}, Sha256: of, Status: registrytypes.STATUS_ACTIVE, ClaimedSince: registrytypes.Priority{Time: at},
		Details: registrytypes.Details{Kind: registrytypes.KIND_IMAGE, Title: "picture", Fingerprints: marks},
	}
}

func TestWhatTheChainKnowsOfAFile(t *testing.T) {
	other := registrytypes.Digest{9}
	n := &node{works: map[string][]registrytypes.Claim{
		"sha256 " + content.String():    {claim(1, content, iscc), claim(2, content, iscc)},
		"iscc " + iscc.Value:            {claim(1, content, iscc), claim(3, other, iscc)},
		"cid " + detect.RawCID(content): {claim(4, other)},
		"doi 10.1000/182":               {claim(6, other)},
	}}
	found, err := detect.Of(t.Context(), n, content, registrytypes.Fingerprint{Scheme: "doi", Value: "10.1000/182"})
	require.NoError(t, err)
	require.True(t, found.Known())
	require.Len(t, found.Claims, 2)
	first := found.Claims[0]
	require.Equal(t, "active", first.Status)
	require.Equal(t, "Lab Inc.", first.Record.Responsible)
	require.Equal(t, &at, first.Record.GeneratedAt)
	require.Equal(t, []detect.Licence{{Terms: licensetypes.TermsID{}.String(), Name: "cc-by-4.0", Public: true}}, first.Licences)
	require.Equal(t, "https://a.example", first.Sources[1].External)
	var alike []string
	for _, r := range found.Resembling {
		alike = append(alike, r.Scheme)
	}
	require.Equal(t, []string{"cid", "doi", "iscc"}, alike, "of other content, each fingerprint once")
	require.Len(t, n.sent, 4)
}

func TestNothingIsKnown(t *testing.T) {
	n := &node{}
	found, err := detect.Of(t.Context(), n, content)
	require.NoError(t, err)
	require.False(t, found.Known())
	require.Equal(t, []string{"sha256 " + content.String(), "cid " + detect.RawCID(content)}, n.sent, "digests alone")
	read, err := digest.Parse(detect.RawCID(content))
	require.NoError(t, err)
	require.Equal(t, content, read)
}

func TestManyClaimsAreCut(t *testing.T) {
	n := &node{works: map[string][]registrytypes.Claim{}}
	for i := range byte(2 * detect.MaxClaims) {
		key := "sha256 " + content.String()
		n.works[key] = append(n.works[key], claim(i+1, content))
	}
	found, err := detect.Of(t.Context(), n, content)
	require.NoError(t, err)
	require.Len(t, found.Claims, detect.MaxClaims)
	require.True(t, found.MoreClaims)
}

// Works that resemble it are cut with a word too, and those of its own content don't hide them.
func TestManyResemblingAreCut(t *testing.T) {
	n := &node{works: map[string][]registrytypes.Claim{}}
	for i := range byte(detect.MaxResembling + 1) {
		n.works["iscc "+iscc.Value] = append(n.works["iscc "+iscc.Value], claim(i+1, registrytypes.Digest{9}))
	}
	found, err := detect.Of(t.Context(), n, content, iscc)
	require.NoError(t, err)
	require.Len(t, found.Resembling, detect.MaxResembling)
	require.Equal(t, "active", found.Resembling[0].Status)
	require.True(t, found.MoreResembling)
}
