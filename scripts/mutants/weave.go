package main

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// numberFrom is the variable of the environment that tells a binary with many
// mutants which of them to be; without it, it is none.
const numberFrom = "MUTANT"

// numberFile is added to a package with many mutants.
const numberFile = "mutant_number.go"

const numberSource = `package %s

import (
	"os"
	"strconv"
)

var mutantNumber, _ = strconv.Atoi(os.Getenv(%q))
`

// numbered is a mutant with the number that chooses it.
type numbered struct {
	mutant
	number int
}

// weave returns a file with all the mutants given, each in a function of that file.
// A switch at the head of a function runs one of them by its number; without one,
// the function is as it was. So a package is compiled once and not for each mutant.
// lines has the last line of each mutant, in the order of lines.
func weave(source []byte, mutants []numbered) (woven []byte, lines []lastLine) {
	mutants = slices.Clone(mutants)
	slices.SortStableFunc(mutants, func(a, b numbered) int { return cmp.Compare(a.bodyStart, b.bodyStart) })
	var out bytes.Buffer
	line, done := 1, 0
	write := func(parts ...string) {
		for _, part := range parts {
			out.WriteString(part)
			line += strings.Count(part, "\n")
		}
	}
	for i, m := range mutants {
		if i == 0 || mutants[i-1].bodyStart != m.bodyStart {
			write(string(source[done:m.bodyStart+1]), "\nswitch mutantNumber {\n")
			done = m.bodyStart + 1
		}
		lines = append(lines, lastLine{line - 1, 0}) // what comes before belongs to nobody
		write("case ", strconv.Itoa(m.number), ":\n")
		if m.results == "" {
			write("func() ", string(m.body(source)), "()\nreturn\n")
		} else {
			write("return func() ", m.results, " ", string(m.body(source)), "()\n")
		}
		lines = append(lines, lastLine{line - 1, m.number})
		if i+1 == len(mutants) || mutants[i+1].bodyStart != m.bodyStart {
			write("}\n")
		}
	}
	write(string(source[done:]))
	return out.Bytes(), lines
}

// lastLine says which mutant the lines up to one belong to; 0: to none.
type lastLine struct{ line, number int }

// numberSourceFor is the file that reads the number, for the package of a source.
func numberSourceFor(source []byte) ([]byte, error) {
	file, err := parser.ParseFile(token.NewFileSet(), "", source, parser.PackageClauseOnly)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, numberSource, file.Name.Name, numberFrom), nil
}

var position = regexp.MustCompile(`(?m)^(\S+\.go):(\d+):\d+: `)

// blamed are the mutants on whose lines the compiler found something. lines are of
// files by their base names.
func blamed(output string, lines map[string][]lastLine) (numbers []int) {
	said := bufio.NewScanner(strings.NewReader(output))
	for said.Scan() {
		found := position.FindStringSubmatch(said.Text())
		if found == nil {
			continue
		}
		line, err := strconv.Atoi(found[2])
		if err != nil {
			continue
		}
		of := lines[path.Base(filepath.ToSlash(found[1]))]
		i, _ := slices.BinarySearchFunc(of, line, func(l lastLine, line int) int {
			return cmp.Compare(l.line, line)
		})
		if i < len(of) && of[i].number > 0 {
			numbers = append(numbers, of[i].number)
		}
	}
	return numbers
}
