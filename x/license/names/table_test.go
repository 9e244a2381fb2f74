package names_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/license/names"
)

// said writes facts in short: c commercial, a attribution, then what may be made
// (+ anything, = the same, ~ the same but for what only includes it, - nothing), n no
// further restrictions, f free, i irrevocable, t no training, u passes on limits of use.
func said(f names.Facts) string {
	var b strings.Builder
	add := func(is bool, letter string) {
		if is {
			b.WriteString(letter)
		}
	}
	add(f.Commercial, "c")
	add(f.Attribution, "a")
	switch {
	case f.Derivatives == names.Allowed:
		b.WriteString("+")
	case f.Derivatives == names.ShareAlike && f.Weak:
		b.WriteString("~")
	case f.Derivatives == names.ShareAlike:
		b.WriteString("=")
	default:
		b.WriteString("-")
	}
	add(f.NoFurther, "n")
	add(f.Free, "f")
	add(f.Irrevocable, "i")
	add(f.NoTraining, "t")
	add(f.PassesOn, "u")
	return b.String()
}

// texts is written by hand from the licences' texts, in the letters of said.
var texts = map[string]string{
	"CC0-1.0": "c+nfi", "CC-PDM-1.0": "c+nfi", "PDDL-1.0": "c+nfi",
	"CC-BY-1.0": "ca+nfi", "CC-BY-2.0": "ca+nfi", "CC-BY-2.5": "ca+nfi", "CC-BY-3.0": "ca+nfi", "CC-BY-4.0": "ca+nfi",
	"CC-BY-SA-1.0": "ca=nfi", "CC-BY-SA-2.0": "ca=nfi", "CC-BY-SA-2.5": "ca=nfi", "CC-BY-SA-3.0": "ca=nfi", "CC-BY-SA-4.0": "ca=nfi",
	"CC-BY-NC-1.0": "a+nfi", "CC-BY-NC-2.0": "a+nfi", "CC-BY-NC-2.5": "a+nfi", "CC-BY-NC-3.0": "a+nfi", "CC-BY-NC-4.0": "a+nfi",
	"CC-BY-ND-1.0": "ca-nfi", "CC-BY-ND-2.0": "ca-nfi", "CC-BY-ND-2.5": "ca-nfi", "CC-BY-ND-3.0": "ca-nfi", "CC-BY-ND-4.0": "ca-nfi",
	"CC-BY-NC-SA-1.0": "a=nfi", "CC-BY-NC-SA-2.0": "a=nfi", "CC-BY-NC-SA-2.5": "a=nfi", "CC-BY-NC-SA-3.0": "a=nfi",
	"CC-BY-NC-SA-4.0": "a=nfi",
	"CC-BY-NC-ND-1.0": "a-nfi", "CC-BY-NC-ND-2.0": "a-nfi", "CC-BY-NC-ND-2.5": "a-nfi", "CC-BY-NC-ND-3.0": "a-nfi",
	"CC-BY-NC-ND-4.0": "a-nfi",
	"CC-BY-SA-3.0-DE": "ca=nfi", "CC-BY-NC-2.0-UK": "a+nfi", "CC-BY-3.0-IGO": "ca+nfi", "CC-BY-SA-2.1-JP": "ca=nfi",
	"MIT": "ca+fi", "BSD-2-Clause": "ca+fi", "BSD-3-Clause": "ca+fi", "Apache-2.0": "ca+fi",
	"Apache-2.0 WITH LLVM-exception": "ca+fi", "ODC-By-1.0": "ca+nfi", "ODbL-1.0": "ca=nfi",
	"MPL-2.0": "ca~nfi", "LGPL-2.1-only": "ca~nfi", "LGPL-2.1-or-later": "ca~nfi", "LGPL-3.0-only": "ca~nfi", "LGPL-3.0-or-later": "ca~nfi",
	"GPL-2.0-only": "ca=nfi", "GPL-2.0-or-later": "ca=nfi", "GPL-3.0-only": "ca=nfi", "GPL-3.0-or-later": "ca=nfi",
	"GPL-2.0-only WITH Classpath-exception-2.0": "ca~nfi", "GPL-3.0-or-later WITH GCC-exception-3.1": "ca~nfi",
	"AGPL-3.0-only": "ca=nfi", "AGPL-3.0-or-later": "ca=nfi", "OFL-1.1": "ca~nfi", "LAL-1.3": "ca=nfi",
	"LicenseRef-OpenRAIL-M": "ca+fiu", "LicenseRef-CreativeML-OpenRAIL-M": "ca+fiu", "LicenseRef-BigScience-OpenRAIL-M": "ca+fiu",
	"LicenseRef-Llama-2-Community": "ca+ftu", "LicenseRef-Llama-3-Community": "ca+ftu", "LicenseRef-Llama-3.1-Community": "ca+fu",
	"LicenseRef-Gemma": "ca+fu",
	// Several apply: the strictest of each.
	"MIT AND CC-BY-NC-SA-4.0": "a=nfi", "MIT AND MPL-2.0": "ca~nfi", "MPL-2.0 AND GPL-2.0-only": "ca=nfi",
	"GPL-3.0-only AND CC-BY-ND-4.0": "ca-nfi",
	"CC0-1.0 AND MIT":               "ca+nfi", "MIT AND LicenseRef-Gemma": "ca+fu",
	"LicenseRef-Gemma AND LicenseRef-Llama-2-Community": "ca+ftu",
	"MIT AND LicenseRef-Own":                            "ca+fi", "LicenseRef-Own AND MIT": "ca+fi",
}

