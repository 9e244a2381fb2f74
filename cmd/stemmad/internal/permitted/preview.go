package permitted

import (
	"slices"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/client/units"
	"github.com/stemma-chain/stemma/client/words/table"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// Preview says what a grant under terms brings that is taken now, as names and values for
// table.Fields: what is made owes, when it ends, where it counts, and whom it keeps out.
func Preview(u units.Units, t licensetypes.Terms, now time.Time) []string {
	end := "no end"
	if t.Duration != nil {
		end = table.Time(now.Add(*t.Duration))
	}
	most := ""
	if permission.Ceiling(t) && t.Makes() {
		most = u.Sum(t.RevenueCeiling) + " in all, then what you make is denied commercial use"
	}
	return []string{
		"royalty", Royalty(t), "commercial use", yes(t.CommercialUse), "may take in", most, "until", end,
		"countries", orElse(t.Territories, "everywhere"), "media", orElse(t.Media, "every medium"),
		"exclusive", exclusive(t, "you"),
	}
}

// PreviewOffer says what an offer of a work is, in the same form, before it is made. Before
// is the offer of the same terms that it replaces; nil: there is none.
func PreviewOffer(
	u units.Units, t licensetypes.Terms, made licensetypes.Offer, before *licensetypes.OpenOffer, account func(string) string,
) []string {
	fields := []string{
		"price", u.ExactAlternatives(made.PriceUnder(t)), "until", ends(made), "for", audience(made, account),
		"exclusive", exclusive(t, "one licensee at a time"),
	}
	if before != nil {
		old := before.Offer
		was := "the offer of the same terms for " + u.Alternatives(old.PriceUnder(t)) +
			", until " + ends(old) + ", for " + audience(old, account)
		switch {
		case old.Closed:
			was += ", which is closed"
		case old.Paused:
			was += ", which is paused: this one is not"
		}
		fields = append(fields, "replaces", was)
	}
	return fields
}

func ends(o licensetypes.Offer) string {
	if o.ExpiresAt == nil {
		return "no end"
	}
	return table.Time(*o.ExpiresAt)
}

func audience(o licensetypes.Offer, account func(string) string) string {
	if len(o.Licensees) == 0 {
		return "everybody"
	}
	names := make([]string, len(o.Licensees))
	for i, licensee := range o.Licensees {
		names[i] = account(licensee)
	}
	return strings.Join(names, ", ") + ", and nobody else"
}

// exclusive says whom a grant under terms keeps out; empty: nobody.
func exclusive(t licensetypes.Terms, holder string) string {
	switch t.Exclusivity {
	case licensetypes.EXCLUSIVITY_NONE:
		return ""
	case licensetypes.EXCLUSIVITY_SOLE:
		return "sole: only " + holder + " and the owner, as long as the grant runs and where it counts"
	}
	return "yes: only " + holder + ", and not the owner, as long as the grant runs and where it counts"
}

func orElse(list []string, all string) string {
	if len(list) == 0 {
		return all
	}
	return strings.Join(list, ", ") + " only"
}

// Lines are fields, a line each, to stand in a question.
func Lines(fields []string) string {
	var b strings.Builder
	// A builder takes everything.
	_ = table.Fields(&b, fields...)
	return "\n" + strings.TrimRight(b.String(), "\n")
}

// Replaced finds the offer of the same terms among those of a work; nil: there is none.
func Replaced(offers []licensetypes.OpenOffer, terms licensetypes.TermsID) *licensetypes.OpenOffer {
	at := slices.IndexFunc(offers, func(o licensetypes.OpenOffer) bool { return o.Terms.Id == terms })
	if at < 0 {
		return nil
	}
	return &offers[at]
}
