// Command openapi finishes what protoc-gen-openapiv2 writes: it names the
// document and makes every operation id unique, since the generator calls each
// module's first query "Query_Params", which OpenAPI 2.0 forbids.
//
// Usage: openapi GENERATED.json > openapi.json
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sort"
	"strings"
)

const (
	title       = "Stemma REST API"
	version     = "v1"
	description = "Queries of a Stemma node over REST. Amounts and 64-bit numbers are strings, bytes are base64. " +
		"Any account may ask; transactions are sent to /cosmos/tx/v1beta1/txs."
)

type object = map[string]any

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: openapi GENERATED.json > openapi.json")
		os.Exit(1)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintf(os.Stderr, "openapi: %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}

func run(path string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var doc object
	if err := json.Unmarshal(raw, &doc); err != nil {
		return err
	}
	if err := finish(doc); err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(doc)
}

// finish changes doc in place. encoding/json sorts the keys of maps, so equal
// input gives equal bytes.
func finish(doc object) error {
	paths, ok := doc["paths"].(object)
	if !ok {
		return errors.New("no paths")
	}
	doc["info"] = object{"title": title, "version": version, "description": description}

	used := map[string]bool{}
	for _, path := range sortedKeys(paths) {
		methods, _ := paths[path].(object)
		for method, v := range methods {
			op, ok := v.(object)
			if !ok {
				continue // path-level parameters
			}
			tag, err := firstTag(op)
			if err != nil {
				return fmt.Errorf("%s %s: %w", method, path, err)
			}
			id, _ := op["operationId"].(string)
			op["operationId"] = operationID(tag, id)
			used[tag] = true
		}
	}

	tags := make([]any, 0, len(used))
	for _, tag := range sortedKeys(used) {
		tags = append(tags, object{"name": tag}) // services without a route are left out
	}
	doc["tags"] = tags
	return nil
}

func firstTag(op object) (string, error) {
	tags, _ := op["tags"].([]any)
	if len(tags) == 0 {
		return "", errors.New("operation without a tag; generate with include_package_in_tags=true")
	}
	tag, ok := tags[0].(string)
	if !ok {
		return "", fmt.Errorf("tag %v is not a string", tags[0])
	}
	return tag, nil
}

// operationID turns the tag stemma.royalty.v1.Query and the id Query_Params
// into StemmaRoyaltyV1QueryParams.
func operationID(tag, id string) string {
	_, method, found := strings.Cut(id, "_")
	if !found {
		method = id
	}
	var b strings.Builder
	for _, part := range strings.Split(tag, ".") {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String() + method
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