func read(t require.TestingT, s string) names.Licence {
	l, err := names.Read(s)
	require.NoError(t, err, s)
	return l
}

func TestFactsAreThoseOfTheTexts(t *testing.T) {
	for id, want := range texts {
		l := read(t, id)
		require.Equal(t, id, l.String())
		facts, known := l.Facts()
		require.True(t, known, id)
		require.Equal(t, want, said(facts), id)
	}
	_, known := read(t, "LicenseRef-Own AND LicenseRef-Other").Facts()
	require.False(t, known)
}

// Each fact names its clause, also where the answer is no.
func TestEveryFactHasAClause(t *testing.T) {
	for id := range texts {
		f, _ := read(t, id).Facts()
		c := f.Clauses
		for _, clause := range []string{c.Commercial, c.Attribution, c.Derivatives, c.NoFurther, c.Free, c.Irrevocable} {
			require.NotEmpty(t, clause, id)
		}
		require.Equal(t, f.NoTraining, c.NoTraining != "", id)
		require.Equal(t, f.PassesOn, c.PassesOn != "", id)
	}
	for id, want := range map[string]names.Clauses{
		"CC-BY-4.0": {
			Commercial: "CC BY 4.0 section 2(a)(1)", Attribution: "CC BY 4.0 section 3(a)", Derivatives: "CC BY 4.0 section 2(a)(1)(B)",
			NoFurther: "CC BY 4.0 section 2(a)(5)(B)", Free: "CC BY 4.0 section 2(a)(1), 2(b)(3)",
			Irrevocable: "CC BY 4.0 section 2(a)(1), 6(c)",
		},
		"CC-BY-NC-SA-2.0": {
			Commercial: "CC BY-NC-SA 2.0 section 4(c)", Attribution: "CC BY-NC-SA 2.0 section 4(d)",
			Derivatives: "CC BY-NC-SA 2.0 section 4(b)",
			NoFurther:   "CC BY-NC-SA 2.0 section 4(a)", Free: "CC BY-NC-SA 2.0 section 3", Irrevocable: "CC BY-NC-SA 2.0 section 7(b)",
		},
		"CC-BY-NC-ND-3.0": {
			Commercial: "CC BY-NC-ND 3.0 section 4(b)", Attribution: "CC BY-NC-ND 3.0 section 4(c)",
			Derivatives: "CC BY-NC-ND 3.0 section 3",
			NoFurther:   "CC BY-NC-ND 3.0 section 4(a)", Free: "CC BY-NC-ND 3.0 section 3", Irrevocable: "CC BY-NC-ND 3.0 section 7(b)",
		},
	} {
		f, _ := read(t, id).Facts()
		require.Equal(t, want, f.Clauses, id)
	}
	for id, want := range map[string]string{"CC-BY-2.0": "CC BY 2.0 section 4(b)", "CC-BY-SA-3.0": "CC BY-SA 3.0 section 4(c)"} {
		f, _ := read(t, id).Facts()
		require.Equal(t, want, f.Clauses.Attribution)
		require.Equal(t, strings.Split(want, "4")[0]+"3", f.Clauses.Commercial)
	}
	lgpl, _ := read(t, "LGPL-3.0-only").Facts()
	require.Equal(t, "LGPL-3.0 section 2, 4", lgpl.Clauses.Derivatives)
	bySA, _ := read(t, "CC-BY-SA-4.0").Facts()
	require.Equal(t, "CC BY-SA 4.0 section 3(b)", bySA.Clauses.Derivatives)
	require.Equal(t, "CC BY-SA 4.0 section 2(a)(5)(C)", bySA.Clauses.NoFurther)
	llama, _ := read(t, "LicenseRef-Llama-3-Community").Facts()
	require.Equal(t, "Llama 3 section 1(b)(v)", llama.Clauses.NoTraining)

	// Merged facts keep the clause of the licence that is stricter, in either order.
	for _, s := range []string{
		"MIT AND CC-BY-NC-SA-4.0 AND LicenseRef-Llama-2-Community",
		"LicenseRef-Llama-2-Community AND CC-BY-NC-SA-4.0 AND MIT",
	} {
		f, _ := read(t, s).Facts()
		require.Equal(t, "CC BY-NC-SA 4.0 section 2(a)(1)", f.Clauses.Commercial, s)
		require.Equal(t, "CC BY-NC-SA 4.0 section 3(b)", f.Clauses.Derivatives, s)
		require.Equal(t, "CC BY-NC-SA 4.0 section 2(a)(5)(C)", f.Clauses.NoFurther, s)
		require.Equal(t, "Llama 2 section 6", f.Clauses.Irrevocable, s)
		require.Equal(t, "Llama 2 section 1(b)(v)", f.Clauses.NoTraining, s)
		require.Equal(t, "Llama 2 section 1(b)(i), 1(b)(iv)", f.Clauses.PassesOn, s)
	}
	f, _ := read(t, "MIT AND BSD-2-Clause").Facts()
	mit, _ := read(t, "MIT").Facts()
	require.Equal(t, mit, f, "of equals the first is named")
	f, _ = read(t, "CC0-1.0 AND MIT").Facts()
	require.Equal(t, "MIT, second paragraph", f.Clauses.Attribution)
}

