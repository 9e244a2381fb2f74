package permitted

import (
	"errors"
	"fmt"

	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/client/termspec/licences"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// Pick finds the offer to acquire: the one of the terms wanted, else the only
// one that needs a grant and can be taken. Otherwise it fails with the offers
// there are, and what keeps one from being taken. What else may stand against
// an acquisition the chain says.
func Pick(req Request, offers []licensetypes.OpenOffer) (licensetypes.OpenOffer, error) {
	none := licensetypes.OpenOffer{}
	if permission.IsGrant(req.Wanted) {
		return none, fmt.Errorf("%s is a grant, not terms: to make it last longer, use `stemmad grant renew`", req.Wanted)
	}
	var wanted licensetypes.TermsID
	if req.Wanted != "" {
		var err error
		if wanted, err = licences.Among(req.Wanted, permission.Identified(offers)); errors.Is(err, licences.ErrNotAmong) && len(offers) > 0 {
			return none, notUnder(req, offers)
		} else if err != nil && !errors.Is(err, licences.ErrNotAmong) {
			return none, err
		}
	}
	if len(offers) == 0 {
		return none, refused(against(req, Denied, reason(req, rules.NotOffered), nil),
			"%w\nto use a work that was made from it under terms of then, name that work with --uses-of", unoffered(req))
	}
	var open []licensetypes.OpenOffer
	var closed []string
	for _, offer := range offers {
		if wanted != offer.Terms.Id && (!wanted.IsZero() || offer.Public) {
			continue
		}
		if why := obstacle(req, offer); why != "" {
			closed = append(closed, Name(offer.Terms)+": "+why)
			continue
		}
		open = append(open, offer)
	}
	switch {
	case len(open) == 1:
		return open[0], nil
	case len(open) > 1:
		return none, refused(against(req, needsChoice, nil, standing(req, open)),
			"%s has several offers; name the terms of the one to take:\n%s%s", subject(req), List(req.Units, open), notNow(closed))
	case len(closed) > 0:
		return none, refused(against(req, Denied, reason(req, rules.NotOffered), standing(req, offers)),
			"%s cannot be acquired now:\n%s", subject(req), bullets(closed))
	case wanted.IsZero():
		return none, refused(against(req, needsNothing, nil, standing(req, offers)),
			"no offer of %s needs a grant of yours; a public offer is itself the permission:\n%s", subject(req), List(req.Units, offers))
	}
	return none, notUnder(req, offers)
}

// obstacle says what keeps an offer from being taken by the licensee now, as far
// as the offer itself shows it; empty: nothing.
func obstacle(req Request, offer licensetypes.OpenOffer) string {
	o := offer.Offer
	switch {
	case o.Closed:
		return "its owner closed it; what it permits needs no grant"
	case o.Paused:
		return "its owner paused it; ask the owner to resume it"
	case o.Expired(req.Now):
		return "it ended at " + table.OptionalTime(o.ExpiresAt) + "; ask the owner to renew it"
	case !o.Admits(req.Licensee):
		return "it is for other accounts; ask the owner for an offer that names you"
	}
	return ""
}

func notNow(closed []string) string {
	if len(closed) == 0 {
		return ""
	}
	return "\nnot now:\n" + bullets(closed)
}
