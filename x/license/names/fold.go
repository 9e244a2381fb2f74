package names

import (
	"regexp"
	"strings"
)

// respelled finds the licence that a word names or is the title of, if case, hyphens, dots, words
// that say nothing, and the spelling of the version are left aside; nil: none. A long name with
// the short one behind it, as in "Open Font License (OFL) 1.1", is one too.
func respelled(word string) *row {
	k := key(word)
	if r := titled(k); r != nil {
		return r
	}
	for i := 1; i < len(k); i++ {
		first := titled(k[:i])
		if first == nil {
			continue
		}
		second := titled(k[i:])
		switch {
		case second == nil || family(first) != family(second):
		case k[:i] == k[i:] && !strings.ContainsAny(k, digits): // two equal words may be anything
		case strings.ContainsAny(k[:i], digits) && !strings.ContainsAny(k[i:], digits):
			return first
		default:
			return second
		}
	}
	return nil
}

// family is what editions of a licence have in common of their ids.
func family(r *row) string {
	if i := strings.IndexAny(r.id, digits); i > 0 {
		return r.id[:i]
	}
	return r.id
}

// titled finds the licence that a key is of, or a port of.
func titled(k string) *row {
	for _, index := range []map[string]*row{byFold(), byTitle(), byBareTitle()} {
		if r := index[k]; r != nil {
			return r
		}
	}
	if rest := withoutPort(k); rest != "" {
		for _, index := range []map[string]*row{byFold(), byTitle()} {
			if r := index[rest]; r != nil && r.cc.ports {
				return r
			}
		}
	}
	return nil
}

// key is a folded name without its dots, by which rows are found: LGPL21 is LGPL-2.1.
func key(name string) string { return strings.ReplaceAll(fold(name), ".", "") }

// said are words in names of licences that say nothing, and those that stand for letters of one.
var said = []struct{ word, short string }{
	{"license", ""},
	{"licence", ""},
	{"agreement", ""},
	{"version", ""},
	{"the", ""},
	{"gnu", ""},
	{"international", ""},
	{"unported", ""},
	{"generic", ""},
	{"universal", ""},
	{"legalcode", ""},
	{"deed", ""},
	{"creativecommons", "cc"},
	{"attribution", "by"},
	{"sharealike", "sa"},
	{"noncommercial", "nc"},
	{"noderivatives", "nd"},
	{"noderivative", "nd"},
	{"noderivs", "nd"},
	{"ndworks", "nd"}, // no derivative works
}

// fold reduces a name to its letters and numbers: GPLv3, gpl-3 and the GPL-3.0-licence are gpl3.
// Numbers that follow each other have a dot between them. What is folded folds to itself.
func fold(word string) string {
	var runs []string // of letters and of numbers, in turn
	for _, run := range letterOrDigits.FindAllString(strings.ToLower(word), -1) {
		if last := len(runs) - 1; last >= 0 && !isNumber(run) && !isNumber(runs[last]) {
			runs[last] += run
		} else {
			runs = append(runs, run)
		}
	}
	var b strings.Builder
	last := ""
	for i, run := range runs {
		if isNumber(run) {
			run = strings.TrimLeft(run, "0")
			switch {
			case run == "" && isNumber(last):
				continue // 3.0 is 3
			case run == "":
				run = "0"
			}
			if isNumber(last) {
				b.WriteByte('.')
			}
		} else if run = shortened(run, i+1 < len(runs)); run == "" {
			continue
		}
		b.WriteString(run)
		last = run
	}
	return b.String()
}

// shortened leaves words out of letters that say nothing, and a v before a number.
func shortened(run string, beforeNumber bool) string {
	for {
		before := run
		for _, s := range said {
			run = strings.ReplaceAll(run, s.word, s.short)
		}
		if beforeNumber {
			run = strings.TrimRight(run, "v")
		}
		if run == before {
			return run
		}
	}
}

func isNumber(run string) bool { return run != "" && run[0] <= '9' }

const digits = "0123456789"

var letters = regexp.MustCompile(`^[A-Za-z]+$`)

var letterOrDigits = regexp.MustCompile(`[a-z]+|[0-9]+`)
