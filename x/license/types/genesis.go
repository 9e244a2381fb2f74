package types

import (
	"bytes"
	"slices"
	"time"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/past"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// DefaultGenesisState holds the presets.
func DefaultGenesisState() *GenesisState {
	gs := &GenesisState{}
	for _, p := range presets() {
		gs.Terms = append(gs.Terms, p.Terms)
	}
	return gs
}

// Validate checks every row, that no key comes twice, and that all terms that
// rows name are there. It fails with ErrInvalidGenesis or the row's own error.
func (gs GenesisState) Validate() error {
	known := make(map[TermsID]Terms, len(gs.Terms))
	for i, t := range gs.Terms {
		if err := t.Validate(); err != nil {
			return errorsmod.Wrapf(err, "terms[%d]", i)
		}
		if _, twice := known[t.ID()]; twice {
			return errorsmod.Wrapf(ErrInvalidGenesis, "terms[%d]: %s comes twice", i, t.ID())
		}
		known[t.ID()] = t
	}
	if err := gs.validateOffers(known); err != nil {
		return err
	}
	if err := gs.validateGrants(known); err != nil {
		return err
	}
	if err := gs.validateApprovals(known); err != nil {
		return err
	}
	if err := gs.validateGrantUses(); err != nil {
		return err
	}
	if err := gs.validateAdmissions(); err != nil {
		return err
	}
	return gs.validateDemands(known)
}

// approvalKey tells approvals apart.
type approvalKey struct {
	offerKey
	whom string
}

// offerKey is a work and terms, which tell offers and counts of grants apart.
type offerKey struct {
	work  registrytypes.WorkID
	terms TermsID
}

// validate checks that both are given and the terms are known.
func (k offerKey) validate(known map[TermsID]Terms) error {
	if err := k.work.Given("work"); err != nil {
		return err
	}
	return checkKnown(k.terms, known)
}

func checkKnown(terms TermsID, known map[TermsID]Terms) error {
	if err := terms.Given("terms"); err != nil {
		return err
	}
	if _, ok := known[terms]; !ok {
		return errorsmod.Wrapf(ErrTermsNotFound, "%s", terms)
	}
	return nil
}

func (gs GenesisState) validateApprovals(known map[TermsID]Terms) error {
	seen := make(map[approvalKey]bool, len(gs.Approvals))
	for i, a := range gs.Approvals {
		offer := offerKey{a.Work, a.Terms}
		if err := offer.validate(known); err != nil {
			return errorsmod.Wrapf(err, "approvals[%d]", i)
		}
		whom, err := ParseApproved(a.Licensee, a.Derivative)
		if err != nil {
			return errorsmod.Wrapf(err, "approvals[%d]", i)
		}
		key := approvalKey{offer, string(whom.Key())}
		if seen[key] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "approvals[%d]: comes twice", i)
		}
		if !known[a.Terms].DerivativeApproval {
			return errorsmod.Wrapf(ErrInvalidGenesis, "approvals[%d]: %s ask for none", i, a.Terms)
		}
		seen[key] = true
	}
	return nil
}

func (gs GenesisState) validateOffers(known map[TermsID]Terms) error {
	seen := make(map[offerKey]bool, len(gs.Offers))
	for i, o := range gs.Offers {
		key := offerKey{o.Work, o.Terms}
		if err := key.validate(known); err != nil {
			return errorsmod.Wrapf(err, "offers[%d]", i)
		}
		if seen[key] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "offers[%d]: comes twice", i)
		}
		seen[key] = true
		if err := o.Offer.ValidateStored(known[o.Terms]); err != nil {
			return errorsmod.Wrapf(err, "offers[%d]", i)
		}
	}
	return nil
}

