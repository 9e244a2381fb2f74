package types

import (
	"math"
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
	if err := gs.validateExclusives(); err != nil {
		return err
	}
	if err := gs.validatePasses(known); err != nil {
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
	if err := gs.validateTermsSets(known); err != nil {
		return err
	}
	return gs.validateDemands(known)
}

// validateExclusives checks that each work is given once.
func (gs GenesisState) validateExclusives() error {
	seen := make(map[registrytypes.WorkID]bool, len(gs.Exclusives))
	for i, e := range gs.Exclusives {
		if err := e.Work.Given("work"); err != nil {
			return errorsmod.Wrapf(err, "exclusives[%d]", i)
		}
		if seen[e.Work] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "exclusives[%d]: %s comes twice", i, e.Work)
		}
		seen[e.Work] = true
	}
	return nil
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

// paysAs says whether the grant pays for as many uses as its terms say, once or several times; 2^32
// renewals are out of reach, and no sum of theirs overflows.
func (g Grant) paysAs(t Terms) bool {
	if t.UsesPerGrant == 0 {
		return g.UsesPaid == 0
	}
	each := uint64(t.UsesPerGrant)
	return g.UsesPaid > 0 && g.UsesPaid%each == 0 && g.UsesPaid/each < math.MaxUint32
}

// ValidateUse checks how many derivatives the grant serves, which of them it is for, how many
// uses it pays for, and to whom it is offered.
func (g Grant) ValidateUse(t Terms) error {
	user, bound := g.User()
	switch {
	case g.Serves != t.Serves() && !(g.Serves == 1 && bound):
		return errorsmod.Wrapf(ErrInvalidGenesis, "serves %d derivatives, its terms say %d", g.Serves, t.Serves())
	case g.Used > g.Serves || g.Used == 1 && g.Serves == 1 && !bound:
		return errorsmod.Wrapf(ErrInvalidGenesis, "is used by %d derivatives and serves %d", g.Used, g.Serves)
	case g.several() && bound:
		return errorsmod.Wrapf(ErrInvalidGenesis, "serves several derivatives and is for %s", user)
	case !g.paysAs(t):
		return errorsmod.Wrapf(ErrInvalidGenesis, "pays for %d uses, its terms say %d and as many for each renewal", g.UsesPaid, t.UsesPerGrant)
	case g.Uses > g.UsesPaid:
		return errorsmod.Wrapf(ErrInvalidGenesis, "%d uses are counted, it pays for %d", g.Uses, g.UsesPaid)
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
	for _, p := range gs.Passes {
		if err := past.Check(start, p.Work, &p.Pass.GivenAt); err != nil {
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
