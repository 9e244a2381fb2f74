package main

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/data/models"
)

func TestTheEmbeddedTableIsWhatTheDemoNeeds(t *testing.T) {
	list, _, err := loadModels("") // parses, parents first, licences known
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(list), 60)

	var merges, conflicts int
	byID := map[string]models.Model{}
	for _, m := range list {
		byID[m.ID] = m
		require.Equal(t, m.Owner, strings.Split(m.ID, "/")[0], m.ID)
		if len(m.Parents) >= 3 {
			merges++
		}
		for _, p := range m.Parents {
			if name := byID[p.ID].Licence; name != "" && licenceOf(name).NonCommercial() && !licenceOf(m.Licence).NonCommercial() {
				conflicts++
			}
		}
	}
	require.GreaterOrEqual(t, merges, 10, "merges of three and more")
	require.GreaterOrEqual(t, conflicts, 5, "commercial licences over non-commercial sources")
}

// Other data than the embedded may have no conflict, which ends nothing.
func TestDataWithoutAConflict(t *testing.T) {
	list, err := models.ReadTable(strings.NewReader(""))
	require.NoError(t, err)
	s := &story{Printer: newPrinter(io.Discard), works: newCatalogue(list, newAccounts())}
	require.NoError(t, s.showConflicts())
	s.embedded = true
	require.ErrorContains(t, s.showConflicts(), "no licence")
}