func (gs GenesisState) validateGrants(known map[TermsID]Terms) error {
	lists, err := gs.validateAllowLists()
	if err != nil {
		return err
	}
	seen := make(map[GrantID]bool, len(gs.Grants))
	given := make(map[offerKey]uint64)
	for i, g := range gs.Grants {
		if err := g.Id.Given("id"); err != nil {
			return errorsmod.Wrapf(err, "grants[%d]", i)
		}
		if seen[g.Id] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "grants[%d]: %s comes twice", i, g.Id)
		}
		seen[g.Id] = true
		if err := g.Grant.validate(known, lists); err != nil {
			return errorsmod.Wrapf(err, "grants[%d]: %s", i, g.Id)
		}
		given[g.Grant.offer()]++
	}
	counted := make(map[offerKey]bool, len(gs.GrantCounts))
	for i, c := range gs.GrantCounts {
		key := offerKey{c.Work, c.Terms}
		if err := key.validate(known); err != nil {
			return errorsmod.Wrapf(err, "grant_counts[%d]", i)
		}
		if counted[key] || c.Count < given[key] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "grant_counts[%d]: comes twice or is below the %d grants there are", i, given[key])
		}
		counted[key] = true
	}
	for i, g := range gs.Grants {
		if !counted[g.Grant.offer()] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "grants[%d]: grant_counts lacks its work and terms", i)
		}
	}
	return nil
}

func (g Grant) offer() offerKey { return offerKey{g.Work.WorkID, g.Terms.TermsID} }

func (g Grant) validate(known map[TermsID]Terms, lists map[registrytypes.Digest]bool) error {
	if err := g.offer().validate(known); err != nil {
		return err
	}
	if err := g.ValidateUse(known[g.Terms.TermsID]); err != nil {
		return err
	}
	switch {
	case !g.AllowList.IsZero() && !lists[g.AllowList.Digest]:
		return errorsmod.Wrapf(ErrInvalidGenesis, "allow_lists lacks %s", g.AllowList.Digest)
	case g.Fee != nil && (g.Fee.Validate() != nil || !g.Fee.IsPositive()):
		return errorsmod.Wrapf(ErrInvalidGenesis, "fee %s is not a positive amount", g.Fee)
	case !validEnd(g.ExpiresAt):
		return errorsmod.Wrapf(ErrInvalidGenesis, "expires_at %s is not between 1970 and 2262", g.ExpiresAt)
	}
	return sdk.VerifyAddressFormat(g.Licensee)
}

// ValidateUse checks how many derivatives the grant serves, which of them it is for,
// and to whom it is offered.
func (g Grant) ValidateUse(t Terms) error {
	user, bound := g.User()
	switch {
	case g.Serves != t.Serves() && !(g.Serves == 1 && bound):
		return errorsmod.Wrapf(ErrInvalidGenesis, "serves %d derivatives, its terms say %d", g.Serves, t.Serves())
	case g.Used > g.Serves || g.Used == 1 && g.Serves == 1 && !bound:
		return errorsmod.Wrapf(ErrInvalidGenesis, "is used by %d derivatives and serves %d", g.Used, g.Serves)
	case g.several() && bound:
		return errorsmod.Wrapf(ErrInvalidGenesis, "serves several derivatives and is for %s", user)
	case len(g.OfferedTo) == 0:
		return nil
	case bound || g.Used > 0:
		return errorsmod.Wrap(ErrInvalidGenesis, "is offered to an account although derivatives use it")
	}
	return sdk.VerifyAddressFormat(g.OfferedTo)
}

// validateAllowLists checks the lists and returns their digests.
func (gs GenesisState) validateAllowLists() (map[registrytypes.Digest]bool, error) {
	lists := make(map[registrytypes.Digest]bool, len(gs.AllowLists))
	for i, l := range gs.AllowLists {
		if err := (Offer{Licensees: l.Licensees}).validateForm(); err != nil {
			return nil, errorsmod.Wrapf(err, "allow_lists[%d]", i)
		}
		if len(l.Licensees) == 0 || lists[l.Digest()] {
			return nil, errorsmod.Wrapf(ErrInvalidGenesis, "allow_lists[%d]: names nobody or comes twice", i)
		}
		lists[l.Digest()] = true
	}
	return lists, nil
}

