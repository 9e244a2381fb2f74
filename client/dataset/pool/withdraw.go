package pool

import (
	"context"
	"fmt"
	"slices"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Wanted are items of a contributor that are to be withdrawn, by content or place.
type Wanted struct {
	Contributor manifest.Contributor
	// Contents by their SHA-256, and Places from 0; each with what it was called.
	Contents map[registrytypes.Digest]string
	Places   map[uint64]string
}

// OthersError says that an item is of another contributor, or that there is none.
type OthersError struct {
	// Named is what it was called, and Of who contributed it; nil: the manifest has no such item.
	Named string
	Of    *manifest.Contributor
}

func (e *OthersError) Error() string {
	if e.Of == nil {
		return fmt.Sprintf("%s: the manifest has no such item", e.Named)
	}
	return fmt.Sprintf("%s: it was contributed by %s", e.Named, dataset.ContributorText(*e.Of))
}

// Is says that both are dataset.ErrNotInManifest: the contributor has no such item there.
func (e *OthersError) Is(target error) bool { return target == dataset.ErrNotInManifest }

// Find reads a manifest for items of a contributor and returns their places, each content once, in the manifest's order. It fails
// with an *OthersError for what is not the contributor's.
func Find(ctx context.Context, opened *dataset.Opened, wanted Wanted) ([]uint64, error) {
	var places []uint64
	foreign := map[string]*manifest.Contributor{}
	found, taken := map[string]bool{}, map[registrytypes.Digest]bool{}
	err := opened.EachItem(ctx, func(index uint64, item manifest.Item) error {
		named, byContent := wanted.Contents[item.Sha256]
		place, byPlace := wanted.Places[index]
		if !byContent && !byPlace {
			return nil
		}
		mine := item.Kind == wanted.Contributor.Kind && slices.Equal(item.ID, wanted.Contributor.ID)
		for _, name := range []struct {
			text string
			is   bool
		}{{named, byContent}, {place, byPlace}} {
			switch {
			case name.is && mine:
				found[name.text] = true
			case name.is:
				foreign[name.text] = &manifest.Contributor{Kind: item.Kind, ID: slices.Clone(item.ID)}
			}
		}
		if mine && !taken[item.Sha256] {
			taken[item.Sha256] = true
			places = append(places, index)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, name := range wanted.names() {
		if !found[name] {
			return nil, &OthersError{name, foreign[name]}
		}
	}
	return places, nil
}

// names are what was wanted, in a fixed order.
func (w Wanted) names() (names []string) {
	for _, name := range w.Contents {
		names = append(names, name)
	}
	for _, name := range w.Places {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// NotWithdrawn leaves out the items that are withdrawn already, by themselves or with all of their contributor's.
func NotWithdrawn(
	ctx context.Context, registry registrytypes.QueryClient, work registrytypes.WorkID, contributor registrytypes.Contributor,
	proofs []registrytypes.ItemProof,
) (left []registrytypes.ItemProof, err error) {
	for part := range slices.Chunk(proofs, registrytypes.MaxItemsAsked) {
		request := &registrytypes.QueryItemStatusRequest{Work: work}
		for _, p := range part {
			request.Items = append(request.Items, registrytypes.ContributedItem{Sha256: p.Sha256, Contributor: contributor})
		}
		res, err := registry.ItemStatus(ctx, request)
		if err != nil {
			return nil, err
		}
		if len(res.Items) != len(part) {
			return nil, fmt.Errorf("%d answers about %d items", len(res.Items), len(part))
		}
		for i, status := range res.Items {
			if status.Number == 0 {
				left = append(left, part[i])
			}
		}
	}
	return left, nil
}

// Withdrawn lists the withdrawals of a work's items, oldest first.
func Withdrawn(
	ctx context.Context, registry registrytypes.QueryClient, work registrytypes.WorkID,
) ([]registrytypes.NumberedWithdrawal, error) {
	rows := client.Rows(ctx, func(ctx context.Context, page *query.PageRequest) (
		[]registrytypes.NumberedWithdrawal, *query.PageResponse, error,
	) {
		res, err := registry.Withdrawals(ctx, &registrytypes.QueryWithdrawalsRequest{Work: work, Pagination: page})
		return res.GetWithdrawals(), res.GetPagination(), err
	})
	return client.All(rows, 0)
}

// CountWithdrawn counts the items of a manifest that are under one of these withdrawals.
func CountWithdrawn(ctx context.Context, opened *dataset.Opened, list []registrytypes.NumberedWithdrawal) (n uint64, err error) {
	type key struct{ content, contributor string }
	under := make(map[key]bool, len(list))
	for _, w := range list {
		contributor, err := w.Contributor.Key()
		if err != nil {
			return 0, err
		}
		content := ""
		if !w.Sha256.IsZero() {
			content = string(w.Sha256[:])
		}
		under[key{content, string(contributor)}] = true
	}
	if len(under) == 0 {
		return 0, nil
	}
	err = opened.EachItem(ctx, func(_ uint64, item manifest.Item) error {
		contributor := string(append([]byte{byte(item.Kind)}, item.ID...))
		if under[key{string(item.Sha256[:]), contributor}] || under[key{"", contributor}] {
			n++
		}
		return nil
	})
	return n, err
}

// WithdrawMessages puts proofs into messages, each of one transaction.
func WithdrawMessages(
	sender string, work registrytypes.WorkID, version uint32, contributor registrytypes.Contributor, proofs []registrytypes.ItemProof,
) (msgs []*registrytypes.MsgWithdrawItems) {
	size := 0
	for _, p := range proofs {
		bytes := p.Size()
		if n := len(msgs); n == 0 || len(msgs[n-1].Items) == registrytypes.MaxWithdrawnItems || size+bytes > maxBatchBytes {
			msgs = append(msgs, &registrytypes.MsgWithdrawItems{Sender: sender, Work: work, Version: version, Contributor: contributor})
			size = 0
		}
		last := msgs[len(msgs)-1]
		last.Items, size = append(last.Items, p), size+bytes
	}
	return msgs
}
