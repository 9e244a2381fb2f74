package portal_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/portal"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func TestADenyListNamesWorks(t *testing.T) {
	id := registrytypes.WorkID{7}.String()
	list, err := portal.ReadDenyList(strings.NewReader("# court order 12/27\n\n " + id + " # until appeal\n"))
	require.NoError(t, err)
	require.True(t, list.Has(id))
	require.False(t, list.Has(registrytypes.WorkID{8}.String()))
	_, err = portal.ReadDenyList(strings.NewReader(id + "\nwork1nonsense\n"))
	require.ErrorContains(t, err, "line 2")
	require.NotContains(t, err.Error(), ".go:")
}
