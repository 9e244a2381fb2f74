package types

import (
	"bytes"
	"time"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/past"
)

// maxAddress is the longest account address in bytes.
const maxAddress = 255

// DefaultGenesisState returns an empty registry with the default parameters.
func DefaultGenesisState() *GenesisState { return &GenesisState{Params: DefaultParams()} }

// accountRoot names an anchor.
type accountRoot struct {
	account string
	root    Digest
}

// claimPlace is a place among the claims to one content: it takes one work.
type claimPlace struct {
	digest Digest
	order  ClaimOrder
}

// Validate checks every row by itself and against the others. It fails with
// ErrInvalidGenesis or the error of the part, naming the row.
func (gs GenesisState) Validate() error {
	if err := gs.Params.Validate(); err != nil {
		return errorsmod.Wrap(err, "params")
	}
	anchors := make(map[accountRoot]Anchor, len(gs.Anchors))
	for i, a := range gs.Anchors {
		key, err := a.validate()
		if err != nil {
			return errorsmod.Wrapf(err, "anchors[%d]", i)
		}
		if _, twice := anchors[key]; twice {
			return errorsmod.Wrapf(ErrInvalidGenesis, "anchors[%d]: root %s of %s is there twice", i, a.Root, a.Account)
		}
		anchors[key] = a.Anchor
	}
	places := make(map[claimPlace]WorkID, len(gs.Works))
	seen := make(map[WorkID]bool, len(gs.Works))
	for i, w := range gs.Works {
		if err := w.validate(anchors); err != nil {
			return errorsmod.Wrapf(err, "works[%d] (%s)", i, w.Id)
		}
		if seen[w.Id] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "works[%d]: %s is there twice", i, w.Id)
		}
		seen[w.Id] = true
		if !w.Work.Stands() {
			continue
		}
		place := claimPlace{w.Work.Sha256.Digest, NewClaimOrder(w.Work.Place(), WorkID{})}
		if other, taken := places[place]; taken {
			return errorsmod.Wrapf(ErrInvalidGenesis, "works[%d]: %s claims the content at the same moment and rank as %s", i, w.Id, other)
		}
		places[place] = w.Id
	}
	return nil
}

func (a GenesisAnchor) validate() (accountRoot, error) {
	account, err := parseAccount("account", a.Account)
	if err != nil {
		return accountRoot{}, err
	}
	if err := a.Root.GivenRoot("root"); err != nil {
		return accountRoot{}, err
	}
	if !validTime(a.Anchor.Priority.Time) {
		return accountRoot{}, errorsmod.Wrapf(ErrInvalidGenesis, "priority.time %s is not between 1970 and 2262", a.Anchor.Priority.Time)
	}
	if a.Anchor.Priority.Rank != 0 {
		return accountRoot{}, errorsmod.Wrapf(ErrInvalidGenesis, "priority.rank is %d: only claims have ranks", a.Anchor.Priority.Rank)
	}
	return accountRoot{string(account), a.Root}, validateTotal(a.Anchor.Total)
}

func (w GenesisWork) validate(anchors map[accountRoot]Anchor) error {
	if err := w.Id.Given("id"); err != nil {
		return err
	}
	if err := w.Work.Validate(w.Id); err != nil {
		return err
	}
	if err := w.Work.validateAnchor(anchors); err != nil {
		return err
	}
	if len(w.Work.Current) != 0 {
		return errorsmod.Wrap(ErrInvalidGenesis, "work.current is taken from the last of the revisions: leave it out")
	}
	if uint64(len(w.Revisions)) != uint64(w.Work.Version) {
		return errorsmod.Wrapf(ErrInvalidGenesis, "has %d revisions, but version %d", len(w.Revisions), w.Work.Version)
	}
	for i, r := range w.Revisions {
		if err := r.Validate(); err != nil {
			return errorsmod.Wrapf(err, "revisions[%d]", i)
		}
		if !validTime(r.CreatedAt) || i > 0 && r.CreatedAt.Before(w.Revisions[i-1].CreatedAt) {
			return errorsmod.Wrapf(ErrInvalidGenesis, "revisions[%d] has time %s, out of order", i, r.CreatedAt)
		}
	}
	if err := w.Work.ValidateOwners(w.Owners); err != nil {
		return err
	}
	if err := w.Work.ValidateManifests(w.Manifests); err != nil {
		return err
	}
	if len(w.Withdrawals) > 0 && len(w.Manifests) == 0 {
		return errorsmod.Wrap(ErrInvalidGenesis, "has withdrawals of items, but no manifest")
	}
	if err := ValidateWithdrawals(w.Withdrawals); err != nil {
		return err
	}
	if w.Work.OnOffer != (w.Transfer != nil) {
		return errorsmod.Wrap(ErrInvalidGenesis, "work.on_offer is set exactly where a transfer is on offer")
	}
	if w.Transfer != nil {
		return w.Transfer.Validate(w.Work.Owner)
	}
	return nil
}

