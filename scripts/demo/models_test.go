package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheEmbeddedTableIsWhatTheDemoNeeds(t *testing.T) {
	models, err := loadModels("") // parses, parents first, licences known
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(models), 60)

	var merges, conflicts int
	byID := map[string]Model{}
	for _, m := range models {
		byID[m.ID] = m
		require.Equal(t, m.Owner, strings.Split(m.ID, "/")[0], m.ID)
		if len(m.Parents) >= 3 {
			merges++
		}
		for _, p := range m.Parents {
			if l := licences[byID[p.ID].Licence]; byID[p.ID].Licence != "" && l.nonCommercial() && !licences[m.Licence].nonCommercial() {
				conflicts++
			}
		}
	}
	require.GreaterOrEqual(t, merges, 10, "merges of three and more")
	require.GreaterOrEqual(t, conflicts, 5, "commercial licences over non-commercial sources")
}

func TestEveryLicenceHasValidTerms(t *testing.T) {
	for name, l := range licences {
		require.NoError(t, l.terms.Validate(), name)
		if l.preset != "" {
			require.Equal(t, preset(l.preset).ID, l.terms.ID(), name)
		}
	}
}

func TestBrokenTablesAreRefused(t *testing.T) {
	for name, table := range map[string]string{
		"columns":         "a/x\ta\tmit\t-",
		"twice":           "a/x\ta\tmit\t-\t-\na/x\ta\tmit\t-\t-",
		"parent later":    "a/y\ta\tmit\t-\tmergekit:a/x\na/x\ta\tmit\t-\t-",
		"parent twice":    "a/x\ta\tmit\t-\t-\na/y\ta\tmit\t-\tmergekit:a/x,base_model:a/x",
		"unknown licence": "a/x\ta\tnice\t-\t-",
		"evidence":        "a/x\ta\tmit\t-\t-\na/y\ta\tmit\t-\thearsay:a/x",
		"no owner":        "a/x\t\tmit\t-\t-",
	} {
		_, err := parseTable(strings.NewReader(table))
		require.Error(t, err, name)
	}
}

func TestTableAndLinesSayTheSame(t *testing.T) {
	table, err := parseTable(strings.NewReader("# note\na/x\ta\t-\t-\t-\nb/y\tb\tmit\t2024-01-01\tbase_model:a/x\n"))
	require.NoError(t, err)
	lines, err := parseLines(strings.NewReader(`
		{"id": "a/x", "owner": "a", "license": null, "parents": []}
		{"id": "b/y", "owner": "b", "license": "mit", "parents": [{"id": "a/x", "evidence": "base_model"}]}`))
	require.NoError(t, err)
	require.Equal(t, table, lines)
}
