package types

import (
	"strings"
	"sync"

	"github.com/stemma-chain/stemma/x/license/termspec"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Preset is terms that exist from genesis, with the name people use for them.
type Preset struct {
	Name  string
	ID    TermsID
	Terms Terms
}

// presets is computed once: the ids are hashes.
var presets = sync.OnceValue(func() []Preset {
	list := []Preset{
		named("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/legalcode"),
		named("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/legalcode"),
		named("CC-BY-SA-4.0", "https://creativecommons.org/licenses/by-sa/4.0/legalcode"),
		named("CC-BY-NC-4.0", "https://creativecommons.org/licenses/by-nc/4.0/legalcode"),
		named("CC-BY-ND-4.0", "https://creativecommons.org/licenses/by-nd/4.0/legalcode"),
		named("CC-BY-NC-SA-4.0", "https://creativecommons.org/licenses/by-nc-sa/4.0/legalcode"),
		named("CC-BY-NC-ND-4.0", "https://creativecommons.org/licenses/by-nc-nd/4.0/legalcode"),
		named("MIT", "https://opensource.org/license/mit"),
		named("BSD-3-Clause", "https://opensource.org/license/bsd-3-clause"),
		named("Apache-2.0", "https://www.apache.org/licenses/LICENSE-2.0"),
		named("MPL-2.0", "https://www.mozilla.org/MPL/2.0/"),
		named("GPL-3.0-or-later", "https://www.gnu.org/licenses/gpl-3.0.txt"),
		named("AGPL-3.0-or-later", "https://www.gnu.org/licenses/agpl-3.0.txt"),
		named("OFL-1.1", "https://openfontlicense.org/open-font-license-official-text/"),
		named("ODC-By-1.0", "https://opendatacommons.org/licenses/by/1-0/"),
		named("ODbL-1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
		{Name: "noncommercial-remix", Terms: Terms{
			Spdx: "LicenseRef-Stemma-NonCommercial-Remix", Attribution: true, Derivatives: DERIVATIVES_ALLOWED,
		}},
		{Name: "commercial-use", Terms: Terms{
			Spdx: "LicenseRef-Stemma-Commercial-Use", CommercialUse: true, Attribution: true,
		}},
		commercialRemix("commercial-remix-5", "LicenseRef-Stemma-Commercial-Remix-5", 50_000),
		commercialRemix("commercial-remix-10", "LicenseRef-Stemma-Commercial-Remix-10", 100_000),
		{Name: "ai-training-denied", Terms: Terms{
			Spdx: "LicenseRef-Stemma-AI-Training-Denied", Attribution: true, AiTraining: PERMISSION_DENY,
		}},
		{Name: "ai-training-allowed", Terms: Terms{
			Spdx: "LicenseRef-Stemma-AI-Training-Allowed", CommercialUse: true, AiTraining: PERMISSION_ALLOW,
			Uses: []Action{ACTION_TRAIN_AI},
		}},
		// Without a price of its own: each offer sets one.
		{Name: "ai-training-paid", Terms: Terms{
			Spdx: "LicenseRef-Stemma-AI-Training-Paid", CommercialUse: true, AiTraining: PERMISSION_PAID,
			Uses: []Action{ACTION_TRAIN_AI},
		}},
	}
	for i := range list {
		list[i].ID = list[i].Terms.ID()
	}
	return list
})

// Presets lists the presets, Creative Commons and other known licences first.
func Presets() []Preset { return append([]Preset(nil), presets()...) }

// PresetByName finds a preset by its name in any case, such as cc-by-4.0 or MIT.
func PresetByName(name string) (Preset, bool) {
	for _, p := range presets() {
		if strings.EqualFold(p.Name, name) {
			return p, true
		}
	}
	return Preset{}, false
}

// PresetName is the name of the preset with that id; empty for other terms.
func PresetName(id TermsID) string {
	for _, p := range presets() {
		if p.ID == id {
			return p.Name
		}
	}
	return ""
}

// ParseTerms reads an id of terms (terms1...) or the name of a preset. It fails
// with the registry's ErrInvalidID.
func ParseTerms(s string) (TermsID, error) {
	if p, ok := PresetByName(s); ok {
		return p.ID, nil
	}
	return ParseTermsID(s)
}

// named builds the terms that a licence's name implies. The preset has that name in
// small letters.
func named(spdx, uri string) Preset {
	return Preset{Name: strings.ToLower(spdx), Terms: termspec.FromName(spdx, uri)}
}

// commercialRemix builds remix terms with an absolute royalty in ppm.
func commercialRemix(name, spdx string, rate uint32) Preset {
	return Preset{Name: name, Terms: Terms{
		Spdx: spdx, CommercialUse: true, Attribution: true, Derivatives: DERIVATIVES_ALLOWED,
		RoyaltyPolicy: royaltytypes.POLICY_ABSOLUTE, RoyaltyRate: rate,
	}}
}
