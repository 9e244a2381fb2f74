package deed

import (
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/internal/rates"
	"github.com/stemma-chain/stemma/x/license/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

func (d describer) must() []string {
	var list []string
	if d.Attribution {
		list = append(list, "Credit the work and its creators.")
	}
	list = append(list, d.grant()...)
	unused := len(d.UsePrice) > 0
	for _, use := range d.byMachines() {
		if use.said != types.PERMISSION_PAID {
			continue
		}
		if use.action == types.ACTION_TRAIN_AI || len(d.UsePrice) == 0 {
			if len(d.GrantFee) == 0 { // else the price is said above
				list = append(list, "Take a grant that has a price before "+use.doing+".")
			}
			continue
		}
		list = append(list, fmt.Sprintf("Pay the work %s each time for %s.", alternatives(d.UsePrice), use.doing))
		unused = false
	}
	if unused {
		list = append(list, fmt.Sprintf("Pay the work %s for each use as input to AI or in search, if one is paid.",
			alternatives(d.UsePrice)))
	}
	if d.Derivatives == types.DERIVATIVES_SHARE_ALIKE {
		list = append(list, d.shareAlike())
	}
	return append(list, d.royalty()...)
}

// makes says whether anything may be made from the work.
func (d describer) makes() bool {
	if d.adapts().permits() {
		return true
	}
	for _, use := range d.byMachines() {
		if use.action != types.ACTION_SEARCH && d.answers(use).permits() {
			return true
		}
	}
	return false
}

// byGrant says whether the terms are never offered without a grant, whatever the
// use.
func (d describer) byGrant() bool {
	return len(d.GrantFee) > 0 || d.Duration != nil || d.MaxGrants > 0 || d.Exclusivity != types.EXCLUSIVITY_NONE
}

// grant says when a grant has to be taken first, at what price and whether the
// owner has to agree.
func (d describer) grant() []string {
	var list []string
	switch {
	case len(d.GrantFee) > 0:
		list = append(list, fmt.Sprintf("Take a grant first. It costs %s; an offer may ask for more.", alternatives(d.GrantFee)))
	case d.byGrant():
		list = append(list, "Take a grant first. The terms set no price; an offer may.")
	}
	if d.DerivativeApproval {
		list = append(list, "Have the owner approve you, or the derivative, and take a grant, before you make one.")
	}
	return list
}

func (d describer) shareAlike() string {
	if d.Named().Known() {
		return "Offer what you make from it under no other licence than " + join(append([]string{d.Spdx},
			d.Named().Instead()...), "or") + "."
	}
	return "Offer what you make from it under these same terms only."
}

func (d describer) royalty() []string {
	rate := rates.Percent(d.RoyaltyRate)
	switch d.RoyaltyPolicy {
	case royaltytypes.POLICY_ABSOLUTE:
		return []string{"Leave " + rate + " of the gross revenue of each derivative, and of everything made from it in turn, to this work. " +
			"The chain pays it out of each payment."}
	case royaltytypes.POLICY_RELATIVE:
		return []string{"Leave " + rate + " of what each derivative takes in, payments and royalties, to this work. " +
			"The chain pays it out of each payment."}
	case royaltytypes.POLICY_NONE:
		if d.RoyaltyRate == 0 {
			return nil
		}
	}
	return []string{fmt.Sprintf("Leave %s to this work, by the unknown policy %d.", rate, d.RoyaltyPolicy)}
}

func (d describer) notes() []string {
	var list []string
	if d.MaxGrants > 0 {
		list = append(list, fmt.Sprintf("Of one work at most %d %s ever given under these terms.", d.MaxGrants,
			plural(d.MaxGrants, "grant is", "grants are")))
	}
	switch {
	case d.DerivativesPerGrant == types.UnlimitedDerivatives:
		list = append(list, "A grant serves any number of derivatives, and stays with you when you sell one.")
	case d.DerivativesPerGrant > 0:
		list = append(list, fmt.Sprintf("A grant serves %d derivatives, and stays with you when you sell one.", d.DerivativesPerGrant))
	case !d.GivenToAll() && d.makes():
		list = append(list, "A grant serves one derivative, and goes with it when you sell that.")
	}
	if !d.byGrant() && !d.GivenToAll() {
		list = append(list, "The terms set no price; an offer of a work may, and then a grant is needed.")
	}
	governs := "The legal text governs, not this summary: "
	_, known := d.Named().Facts()
	if known { // whatever text the address leads to
		governs = "The text of " + d.Spdx + ", as its authors published it, governs, not this summary; a copy: "
	}
	switch {
	case d.Blanked() && d.UriSha256 != "":
		list = append(list,
			"The legal text governs, not this summary; its address was blanked (its SHA-256: "+d.UriSha256+")")
	case d.Blanked():
		list = append(list, "The legal text governs, not this summary; its address was blanked.")
	case d.Uri != "" && d.UriSha256 != "":
		list = append(list, governs+d.Uri+" (its SHA-256: "+d.UriSha256+")")
	case d.Uri != "" || d.UriSha256 != "":
		list = append(list, governs+d.Uri+d.UriSha256)
	case known:
		list = append(list, "The text of "+d.Spdx+", as its authors published it, governs, not this summary.")
	default:
		list = append(list, "There is no legal text beside these terms: they are all that the owner offers.")
	}
	return list
}

// alternatives lists prices: one of them is paid.
func alternatives(prices sdk.Coins) string {
	words := make([]string, len(prices))
	for i, coin := range prices {
		words[i] = coin.String()
	}
	return join(words, "or")
}
