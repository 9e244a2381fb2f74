package rights

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/sheet"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func digestOf(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:])
}

func work(name string) string {
	return registrytypes.NewWorkID([]byte("alice"), sha256.Sum256([]byte(name))).String()
}

func TestReadManifest(t *testing.T) {
	d, w := digestOf("a"), work("b")
	row := func(line int, subject string, cells ...string) Row {
		return Row{Line: line, Subject: subject, Cells: cells}
	}
	for name, c := range map[string]struct {
		text    string
		columns []string
		rows    []Row
	}{
		"bare list":         {d + "\n" + w + "\n", []string{"id"}, []Row{row(1, d, d), row(2, w, w)}},
		"bare, with more":   {d + ",x,y\n", []string{"id", "column2", "column3"}, []Row{row(1, d, d, "x", "y")}},
		"no newline at end": {d, []string{"id"}, []Row{row(1, d, d)}},
		"byte order mark":   {"\ufeff" + "ID\r\n" + d + "\r\n", []string{"ID"}, []Row{row(2, d, d)}},
		"capitals":          {strings.ToUpper(d), []string{"id"}, []Row{row(1, d, strings.ToUpper(d))}},
		"other columns":     {"title, sha256\n\"#1, so\"," + d + "\n", []string{"title", "sha256"}, []Row{row(2, d, "#1, so", d)}},
		"id is another's":   {"id,work\nmodel-1," + w + "\n", []string{"id", "work"}, []Row{row(2, w, "model-1", w)}},
		"work, else digest": {
			"sha256,work\n" + d + ",\n" + d + "," + w + "\n",
			[]string{"sha256", "work"},
			[]Row{row(2, d, d, ""), row(3, w, d, w)},
		},
		"blank lines":         {"id\n\n" + d + "\n", []string{"id"}, []Row{row(3, d, d)}},
		"blank before a list": {"\n" + d + "\n", []string{"id"}, []Row{row(2, d, d)}},
		"semicolons":          {"sep=;\r\nSHA-256;Title\r\n" + d + ";T\r\n", []string{"SHA-256", "Title"}, []Row{row(3, d, d, "T")}},
		"what sha256sum says": {d + "  a.wav\n", []string{"sha256", "file"}, []Row{row(1, d, d, "a.wav")}},
		"other forms":         {"sha256:" + d + "\n", []string{"id"}, []Row{row(1, d, "sha256:"+d)}},
		"a report": {
			"# height: 7\n# use: copy\nid,rights_verdict,title,rights_price\n" + d + ",denied,T,\n",
			[]string{"id", "title"},
			[]Row{row(4, d, d, "T")},
		},
	} {
		m, err := ReadManifest(strings.NewReader(c.text), "m.csv", sheet.Options{})
		require.NoError(t, err, name)
		require.Equal(t, c.columns, m.Columns, name)
		require.Equal(t, c.rows, m.Rows, name)
		require.Equal(t, digestOf(c.text), m.SHA256, name)
	}
}

func TestReadManifestNamesTheLine(t *testing.T) {
	d := digestOf("a")
	for text, want := range map[string]string{
		"":                                "m.csv is empty",
		"# nothing\n":                     "m.csv is empty",
		"id\n":                            "names no works below its header",
		"title,name\nx,y\n":               "no column is named work, sha256 or id",
		"sha256,sha256\nx,y\n":            `columns "sha256" and "sha256" are the same`,
		"id\n" + d + "\nnonsense\n":       `m.csv line 3: no work id (work1...), and "nonsense" is no SHA-256: write 64 hex digits`,
		"# head\nid\n" + d + "00\n":       "m.csv line 3: ",
		"id\nwork1nonsense\n":             "m.csv line 2: ",
		"work,sha256,x\n,,y\n":            "line 2: names no work",
		"id,title\n" + d + ",a,b\n":       `row 2: "b" stands in column 3`,
		"id,title\n" + d + ",\"open\n":    "m.csv: ",
		d + "\n" + d[:63] + "g\n" + "x\n": "m.csv line 2",
	} {
		_, err := ReadManifest(strings.NewReader(text), "m.csv", sheet.Options{})
		require.ErrorContains(t, err, want, text)
	}
	_, err := ReadManifest(strings.NewReader("id\n"+strings.Repeat("x\n", 30)), "m.csv", sheet.Options{})
	require.ErrorContains(t, err, "line 21")
	require.NotContains(t, err.Error(), "line 22")
	require.ErrorContains(t, err, "and 10 more are wrong")
}

func TestReadManifestBoundsRows(t *testing.T) {
	rows := strings.Repeat(digestOf("a")+"\n", MaxRows)
	for _, header := range []string{"", "sha256\n"} {
		m, err := ReadManifest(strings.NewReader(header+rows), "m.csv", sheet.Options{})
		require.NoError(t, err)
		require.Len(t, m.Rows, MaxRows)
		require.Equal(t, []Question{{Subject: digestOf("a")}}, m.Questions())

		_, err = ReadManifest(strings.NewReader(header+rows+digestOf("b")+"\n"), "m.csv", sheet.Options{})
		require.ErrorContains(t, err, fmt.Sprintf("m.csv has more than %d rows: split it", MaxRows))
	}
}

// Works in one line of a list without a header are not columns of the first.
func TestALineOfAListNamesOneWork(t *testing.T) {
	for _, text := range []string{digestOf("a") + "," + digestOf("b") + "\n", digestOf("a") + "\t\tsha256:" + digestOf("b") + "\n"} {
		_, err := ReadManifest(strings.NewReader(text), "m.csv", sheet.Options{})
		require.ErrorContains(t, err, "m.csv line 1 names several works: write one a line")
	}
	m, err := ReadManifest(strings.NewReader("sha256,other\n"+digestOf("a")+","+digestOf("b")+"\n"), "m.csv", sheet.Options{})
	require.NoError(t, err)
	require.Len(t, m.Rows, 1)
}
