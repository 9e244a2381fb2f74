package names_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/license/names"
)

// titled are names as people write titles of known licences, each with the id to write.
var titled = map[string]string{
	"GNU-General-Public-License-v3":                      "GPL-3.0-only",
	"GNU-General-Public-License-version-3-or-later":      "GPL-3.0-or-later",
	"gnu.general.public.licence.2":                       "GPL-2.0-only",
	"GeneralPublicLicense3.0":                            "GPL-3.0-only",
	"GPL":                                                "GPL-3.0-only",
	"GNU-Affero-General-Public-License-v3.0":             "AGPL-3.0-only",
	"GNU-Lesser-General-Public-License-v2.1-or-later":    "LGPL-2.1-or-later",
	"Lesser-GPL-3":                                       "LGPL-3.0-only",
	"Creative-Commons-Attribution-4.0":                   "CC-BY-4.0",
	"Creative-Commons-Attribution-4.0-International":     "CC-BY-4.0",
	"Attribution-ShareAlike-4.0-International":           "CC-BY-SA-4.0",
	"CC-Attribution-NonCommercial-NoDerivs-3.0-Unported": "CC-BY-NC-ND-3.0",
	"Attribution-NoDerivs-NonCommercial-1.0-Generic":     "CC-BY-NC-ND-1.0",
	"Creative-Commons-Attribution-ShareAlike-3.0-DE":     "CC-BY-SA-3.0",
	"BY-SA-4.0":                            "CC-BY-SA-4.0",
	"BY-SA":                                "CC-BY-SA-4.0",
	"BY-SA-NC-4.0":                         "CC-BY-NC-SA-4.0",
	"CC-Zero":                              "CC0-1.0",
	"Creative-Commons-Zero-v1.0-Universal": "CC0-1.0",
	"Public-Domain-Dedication":             "PDDL-1.0",
	"Open-Data-Commons-Public-Domain-Dedication-and-License-v1.0": "PDDL-1.0",
	"Public-Domain":                              "CC-PDM-1.0",
	"Mozilla-Public-License-2.0":                 "MPL-2.0",
	"the-Mozilla-Public-License":                 "MPL-2.0",
	"Free-Art-License":                           "LAL-1.3",
	"Licence-Art-Libre-1.3":                      "LAL-1.3",
	"SIL-Open-Font-License-1.1":                  "OFL-1.1",
	"Open-Database-License":                      "ODbL-1.0",
	"Open-Data-Commons-Attribution-License-v1.0": "ODC-By-1.0",
	"Apache-License-Version-2.0":                 "Apache-2.0",
	"Apache-Software-License":                    "Apache-2.0",
	"Expat-License":                              "MIT",
	"BSD-2-Clause-Simplified-License":            "BSD-2-Clause",
	"New-BSD-License":                            "BSD-3-Clause",
	"Revised-BSD":                                "BSD-3-Clause",
	"Open-RAIL-M":                                "LicenseRef-OpenRAIL-M",
	"Meta-Llama-3-Community-License-Agreement":   "LicenseRef-Llama-3-Community",
	"Gemma-License":                              "LicenseRef-Gemma",

	// As the texts and their notices have them.
	"Creative-Commons-Attribution-4.0-International-Public-License":           "CC-BY-4.0",
	"Creative-Commons-Attribution-ShareAlike-Public-License":                  "CC-BY-SA-4.0",
	"Creative-Commons-Attribution-ShareAlike-4.0-International-CC-BY-SA-4.0":  "CC-BY-SA-4.0",
	"Creative-Commons-Attribution-ShareAlike-3.0-Germany":                     "CC-BY-SA-3.0",
	"Creative-Commons-Attribution-ShareAlike-3.0-Germany-CC-BY-SA-3.0-DE":     "CC-BY-SA-3.0",
	"Attribution-Non-Commercial-No-Derivative-Works-2.0-UK-England-and-Wales": "CC-BY-NC-ND-2.0",
	"CC-BY-3.0-Netherlands":              "CC-BY-3.0",
	"CC0-1.0-Universal":                  "CC0-1.0",
	"Creative-Commons-CC0-1.0-Universal": "CC0-1.0",
	"Creative-Commons-CC0-1.0-Universal-CC0-1.0-Public-Domain-Dedication":           "CC0-1.0",
	"GNU-General-Public-License-version-3-or-any-later-version":                     "GPL-3.0-or-later",
	"GNU-General-Public-License-version-2-or-at-your-option-any-later-version":      "GPL-2.0-or-later",
	"GNU-General-Public-License-GPL-version-2-or-later":                             "GPL-2.0-or-later",
	"GNU-General-Public-License-GPL-2.0":                                            "GPL-2.0-only",
	"GNU-General-Public-License-Version-3-29-June-2007":                             "GPL-3.0-only",
	"GNU-Lesser-General-Public-License-LGPL-2.1":                                    "LGPL-2.1-only",
	"GNU-Lesser-General-Public-License-Version-2.1-February-1999":                   "LGPL-2.1-only",
	"GNU-Affero-General-Public-License-v3.0-AGPL":                                   "AGPL-3.0-only",
	"Apache-License-Version-2.0-January-2004":                                       "Apache-2.0",
	"SIL-OPEN-FONT-LICENSE-Version-1.1-26-February-2007":                            "OFL-1.1",
	"SIL-Open-Font-License-OFL-1.1":                                                 "OFL-1.1",
	"ODC-Open-Database-License-ODbL":                                                "ODbL-1.0",
	"Open-Data-Commons-Attribution-License-ODC-By-v1.0":                             "ODC-By-1.0",
	"Free-Art-License-FAL-1.3":                                                      "LAL-1.3",
	"Mozilla-Public-License-2.0-MPL-2.0":                                            "MPL-2.0",
	"The-MIT-License-MIT":                                                           "MIT",
	"MIT-License-Expat":                                                             "MIT",
	"BSD3":                                                                          "BSD-3-Clause",
	"BSD-2":                                                                         "BSD-2-Clause",
	"BSD-BSD-2-Clause":                                                              "BSD-2-Clause",
	"Meta-Llama-3-Community-License-Agreement-Version-Release-Date-April-18-2024":   "LicenseRef-Llama-3-Community",
	"LLAMA-2-COMMUNITY-LICENSE-AGREEMENT-Llama-2-Version-Release-Date-July-18-2023": "LicenseRef-Llama-2-Community",
}

