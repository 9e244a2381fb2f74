package keeper

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// constraintsOf lists what a work's sources demand of it, in order of kind,
// source and terms: at most MaxConstraints of each kind.
func (k Keeper) constraintsOf(ctx context.Context, work registrytypes.WorkID) ([]types.Constraint, error) {
	packed, found, err := k.Constraints.Find(ctx, work)
	if err != nil || !found {
		return nil, err
	}
	rows, err := types.UnpackConstraints(packed)
	return rows, errorsmod.Wrapf(err, "constraints of %s", work)
}

// setConstraints replaces what is demanded of a work.
func (k Keeper) setConstraints(ctx context.Context, work registrytypes.WorkID, rows []types.Constraint) error {
	rows = slices.SortedFunc(slices.Values(rows), types.Constraint.Compare)
	return k.Constraints.Set(ctx, work, types.PackConstraints(rows))
}

// checkNotExpired fails with ErrSourceExpired when a permission that a work
// relies on has ended: it takes payments then, but no offers, grants and
// derivations.
func (k Keeper) checkNotExpired(ctx context.Context, work registrytypes.WorkID, rows []types.Constraint) error {
	now := sdk.UnwrapSDKContext(ctx).BlockTime()
	for _, c := range rows {
		if c.Kind != types.CONSTRAINT_EXPIRES {
			continue
		}
		end, err := k.endOf(ctx, c)
		if err != nil {
			return err
		}
		if !now.Before(end) {
			return refusal(work, rules.Reason{Code: rules.SourceExpired, Source: c.Source.String(), At: end})
		}
	}
	return nil
}

// endOf is when the grant behind an EXPIRES constraint ends.
func (k Keeper) endOf(ctx context.Context, c types.Constraint) (time.Time, error) {
	grant, err := k.GetGrant(ctx, c.Grant.GrantID)
	if err != nil {
		return time.Time{}, err
	}
	if grant.ExpiresAt == nil {
		return types.MaxTime, nil
	}
	return *grant.ExpiresAt, nil
}

// demandsOf turns constraints into what the rules combine.
func (k Keeper) demandsOf(ctx context.Context, rows []types.Constraint) (rules.Group, error) {
	r := k.newReader(ctx)
	var g rules.Group
	for _, c := range rows {
		d, err := r.demand(c)
		if err != nil {
			return nil, err
		}
		g = append(g, d)
	}
	return g, nil
}

// describe puts reasons in one line: codes with the works they come from.
func describe(reasons []rules.Reason) string { return strings.Join(describeEach(reasons), ", ") }

func describeEach(reasons []rules.Reason) []string {
	var texts []string
	for _, r := range reasons {
		text := string(r.Code)
		if r.Source != "" {
			text = fmt.Sprintf("%s (%s under %s)", r.Code, r.Source, r.Terms)
		}
		texts = append(texts, text)
	}
	return texts
}

// namedConstraint writes a constraint in readable form, with the end that a grant
// has now.
func (k Keeper) namedConstraint(ctx context.Context, c types.Constraint) (types.NamedConstraint, error) {
	named := c.Named()
	if c.Kind != types.CONSTRAINT_EXPIRES {
		return named, nil
	}
	end, err := k.endOf(ctx, c)
	named.ExpiresAt = &end
	return named, err
}
