package types

import (
	"sync"

	"github.com/stemma-chain/stemma/x/license/rules"
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
		creativeCommons("cc0-1.0", "CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/legalcode"),
		creativeCommons("cc-by-4.0", "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/legalcode"),
		creativeCommons("cc-by-sa-4.0", "CC-BY-SA-4.0", "https://creativecommons.org/licenses/by-sa/4.0/legalcode"),
		creativeCommons("cc-by-nc-4.0", "CC-BY-NC-4.0", "https://creativecommons.org/licenses/by-nc/4.0/legalcode"),
		creativeCommons("cc-by-nd-4.0", "CC-BY-ND-4.0", "https://creativecommons.org/licenses/by-nd/4.0/legalcode"),
		creativeCommons("cc-by-nc-sa-4.0", "CC-BY-NC-SA-4.0", "https://creativecommons.org/licenses/by-nc-sa/4.0/legalcode"),
		creativeCommons("cc-by-nc-nd-4.0", "CC-BY-NC-ND-4.0", "https://creativecommons.org/licenses/by-nc-nd/4.0/legalcode"),
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

// Presets lists the presets, Creative Commons first.
func Presets() []Preset { return append([]Preset(nil), presets()...) }

// PresetByName finds a preset, such as cc-by-4.0.
func PresetByName(name string) (Preset, bool) {
	for _, p := range presets() {
		if p.Name == name {
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

// creativeCommons builds the terms that an SPDX id implies.
func creativeCommons(name, spdx, uri string) Preset {
	cc, _ := rules.ParseCreativeCommons(spdx)
	t := Terms{
		Spdx:                  spdx,
		Uri:                   uri,
		CommercialUse:         !cc.NonCommercial,
		Attribution:           cc.Attribution,
		Derivatives:           DERIVATIVES_ALLOWED,
		NoFurtherRestrictions: true,
	}
	switch {
	case cc.NoDerivatives:
		t.Derivatives = DERIVATIVES_NONE
	case cc.ShareAlike:
		t.Derivatives = DERIVATIVES_SHARE_ALIKE
	}
	return Preset{Name: name, Terms: t}
}

// commercialRemix builds remix terms with an absolute royalty in ppm.
func commercialRemix(name, spdx string, rate uint32) Preset {
	return Preset{Name: name, Terms: Terms{
		Spdx: spdx, CommercialUse: true, Attribution: true, Derivatives: DERIVATIVES_ALLOWED,
		RoyaltyPolicy: royaltytypes.POLICY_ABSOLUTE, RoyaltyRate: rate,
	}}
}
