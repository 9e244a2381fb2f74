package sheet_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/sheet"
)

// What is true or false is no text, and nothing is left out in silence.
func TestJSONThatIsNoText(t *testing.T) {
	columns := sheet.Columns{One: []string{"title", "commercial"}, Many: []string{"from"}, Flags: []string{"commercial"}}
	lines := `{"title":"One","commercial":false,"from":["a",2]}
{"title":true}
{"title":false}
{"from":["a",true]}
{"from":{"a":1}}
{"title":null}
`
	records, err := sheet.ReadLines(strings.NewReader(lines), "t.jsonl", columns, sheet.Options{})
	require.NoError(t, err)
	require.Equal(t, map[string][]string{"title": {"One"}, "commercial": {"false"}, "from": {"a", "2"}}, records[0].Fields)
	require.ErrorContains(t, records[1].Err, "takes a text, not true")
	require.ErrorContains(t, records[2].Err, "takes a text, not false")
	require.ErrorContains(t, records[3].Err, "takes texts and numbers in a list")
	require.ErrorContains(t, records[4].Err, "and no object")
	require.NoError(t, records[5].Err)
	require.Empty(t, records[5].Text("title"))
}

// Some write a text as a formula, so that a spreadsheet does not take it for a number.
func TestTextWrittenAsAFormula(t *testing.T) {
	table := "file,title,from\n\"=\"\"0123\"\"\",=SUM(A1),\"=\"\"a\"\"&\"\"b\"\"\"\n"
	records, err := sheet.ReadTable(strings.NewReader(table), "t.csv", sheet.Columns{One: []string{"file", "title", "from"}}, sheet.Options{})
	require.NoError(t, err)
	require.Equal(t, map[string][]string{"file": {"0123"}, "title": {"=SUM(A1)"}, "from": {`="a"&"b"`}}, records[0].Fields)
}
