package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// quoted are names in a cell: of packages, which are folders of the tree, and of tests in the last package before them.
var quoted = regexp.MustCompile("`([^`]+)`")

// threats are the rows of the page: what somebody tries, what comes of it, and the cell of its tests; of a fault the first and
// the last.
func threats(t *testing.T) (rows [][]string) {
	t.Helper()
	page, err := os.ReadFile("threat-model.md")
	require.NoError(t, err)
	for line := range strings.Lines(string(page)) {
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") || strings.HasSuffix(line, "| test |\n") {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		require.Contains(t, []int{2, 3}, len(cells), line)
		rows = append(rows, cells)
	}
	return rows
}

// testsOf are the tests, fuzz targets among them, that a package has. Those that are skipped because of what is open
// prove nothing.
func testsOf(t *testing.T, folder string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	files, err := filepath.Glob(filepath.Join("..", folder, "*_test.go"))
	require.NoError(t, err)
	for _, name := range files {
		source, err := os.ReadFile(name)
		require.NoError(t, err)
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, d := range file.Decls {
			f, is := d.(*ast.FuncDecl)
			if !is || f.Recv != nil || f.Body == nil {
				continue
			}
			body := string(source[f.Body.Pos()-1 : f.Body.End()-1])
			found[f.Name.Name] = !strings.Contains(body, `t.Skip("open:`)
		}
	}
	return found
}

// TestEachThreatHasItsTest: each row of docs/threat-model.md names tests that there are, and says what comes of the attempt.
func TestEachThreatHasItsTest(t *testing.T) {
	rows := threats(t)
	require.Greater(t, len(rows), 100)
	packages := map[string]map[string]bool{}
	seen := map[string]bool{}
	for _, row := range rows {
		attempt := strings.TrimSpace(row[0])
		require.NotEmpty(t, attempt)
		require.NotEmpty(t, strings.TrimSpace(row[len(row)-2]), attempt)
		folder, tests := "", 0
		for _, name := range quoted.FindAllStringSubmatch(row[len(row)-1], -1) {
			if !strings.HasPrefix(name[1], "Test") && !strings.HasPrefix(name[1], "Fuzz") {
				folder = name[1]
				if packages[folder] == nil {
					packages[folder] = testsOf(t, folder)
				}
				continue
			}
			tests++
			seen[name[1]] = true
			proves, found := packages[folder][name[1]]
			require.True(t, found, "%s: %s has no %s", attempt, folder, name[1])
			require.True(t, proves, "%s: %s of %s is skipped", attempt, name[1], folder)
		}
		require.Positive(t, tests, "%s has no test", attempt)
	}
	t.Logf("%d attempts, %d tests", len(rows), len(seen))
}

// TestTheThreatPageIsOpen: what is not prevented is a list, and the other pages lead to it.
func TestTheThreatPageIsOpen(t *testing.T) {
	page, err := os.ReadFile("threat-model.md")
	require.NoError(t, err)
	_, after, found := strings.Cut(string(page), "\n## What is not prevented\n")
	require.True(t, found)
	require.Greater(t, strings.Count(after, "\n- **"), 10)
	for _, other := range []string{"SECURITY.md", "operators.md", "../README.md"} {
		text, err := os.ReadFile(other)
		require.NoError(t, err)
		require.Contains(t, string(text), "threat-model.md", other)
	}
}
