package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Everything that the programs are built from may be used as a release does, by the rules that the chain decides by.
func TestAllDependenciesAreCleared(t *testing.T) {
	t.Chdir("../..")
	list, err := dependencies(programs)
	require.NoError(t, err)
	require.Greater(t, len(list), 250)
	answers, err := decide(list)
	require.NoError(t, err)
	for _, a := range answers {
		require.Equal(t, "allowed", a.verdict)
		require.NotEmpty(t, a.duty)
	}
	notices, err := noticesOf(list)
	require.NoError(t, err)
	again, err := noticesOf(list)
	require.NoError(t, err)
	require.Equal(t, notices, again, "the same modules make the same bytes")
	for _, d := range list {
		require.Contains(t, notices, d.name+" "+d.version+"\n")
		for _, f := range d.files {
			require.Contains(t, notices, d.name+", "+f.name)
		}
	}
	// MPL-2.0 and LGPL-3.0 ask for their own texts beside those of the others.
	for _, text := range []string{"Mozilla Public License Version 2.0", "GNU LESSER GENERAL PUBLIC LICENSE", "GNU GENERAL PUBLIC LICENSE"} {
		require.Contains(t, strings.ReplaceAll(notices, ", version", " Version"), text)
	}
}

// Of go-ethereum the commands are under the GPL, which COPYING would be read as otherwise.
func TestNoCommandOfGoEthereumIsLinked(t *testing.T) {
	t.Chdir("../..")
	for _, build := range builds {
		list, err := goList(build, programs)
		require.NoError(t, err)
		for _, p := range list {
			require.False(t, strings.Contains(p.Dir, "go-ethereum") && strings.Contains(p.Dir, "/cmd"), p.Dir)
		}
	}
}

func TestWhatIsNotCleared(t *testing.T) {
	text, err := os.ReadFile("testdata/MIT.txt")
	require.NoError(t, err)
	mit := dependency{name: "a/fine", version: "v1", files: []document{{"LICENSE", string(text)}}}
	answers, err := decide([]dependency{mit})
	require.NoError(t, err)
	require.Equal(t, []string{"attribution"}, answers[0].owed)

	for _, c := range []struct{ name, text, want string }{
		{"LICENSE", "https://www.gnu.org/licenses/agpl.txt", "a/other (AGPL-3.0) keeps the release from being under Apache-2.0"},
		{"COPYING", "https://www.gnu.org/licenses/gpl-3.0-standalone.html", "a/other (GPL-3.0) keeps the release"},
		{"LICENSE", "https://creativecommons.org/licenses/by-nc/4.0/", "The terms forbid commercial use"},
		{"LICENSE", "https://creativecommons.org/licenses/by-nd/4.0/", "The terms do not allow anything to be made"},
		{"LICENSE", "Buy it from us.", "LICENSE of v1"},
		{"LICENSE", string(text[:len(text)/2]), "percent of a licence that is known: read it"},
		{"LICENSE", string(text) + strings.Repeat("You may not sell it to anybody. ", 40), "percent of a licence that is known: read it"},
		{"NOTICE", "Made by somebody.", "a/other v1 has no licence"},
	} {
		other := dependency{name: "a/other", version: "v1", files: []document{{c.name, c.text}}}
		_, err := decide([]dependency{mit, other})
		require.ErrorContains(t, err, c.want)
	}
	// Known to nobody here, or not read.
	_, err = termsOf("Elastic-2.0")
	require.Error(t, err)
	_, err = decide([]dependency{{name: "a/other", version: "v1", files: []document{{"LICENSE", "https://creativecommons.org/licenses/by-sa/4.0/"}}}})
	require.ErrorContains(t, err, "nobody has read what its text asks of a binary")
}

// Each file that was read by hand is still that of a module: else the entry is to go.
func TestWhatWasReadByHandIsThere(t *testing.T) {
	t.Chdir("../..")
	list, err := dependencies(programs)
	require.NoError(t, err)
	found := map[string]bool{}
	for _, d := range list {
		for _, f := range d.files {
			if hand, read := readByHand[digest(f.text)]; read {
				require.Equal(t, hand.file, d.name+" "+f.name)
				require.NotEmpty(t, hand.why)
				found[hand.file] = true
			}
		}
	}
	require.Len(t, found, len(readByHand))
}
