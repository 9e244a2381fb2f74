package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// builds are those of a release, which differ in what they link.
var builds = [][]string{{"GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=1"}, {"GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0"}}

// dependency is something of others in a program, with the files that say what may be done with it.
type dependency struct {
	name, version string
	// source is how its sources can be had.
	source string
	files  []document
	// said are the licences by its own word, where that stands beside the files.
	said []string
}

// document is a file beside code of others.
type document struct {
	name, text string
}

// module is one as `go list` says it.
type module struct {
	Path, Version, Dir string
	Main               bool
	Replace            *module
}

// dependencies are the modules of which programs link something, in any build, each with the files beside the packages
// linked; Go's own library, and packages of npm.
func dependencies(packages []string) ([]dependency, error) {
	linked := map[string]map[string]bool{}
	modules := map[string]module{}
	for _, build := range builds {
		list, err := goList(build, packages)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			m := *p.Module
			if m.Replace != nil {
				m = *m.Replace
			}
			if modules[m.Path] = m; linked[m.Path] == nil {
				linked[m.Path] = map[string]bool{}
			}
			for dir := p.Dir; strings.HasPrefix(dir, m.Dir); dir = filepath.Dir(dir) {
				linked[m.Path][dir] = true
			}
			if len(p.CgoFiles) == 0 {
				continue
			}
			if err := below(p.Dir, linked[m.Path]); err != nil {
				return nil, err
			}
		}
	}
	golang, err := library()
	if err != nil {
		return nil, err
	}
	all, err := bundled()
	if err != nil {
		return nil, err
	}
	all = append(all, golang)
	for _, m := range modules {
		d, err := m.dependency(linked[m.Path])
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b dependency) int { return strings.Compare(a.name, b.name) })
	return all, nil
}

// listed is a package as `go list` says it.
type listed struct {
	Dir      string
	Module   *module
	CgoFiles []string
}

// goList lists the packages of others that programs link.
func goList(build, packages []string) (list []listed, err error) {
	command := exec.Command("go", append([]string{"list", "-deps", "-json=Dir,Module,CgoFiles"}, packages...)...)
	command.Env = append(os.Environ(), build...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return list, nil
		} else if err != nil {
			return nil, err
		}
		if p.Module != nil && !p.Module.Main {
			list = append(list, p)
		}
	}
}

// below adds the folders under that of a package, where the C code that it compiles lies.
func below(root string, dirs map[string]bool) error {
	return filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			dirs[path] = true
		}
		return err
	})
}

var (
	// speaking are names of files about licences, code is not.
	speaking = regexp.MustCompile(`(?i)^(li[cs]en[sc]e|copying|unlicense|copyright|notice|patents)[^/]*$`)
	code     = regexp.MustCompile(`\.(go|c|h|s)$`)
)

// documents reads the files about licences in folders, whose names begin at root.
func documents(root string, dirs map[string]bool) (list []document, err error) {
	for dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if !e.Type().IsRegular() || !speaking.MatchString(e.Name()) || code.MatchString(e.Name()) {
				continue
			}
			text, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				return nil, err
			}
			name, err := filepath.Rel(root, filepath.Join(dir, e.Name()))
			if err != nil {
				return nil, err
			}
			list = append(list, document{filepath.ToSlash(name), string(text)})
		}
	}
	slices.SortFunc(list, func(a, b document) int { return strings.Compare(a.name, b.name) })
	return list, nil
}

func (m module) dependency(dirs map[string]bool) (dependency, error) {
	d := dependency{name: m.Path, version: m.Version, source: "go mod download " + m.Path + "@" + m.Version}
	var err error
	d.files, err = documents(m.Dir, dirs)
	return d, err
}

// library is Go's own.
func library() (dependency, error) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return dependency{}, fmt.Errorf("go env: %w", err)
	}
	root := strings.TrimSpace(string(out))
	files, err := documents(root, map[string]bool{root: true})
	return dependency{name: "std", version: runtime.Version(), files: files, source: "go mod download golang.org/toolchain@v0.0.1-" + runtime.Version() + ".linux-amd64"}, err
}
