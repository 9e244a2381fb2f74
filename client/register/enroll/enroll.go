// Package enroll registers contents so that nobody comes before: it leaves out what an account
// has registered, anchors the rest unseen, so that a copied registration comes too late, and
// builds the registering messages with the proofs.
package enroll

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/sheet"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// manyClaims is how many claims to one content are looked at.
const manyClaims = 100

// Item is a file to register with what is said about it.
type Item struct {
	File    register.File
	Details registrytypes.Details
	// Manifest is what a dataset is made of, whose digest is the file's then; nil: it is a content by itself.
	Manifest *registrytypes.Roots
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
	return registrytypes.Entry{Sha256: i.Digest(), Details: i.Details, AnchorProof: i.Proof, Manifest: i.Manifest}
}

// Enroller registers contents of one account.
type Enroller struct {
	Registry registrytypes.QueryClient
	ChainID  string
	Account  sdk.AccAddress
	// Store keeps the salts of anchors.
	Store register.Store
	// AllowContested registers what others have claimed before too.
	AllowContested bool
	// Proven are proofs of contents by anchors of the account that Store does not keep.
	Proven map[registrytypes.Digest]registrytypes.AnchorProof
}

// ContestedError says that somebody else claims a content since before.
type ContestedError struct {
	Path string
	// First is the earliest claim.
	First registrytypes.Claim
}

func (e *ContestedError) Error() string {
	return fmt.Sprintf("%s: %s claims this content since %s as %s", e.Path, e.First.Owner,
		e.First.ClaimedSince.Time.UTC().Format(time.RFC3339), e.First.Id)
}

// Twice is a file with the content of another, which is registered once.
type Twice struct{ Path, First string }

// Look fills in what the chain knows about the items: their ids, which are
// registered already, who else claims them, and proofs of earlier anchors. Each
// content is kept once, under its first file. It fails with a *sheet.BadError, beside which the other
// items are returned, naming the files: for what is no content, and with a *ContestedError for
// content that others claim, unless AllowContested is set or an anchor is older.
func (e Enroller) Look(ctx context.Context, items []Item) (known []Item, twice []Twice, err error) {
	kept, err := e.keptAnchors(ctx)
	if err != nil {
		return nil, nil, err
	}
	var refused []error
	seen := map[registrytypes.Digest]string{}
	for _, item := range items {
		digest := item.Digest()
		// Refused before an anchor is paid for.
		if err := digest.GivenContent("sha256"); err != nil {
			refused = append(refused, &ItemError{item.File.Path, fmt.Errorf("%s: %w", item.File.Path, err)})
			continue
		}
		if first, again := seen[digest]; again {
			twice = append(twice, Twice{item.File.Path, first})
			continue
		}
		seen[digest] = item.File.Path
		if err := e.lookAt(ctx, &item, kept); err != nil {
			return nil, nil, err
		}
		if err := e.contested(item, kept); err != nil {
			refused = append(refused, &ItemError{item.File.Path, err})
			continue
		}
		known = append(known, item)
	}
	return known, twice, sheet.Join(refused)
}

// ItemError is why an item is refused.
type ItemError struct {
	Path string
	Err  error
}

func (e *ItemError) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *ItemError) Unwrap() error { return e.Err }

