package keeper

import (
	"bytes"
	"context"
	"slices"
	"time"

	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/internal/events"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/graph"
	"github.com/stemma-chain/stemma/x/lineage/types"
)

// What x/dispute does with lineage, by agreement or by a ruling.

// AddRuledSource declares a source of a work by a ruling, also while the work is on hold: it owes the
// source, and is limited by it, as if it had been derived under the terms today, whoever offers
// them. Nobody is asked and nobody waited for; what exists already does not change by it. It returns the number of
// the declaration. It fails as Derive does where role, graph, sums or demands do not allow the
// source, and with x/license's ErrInvalidOffer for terms that ask for a grant.
func (k Keeper) AddRuledSource(
	ctx context.Context, work, source workID, role types.Role, terms licensetypes.TermsID,
) (declaration uint32, err error) {
	if source == work || role == types.ROLE_CITES {
		return 0, errorsmod.Wrapf(types.ErrInvalidSource, "%s as %s of %s: a ruling names another work, which is more than cited",
			source, role, work)
	}
	s := types.Source{Work: source, Role: role, Permission: terms.String()}
	dv := &derivation{
		Declaration: types.Declaration{Work: work, Sources: []types.Source{s}, Works: []types.Source{s}, MaxTotalRate: types.Whole},
		ruled:       true, better: make(map[workID]bool),
	}
	for _, step := range []func(context.Context, *derivation) error{k.load, k.checkNew, k.checkRecord, k.permit, k.place, k.compare} {
		if err := step(ctx, dv); err != nil {
			return 0, err
		}
	}
	outcome, err := k.declare(ctx, dv)
	return outcome.Declaration, err
}

// SetWeights replaces the declared weights of sources of a work, by agreement or by a ruling. They
// owe nothing. The list is ascending by source. It fails with ErrInvalidSource for a work that is
// none of the sources, or for no list, and with ErrOverWhole.
func (k Keeper) SetWeights(ctx context.Context, work workID, weights []types.RuledWeight) error {
	if len(weights) == 0 || len(weights) > types.MaxMessageSources {
		return errorsmod.Wrapf(types.ErrInvalidSource, "%d weights, from 1 to %d are set at once", len(weights), types.MaxMessageSources)
	}
	row, _, err := k.Derivations.Find(ctx, work)
	if err != nil {
		return err
	}
	row.Edges = slices.Clone(row.Edges)
	for i, w := range weights {
		place, found := row.Find(w.Source)
		if !found || i > 0 && bytes.Compare(weights[i-1].Source[:], w.Source[:]) >= 0 {
			return errorsmod.Wrapf(types.ErrInvalidSource, "%s is no source of %s, or there twice or out of order", w.Source, work)
		}
		row.Edges[place].Weight = w.Weight
	}
	outside, err := k.checkExternals(ctx, &derivation{Declaration: types.Declaration{Work: work}, row: row})
	if err != nil {
		return err
	}
	for _, e := range row.Edges {
		outside += uint64(e.Weight)
	}
	if outside > types.Whole {
		return errorsmod.Wrapf(types.ErrOverWhole, "the weights of all sources of %s would sum to %d ppm, the whole is %d",
			work, outside, types.Whole)
	}
	if err := k.Derivations.Set(ctx, work, row); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventWeightsSet{Work: work, Weights: weights})
}

// Weight is the declared weight of a source in a work, ppm, and since when; found: it is a source.
func (k Keeper) Weight(ctx context.Context, work, source workID) (weight uint32, since time.Time, found bool, err error) {
	row, _, err := k.Derivations.Find(ctx, work)
	if err != nil {
		return 0, since, false, err
	}
	place, found := row.Find(source)
	if !found {
		return 0, since, false, nil
	}
	e := row.Edges[place]
	return e.Weight, row.AddedAt(e), true, nil
}

// WalkAncestors visits what a work was made from, citations left out, the nearest first and each
// once, until visit says stop. Complete: it was not cut at most works.
func (k Keeper) WalkAncestors(
	ctx context.Context, work workID, most int, visit func(workID) (stop bool, err error),
) (complete bool, err error) {
	steps, truncated, err := graph.Walk(ancestors{&reader{ctx: ctx, k: k}}, work, graph.Limits{Steps: most, Edges: maxWalkEdges})
	if err != nil {
		return false, err
	}
	for _, s := range steps {
		if stop, err := visit(s.Node); stop || err != nil {
			return false, err
		}
	}
	return !truncated, nil
}

// DerivativesAfter lists what was made from a source, citations left out, in order of id and after
// a given one, at most limit.
func (k Keeper) DerivativesAfter(ctx context.Context, source, after workID, limit int) ([]workID, error) {
	from := &after
	if after.IsZero() {
		from = nil
	}
	return descendants{ctx, k}.Neighbours(source, from, limit)
}
