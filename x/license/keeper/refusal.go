package keeper

import (
	"slices"
	"time"

	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/license/reasons"
	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// refusal is the error that says why a message about a work is refused: the
// reason's code, its sentence, what it is about, and what to do.
func refusal(work registrytypes.WorkID, r rules.Reason) error {
	row, known := reasons.Of(r.Code)
	if !known {
		return errorsmod.Wrapf(types.ErrNotPermitted, "%s: %s", r.Code, about(work, r))
	}
	return errorsmod.Wrapf(row.Err, "%s: %s (%s): %s", r.Code, row.Sentence, about(work, r), row.Remedy)
}

// about names what a reason is about: the work and the offer or the grant, the
// ancestor and its terms, and the time.
func about(work registrytypes.WorkID, r rules.Reason) string {
	s := work.String()
	if r.Permission != "" {
		s += " under " + r.Permission
	}
	if r.Source != "" {
		s += ", by way of " + r.Source
	}
	if r.Terms != "" {
		s += " under " + r.Terms
	}
	if !r.At.IsZero() {
		s += ", " + r.At.UTC().Format(time.RFC3339)
	}
	return s
}

// statusOf tells the rules where a work stands, but for disputes.
func statusOf(work registrytypes.Work) rules.Status {
	switch work.Unsettled() {
	case registrytypes.STATUS_ACTIVE:
		return rules.Active
	case registrytypes.STATUS_WITHDRAWN:
		return rules.Withdrawn
	default:
		return rules.Invalidated
	}
}

// onHold tells the rules whether a work is disputed, so that nothing new begins.
func onHold(work registrytypes.Work) bool { return work.Status == registrytypes.STATUS_DISPUTED }

// hardest is the reason that a refused derivation names: one of a source, if there is one, since
// another permission of the work itself would not help.
func hardest(list []rules.Reason) rules.Reason {
	ofSource := slices.IndexFunc(list, func(r rules.Reason) bool { return r.Source != "" })
	return list[max(ofSource, 0)]
}