// ValidateOwners checks the owners after the registrant: one for each transfer,
// in order of time, none after oneself, and the last owns the work. It fails with
// ErrInvalidGenesis.
func (w Work) ValidateOwners(owners []Ownership) error {
	if uint64(len(owners)) != uint64(w.Transfers) {
		return errorsmod.Wrapf(ErrInvalidGenesis, "has %d owners after the registrant, but transfers %d",
			len(owners), w.Transfers)
	}
	previous := Ownership{Owner: w.Registrant, Since: w.RegisteredAt}
	for i, o := range owners {
		switch {
		case !validAddress(o.Owner) || o.Owner.Equals(previous.Owner):
			return errorsmod.Wrapf(ErrInvalidGenesis, "owners[%d] is nobody or the owner before", i)
		case !validTime(o.Since) || o.Since.Before(previous.Since):
			return errorsmod.Wrapf(ErrInvalidGenesis, "owners[%d] has time %s, out of order", i, o.Since)
		}
		previous = o
	}
	if !previous.Owner.Equals(w.Owner) {
		return errorsmod.Wrapf(ErrInvalidGenesis, "owner is %s, the last of the owners is %s",
			w.Owner, previous.Owner)
	}
	return nil
}

// Validate checks a row but for its revision: its id follows from registrant and
// content, and its fields agree with each other. It fails with ErrInvalidGenesis.
func (w Work) Validate(id WorkID) error {
	switch {
	case !validAddress(w.Owner) || !validAddress(w.Registrant):
		return errorsmod.Wrapf(ErrInvalidGenesis, "owner and registrant must have 1 to %d bytes", maxAddress)
	case w.Sha256.IsZero():
		return errorsmod.Wrap(ErrInvalidGenesis, "sha256 is empty")
	case w.Sha256.Digest == nothing:
		return errorsmod.Wrap(ErrInvalidGenesis, "sha256 is that of an empty file, which is nobody's")
	case NewWorkID(w.Registrant, w.Sha256.Digest) != id:
		return errorsmod.Wrapf(ErrInvalidGenesis, "id is not that of registrant and sha256: %s", NewWorkID(w.Registrant, w.Sha256.Digest))
	case w.Status == STATUS_UNSPECIFIED || Status_name[int32(w.Status)] == "":
		return errorsmod.Wrapf(ErrInvalidGenesis, "status %d is unknown", int32(w.Status))
	case w.Version == 0:
		return errorsmod.Wrap(ErrInvalidGenesis, "version is 0, the first is 1")
	case !validTime(w.ClaimedSince.Time) || !validTime(w.RegisteredAt) || w.RegisteredAt.Before(w.ClaimedSince.Time):
		return errorsmod.Wrapf(ErrInvalidGenesis, "claimed since %s and registered at %s: the claim cannot be later",
			w.ClaimedSince.Time, w.RegisteredAt)
	case w.AnchorRoot.IsZero() != (w.RevealedAt == nil):
		return errorsmod.Wrap(ErrInvalidGenesis, "anchor_root and revealed_at go together")
	case w.AnchorRoot.IsZero() && !w.ClaimedSince.Time.Equal(w.RegisteredAt):
		return errorsmod.Wrap(ErrInvalidGenesis, "is claimed since before its registration without an anchor")
	case uint64(w.TransferOffers) < w.leastOffers():
		return errorsmod.Wrapf(ErrInvalidGenesis, "changed hands %d times, and was offered %d times", w.Transfers, w.TransferOffers)
	}
	if err := w.validateHold(); err != nil {
		return err
	}
	return w.validatePlace()
}

