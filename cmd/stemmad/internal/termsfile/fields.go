package termsfile

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/internal/rates"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// field is a key of the file: a field of the terms, by the same name.
type field struct {
	name string
	// help says what it means; example is a value for the template.
	help    string
	example string
	read    func(*licensetypes.Terms, *yaml.Node) error
	// write gives the value as YAML; empty: it is not set.
	write func(licensetypes.Terms) string
}

func fieldByName(name string) (field, bool) {
	i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
	if i < 0 {
		return field{}, false
	}
	return fields[i], true
}

func fieldNames() []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return names
}

type terms = licensetypes.Terms

// fields are all keys, in the order of the template.
var fields = []field{
	{
		"spdx", "SPDX licence expression; LicenseRef-... for terms of your own. Required.", "LicenseRef-My-Terms",
		func(t *terms, n *yaml.Node) error {
			err := readText(n, &t.Spdx)
			t.Spdx = licensetypes.CanonicalSPDX(t.Spdx)
			return err
		},
		func(t terms) string { return quote(t.Spdx) },
	},
	{
		"uri", "Where the legal text is, if there is one. The text governs then.", "https://example.org/my-terms.txt",
		func(t *terms, n *yaml.Node) error { return readText(n, &t.Uri) },
		func(t terms) string { return quote(t.Uri) },
	},
	{
		"uri_sha256", "SHA-256 of the legal text, 64 hex digits (sha256sum prints it).", strings.Repeat("0", 64),
		func(t *terms, n *yaml.Node) error { return readText(n, &t.UriSha256) },
		func(t terms) string { return quote(t.UriSha256) },
	},
	{
		"uses", "What the terms are about: " + strings.Join(actions.names[1:],
			", ") + ". They permit nothing else. Left out: every use that is not excluded below.",
		"[train-ai]",
		func(t *terms, n *yaml.Node) error { return readUses(n, &t.Uses) },
		func(t terms) string { return writeUses(t.Uses) },
	},
	{
		"commercial_use", "May the work, and what is made from it, be used commercially?", "true",
		func(t *terms, n *yaml.Node) error { return readFlag(n, &t.CommercialUse) },
		func(t terms) string { return flag(t.CommercialUse) },
	},
	{
		"attribution", "Must the work be credited?", "true",
		func(t *terms, n *yaml.Node) error { return readFlag(n, &t.Attribution) },
		func(t terms) string { return flag(t.Attribution) },
	},
	{
		"derivatives", "What may be made from the work: none, allowed, or share-alike (to be offered under these same terms only).", "allowed",
		func(t *terms, n *yaml.Node) error { return readEnum(derivatives, n, &t.Derivatives) },
		func(t terms) string { return set(t.Derivatives != 0, derivatives.name(int32(t.Derivatives))) },
	},
	{
		"derivative_approval", "Does the owner approve each licensee, or each derivative?", "true",
		func(t *terms, n *yaml.Node) error { return readFlag(n, &t.DerivativeApproval) },
		func(t terms) string { return flag(t.DerivativeApproval) },
	},
	{
		"ai_training", "Training AI models: allow, deny, or paid (a grant with a price is needed). Left out: as derivatives.", "deny",
		func(t *terms, n *yaml.Node) error { return readEnum(permissions, n, &t.AiTraining) },
		func(t terms) string { return permission(t.AiTraining) },
	},
	{
		"ai_input", "Generation with the work as input, and grounding: allow, deny, or paid. Left out: as derivatives.", "paid",
		func(t *terms, n *yaml.Node) error { return readEnum(permissions, n, &t.AiInput) },
		func(t terms) string { return permission(t.AiInput) },
	},
	{
		"search", "Indexing for search: allow, deny, or paid. Left out: allowed.", "allow",
		func(t *terms, n *yaml.Node) error { return readEnum(permissions, n, &t.Search) },
		func(t terms) string { return permission(t.Search) },
	},
	{
		"royalty_policy", "What derivatives owe: none; absolute (of the gross revenue of every descendant, at any depth); " +
			"relative (of what each derivative takes in).", "absolute",
		func(t *terms, n *yaml.Node) error { return readEnum(policies, n, &t.RoyaltyPolicy) },
		func(t terms) string { return set(t.RoyaltyPolicy != 0, policies.name(int32(t.RoyaltyPolicy))) },
	},
	{
		"royalty_rate", "The rate of that royalty, with up to four decimals.", "5%",
		func(t *terms, n *yaml.Node) error { return readRate(n, &t.RoyaltyRate) },
		func(t terms) string {
			return set(t.RoyaltyRate != 0, strings.ReplaceAll(rates.Percent(t.RoyaltyRate), " ", ""))
		},
	},
	{
		"grant_fee", "Price of a grant: alternatives, one a denom, in its smallest unit. An offer may ask for more.",
		"[5000000uusdc, 1000000ustem]",
		func(t *terms, n *yaml.Node) error { return readCoins(n, &t.GrantFee) },
		func(t terms) string { return writeCoins(t.GrantFee) },
	},
	{
		"use_price", "Price of each use where ai_input or search is paid: alternatives, one a denom.", "[100uusdc]",
		func(t *terms, n *yaml.Node) error { return readCoins(n, &t.UsePrice) },
		func(t terms) string { return writeCoins(t.UsePrice) },
	},
	{
		"revenue_ceiling", "Most that a derivative may take in before commercial use ends.", "1000000000uusdc",
		func(t *terms, n *yaml.Node) error { return readOneCoin(n, &t.RevenueCeiling) },
		func(t terms) string { return writeCoin(t.RevenueCeiling) },
	},
	{
		"duration", "How long a grant lasts, in weeks, days, hours, minutes, seconds. Left out: for ever.", "365d",
		func(t *terms, n *yaml.Node) error { return readDuration(n, &t.Duration) },
		func(t terms) string { return writeDuration(t.Duration) },
	},
	{
		"territories", "Countries, by their ISO 3166-1 codes. Left out: everywhere.", "[DE, FR]",
		func(t *terms, n *yaml.Node) error { return readWords(n, &t.Territories, checkTerritory) },
		func(t terms) string { return writeList(t.Territories) },
	},
	{
		"media", "Media, in words of your choice. Left out: all.", "[print, web]",
		func(t *terms, n *yaml.Node) error { return readWords(n, &t.Media, func(string) error { return nil }) },
		func(t terms) string { return writeList(t.Media) },
	},
	{
		"exclusivity", "Whom a grant keeps from the same uses in the same territories and media while it lasts: none; " +
			"sole (other licensees); exclusive (the owner too).", "sole",
		func(t *terms, n *yaml.Node) error { return readEnum(exclusivities, n, &t.Exclusivity) },
		func(t terms) string { return set(t.Exclusivity != 0, exclusivities.name(int32(t.Exclusivity))) },
	},
	{
		"derivatives_per_grant", "How many derivatives one grant serves: a number, or unlimited. Left out: one.", "5",
		func(t *terms, n *yaml.Node) error { return readPerGrant(n, &t.DerivativesPerGrant) },
		func(t terms) string { return writePerGrant(t.DerivativesPerGrant) },
	},
	{
		"transferable", "May a licensee pass a grant on?", "true",
		func(t *terms, n *yaml.Node) error { return readFlag(n, &t.Transferable) },
		func(t terms) string { return flag(t.Transferable) },
	},
	{
		"max_grants", "Most grants of one work under these terms, ever. Left out: no limit.", "100",
		func(t *terms, n *yaml.Node) error { return readCount(n, &t.MaxGrants) },
		func(t terms) string { return set(t.MaxGrants != 0, fmt.Sprint(t.MaxGrants)) },
	},
	{
		"no_further_restrictions", "May nobody restrict further those who receive a copy or a derivative, as in Creative Commons and copyleft licences?", "true",
		func(t *terms, n *yaml.Node) error { return readFlag(n, &t.NoFurtherRestrictions) },
		func(t terms) string { return flag(t.NoFurtherRestrictions) },
	},
}

