package sheet_test

import (
	"bytes"
	"encoding/csv"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/stemma-chain/stemma/client/sheet"
)

func read(t *testing.T, text string) *sheet.Sheet {
	t.Helper()
	s, err := sheet.Read(strings.NewReader(text), "works.csv", sheet.Options{})
	require.NoError(t, err, text)
	return s
}

func cells(s *sheet.Sheet) (all [][]string) {
	for _, row := range s.Rows {
		all = append(all, row.Cells)
	}
	return all
}

// The same table, as programs write it.
func TestOneTableInAllSpellings(t *testing.T) {
	want := [][]string{{"File", "Title"}, {"a.wav", "Ärger, laut"}, {"b.wav", `say "yes"`}}
	plain := "File,Title\na.wav,\"Ärger, laut\"\nb.wav,\"say \"\"yes\"\"\"\n"
	encoded := func(e interface{ Bytes([]byte) ([]byte, error) }, s string) string {
		bz, err := e.Bytes([]byte(s))
		require.NoError(t, err)
		return string(bz)
	}
	semicolons := "File;Title\r\na.wav;Ärger, laut\r\nb.wav;\"say \"\"yes\"\"\"\r\n"
	for name, text := range map[string]string{
		"plain":                    plain,
		"no last line end":         strings.TrimSuffix(plain, "\n"),
		"byte order mark":          "\ufeff" + plain,
		"CRLF":                     strings.ReplaceAll(plain, "\n", "\r\n"),
		"CR":                       strings.ReplaceAll(plain, "\n", "\r"),
		"semicolons":               semicolons,
		"tabs":                     "File\tTitle\na.wav\tÄrger, laut\nb.wav\tsay \"yes\"\n",
		"sep=":                     "sep=;\r\n" + semicolons,
		"sep= in quotes":           "\"sep=;\"\r\n" + semicolons,
		"quoted header":            strings.Replace(plain, "File,Title", `"File","Title"`, 1),
		"spaces around commas":     "File , Title\na.wav , \"Ärger, laut\" \n b.wav,\"say \"\"yes\"\"\" \n",
		"a space without a break":  "File,\u00a0Title\u00a0\na.wav,\"Ärger, laut\"\nb.wav,\"say \"\"yes\"\"\"\n",
		"empty rows":               "\n\nFile,Title\n\na.wav,\"Ärger, laut\"\n,\n\"\",\nb.wav,\"say \"\"yes\"\"\"\n\n\n",
		"empty columns":            "File,,Title,,\na.wav,,\"Ärger, laut\",,\nb.wav,,\"say \"\"yes\"\"\",,\n",
		"comments at the top":      "# made by hand\n# twice\n" + plain,
		"quotes inside a cell":     "File|Title\na.wav|Ärger, laut\nb.wav|say \"yes\"\n",
		"UTF-16, little end first": encoded(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder(), plain),
		"UTF-16, big end first":    encoded(unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder(), plain),
		"UTF-16 without a mark":    encoded(unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder(), plain),
		"and big":                  encoded(unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder(), plain),
		"Windows-1252":             encoded(charmap.Windows1252.NewEncoder(), plain),
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, want, cells(read(t, text))) })
	}
}

func TestWhatAFileWasTakenFor(t *testing.T) {
	s := read(t, "sep=;\nfile;title\na;\xe4\n")
	require.Equal(t, sheet.Windows1252, s.Encoding)
	require.Equal(t, ';', s.Separator)
	require.Equal(t, [][]string{{"file", "title"}, {"a", "ä"}}, cells(s))
	require.Equal(t, 3, s.Rows[1].Line)
	_, err := sheet.Read(strings.NewReader("file\n\xe4\n"), "works.csv", sheet.Options{Encoding: sheet.UTF8})
	require.ErrorContains(t, err, "works.csv: line 2 is not UTF-8 (byte 0xe4): say which encoding it is (utf-8, utf-16, windows-1252)")
	_, err = sheet.Read(strings.NewReader("file\nä\n"), "works.csv", sheet.Options{Encoding: sheet.Windows1252})
	require.NoError(t, err, "declared is declared")
	_, err = sheet.Read(strings.NewReader(""), "works.csv", sheet.Options{Encoding: "latin"})
	require.ErrorContains(t, err, `the encoding "latin" is none of utf-8`)
}

