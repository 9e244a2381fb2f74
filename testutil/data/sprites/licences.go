package sprites

import (
	"slices"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// Licence is what is made of a licence that the credits name.
type Licence struct {
	// Name is that of the credits.
	Name  string
	Terms licensetypes.Terms
	// Preset: the chain has the terms from genesis.
	Preset bool
}

// licences maps what the credits say. "GPL 2.0" and "GPL 3.0" do not say "or
// later", so they are taken for that version only.
var licences = []Licence{
	preset("CC0", "cc0-1.0"),
	{Name: "CC-BY 3.0", Terms: licensetypes.Terms{
		Spdx: "CC-BY-3.0", Uri: "https://creativecommons.org/licenses/by/3.0/legalcode",
		CommercialUse: true, Attribution: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
		NoFurtherRestrictions: true,
	}},
	preset("CC-BY 4.0", "cc-by-4.0"),
	// CC-BY 3.0 without its ban of technical protection.
	{Name: "OGA-BY 3.0", Terms: licensetypes.Terms{
		Spdx: "LicenseRef-OGA-BY-3.0", Uri: "https://static.opengameart.org/OGA-BY-3.0.txt",
		CommercialUse: true, Attribution: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
		NoFurtherRestrictions: true,
	}},
	{Name: "CC-BY-SA 3.0", Terms: shareAlike("CC-BY-SA-3.0", "https://creativecommons.org/licenses/by-sa/3.0/legalcode")},
	preset("CC-BY-SA 4.0", "cc-by-sa-4.0"),
	{Name: "GPL 2.0", Terms: shareAlike("GPL-2.0-only", "https://www.gnu.org/licenses/old-licenses/gpl-2.0.txt")},
	{Name: "GPL 3.0", Terms: shareAlike("GPL-3.0-only", "https://www.gnu.org/licenses/gpl-3.0.txt")},
}

// Licences lists all licences of the credits, those that ask for least first.
func Licences() []Licence { return slices.Clone(licences) }

// LicenceOf finds a licence by its name in the credits, such as CC-BY-SA 3.0.
func LicenceOf(name string) (Licence, bool) {
	for _, l := range licences {
		if l.Name == name {
			return l, true
		}
	}
	return Licence{}, false
}

// shareAlike is copyleft: derivatives under the same terms, no more restrictions.
func shareAlike(spdx, uri string) licensetypes.Terms {
	return licensetypes.Terms{
		Spdx: spdx, Uri: uri, CommercialUse: true, Attribution: true,
		Derivatives: licensetypes.DERIVATIVES_SHARE_ALIKE, NoFurtherRestrictions: true,
	}
}

func preset(name, preset string) Licence {
	p, ok := licensetypes.PresetByName(preset)
	if !ok {
		panic("the chain has no preset " + preset)
	}
	return Licence{Name: name, Terms: p.Terms, Preset: true}
}
