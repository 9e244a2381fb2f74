package models_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/data/models"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

func TestEveryLicenceHasValidTerms(t *testing.T) {
	for name, l := range models.Licences() {
		require.NoError(t, l.Terms.Validate(), name)
		if l.Preset != "" {
			preset, ok := licensetypes.PresetByName(l.Preset)
			require.True(t, ok, name)
			require.Equal(t, preset.ID, l.Terms.ID(), name)
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
		_, err := models.ReadTable(strings.NewReader(table))
		require.Error(t, err, name)
	}
}

func TestTableAndLinesSayTheSame(t *testing.T) {
	table, err := models.ReadTable(strings.NewReader("# note\na/x\ta\t-\t-\t-\nb/y\tb\tmit\t2024-01-01\tbase_model:a/x\n"))
	require.NoError(t, err)
	lines, err := models.ReadLines(strings.NewReader(`
		{"id": "a/x", "owner": "a", "license": null, "parents": []}
		{"id": "b/y", "owner": "b", "license": "mit", "parents": [{"id": "a/x", "evidence": "base_model"}]}`))
	require.NoError(t, err)
	require.Equal(t, table, lines)
}
