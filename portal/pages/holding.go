package pages

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stemma-chain/stemma/portal/index"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// holding is a work that has a content among its items.
type holding struct {
	Work link
	// Version is the newest whose manifest has it, of those that were loaded; Older are others.
	Version uint32
	Older   []uint32
	// InForce is the version whose manifest is in force, where that is another; 0: it is not.
	InForce uint32
	Items   []heldItem
	More    bool
}

type heldItem struct {
	Place       uint64
	Contributor link
	// Number among the work's withdrawals; 0: it was not withdrawn.
	Number    uint64
	Withdrawn *time.Time
}

// holdings finds the datasets with a content, by a digest as readers write it. What was loaded is shown where the chain has
// that manifest still, and the chain says what was withdrawn.
func (v *visit) holdings(ctx context.Context, digest string, page *searchPage) error {
	raw, err := hex.DecodeString(strings.TrimPrefix(strings.ToLower(digest), "sha256:"))
	if v.site.Items == nil || err != nil || len(raw) != sha256.Size {
		return nil //nolint:nilerr // no digest
	}
	content := [sha256.Size]byte(raw)
	if content == (registrytypes.Digest{}) {
		return nil // which the chain takes for no content
	}
	found, more, err := v.site.Items.Find(ctx, content, func(w registrytypes.WorkID) bool { return v.site.Denied(w.String()) })
	if err != nil || len(found) == 0 {
		return err
	}
	held := make([]*holding, len(found))
	_, group := errgroupAt(ctx)
	for i, c := range found {
		group.Go(func() (err error) {
			held[i], err = v.holding(ctx, content, c)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, h := range held {
		if h != nil {
			page.Datasets = append(page.Datasets, *h)
		}
	}
	page.MoreDatasets = more
	return nil
}

// holding asks the chain about what was found; nil: the chain has no such manifest.
func (v *visit) holding(ctx context.Context, content [sha256.Size]byte, c index.Containing) (*holding, error) {
	registry := v.site.Client.Registry()
	known, err := registry.Manifest(ctx, &registrytypes.QueryManifestRequest{Work: c.Work, Version: c.Version})
	if status.Code(err) == codes.NotFound || err == nil && known.Manifest.Sha256 != c.Sha256 {
		return nil, nil //nolint:nilerr // loaded of another chain, or of one that was lied about
	}
	if err != nil {
		return nil, err
	}
	inForce, err := registry.Manifest(ctx, &registrytypes.QueryManifestRequest{Work: c.Work})
	if err != nil {
		return nil, err
	}
	h := &holding{Work: v.named(ctx, c.Work), Version: c.Version, Older: c.Older, More: c.More}
	if h.More = h.More || len(h.Older) > maxShown; len(h.Older) > maxShown {
		h.Older = h.Older[:maxShown]
	}
	if now := inForce.Manifest.Version; now != c.Version {
		h.InForce = now
	}
	question := &registrytypes.QueryItemStatusRequest{Work: c.Work}
	for _, item := range c.Found {
		who := registrytypes.NewContributor(item.Contributor)
		question.Items = append(question.Items, registrytypes.ContributedItem{Sha256: content, Contributor: who})
		h.Items = append(h.Items, heldItem{Place: item.Place, Contributor: v.contributor(ctx, who)})
	}
	res, err := registry.ItemStatus(ctx, question)
	if err != nil {
		return nil, err
	}
	for i := range h.Items {
		if i < len(res.Items) {
			h.Items[i].Number, h.Items[i].Withdrawn = res.Items[i].Number, res.Items[i].At
		}
	}
	return h, nil
}
