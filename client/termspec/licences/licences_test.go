package licences_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/termspec/licences"
	"github.com/stemma-chain/stemma/x/license/names"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// Whatever licence the chain knows can be offered by its name.
func TestEveryKnownNameIsTerms(t *testing.T) {
	require.Greater(t, len(names.All()), 40)
	for _, name := range names.All() {
		terms, err := licences.Named(name)
		require.NoError(t, err, name)
		require.NoError(t, terms.Validate(), name)
		require.Equal(t, name, terms.Spdx)
		require.True(t, licences.IsName(name))
	}
	only, err := licences.Named("gpl-3.0-ONLY")
	require.NoError(t, err)
	require.Equal(t, "https://spdx.org/licenses/GPL-3.0-only.html", only.Uri)
	require.Equal(t, licensetypes.DERIVATIVES_SHARE_ALIKE, only.Derivatives)
	mit, err := licences.Named("Mit")
	require.NoError(t, err)
	require.Equal(t, "mit", licensetypes.PresetName(mit.ID()), "a preset where there is one")
	both, err := licences.Named("MIT AND Apache-2.0")
	require.NoError(t, err)
	require.Empty(t, both.Uri)
}

func TestWrongWordsAreAnswered(t *testing.T) {
	for word, want := range map[string]string{
		"NONE":              "NONE is no licence: it says that nobody is permitted anything",
		"noassertion":       "NOASSERTION is no licence",
		"MIT OR Apache-2.0": "has alternatives (OR): offer each",
		"cc-by-40":          `did you mean "cc-by-4.0"?`,
		"comercial-use":     `did you mean "commercial-use"?`,
		"gplv3":             `did you mean "GPL-3.0-only"?`,
		"apache":            `did you mean "Apache-2.0"?`,
		"GPL-3.0-olny":      `did you mean "GPL-3.0-only"?`,
		"https://creativecommons.org/licenses/by/4.0/":        `did you mean "CC-BY-4.0"?`,
		"https://creativecommons.org/licenses/by-sa/4.0/deed": `did you mean "CC-BY-SA-4.0"?`,
		"https://www.gnu.org/licenses/gpl-3.0.html":           `did you mean "GPL-3.0-or-later" or "GPL-3.0-only"?`,
		"paid.yaml": "terms list --presets",
		"":          "is neither terms",

		"creativecommons.org/licenses/by-nc-sa/4.0/deed.de":     `did you mean "CC-BY-NC-SA-4.0"?`,
		"http://www.creativecommons.org/publicdomain/zero/1.0/": `did you mean "CC0-1.0"?`,
	} {
		_, err := licences.Named(word)
		require.ErrorContains(t, err, want, word)
		_, err = licences.Among(word, nil)
		require.ErrorContains(t, err, want, word)
		require.False(t, licences.IsName(word) && word != "MIT OR Apache-2.0", word)
	}
	_, err := licences.Named("LicenseRef-Mine")
	require.ErrorContains(t, err, "terms template")
}

func TestAmongTermsAtHand(t *testing.T) {
	named := func(spdx, uri string) licensetypes.IdentifiedTerms {
		terms, err := licences.Named(spdx)
		if err != nil {
			terms = licensetypes.Terms{Spdx: spdx}
		}
		terms.Uri = uri
		return licensetypes.IdentifiedTerms{Id: terms.ID(), Terms: terms}
	}
	gpl, own := named("GPL-3.0-only", "https://example.com"), named("LicenseRef-Mine", "")
	at := []licensetypes.IdentifiedTerms{gpl, own, gpl}
	for word, want := range map[string]licensetypes.TermsID{"gpl-3.0-only": gpl.Id, "LicenseRef-Mine": own.Id, own.Id.String(): own.Id} {
		id, err := licences.Among(word, at)
		require.NoError(t, err, word)
		require.Equal(t, want, id)
	}
	_, err := licences.Among("GPL-2.0-only", at)
	require.ErrorIs(t, err, licences.ErrNotAmong)
	_, err = licences.Among("GPL-3.0-only", append(at, named("GPL-3.0-only", "")))
	require.ErrorContains(t, err, "several terms here")
	_, err = licences.Among("terms1abc", at)
	require.ErrorContains(t, err, "mistyped")
}

// A template of one licence that is given another name keeps the place of the wrong text.
func TestTheTextOfAnotherLicence(t *testing.T) {
	by, err := licences.Named("cc-by-4.0")
	require.NoError(t, err)
	require.Empty(t, licences.OtherText(by))
	by.Spdx = "LicenseRef-Mine"
	require.Equal(t, "CC-BY-4.0", licences.OtherText(by))
	by.Spdx = "CC-BY-4.0 AND LicenseRef-Mine"
	require.Empty(t, licences.OtherText(by), "one of those that apply")
	by.Uri = "https://example.com/terms"
	by.Spdx = "MIT"
	require.Empty(t, licences.OtherText(by), "nobody knows what is there")
	for _, name := range names.All() {
		terms, err := licences.Named(name)
		require.NoError(t, err)
		require.Empty(t, licences.OtherText(terms), name)
	}
}
