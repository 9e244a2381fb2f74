// Command mutants asks whether tests would notice: it changes one operator,
// constant, condition or statement of a package at a time and runs the package's
// own tests over it. A mutant that survives shows what no test looks at.
//
// Usage, in the root of the repository:
//
//	mutants [-sample N] [-seed N] [-for 90s] [-jobs 2] [-timeout 10s] [-v] PACKAGE...
//
// All mutants of a package's functions are compiled into one binary, which the
// environment tells which to be; only those of constants and variables are compiled
// each. The tests run in a copy of the package's folder, so they have its testdata
// and nothing outside of it, with a fixed seed and few random cases.
//
// It fails when a mutant survives that survivors.tsv does not explain, when an
// explained one is caught or is there no more, and when fewer than 95 % of all are
// caught. With -sample or -for it looks at some of the mutants of each package, chosen by the
// seed; at one at least.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/signal"
	"path"
	"slices"
	"strings"
	"time"
)

// enough is how many percent of the mutants have to be caught.
const enough = 95

// survivorsFile explains the mutants that no test can catch.
const survivorsFile = "scripts/mutants/survivors.tsv"

type settings struct {
	sample, jobs  int
	seed          uint64
	timeout, span time.Duration
	verbose       bool
}

func main() {
	var s settings
	flag.IntVar(&s.sample, "sample", 0, "mutants of each package; 0: all")
	flag.Uint64Var(&s.seed, "seed", 1, "chooses the sample, and the order")
	flag.DurationVar(&s.span, "for", 0, "of each package, starts no mutant after this time; 0: no end")
	flag.IntVar(&s.jobs, "jobs", 2, "tests that run at a time")
	flag.DurationVar(&s.timeout, "timeout", 10*time.Second, "a test that takes longer has caught the mutant")
	flag.BoolVar(&s.verbose, "v", false, "print every mutant")
	flag.Parse()
	if err := run(s, flag.Args()); err != nil {
		fmt.Fprintf(os.Stderr, "mutants: %v\n", err)
		os.Exit(1)
	}
}

func run(s settings, packages []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if len(packages) == 0 {
		return errors.New("name the packages, such as x/lineage/graph")
	}
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	explained, err := readSurvivors(survivorsFile)
	if err != nil {
		return err
	}
	var faults []string
	for _, pkg := range packages {
		pkg = path.Clean(strings.TrimPrefix(pkg, "./"))
		found, err := s.examine(ctx, root, pkg, explained)
		if err != nil {
			return err
		}
		faults = append(faults, found...)
	}
	if len(faults) > 0 {
		return fmt.Errorf("%d faults:\n%s", len(faults), strings.Join(faults, "\n"))
	}
	return nil
}

// examine runs the mutants of a package, prints a line about them and returns
// what is wrong.
func (s settings) examine(ctx context.Context, root, pkg string, explained map[key]string) ([]string, error) {
	began := time.Now()
	mutants, err := mutantsOf(root, pkg)
	if err != nil {
		return nil, err
	}
	faults := gone(pkg, mutants, explained)
	runner, err := newRunner(ctx, root, pkg, s.timeout)
	if err != nil {
		return nil, err
	}
	defer runner.close()
	if s.sample > 0 || s.span > 0 {
		rand.New(rand.NewPCG(s.seed, 0)).Shuffle(len(mutants), func(i, j int) {
			mutants[i], mutants[j] = mutants[j], mutants[i]
		})
	}
	whole := len(mutants)
	if s.sample > 0 {
		mutants = mutants[:min(s.sample, whole)]
	}
	var until time.Time
	if s.span > 0 { // what is built before does not count
		until = time.Now().Add(s.span)
	}
	outcomes, err := runner.runAll(ctx, mutants, s.jobs, until, func(m mutant, got outcome) {
		if s.verbose || got == survived && explained[m.key] == "" {
			said := [...]string{"not run", "caught", "SURVIVED", "no Go"}[got]
			fmt.Printf("%s:%d: %s [%s] %s\n", m.file, m.line, said, m.change, m.original)
		}
	})
	if err != nil {
		return nil, err
	}
	t, found := judge(pkg, mutants, outcomes, explained)
	if len(mutants) == whole && t.notRun == 0 {
		found = append(found, t.fewer(pkg)...)
	}
	t.print(pkg, time.Since(began))
	return append(faults, found...), nil
}

// gone are the explained mutants of the package that its source does not give.
func gone(pkg string, mutants []mutant, explained map[key]string) (faults []string) {
	there := make(map[key]bool, len(mutants))
	for _, m := range mutants {
		there[m.key] = true
	}
	for _, k := range slices.SortedFunc(maps.Keys(explained), func(a, b key) int { return strings.Compare(a.row(), b.row()) }) {
		if path.Dir(k.file) == pkg && !there[k] {
			faults = append(faults, "explained, but there no more: remove from "+survivorsFile+": "+k.row())
		}
	}
	return faults
}

// tally counts the outcomes of a package.
type tally struct{ all, caught, explained, unexplained, uncompiled, notRun int }

func judge(pkg string, mutants []mutant, outcomes []outcome, explained map[key]string) (t tally, faults []string) {
	for i, m := range mutants {
		why := explained[m.key]
		switch outcomes[i] {
		case notRun:
			t.notRun++
		case uncompiled:
			t.uncompiled++
		case caught:
			t.caught++
		case survived:
			if why != "" {
				t.explained++
			} else {
				t.unexplained++
				faults = append(faults, "survived: "+m.row())
			}
		}
		if why != "" && (outcomes[i] == caught || outcomes[i] == uncompiled) {
			faults = append(faults, "explained, but does not survive: remove from "+survivorsFile+": "+m.row())
		}
	}
	t.all = t.caught + t.explained + t.unexplained
	if len(mutants) > 0 && t.notRun == len(mutants) {
		faults = append(faults, fmt.Sprintf("%s: none of %d mutants was run: give it more time", pkg, len(mutants)))
	}
	return t, faults
}

// fewer is a fault when too few mutants are caught. It asks all of a package: in a
// sample, one explained survivor may be a tenth.
func (t tally) fewer(pkg string) []string {
	if t.caught*100 >= t.all*enough {
		return nil
	}
	return []string{fmt.Sprintf("%s: %d of %d mutants are caught, fewer than %d %%", pkg, t.caught, t.all, enough)}
}

func (t tally) print(pkg string, took time.Duration) {
	percent := 100.0
	if t.all > 0 {
		percent = 100 * float64(t.caught) / float64(t.all)
	}
	fmt.Printf("%s: %d mutants, %d caught (%.1f %%), %d survivors explained, %d not", pkg, t.all, t.caught, percent, t.explained, t.unexplained)
	fmt.Printf("; %d did not compile, %d were not run; %.0f s\n", t.uncompiled, t.notRun, took.Seconds())
}