func TestKinds(t *testing.T) {
	for s, want := range map[string]string{
		"CC-BY-4.0": "known cc", "CC0-1.0": "known cc pd", "PDDL-1.0": "known pd", "MIT": "known", "CC-BY-4.0 AND MIT": "known",
		"CC0-1.0 AND CC-BY-4.0": "known cc", "CC0-1.0 AND PDDL-1.0": "known pd", "LicenseRef-A": "", "LicenseRef-A AND CC0-1.0": "",
		"LicenseRef-Gemma": "known", "CC-BY-SA-2.1-JP": "known cc",
	} {
		l := read(t, s)
		var got []string
		for _, kind := range []struct {
			is   bool
			word string
		}{{l.Known(), "known"}, {l.CreativeCommons(), "cc"}, {l.PublicDomain(), "pd"}} {
			if kind.is {
				got = append(got, kind.word)
			}
		}
		require.Equal(t, want, strings.Join(got, " "), s)
	}
	var none names.Licence
	require.False(t, none.Known() || none.CreativeCommons() || none.PublicDomain() || none.Becomes(none))
	require.False(t, none.Becomes(read(t, "MIT")) || read(t, "MIT").Becomes(none))
}

// All are the licences of the table, each of which is known by its id.
func TestAllAreKnown(t *testing.T) {
	all := names.All()
	require.Subset(t, all, []string{"MIT", "CC-BY-SA-4.0"})
	for _, id := range all {
		known, err := names.Canonical(id)
		require.NoError(t, err)
		require.Equal(t, id, known)
	}
}
