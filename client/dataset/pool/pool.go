// Package pool is what a program does with a manifest that is registered: it finds which version of a work it is of, what its
// contributors are due, and puts what is to be collected into messages.
package pool

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/dataset"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// ErrNotOfWork says that a manifest is of no version of a work.
var ErrNotOfWork = errors.New("the manifest is of no version of the work")

// Manifests lists the manifests that a work has had, oldest first.
func Manifests(
	ctx context.Context, registry registrytypes.QueryClient, work registrytypes.WorkID,
) ([]registrytypes.NumberedManifest, error) {
	rows := client.Rows(ctx, func(ctx context.Context, page *query.PageRequest) (
		[]registrytypes.NumberedManifest, *query.PageResponse, error,
	) {
		res, err := registry.Manifests(ctx, &registrytypes.QueryManifestsRequest{Work: work, Pagination: page})
		return res.GetManifests(), res.GetPagination(), err
	})
	return client.All(rows, 0)
}

// VersionOf finds the manifest of a work with this digest, the newest of several that are the same. It fails with ErrNotOfWork.
func VersionOf(
	ctx context.Context, registry registrytypes.QueryClient, work registrytypes.WorkID, digest registrytypes.Digest,
) (registrytypes.NumberedManifest, error) {
	same, err := VersionsOf(ctx, registry, work, digest)
	if err != nil {
		return registrytypes.NumberedManifest{}, err
	}
	return same[0], nil
}

// VersionsOf finds all manifests of a work with this digest, newest first: a manifest may come back, and has a pool each time. It fails
// with ErrNotOfWork where there is none.
func VersionsOf(
	ctx context.Context, registry registrytypes.QueryClient, work registrytypes.WorkID, digest registrytypes.Digest,
) (same []registrytypes.NumberedManifest, err error) {
	all, err := Manifests(ctx, registry, work)
	if err != nil {
		return nil, err
	}
	for _, m := range slices.Backward(all) {
		if m.Sha256 == digest {
			same = append(same, m)
		}
	}
	if len(same) == 0 {
		return nil, fmt.Errorf("%w: its digest is %s, and %s has had %d manifests", ErrNotOfWork, digest, work, len(all))
	}
	return same, nil
}

// State is a work's pool, and what each of its pools has had.
type State struct {
	Manifests []registrytypes.NumberedManifest
	// Version and Share in ppm are in force, and Waits what is to come; nil: nothing.
	Version, Share uint32
	Waits          *royaltytypes.PoolChange
	// Funds by version of the manifest, of those that have had something.
	Funds map[uint32][]royaltytypes.DenomFund
	// Withdrawals is how far the list of what was taken back has come.
	Withdrawals registrytypes.WithdrawalList
}

// Look asks for the state of a work with manifests.
func Look(
	ctx context.Context, registry registrytypes.QueryClient, royalty royaltytypes.QueryClient, work registrytypes.WorkID,
) (State, error) {
	s := State{Funds: map[uint32][]royaltytypes.DenomFund{}}
	var err error
	if s.Manifests, err = Manifests(ctx, registry, work); err != nil {
		return s, err
	}
	now, err := registry.Manifest(ctx, &registrytypes.QueryManifestRequest{Work: work})
	if err != nil {
		return s, err
	}
	s.Withdrawals = now.Withdrawals
	shared, err := royalty.Pool(ctx, &royaltytypes.QueryPoolRequest{Work: work})
	if err != nil {
		return s, err
	}
	s.Version, s.Share, s.Waits = shared.Version, shared.Weight, shared.Waits
	for _, m := range s.Manifests {
		funds, err := Funds(ctx, royalty, work, m.Version)
		if err != nil {
			return s, err
		}
		if len(funds) > 0 {
			s.Funds[m.Version] = funds
		}
	}
	return s, nil
}

// Owing are the manifests by which contributors are due something still: more is left of a pool than rounding leaves, which is less
// than a unit for each of them.
func (s State) Owing() (list []registrytypes.NumberedManifest) {
	for _, m := range s.Manifests {
		if slices.ContainsFunc(s.Funds[m.Version], func(f royaltytypes.DenomFund) bool {
			return Left(f.Fund).GTE(math.NewIntFromUint64(m.Roots.ContributorCount))
		}) {
			list = append(list, m)
		}
	}
	return list
}

// Funds lists what the pool of a manifest has had, by denom.
func Funds(
	ctx context.Context, royalty royaltytypes.QueryClient, work registrytypes.WorkID, version uint32,
) ([]royaltytypes.DenomFund, error) {
	rows := client.Rows(ctx, func(ctx context.Context, page *query.PageRequest) (
		[]royaltytypes.DenomFund, *query.PageResponse, error,
	) {
		res, err := royalty.PoolFunds(ctx, &royaltytypes.QueryPoolFundsRequest{Work: work, Version: version, Pagination: page})
		return res.GetFunds(), res.GetPagination(), err
	})
	return client.All(rows, 0)
}

