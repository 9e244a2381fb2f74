package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

const head = `Third-party notices

This program is distributed under the Apache License 2.0 (LICENSE). It is built from the modules below, each under its own
licence. "Source" is the command that gets a module's unchanged source; the sums in the bill of materials (*.cdx.json) are those of go.sum.
How the program is built from all of it is in the Makefile of its own source: make release.

What the licences ask of whoever distributes the program, beyond its own licence:

`

// noticesOf is what a binary comes with: what it is built from, with licences and places, what they ask, and all texts, each
// once.
func noticesOf(list []dependency) (string, error) {
	var out strings.Builder
	out.WriteString(head)
	modules := make([]string, 0, len(list))
	asked := map[string]bool{}
	for _, d := range list {
		names, err := d.licencesOf()
		if err != nil {
			return "", err
		}
		for _, name := range names {
			asked[name] = true
		}
		line := fmt.Sprintf("%s %s\n  %s\n  Source: %s\n", d.name, d.version, strings.Join(names, ", "), d.source)
		if len(d.files) == 0 {
			line += "  It comes without a text of its own: that of Apache-2.0 is in LICENSE.\n"
		}
		modules = append(modules, line)
	}
	for _, name := range sorted(asked) {
		fmt.Fprintf(&out, "- %s: %s.\n", name, duties[name])
	}
	out.WriteString("\n" + strings.Join(modules, ""))
	texts := map[string][]string{}
	for _, d := range list {
		for _, f := range d.files {
			text := strings.TrimSpace(strings.ReplaceAll(f.text, "\r\n", "\n"))
			texts[text] = append(texts[text], d.name+", "+f.name)
		}
	}
	for _, text := range sorted(texts) {
		of := texts[text]
		slices.Sort(of)
		fmt.Fprintf(&out, "\n%s\n%s\n\n%s\n", strings.Repeat("=", 80), strings.Join(of, "\n"), text)
	}
	return out.String(), nil
}

// sorted are the keys of a map in order: the same modules make the same bytes.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
