// Package gen draws valid values for property tests.
package gen

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	sdk "github.com/cosmos/cosmos-sdk/types"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Terms draws valid terms, presets among them. Every field is set now and then.
func Terms() *rapid.Generator[licensetypes.Terms] {
	return rapid.Custom(func(t *rapid.T) licensetypes.Terms {
		if rapid.IntRange(0, 9).Draw(t, "preset") == 0 {
			terms := rapid.SampledFrom(licensetypes.Presets()).Draw(t, "which").Terms
			if terms.GivenToAll() && rapid.Bool().Draw(t, "answers") {
				// What a known licence leaves open.
				terms.AiTraining, terms.Search = licensetypes.PERMISSION_ALLOW, licensetypes.PERMISSION_ALLOW
				terms.Transferable = rapid.Bool().Draw(t, "transferable")
			}
			return terms
		}
		return ownTerms(t)
	}).Filter(func(terms licensetypes.Terms) bool { return terms.Validate() == nil })
}

func ownTerms(t *rapid.T) licensetypes.Terms {
	some := func(label string) bool { return rapid.IntRange(0, 2).Draw(t, label) == 0 }
	answer := func(label string) licensetypes.Permission {
		return licensetypes.Permission(rapid.IntRange(0, 3).Draw(t, label))
	}
	terms := licensetypes.Terms{
		Spdx:          rapid.SampledFrom([]string{"LicenseRef-A", "LicenseRef-B", "LicenseRef-A AND LicenseRef-B"}).Draw(t, "spdx"),
		CommercialUse: rapid.Bool().Draw(t, "commercial_use"),
		Attribution:   rapid.Bool().Draw(t, "attribution"),
		Derivatives:   licensetypes.Derivatives(rapid.IntRange(0, 2).Draw(t, "derivatives")),
		AiTraining:    answer("ai_training"),
		AiInput:       answer("ai_input"),
		Search:        answer("search"),
		Exclusivity:   licensetypes.Exclusivity(rapid.SampledFrom([]int32{0, 0, 0, 1, 2}).Draw(t, "exclusivity")),
		Transferable:  some("transferable"),
	}
	if some("uri") {
		terms.Uri = rapid.SampledFrom([]string{"https://example.org/a", "ipfs://b?c=d&e"}).Draw(t, "which uri")
		if some("uri_sha256") {
			terms.UriSha256 = fmt.Sprintf("%064x", rapid.Uint64().Draw(t, "digest"))
		}
	}
	if terms.Derivatives == licensetypes.DERIVATIVES_ALLOWED && some("royalty") {
		terms.RoyaltyPolicy = royaltytypes.Policy(rapid.IntRange(1, 2).Draw(t, "royalty_policy"))
		terms.RoyaltyRate = rapid.Uint32Range(1, licensetypes.MaxRate).Draw(t, "royalty_rate")
	}
	if terms.Derivatives != licensetypes.DERIVATIVES_NONE {
		terms.DerivativeApproval = some("derivative_approval")
		if some("revenue_ceiling") {
			terms.RevenueCeiling = &Prices(t, "ceiling")[0]
		}
	}
	if some("grant_fee") {
		terms.GrantFee = Prices(t, "fee")
	}
	if (terms.AiInput == licensetypes.PERMISSION_PAID || terms.Search == licensetypes.PERMISSION_PAID) && some("use_price") {
		terms.UsePrice = Prices(t, "use price")
	}
	if some("duration") {
		d := time.Duration(rapid.Int64Range(1, int64(licensetypes.MaxDuration/time.Second)).Draw(t, "seconds")) * time.Second
		terms.Duration = &d
	}
	if some("territories") {
		terms.Territories = sample(t, "countries", []string{"DE", "FR", "NO", "US"})
	}
	if some("media") {
		terms.Media = sample(t, "media", []string{"1", "print", "true", "web"})
	}
	if some("max_grants") {
		terms.MaxGrants = rapid.Uint64Min(1).Draw(t, "max_grants")
	}
	if some("derivatives_per_grant") && terms.Derivatives != licensetypes.DERIVATIVES_NONE {
		terms.DerivativesPerGrant = rapid.SampledFrom([]uint32{2, 5, licensetypes.UnlimitedDerivatives}).Draw(t, "how many")
	}
	if some("uses") {
		terms.Uses = uses(t, terms)
	}
	if !terms.DerivativeApproval && terms.RevenueCeiling == nil && terms.RoyaltyRate == 0 &&
		terms.Exclusivity == licensetypes.EXCLUSIVITY_NONE {
		terms.NoFurtherRestrictions = some("no_further_restrictions")
	}
	return terms
}

// uses draws what the terms are about: whatever they permit by another field has
// to be listed, and what they exclude can't be.
func uses(t *rapid.T, terms licensetypes.Terms) []licensetypes.Action {
	derives := terms.Derivatives != licensetypes.DERIVATIVES_NONE
	var list []licensetypes.Action
	for number := 1; number < len(licensetypes.Action_name); number++ {
		action := licensetypes.Action(number)
		said, open := licensetypes.PERMISSION_UNSET, true
		switch action {
		case licensetypes.ACTION_ADAPT:
			said = licensetypes.PERMISSION_DENY
			if derives {
				said = licensetypes.PERMISSION_ALLOW
			}
		case licensetypes.ACTION_TRAIN_AI:
			said, open = terms.AiTraining, derives
		case licensetypes.ACTION_AI_INPUT:
			said, open = terms.AiInput, derives
		case licensetypes.ACTION_SEARCH:
			said = terms.Search
		}
		unsaid := said == licensetypes.PERMISSION_UNSET
		if (!unsaid && said != licensetypes.PERMISSION_DENY) || (unsaid && open && rapid.Bool().Draw(t, action.String())) {
			list = append(list, action)
		}
	}
	return list
}

// Prices draws one or two coins, sorted.
func Prices(t *rapid.T, label string) sdk.Coins {
	prices := sdk.Coins{sdk.NewInt64Coin("ustem", rapid.Int64Range(1, 1<<60).Draw(t, label))}
	if rapid.Bool().Draw(t, label+", alternative") {
		prices = prices.Add(sdk.NewInt64Coin("uusdc", rapid.Int64Range(1, 1<<60).Draw(t, label)))
	}
	return prices
}

// sample draws some of the choices, at least one, in their order.
func sample[T comparable](t *rapid.T, label string, choices []T) []T {
	drawn := rapid.SliceOfNDistinct(rapid.SampledFrom(choices), 1, len(choices), rapid.ID).Draw(t, label)
	var list []T
	for _, c := range choices {
		if slices.Contains(drawn, c) {
			list = append(list, c)
		}
	}
	return list
}