// Entry is a contributor with what it is due of a pool.
type Entry struct {
	Proof registrytypes.ContributorProof
	// Due is what a collection would pay now, and Reason why it pays nothing, or not all.
	Due    sdk.Coins
	Reason royaltytypes.CollectReason
	// Denoms it is due in, where the pool has had more than a message takes.
	Denoms []string
}

// Contributor is who.
func (e Entry) Contributor() registrytypes.Contributor { return e.Proof.Contributor }

// Collector finds out what contributors to one manifest are due.
type Collector struct {
	Royalty royaltytypes.QueryClient
	Work    registrytypes.WorkID
	// Version that the manifest came with.
	Version uint32
	// AtLeast is the least of a denom that is worth a collection; a denom that it does not name is worth it from 1 on where AtLeast is
	// empty, and never otherwise.
	AtLeast sdk.Coins

	denoms [][]string
	proofs []registrytypes.ContributorProof
	each   func(Entry) error
}

// Start reads which denoms the pool has had. Each is told every contributor that is added then.
func (c *Collector) Start(ctx context.Context, each func(Entry) error) error {
	funds, err := Funds(ctx, c.Royalty, c.Work, c.Version)
	if err != nil {
		return err
	}
	c.each, c.denoms, c.proofs = each, nil, nil
	if len(funds) <= royaltytypes.MaxDenoms {
		c.denoms = [][]string{nil} // all
		return nil
	}
	for part := range slices.Chunk(funds, royaltytypes.MaxDenoms) {
		var names []string
		for _, f := range part {
			names = append(names, f.Denom)
		}
		c.denoms = append(c.denoms, names)
	}
	return nil
}

// Add asks about a contributor, together with others.
func (c *Collector) Add(ctx context.Context, proof dataset.ContributorProof) error {
	c.proofs = append(c.proofs, registrytypes.NewContributorProof(proof.Contributor, proof.Weight, proof.Proof))
	if len(c.proofs) < royaltytypes.MaxCollected {
		return nil
	}
	return c.Finish(ctx)
}

// Finish asks about those that are added still.
func (c *Collector) Finish(ctx context.Context) error {
	if len(c.proofs) == 0 {
		return nil
	}
	for _, denoms := range c.denoms {
		res, err := c.Royalty.PreviewCollect(ctx, &royaltytypes.QueryPreviewCollectRequest{
			Work: c.Work, Version: c.Version, Denoms: denoms, Entries: c.proofs,
		})
		if err != nil {
			return err
		}
		if len(res.Entries) != len(c.proofs) {
			return fmt.Errorf("%d answers about %d contributors", len(res.Entries), len(c.proofs))
		}
		for i, answer := range res.Entries {
			if err := c.each(Entry{Proof: c.proofs[i], Due: answer.Paid, Reason: answer.Reason, Denoms: denoms}); err != nil {
				return err
			}
		}
	}
	c.proofs = c.proofs[:0]
	return nil
}

// Worth says whether what an entry is due is worth collecting.
func (c *Collector) Worth(e Entry) bool {
	if len(c.AtLeast) == 0 {
		return !e.Due.Empty()
	}
	return slices.ContainsFunc(c.AtLeast, func(least sdk.Coin) bool {
		due := e.Due.AmountOf(least.Denom)
		return due.IsPositive() && due.GTE(least.Amount)
	})
}

// maxBatchBytes bounds the entries of one message, which go into one transaction with its signature.
const maxBatchBytes = 400_000

// Messages puts entries into messages, each of one transaction: at most 256, of the same denoms, and so large that a node takes it.
func Messages(sender string, work registrytypes.WorkID, version uint32, entries []Entry) (msgs []*royaltytypes.MsgCollect) {
	size := 0
	for _, e := range entries {
		var msg *royaltytypes.MsgCollect
		bytes := e.Proof.Size()
		if n := len(msgs); n > 0 && len(msgs[n-1].Entries) < royaltytypes.MaxCollected && size+bytes <= maxBatchBytes &&
			slices.Equal(msgs[n-1].Denoms, e.Denoms) {
			msg = msgs[n-1]
		} else {
			msg = &royaltytypes.MsgCollect{Sender: sender, Work: work, Version: version, Denoms: e.Denoms}
			msgs, size = append(msgs, msg), 0
		}
		msg.Entries, size = append(msg.Entries, e.Proof), size+bytes
	}
	return msgs
}

// Halves parts a message in two, where a node found it too large. It has two entries or more.
func Halves(msg *royaltytypes.MsgCollect) [2]*royaltytypes.MsgCollect {
	first, second := *msg, *msg
	middle := len(msg.Entries) / 2
	first.Entries, second.Entries = msg.Entries[:middle], msg.Entries[middle:]
	return [2]*royaltytypes.MsgCollect{&first, &second}
}

// Left is what a pool has had and nobody has collected.
func Left(f royaltytypes.PoolFund) math.Int { return f.Total.Sub(f.Collected) }
