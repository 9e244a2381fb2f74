package keeper

import (
	"fmt"
	"time"

	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// refusal is the error that says why a message about a work is refused: the
// reason's code, what it is about, and what to do.
func refusal(work registrytypes.WorkID, r rules.Reason) error {
	at := r.At.UTC().Format(time.RFC3339)
	if r.At.IsZero() {
		at = "no end"
	}
	kind, text := types.ErrNotPermitted, fmt.Sprintf("%s does not permit it under %s: look for another offer", work, r.Permission)
	switch r.Code {
	case rules.NotOffered:
		kind, text = types.ErrOfferNotFound, fmt.Sprintf("%s is not offered under %s: list the work's offers and pick one", work, r.Permission)
	case rules.OfferExpired:
		kind, text = types.ErrOfferExpired, fmt.Sprintf("the offer of %s under %s ended at %s: ask the owner to renew it", work, r.Permission, at)
	case rules.OfferPaused:
		kind, text = types.ErrOfferPaused, fmt.Sprintf("the owner of %s paused its offer under %s: ask the owner to resume it", work, r.Permission)
	case rules.NotLicensee:
		kind, text = types.ErrNotLicensee, fmt.Sprintf("the offer of %s under %s names its licensees, and they are others: ask the owner",
			work, r.Permission)
	case rules.NeedsApproval:
		kind, text = types.ErrApprovalNeeded, fmt.Sprintf("the terms %s ask for the approval of the owner of %s: ask the owner to approve "+
			"you or your derivative, and name the derivative", r.Permission, work)
	case rules.NeedsGrant:
		kind, text = types.ErrPermissionNeeded, fmt.Sprintf("%s is not public under %s: acquire a grant and name it", work, r.Permission)
	case rules.GrantsExhausted:
		kind, text = types.ErrGrantsExhausted, fmt.Sprintf("all grants of %s under %s were given, or more run than it can be held "+
			"against: look for another offer", work, r.Permission)
	case rules.ExclusiveGranted:
		kind, text = types.ErrExclusive, fmt.Sprintf("a grant of %s that it overlaps with is in force until %s: wait for its end, "+
			"or keep to other territories, media or uses", work, at)
	case rules.IrrevocableOffered:
		kind, text = types.ErrExclusive, fmt.Sprintf("a licence of %s was offered to everybody that can't be taken back, so no grant under %s "+
			"could keep anybody out: offer terms that are not exclusive", work, r.Permission)
	case rules.GrantExpired:
		kind, text = types.ErrGrantExpired, fmt.Sprintf("%s ended at %s: renew it, or acquire another", r.Permission, at)
	case rules.GrantUsed:
		kind, text = types.ErrGrantUsed, fmt.Sprintf("%s is used by another work, or by as many as it serves: acquire another with a "+
			"serial of its own", r.Permission)
	case rules.SourceExpired:
		kind, text = types.ErrSourceExpired, fmt.Sprintf("the permission that %s has by way of %s ended at %s: its licensee needs to renew the grant",
			work, r.Source, at)
	case rules.UnapprovedSource:
		kind, text = types.ErrSourceUnapproved, fmt.Sprintf("owners of later sources of %s have not approved them: it takes no new grants, "+
			"and no derivations under offers, until they do", work)
	case rules.CeilingReached:
		kind, text = types.ErrCeilingReached, fmt.Sprintf("%s has taken in more than %s allows under %s: ask its owner for other terms",
			work, r.Source, r.Terms)
	case rules.WorkWithdrawn:
		kind, text = types.ErrWorkUnavailable, fmt.Sprintf("%s was withdrawn by its owner; existing grants stay valid, "+
			"and so do licences that can't be taken back", work)
	case rules.WorkDisputed:
		kind, text = types.ErrWorkUnavailable, fmt.Sprintf("wait for the ruling on %s", work)
	case rules.WorkInvalidated:
		kind, text = types.ErrWorkUnavailable, fmt.Sprintf("%s is no longer a valid claim", work)
	}
	return errorsmod.Wrapf(kind, "%s: %s", r.Code, text)
}

// statusOf tells the rules where a work stands.
func statusOf(work registrytypes.Work) rules.Status {
	switch work.Status {
	case registrytypes.STATUS_ACTIVE:
		return rules.Active
	case registrytypes.STATUS_WITHDRAWN:
		return rules.Withdrawn
	case registrytypes.STATUS_DISPUTED:
		return rules.Disputed
	default:
		return rules.Invalidated
	}
}
