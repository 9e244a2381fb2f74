package permission

import (
	"fmt"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// Pick finds the offer to acquire: the one of the terms wanted, else the only
// one that needs a grant. Otherwise it fails with the offers there are.
func Pick(req Request, offers []licensetypes.OpenOffer) (licensetypes.OpenOffer, error) {
	wanted, err := wantedTerms(req.Wanted)
	if err != nil {
		return licensetypes.OpenOffer{}, err
	}
	var open []licensetypes.OpenOffer
	for _, offer := range offers {
		if offer.Offer.Expired(req.Now) || !offer.Offer.Admits(req.Licensee) {
			continue
		}
		if wanted == offer.Terms.Id || (wanted == "" && !offer.Public) {
			open = append(open, offer)
		}
	}
	switch {
	case len(open) == 1:
		return open[0], nil
	case len(offers) == 0:
		return licensetypes.OpenOffer{}, fmt.Errorf("%s (%s) is offered to nobody yet: ask its owner for an offer", req.Title, req.Source)
	case len(open) > 1:
		return licensetypes.OpenOffer{}, fmt.Errorf("%s (%s) has several offers; name the terms of the one to take:\n%s", req.Title, req.Source, List(open))
	case wanted == "":
		return licensetypes.OpenOffer{}, fmt.Errorf("no offer of %s (%s) needs a grant of yours; a public offer is itself the permission:\n%s", req.Title, req.Source, List(offers))
	}
	return licensetypes.OpenOffer{}, fmt.Errorf("%s (%s) is not offered to you under %s. Its offers:\n%s", req.Title, req.Source, req.Wanted, List(offers))
}
