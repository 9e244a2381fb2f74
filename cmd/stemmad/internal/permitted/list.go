package permitted

import (
	"fmt"
	"strings"

	"github.com/stemma-chain/stemma/client/units"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/x/license/deed"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// List prints offers as a table, without the last line's end.
func List(u units.Units, offers []licensetypes.OpenOffer) string {
	tab := table.New("terms", "price", "royalty", "commercial", "derivatives", "AI training", "AI input", "search", "until", "for")
	for _, offer := range offers {
		terms := offer.Terms.Terms
		audience := "everybody"
		if n := len(offer.Offer.Licensees); n > 0 {
			audience = fmt.Sprintf("%d accounts", n)
		}
		switch forEver := offer.Offer.IrrevocableSince != nil; {
		case forEver && (offer.Offer.Closed || offer.Offer.Paused):
			audience = "everybody, no longer offered"
		case forEver:
			audience = "everybody, for ever"
		case offer.Offer.Paused:
			audience = "nobody, paused"
		}
		row := []string{Name(offer.Terms), Price(u, offer), Royalty(terms), yes(terms.CommercialUse), derivatives(terms)}
		for _, m := range deed.Machines(terms) {
			row = append(row, short(m))
		}
		tab.Row(append(row, table.OptionalTime(offer.Offer.ExpiresAt), audience)...)
	}
	return text(tab)
}

// Serves says how many derivatives a grant under terms serves.
func Serves(terms licensetypes.Terms, n uint32) string {
	serves := words.Serves(n)
	if !terms.Makes() {
		serves = "uses, and no derivatives"
	}
	if terms.CountsUses() {
		serves += fmt.Sprintf(", and pays for %d uses by machines", terms.UsesPerGrant)
	}
	return serves
}

// ServesFor is how many derivatives a grant serves that is acquired for one; zero: for any.
func ServesFor(terms licensetypes.Terms, derivative registrytypes.WorkID) uint32 {
	if !derivative.IsZero() {
		return 1
	}
	return terms.Serves()
}

// Price is what a grant under an offer costs, in words.
func Price(u units.Units, offer licensetypes.OpenOffer) string {
	return u.Alternatives(offer.Offer.PriceUnder(offer.Terms.Terms))
}

// Name is a preset's name, else the terms' SPDX expression and id.
func Name(terms licensetypes.IdentifiedTerms) string {
	return name(terms.Preset, terms.Terms.Spdx, terms.Id)
}

func obtainableName(offer licensetypes.Obtainable) string {
	return name(offer.Preset, offer.Spdx, offer.Terms)
}

func name(preset, spdx string, id licensetypes.TermsID) string {
	if preset != "" {
		return preset
	}
	return table.Short(spdx) + " (" + id.String() + ")"
}

// Royalty says what a derivative owes under terms.
func Royalty(terms licensetypes.Terms) string {
	return words.Royalty(terms.RoyaltyPolicy, terms.RoyaltyRate)
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

// short is what terms make of a use by machines, in a word or two.
func short(m deed.Machine) string {
	answer, unset := strings.CutSuffix(m.Answer, "_unset")
	answer = strings.ReplaceAll(answer, "_", " ")
	if unset {
		answer += " (unset)"
	}
	return answer
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
