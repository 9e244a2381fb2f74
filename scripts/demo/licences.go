package main

import licensetypes "github.com/stemma-chain/stemma/x/license/types"

// licence is what the demo makes of a licence that cards name.
type licence struct {
	// terms is the licence in the form that the chain reads, and preset the
	// name under which the chain has it already.
	terms  licensetypes.Terms
	preset string
	// remix: the licence leaves its owner room for a commercial remix offer
	// beside it.
	remix bool
}

// licences maps what cards say. For "other" the card has a text of its own,
// which the demo has not read: it takes it to allow what others did with the
// model. Where a card names no licence, or there is no card, the demo makes
// remix offers only.
var licences = map[string]licence{
	"apache-2.0":   permissive("Apache-2.0", "https://www.apache.org/licenses/LICENSE-2.0", true),
	"mit":          permissive("MIT", "https://opensource.org/license/mit", true),
	"artistic-2.0": permissive("Artistic-2.0", "https://opensource.org/license/artistic-2-0", true),
	"wtfpl":        permissive("WTFPL", "http://www.wtfpl.net/txt/copying/", false),
	"other":        permissive("LicenseRef-See-Model-Card", "", true),
	"llama2": {remix: true, terms: licensetypes.Terms{
		Spdx: "LicenseRef-Llama-2-Community", Uri: "https://ai.meta.com/llama/license/",
		CommercialUse: true, Attribution: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
		// It forbids to improve other language models with it.
		AiTraining: licensetypes.PERMISSION_DENY,
	}},
	"agpl-3.0": {terms: licensetypes.Terms{
		Spdx: "AGPL-3.0-only", Uri: "https://www.gnu.org/licenses/agpl-3.0.txt",
		CommercialUse: true, Attribution: true, Derivatives: licensetypes.DERIVATIVES_SHARE_ALIKE,
		NoFurtherRestrictions: true,
	}},
	"cc-by-4.0":       creativeCommons("cc-by-4.0"),
	"cc-by-sa-4.0":    creativeCommons("cc-by-sa-4.0"),
	"cc-by-nc-4.0":    creativeCommons("cc-by-nc-4.0"),
	"cc-by-nc-sa-4.0": creativeCommons("cc-by-nc-sa-4.0"),
	"":                {preset: noncommercialRemix, remix: true, terms: preset(noncommercialRemix).Terms},
}

// Presets of the chain that the demo offers under.
const (
	noncommercialRemix = "noncommercial-remix"
	// remixOriginal is for models made from nothing that the data names,
	// remixDerived for those that owe others themselves.
	remixOriginal = "commercial-remix-10"
	remixDerived  = "commercial-remix-5"
)

func permissive(spdx, uri string, attribution bool) licence {
	return licence{remix: true, terms: licensetypes.Terms{
		Spdx: spdx, Uri: uri, CommercialUse: true, Attribution: attribution,
		Derivatives: licensetypes.DERIVATIVES_ALLOWED,
	}}
}

func creativeCommons(name string) licence {
	return licence{preset: name, terms: preset(name).Terms}
}

// preset is the chain's preset of that name.
func preset(name string) licensetypes.Preset {
	p, ok := licensetypes.PresetByName(name)
	if !ok {
		panic("the chain has no preset " + name)
	}
	return p
}

// nonCommercial: derivatives may not be used commercially.
func (l licence) nonCommercial() bool { return !l.terms.CommercialUse }

// shareAlike: derivatives are offered under the same terms only.
func (l licence) shareAlike() bool {
	return l.terms.Derivatives == licensetypes.DERIVATIVES_SHARE_ALIKE
}

// unencumbered: a work under it may owe nothing to anybody.
func (l licence) unencumbered() bool { return l.terms.NoFurtherRestrictions }

// name is the licence for a reader: the preset's name or the SPDX expression.
func (l licence) name() string {
	if l.preset != "" {
		return l.preset
	}
	return l.terms.Spdx
}

// termsNames names the ids of all terms in the demo.
func termsNames() map[string]string {
	names := map[string]string{}
	for _, p := range licensetypes.Presets() {
		names[p.ID.String()] = p.Name
	}
	for _, l := range licences {
		names[l.terms.ID().String()] = l.name()
	}
	return names
}
