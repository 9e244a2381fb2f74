package keeper

import (
	"context"
	"slices"

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
	// ruled: a ruling declares the source, not the owner.
	ruled bool
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
	// number of the declaration among those with sources that are more than cited; 0:
	// it has none such.
	number uint32
	// linked are the sources that are more than cited, and permits theirs, in the order
	// of the declaration.
	linked  []types.Source
	permits []licensetypes.Permit
	// uncited were citations before. replaced are the edges whose permission or role this
	// replaces, better those of them that are no stricter and owe no more.
	uncited  []workID
	replaced []types.PastEdge
	better   map[workID]bool
	// relied: something stands of the work already. admission says for whom the declaration
	// waits. approved are the approvals in
	// advance that it uses up: the approving work, and the declared source.
	relied    bool
	admission licensetypes.Admission
	approved  [][2]workID
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
	dv := &derivation{Declaration: d, better: make(map[workID]bool)}
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
	if err := dv.checkGrants(); err != nil {
		return none, err
	}
	if err := k.place(ctx, dv); err != nil {
		return none, err
	}
	if err := k.compare(ctx, dv); err != nil {
		return none, err
	}
	if err := k.admit(ctx, dv); err != nil {
		return none, err
	}
	if err := dv.checkWaiting(); err != nil {
		return none, err
	}
	return k.declare(ctx, dv)
}

// declare links what was permitted and placed, stores it and returns the outcome.
func (k Keeper) declare(ctx context.Context, dv *derivation) (types.MsgDeriveResponse, error) {
	var none types.MsgDeriveResponse
	absolute, relative, err := k.link(ctx, dv)
	if err != nil {
		return none, err
	}
	grants, err := k.serving(ctx, dv.permits)
	if err != nil {
		return none, err
	}
	if err := k.count(ctx, dv); err != nil {
		return none, err
	}
	later := dv.addedLater()
	if err := k.store(ctx, dv); err != nil {
		return none, err
	}
	result := types.MsgDeriveResponse{
		Generation: dv.generation, Absolute: absolute, Relative: relative, Notices: dv.notices,
		Declaration: dv.number, WaitsFor: dv.admission.Works, Others: dv.admission.Others,
		Grants: grants,
	}
	return result, events.Emit(ctx, &types.EventDerived{
		Work: dv.Work, Generation: dv.generation, Sources: dv.Sources, AddedLater: later,
		Absolute: absolute, Relative: relative, Recorded: dv.Record != nil, Renumbered: renumbered(dv.raised),
		Notices: dv.notices, Declaration: dv.number, Replaced: dv.replaced, Ruled: dv.ruled,
	})
}

// load checks that the owner may declare anything about the work now, and
// reads what was declared before and its generation.
func (k Keeper) load(ctx context.Context, d *derivation) error {
	work, err := k.mayDeclare(ctx, d)
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

// mayDeclare reads the work that something is declared about. A ruling is about one on hold. While a work
// is disputed, neither sources nor weights are declared: they would keep what is ruled from fitting in, or
// take the revenue first.
func (k Keeper) mayDeclare(ctx context.Context, d *derivation) (registrytypes.Work, error) {
	if d.ruled {
		return k.registry.GetWork(ctx, d.Work)
	}
	work, err := k.registry.Control(ctx, d.Owner, d.Work, registrytypes.ActDeclare)
	counts := func(s types.Source) bool { return s.Weight > 0 || !s.Work.IsZero() && s.Role != types.ROLE_CITES }
	if err == nil && work.Disputed() && slices.ContainsFunc(d.Sources, counts) {
		err = errorsmod.Wrapf(registrytypes.ErrOnHold, "%s is disputed, and what is ruled of weights and shares has to fit in: "+
			"declare sources and weights when that is decided; citations are declared before too", d.Work)
	}
	return work, err
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
			Actions: s.Role.Asks(d.generated), Column: s.Role.Column(d.kind), Seen: s.Seen, Ruled: d.ruled,
		})
		if err != nil {
			return errorsmod.Wrapf(err, "source %s", s.Work)
		}
		d.permits, d.linked = append(d.permits, permit), append(d.linked, s)
	}
	if len(d.permits) == 0 {
		return nil
	}
	d.number = d.row.Declarations + 1
	for i := range d.replaced {
		d.replaced[i].ReplacedBy = d.number
	}
	var err error
	d.derived, err = k.Derived.Has(ctx, d.Work)
	return err
}