func (e Enroller) lookAt(ctx context.Context, item *Item, kept map[registrytypes.Digest]keptProof) error {
	item.Work = registrytypes.NewWorkID(e.Account, item.File.Digest)
	res, err := e.Registry.Resolve(ctx, &registrytypes.QueryResolveRequest{
		Scheme: registrytypes.SchemeSHA256, Value: item.Digest().String(), Pagination: &query.PageRequest{Limit: manyClaims},
	})
	if err != nil && status.Code(err) != codes.NotFound {
		return err
	}
	if res != nil {
		for _, claim := range res.Works {
			if claim.Id == item.Work {
				item.Already = true
			} else if claim.Owner != e.Account.String() {
				item.Others = append(item.Others, claim)
			}
		}
	}
	if !item.Already && res != nil && len(res.Works) >= manyClaims {
		// The account's own may stand behind those.
		_, err := e.Registry.Work(ctx, &registrytypes.QueryWorkRequest{Work: item.Work})
		if err != nil && status.Code(err) != codes.NotFound {
			return err
		}
		item.Already = err == nil
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
	return &ContestedError{item.File.Path, first}
}

// keptProof is the proof of a content from an anchor that is on the chain.
type keptProof struct {
	proof registrytypes.AnchorProof
	since time.Time
}

// keptAnchors returns the proofs that are kept, by digest, the oldest anchor's first choice.
// Anchors that never reached the chain prove nothing and are passed over.
func (e Enroller) keptAnchors(ctx context.Context) (map[registrytypes.Digest]keptProof, error) {
	anchors, err := e.Store.Load(e.ChainID, e.Account.String())
	if err != nil {
		return nil, err
	}
	kept, times := map[registrytypes.Digest]keptProof{}, map[registrytypes.Digest]time.Time{}
	add := func(digest registrytypes.Digest, proof registrytypes.AnchorProof) {
		since := times[proof.Root]
		if old, ok := kept[digest]; !since.IsZero() && (!ok || since.Before(old.since)) {
			kept[digest] = keptProof{proof: proof, since: since}
		}
	}
	for _, a := range anchors {
		if times[a.Root], err = e.since(ctx, a.Root); err != nil {
			return nil, err
		}
		if times[a.Root].IsZero() {
			continue
		}
		proofs, err := a.Proofs(e.Account)
		if err != nil {
			return nil, err
		}
		for digest, proof := range proofs {
			add(digest, proof)
		}
	}
	for digest, proof := range e.Proven {
		if _, asked := times[proof.Root]; !asked {
			if times[proof.Root], err = e.since(ctx, proof.Root); err != nil {
				return nil, err
			}
		}
		add(digest, proof)
	}
	return kept, nil
}

// since is when the account anchored a root; zero: it did not.
func (e Enroller) since(ctx context.Context, root registrytypes.Digest) (time.Time, error) {
	res, err := e.Registry.Anchor(ctx, &registrytypes.QueryAnchorRequest{Account: e.Account.String(), Root: root})
	if status.Code(err) == codes.NotFound {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	return res.Anchor.Priority.Time, nil
}

// Anchor is an anchor that is kept, and not sent yet.
type Anchor struct {
	register.Anchor
	// Path is the file with its salts.
	Path string
}

// Message anchors it.
func (a Anchor) Message() *registrytypes.MsgAnchor {
	return &registrytypes.MsgAnchor{Account: a.Account, Root: a.Root, Total: a.Total()}
}

// Anchor prepares an anchor of those items that are neither registered nor anchored; nil where
// there are none. Its salts are on disk once it returns. Send its Message, wait for the block,
// and then Prove.
func (e Enroller) Anchor(items []Item) (*Anchor, error) {
	var contents []register.Content
	for _, item := range items {
		if !item.Already && item.Proof == nil {
			contents = append(contents, register.Content{Path: item.File.Path, Digest: item.File.Digest})
		}
	}
	if len(contents) == 0 {
		return nil, nil
	}
	made, err := register.NewAnchor(e.ChainID, e.Account.String(), e.Account, contents, time.Now())
	if err != nil {
		return nil, err
	}
	path, err := e.Store.Save(made)
	return &Anchor{made, path}, err
}

// Prove gives items the proofs of an anchor whose block has come. It fails for one of another
// account or chain.
func (e Enroller) Prove(items []Item, a *Anchor) error {
	if a.ChainID != e.ChainID {
		return fmt.Errorf("anchor %s is of the chain %s and proves nothing on %s", a.Root, a.ChainID, e.ChainID)
	}
	proofs, err := a.Proofs(e.Account)
	if err != nil {
		return err
	}
	for i := range items {
		if proof, ok := proofs[items[i].Digest()]; ok && items[i].Proof == nil && !items[i].Already {
			items[i].Proof = &proof
		}
	}
	return nil
}
