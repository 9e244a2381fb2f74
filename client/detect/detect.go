// Package detect finds what the chain knows of a file by its digest: who claims the content and since when,
// how a system made it, what it was made from and under what it is offered. Nothing but digests and
// fingerprints is sent.
package detect

import (
	"context"
	"encoding/base32"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/register/describe"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Bounds of a finding. What is beyond is said to be there.
const (
	// MaxClaims is how many claims to a content are described, MaxLines how many sources and licences of each.
	MaxClaims = 8
	MaxLines  = 8
	// MaxResembling is how many works with one fingerprint are named.
	MaxResembling = 8
)

// Finding is what is known of a content.
type Finding struct {
	Sha256 registrytypes.Digest `json:"sha256"`
	// Claims are those to exactly this content, the earliest first.
	Claims     []Claim `json:"claims"`
	MoreClaims bool    `json:"more_claims,omitempty"`
	// Resembling are works of other content whose registrants say that they have a fingerprint of it.
	Resembling     []Resembling `json:"resembling"`
	MoreResembling bool         `json:"more_resembling,omitempty"`
}

// Known says whether the chain knows anything.
func (f Finding) Known() bool { return len(f.Claims)+len(f.Resembling) > 0 }

// Claim is one claim to the content.
type Claim struct {
	Work  string    `json:"work"`
	Title string    `json:"title"`
	Kind  string    `json:"kind"`
	Owner string    `json:"owner"`
	Since time.Time `json:"since"`
	// Status is active, withdrawn, disputed or invalidated.
	Status string `json:"status"`
	// SourceType is IPTC's digital source type, as the registrant states it.
	SourceType string `json:"digital_source_type,omitempty"`
	// Record is nil where nobody said that a system made it.
	Record *Record `json:"record,omitempty"`
	// Sources are what it was declared to be made from.
	Sources     []Source `json:"sources"`
	MoreSources bool     `json:"more_sources,omitempty"`
	// Licences are the terms that it is on offer under.
	Licences     []Licence `json:"licences"`
	MoreLicences bool      `json:"more_licences,omitempty"`
}

// Record says how a system made it: what California's SB 942 wants to be found out, and more.
type Record struct {
	Provider      string     `json:"provider,omitempty"`
	SystemName    string     `json:"system_name,omitempty"`
	SystemVersion string     `json:"system_version,omitempty"`
	GeneratedAt   *time.Time `json:"generated_at,omitempty"`
	UniqueID      string     `json:"unique_id,omitempty"`
	Model         string     `json:"model,omitempty"`
	Agent         string     `json:"agent,omitempty"`
	AgentVersion  uint32     `json:"agent_version,omitempty"`
	// Responsible answers for the agent, by the version of its card that the record pins.
	Responsible string `json:"responsible,omitempty"`
	// Anchored is since when an anchor holds the statement.
	Anchored *time.Time `json:"anchored_at,omitempty"`
	// Blanked is the SHA-256 of its text, which was taken back.
	Blanked string `json:"blanked_sha256,omitempty"`
}

// Source is one declared source: a work, or an address or digest outside the chain.
type Source struct {
	Work     string `json:"work,omitempty"`
	External string `json:"external,omitempty"`
	Role     string `json:"role"`
}

// Licence is terms on offer.
type Licence struct {
	Terms string `json:"terms"`
	Name  string `json:"name"`
	// Public: no grant is needed.
	Public bool `json:"public"`
}

// Resembling is a work that has a fingerprint of the content.
type Resembling struct {
	Scheme string `json:"scheme"`
	Value  string `json:"value"`
	Work   string `json:"work"`
	Title  string `json:"title"`
	Owner  string `json:"owner"`
	// Status is active, withdrawn, disputed or invalidated.
	Status string `json:"status"`
}

// asker asks a node, as of the height in its context.
type asker struct {
	registry registrytypes.QueryClient
	lineage  lineagetypes.QueryClient
	license  licensetypes.QueryClient
	agent    agenttypes.QueryClient
}

// Of asks a node what it knows of a content, also by further fingerprints of it.
func Of(
	ctx context.Context, node grpc.ClientConnInterface, digest registrytypes.Digest, marks ...registrytypes.Fingerprint,
) (Finding, error) {
	a := asker{
		registrytypes.NewQueryClient(node), lineagetypes.NewQueryClient(node), licensetypes.NewQueryClient(node), agenttypes.NewQueryClient(node),
	}
	found := Finding{Sha256: digest, Claims: []Claim{}, Resembling: []Resembling{}}
	res, err := a.registry.Resolve(ctx, &registrytypes.QueryResolveRequest{
		Scheme: "sha256", Value: digest.String(), Pagination: &query.PageRequest{Limit: MaxClaims},
	})
	if err != nil {
		return found, err
	}
	found.MoreClaims = len(res.Pagination.GetNextKey()) > 0
	found.Claims = make([]Claim, len(res.Works))
	group, asking := errgroup.WithContext(ctx)
	for i, w := range res.Works {
		group.Go(func() (err error) {
			found.Claims[i], err = a.claim(asking, w)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return found, err
	}
	found.Resembling, found.MoreResembling, err = a.resembling(ctx, digest, res.Works, marks)
	return found, err
}

// claim describes one claim.
func (a asker) claim(ctx context.Context, w registrytypes.Claim) (Claim, error) {
	c := Claim{
		Work: w.Id.String(), Title: describe.Heading(w), Kind: describe.KindName(w.Details.Kind), Owner: w.Owner,
		Since: w.ClaimedSince.Time.UTC(), Status: statusOf(w),
		SourceType: w.Details.DigitalSourceType, Sources: []Source{}, Licences: []Licence{},
	}
	made, err := a.lineage.Derivation(ctx, &lineagetypes.QueryDerivationRequest{Work: w.Id})
	if err != nil {
		return c, err
	}
	if made.Record != nil {
		if c.Record, err = a.record(ctx, *made.Record); err != nil {
			return c, err
		}
	}
	if err := a.sources(ctx, w.Id, &c); err != nil {
		return c, err
	}
	offers, err := a.license.Offers(ctx, &licensetypes.QueryOffersRequest{Work: w.Id, Pagination: &query.PageRequest{Limit: MaxLines}})
	if err != nil {
		return c, err
	}
	c.MoreLicences = len(offers.Pagination.GetNextKey()) > 0
	for _, o := range offers.Offers {
		name := o.Terms.Preset
		if name == "" { // they call themselves so, whatever they say
			name = strings.TrimSpace(o.Terms.Terms.Spdx + " (" + o.Terms.Id.String() + ")")
		}
		c.Licences = append(c.Licences, Licence{Terms: o.Terms.Id.String(), Name: name, Public: o.Public})
	}
	return c, nil
}

func statusOf(w registrytypes.Claim) string {
	return strings.ToLower(strings.TrimPrefix(w.Status.String(), "STATUS_"))
}

func (a asker) record(ctx context.Context, r lineagetypes.GenerationRecord) (*Record, error) {
	record := &Record{
		Provider: r.Provider, SystemName: r.SystemName, SystemVersion: r.SystemVersion, GeneratedAt: r.GeneratedAt, UniqueID: r.UniqueId,
		Model: r.Model, Agent: r.Agent.String(), AgentVersion: r.AgentVersion, Anchored: r.AnchoredAt, Blanked: r.BlankedSha256.String(),
	}
	if r.Agent.IsZero() {
		return record, nil
	}
	// The card may be another by now: who is named today did not answer for it then.
	cards, err := a.agent.Cards(ctx, &agenttypes.QueryCardsRequest{
		Agent: r.Agent, Pagination: &query.PageRequest{Offset: uint64(max(r.AgentVersion, 1)) - 1, Limit: 1},
	})
	if err == nil && len(cards.Cards) > 0 {
		record.Responsible = cards.Cards[0].Card.Responsible.Name
	}
	return record, err
}

func (a asker) sources(ctx context.Context, work registrytypes.WorkID, c *Claim) error {
	res, err := a.lineage.Sources(ctx, &lineagetypes.QuerySourcesRequest{Work: work, Pagination: &query.PageRequest{Limit: MaxLines}})
	if err != nil {
		return err
	}
	c.MoreSources = len(res.Pagination.GetNextKey()) > 0
	for _, link := range res.Sources {
		source := Source{Work: link.Source.String(), Role: link.Role.Name()}
		if x := link.External; x != nil {
			if source.External = x.Uri; source.External == "" {
				source.External = x.Sha256.String()
			}
		}
		c.Sources = append(c.Sources, source)
	}
	return nil
}

// resembling looks for works of other content by the fingerprints of this one: those given, those of its
// claims, and the CID of the raw bytes, which is the digest in another form.
func (a asker) resembling(
	ctx context.Context, digest registrytypes.Digest, claims []registrytypes.Claim, marks []registrytypes.Fingerprint,
) (list []Resembling, more bool, err error) {
	marks = append([]registrytypes.Fingerprint{{Scheme: "cid", Value: RawCID(digest)}}, marks...)
	for _, c := range claims {
		marks = append(marks, c.Details.Fingerprints...)
	}
	list = []Resembling{}
	asked := map[registrytypes.Fingerprint]bool{}
	for _, mark := range marks {
		if asked[mark] {
			continue
		}
		asked[mark] = true
		res, err := a.registry.Resolve(ctx, &registrytypes.QueryResolveRequest{
			Scheme: mark.Scheme, Value: mark.Value, Pagination: &query.PageRequest{Limit: MaxResembling},
		})
		if err != nil {
			return nil, false, err
		}
		more = more || len(res.Pagination.GetNextKey()) > 0
		for _, w := range res.Works {
			if w.Sha256 != digest {
				list = append(list, Resembling{
					Scheme: mark.Scheme, Value: mark.Value, Work: w.Id.String(), Title: describe.Heading(w), Owner: w.Owner,
					Status: statusOf(w),
				})
			}
		}
	}
	return list, more, nil
}

// RawCID is the CID, of version 1, of content as raw bytes: the digest in IPFS's form.
func RawCID(digest registrytypes.Digest) string {
	const raw, sha256 = 0x55, 0x12 // multicodec
	bz := append([]byte{1, raw, sha256, byte(len(digest))}, digest[:]...)
	return "b" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(bz))
}

// atOnce is how many contents are asked about at a time.
const atOnce = 8

// All is Of for many contents, in their order, with the marks of each, of which there are as many, or none. Done is called for each that
// was asked about, by several goroutines at once.
func All(
	ctx context.Context, node grpc.ClientConnInterface, digests []registrytypes.Digest, marks [][]registrytypes.Fingerprint, done func(),
) ([]Finding, error) {
	found := make([]Finding, len(digests))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, digest := range digests {
		group.Go(func() (err error) {
			var of []registrytypes.Fingerprint
			if marks != nil {
				of = marks[i]
			}
			found[i], err = Of(ctx, node, digest, of...)
			done()
			return err
		})
	}
	return found, group.Wait()
}