// leastOffers is how often the work was offered to a new owner at least: each was accepted
// at most once, and one that waits not yet.
func (w Work) leastOffers() uint64 {
	least := uint64(w.Transfers)
	if w.OnOffer {
		least++
	}
	return least
}

// validatePlace checks where a claim stands whose anchor was revealed too late.
func (w Work) validatePlace() error {
	switch p := w.PlacedAt; {
	case p == nil:
		return nil
	case w.AnchorRoot.IsZero():
		return errorsmod.Wrap(ErrInvalidGenesis, "has placed_at without an anchor")
	case !validTime(p.Time) || !w.ClaimedSince.Before(*p) || w.RegisteredAt.Before(p.Time):
		return errorsmod.Wrapf(ErrInvalidGenesis, "is placed at %s: not between its anchor, %s, and its registration, %s",
			p.Text(), w.ClaimedSince.Text(), w.RegisteredAt)
	}
	return nil
}

// validateAnchor checks that the anchor which dates a claim exists and does.
func (w Work) validateAnchor(anchors map[accountRoot]Anchor) error {
	if w.AnchorRoot.IsZero() {
		return nil
	}
	anchored, ok := anchors[accountRoot{string(w.Registrant), w.AnchorRoot.Digest}]
	if !ok {
		return errorsmod.Wrapf(ErrInvalidGenesis, "has no anchor of its registrant with root %s", w.AnchorRoot)
	}
	return w.DatedBy(anchored)
}

// DatedBy checks that an anchored claim has its anchor's moment. It fails with
// ErrInvalidGenesis.
func (w Work) DatedBy(anchored Anchor) error {
	if !w.ClaimedSince.SameMoment(anchored.Priority) {
		return errorsmod.Wrapf(ErrInvalidGenesis, "is claimed since %s, its anchor is of %s",
			w.ClaimedSince.Text(), anchored.Priority.Text())
	}
	return nil
}

// Validate checks an offered transfer against the work's owner. It fails with
// ErrInvalidGenesis.
func (t TransferOffer) Validate(owner sdk.AccAddress) error {
	if !validAddress(t.Recipient) || bytes.Equal(t.Recipient, owner) {
		return errorsmod.Wrap(ErrInvalidGenesis, "transfer goes to nobody or to the owner")
	}
	if !validTime(t.OfferedAt) {
		return errorsmod.Wrapf(ErrInvalidGenesis, "transfer was offered at %s", t.OfferedAt)
	}
	return nil
}

func validAddress(addr sdk.AccAddress) bool { return len(addr) > 0 && len(addr) <= maxAddress }

// HappenedBefore checks that all that the state says has happened came before the start
// of the chain. It fails with ErrInvalidGenesis.
func (gs GenesisState) HappenedBefore(start time.Time) error {
	for _, w := range gs.Works {
		moments := []*time.Time{&w.Work.RegisteredAt, &w.Work.ClaimedSince.Time, w.Work.RevealedAt}
		if w.Work.Hold != nil {
			moments = append(moments, w.Work.Hold.Since)
		}
		if w.Work.PlacedAt != nil {
			moments = append(moments, &w.Work.PlacedAt.Time)
		}
		for i := range w.Revisions {
			moments = append(moments, &w.Revisions[i].CreatedAt)
		}
		for i := range w.Withdrawals {
			moments = append(moments, &w.Withdrawals[i].At)
		}
		for i := range w.Owners {
			moments = append(moments, &w.Owners[i].Since)
		}
		if w.Transfer != nil {
			moments = append(moments, &w.Transfer.OfferedAt)
		}
		if err := past.Check(start, w.Id, moments...); err != nil {
			return errorsmod.Wrap(ErrInvalidGenesis, err.Error())
		}
	}
	for _, a := range gs.Anchors {
		if err := past.Check(start, a.Root, &a.Anchor.Priority.Time); err != nil {
			return errorsmod.Wrapf(ErrInvalidGenesis, "anchor of %s: %s", a.Account, err)
		}
	}
	return nil
}