func TestFaultsNameFileRowAndColumn(t *testing.T) {
	for text, want := range map[string]string{
		"file,title\na,\ufffdrger\n": "works.csv row 2, column title: \"\ufffdrger\" has a character that a program could not read",
		"file,title\na,b,c\n":        `works.csv row 2: "c" stands in column 3, and the first row has 2: put quotes around a text with ',' in it`,
		"file,title\na,\"b\n":        "works.csv: line 2 opens a quote that nothing closes",
		"file,title\na,\"b\" c\n":    "works.csv: line 2 has text behind a closing quote",
		"file,title\na,\"\nb\" c\n":  "works.csv: line 3 has text behind a closing quote",
		"file,title\n\xe4\x81,\n":    "works.csv: line 2 has the byte 0x81, which is neither UTF-8 nor Windows-1252",
		"file\n1\n2\n3\n4\n":         "works.csv has more than 3 rows: split it",
		"\xff\xfea\x00b":             "works.csv: it looks like UTF-16 and is not",
	} {
		_, err := sheet.Read(strings.NewReader(text), "works.csv", sheet.Options{MaxRows: 3})
		require.ErrorContains(t, err, want)
	}
}

func TestColumnsInAnySpelling(t *testing.T) {
	s := read(t, "SHA-256,Media Type,x\n1,2,3\n")
	places, err := s.Places("media_type", "sha256", "title")
	require.NoError(t, err)
	require.Equal(t, map[string]int{"sha256": 0, "media_type": 1}, places)
	require.Equal(t, []string{"x"}, s.Unknown("media_type", "sha256"))
	_, err = read(t, "SHA-256,sha256\n1,2\n").Places("sha256")
	require.ErrorContains(t, err, `columns "SHA-256" and "sha256" are the same`)
}

func TestWhatSha256sumPrints(t *testing.T) {
	one, two := strings.Repeat("ab", 32), strings.Repeat("cd", 32)
	s := read(t, "# sums\n"+one+"  a, b.wav\n"+two+" *c;d.wav\r\n\nSHA256 (e) = "+one+"\n")
	require.True(t, s.Sums)
	require.Equal(t, [][]string{{"sha256", "file"}, {one, "a, b.wav"}, {two, "c;d.wav"}, {one, "e"}}, cells(s))
	require.Equal(t, []int{0, 2, 3, 5}, []int{s.Rows[0].Line, s.Rows[1].Line, s.Rows[2].Line, s.Rows[3].Line})
	require.False(t, read(t, one+"\n"+two+"\n").Sums, "a bare list")
}

func TestNothing(t *testing.T) {
	for _, text := range []string{"", "\n\n", "#\n", ",,\n", "\ufeff", "sep=;"} {
		require.Empty(t, read(t, text).Rows, "%q", text)
	}
}

// FuzzRead: nothing crashes, rows are alike, and what a strict writer writes is read as it was.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"a,b\n1,2\n", "\"a\";b\r\n", "sep=|\na|b", "\xff\xfea\x00", hex.EncodeToString(make([]byte, 32)) + "  x\n", "a\n\"b\nc\"\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, bz []byte) {
		s, err := sheet.Read(bytes.NewReader(bz), "x", sheet.Options{})
		if err != nil {
			return
		}
		for _, row := range s.Rows {
			require.Len(t, row.Cells, len(s.Rows[0].Cells))
		}
		if len(s.Rows) < 2 || s.Sums || len(s.Rows[0].Cells) < 2 || strings.HasPrefix(s.Rows[0].Cells[0], "#") {
			return
		}
		for _, name := range s.Rows[0].Cells {
			if name == "" || sheet.Key(name) != name {
				return
			}
		}
		var out bytes.Buffer
		w := csv.NewWriter(&out)
		for _, row := range s.Rows {
			require.NoError(t, w.Write(row.Cells))
		}
		w.Flush()
		again, err := sheet.Read(&out, "x", sheet.Options{Encoding: sheet.UTF8})
		require.NoError(t, err)
		require.Equal(t, cells(s), cells(again))
	})
}
