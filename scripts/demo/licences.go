package main

import (
	"github.com/stemma-chain/stemma/testutil/data/models"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// Presets of the chain that the demo offers under.
const (
	noncommercialRemix = "noncommercial-remix"
	// remixOriginal is for models made from nothing that the data names,
	// remixDerived for those that owe others themselves.
	remixOriginal = "commercial-remix-10"
	remixDerived  = "commercial-remix-5"
)

// licenceOf is the licence that a card names. Where it names none, or there is
// no card, the demo makes remix offers only.
func licenceOf(name string) models.Licence {
	if name == "" {
		return models.Licence{Preset: noncommercialRemix, Remix: true, Terms: preset(noncommercialRemix).Terms}
	}
	l, _ := models.LicenceOf(name) // read models have known licences
	return l
}

// preset is the chain's preset of that name.
func preset(name string) licensetypes.Preset {
	p, ok := licensetypes.PresetByName(name)
	if !ok {
		panic("the chain has no preset " + name)
	}
	return p
}

// termsNames names the ids of all terms in the demo, those of cards with licences of their own too.
func termsNames(works []*Work) map[licensetypes.TermsID]string {
	names := map[licensetypes.TermsID]string{}
	for _, p := range licensetypes.Presets() {
		names[p.ID] = p.Name
	}
	for _, l := range models.Licences() {
		names[l.Terms.ID()] = l.Name()
	}
	for _, w := range works {
		names[w.licence().Terms.ID()] = w.licence().Name()
	}
	return names
}
