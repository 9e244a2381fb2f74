package keeper

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cosmos/gogoproto/proto"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// constraintsOf lists what a work's sources demand of it, in order of kind,
// source and terms: at most MaxConstraints of each kind.
func (k Keeper) constraintsOf(ctx context.Context, work registrytypes.WorkID) ([]types.Constraint, error) {
	packed, found, err := find(ctx, k.Constraints, work)
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
func checkNotExpired(ctx context.Context, work registrytypes.WorkID, rows []types.Constraint) error {
	now := sdk.UnwrapSDKContext(ctx).BlockTime()
	for _, c := range rows {
		if c.Kind == types.CONSTRAINT_EXPIRES && !now.Before(*c.ExpiresAt) {
			return errorsmod.Wrapf(types.ErrSourceExpired, "%s: the permission of %s to use %s ended at %s: its owner needs a new grant",
				rules.SourceExpired, work, registrytypes.WorkID(c.Source), c.ExpiresAt.Format(time.RFC3339))
		}
	}
	return nil
}

// demandsOf turns constraints into what the rules combine. Ends of permissions
// are no demands: they are compared with the clock.
func (k Keeper) demandsOf(ctx context.Context, rows []types.Constraint) (rules.Group, error) {
	var g rules.Group
	for _, c := range rows {
		d := rules.Demand{Source: registrytypes.WorkID(c.Source).String(), TermsID: types.TermsID(c.Terms).String()}
		switch c.Kind {
		case types.CONSTRAINT_NONCOMMERCIAL:
			d.Kind = rules.NonCommercial
		case types.CONSTRAINT_SHARE_ALIKE:
			t, err := k.GetTerms(ctx, types.TermsID(c.Terms))
			if err != nil {
				return nil, err
			}
			d.Kind, d.Terms = rules.ShareAlike, t.Rules()
		default:
			continue
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

func emit(ctx context.Context, event proto.Message) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(event)
}
