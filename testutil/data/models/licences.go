package models

import licensetypes "github.com/stemma-chain/stemma/x/license/types"

// Licence is what is made of a licence that model cards name.
type Licence struct {
	// Terms is the licence in the form that the chain reads, and Preset the name
	// under which the chain has it already.
	Terms  licensetypes.Terms
	Preset string
	// Remix: the licence leaves its owner room for a commercial remix offer
	// beside it.
	Remix bool
}

// licences maps what cards say. For "other" the card has a text of its own,
// which nobody has read here: it is taken to allow what others did with the
// model.
var licences = map[string]Licence{
	"apache-2.0":   remixable(preset("apache-2.0")),
	"mit":          remixable(preset("mit")),
	"artistic-2.0": permissive("LicenseRef-Artistic-2.0", "https://opensource.org/license/artistic-2-0", true),
	"wtfpl":        permissive("LicenseRef-WTFPL", "http://www.wtfpl.net/txt/copying/", false),
	"other":        permissive("LicenseRef-See-Model-Card", "", true),
	"llama2": {Remix: true, Terms: licensetypes.Terms{
		Spdx: "LicenseRef-Llama-2-Community", Uri: "https://ai.meta.com/llama/license/",
		CommercialUse: true, Attribution: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
		// It forbids to improve other language models with it.
		AiTraining: licensetypes.PERMISSION_DENY,
	}},
	"agpl-3.0": {Terms: licensetypes.Terms{
		Spdx: "AGPL-3.0-only", Uri: "https://www.gnu.org/licenses/agpl-3.0.txt",
		CommercialUse: true, Attribution: true, Derivatives: licensetypes.DERIVATIVES_SHARE_ALIKE,
		NoFurtherRestrictions: true,
	}},
	"cc-by-4.0":       preset("cc-by-4.0"),
	"cc-by-sa-4.0":    preset("cc-by-sa-4.0"),
	"cc-by-nc-4.0":    preset("cc-by-nc-4.0"),
	"cc-by-nc-sa-4.0": preset("cc-by-nc-sa-4.0"),
}

// LicenceOf finds a licence by its name on a card, such as apache-2.0.
func LicenceOf(name string) (Licence, bool) {
	l, known := licences[name]
	return l, known
}

// Licences lists all licences that cards name, by those names.
func Licences() map[string]Licence {
	all := make(map[string]Licence, len(licences))
	for name, l := range licences {
		all[name] = l
	}
	return all
}

func permissive(spdx, uri string, attribution bool) Licence {
	return Licence{Remix: true, Terms: licensetypes.Terms{
		Spdx: spdx, Uri: uri, CommercialUse: true, Attribution: attribution,
		Derivatives: licensetypes.DERIVATIVES_ALLOWED,
	}}
}

func remixable(l Licence) Licence {
	l.Remix = true
	return l
}

func preset(name string) Licence {
	p, ok := licensetypes.PresetByName(name)
	if !ok {
		panic("the chain has no preset " + name)
	}
	return Licence{Preset: name, Terms: p.Terms}
}

// NonCommercial: derivatives may not be used commercially.
func (l Licence) NonCommercial() bool { return !l.Terms.CommercialUse }

// ShareAlike: derivatives are offered under the same terms only.
func (l Licence) ShareAlike() bool {
	return l.Terms.Derivatives == licensetypes.DERIVATIVES_SHARE_ALIKE
}

// Unencumbered: a work under it may owe nothing to anybody.
func (l Licence) Unencumbered() bool { return l.Terms.NoFurtherRestrictions }

// Name is the licence for a reader: the preset's name or the SPDX expression.
func (l Licence) Name() string {
	if l.Preset != "" {
		return l.Preset
	}
	return l.Terms.Spdx
}
