package types

import (
	"bytes"
	"slices"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// remedy is a part of a redress.
type remedy uint16

const (
	transfers remedy = 1 << iota
	invalidates
	correctsTerms
	addsSource
	addsPayee
	setsWeights
	approves
	paysPast
)

// kindOf says of a kind of dispute what it can give, and whether it puts the work on hold.
type kindOf struct {
	name  string
	gives remedy
	holds bool
}

// kinds is the one table of what disputes are about.
var kinds = map[Kind]kindOf{
	KIND_PRIOR_CLAIM:       {"prior claim", transfers | invalidates | correctsTerms | paysPast, true},
	KIND_MISSING_SOURCE:    {"missing source", addsSource | addsPayee | paysPast, true},
	KIND_WRONG_TERMS:       {"wrong terms", correctsTerms | paysPast, true},
	KIND_FALSE_DECLARATION: {"false declaration", invalidates | correctsTerms | paysPast, true},
	KIND_FALSE_WEIGHT:      {"false weight", setsWeights, false},
	KIND_UNFAIR_MANIFEST:   {"unfair manifest", setsWeights | addsPayee | paysPast, false},
	KIND_UNAPPROVED_SOURCE: {"unapproved source", approves, false},
}

// Holds says whether a dispute of this kind puts the work on hold while it is open.
func (k Kind) Holds() bool { return kinds[k].holds }

// Known says whether there is such a kind.
func (k Kind) Known() bool { return kinds[k].name != "" }

// Name is what people call the kind.
func (k Kind) Name() string { return kinds[k].name }

var remedies = []struct {
	remedy remedy
	field  string
	set    func(Redress) bool
}{
	{transfers, "transfer_to", func(r Redress) bool { return r.TransferTo != "" }},
	{invalidates, "invalidate", func(r Redress) bool { return r.Invalidate || !r.Successor.IsZero() }},
	{correctsTerms, "close_offers and offer", func(r Redress) bool { return len(r.CloseOffers)+len(r.Offer) > 0 }},
	{addsSource, "source", func(r Redress) bool { return r.Source != nil }},
	{addsPayee, "payee", func(r Redress) bool { return r.Payee != nil }},
	{setsWeights, "weights", func(r Redress) bool { return len(r.Weights) > 0 }},
	{approves, "declaration", func(r Redress) bool { return r.Declaration > 0 }},
	{paysPast, "past and restitution", func(r Redress) bool { return len(r.Past)+len(r.Restitution) > 0 }},
}

// IsEmpty says whether it gives nothing.
func (r Redress) IsEmpty() bool {
	return !slices.ContainsFunc(remedies, func(m struct {
		remedy remedy
		field  string
		set    func(Redress) bool
	},
	) bool {
		return m.set(r)
	})
}

// ValidateClaim checks what is claimed about a work by a dispute of a kind. It may name a source and a
// payee, one in place of the other: whether the graph still takes the source is not the challenger's to
// decide. It fails with ErrInvalidRedress, naming the field.
func (r Redress) ValidateClaim(kind Kind, work registrytypes.WorkID) error {
	if r.IsEmpty() {
		return errorsmod.Wrap(ErrInvalidRedress, "claim: nothing is claimed: say what the dispute is to give")
	}
	if len(r.Restitution) > 0 {
		return errorsmod.Wrap(ErrInvalidRedress, "claim: restitution is named by a ruling: claim the most for the past with past")
	}
	return errorsmod.Wrap(r.validate(kind, work), "claim")
}

// ValidateRuling checks what a ruling gives. It fails with ErrInvalidRedress, naming the field.
func (r Redress) ValidateRuling(kind Kind, work registrytypes.WorkID) error {
	if len(r.Past) > 0 {
		return errorsmod.Wrap(ErrInvalidRedress, "redress: past is what is claimed: name in restitution who pays how much to whom")
	}
	if r.Source != nil && r.Payee != nil {
		return errorsmod.Wrap(ErrInvalidRedress, "redress: source, payee: choose one")
	}
	return errorsmod.Wrap(r.validate(kind, work), "redress")
}

// validate checks the fields of a redress by themselves and against the kind.
func (r Redress) validate(kind Kind, work registrytypes.WorkID) error {
	gives := kinds[kind].gives
	for _, m := range remedies {
		if m.set(r) && gives&m.remedy == 0 {
			return errorsmod.Wrapf(ErrInvalidRedress, "%s: a dispute about a %s does not give that", m.field, kind.Name())
		}
	}
	switch {
	case r.TransferTo != "" && r.Invalidate:
		return errorsmod.Wrap(ErrInvalidRedress, "transfer_to, invalidate: an invalid work is nobody's: choose one")
	case !r.Successor.IsZero() && !r.Invalidate:
		return errorsmod.Wrap(ErrInvalidRedress, "successor: only where the work is invalidated")
	case r.Successor == work:
		return errorsmod.Wrap(ErrInvalidRedress, "successor: is the disputed work")
	case len(r.CloseOffers) > MaxOffersClosed || len(r.Offer) > MaxOffersMade:
		return errorsmod.Wrapf(ErrInvalidRedress, "close_offers, offer: at most %d and %d", MaxOffersClosed, MaxOffersMade)
	case !distinct(r.CloseOffers) || !distinct(r.Offer):
		return errorsmod.Wrap(ErrInvalidRedress, "close_offers, offer: terms are missing or there twice")
	}
	if err := r.validateAccounts(); err != nil {
		return err
	}
	if r.Source != nil {
		if err := r.Source.validate(work); err != nil {
			return err
		}
	}
	if err := ValidateWeights(r.Weights); err != nil {
		return err
	}
	if err := validateCoins(r.Past); err != nil {
		return errorsmod.Wrapf(ErrInvalidRedress, "past: %s", err)
	}
	if len(r.Restitution) > MaxRestitutions {
		return errorsmod.Wrapf(ErrInvalidRedress, "restitution: %d amounts, at most %d", len(r.Restitution), MaxRestitutions)
	}
	for i, p := range r.Restitution {
		if err := p.validate(work); err != nil {
			return errorsmod.Wrapf(err, "restitution[%d]", i)
		}
	}
	return nil
}

func (r Redress) validateAccounts() error {
	if r.TransferTo != "" {
		if _, err := sdk.AccAddressFromBech32(r.TransferTo); err != nil {
			return errorsmod.Wrapf(ErrInvalidRedress, "transfer_to: %s", err)
		}
	}
	if r.Payee == nil {
		return nil
	}
	if _, err := sdk.AccAddressFromBech32(r.Payee.Account); err != nil {
		return errorsmod.Wrapf(ErrInvalidRedress, "payee.account: %s", err)
	}
	if r.Payee.Share == 0 || r.Payee.Share >= Whole {
		return errorsmod.Wrapf(ErrInvalidRedress, "payee.share is %d ppm: it is above 0 and below %d", r.Payee.Share, Whole)
	}
	return nil
}

func (s RuledSource) validate(work registrytypes.WorkID) error {
	if err := s.Work.Given("source.work"); err != nil {
		return err
	}
	if err := s.Terms.Given("source.terms"); err != nil {
		return err
	}
	switch {
	case s.Work == work:
		return errorsmod.Wrap(ErrInvalidRedress, "source.work: is the disputed work")
	case s.Role == lineagetypes.ROLE_UNSPECIFIED || s.Role == lineagetypes.ROLE_CITES || lineagetypes.Role_name[int32(s.Role)] == "":
		return errorsmod.Wrapf(ErrInvalidRedress, "source.role: %s owes nothing: name another", s.Role)
	}
	return nil
}

func (p Restitution) validate(work registrytypes.WorkID) error {
	if err := p.Creditor.Given("creditor"); err != nil {
		return err
	}
	if err := p.Amount.Validate(); err != nil || !p.Amount.IsPositive() {
		return errorsmod.Wrapf(ErrInvalidRedress, "amount: %s is not a positive coin", p.Amount)
	}
	if p.Debtor == "" {
		if p.HoldersVersion > 0 || p.Creditor == work {
			return errorsmod.Wrap(ErrInvalidRedress, "creditor: the disputed work owes it, so it goes to another; holders_version is for accounts")
		}
		return nil
	}
	if _, err := sdk.AccAddressFromBech32(p.Debtor); err != nil {
		return errorsmod.Wrapf(ErrInvalidRedress, "debtor: %s", err)
	}
	return nil
}

// ValidateWeights checks weights: ascending by source, each once, at most MaxWeights, and
// together at most the whole. It fails with ErrInvalidRedress.
func ValidateWeights(weights []lineagetypes.RuledWeight) error {
	if len(weights) > MaxWeights {
		return errorsmod.Wrapf(ErrInvalidRedress, "weights: %d, at most %d", len(weights), MaxWeights)
	}
	var sum uint64
	for i, w := range weights {
		if err := w.Source.Given("weights.source"); err != nil {
			return err
		}
		if i > 0 && bytes.Compare(weights[i-1].Source[:], w.Source[:]) >= 0 {
			return errorsmod.Wrapf(ErrInvalidRedress, "weights: %s is not in order of id, or there twice", w.Source)
		}
		sum += uint64(w.Weight)
	}
	if sum > Whole {
		return errorsmod.Wrapf(ErrInvalidRedress, "weights: they sum to %d ppm, more than %d", sum, Whole)
	}
	return nil
}

func distinct[T interface {
	comparable
	IsZero() bool
}](ids []T) bool {
	for i, id := range ids {
		if id.IsZero() || slices.Contains(ids[:i], id) {
			return false
		}
	}
	return true
}

// Covers checks that a ruling gives nothing beyond the claim. It fails with ErrBeyondClaim,
// naming the field.
func (r Redress) Covers(ruled Redress) error {
	beyond := func(field, detail string) error {
		return errorsmod.Wrapf(ErrBeyondClaim, "%s: %s", field, detail)
	}
	within := func(part, whole []string) bool {
		return !slices.ContainsFunc(part, func(p string) bool { return !slices.Contains(whole, p) })
	}
	switch {
	case ruled.TransferTo != "" && ruled.TransferTo != r.TransferTo:
		return beyond("transfer_to", "that account was not claimed for")
	case ruled.Invalidate && !r.Invalidate:
		return beyond("invalidate", "it was not claimed")
	case ruled.Invalidate && ruled.Successor != r.Successor:
		return beyond("successor", "the claim names "+orNone(r.Successor.String()))
	case !within(texts(ruled.CloseOffers), texts(r.CloseOffers)):
		return beyond("close_offers", "terms that the claim does not name")
	case !within(texts(ruled.Offer), texts(r.Offer)):
		return beyond("offer", "terms that the claim does not name")
	case ruled.Source != nil && (r.Source == nil || *ruled.Source != *r.Source):
		return beyond("source", "not as the claim has it")
	case ruled.Payee != nil && (r.Payee == nil || ruled.Payee.Account != r.Payee.Account || ruled.Payee.Share > r.Payee.Share):
		return beyond("payee", "not the account of the claim, or more than that claims")
	case ruled.Declaration != 0 && ruled.Declaration != r.Declaration:
		return beyond("declaration", "not the one of the claim")
	}
	for _, w := range ruled.Weights {
		if !slices.ContainsFunc(r.Weights, func(c lineagetypes.RuledWeight) bool { return c.Source == w.Source }) {
			return beyond("weights", w.Source.String()+" is not in the claim")
		}
	}
	sums := sdk.NewCoins()
	for _, p := range ruled.Restitution {
		sums = sums.Add(p.Amount)
	}
	if _, more := r.Past.SafeSub(sums...); more {
		return beyond("restitution", sums.String()+" in all, claimed were at most "+orNothing(r.Past))
	}
	return nil
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func texts[T interface{ String() string }](ids []T) []string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = id.String()
	}
	return list
}

// Concedable says whether a claim asks only for what an owner and all holders could give by
// themselves: the work, its offers that can be closed, new offers, weights, and money.
func (r Redress) Concedable() bool {
	return !r.Invalidate && r.Source == nil && r.Payee == nil && r.Declaration == 0
}
