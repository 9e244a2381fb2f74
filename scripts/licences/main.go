// Command licences asks the rules that the chain decides by about everything that a release is built from: may it be
// used commercially, changed, and distributed in binaries under Apache-2.0, and what is owed for that?
//
// Usage, in the root of the repository:
//
//	licences [-notices FILE] [-list FILE] [PACKAGE...]
//
// The packages are the release's programs unless others are named. It prints what each licence comes to, and fails with the
// modules whose texts it does not know or whose licences do not allow it. The files get the texts that go with a binary, and
// the licences of each module, in JSON.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
)

// programs are those of a release.
var programs = []string{"./cmd/stemmad", "./cmd/stemma-portal"}

func main() {
	notices := flag.String("notices", "", "file for the notices and texts that a binary comes with")
	file := flag.String("list", "", "file for the licences of each module")
	flag.Parse()
	packages := flag.Args()
	if len(packages) == 0 {
		packages = programs
	}
	if err := run(packages, *notices, *file); err != nil {
		fmt.Fprintf(os.Stderr, "licences: %v\n", err)
		os.Exit(1)
	}
}

func run(packages []string, notices, file string) error {
	list, err := dependencies(packages)
	if err != nil {
		return err
	}
	answers, err := decide(list)
	if err != nil {
		return err
	}
	report(answers)
	if notices != "" {
		text, err := noticesOf(list)
		if err != nil {
			return err
		}
		if err := os.WriteFile(notices, []byte(text), 0o644); err != nil {
			return err
		}
	}
	if file == "" {
		return nil
	}
	return write(list, file)
}

// write writes the licences of each module, by path@version.
func write(list []dependency, file string) error {
	of := map[string][]string{}
	for _, d := range list {
		names, err := d.licencesOf()
		if err != nil {
			return err
		}
		of[d.name+"@"+d.version] = names
	}
	raw, err := json.MarshalIndent(of, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(raw, '\n'), 0o644)
}

// report says of each licence what the rules answer and what is owed.
func report(answers []answer) {
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "licence\tparts\tanswer\tduties of the rules")
	for _, a := range answers {
		fmt.Fprintf(out, "%s\t%d\t%s\t%s\n", a.licence, len(a.parts), a.verdict, strings.Join(a.owed, ", "))
	}
	_ = out.Flush() // to standard output
	for _, a := range answers {
		fmt.Printf("\n%s: %s\n", a.licence, a.duty)
	}
}
