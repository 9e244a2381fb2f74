package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// What the portal's pages run in browsers is part of its program. The texts were copied from the packages by portal/web/bundle.sh.
const (
	lockFile  = "portal/web/package-lock.json"
	npmTexts  = "portal/web/licences"
	npmPrefix = "node_modules/"
)

// bundled are the packages of npm that the portal's scripts may hold.
func bundled() (list []dependency, err error) {
	raw, err := os.ReadFile(lockFile)
	if err != nil {
		return nil, err
	}
	var lock struct {
		Packages map[string]struct {
			Version, License string
			Dev              bool
		}
	}
	if err := json.Unmarshal(raw, &lock); err != nil {
		return nil, fmt.Errorf("%s: %w", lockFile, err)
	}
	for path, p := range lock.Packages {
		name, found := strings.CutPrefix(path, npmPrefix)
		if !found || p.Dev {
			continue
		}
		d := dependency{name: "npm:" + name, version: p.Version, source: "npm pack " + name + "@" + p.Version, said: said(p.License)}
		files, err := filepath.Glob(filepath.Join(npmTexts, strings.ReplaceAll(name, "/", "+")+"@"+p.Version+".*.txt"))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			kind := strings.Split(strings.TrimSuffix(file, ".txt"), ".")
			d.files = append(d.files, document{kind[len(kind)-1], string(text)})
		}
		list = append(list, d)
	}
	slices.SortFunc(list, func(a, b dependency) int { return strings.Compare(a.name, b.name) })
	return list, nil
}

// said are the licences of an expression, all of which apply. One with OR stays whole, and so is known to nobody.
func said(expression string) []string {
	return strings.Split(strings.Trim(expression, "()"), " AND ")
}
