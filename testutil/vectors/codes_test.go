package vectors

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"

	"github.com/stretchr/testify/require"

	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/client"
)

// errorCode is an error that a refusal may end with.
type errorCode struct {
	// Module that has the error, as the client imports it; sdkerrors: the SDK.
	Module    string `json:"module"`
	Name      string `json:"name"`
	Codespace string `json:"codespace"`
	Code      uint32 `json:"code"`
	// Words are how texts about it end.
	Words string `json:"words"`
}

// makeCodes takes the errors from the client, and their names, which no error knows, from the list in
// its source.
func makeCodes(t *testing.T) any {
	names := listedErrors(t, "../../client/codes.go", "known")
	errs := client.Codes()
	require.Len(t, errs, len(names))
	all := make([]errorCode, len(names))
	for i, err := range errs {
		codespace, code, _ := errorsmod.ABCIInfo(err, false)
		all[i] = errorCode{names[i][0], names[i][1], codespace, code, err.Error()}
		require.NotEqual(t, uint32(1), code, "%s is not registered", names[i])
	}
	return all
}

// listedErrors are the elements of a list of errors of packages: package and name.
func listedErrors(t *testing.T, file, list string) (names [][2]string) {
	source, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	require.NoError(t, err)
	value, ok := source.Scope.Lookup(list).Decl.(*ast.ValueSpec)
	require.True(t, ok)
	elements, ok := value.Values[0].(*ast.CompositeLit)
	require.True(t, ok)
	for _, element := range elements.Elts {
		selected, ok := element.(*ast.SelectorExpr)
		require.True(t, ok)
		from, ok := selected.X.(*ast.Ident)
		require.True(t, ok)
		names = append(names, [2]string{from.Name, selected.Sel.Name})
	}
	return names
}
