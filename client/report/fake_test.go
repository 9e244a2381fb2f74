package report_test

import (
	"context"
	"crypto/sha256"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/client/report"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var (
	at     = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	moment = report.Moment{ChainID: "stemma-1", Height: 4711, Time: at}
)

// nasty breaks out of whatever does not escape it.
const nasty = "</li><script>alert(1)</script> [x](https://evil.example) `code` **b** \n# head \u202e & \"q\""

// node answers from maps.
type node struct {
	claims  map[registrytypes.WorkID]registrytypes.Claim
	records map[registrytypes.WorkID]*lineagetypes.GenerationRecord
	links   map[registrytypes.WorkID][]lineagetypes.Link
	grants  map[licensetypes.GrantID]licensetypes.NamedGrant
	cards   []agenttypes.CardVersion
	// older are the versions of works before the present one.
	older   map[registrytypes.WorkID][]registrytypes.Details
	waiting map[registrytypes.WorkID][]licensetypes.WaitingDeclaration
	// own are terms that are no preset.
	own map[licensetypes.TermsID]licensetypes.Terms
	// manifests of works, pools and withdrawals.
	manifests map[registrytypes.WorkID][]registrytypes.NumberedManifest
	pools     map[registrytypes.WorkID]royaltytypes.QueryPoolResponse
	withdrawn map[registrytypes.WorkID]uint64
	// most is how many sources a page has; asked counts questions.
	most  int
	asked atomic.Int64
}

func newNode() *node {
	encoding.Configure()
	return &node{
		claims: map[registrytypes.WorkID]registrytypes.Claim{}, records: map[registrytypes.WorkID]*lineagetypes.GenerationRecord{},
		links: map[registrytypes.WorkID][]lineagetypes.Link{}, grants: map[licensetypes.GrantID]licensetypes.NamedGrant{}, most: 2,
		older: map[registrytypes.WorkID][]registrytypes.Details{}, own: map[licensetypes.TermsID]licensetypes.Terms{},
		manifests: map[registrytypes.WorkID][]registrytypes.NumberedManifest{}, pools: map[registrytypes.WorkID]royaltytypes.QueryPoolResponse{},
		withdrawn: map[registrytypes.WorkID]uint64{},
	}
}

func account(name string) sdk.AccAddress {
	sum := sha256.Sum256([]byte(name))
	return sum[:20]
}

// work registers one.
func (n *node) work(title, owner string, kind registrytypes.Kind) registrytypes.WorkID {
	digest := sha256.Sum256([]byte(title))
	id := registrytypes.NewWorkID(account(owner), digest)
	n.claims[id] = registrytypes.Claim{
		Id: id, Owner: account(owner).String(), Registrant: account(owner).String(), Sha256: digest,
		Status: registrytypes.STATUS_ACTIVE, Version: 1, ClaimedSince: registrytypes.Priority{Time: at.AddDate(0, -2, 0)},
		RegisteredAt: at.AddDate(0, -2, 0),
		Details:      registrytypes.Details{Kind: kind, Title: title, Creators: []registrytypes.Creator{{Name: owner, Role: "author"}}},
	}
	return id
}

// derive declares a source of a work.
func (n *node) derive(work registrytypes.WorkID, link lineagetypes.Link) {
	link.Derivative, link.AddedAt = work, at.AddDate(0, -1, len(n.links[work]))
	if link.External == nil {
		link.WorkVersion = 1
	}
	n.links[work] = append(n.links[work], link)
}

func terms(t *testing.T, name string) licensetypes.TermsID {
	t.Helper()
	p, ok := licensetypes.PresetByName(name)
	require.True(t, ok, name)
	return p.ID
}

