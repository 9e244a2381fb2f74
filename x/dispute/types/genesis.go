package types

import (
	"bytes"
	"time"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/past"
)

// DefaultGenesis has no disputes and the default parameters.
func DefaultGenesis() *GenesisState { return &GenesisState{Params: DefaultParams()} }

// Validate checks every row by itself and against the others. It fails with
// ErrInvalidGenesis or the error of the part, naming the row.
func (gs GenesisState) Validate() error {
	if err := gs.Params.Validate(); err != nil {
		return errorsmod.Wrap(err, "params")
	}
	open := map[string]bool{}
	for i, d := range gs.Disputes {
		if err := d.Validate(); err != nil {
			return errorsmod.Wrapf(err, "disputes[%d] (%s)", i, d.Id)
		}
		if i > 0 && bytes.Compare(gs.Disputes[i-1].Id[:], d.Id[:]) >= 0 {
			return errorsmod.Wrapf(ErrInvalidGenesis, "disputes[%d]: %s is not in order of id, or there twice", i, d.Id)
		}
		if key := d.Work.String() + d.Challenger; d.IsOpen() {
			if open[key] {
				return errorsmod.Wrapf(ErrInvalidGenesis, "disputes[%d]: %s has two open about %s", i, d.Challenger, d.Work)
			}
			open[key] = true
		}
	}
	for i, o := range gs.Objections {
		if err := validWeighed(o.Objection.By, o.Work, o.Source); err != nil {
			return errorsmod.Wrapf(err, "objections[%d]", i)
		}
		if o.Objection.Weight == 0 || o.Objection.Weight > Whole {
			return errorsmod.Wrapf(ErrInvalidGenesis, "objections[%d]: weight %d", i, o.Objection.Weight)
		}
		if i > 0 && !before(gs.Objections[i-1].Work[:], gs.Objections[i-1].Source[:], o.Work[:], o.Source[:]) {
			return errorsmod.Wrapf(ErrInvalidGenesis, "objections[%d] is not in order, or there twice", i)
		}
	}
	return gs.validateTaints()
}

func (gs GenesisState) validateTaints() error {
	for i, t := range gs.Taints {
		if t.Work.IsZero() || t.Ancestor.IsZero() || t.Work == t.Ancestor {
			return errorsmod.Wrapf(ErrInvalidGenesis, "taints[%d]: work and ancestor are two works", i)
		}
		if i > 0 && !before(gs.Taints[i-1].Work[:], gs.Taints[i-1].Ancestor[:], t.Work[:], t.Ancestor[:]) {
			return errorsmod.Wrapf(ErrInvalidGenesis, "taints[%d] is not in order, or there twice", i)
		}
	}
	for i, s := range gs.Spreads {
		if s.Work.IsZero() || i > 0 && bytes.Compare(gs.Spreads[i-1].Work[:], s.Work[:]) >= 0 {
			return errorsmod.Wrapf(ErrInvalidGenesis, "spreads[%d] is not in order of work, or there twice", i)
		}
		if s.Spread.Tail <= s.Spread.Head || uint64(len(s.Steps)) != s.Spread.Tail-s.Spread.Head {
			return errorsmod.Wrapf(ErrInvalidGenesis, "spreads[%d]: %d steps from %d to %d", i, len(s.Steps), s.Spread.Head, s.Spread.Tail)
		}
		for j, step := range s.Steps {
			if step.Work.IsZero() {
				return errorsmod.Wrapf(ErrInvalidGenesis, "spreads[%d].steps[%d]: no work", i, j)
			}
		}
	}
	return nil
}

func before(a1, a2, b1, b2 []byte) bool {
	c := bytes.Compare(a1, b1)
	return c < 0 || c == 0 && bytes.Compare(a2, b2) < 0
}

