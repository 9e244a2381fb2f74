package names_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/license/names"
)

// pairs says which licences derivatives may have, by the texts and their authors:
// after the arrow those that they may have, after the bar some that they may not.
const pairs = `
CC-BY-SA-1.0    -> CC-BY-SA-1.0 | CC-BY-SA-2.0 CC-BY-SA-4.0 CC-BY-SA-1.0-FI GPL-3.0-only
CC-BY-SA-2.0    -> CC-BY-SA-2.0 CC-BY-SA-2.5 CC-BY-SA-3.0 CC-BY-SA-4.0 CC-BY-SA-2.0-UK CC-BY-SA-3.0-DE | CC-BY-SA-1.0 CC-BY-4.0 CC-BY-NC-SA-2.0 LAL-1.3
CC-BY-SA-2.1-JP -> CC-BY-SA-2.1-JP CC-BY-SA-2.5 CC-BY-SA-4.0 | CC-BY-SA-2.0
CC-BY-SA-3.0    -> CC-BY-SA-3.0 CC-BY-SA-4.0 CC-BY-SA-3.0-DE | CC-BY-SA-2.5 GPL-3.0-only LAL-1.3 CC0-1.0
CC-BY-SA-3.0-DE -> CC-BY-SA-3.0-DE CC-BY-SA-3.0 CC-BY-SA-4.0 | CC-BY-SA-2.0
CC-BY-SA-4.0    -> CC-BY-SA-4.0 GPL-3.0-only LAL-1.3 | GPL-3.0-or-later GPL-2.0-only AGPL-3.0-only LGPL-3.0-only CC-BY-SA-3.0 CC-BY-4.0 CC-BY-NC-SA-4.0 ODbL-1.0 LicenseRef-A
CC-BY-NC-SA-1.0 -> CC-BY-NC-SA-1.0 | CC-BY-NC-SA-4.0
CC-BY-NC-SA-2.0 -> CC-BY-NC-SA-2.5 CC-BY-NC-SA-4.0 | CC-BY-SA-4.0 CC-BY-NC-4.0 CC-BY-NC-SA-1.0
CC-BY-NC-SA-4.0 -> CC-BY-NC-SA-4.0 | CC-BY-NC-SA-3.0 GPL-3.0-only LAL-1.3 CC-BY-SA-4.0
LAL-1.3         -> LAL-1.3 CC-BY-SA-4.0 | CC-BY-SA-3.0 GPL-3.0-only MIT
CC-BY-ND-4.0    -> | CC-BY-ND-4.0 CC-BY-4.0 CC0-1.0 LicenseRef-A
CC-BY-NC-ND-2.0 -> | CC-BY-NC-ND-2.0
CC-BY-4.0       -> CC-BY-4.0 CC-BY-SA-4.0 CC-BY-ND-4.0 CC-BY-1.0 CC0-1.0 MIT GPL-2.0-only GPL-3.0-only LicenseRef-A |
CC0-1.0         -> MIT GPL-2.0-only LicenseRef-Gemma LicenseRef-A |
PDDL-1.0        -> ODbL-1.0 MIT |
ODC-By-1.0      -> ODC-By-1.0 ODbL-1.0 CC-BY-4.0 |
ODbL-1.0        -> ODbL-1.0 | ODC-By-1.0 CC-BY-SA-4.0 CC0-1.0
MIT             -> MIT BSD-2-Clause Apache-2.0 MPL-2.0 GPL-2.0-only GPL-3.0-or-later AGPL-3.0-only CC-BY-SA-4.0 OFL-1.1 LicenseRef-A |
BSD-2-Clause    -> MIT GPL-2.0-only LicenseRef-A |
BSD-3-Clause    -> MIT GPL-2.0-only LicenseRef-A |
Apache-2.0      -> Apache-2.0 MIT GPL-3.0-only GPL-3.0-or-later AGPL-3.0-only LGPL-3.0-only MPL-2.0 LicenseRef-A | GPL-2.0-only GPL-2.0-or-later LGPL-2.1-only LGPL-2.1-or-later
MPL-2.0         -> MPL-2.0 GPL-2.0-only GPL-2.0-or-later GPL-3.0-only GPL-3.0-or-later LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later AGPL-3.0-only AGPL-3.0-or-later | MIT Apache-2.0 CC-BY-SA-4.0 LicenseRef-A
LGPL-2.1-only     -> LGPL-2.1-only GPL-2.0-only GPL-2.0-or-later GPL-3.0-only GPL-3.0-or-later | LGPL-2.1-or-later LGPL-3.0-only AGPL-3.0-only MIT
LGPL-2.1-or-later -> LGPL-2.1-or-later LGPL-2.1-only LGPL-3.0-only LGPL-3.0-or-later GPL-2.0-only GPL-2.0-or-later GPL-3.0-only GPL-3.0-or-later | AGPL-3.0-only MPL-2.0
LGPL-3.0-only     -> LGPL-3.0-only GPL-3.0-only | GPL-3.0-or-later LGPL-3.0-or-later GPL-2.0-only GPL-2.0-or-later LGPL-2.1-only
LGPL-3.0-or-later -> LGPL-3.0-or-later LGPL-3.0-only GPL-3.0-only GPL-3.0-or-later | GPL-2.0-only LGPL-2.1-only
GPL-2.0-only      -> GPL-2.0-only | GPL-2.0-or-later GPL-3.0-only LGPL-2.1-only Apache-2.0 AGPL-3.0-only MIT
GPL-2.0-or-later  -> GPL-2.0-or-later GPL-2.0-only GPL-3.0-only GPL-3.0-or-later | LGPL-3.0-only AGPL-3.0-only Apache-2.0
GPL-3.0-only      -> GPL-3.0-only | GPL-3.0-or-later GPL-2.0-only AGPL-3.0-only CC-BY-SA-4.0 LGPL-3.0-only
GPL-3.0-or-later  -> GPL-3.0-or-later GPL-3.0-only | GPL-2.0-only GPL-2.0-or-later AGPL-3.0-or-later
AGPL-3.0-only     -> AGPL-3.0-only | GPL-3.0-only AGPL-3.0-or-later
AGPL-3.0-or-later -> AGPL-3.0-or-later AGPL-3.0-only | GPL-3.0-or-later
OFL-1.1           -> OFL-1.1 | MIT GPL-3.0-only CC-BY-SA-4.0
LicenseRef-Llama-2-Community   -> LicenseRef-Llama-2-Community LicenseRef-A | MIT CC-BY-4.0 Apache-2.0 LicenseRef-Llama-3-Community
LicenseRef-Llama-3.1-Community -> LicenseRef-Llama-3.1-Community | LicenseRef-Llama-3-Community MIT
LicenseRef-Gemma               -> LicenseRef-Gemma LicenseRef-A | Apache-2.0 LicenseRef-OpenRAIL-M
LicenseRef-OpenRAIL-M          -> LicenseRef-OpenRAIL-M LicenseRef-A | MIT LicenseRef-CreativeML-OpenRAIL-M CC0-1.0
LicenseRef-A                   -> LicenseRef-A | LicenseRef-B MIT CC0-1.0
`

