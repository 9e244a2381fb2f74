package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/data/models"
)

func TestTheEmbeddedTableIsWhatTheDemoNeeds(t *testing.T) {
	list, err := loadModels("") // parses, parents first, licences known
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
