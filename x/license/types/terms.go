package types

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/registry/text"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Limits of terms.
const (
	// MaxRate is the highest royalty rate in ppm: the whole.
	MaxRate = 1_000_000
	// MaxDuration bounds how long a grant lasts.
	MaxDuration = 100 * 365 * 24 * time.Hour
	// MaxMedia bounds the list of media.
	MaxMedia = 32

	maxURI = 512
)

// medium is the form of a medium's name.
var medium = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`)

// Validate checks every field by itself and against the others. Terms can't be
// changed once published, so what contradicts itself is refused here. It fails
// with ErrInvalidTerms, naming the field and what to do.
func (t Terms) Validate() error {
	checks := []struct {
		field string
		check func() error
	}{
		{"spdx", func() error { return validateSPDX(t.Spdx) }},
		{"uri_sha256", t.validateDigest},
		{"blanked_sha256", t.validateBlanked},
		{"derivatives", t.validateDerivatives},
		{"ai_training", func() error { return validatePermission(t.AiTraining) }},
		{"ai_input", func() error { return validatePermission(t.AiInput) }},
		{"search", func() error { return validatePermission(t.Search) }},
		{"royalty_policy", t.validateRoyalty},
		{"grant_fee", func() error { return validatePrices(t.GrantFee) }},
		{"use_price", t.validateUsePrice},
		{"revenue_ceiling", t.validateCeiling},
		{"duration", t.validateDuration},
		{"territories", t.validateTerritories},
		{"media", t.validateMedia},
		{"uses", t.validateUses},
		{"exclusivity", t.validateExclusivity},
		{"derivatives_per_grant", t.validatePerGrant},
		{"no_further_restrictions", t.validateNoFurther},
	}
	if err := text.CheckURI("uri", t.Uri, maxURI); err != nil {
		return errorsmod.Wrap(ErrInvalidTerms, err.Error())
	}
	for _, c := range checks {
		if err := c.check(); err != nil {
			return errorsmod.Wrapf(ErrInvalidTerms, "%s %s", c.field, err)
		}
	}
	if b, found := t.keepsItsName(); found {
		return errorsmod.Wrapf(ErrInvalidTerms, "%s must %s, as %s says (%s): name a LicenseRef-... for terms of your own",
			b.field, b.must, t.Spdx, b.clause)
	}
	return nil
}

func (t Terms) validateDigest() error {
	if t.UriSha256 == "" {
		return nil
	}
	bz, err := hex.DecodeString(t.UriSha256)
	switch {
	case t.Uri == "" && !t.Blanked():
		return fmt.Errorf("is set without a uri: say where the text is, or leave both out")
	case err != nil || len(bz) != 32 || t.UriSha256 != strings.ToLower(t.UriSha256):
		return fmt.Errorf("must be a SHA-256 of 64 lower-case hex digits, not %q", t.UriSha256)
	}
	return nil
}

func (t Terms) validateBlanked() error {
	if !t.Blanked() {
		return nil
	}
	digest, err := registrytypes.ParseDigest("blanked_sha256", t.BlankedSha256)
	if err != nil || digest.String() != t.BlankedSha256 {
		return fmt.Errorf("must be a SHA-256 of 64 lower-case hex digits, not %q", t.BlankedSha256)
	}
	if t.Uri != "" {
		return fmt.Errorf("is set beside the uri: one of them goes")
	}
	return nil
}

func (t Terms) validateDerivatives() error {
	if _, known := Derivatives_name[int32(t.Derivatives)]; !known {
		return fmt.Errorf("has the unknown value %d", t.Derivatives)
	}
	if t.Derivatives != DERIVATIVES_NONE {
		return nil
	}
	switch {
	case t.DerivativeApproval:
		return fmt.Errorf("are not allowed, so derivative_approval must be unset")
	case t.RevenueCeiling != nil:
		return fmt.Errorf("are not allowed, so revenue_ceiling must be unset")
	case t.RoyaltyPolicy != royaltytypes.POLICY_NONE && !t.trains():
		return fmt.Errorf("are not allowed, so royalty_policy must be none")
	}
	return nil
}

// trains says whether models may be trained on the work: they derive from it
// even where other derivatives are not allowed.
func (t Terms) trains() bool { return permits(t.AiTraining) }

func validatePermission(p Permission) error {
	if _, known := Permission_name[int32(p)]; !known {
		return fmt.Errorf("has the unknown value %d", p)
	}
	return nil
}

func (t Terms) validateRoyalty() error {
	switch t.RoyaltyPolicy {
	case royaltytypes.POLICY_NONE:
		if t.RoyaltyRate != 0 {
			return fmt.Errorf("is none, so royalty_rate must be 0, not %d", t.RoyaltyRate)
		}
	case royaltytypes.POLICY_ABSOLUTE, royaltytypes.POLICY_RELATIVE:
		if t.RoyaltyRate == 0 || t.RoyaltyRate > MaxRate {
			return fmt.Errorf("needs a royalty_rate of 1 to %d ppm, not %d", MaxRate, t.RoyaltyRate)
		}
		if t.Derivatives == DERIVATIVES_SHARE_ALIKE {
			return fmt.Errorf("must be none under share-alike (%s): a derivative that owes royalties can't be offered "+
				"under the same terms", rules.ShareAlikeRoyalty)
		}
	default:
		return fmt.Errorf("has the unknown value %d", t.RoyaltyPolicy)
	}
	return nil
}

// validatePrices checks alternatives: positive coins, sorted, one a denom.
func validatePrices(prices sdk.Coins) error {
	if len(prices) > MaxPrices {
		return fmt.Errorf("has %d alternatives, at most %d are allowed", len(prices), MaxPrices)
	}
	for _, coin := range prices {
		if coin.IsNil() { // Coins.Validate dereferences it
			return fmt.Errorf("has a coin of %q without an amount", coin.Denom)
		}
	}
	if err := prices.Validate(); err != nil {
		return fmt.Errorf("must list positive coins, one a denom, sorted by denom: %w", err)
	}
	return nil
}

func (t Terms) validateUsePrice() error {
	if len(t.UsePrice) > 0 && t.AiInput != PERMISSION_PAID && t.Search != PERMISSION_PAID {
		return fmt.Errorf("is set although no use is paid one by one: set ai_input or search to paid, or drop it; " +
			"training is paid by the price of a grant")
	}
	return validatePrices(t.UsePrice)
}

// paidByGrant says whether some use by machines is paid by a grant's price:
// training always is, input and search where they have no price per use.
func (t Terms) paidByGrant() bool {
	return t.AiTraining == PERMISSION_PAID ||
		len(t.UsePrice) == 0 && (t.AiInput == PERMISSION_PAID || t.Search == PERMISSION_PAID)
}

func (t Terms) validateCeiling() error {
	if t.RevenueCeiling == nil {
		return nil
	}
	if err := t.RevenueCeiling.Validate(); err != nil {
		return err
	}
	if !t.RevenueCeiling.IsPositive() {
		return fmt.Errorf("must be positive: leave it out for none")
	}
	return nil
}

func (t Terms) validateDuration() error {
	if d := t.Duration; d != nil && (*d < time.Second || *d > MaxDuration || *d%time.Second != 0) {
		return fmt.Errorf("must be whole seconds from 1s to %s, not %s: leave it out for no end", MaxDuration, *d)
	}
	return nil
}

func (t Terms) validateTerritories() error {
	for i, code := range t.Territories {
		if !IsTerritory(code) {
			return fmt.Errorf("has %q, which is no ISO 3166-1 alpha-2 code in capitals", code)
		}
		if i > 0 && t.Territories[i-1] >= code {
			return fmt.Errorf("must be sorted and unique: %q comes after %q", code, t.Territories[i-1])
		}
	}
	return nil
}

func (t Terms) validateMedia() error {
	if len(t.Media) > MaxMedia {
		return fmt.Errorf("has %d entries, at most %d are allowed", len(t.Media), MaxMedia)
	}
	for i, name := range t.Media {
		if !medium.MatchString(name) {
			return fmt.Errorf("has %q: use 1 to 32 lower-case letters, digits and hyphens", name)
		}
		if i > 0 && t.Media[i-1] >= name {
			return fmt.Errorf("must be sorted and unique: %q comes after %q", name, t.Media[i-1])
		}
	}
	return nil
}

// validateUses checks the list and that no other field speaks of a use that is
// not in it, or excludes one that is.
func (t Terms) validateUses() error {
	if len(t.Uses) == 0 {
		return nil
	}
	for i, use := range t.Uses {
		if _, known := Action_name[int32(use)]; !known || use == ACTION_UNSPECIFIED {
			return fmt.Errorf("has the unknown value %d", use)
		}
		if i > 0 && t.Uses[i-1] >= use {
			return fmt.Errorf("must be sorted and unique: %s comes after %s", use, t.Uses[i-1])
		}
	}
	derives := t.Derivatives != DERIVATIVES_NONE
	for _, c := range []struct {
		use    Action
		field  string
		spoken bool // another field permits the use expressly
		denied bool
	}{
		{ACTION_ADAPT, "derivatives", derives, !derives},
		{ACTION_TRAIN_AI, "ai_training", t.trains(), !t.trains() && !(t.AiTraining == PERMISSION_UNSET && derives)},
		{ACTION_AI_INPUT, "ai_input", permits(t.AiInput), !permits(t.AiInput) && !(t.AiInput == PERMISSION_UNSET && derives)},
		{ACTION_SEARCH, "search", permits(t.Search), t.Search == PERMISSION_DENY},
	} {
		switch listed := slices.Contains(t.Uses, c.use); {
		case listed && c.denied:
			return fmt.Errorf("has %s, which %s does not permit: permit it there or drop it here", c.use, c.field)
		case !listed && c.spoken:
			return fmt.Errorf("lacks %s, which %s permits: add it, or leave uses empty for all", c.use, c.field)
		}
	}
	return nil
}

func (t Terms) validateExclusivity() error {
	if _, known := Exclusivity_name[int32(t.Exclusivity)]; !known {
		return fmt.Errorf("has the unknown value %d", t.Exclusivity)
	}
	return nil
}

// validatePerGrant: what one grant serves is said only where it is more than one, and
// where something may be made.
func (t Terms) validatePerGrant() error {
	makes := t.Derivatives != DERIVATIVES_NONE || permits(t.AiTraining) || permits(t.AiInput)
	switch {
	case t.DerivativesPerGrant == 1:
		return fmt.Errorf("must not be 1: leave it out, a grant serves one derivative then")
	case t.DerivativesPerGrant != 0 && !makes:
		return fmt.Errorf("must be unset: the terms allow no derivatives")
	}
	return nil
}

func permits(p Permission) bool { return p == PERMISSION_ALLOW || p == PERMISSION_PAID }

// validateNoFurther refuses what would restrict those who receive a copy or a
// derivative further.
func (t Terms) validateNoFurther() error {
	if !t.NoFurtherRestrictions {
		return nil
	}
	for _, c := range []struct {
		set   bool
		field string
	}{
		{t.RoyaltyPolicy != royaltytypes.POLICY_NONE, "royalty_policy"},
		{t.DerivativeApproval, "derivative_approval"},
		{t.RevenueCeiling != nil, "revenue_ceiling"},
		{t.Exclusivity != EXCLUSIVITY_NONE, "exclusivity"},
		{len(t.Uses) > 0, "uses"},
	} {
		if c.set {
			return fmt.Errorf("is set, so %s must be unset", c.field)
		}
	}
	return nil
}

// Rules returns the attributes that the rules decide by.
func (t Terms) Rules() rules.Terms {
	r := rules.Terms{
		Licence:               t.Spdx,
		Commercial:            t.CommercialUse,
		Attribution:           t.Attribution,
		Derivatives:           rules.Derivatives(t.Derivatives),
		Approval:              t.DerivativeApproval,
		Training:              rules.Permission(t.AiTraining),
		Input:                 rules.Permission(t.AiInput),
		Search:                rules.Permission(t.Search),
		NoFurtherRestrictions: t.NoFurtherRestrictions,
		Territories:           strings.Join(t.Territories, ","),
		Media:                 strings.Join(t.Media, ","),
		MaxGrants:             t.MaxGrants,
		Exclusivity:           rules.Exclusivity(t.Exclusivity),
		PerGrant:              t.DerivativesPerGrant,
		Transferable:          t.Transferable,
		Policy:                int32(t.RoyaltyPolicy),
		Rate:                  t.RoyaltyRate,
		Fee:                   t.GrantFee.String(),
		UsePrice:              t.UsePrice.String(),
	}
	for _, use := range t.Uses {
		r.Uses = r.Uses.With(rules.Action(use))
	}
	if t.Duration != nil {
		r.Duration = *t.Duration
	}
	if t.RevenueCeiling != nil {
		r.Ceiling = t.RevenueCeiling.String()
	}
	return r
}
