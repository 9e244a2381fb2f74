package docs_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/license/termspec"
)

var update = flag.Bool("update", false, "write what is generated anew")

// TestRightsFormatsHaveEveryField: the page shows the words of the one table.
func TestRightsFormatsHaveEveryField(t *testing.T) {
	var table strings.Builder
	table.WriteString("| field of the terms | `rsl` | `robots`, `aipref` | `tdmrep` | `schema-jsonld` |\n|---|---|---|---|---|\n")
	for _, f := range termspec.Fields() {
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s | %s |\n", f.Name, f.Export.RSL, f.Export.Robots, f.Export.TDMRep, f.Export.Schema)
	}
	const page, head, end = "rights-formats.md", "## What becomes of each field\n\n", "\nWhat is no field of the terms:"
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(text), head)
	require.True(t, found)
	have, after, found := strings.Cut(rest, end)
	require.True(t, found)
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(before+head+table.String()+end+after), 0o600))
		return
	}
	require.Equal(t, table.String(), have, "run go test ./docs -update and look at the difference")
}
