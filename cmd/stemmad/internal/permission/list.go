package permission

import (
	"fmt"
	"strings"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/table"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// List prints offers as a table, without the last line's end.
func List(offers []licensetypes.OpenOffer) string {
	tab := table.New("terms", "price", "royalty", "commercial", "derivatives", "AI training", "until", "for")
	for _, offer := range offers {
		terms := offer.Terms.Terms
		price := "free"
		if coins := offer.Offer.PriceUnder(terms); len(coins) > 0 {
			price = strings.ReplaceAll(coins.String(), ",", " or ")
		}
		audience := "everybody"
		if n := len(offer.Offer.Licensees); n > 0 {
			audience = fmt.Sprintf("%d accounts", n)
		}
		tab.Row(Name(offer.Terms), price, royalty(terms), yes(terms.CommercialUse), derivatives(terms),
			lower(terms.AiTraining.String(), "PERMISSION_"), table.OptionalTime(offer.Offer.ExpiresAt), audience)
	}
	var b strings.Builder
	// A builder takes everything.
	_ = tab.Write(&b)
	return strings.TrimRight(b.String(), "\n")
}

func derivatives(terms licensetypes.Terms) string {
	s := lower(terms.Derivatives.String(), "DERIVATIVES_")
	if terms.DerivativeApproval {
		s += ", each approved"
	}
	return s
}

func lower(s, prefix string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(s, prefix)), "_", "-")
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