// validateGrantUses checks that grants which serve several are used by as many
// derivatives as they say.
func (gs GenesisState) validateGrantUses() error {
	used := make(map[GrantID]uint32)
	seen := make(map[GenesisGrantUse]bool, len(gs.GrantUses))
	for i, u := range gs.GrantUses {
		if err := u.Derivative.Given("derivative"); err != nil {
			return errorsmod.Wrapf(err, "grant_uses[%d]", i)
		}
		if seen[u] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "grant_uses[%d]: comes twice", i)
		}
		seen[u] = true
		used[u.Grant]++
	}
	for i, g := range gs.Grants {
		if g.Grant.several() && used[g.Id] != g.Grant.Used {
			return errorsmod.Wrapf(ErrInvalidGenesis, "grants[%d]: %s is used by %d derivatives, grant_uses has %d",
				i, g.Id, g.Grant.Used, used[g.Id])
		}
		if g.Grant.several() {
			delete(used, g.Id)
		}
	}
	if len(used) > 0 {
		return errorsmod.Wrap(ErrInvalidGenesis, "grant_uses names grants that are not there or serve one derivative")
	}
	return nil
}

func (gs GenesisState) validateDemands(known map[TermsID]Terms) error {
	granted := make(map[GrantID]bool, len(gs.Grants))
	for _, g := range gs.Grants {
		granted[g.Id] = true
	}
	seen := make(map[registrytypes.WorkID]bool, len(gs.Demands))
	for i, row := range gs.Demands {
		if err := row.Work.Given("work"); err != nil {
			return errorsmod.Wrapf(err, "demands[%d]", i)
		}
		if seen[row.Work] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "demands[%d]: %s comes twice", i, row.Work)
		}
		seen[row.Work] = true
		if err := row.validate(known, granted); err != nil {
			return errorsmod.Wrapf(err, "demands[%d]: %s", i, row.Work)
		}
	}
	return nil
}

// validate checks that the versions are without a gap, and each of them.
func (g GenesisDemands) validate(known map[TermsID]Terms, granted map[GrantID]bool) error {
	if g.Demands.IsEmpty() {
		return errorsmod.Wrap(ErrInvalidGenesis, "nothing is demanded nor ever was: leave it out")
	}
	if want := max(int(g.Demands.Version), 1) - 1; len(g.Past) != want {
		return errorsmod.Wrapf(ErrInvalidGenesis, "%d past versions, %d came before version %d", len(g.Past), want, g.Demands.Version)
	}
	if g.Demands.Version == 0 && len(g.Demands.Constraints) > 0 {
		return errorsmod.Wrap(ErrInvalidGenesis, "version 0 demands nothing")
	}
	if err := checkRefs(g.Demands.Waiting); err != nil {
		return err
	}
	for i, d := range append(g.Past, g.Demands) {
		if i < len(g.Past) && (d.Version != uint32(i+1) || len(d.Waiting) > 0) {
			return errorsmod.Wrapf(ErrInvalidGenesis, "past[%d] has version %d or waits: versions count from 1 and wait for nothing", i, d.Version)
		}
		if !slices.IsSortedFunc(d.Constraints, Constraint.Compare) {
			return errorsmod.Wrapf(ErrInvalidGenesis, "version %d: constraints are not in order", d.Version)
		}
		for n, c := range d.Constraints {
			if n > 0 && c == d.Constraints[n-1] {
				return errorsmod.Wrapf(ErrInvalidGenesis, "version %d: constraint %d comes twice", d.Version, n)
			}
			if err := c.validate(known, granted); err != nil {
				return errorsmod.Wrapf(err, "version %d: constraint %d", d.Version, n)
			}
		}
	}
	return nil
}

// checkRefs checks that declarations are named in order, and no more than a work waits
// for.
func checkRefs(refs []DeclarationRef) error {
	if len(refs) > MaxConstraints {
		return errorsmod.Wrapf(ErrInvalidGenesis, "waits for %d declarations, at most %d", len(refs), MaxConstraints)
	}
	for i, r := range refs {
		if err := r.validate(); err != nil {
			return err
		}
		if i > 0 && refs[i-1].Compare(r) >= 0 {
			return errorsmod.Wrapf(ErrInvalidGenesis, "declaration %d of %s comes twice or out of order", r.Number, r.Work)
		}
	}
	return nil
}

