package catalog_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/portal/catalog"
)

// asked is what code and templates ask of the catalogue.
type asked struct {
	// keys are those that stand there, with the place; counted is said by number.
	keys, counted map[string]string
	// spaces are beginnings of keys, which end in a dot, that something is added to.
	spaces map[string]string
	// texts are all texts of the code that look like a key.
	texts map[string]bool
}

// says are the functions and methods of the portal whose first argument is a key.
var says = []string{"T", "Say", "absent", "wrong", "may", "must", "mayNot", "note"}

var (
	ofTemplate = regexp.MustCompile(`\b(t|count) "([^"]+)"`)
	aKey       = regexp.MustCompile(`^[a-z0-9_]+(\.[A-Za-z0-9_-]+)*\.?$`)
)

func read(t *testing.T) asked {
	a := asked{map[string]string{}, map[string]string{}, map[string]string{}, map[string]bool{}}
	require.NoError(t, filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go"):
		case strings.HasSuffix(path, ".html"):
			a.readTemplate(t, path)
		case strings.HasSuffix(path, ".go"):
			a.readCode(t, path)
		}
		return err
	}))
	require.NotEmpty(t, a.keys)
	return a
}

func (a asked) readTemplate(t *testing.T, path string) {
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, found := range ofTemplate.FindAllStringSubmatch(string(raw), -1) {
		if found[1] == "count" {
			a.counted[found[2]] = path
		} else {
			a.keys[found[2]] = path
		}
	}
}

func (a asked) readCode(t *testing.T, path string) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, 0)
	require.NoError(t, err)
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING && aKey.MatchString(text) {
				a.texts[text] = true
			}
		case *ast.KeyValueExpr:
			if name, ok := n.Key.(*ast.Ident); ok && name.Name == "message" {
				a.add(a.keys, n.Value, files.Position(n.Pos()).String())
			}
		case *ast.CallExpr:
			if len(n.Args) == 0 {
				return true
			}
			name, place := called(n), files.Position(n.Pos()).String()
			switch {
			case slices.Contains(says, name):
				a.add(a.keys, n.Args[0], place)
			case name == "Count":
				a.add(a.counted, n.Args[0], place)
			case name == "meaning":
				a.add(a.spaces, n.Args[0], place)
				a.add(a.keys, n.Args[3], place)
			}
		}
		return true
	})
}

func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// add adds a key that is written out, or the beginning of one that is put together. What is
// in a variable stands elsewhere in the code, among its texts.
func (a asked) add(to map[string]string, arg ast.Expr, place string) {
	sum, together := arg.(*ast.BinaryExpr)
	if together {
		arg, to = sum.X, a.spaces
	}
	lit, ok := arg.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return
	}
	if text, err := strconv.Unquote(lit.Value); err == nil && aKey.MatchString(text) {
		to[text] = place
	}
}

// Pages say nothing for which there is no text.
func TestEveryKeyThatIsSaidHasAText(t *testing.T) {
	english, a := load(t, catalog.Default), read(t)
	for key, place := range a.keys {
		require.True(t, english.Has(key), "%s says %q, for which there is no text", place, key)
	}
	for key, place := range a.counted {
		for _, number := range []string{".one", ".many"} {
			require.True(t, english.Has(key+number), "%s says %q, for which there is no text", place, key+number)
		}
	}
	for key, of := range built(t) {
		require.True(t, english.Has(key), "%s has no text: add %q to each language", of, key)
	}
	for space, place := range a.spaces {
		require.True(t, slices.ContainsFunc(slices.Collect(maps.Keys(built(t))), func(key string) bool {
			return strings.HasPrefix(key, space)
		}), "%s puts keys %q together: list them in built_test.go", place, space)
	}
}

// Nothing is translated for nobody.
func TestEveryTextIsSaid(t *testing.T) {
	a, of := read(t), built(t)
	for _, key := range load(t, catalog.Default).Keys() {
		number := strings.TrimSuffix(strings.TrimSuffix(key, ".one"), ".many")
		_, said := a.keys[key]
		_, counted := a.counted[number]
		_, listed := of[key]
		counted = counted || a.texts[number]
		require.True(t, said || listed || a.texts[key] || number != key && counted, "nothing says %q", key)
	}
}
