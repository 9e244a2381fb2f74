package main

import (
	"context"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const sample = `package sample

import "errors"

const limit = 10

// Tests look at Fits, at both sides of its bound, and at nothing else.
func Fits(n int) bool {
	return n <= limit
}

func Sum(list []int) (sum int, err error) {
	for _, n := range list {
		if n < 0 && !Fits(n) {
			return 0, errors.New("negative")
		}
		sum += n
	}
	return sum, nil
}

func Reset(list []int) {
	for i := range list {
		list[i] = 0
	}
}
`

const sampleTest = `package sample

import (
	"os"
	"testing"
)

func TestFits(t *testing.T) {
	if err := os.WriteFile("left", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if !Fits(10) || Fits(11) {
		t.Fatal("bound")
	}
}
`

func TestEveryMutantIsOneChangeThatParses(t *testing.T) {
	mutants, err := mutantsOfFile("x/sample.go", []byte(sample))
	require.NoError(t, err)
	seen := map[key]bool{}
	var changes []string
	for _, m := range mutants {
		require.False(t, seen[m.key], "%v twice", m.key)
		seen[m.key] = true
		changed := m.apply([]byte(sample))
		require.NotEqual(t, sample, string(changed))
		_, err := parser.ParseFile(token.NewFileSet(), "x/sample.go", changed, 0)
		require.NoError(t, err, "%s", changed)
		changes = append(changes, m.function+": "+m.change+": "+m.original)
	}
	require.ElementsMatch(t, []string{
		"const: plus 1: 10", "const: minus 1: 10",
		"Fits: <= to <: n <= limit",
		"Sum: never: n < 0 && !Fits(n)", "Sum: always: n < 0 && !Fits(n)",
		"Sum: && to ||: n < 0 && !Fits(n)", "Sum: < to <=: n < 0", "Sum: plus 1: 0", "Sum: minus 1: 0",
		"Sum: without !: !Fits(n)", "Sum: plus 1: 0 #2", "Sum: minus 1: 0 #2",
		`Sum: nil error: errors.New("negative")`,
		"Sum: += to -=: sum += n", "Sum: removed: sum += n",
		"Reset: removed: list[i] = 0", "Reset: plus 1: 0", "Reset: minus 1: 0",
	}, changes)
}

// TestAFunctionChoosesAmongItsMutants by the number; the rest of the file is as it
// was, and each line of a mutant is known as its own.
func TestAFunctionChoosesAmongItsMutants(t *testing.T) {
	const source = `package p

func Set(p *int) { *p = 1 }

func Get() (n int, err error) {
	return 2, nil
}
`
	mutants, err := mutantsOfFile("x/p.go", []byte(source))
	require.NoError(t, err)
	var list []numbered
	for i, m := range mutants {
		if m.change != "minus 1" {
			list = append(list, numbered{m, i + 1})
		}
	}
	woven, lines := weave([]byte(source), list)
	require.Equal(t, `package p

func Set(p *int) {
switch mutantNumber {
case 1:
func() {  }()
return
case 2:
func() { *p = (1+1) }()
return
}
 *p = 1 }

func Get() (n int, err error) {
switch mutantNumber {
case 4:
return func() (n int, err error) {
	return (2+1), nil
}()
}

	return 2, nil
}
`, string(woven))
	said := func(line int) string { return fmt.Sprintf("x/p.go:%d:3: declared and not used: n\n", line) }
	of := map[string][]lastLine{"p.go": lines}
	require.Equal(t, []int{1, 2, 4, 4}, blamed(said(6)+"# x\n"+said(9)+said(16)+said(18), of))
	require.Empty(t, blamed(said(3)+said(4)+said(12)+said(14)+said(20)+said(22)+"x/q.go:6:3: no\n", of))
}

func TestKeysDoNotHangOnLines(t *testing.T) {
	before, err := mutantsOfFile("x/sample.go", []byte(sample))
	require.NoError(t, err)
	after, err := mutantsOfFile("x/sample.go", []byte("// A new comment.\n\n"+sample+"\nfunc Other() int { return 1 }\n"))
	require.NoError(t, err)
	for i, m := range before {
		require.Equal(t, m.key, after[i].key)
		require.Equal(t, m.line+2, after[i].line)
	}
}

func TestTestsCatchWhatTheyLookAt(t *testing.T) {
	root := t.TempDir()
	for name, content := range map[string]string{
		"go.mod": "module sample\n\ngo 1.26\n", "x/sample.go": sample, "x/sample_test.go": sampleTest,
	} {
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
	mutants, err := mutantsOf(root, "x")
	require.NoError(t, err)
	runner, err := newRunner(t.Context(), root, "x", 30*time.Second)
	require.NoError(t, err)
	outcomes, err := runner.runAll(t.Context(), mutants, 2, time.Time{}, func(mutant, outcome) {})
	require.NoError(t, err)
	for i, m := range mutants {
		switch {
		case m.function == "const" || m.function == "Fits":
			require.Equal(t, caught, outcomes[i], "%v", m.key)
		case m.change == "removed" && m.function == "Reset":
			require.Equal(t, uncompiled, outcomes[i], "i is not used then")
		default:
			require.Equal(t, survived, outcomes[i], "%v", m.key)
		}
	}
	broken := mutant{key: key{file: "x/sample.go"}, end: len("package"), by: "pack"}
	got, err := runner.try(t.Context(), broken)
	require.NoError(t, err)
	require.Equal(t, uncompiled, got)

	source, err := os.ReadFile(filepath.Join(root, "x", "sample.go"))
	require.NoError(t, err)
	require.Equal(t, sample, string(source), "the tree stays as it is")
	require.NoFileExists(t, filepath.Join(root, "x", "left"))
	late, err := runner.runAll(t.Context(), mutants, 2, time.Now().Add(-time.Second), func(mutant, outcome) {})
	require.NoError(t, err)
	require.NotContains(t, late, caught, "nothing starts after its time")
	require.NoError(t, runner.close())
	require.NoDirExists(t, runner.work)

	require.NoError(t, os.WriteFile(filepath.Join(root, "x", "sample.go"), mutants[0].apply([]byte(sample)), 0o600))
	_, err = newRunner(context.Background(), root, "x", 30*time.Second)
	require.ErrorContains(t, err, "fail without any change")
}

func TestWhatIsAFault(t *testing.T) {
	mutants := make([]mutant, 100)
	outcomes := make([]outcome, 100)
	for i := range mutants {
		mutants[i].key = key{"x/sample.go", "F", "plus 1", string(rune('a' + i))}
		outcomes[i] = caught
	}
	equal := map[key]string{mutants[0].key: "is the same"}
	outcomes[0], outcomes[1], outcomes[2] = survived, uncompiled, notRun
	got, faults := judge("x", mutants, outcomes, equal)
	require.Empty(t, faults)
	require.Equal(t, tally{all: 98, caught: 97, explained: 1, uncompiled: 1, notRun: 1}, got)

	outcomes[0] = caught
	_, faults = judge("x", mutants, outcomes, equal)
	require.Len(t, faults, 1)
	require.Contains(t, faults[0], "explained, but does not survive")

	outcomes[3] = survived
	_, faults = judge("x", mutants, outcomes, nil)
	require.Equal(t, []string{"survived: " + mutants[3].row()}, faults)

	explained := map[key]string{}
	for i := range 6 {
		outcomes[10+i] = survived
		explained[mutants[10+i].key] = "so be it"
	}
	outcomes[3] = caught
	got, faults = judge("x", mutants, outcomes, explained)
	require.Empty(t, faults)
	require.Equal(t, []string{"x: 92 of 98 mutants are caught, fewer than 95 %"}, got.fewer("x"))
	require.Empty(t, tally{all: 100, caught: 95}.fewer("x"))
	require.Len(t, tally{all: 100, caught: 94}.fewer("x"), 1)

	_, faults = judge("x", mutants[:2], []outcome{notRun, notRun}, nil)
	require.Equal(t, []string{"x: none of 2 mutants was run: give it more time"}, faults)

	require.Empty(t, gone("x", mutants, equal))
	require.Empty(t, gone("y", nil, equal), "of another package")
	require.Len(t, gone("x", mutants[1:], equal), 1)
}

func TestExplanationsAreRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "survivors.tsv")
	read := func(content string) (map[key]string, error) {
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		return readSurvivors(path)
	}
	got, err := read("# comment\n\na.go\tF\t< to <=\ta < b\tnever equal\n")
	require.NoError(t, err)
	require.Equal(t, map[key]string{{"a.go", "F", "< to <=", "a < b"}: "never equal"}, got)
	for _, bad := range []string{"a.go\tF\t< to <=\ta < b\n", "a.go\tF\tx\ty\t \n", "a\tb\tc\td\te\na\tb\tc\td\tf\n"} {
		_, err := read(bad)
		require.ErrorContains(t, err, "survivors.tsv:")
	}
}