// exceptionPairs are the same for licences with exceptions, and several at once;
// commas part them.
const exceptionPairs = `
GPL-2.0-only WITH Classpath-exception-2.0     -> GPL-2.0-only WITH Classpath-exception-2.0, GPL-2.0-only | GPL-2.0-or-later, GPL-3.0-only
GPL-2.0-or-later WITH Classpath-exception-2.0 -> GPL-2.0-only WITH Classpath-exception-2.0, GPL-3.0-only | GPL-3.0-only WITH GCC-exception-3.1
GPL-3.0-only                    -> GPL-3.0-only AND MIT, GPL-3.0-only AND AGPL-3.0-only, CC0-1.0 AND GPL-3.0-only | GPL-3.0-only WITH GCC-exception-3.1, GPL-3.0-only AND GPL-2.0-only, GPL-3.0-only AND LicenseRef-A
AGPL-3.0-only                   -> GPL-3.0-only AND AGPL-3.0-only, AGPL-3.0-only AND GPL-2.0-or-later | GPL-2.0-only AND AGPL-3.0-only, AGPL-3.0-only AND CC-BY-SA-4.0
MIT                             -> GPL-2.0-only WITH Classpath-exception-2.0 |
Apache-2.0 WITH LLVM-exception  -> GPL-2.0-only, GPL-2.0-or-later, LGPL-2.1-only, Apache-2.0, MIT |
Apache-2.0                      -> Apache-2.0 WITH LLVM-exception | GPL-2.0-only WITH Classpath-exception-2.0, MIT AND GPL-2.0-only
CC-BY-SA-4.0                    -> GPL-3.0-only AND AGPL-3.0-only, CC-BY-SA-4.0 AND CC-BY-4.0 | CC-BY-SA-4.0 AND CC-BY-NC-SA-4.0, CC-BY-SA-4.0 AND LicenseRef-A
CC-BY-SA-4.0 AND GPL-3.0-only   -> GPL-3.0-only | CC-BY-SA-4.0
GPL-3.0-only AND AGPL-3.0-only  -> GPL-3.0-only AND AGPL-3.0-only, AGPL-3.0-only AND GPL-3.0-only | GPL-3.0-only, AGPL-3.0-only
MIT AND CC-BY-ND-4.0            -> | MIT AND CC-BY-ND-4.0
LicenseRef-Gemma                -> LicenseRef-Gemma AND LicenseRef-A | LicenseRef-Gemma AND CC-BY-SA-4.0 AND GPL-2.0-only
LicenseRef-A                    -> LicenseRef-A AND MIT | LicenseRef-A AND LicenseRef-B
`