func TestTitlesAreNoNamesOfOnesOwn(t *testing.T) {
	for written, id := range titled {
		for _, spelling := range []string{written, strings.ToUpper(written), strings.ReplaceAll(written, "-", ".")} {
			_, err := names.Parse("LicenseRef-" + spelling)
			require.ErrorContains(t, err, "another spelling of "+id+": write that", spelling)
		}
	}
	notWords := regexp.MustCompile(`[^A-Za-z0-9]+`)
	seen := map[string]bool{}
	for title, ids := range names.Called() {
		for _, spelling := range []string{title, title + " License", "The " + title + " licence"} {
			word := "LicenseRef-" + strings.Trim(notWords.ReplaceAllString(spelling, "-"), "-")
			e, err := names.Parse(word)
			if err == nil { // it is the name
				require.Contains(t, ids, e.String(), word)
				continue
			}
			require.True(t, slices.ContainsFunc(ids, func(id string) bool { return strings.Contains(err.Error(), "of "+id+":") }), "%s: %v %s", word, ids, err)
		}
		for _, id := range ids {
			seen[id] = true
		}
	}
	for _, id := range names.All() {
		require.True(t, seen[id], "%s has no title", id)
	}
}

func TestHonestNamesOfOnesOwn(t *testing.T) {
	for _, own := range []string{
		"Acme-Studio", "Attribution-House", "My-Remix-Terms", "Free", "Remix", "Anything", "Commons", "Byte", "Bydesign", "Byline-4", "CC-Studio",
		"General-Terms", "Public-Library", "Mozart-2.0", "Apache-Helicopters", "MIT-Media-Lab", "Gemmas-Kitchen", "Llama-Farm", "Open-Studio", "Zero",
		"Artistic-2.0", "GPL-Shop", "Databases", "Font-House-1.1", "Dedication", "Share-Alike-Club", "Non-Commercial", "CC-BY-NC-House", "Clause-3",
	} {
		_, err := names.Parse("LicenseRef-" + own)
		require.NoError(t, err)
	}
}

// Names that stand beside what titles end with: a date, a country, public, a short name.
func TestHonestNamesNearTitles(t *testing.T) {
	for _, own := range []string{
		"January-Sessions", "January-2004", "26-February-2007", "June-1991", "By-4-January-2004", "By-29-June-2007", "Apache-Nation-January-2004",
		"Mozart-2.0-January-2004", "Germany", "Germany-Archive", "By-Germany", "Archive-3.0-Germany", "House-of-France", "Made-in-Taiwan", "Scotland",
		"Universal-Music-Pack", "International-Public-Library", "Public", "Public-Germany", "By-Public", "By-the-Public", "CC-Public", "Or-Any-Later-Version",
		"Version-3", "Later-or-Never", "Free-Art-Fair", "Llama-Llama", "Bye-Bye", "By-By", "MIT-Sloan", "Font-OFL-House", "BSD-4", "BSD-30", "B-Sides-3",
		"Creative-Commons-Cafe", "CC-Records", "No-Derivative-Works", "Foundation-2.0", "Dated-May-19-2022", "Release-Date-July-18-2023",
	} {
		_, err := names.Parse("LicenseRef-" + own)
		require.NoError(t, err, own)
	}
}