func checkTerritory(code string) error {
	switch {
	case licensetypes.IsTerritory(code):
		return nil
	case licensetypes.IsTerritory(strings.ToUpper(code)):
		return fmt.Errorf("has %q: write codes in capitals, %s", code, strings.ToUpper(code))
	case strings.EqualFold(code, "UK"):
		return fmt.Errorf("has %q: the ISO 3166-1 code of the United Kingdom is GB", code)
	case strings.EqualFold(code, "EU"):
		return fmt.Errorf("has %q, which is no country: list its members", code)
	}
	return fmt.Errorf("has %q, which is no ISO 3166-1 alpha-2 code of a country, such as DE", code)
}

func set(is bool, s string) string {
	if is {
		return s
	}
	return ""
}

// writePerGrant writes how many derivatives a grant serves, as readPerGrant reads it.
func writePerGrant(n uint32) string {
	if n == licensetypes.UnlimitedDerivatives {
		return unlimited
	}
	return set(n != 0, fmt.Sprint(n))
}

func flag(b bool) string { return set(b, "true") }

func permission(p licensetypes.Permission) string {
	return set(p != licensetypes.PERMISSION_UNSET, permissions.name(int32(p)))
}

// quote writes a text so that YAML reads just it. JSON's quotes are YAML's too.
func quote(s string) string {
	if s == "" {
		return ""
	}
	// A string can always be marshalled.
	bz, _ := json.Marshal(s)
	return string(bz)
}

// writeList quotes only what YAML could take for something else.
func writeList(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = w
		if strings.Trim(w, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" || w == "NO" {
			quoted[i] = quote(w)
		}
	}
	return set(len(words) > 0, "["+strings.Join(quoted, ", ")+"]")
}

func writeUses(uses []licensetypes.Action) string {
	names := make([]string, len(uses))
	for i, u := range uses {
		names[i] = actions.name(int32(u))
	}
	return set(len(uses) > 0, "["+strings.Join(names, ", ")+"]")
}

func writeCoins(coins sdk.Coins) string {
	words := make([]string, len(coins))
	for i, c := range coins {
		words[i] = quote(c.String())
	}
	return set(len(coins) > 0, "["+strings.Join(words, ", ")+"]")
}

func writeCoin(c *sdk.Coin) string {
	if c == nil {
		return ""
	}
	return quote(c.String())
}

// writeDuration uses the largest unit that divides it.
func writeDuration(d *time.Duration) string {
	if d == nil {
		return ""
	}
	for _, unit := range []byte("dhm") {
		if *d%units[unit] == 0 {
			return fmt.Sprintf("%d%c", *d/units[unit], unit)
		}
	}
	return fmt.Sprintf("%ds", *d/time.Second)
}