func TestWhatDerivativesMayBeOfferedUnder(t *testing.T) {
	checked := 0
	check := func(table string, split func(string) []string) {
		for _, line := range strings.Split(strings.TrimSpace(table), "\n") {
			from, rest, _ := strings.Cut(line, "->")
			yes, no, _ := strings.Cut(rest, "|")
			for i, list := range []string{yes, no} {
				for _, to := range split(list) {
					require.Equal(t, i == 0, read(t, strings.TrimSpace(from)).Becomes(read(t, to)), "%s to %s", from, to)
					checked++
				}
			}
		}
	}
	check(pairs, strings.Fields)
	check(exceptionPairs, func(list string) []string {
		var all []string
		for _, s := range strings.Split(list, ",") {
			if s = strings.TrimSpace(s); s != "" {
				all = append(all, s)
			}
		}
		return all
	})
	require.Greater(t, checked, 200)
}

func TestWhichGoTogether(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"GPL-3.0-only", "AGPL-3.0-only", true},
		{"GPL-2.0-or-later", "AGPL-3.0-or-later", true},
		{"GPL-2.0-only", "AGPL-3.0-only", false},
		{"GPL-2.0-only", "GPL-3.0-only", false},
		{"GPL-2.0-or-later", "GPL-3.0-or-later", true},
		{"LGPL-2.1-only", "GPL-2.0-only", true},
		{"LGPL-2.1-only", "LGPL-3.0-or-later", true}, // both may become GPL-3.0
		{"MPL-2.0", "CC-BY-SA-4.0", true},
		{"CC-BY-SA-3.0", "LAL-1.3", true}, // both may become BY-SA 4.0
		{"LGPL-3.0-only", "AGPL-3.0-only", true},
		{"LGPL-3.0-only", "GPL-2.0-only", false},
		{"Apache-2.0", "GPL-2.0-only", false},
		{"Apache-2.0", "GPL-3.0-only", true},
		{"Apache-2.0 WITH LLVM-exception", "GPL-2.0-only", true},
		{"CC-BY-SA-4.0", "LAL-1.3", true},
		{"CC-BY-SA-4.0", "GPL-3.0-only", true},
		{"CC-BY-SA-4.0", "AGPL-3.0-only", true},
		{"LAL-1.3", "GPL-3.0-only", false},
		{"CC-BY-SA-1.0", "CC-BY-SA-4.0", false},
		{"CC-BY-SA-2.0", "CC-BY-SA-4.0", true},
		{"CC-BY-SA-4.0", "CC-BY-NC-SA-4.0", false},
		{"MPL-2.0", "AGPL-3.0-only", true},
		{"MPL-2.0 AND MIT", "GPL-2.0-only", true},
		{"MPL-2.0 AND Apache-2.0", "GPL-2.0-only", false},
		{"LicenseRef-A", "LicenseRef-A", true},
		{"LicenseRef-A", "CC-BY-SA-4.0", false},
		{"LicenseRef-Gemma", "CC-BY-SA-4.0", false},
		{"MIT", "LicenseRef-Gemma", true},
	} {
		require.Equal(t, c.want, names.Together(read(t, c.a), read(t, c.b)), "%s with %s", c.a, c.b)
		require.Equal(t, c.want, names.Together(read(t, c.b), read(t, c.a)), "%s with %s", c.b, c.a)
	}
}