func (r DeclarationRef) validate() error {
	if r.Number == 0 {
		return errorsmod.Wrap(ErrInvalidGenesis, "declarations are numbered from 1")
	}
	return r.Work.Given("work")
}

func (gs GenesisState) validateAdmissions() error {
	seen := make(map[DeclarationRef]bool, len(gs.Admissions))
	for i, row := range gs.Admissions {
		err := row.Declaration.validate()
		switch {
		case err != nil:
		case seen[row.Declaration]:
			err = errorsmod.Wrap(ErrInvalidGenesis, "comes twice")
		default:
			err = row.Admission.Validate()
		}
		if err != nil {
			return errorsmod.Wrapf(err, "admissions[%d]", i)
		}
		seen[row.Declaration] = true
	}
	return nil
}

// Validate checks that somebody is waited for, and that the works are in order, each
// once. It fails with ErrInvalidGenesis.
func (a Admission) Validate() error {
	if !a.Waits() || len(a.Works) > MaxConstraints {
		return errorsmod.Wrapf(ErrInvalidGenesis, "an admission waits for at least one work and names at most %d", MaxConstraints)
	}
	for i, w := range a.Works {
		if err := w.Given("work"); err != nil {
			return err
		}
		if i > 0 && bytes.Compare(a.Works[i-1][:], w[:]) >= 0 {
			return errorsmod.Wrapf(ErrInvalidGenesis, "%s comes twice or out of order", w)
		}
	}
	return nil
}

// validate checks the kind and that what the constraint rests on is there: a
// grant for EXPIRES, terms for the others.
func (c Constraint) validate(known map[TermsID]Terms, granted map[GrantID]bool) error {
	if _, ok := ConstraintKind_name[int32(c.Kind)]; !ok || c.Kind == CONSTRAINT_UNSPECIFIED {
		return errorsmod.Wrapf(ErrInvalidGenesis, "unknown kind %d", c.Kind)
	}
	if err := c.Source.Given("source"); err != nil {
		return err
	}
	if (c.Kind == CONSTRAINT_ATTRIBUTION) != (c.WorkVersion > 0) {
		return errorsmod.Wrapf(ErrInvalidGenesis, "kind %s with work_version %d: ATTRIBUTION names one, no other does", c.Kind, c.WorkVersion)
	}
	if c.Kind != CONSTRAINT_EXPIRES {
		if !c.Grant.IsZero() {
			return errorsmod.Wrapf(ErrInvalidGenesis, "kind %s names terms and no grant, not %s", c.Kind, c.Grant)
		}
		return checkKnown(c.Terms.TermsID, known)
	}
	if !c.Terms.IsZero() {
		return errorsmod.Wrapf(ErrInvalidGenesis, "kind EXPIRES names a grant and no terms, not %s", c.Terms)
	}
	if err := c.Grant.Given("grant"); err != nil {
		return err
	}
	if !granted[c.Grant.GrantID] {
		return errorsmod.Wrapf(ErrGrantNotFound, "%s", c.Grant)
	}
	return nil
}

// validEnd says whether the store can hold an end, if there is one.
func validEnd(end *time.Time) bool {
	return end == nil || end.After(time.Unix(0, 0)) && end.Before(MaxTime)
}

// HappenedBefore checks that all that the state says has happened came before the start
// of the chain. It fails with ErrInvalidGenesis.
func (gs GenesisState) HappenedBefore(start time.Time) error {
	for _, o := range gs.Offers {
		if err := past.Check(start, o.Work, o.Offer.IrrevocableSince); err != nil {
			return errorsmod.Wrap(ErrInvalidGenesis, err.Error())
		}
	}
	for _, g := range gs.Grants {
		if err := past.Check(start, g.Id, &g.Grant.GrantedAt); err != nil {
			return errorsmod.Wrap(ErrInvalidGenesis, err.Error())
		}
	}
	return nil
}
