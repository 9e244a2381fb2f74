package names_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/license/names"
)

func TestCanonicalSpelling(t *testing.T) {
	for written, want := range map[string]string{
		"mit": "MIT", "Mit": "MIT", "apache-2.0": "Apache-2.0", "cc-by-sa-4.0": "CC-BY-SA-4.0", "cc0-1.0": "CC0-1.0", "CC0": "CC0-1.0",
		"GPL-3.0": "GPL-3.0-only", "gpl-3.0+": "GPL-3.0-or-later", "GPL-2.0": "GPL-2.0-only", "GPL-2.0+": "GPL-2.0-or-later",
		"AGPL-3.0": "AGPL-3.0-only", "AGPL-3.0+": "AGPL-3.0-or-later", "LGPL-2.1": "LGPL-2.1-only", "LGPL-2.1+": "LGPL-2.1-or-later",
		"LGPL-3.0": "LGPL-3.0-only", "LGPL-3.0+": "LGPL-3.0-or-later", "gpl-3.0-OR-LATER": "GPL-3.0-or-later",
		"FAL": "LAL-1.3", "fal-1.3": "LAL-1.3", "odbl": "ODbL-1.0", "ODC-by": "ODC-By-1.0", "pddl": "PDDL-1.0",
		"cc-by-sa-3.0-de": "CC-BY-SA-3.0-DE", "CC-BY-3.0-igo": "CC-BY-3.0-IGO",
		"licenseref-llama-2-community": "LicenseRef-Llama-2-Community",
		"LicenseRef-Llama-3.1":         "LicenseRef-Llama-3.1-Community", "LICENSEREF-gemma": "LicenseRef-Gemma",
		"licenseref-My.Terms-1": "LicenseRef-My.Terms-1", "documentref-x:licenseref-My": "DocumentRef-x:LicenseRef-My",
		"apache-2.0 with llvm-EXCEPTION": "Apache-2.0 WITH LLVM-exception", "  mit   and  (bsd-3-clause) ": "MIT AND BSD-3-Clause",
		"(mit and isc-1) or": "", "MIT OR (Apache-2.0 AND BSD-2-Clause)": "MIT OR Apache-2.0 AND BSD-2-Clause",
		"(MIT OR Apache-2.0) AND BSD-2-Clause": "(MIT OR Apache-2.0) AND BSD-2-Clause",
		"(MIT AND MIT) AND CC0-1.0":            "MIT AND MIT AND CC0-1.0",
		"MIT or (GPL-2.0+ OR FAL)":             "MIT OR GPL-2.0-or-later OR LAL-1.3",
	} {
		got, err := names.Canonical(written)
		require.Equal(t, want != "", err == nil, "%q: %v", written, err)
		require.Equal(t, want, got, written)
	}
}

func TestRefused(t *testing.T) {
	for written, sentence := range map[string]string{
		"": "is empty", " ": "is empty", "()": "a licence id is expected", "(MIT": "a parenthesis is not closed",
		"MIT)":           `")" is not expected`,
		"MIT Apache-2.0": `"Apache-2.0" is not expected`, "MIT AND": "a licence id is expected", "AND MIT": `where "AND" stands`,
		"MIT OR OR MIT": `where "OR" stands`, "with": `where "with" stands`, "MIT WITH": "does not know the exception",
		strings.Repeat("A", 257): "at most 256", strings.Repeat("(", 9) + "MIT" + strings.Repeat(")", 9): "nested too deep",
		"NONE": "NONE is no licence", "noassertion": "NOASSERTION is no licence", "MIT AND NONE": "NONE is no licence",
		"Artistic-2.0":    "the chain does not know Artistic-2.0: write LicenseRef-Artistic-2.0",
		"CC-BY-SA-9.9":    "the chain does not know CC-BY-SA-9.9",
		"CC-BY-SA-2.1":    "the chain does not know CC-BY-SA-2.1",
		"CC-BY-SA-NC-4.0": "the chain does not know", "CC-BY": "the chain does not know", "CC-BY-4.0-DE": "the chain does not know",
		"CC-BY-3.0-D": "the chain does not know", "CC-BY-3.0-DEUX": "the chain does not know", "CC-BY-3.0-D1": "the chain does not know",
		"Apache-2.0+": "the chain does not know Apache-2.0+", "ISC+": "write LicenseRef-ISC",
		"GPLv3": "the chain does not know GPLv3: write GPL-3.0-only if you mean that", "Apache2": "write Apache-2.0",
		"LicenseRef-": "a licence id is expected", "LicenseRef-a_b": "a licence id is expected", "MÏT": "a licence id is expected",
		"LicenseRef-MIT-Licence": "of MIT", "LicenseRef-GPL-3": "of GPL-3.0-only", "LicenseRef-CC-BY-3.0-igo": "of CC-BY-3.0",
		"LicenseRef-MIT": "LicenseRef-MIT is another spelling of MIT", "LicenseRef-The-MIT-License": "of MIT", "licenseref-m.i.t": "of MIT",
		"LicenseRef-CC-BY-4": "of CC-BY-4.0", "LicenseRef-ccby4.0": "of CC-BY-4.0", "LicenseRef-CC-BY-3.0-de": "of CC-BY-3.0",
		"LicenseRef-CC-BY-SA-2.1": "of CC-BY-SA-2.1", "LicenseRef-GPLv3": "of GPL-3.0-only",
		"LicenseRef-GNU-GPL-version3": "of GPL-3.0-only",
		"LicenseRef-GPL3-or-later":    "of GPL-3.0-or-later", "LicenseRef-FAL": "of LAL-1.3",
		"LicenseRef-cc-0": "of CC0-1.0", "LicenseRef-cc0-1": "of CC0-1.0",
		"LicenseRef-llama2": "of LicenseRef-Llama-2-Community", "DocumentRef-a:LicenseRef-Gemma": "of LicenseRef-Gemma",
		"LicenseRef-Apache-2": "of Apache-2.0", "LicenseRef-bsd3clause": "of BSD-3-Clause",
		"GPL-3.0-only WITH Autoconf-exception-3.0": "does not know the exception", "MIT WITH LLVM-exception": "not to MIT",
		"GPL-2.0-only WITH GCC-exception-3.1": "not to GPL-2.0-only", "LicenseRef-A WITH LLVM-exception": "not to LicenseRef-A",
		"(GPL-2.0-only) WITH Classpath-exception-2.0":    `"WITH" is not expected`,
		strings.Repeat("GPL-2.0+ OR ", 21) + "MIT":       "when written out",
		"FAL AND LicenseRef-" + strings.Repeat("A", 234): "when written out",
	} {
		_, err := names.Parse(written)
		require.ErrorContains(t, err, sentence, written)
	}
	for _, own := range []string{
		"LicenseRef-A", "LicenseRef-MIT-Style-2", "LicenseRef-CC-BY-like",
		"LicenseRef-CC-BY-SA-9.9", "LicenseRef-0", "LicenseRef-.",
		"LicenseRef-CC", "LicenseRef-MITv", "LicenseRef-MIT-de", "LicenseRef-CC-BY-4.0-DE", "LicenseRef-CC-BY-3.0-a",
		"LicenseRef-CC-BY-3.0-abcd",
		"LicenseRef-CC-BY-3.0-1x", "LicenseRef-de", "LicenseRef-0-0", "LicenseRef-v-1", strings.Repeat("(",
			8) + "MIT" + strings.Repeat(")", 8),
		"LicenseRef-" + strings.Repeat("A", 245), "FAL AND LicenseRef-" + strings.Repeat("A", 233),
	} {
		_, err := names.Parse(own)
		require.NoError(t, err, own)
	}
}