// What licences of one family become, they become over steps too. Across authors
// that does not hold: FAL 1.3 goes to BY-SA 4.0 and that to GPL-3.0, FAL does not.
func TestBecoming(t *testing.T) {
	var single, families []string
	for id := range texts {
		if !strings.Contains(id, " ") {
			single = append(single, id)
			if strings.Contains(id, "GPL-") || strings.HasPrefix(id, "CC-") {
				families = append(families, id)
			}
		}
	}
	for _, a := range single {
		facts, _ := read(t, a).Facts()
		require.Equal(t, facts.Derivatives != names.None, read(t, a).Becomes(read(t, a)), a)
		for _, b := range single {
			if facts.Derivatives == names.ShareAlike && read(t, a).Becomes(read(t, b)) {
				kept, _ := read(t, b).Facts()
				require.Equal(t, names.ShareAlike, kept.Derivatives, "%s to %s", a, b)
				require.Equal(t, facts.Commercial, kept.Commercial, "%s to %s", a, b)
				require.True(t, kept.NoFurther, "%s to %s", a, b)
			}
		}
	}
	for _, a := range families {
		if facts, _ := read(t, a).Facts(); facts.Derivatives != names.ShareAlike {
			continue
		}
		for _, b := range families {
			for _, c := range families {
				if strings.Contains(a, "GPL-") != strings.Contains(c, "GPL-") {
					continue
				}
				if read(t, a).Becomes(read(t, b)) && read(t, b).Becomes(read(t, c)) {
					require.True(t, read(t, a).Becomes(read(t, c)), "%s to %s to %s", a, b, c)
				}
			}
		}
	}
}

// Sources that go together pair by pair have a licence that all may become, or
// several side by side: so a refusal names two sources.
func TestWhatGoesTogetherHasALicence(t *testing.T) {
	var copyleft []string
	for id := range texts {
		if facts, _ := read(t, id).Facts(); facts.Derivatives == names.ShareAlike && !strings.Contains(id, " AND ") {
			copyleft = append(copyleft, id)
		}
	}
	candidates := append([]string{"GPL-3.0-only AND AGPL-3.0-only"}, copyleft...)
	licences := map[string]names.Licence{}
	for _, id := range candidates {
		licences[id] = read(t, id)
	}
	slices.Sort(copyleft) // the draws of a seed are the same then
	rapid.Check(t, func(t *rapid.T) {
		sources := rapid.SliceOfN(rapid.SampledFrom(copyleft), 1, 4).Draw(t, "sources")
		together := true
		for i, a := range sources {
			for _, b := range sources[:i] {
				together = together && names.Together(licences[a], licences[b])
			}
		}
		found := false
		for _, to := range candidates {
			all := true
			for _, s := range sources {
				all = all && licences[s].Becomes(licences[to])
			}
			found = found || all
		}
		require.Equal(t, together, found, sources)
	})
}

func TestInstead(t *testing.T) {
	require.Equal(t, []string{"GPL-3.0-only", "LAL-1.3"}, read(t, "CC-BY-SA-4.0").Instead())
	require.Equal(t, []string{"CC-BY-SA-2.5", "CC-BY-SA-3.0", "CC-BY-SA-4.0"}, read(t, "CC-BY-SA-2.0").Instead())
	require.Empty(t, read(t, "CC-BY-SA-1.0").Instead())
	require.Equal(t, []string{"GPL-3.0-only"}, read(t, "GPL-3.0-or-later").Instead())
	for _, free := range []string{"MIT", "CC-BY-4.0", "CC-BY-ND-4.0", "LicenseRef-A", "LicenseRef-Gemma"} {
		require.Empty(t, read(t, free).Instead(), free)
	}
}
