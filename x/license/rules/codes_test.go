package rules_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/license/rules"
)

// constants lists the values of all constants of a type in a file.
func constants(t *testing.T, file, of string) []string {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	require.NoError(t, err)
	var values []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if named, ok := spec.Type.(*ast.Ident); !ok || named.Name != of {
			return true
		}
		for _, value := range spec.Values {
			text, err := strconv.Unquote(value.(*ast.BasicLit).Value)
			require.NoError(t, err)
			values = append(values, text)
		}
		return true
	})
	slices.Sort(values)
	return values
}

// TestEveryConstantIsListed, in order: the lists are what tables are held against.
func TestEveryConstantIsListed(t *testing.T) {
	var codes, notices []string
	for _, code := range rules.Codes() {
		codes = append(codes, string(code))
	}
	for _, notice := range rules.Notices() {
		notices = append(notices, string(notice))
	}
	require.Equal(t, constants(t, "rules.go", "Code"), codes)
	require.Equal(t, constants(t, "notice.go", "Notice"), notices)
}

// The numbers are the protobuf enums', which packages above cast to.
func TestNumbers(t *testing.T) {
	require.EqualValues(t, 1, rules.Copy)
	require.EqualValues(t, 7, rules.SearchIndex)
	require.EqualValues(t, 1, rules.NonCommercial)
	require.EqualValues(t, 9, rules.Approval)
	require.EqualValues(t, 10, rules.ShareAlikeAny)
	require.EqualValues(t, 11, rules.ItemsApart)
	require.EqualValues(t, 1, rules.Credit)
	require.EqualValues(t, 5, rules.PayPerUse)
	require.EqualValues(t, 6, rules.CountUse)
	require.EqualValues(t, 1, rules.Denied)
	require.EqualValues(t, 3, rules.Allowed)
	require.EqualValues(t, 0b10, rules.Actions(0).With(rules.Copy))
}
