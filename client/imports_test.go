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
// types imports; ours must not import it. Proofs alone are answered by the chain's own
// queries (docs/adr/0050), so they bring the modules' keepers.
var (
	notInIt      = regexp.MustCompile(`^github\.com/stemma-chain/stemma/(app|cmd|testutil)\b|/keeper$`)
	notInProofs  = regexp.MustCompile(`^github\.com/stemma-chain/stemma/(app|cmd|testutil)\b`)
	notImported  = regexp.MustCompile(`^(log|github\.com/spf13/.*|github\.com/cosmos/cosmos-sdk/client/(flags|tx))$`)
	libraryFiles = "github.com/stemma-chain/stemma/client"
)

func TestTheLibraryBringsNoNode(t *testing.T) {
	list, err := exec.Command("go", "list", "./...").Output()
	require.NoError(t, err)
	var proofs, others []string
	for path := range strings.FieldsSeq(string(list)) {
		if strings.Contains(path, "/client/proof") {
			proofs = append(proofs, path)
		} else {
			others = append(others, path)
		}
	}
	requireLean(t, notInIt, others)
	requireLean(t, notInProofs, proofs)
}

// requireLean checks what packages bring in, and what ours among it import.
func requireLean(t *testing.T, banned *regexp.Regexp, packages []string) {
	args := append([]string{"list", "-deps", "-f", `{{.ImportPath}} {{join .Imports ","}}`}, packages...)
	out, err := exec.Command("go", args...).CombinedOutput()
	require.NoError(t, err, string(out))
	seen := 0
	for line := range strings.Lines(string(out)) {
		path, imports, _ := strings.Cut(strings.TrimSpace(line), " ")
		require.NotRegexp(t, banned, path)
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