func TestAlternativesAreNoTerms(t *testing.T) {
	for _, s := range []string{"MIT OR Apache-2.0", "MIT AND (Apache-2.0 OR BSD-2-Clause)"} {
		_, err := names.Read(s)
		require.ErrorIs(t, err, names.ErrAlternatives, s)
		require.ErrorContains(t, err, "offer each as terms of their own", s)
	}
	_, err := names.Read("NONE")
	require.ErrorContains(t, err, "no licence")
}

// anyExpression draws an expression in its canonical spelling.
func anyExpression(t *rapid.T, depth int) string {
	ids := []string{"LicenseRef-A", "LicenseRef-b.C-1", "GPL-2.0-only WITH Classpath-exception-2.0", "CC-BY-SA-3.0-DE"}
	for id := range texts {
		if !strings.Contains(id, " AND ") {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	one := rapid.SampledFrom(ids).Draw(t, "id")
	if depth == 0 || rapid.Bool().Draw(t, "leaf") {
		return one
	}
	operand := anyExpression(t, depth-1)
	if rapid.Bool().Draw(t, "or") {
		return one + " OR " + operand
	}
	if strings.Contains(operand, " OR ") && !strings.HasPrefix(operand, "(") {
		operand = "(" + operand + ")"
	}
	return one + " AND " + operand
}

// Reading and writing changes nothing, and neither does the case of known names.
func TestCanonicalIsAFixedPoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyExpression(t, 3)
		if len(s) > names.MaxBytes {
			return
		}
		once, err := names.Canonical(s)
		require.NoError(t, err, s)
		again, err := names.Canonical(once)
		require.NoError(t, err, once)
		require.Equal(t, once, again)
		if !strings.Contains(s, "LicenseRef-A") && !strings.Contains(s, "LicenseRef-b") {
			lower, err := names.Canonical(strings.ToLower(s))
			require.NoError(t, err, s)
			require.Equal(t, once, lower)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"MIT", "(MIT OR LicenseRef-A) AND GPL-2.0+ WITH Classpath-exception-2.0", "((",
		"DocumentRef-a:LicenseRef-b", "CC-BY-3.0-DE+", ")) WITH",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once, err := names.Canonical(s)
		if err != nil {
			return
		}
		require.LessOrEqual(t, len(once), names.MaxBytes)
		again, err := names.Canonical(once)
		require.NoError(t, err)
		require.Equal(t, once, again)
		if l, err := names.Read(s); err == nil {
			require.Equal(t, once, l.String())
			facts, known := l.Facts()
			require.Equal(t, known && facts.Derivatives != names.None && l.Known() && !strings.Contains(once, " AND "),
				known && l.Known() && !strings.Contains(once, " AND ") && l.Becomes(l))
		}
	})
}

// ReadValid says of what is valid what Read does, and of nothing else that it is.
func TestReadValid(t *testing.T) {
	for _, s := range []string{
		"MIT", "LicenseRef-Mine", "LicenseRef-Mine AND MIT", "(LicenseRef-Mine)", "MIT AND Apache-2.0", "LicenseRef-Gemma",
		"GPL-2.0-only WITH Classpath-exception-2.0",
	} {
		want, err := names.Read(s)
		got, valid := names.ReadValid(s)
		require.Equal(t, err == nil, valid, s)
		require.Equal(t, want, got, s)
	}
	for _, s := range []string{"", "No-Such-1.0", "MIT OR Apache-2.0"} {
		_, valid := names.ReadValid(s)
		require.False(t, valid, s)
	}
}