// checkGrants fails with ErrOtherConditions where more grants of works further up would be used up
// than the owner has seen: whoever offers such a work for free could close the offer in the same
// block before the message, so that a grant which was paid for takes its place.
func (d *derivation) checkGrants() error {
	var used licensetypes.Met
	for _, p := range d.permits {
		used.Add(p.Met)
	}
	if len(used.Grants) <= int(d.MaxGrants) {
		return nil
	}
	first := used.Grants[0]
	return errorsmod.Wrapf(licensetypes.ErrOtherConditions, "%s would use up %d grants beside those that its sources are relied on by, "+
		"max_grants is %d: one is %s of %s, which a source was made from; look again, and allow them", d.Work, len(used.Grants),
		d.MaxGrants, first.Grant, first.Work)
}

// checkWaiting fails with ErrApprovalNeeded where somebody else's source itself waits for
// approval, so that the work would too, and its owner has not allowed that: the source's owner
// could else have it wait in the same block before the message.
func (d *derivation) checkWaiting() error {
	waits := func(p licensetypes.Permit) bool { return len(p.Waiting) > 0 && !p.Own }
	i := slices.IndexFunc(d.permits, waits)
	if i < 0 || d.AllowUnapproved {
		return nil
	}
	p := d.permits[i]
	ref := p.Waiting[0]
	return errorsmod.Wrapf(types.ErrApprovalNeeded, "source %s waits for approval of declaration %d of %s, and so would %s: wait until "+
		"owners have approved, or set allow_unapproved (--allow-unapproved): %s takes no offers, grants and derivations then until they do",
		p.Source, ref.Number, ref.Work, d.Work, d.Work)
}

// link tells royalty and license about the sources that are more than cited, and
// royalty, which keeps them, about the new generations.
func (k Keeper) link(ctx context.Context, d *derivation) (absolute, relative uint32, err error) {
	if len(d.permits) == 0 {
		return k.royalty.Owed(ctx, d.Work)
	}
	rebuilt := len(d.replaced) > 0
	link := royaltytypes.Link{Work: d.Work, Generation: d.generation, MaxTotalRate: d.MaxTotalRate, Rebuilt: rebuilt, Ruled: d.ruled}
	binding := licensetypes.Binding{
		Declaration: licensetypes.DeclarationRef{Work: d.Work, Number: d.number},
		Permits:     d.permits, Rebuilt: rebuilt, Admission: d.admission,
	}
	if rebuilt {
		binding.Standing, link.Sources = d.standing()
	}
	if binding.Owes, err = k.owesBefore(ctx, d, link.Sources); err != nil {
		return 0, 0, err
	}
	for _, p := range d.permits {
		link.Sources = append(link.Sources, p.Links()...)
	}
	if absolute, relative, err = k.royalty.Link(ctx, link); err != nil {
		return 0, 0, err
	}
	for _, c := range d.raised {
		if err := k.royalty.SetGeneration(ctx, c.Node, c.Generation); err != nil {
			return 0, 0, err
		}
	}
	return absolute, relative, k.license.Bind(ctx, binding)
}

// serving lists the grants that serve the work by the permits, as they are once it is bound.
func (k Keeper) serving(ctx context.Context, permits []licensetypes.Permit) ([]types.ServingGrant, error) {
	var list []types.ServingGrant
	for _, p := range permits {
		for _, id := range p.Grants() {
			g, err := k.license.GetGrant(ctx, id)
			if err != nil {
				return nil, err
			}
			list = append(list, types.ServingGrant{
				Grant: id, Work: g.Work.WorkID, Terms: g.Terms.TermsID, Source: p.Source, Serves: g.Serves, Used: g.Used,
			})
		}
	}
	return list, nil
}

// owesBefore says whether the work owes royalties by what stays of its edges: standing are
// they, where others are replaced.
func (k Keeper) owesBefore(ctx context.Context, d *derivation, standing []royaltytypes.LinkSource) (bool, error) {
	if d.row.Count() == 0 {
		return false, nil
	}
	if len(d.replaced) == 0 {
		absolute, relative, err := k.royalty.Owed(ctx, d.Work)
		return absolute > 0 || relative > 0, err
	}
	for _, s := range standing {
		debts, err := k.newDebts(ctx, s)
		if err != nil || len(debts) > 0 {
			return err == nil, err
		}
	}
	return false, nil
}

func renumbered(changes []graph.Change[workID]) []types.Renumbered {
	list := make([]types.Renumbered, 0, len(changes))
	for _, c := range changes {
		list = append(list, types.Renumbered{Work: c.Node, Generation: c.Generation})
	}
	return list
}
