// Package enroll registers files: it leaves out what the account has already
// registered, anchors the rest so that a copied registration comes too late, and
// builds the entries of the registering messages.
package enroll

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/sheet"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/x/registry/fingerprint"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// manyClaims is how many claims to one content are looked at.
const manyClaims = 100

// Item is a file to register with what is said about it.
type Item struct {
	File    register.File
	Details registrytypes.Details
	// Work is its id, known before it is registered.
	Work registrytypes.WorkID
	// Already: the account has registered the content before.
	Already bool
	// Others claim the content already.
	Others []registrytypes.Claim
	// Proof that the content was anchored; nil without.
	Proof *registrytypes.AnchorProof
}

// Digest is the content's SHA-256.
func (i Item) Digest() registrytypes.Digest { return i.File.Digest }

// Entry is the item's entry in a registering message.
func (i Item) Entry() registrytypes.Entry {
	return registrytypes.Entry{Sha256: i.Digest(), Details: i.Details, AnchorProof: i.Proof}
}

// Enroller registers files of one signer.
type Enroller struct {
	Conn           *connect.Conn
	Sender         *send.Sender
	AllowContested bool
}

// Anchored is an anchor that was sent.
type Anchored struct {
	Root  string      `json:"root"`
	Total uint64      `json:"total"`
	Kept  string      `json:"kept_in"`
	Tx    send.Result `json:"tx"`
}

// Look fills in what the chain knows about the items: their ids, which are
// registered already, who else claims them, and proofs of earlier anchors. Each
// content is kept once, under its first file. It fails, naming the files, for
// content that others claim, unless AllowContested is set or an anchor is older.
func (e Enroller) Look(ctx context.Context, items []Item) ([]Item, error) {
	if len(items) > 1000 {
		e.Conn.Note("asking the node about %d files", len(items))
	}
	kept, err := e.keptAnchors(ctx)
	if err != nil {
		return nil, err
	}
	seen := map[string]string{}
	var known []Item
	var refused []error
	for _, item := range items {
		digest := item.Digest()
		// Refused before an anchor is paid for.
		if err := digest.GivenContent("sha256"); err != nil {
			refused = append(refused, fmt.Errorf("%s: %w", item.File.Path, err))
			continue
		}
		if first, twice := seen[digest.String()]; twice {
			e.Conn.Note("%s has the same content as %s: registered once", item.File.Path, first)
			continue
		}
		seen[digest.String()] = item.File.Path
		for _, f := range item.Details.Fingerprints {
			if !slices.Contains(fingerprint.Schemes(), f.Scheme) {
				e.Conn.Note("%s: the scheme %s is kept as you wrote it, unchecked; the chain knows %s",
					item.File.Path, f.Scheme, strings.Join(fingerprint.Schemes(), ", "))
			}
		}
		if err := e.lookAt(ctx, &item, kept); err != nil {
			return nil, err
		}
		if err := e.contested(item, kept); err != nil {
			refused = append(refused, err)
		}
		known = append(known, item)
	}
	return known, sheet.Join(refused)
}

func (e Enroller) lookAt(ctx context.Context, item *Item, kept map[registrytypes.Digest]keptProof) error {
	item.Work = registrytypes.NewWorkID(e.Sender.Address, item.File.Digest)
	res, err := e.Conn.Registry().Resolve(ctx, &registrytypes.QueryResolveRequest{
		Scheme: "sha256", Value: item.Digest().String(), Pagination: &query.PageRequest{Limit: manyClaims},
	})
	if err != nil && status.Code(err) != codes.NotFound {
		return err
	}
	if res != nil {
		for _, claim := range res.Works {
			if claim.Id == item.Work {
				item.Already = true
			} else if claim.Owner != e.Sender.Account() {
				item.Others = append(item.Others, claim)
			}
		}
	}
	if k, ok := kept[item.Digest()]; ok && !item.Already {
		item.Proof = &k.proof
	}
	return nil
}

func (e Enroller) contested(item Item, kept map[registrytypes.Digest]keptProof) error {
	if item.Already || e.AllowContested || len(item.Others) == 0 {
		return nil
	}
	first := item.Others[0]
	if k, ok := kept[item.Digest()]; ok && k.since.Before(first.Place().Time) {
		return nil
	}
	return fmt.Errorf("%s: %s claims this content since %s as %s %q; --allow-contested registers your claim beside it",
		item.File.Path, first.Owner, table.Time(first.ClaimedSince.Time), first.Id, table.Short(describe.Heading(first)))
}

// keptProof is the proof of a content from an anchor that is on the chain.
type keptProof struct {
	proof registrytypes.AnchorProof
	since time.Time
}

// keptAnchors returns the proofs that earlier commands have left, by digest, the
// oldest anchor's first choice. Anchors that never reached the chain prove
// nothing and are passed over.
func (e Enroller) keptAnchors(ctx context.Context) (map[registrytypes.Digest]keptProof, error) {
	anchors, err := register.OpenStore(e.Conn.HomeDir).Load(e.Conn.ChainID, e.Sender.Account())
	if err != nil {
		return nil, err
	}
	kept := map[registrytypes.Digest]keptProof{}
	for _, a := range anchors {
		res, err := e.Conn.Registry().Anchor(ctx, &registrytypes.QueryAnchorRequest{Account: e.Sender.Account(), Root: a.Root})
		if status.Code(err) == codes.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		proofs, err := a.Proofs(e.Sender.Address)
		if err != nil {
			return nil, err
		}
		for digest, proof := range proofs {
			if old, ok := kept[digest]; !ok || res.Anchor.Priority.Time.Before(old.since) {
				kept[digest] = keptProof{proof: proof, since: res.Anchor.Priority.Time}
			}
		}
	}
	return kept, nil
}

// Anchor anchors those items that are neither registered nor anchored, and gives
// them their proofs. The salts are on disk before the root is sent. what tells
// the person what follows. It returns nil when there is nothing to anchor.
func (e Enroller) Anchor(ctx context.Context, items []Item, what string) (*Anchored, error) {
	var contents []register.Content
	for _, item := range items {
		if !item.Already && item.Proof == nil {
			contents = append(contents, register.Content{Path: item.File.Path, Digest: item.File.Digest})
		}
	}
	if len(contents) == 0 {
		return nil, nil
	}
	made, err := register.NewAnchor(e.Conn.ChainID, e.Sender.Account(), e.Sender.Address, contents, time.Now())
	if err != nil {
		return nil, err
	}
	path, err := register.OpenStore(e.Conn.HomeDir).Save(made)
	if err != nil {
		return nil, err
	}
	msg := &registrytypes.MsgAnchor{Account: e.Sender.Account(), Root: made.Root, Total: made.Total()}
	result, err := e.Sender.Send(ctx, what, msg)
	if err != nil {
		return nil, err
	}
	if result.Height == 0 {
		return nil, errors.New("the anchor was sent without waiting for its block: run the command again when it is in one, or use --no-anchor")
	}
	proofs, err := made.Proofs(e.Sender.Address)
	if err != nil {
		return nil, err
	}
	for i := range items {
		if proof, ok := proofs[items[i].Digest()]; ok && items[i].Proof == nil && !items[i].Already {
			items[i].Proof = &proof
		}
	}
	return &Anchored{Root: made.Root.String(), Total: made.Total(), Kept: path, Tx: result}, nil
}
