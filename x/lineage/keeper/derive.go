package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/internal/events"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/graph"
	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// derivation is one declaration on its way into the state.
type derivation struct {
	types.Declaration
	// row is what was declared before, if declared says that something was.
	row      types.Derivation
	declared bool
	// generation is the work's, with the new sources once they are placed.
	generation uint32
	// derived says that other works derive from the work already; citations of
	// it do not count.
	derived bool
	// kind is the work's. generated: an AI system made it, as a record says.
	kind      registrytypes.Kind
	generated bool
	// permits are those of the sources that are more than cited, in the order of
	// the declaration.
	permits []licensetypes.Permit
	// approved are the sources whose approval this uses up.
	approved []workID
	// notices are what to know about external sources.
	notices []types.SourceNotice
	// raised are the descendants that get a new generation.
	raised []graph.Change[workID]
}

// addedLater tells whether sources of the work were declared before, or works
// derive from it: what those owe does not change by this declaration.
func (d *derivation) addedLater() bool {
	return d.row.Count() > 0 || d.derived
}

// Derive declares sources of a work and how it was made, all or nothing, and
// returns the work's generation and the sums of what it owes, ppm. d must be
// valid. Errors name the source and the reason; on an error the caller must
// drop what was written.
func (k Keeper) Derive(ctx context.Context, d types.Declaration) (types.MsgDeriveResponse, error) {
	var none types.MsgDeriveResponse
	dv := &derivation{Declaration: d}
	if err := k.load(ctx, dv); err != nil {
		return none, err
	}
	if err := k.checkNew(ctx, dv); err != nil {
		return none, err
	}
	if err := k.checkReferences(ctx, dv); err != nil {
		return none, err
	}
	if err := k.checkRecord(ctx, dv); err != nil {
		return none, err
	}
	if err := k.permit(ctx, dv); err != nil {
		return none, err
	}
	if err := k.place(ctx, dv); err != nil {
		return none, err
	}
	if err := k.checkApprovals(ctx, dv); err != nil {
		return none, err
	}
	absolute, relative, err := k.link(ctx, dv)
	if err != nil {
		return none, err
	}
	later := dv.addedLater()
	if err := k.store(ctx, dv); err != nil {
		return none, err
	}
	result := types.MsgDeriveResponse{Generation: dv.generation, Absolute: absolute, Relative: relative, Notices: dv.notices}
	return result, events.Emit(ctx, &types.EventDerived{
		Work: dv.Work, Generation: dv.generation, Sources: dv.Sources, AddedLater: later,
		Absolute: absolute, Relative: relative, Recorded: dv.Record != nil, Renumbered: renumbered(dv.raised),
		Notices: dv.notices,
	})
}

// load checks that the owner may declare anything about the work now, and
// reads what was declared before and its generation.
func (k Keeper) load(ctx context.Context, d *derivation) error {
	work, err := k.registry.Control(ctx, d.Owner, d.Work, registrytypes.ActDeclare)
	if err != nil {
		return err
	}
	current, err := work.Revision()
	if err != nil {
		return err
	}
	d.kind = current.Details.Kind
	if d.row, d.declared, err = k.Derivations.Find(ctx, d.Work); err != nil || !d.declared {
		return err
	}
	d.generation, err = k.royalty.Generation(ctx, d.Work)
	return err
}

// permit asks license for each source that is more than cited, and notes
// whether works derive from this one already.
func (k Keeper) permit(ctx context.Context, d *derivation) error {
	for _, s := range d.Works {
		if s.Role == types.ROLE_CITES {
			if _, err := k.registry.GetWork(ctx, s.Work); err != nil {
				return errorsmod.Wrapf(err, "source %s", s.Work)
			}
			continue
		}
		if err := s.Role.CheckKind(d.kind); err != nil {
			return errorsmod.Wrapf(err, "source %s", s.Work)
		}
		permit, err := k.license.Permit(ctx, licensetypes.PermitRequest{
			Derivative: d.Work, Owner: d.Owner, Source: s.Work, Permission: s.Permission,
			Action: s.Role.Asks(d.generated), Column: s.Role.Column(d.kind),
		})
		if err != nil {
			return errorsmod.Wrapf(err, "source %s", s.Work)
		}
		d.permits = append(d.permits, permit)
	}
	if len(d.permits) == 0 {
		return nil
	}
	var err error
	d.derived, err = k.Derived.Has(ctx, d.Work)
	return err
}

// link tells royalty and license about the sources that are more than cited, and
// royalty, which keeps them, about the new generations.
func (k Keeper) link(ctx context.Context, d *derivation) (absolute, relative uint32, err error) {
	if len(d.permits) == 0 {
		return k.royalty.Owed(ctx, d.Work)
	}
	link := royaltytypes.Link{Work: d.Work, Generation: d.generation, MaxTotalRate: d.MaxTotalRate}
	for _, p := range d.permits {
		link.Sources = append(link.Sources, royaltytypes.LinkSource{
			Work: p.Source, Policy: p.Policy, Rate: p.Rate, UpstreamVersion: p.UpstreamVersion,
		})
	}
	if absolute, relative, err = k.royalty.Link(ctx, link); err != nil {
		return 0, 0, err
	}
	for _, c := range d.raised {
		if err := k.royalty.SetGeneration(ctx, c.Node, c.Generation); err != nil {
			return 0, 0, err
		}
	}
	return absolute, relative, k.license.Bind(ctx, d.Work, d.permits)
}

func renumbered(changes []graph.Change[workID]) []types.Renumbered {
	list := make([]types.Renumbered, 0, len(changes))
	for _, c := range changes {
		list = append(list, types.Renumbered{Work: c.Node, Generation: c.Generation})
	}
	return list
}