// Validate checks a row by itself: its id follows from work, challenger and serial, and what it
// says of its phase agrees. It fails with ErrInvalidGenesis or the error of the part.
func (d Dispute) Validate() error {
	challenger, err := sdk.AccAddressFromBech32(d.Challenger)
	if err != nil {
		return errorsmod.Wrapf(ErrInvalidGenesis, "challenger: %s", err)
	}
	switch {
	case d.Serial == 0 || d.Id != NewDisputeID(d.Work, challenger, d.Serial):
		return errorsmod.Wrap(ErrInvalidGenesis, "id is not that of work, challenger and serial")
	case !d.Kind.Known():
		return errorsmod.Wrapf(ErrInvalidGenesis, "kind %s is unknown", d.Kind)
	case d.Phase == PHASE_UNSPECIFIED || Phase_name[int32(d.Phase)] == "":
		return errorsmod.Wrapf(ErrInvalidGenesis, "phase %s is unknown", d.Phase)
	case d.IsOpen() != (d.Deadline != nil) || d.IsOpen() != (d.ClosedAt == nil) || d.IsOpen() != (d.Outcome == OUTCOME_UNSPECIFIED):
		return errorsmod.Wrap(ErrInvalidGenesis, "deadline while it is open, closed_at and outcome when it is closed")
	case (d.CalledUntil != nil) != (len(d.Called) > 0):
		return errorsmod.Wrap(ErrInvalidGenesis, "called and called_until go together")
	case (d.ContestedBy != "") != (len(d.ContestBond) > 0) || (d.AppealedBy != "") != (len(d.AppealBond) > 0):
		return errorsmod.Wrap(ErrInvalidGenesis, "who contests and who appeals has a bond, and nobody else")
	case (d.AppealedBy != "") != (d.Appealed != nil):
		return errorsmod.Wrap(ErrInvalidGenesis, "appealed_by and appealed go together")
	case (d.Phase == PHASE_APPEAL || d.Phase == PHASE_FINAL) && d.Ruling == nil:
		return errorsmod.Wrap(ErrInvalidGenesis, "no ruling, in a phase that follows one")
	case len(d.Bond) == 0 || len(d.Evidence) == 0 || len(d.Evidence) > MaxAllEvidence:
		return errorsmod.Wrap(ErrInvalidGenesis, "without a bond or evidence, or with too much of that")
	}
	for _, coins := range []sdk.Coins{d.Bond, d.Called, d.ContestBond, d.AppealBond} {
		if err := validateCoins(coins); err != nil {
			return errorsmod.Wrap(ErrInvalidGenesis, err.Error())
		}
	}
	for i, e := range d.Evidence {
		if err := validAccount("by", e.By); err != nil {
			return errorsmod.Wrapf(err, "evidence[%d]", i)
		}
		if err := e.validate(); err != nil {
			return errorsmod.Wrapf(err, "evidence[%d]", i)
		}
	}
	if d.Ruling != nil {
		if err := d.Ruling.Redress.validateRuled(d, d.Ruling.By == ""); err != nil {
			return err
		}
	}
	return d.Claim.ValidateClaim(d.Kind, d.Work)
}

// validateRuled checks what was given: by a ruling, or of the claim, by a concession.
func (r Redress) validateRuled(d Dispute, conceded bool) error {
	if conceded || r.IsEmpty() {
		return nil
	}
	if err := r.ValidateRuling(d.Kind, d.Work); err != nil {
		return err
	}
	return d.Claim.Covers(r)
}

// HappenedBefore checks that all that the state says has happened came before the start of the
// chain. It fails with ErrInvalidGenesis.
func (gs GenesisState) HappenedBefore(start time.Time) error {
	for _, d := range gs.Disputes {
		moments := []*time.Time{&d.OpenedAt, d.ClosedAt}
		for _, r := range []*Ruling{d.Ruling, d.Appealed} {
			if r != nil {
				moments = append(moments, &r.At)
			}
		}
		if err := past.Check(start, d.Id, moments...); err != nil {
			return errorsmod.Wrap(ErrInvalidGenesis, err.Error())
		}
		for _, end := range []*time.Time{d.Deadline, d.CalledUntil} {
			if last := start.Add(maxWindow); end != nil && end.After(last) {
				return errorsmod.Wrapf(ErrInvalidGenesis, "%s: a deadline is %s, and no window that began before %s lasts beyond %s",
					d.Id, end.Format(time.RFC3339), start.Format(time.RFC3339), last.Format(time.RFC3339))
			}
		}
	}
	for _, o := range gs.Objections {
		if err := past.Check(start, o.Work, &o.Objection.At); err != nil {
			return errorsmod.Wrap(ErrInvalidGenesis, err.Error())
		}
	}
	return nil
}