func (n *node) Invoke(_ context.Context, method string, args, reply any, _ ...grpc.CallOption) error {
	n.asked.Add(1)
	switch reply := reply.(type) {
	case *registrytypes.QueryWorkResponse:
		claim, known := n.claims[args.(*registrytypes.QueryWorkRequest).Work]
		if !known {
			return status.Error(codes.NotFound, "work not found")
		}
		reply.Work = claim
	case *registrytypes.QueryRevisionsResponse:
		req := args.(*registrytypes.QueryRevisionsRequest)
		for i, details := range n.older[req.Work] {
			if uint64(i) == req.Pagination.Offset {
				reply.Revisions = []registrytypes.NumberedRevision{{Version: uint32(i) + 1, Revision: registrytypes.Revision{Details: details}}}
			}
		}
	case *registrytypes.QueryManifestResponse:
		req := args.(*registrytypes.QueryManifestRequest)
		for _, m := range n.manifests[req.Work] {
			if m.Version == req.Version {
				reply.Manifest = m
			}
		}
		if count := n.withdrawn[req.Work]; count > 0 {
			reply.Withdrawals = registrytypes.WithdrawalList{Count: count, Sha256: sha256.Sum256([]byte("withdrawals"))}
		}
	case *registrytypes.QueryManifestsResponse:
		req := args.(*registrytypes.QueryManifestsRequest)
		from := 0
		if len(req.Pagination.Key) > 0 {
			from = int(req.Pagination.Key[0])
		}
		all := n.manifests[req.Work]
		reply.Manifests, reply.Pagination = all[from:from+1], &query.PageResponse{}
		if from+1 < len(all) {
			reply.Pagination.NextKey = []byte{byte(from + 1)}
		}
	case *royaltytypes.QueryPoolResponse:
		*reply = n.pools[args.(*royaltytypes.QueryPoolRequest).Work]
	case *lineagetypes.QueryDerivationResponse:
		id := args.(*lineagetypes.QueryDerivationRequest).Work
		reply.Record = n.records[id]
		for _, link := range n.links[id] {
			if link.External != nil {
				reply.Node.Externals++
			} else {
				reply.Node.Sources++
			}
		}
	case *lineagetypes.QuerySourcesResponse:
		req := args.(*lineagetypes.QuerySourcesRequest)
		all, from := n.links[req.Work], 0
		if len(req.Pagination.Key) > 0 {
			from = int(req.Pagination.Key[0])
		}
		to := min(len(all), from+n.most)
		reply.Sources, reply.Pagination = slices.Clone(all[from:to]), &query.PageResponse{}
		if to < len(all) {
			reply.Pagination.NextKey = []byte{byte(to)}
		}
	case *licensetypes.QueryTermsResponse:
		id, err := licensetypes.ParseTerms(args.(*licensetypes.QueryTermsRequest).Terms)
		if err != nil {
			return err
		}
		if terms, known := n.own[id]; known {
			reply.Terms = licensetypes.IdentifiedTerms{Id: id, Terms: terms}
		}
		for _, p := range licensetypes.Presets() {
			if p.ID == id {
				reply.Terms = licensetypes.IdentifiedTerms{Id: id, Preset: p.Name, Terms: p.Terms}
			}
		}
	case *licensetypes.QueryAdmissionsResponse:
		reply.Admissions = n.waiting[args.(*licensetypes.QueryAdmissionsRequest).Work]
	case *licensetypes.QueryGrantResponse:
		reply.Grant = n.grants[args.(*licensetypes.QueryGrantRequest).Grant]
	case *agenttypes.QueryAgentResponse:
		reply.Passport = agenttypes.Passport{
			Id: args.(*agenttypes.QueryAgentRequest).Agent, Name: "painter", Controller: account("lab").String(), Version: uint32(len(n.cards)),
		}
		reply.Card = n.cards[len(n.cards)-1]
	case *agenttypes.QueryCardsResponse:
		offset := args.(*agenttypes.QueryCardsRequest).Pagination.Offset
		reply.Cards = n.cards[offset : offset+1]
	default:
		return status.Error(codes.Unimplemented, method)
	}
	return nil
}

func (n *node) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	panic("no query streams")
}

