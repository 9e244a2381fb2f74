package docs_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/docs"
)

type object = map[string]any

var pathParameter = regexp.MustCompile(`\{([^}]+)\}`)

// TestOpenAPIIsValid checks what OpenAPI 2.0 demands of the parts we use:
// version and info, at least one operation a path, unique operation ids,
// responses everywhere, declared path parameters and references that resolve.
func TestOpenAPIIsValid(t *testing.T) {
	doc := load(t)
	require.Equal(t, "2.0", doc["swagger"])
	info := doc["info"].(object)
	require.NotEmpty(t, info["title"])
	require.NotEmpty(t, info["version"])

	ids := map[string]string{}
	for path, item := range doc["paths"].(object) {
		require.True(t, strings.HasPrefix(path, "/"), path)
		methods := item.(object)
		require.NotEmpty(t, methods, path)
		for method, v := range methods {
			where := method + " " + path
			require.Contains(t, []string{"get", "put", "post", "delete", "patch"}, method, where)
			op := v.(object)
			id, _ := op["operationId"].(string)
			require.NotEmpty(t, id, where)
			require.NotContains(t, ids, id, "%s has the operation id of %s", where, ids[id])
			ids[id] = where
			requireResponses(t, op, where)
			requireParameters(t, op, path, where)
		}
	}
	requireReferences(t, doc, doc, "#")
}

// TestEveryQueryIsInOpenAPI reads the definitions themselves: every query has a
// REST route, and the document describes every route.
func TestEveryQueryIsInOpenAPI(t *testing.T) {
	files, err := filepath.Glob("../proto/stemma/*/v1/query.proto")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	paths := load(t)["paths"].(object)

	rpc := regexp.MustCompile(`(?m)^\s*rpc (\w+)\(`)
	route := regexp.MustCompile(`\b(get|post)\b\s*[:=]\s*"([^"]+)"`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		bodies := rpc.Split(string(text), -1)[1:]
		for i, name := range rpc.FindAllStringSubmatch(string(text), -1) {
			routes := route.FindAllStringSubmatch(bodies[i], -1)
			require.NotEmpty(t, routes, "%s: query %s has no REST route", file, name[1])
			for _, r := range routes {
				require.Contains(t, paths, r[2], "%s: run `make proto`", file)
				require.Contains(t, paths[r[2]], r[1], "%s: run `make proto`", file)
			}
		}
	}
}

func load(t *testing.T) object {
	t.Helper()
	var doc object
	require.NoError(t, json.Unmarshal(docs.OpenAPI, &doc))
	return doc
}

func requireResponses(t *testing.T, op object, where string) {
	t.Helper()
	responses, _ := op["responses"].(object)
	require.NotEmpty(t, responses, where)
	for code, r := range responses {
		require.NotNil(t, r.(object)["description"], "%s: response %s", where, code)
	}
}

// requireParameters checks that the names in a path and the operation's path
// parameters are the same set, and that no parameter is declared twice.
func requireParameters(t *testing.T, op object, path, where string) {
	t.Helper()
	wanted := map[string]bool{}
	for _, m := range pathParameter.FindAllStringSubmatch(path, -1) {
		wanted[m[1]] = true
	}
	seen := map[string]bool{}
	parameters, _ := op["parameters"].([]any)
	for _, v := range parameters {
		p := v.(object)
		name, in := p["name"].(string), p["in"].(string)
		require.Contains(t, []string{"path", "query", "body"}, in, where)
		require.False(t, seen[in+" "+name], "%s: parameter %s twice", where, name)
		seen[in+" "+name] = true
		if in == "path" {
			require.True(t, wanted[name], "%s: parameter %s is not in the path", where, name)
			require.Equal(t, true, p["required"], "%s: parameter %s", where, name)
			delete(wanted, name)
		}
		if in == "body" {
			require.NotNil(t, p["schema"], where)
		} else {
			require.NotEmpty(t, p["type"], "%s: parameter %s", where, name)
		}
	}
	require.Empty(t, wanted, "%s: undeclared path parameters", where)
}

func requireReferences(t *testing.T, doc object, node any, where string) {
	t.Helper()
	switch n := node.(type) {
	case []any:
		for _, v := range n {
			requireReferences(t, doc, v, where)
		}
	case object:
		for k, v := range n {
			if ref, ok := v.(string); ok && k == "$ref" {
				name, local := strings.CutPrefix(ref, "#/definitions/")
				require.True(t, local, "%s: %s", where, ref)
				require.Contains(t, doc["definitions"], name, where)
			}
			requireReferences(t, doc, v, where+"/"+k)
		}
	}
}
