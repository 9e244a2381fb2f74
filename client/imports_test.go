package client_test

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What the library must not bring into a program: the node, the command line, other
// modules' stores. Cobra comes in by the SDK's own package version, which each of its
// types imports; ours must not import it.
var (
	notInIt = regexp.MustCompile(`^github\.com/stemma-chain/stemma/(app|cmd|testutil)\b|/keeper$|` +
		`^github\.com/cosmos/cosmos-sdk/client/tx$`)
	notImported  = regexp.MustCompile(`^(log|github\.com/spf13/.*|github\.com/cosmos/cosmos-sdk/client/flags)$`)
	libraryFiles = "github.com/stemma-chain/stemma/client"
)

func TestTheLibraryBringsNoNode(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", `{{.ImportPath}} {{join .Imports ","}}`, "./...").CombinedOutput()
	require.NoError(t, err, string(out))
	seen := 0
	for line := range strings.Lines(string(out)) {
		path, imports, _ := strings.Cut(strings.TrimSpace(line), " ")
		require.NotRegexp(t, notInIt, path)
		if !strings.HasPrefix(path, libraryFiles) {
			continue
		}
		seen++
		for imported := range strings.SplitSeq(imports, ",") {
			require.NotRegexp(t, notImported, imported, path)
		}
	}
	require.Positive(t, seen)
}
