package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/lineage/types"
)

// reader reads the rows of one request and keeps the last: neighbouring steps of
// a walk often need the same one.
type reader struct {
	ctx context.Context
	k   Keeper

	read bool
	work workID
	row  types.Derivation
}

// derivation returns a work's row, an empty one for an original. It must not be
// changed.
func (r *reader) derivation(work workID) (*types.Derivation, error) {
	if r.read && r.work == work {
		return &r.row, nil
	}
	row, _, err := r.k.Derivations.Find(r.ctx, work)
	if err != nil {
		return nil, err
	}
	r.read, r.work, r.row = true, work, row
	return &r.row, nil
}

// descendants is the graph from sources to derivatives.
type descendants struct {
	ctx context.Context
	k   Keeper
}

// Neighbours lists derivatives by id, those that only cite left out.
func (g descendants) Neighbours(work workID, after *workID, limit int) ([]workID, error) {
	r := new(collections.Range[derivativeKey]).Prefix(collections.TripleSuperPrefix[workID, bool, workID](work, false))
	if after != nil {
		r = new(collections.Range[derivativeKey]).
			StartExclusive(collections.Join3(work, false, *after)).
			EndExclusive(collections.TripleSuperPrefix[workID, bool, workID](work, true))
	}
	it, err := g.k.Derivatives.Iterate(g.ctx, r)
	if err != nil {
		return nil, err
	}
	defer it.Close()
	var list []workID
	for ; it.Valid() && len(list) < limit; it.Next() {
		key, err := it.Key()
		if err != nil {
			return nil, err
		}
		list = append(list, key.K3())
	}
	return list, nil
}

// Generation returns a work's generation; 0 for an original.
func (g descendants) Generation(work workID) (uint32, error) {
	return g.k.royalty.Generation(g.ctx, work)
}

// ancestors is the graph from derivatives to sources.
type ancestors struct{ rows *reader }

// Neighbours lists sources by id, those only cited left out.
func (g ancestors) Neighbours(work workID, after *workID, limit int) ([]workID, error) {
	row, err := g.rows.derivation(work)
	if err != nil {
		return nil, err
	}
	from := 0
	if after != nil {
		place, found := row.Find(*after)
		if from = place; found {
			from++
		}
	}
	edges := row.Edges[from:]
	list := make([]workID, 0, min(limit, len(edges)))
	for _, e := range edges {
		if len(list) == limit {
			break
		}
		if !e.Cites() {
			list = append(list, e.Source.WorkID)
		}
	}
	return list, nil
}