// A port is refused whether its country is a code or a name, and only where there are ports.
func TestPortsByTheNameOfTheCountry(t *testing.T) {
	for id, titles := range names.Ported() {
		for _, title := range titles {
			for _, country := range append([]string{"DE", "IGO"}, names.Jurisdictions...) {
				word := "LicenseRef-" + strings.ReplaceAll(title+" "+country, " ", "-")
				_, err := names.Parse(word)
				require.ErrorContains(t, err, "another spelling of "+id+": write that", word)
			}
		}
	}
	for _, own := range []string{"Archive-3.0", "LAL", "Zero", "Public"} {
		for _, country := range names.Jurisdictions {
			_, err := names.Parse("LicenseRef-" + strings.ReplaceAll(own+"-"+country, " ", "-"))
			require.NoError(t, err)
		}
	}
}

// What is folded folds to itself, so a name cannot be hidden by folding twice.
func TestFoldingIsIdempotent(t *testing.T) {
	parts := []string{
		"license", "lic", "ense", "v", "version", "the", "gnu", "0", "1", "00", "3.0", "-", ".", "GPL", "attribution", "noderivs", "noderivative", "works", "creative", "commons", "A",
	}
	rapid.Check(t, func(t *rapid.T) {
		word := strings.Join(rapid.SliceOfN(rapid.SampledFrom(parts), 0, 12).Draw(t, "parts"), "")
		folded := names.Fold(word)
		require.Equal(t, folded, names.Fold(folded), word)
		require.Equal(t, folded, names.Fold(strings.ToUpper(word)))
	})
	require.Equal(t, "gpl3", names.Fold("The GNU GPL, Version 3.0.0"))
	require.Equal(t, "gpl3", names.Fold("G-P-L-v3-lilicensecense"))
	require.Equal(t, "cc0.1", names.Fold("CC0-1.0"))
}

func TestWhoseTextAnAddressIs(t *testing.T) {
	for uri, ids := range map[string][]string{
		"https://creativecommons.org/licenses/by-sa/4.0/legalcode.de": {"CC-BY-SA-4.0"},
		"http://www.CreativeCommons.org/licenses/by/3.0/de/":          {"CC-BY-3.0"},
		"https://creativecommons.org/publicdomain/zero/1.0/":          {"CC0-1.0"},
		"https://www.gnu.org/licenses/gpl-3.0.en.html#section1":       {"GPL-3.0-or-later", "GPL-3.0-only"},
		"https://spdx.org/licenses/GPL-3.0-only.html":                 {"GPL-3.0-only"},
		"https://spdx.org/licenses/CC-BY-4.0":                         {"CC-BY-4.0"},
		"https://opensource.org/licenses/MIT":                         {"MIT"},
		"https://opensource.org/license/bsd-3-clause?x":               {"BSD-3-Clause"},
		"https://www.mozilla.org/en-US/MPL/2.0/":                      {"MPL-2.0"},
		"https://www.apache.org/licenses/LICENSE-2.0.txt":             {"Apache-2.0"},
		"https://openfontlicense.org":                                 {"OFL-1.1"},
		"https://example.org/licenses/MIT":                            nil,
		"https://creativecommons.org/licenses/":                       nil,
		"https://creativecommons.org/licenses/by/4.01":                nil,
		"https://gnu.org/licenses/gpl-faq.html":                       nil,
		"":                                                            nil,
	} {
		require.Equal(t, ids, slices.Compact(names.TextAt(uri)), uri)
	}
	for address, ids := range names.Addresses() {
		for _, id := range ids {
			l, valid := names.ReadValid(id)
			require.Equal(t, !strings.Contains(id, "-2.1") || strings.Contains(id, "LGPL"), valid && l.Known(), id)
			require.True(t, !valid || !l.Known() || l.Names("https://"+address), address)
		}
		require.False(t, read(t, "LicenseRef-A").Names("https://www."+address+"/"), address)
	}
	require.True(t, read(t, "LicenseRef-A").Names("https://example.org/a.txt"))
	require.True(t, read(t, "LicenseRef-A AND MIT").Names("https://opensource.org/licenses/MIT"))
	require.True(t, read(t, "CC-BY-3.0-DE").Names("https://creativecommons.org/licenses/by/3.0/de/"))
	require.False(t, read(t, "CC-BY-NC-4.0").Names("https://creativecommons.org/licenses/by/4.0/"))
}
