package termspec

import (
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/internal/rates"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// The sentences of each field; what depends on several is said by the field that a
// reader looks for it at.

func may(s string) Sentences    { return Sentences{May: []string{s}} }
func must(s string) Sentences   { return Sentences{Must: []string{s}} }
func mayNot(s string) Sentences { return Sentences{MayNot: []string{s}} }
func note(s string) Sentences   { return Sentences{Notes: []string{s}} }

func sayLicence(t Terms) Sentences {
	facts, _ := t.Named().Facts()
	if !facts.PassesOn {
		return Sentences{}
	}
	return mayNot(fmt.Sprintf("Use it for what %s forbids, nor let others: its text lists uses, and you pass the list on (%s).",
		t.Spdx, facts.Clauses.PassesOn))
}

func sayText(t Terms) Sentences {
	governs := "The legal text governs, not this summary: "
	_, known := t.Named().Facts()
	if known { // whatever text the address leads to
		governs = "The text of " + t.Spdx + ", as its authors published it, governs, not this summary; a copy: "
	}
	switch {
	case t.Blanked() && t.UriSha256 != "":
		return note("The legal text governs, not this summary; its address was blanked (its SHA-256: " + t.UriSha256 + ")")
	case t.Blanked():
		return note("The legal text governs, not this summary; its address was blanked.")
	case t.Uri != "" && t.UriSha256 != "":
		return note(governs + t.Uri + " (its SHA-256: " + t.UriSha256 + ")")
	case t.Uri != "" || t.UriSha256 != "":
		return note(governs + t.Uri + t.UriSha256)
	case known:
		return note("The text of " + t.Spdx + ", as its authors published it, governs, not this summary.")
	}
	return note("There is no legal text beside these terms: they are all that the owner offers.")
}

// sayUses is about the uses that need no field: copies in whatever form.
func sayUses(t Terms) Sentences {
	var s Sentences
	in, out := t.plainUses()
	if len(in) > 0 {
		s.May = []string{sentence(join(in, "and"))}
	}
	if len(out) > 0 {
		s.MayNot = []string{capital(join(out, "or")) + ": the terms are about other uses."}
	}
	return s
}

func sayCommercial(t Terms) Sentences {
	if t.CommercialUse {
		return may("Do so commercially, and all that follows.")
	}
	return mayNot("Use it, or what you make from it, commercially.")
}

func sayAttribution(t Terms) Sentences {
	if t.Attribution {
		return must("Credit the work and its creators.")
	}
	return Sentences{}
}

func sayDerivatives(t Terms) Sentences {
	switch t.adapts() {
	case no:
		if !t.about(ACTION_ADAPT) {
			return mayNot("Adapt it: the terms are about other uses, and allow no derivatives.")
		}
		return mayNot("Adapt it.")
	case outside:
		s := mayNot("Adapt it: the terms are about other uses.")
		s.Must = t.shareAlike()
		return s
	}
	s := may("Adapt it and publish what you make.")
	s.Must = t.shareAlike()
	return s
}

func (t Terms) shareAlike() []string {
	if t.Derivatives != DERIVATIVES_SHARE_ALIKE {
		return nil
	}
	if t.Named().Known() {
		return []string{"Offer what you make from it under no other licence than " +
			join(append([]string{t.Spdx}, t.Named().Instead()...), "or") + "."}
	}
	return []string{"Offer what you make from it under these same terms only."}
}

func sayApproval(t Terms) Sentences {
	by := "the owner"
	if t.SecondApprover != "" {
		by = "the owner, or " + t.SecondApprover + ","
	}
	var s Sentences
	if t.DerivativeApproval {
		s = must("Have " + by + " approve you, or the derivative, and take a grant, before you make one.")
	} else if t.SecondApprover != "" { // not valid in terms
		s = note("Where an approval is asked, " + t.SecondApprover + " may give it too.")
	}
	switch {
	case t.ApprovalDirect:
		s.May = []string{"Let others make more from your derivative without that approval."}
	case t.DerivativeApproval:
		s.MayNot = []string{"Let others make more from your derivative without that approval: they need it too."}
	}
	return s
}

func sayTraining(t Terms) Sentences { return t.sayMachines(t.training()) }

func sayInput(t Terms) Sentences { return t.sayMachines(t.input()) }

func saySearch(t Terms) Sentences { return t.sayMachines(t.search()) }

func sayRoyalty(t Terms) Sentences {
	rate := rates.Percent(t.RoyaltyRate)
	switch t.RoyaltyPolicy {
	case royaltytypes.POLICY_ABSOLUTE:
		return must("Leave " + rate + " of the gross revenue of each derivative, and of everything made from it in turn, to this work. " +
			"The chain pays it out of each payment.")
	case royaltytypes.POLICY_RELATIVE:
		return must("Leave " + rate + " of what each derivative takes in, payments and royalties, to this work. " +
			"The chain pays it out of each payment.")
	case royaltytypes.POLICY_NONE:
		if t.RoyaltyRate == 0 {
			return Sentences{}
		}
	}
	return must(fmt.Sprintf("Leave %s to this work, by the unknown policy %d.", rate, t.RoyaltyPolicy))
}

func sayFee(t Terms) Sentences {
	switch {
	case len(t.GrantFee) > 0:
		return must(fmt.Sprintf("Take a grant first. It costs %s; an offer may ask for more.", alternatives(t.GrantFee)))
	case t.ByGrant():
		return must("Take a grant first. The terms set no price; an offer may.")
	case !t.GivenToAll():
		return note("The terms set no price; an offer of a work may, and then a grant is needed.")
	}
	return Sentences{}
}

// ByGrant says whether the terms are never offered without a grant, whatever the
// use.
func (t Terms) ByGrant() bool {
	return len(t.GrantFee) > 0 || t.Duration != nil || t.MaxGrants > 0 || t.Exclusivity != EXCLUSIVITY_NONE
}

// sayUsePrice says it where no field of a use does.
func sayUsePrice(t Terms) Sentences {
	if len(t.UsePrice) == 0 || t.AiInput == PERMISSION_PAID || t.Search == PERMISSION_PAID {
		return Sentences{}
	}
	return must(fmt.Sprintf("Pay the work %s for each use as input to AI or in search, if one is paid.", alternatives(t.UsePrice)))
}

func sayCeiling(t Terms) Sentences {
	if len(t.RevenueCeiling) == 0 {
		return Sentences{}
	}
	return mayNot(fmt.Sprintf("Use a derivative commercially once it has taken in more than %s, or be paid for it in other denoms.",
		alternatives(t.RevenueCeiling)))
}

func sayDuration(t Terms) Sentences {
	if t.Duration == nil {
		return Sentences{}
	}
	return mayNot(fmt.Sprintf("Go on after your grant has ended, %s after it was given, unless you renew it.", period(*t.Duration)))
}

func sayTerritories(t Terms) Sentences {
	if len(t.Territories) == 0 {
		return Sentences{}
	}
	return mayNot(fmt.Sprintf("Use it outside %s (ISO 3166-1 codes of countries).", join(t.Territories, "and")))
}

func sayMedia(t Terms) Sentences {
	if len(t.Media) == 0 {
		return Sentences{}
	}
	return mayNot(fmt.Sprintf("Use it in other media than %s.", join(t.Media, "and")))
}

// sayExclusivity says whom a grant keeps out.
func sayExclusivity(t Terms) Sentences {
	const others = "while your grant lasts, nobody else is given one for what these terms permit, where they permit it"
	switch t.Exclusivity {
	case EXCLUSIVITY_NONE:
		return Sentences{}
	case EXCLUSIVITY_SOLE:
		return may("Be the only one beside the owner: " + others + ".")
	case EXCLUSIVITY_EXCLUSIVE:
		return may("Be the only one: " + others + ", and the owner does without it too.")
	}
	return may(fmt.Sprintf("Be the only one, in an unknown way (%d).", t.Exclusivity))
}

// sayPerGrant says it of one derivative too, where something may be made.
func sayPerGrant(t Terms) Sentences {
	switch {
	case t.DerivativesPerGrant == UnlimitedDerivatives:
		return note("A grant serves any number of derivatives, and stays with you when you sell one.")
	case t.DerivativesPerGrant > 0:
		return note(fmt.Sprintf("A grant serves %d derivatives, and stays with you when you sell one.", t.DerivativesPerGrant))
	case !t.GivenToAll() && t.derives():
		return note("A grant serves one derivative, and goes with it when you sell that.")
	}
	return Sentences{}
}

func sayUsesPerGrant(t Terms) Sentences {
	if t.UsesPerGrant == 0 {
		return Sentences{}
	}
	return must(fmt.Sprintf("Count each use of it, and of what is made from it, as input to AI or in search that a grant pays for: "+
		"a grant pays for %d, and each renewal for as many again.", t.UsesPerGrant))
}

func sayTransferable(t Terms) Sentences {
	switch {
	case t.Transferable:
		return may("Pass your grant on to somebody else, who accepts it, as long as no derivative relies on it.")
	case !t.GivenToAll():
		return mayNot("Pass a grant on to somebody else.")
	}
	return Sentences{}
}

func sayNumber(t Terms) Sentences {
	if t.MaxGrants == 0 {
		return Sentences{}
	}
	return note(fmt.Sprintf("Of one work at most %d %s ever given under these terms.", t.MaxGrants,
		plural(t.MaxGrants, "grant is", "grants are")))
}

// sayNoFurther: CC0 gives up all rights, so there is nothing that it could forbid.
func sayNoFurther(t Terms) Sentences {
	if !t.NoFurtherRestrictions || t.Named().PublicDomain() {
		return Sentences{}
	}
	return mayNot("Restrict others further in what these terms allow them, by terms, fees, royalties or technical measures.")
}

// alternatives lists prices: one of them is paid.
func alternatives(prices sdk.Coins) string {
	words := make([]string, len(prices))
	for i, coin := range prices {
		words[i] = coin.String()
	}
	return join(words, "or")
}
