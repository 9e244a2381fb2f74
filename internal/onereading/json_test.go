package onereading_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/internal/onereading"
)

type value struct {
	A    any              `json:"a"`
	Kind string           `json:"kind"`
	Many []map[string]any `json:"many"`
}

func TestOneReading(t *testing.T) {
	for _, good := range []string{
		`{}`, ` {"a":1} `, `{"a":"a","kind":"a"}`, `{"many":[{"a":1},{"a":2}],"a":{"a":{"a":["a","a",{"a":"a"}]}}}`, `{"a":["kind","kind"]}`,
		`{"a":"kind","kind":"a"}`, `{"A":1}`, `null`,
	} {
		var v value
		require.NoError(t, onereading.JSON([]byte(good), &v), good)
	}
	for bad, want := range map[string]string{
		`{"a":1,"a":1}`:                    `"a" stands twice`,
		`{"a":1,"A":1}`:                    `"A" stands twice`,
		`{"a":1,"\u0061":1}`:               `"a" stands twice`,
		`{"kind":"a","\u212aind":"b"}`:     "stands twice", // the sign of kelvin folds to k
		`{"many":[{"x":1},{"x":1,"x":2}]}`: `"x" stands twice`,
		`{"a":{"b":{"c":1},"b":2}}`:        `"b" stands twice`,
		`{"a":[[],{}],"kind":"","a":[]}`:   `"a" stands twice`,
		`{"a":{},"a":{}}`:                  `"a" stands twice`,
		`{"b":1}`:                          "unknown field",
		`{"a":1}{}`:                        "more follows",
		`{"a":1}x`:                         "more follows",
		"{\"a\":\"\xff\"}":                 "UTF-8",
		"{\"a\":1}\x00":                    "more follows",
		"":                                 "EOF",
		"\ufeff{}":                         "invalid character",
	} {
		var v value
		require.ErrorContains(t, onereading.JSON([]byte(bad), &v), want, bad)
	}
}

// It reads no other value than encoding/json, and refuses what that refuses.
func FuzzOneReading(f *testing.F) {
	for _, seed := range []string{`{"a":[1,{"b":null}],"kind":"k"}`, `{"a":1,"a":2}`, `{"many":[{}]}`, `[`, `{"a":"\ud800"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var mine, theirs value
		if onereading.JSON(raw, &mine) == nil {
			require.NoError(t, json.Unmarshal(raw, &theirs))
			require.Equal(t, theirs, mine)
		}
	})
}
