package types

import (
	"time"

	errorsmod "cosmossdk.io/errors"
)

// Disputed says whether disputes about the work are open, of any kind.
func (w Work) Disputed() bool { return w.Hold != nil && w.Hold.Disputes > 0 }

// HeldFor is for how long the work has been on hold by a time, in all. The clocks of
// the grants of it stood still for so long: one that was given when it had been on
// hold for a and would end at e ends at e + HeldFor - a.
func (w Work) HeldFor(now time.Time) time.Duration {
	if w.Hold == nil {
		return 0
	}
	held := w.Hold.Before
	if w.Hold.Since != nil && now.After(*w.Hold.Since) {
		held += now.Sub(*w.Hold.Since)
	}
	return held
}

// Unsettled is the work's status but for disputes: what it goes back to when they are
// over.
func (w Work) Unsettled() Status {
	if w.Status == STATUS_DISPUTED && w.Hold != nil {
		return w.Hold.Resumes
	}
	return w.Status
}

// addDispute notes a dispute that was opened.
func (h Hold) addDispute(now time.Time, holds bool) Hold {
	h.Disputes++ // each takes a bond: 2^32 are out of reach
	if holds {
		h.Holding++
		if h.Since == nil {
			h.Since = &now
		}
	}
	return h
}

// AddDispute notes a dispute about the work that was opened. Holds: it puts the work on
// hold.
func (w *Work) AddDispute(now time.Time, holds bool) {
	var hold Hold
	if w.Hold != nil {
		hold = *w.Hold
	}
	hold = hold.addDispute(now, holds)
	if holds && w.Status != STATUS_DISPUTED && w.Status != STATUS_INVALIDATED {
		hold.Resumes, w.Status = w.Status, STATUS_DISPUTED
	}
	w.Hold = &hold
}

// EndDispute notes that a dispute about the work is over. It fails with ErrInvalidStatus
// when none such was open.
func (w *Work) EndDispute(now time.Time, held bool) error {
	if !w.Disputed() || held && w.Hold.Holding == 0 {
		return errorsmod.Wrap(ErrInvalidStatus, "no such dispute is open")
	}
	hold := *w.Hold
	hold.Disputes--
	if held {
		hold.Holding--
		if hold.Holding == 0 {
			hold.Before, hold.Since = w.HeldFor(now), nil
			if w.Status == STATUS_DISPUTED {
				w.Status = hold.Resumes
			}
			hold.Resumes = STATUS_UNSPECIFIED
		}
	}
	w.Hold = &hold
	if hold.Disputes == 0 && hold.Before == 0 {
		w.Hold = nil
	}
	return nil
}

// validateHold checks that the hold agrees with the status.
func (w Work) validateHold() error {
	if w.Hold == nil {
		if w.Status == STATUS_DISPUTED {
			return errorsmod.Wrap(ErrInvalidGenesis, "is disputed without a hold")
		}
		return nil
	}
	h := *w.Hold
	resumes := h.Resumes == STATUS_ACTIVE || h.Resumes == STATUS_WITHDRAWN
	switch {
	case h.Holding > h.Disputes || h.Before < 0 || h.Disputes == 0 && h.Before == 0:
		return errorsmod.Wrapf(ErrInvalidGenesis, "hold: %d disputes, of which %d hold, and %s before", h.Disputes, h.Holding, h.Before)
	case (h.Since != nil) != (h.Holding > 0) || h.Since != nil && !validTime(*h.Since):
		return errorsmod.Wrapf(ErrInvalidGenesis, "hold: %d disputes hold it since %s", h.Holding, h.Since)
	case w.Status == STATUS_DISPUTED && (h.Holding == 0 || !resumes):
		return errorsmod.Wrapf(ErrInvalidGenesis, "is disputed, with %d disputes that hold it, and goes back to %s", h.Holding, h.Resumes)
	case w.Status != STATUS_DISPUTED && (h.Resumes != STATUS_UNSPECIFIED || h.Holding > 0 && w.Stands()):
		return errorsmod.Wrapf(ErrInvalidGenesis, "is %s, with %d disputes that hold it", w.Status, h.Holding)
	}
	return nil
}