// merge is a model made of two others, four steps deep, with data under every sort of permission.
func merge(t *testing.T) (*node, registrytypes.WorkID) {
	n := newNode()
	model := func(title, owner string) registrytypes.WorkID { return n.work(title, owner, registrytypes.KIND_MODEL) }
	merged, left, right, base := model("merged-7b", "lab"), model("left-7b", "other"), model("right-7b", "lab"), model("base-7b", "base")
	photos, songs := n.work("photos", "archive", registrytypes.KIND_DATASET), n.work(nasty, "nasty", registrytypes.KIND_AUDIO)
	photo, made := n.work("a photo", "eve", registrytypes.KIND_IMAGE), n.work("made", "lab", registrytypes.KIND_TEXT)
	n.records[made] = &lineagetypes.GenerationRecord{Model: "writer-1", Provider: "Lab Inc.", SystemName: "Writer", SystemVersion: "1.2"}

	grant, free := licensetypes.GrantID{7}, licensetypes.GrantID{8}
	fee := sdk.NewInt64Coin("uusdc", 5_000_000)
	n.grants[grant] = licensetypes.NamedGrant{
		Id: grant, Work: photos, Terms: terms(t, "ai-training-paid"), Grant: licensetypes.Grant{Fee: &fee},
	}
	n.grants[free] = licensetypes.NamedGrant{Id: free, Work: songs, Terms: terms(t, "ai-training-allowed")}

	n.derive(merged, lineagetypes.Link{Source: left, Role: lineagetypes.ROLE_COMPONENT_OF, Terms: terms(t, "cc-by-4.0")})
	n.derive(merged, lineagetypes.Link{Source: right, Role: lineagetypes.ROLE_COMPONENT_OF})
	n.derive(merged, lineagetypes.Link{Source: photos, Role: lineagetypes.ROLE_TRAINED_ON, Grant: grant})
	n.derive(merged, lineagetypes.Link{Source: photo, Role: lineagetypes.ROLE_CITES})
	n.derive(merged, lineagetypes.Link{Source: made, Role: lineagetypes.ROLE_TRAINED_ON, AddedLater: true})
	n.derive(left, lineagetypes.Link{Source: base, Role: lineagetypes.ROLE_PARENT_OF, Terms: terms(t, "cc-by-sa-4.0")})
	n.derive(right, lineagetypes.Link{Source: base, Role: lineagetypes.ROLE_PARENT_OF, Terms: terms(t, "cc-by-4.0")})
	n.derive(right, lineagetypes.Link{Source: songs, Role: lineagetypes.ROLE_TRAINED_ON, Grant: free})
	outside := func(x lineagetypes.External) lineagetypes.Link {
		return lineagetypes.Link{External: &x, Role: lineagetypes.ROLE_TRAINED_ON}
	}
	n.derive(right, outside(lineagetypes.External{Uri: "https://data.example/set"}))
	n.derive(base, outside(lineagetypes.External{Sha256: sha256.Sum256([]byte("crawl"))}))
	n.derive(photos, lineagetypes.Link{Source: photo, Role: lineagetypes.ROLE_CONTAINS, Terms: terms(t, "cc0-1.0")})
	return n, merged
}

// output is what an agent made, under the first version of its card.
func output(t *testing.T) (*node, registrytypes.WorkID) {
	n := newNode()
	picture, input := n.work("a picture", "lab", registrytypes.KIND_IMAGE), n.work("a sketch", "eve", registrytypes.KIND_IMAGE)
	claim := n.claims[picture]
	claim.Details.Fingerprints = []registrytypes.Fingerprint{{Scheme: "c2pa", Value: strings.Repeat("ab", 32)}}
	n.claims[picture] = claim
	made, anchored := at.AddDate(0, -1, 0), at.AddDate(0, -1, 1)
	n.records[picture] = &lineagetypes.GenerationRecord{
		Agent: agenttypes.AgentID{3}, AgentVersion: 1, Model: "painter-3", Provider: "Lab Inc.",
		SystemName: "Painter", SystemVersion: "3.1",
		GeneratedAt: &made, UniqueId: "out-42", AnchoredAt: &anchored,
	}
	card := func(party string) agenttypes.CardVersion {
		return agenttypes.CardVersion{CreatedAt: at.AddDate(0, -3, 0), Card: agenttypes.Card{
			Responsible: agenttypes.Party{Name: party, Contact: "mailto:law@lab.example"},
		}}
	}
	n.cards = []agenttypes.CardVersion{card("Lab Inc."), card("Newer Inc.")}
	n.derive(picture, lineagetypes.Link{Source: input, Role: lineagetypes.ROLE_INPUT_TO, Terms: terms(t, "ai-training-allowed")})
	return n, picture
}
