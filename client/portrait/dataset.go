package portrait

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"

	"github.com/cosmos/cosmos-sdk/types/query"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const (
	// MaxVersions is how many manifests of a work a Dataset has: the newest, and that whose contributors share.
	MaxVersions = 10
	// maxFunds is how many denoms of a pool it has.
	maxFunds = 20
)

// Dataset is what the chain says of a work that has a manifest.
type Dataset struct {
	// Manifest in force.
	Manifest registrytypes.NumberedManifest
	// Withdrawals are of all versions.
	Withdrawals registrytypes.WithdrawalList
	// Versions with a manifest of their own, the newest first. More: there are others.
	Versions []DatasetVersion
	More     bool
	// Pool says which version's contributors share in what the work earns, and what waits.
	Pool royaltytypes.QueryPoolResponse
}

// DatasetVersion is a manifest with the time of its version, and what its contributors' pool has had.
type DatasetVersion struct {
	registrytypes.NumberedManifest
	At time.Time
	// Funds by denom. MoreFunds: the pool has had others too.
	Funds     []royaltytypes.DenomFund
	MoreFunds bool
}

// DatasetOf asks a node about a work with a manifest, as of the height in the context.
func DatasetOf(ctx context.Context, node grpc.ClientConnInterface, work registrytypes.WorkID) (d Dataset, err error) {
	registry, royalty := registrytypes.NewQueryClient(node), royaltytypes.NewQueryClient(node)
	pool, err := royalty.Pool(ctx, &royaltytypes.QueryPoolRequest{Work: work})
	if err != nil {
		return d, err
	}
	d.Pool = *pool
	inForce, err := registry.Manifest(ctx, &registrytypes.QueryManifestRequest{Work: work})
	if err != nil {
		return d, err
	}
	d.Manifest, d.Withdrawals = inForce.Manifest, inForce.Withdrawals
	list, err := registry.Manifests(ctx, &registrytypes.QueryManifestsRequest{
		Work: work, Pagination: &query.PageRequest{Limit: MaxVersions, Reverse: true},
	})
	if err != nil {
		return d, err
	}
	for _, m := range list.Manifests {
		d.Versions = append(d.Versions, DatasetVersion{NumberedManifest: m})
	}
	d.More = len(list.Pagination.GetNextKey()) > 0
	is := func(v DatasetVersion) bool { return v.Version == pool.Version }
	if pool.Version != 0 && !slices.ContainsFunc(d.Versions, is) {
		res, err := registry.Manifest(ctx, &registrytypes.QueryManifestRequest{Work: work, Version: pool.Version})
		if err != nil {
			return d, err
		}
		d.Versions = append(d.Versions, DatasetVersion{NumberedManifest: res.Manifest})
	}
	group, ctx := errgroup.WithContext(ctx)
	for i := range d.Versions {
		v := &d.Versions[i]
		group.Go(func() error {
			res, err := registry.Revisions(ctx, &registrytypes.QueryRevisionsRequest{
				Work: work, Pagination: &query.PageRequest{Offset: uint64(v.Version) - 1, Limit: 1},
			})
			if err == nil && len(res.Revisions) > 0 {
				v.At = res.Revisions[0].Revision.CreatedAt
			}
			return err
		})
		group.Go(func() error {
			res, err := royalty.PoolFunds(ctx, &royaltytypes.QueryPoolFundsRequest{
				Work: work, Version: v.Version, Pagination: &query.PageRequest{Limit: maxFunds},
			})
			if err == nil {
				v.Funds, v.MoreFunds = res.Funds, len(res.Pagination.GetNextKey()) > 0
			}
			return err
		})
	}
	return d, group.Wait()
}
