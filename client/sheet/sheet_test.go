package sheet_test

import (
	"bytes"
	"encoding/csv"
	"encoding/hex"
	"fmt"
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
	require.ErrorContains(t, err,
		"works.csv: line 2 is not UTF-8 (byte 0xe4): save it so, or say which encoding it is (utf-8, utf-16, windows-1252)")
	_, err = sheet.Read(strings.NewReader("file\nä\n"), "works.csv", sheet.Options{Encoding: sheet.Windows1252})
	require.NoError(t, err, "declared is declared")
	_, err = sheet.Read(strings.NewReader(""), "works.csv", sheet.Options{Encoding: "latin"})
	require.ErrorContains(t, err, `the encoding "latin" is none of utf-8`)
}

// Text of a Mac or of Eastern Europe looks like Windows-1252: whoever reads it is told what was made of it. UTF-8
// with a byte of something else is not taken for it.
func TestAGuessIsSaid(t *testing.T) {
	mac, err := charmap.Macintosh.NewEncoder().String("file,title\na.wav,Café am Rhein, von Arnim\n")
	require.NoError(t, err)
	said := ""
	options := sheet.Options{Guessed: func(encoding, sample string) { said = encoding + " " + sample }}
	_, err = sheet.ReadTable(strings.NewReader(strings.Replace(mac, ", von", "", 1)), "works.csv",
		sheet.Columns{One: []string{"file", "title"}}, options)
	require.NoError(t, err)
	require.Equal(t, "windows-1252 a.wav,CafŽ am Rhein Arnim", said)
	said = ""
	for _, text := range []string{"file\né\n", "file\ne\n"} {
		_, err = sheet.Read(strings.NewReader(text), "works.csv", options)
		require.NoError(t, err)
	}
	require.Empty(t, said)

	for text, line := range map[string]string{
		"file,title\na,Ärger\nb,Über\nc,Caf\xe9\n": "line 4 is not UTF-8 (byte 0xe9), and the rest is",
		"file,title\na,日本語\nb,日\xe6\x9c":           "line 3 is not UTF-8 (byte 0xe6), and the rest is",
	} {
		_, err = sheet.Read(strings.NewReader(text), "works.csv", sheet.Options{})
		require.ErrorContains(t, err, line)
	}
	s := read(t, "file,title\na,\x84Spa\xdf\x93\n")
	require.Equal(t, "„Spaß“", s.Rows[1].Cells[1])
	_, err = sheet.Read(strings.NewReader("file\nÄÖ\xe9\n"), "works.csv", sheet.Options{Encoding: sheet.Windows1252})
	require.NoError(t, err, "declared is declared")
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

// FuzzRead: nothing crashes, and rows are alike and in order, whatever a table is declared to be. No cell has
// the mark of a letter that was lost. What a strict writer writes of it, and sha256sum of sums, is read as it was.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"a,b\n1,2\n", "\"a\";b\r\n", "sep=|\na|b", "\xff\xfea\x00", "\x00a\x00,\xd8\x00\x00b", "a\n\"b\nc\"\n", "a\tb\r1\t2\r",
		"Titel;\xc4rger\n1;\x802\n", "a,\ufffd\n", "\ufeffa , \"b\"\n#,\n\n,\n1\n", "# note\na|\"b\"\"\"\n", "a\u2028b,\u00a0c\n",
		hex.EncodeToString(make([]byte, 32)) + "  x\n", strings.Repeat("ab", 32) + " *a b\n\\" + strings.Repeat("cd", 32) + "  c\\nd\n",
		"SHA256 (e) = " + strings.Repeat("ef", 32) + "\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, bz []byte) {
		for _, encoding := range append(sheet.Encodings(), "") {
			s, err := sheet.Read(bytes.NewReader(bz), "table.csv", sheet.Options{Encoding: encoding})
			if err != nil {
				require.ErrorContains(t, err, "table.csv")
				continue
			}
			sound(t, s)
			if len(s.Rows) > 0 {
				again(t, s)
			}
		}
	})
}

func sound(t *testing.T, s *sheet.Sheet) {
	for i, row := range s.Rows {
		require.Len(t, row.Cells, len(s.Rows[0].Cells))
		require.NotContains(t, strings.Join(row.Cells, ""), "\ufffd")
		require.True(t, i == 0 || row.Line > s.Rows[i-1].Line, "line %d after %d", row.Line, s.Rows[max(0, i-1)].Line)
		if !s.Sums {
			require.NotEmpty(t, strings.Join(row.Cells, ""), "an empty row")
		}
	}
}

func again(t *testing.T, s *sheet.Sheet) {
	var out bytes.Buffer
	want := cells(s)
	if s.Sums {
		for _, row := range s.Body() {
			name := strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`).Replace(row.Cells[1])
			if name != row.Cells[1] {
				out.WriteByte('\\')
			}
			out.WriteString(row.Cells[0] + "  " + name + "\n")
		}
	} else {
		head := make([]string, len(want[0]))
		for i := range head {
			head[i] = fmt.Sprintf("column%d", i)
		}
		want = append([][]string{head}, want...)
		w := csv.NewWriter(&out)
		require.NoError(t, w.WriteAll(want))
	}
	back, err := sheet.Read(&out, "again.csv", sheet.Options{Encoding: sheet.UTF8})
	require.NoError(t, err)
	require.Equal(t, want, cells(back))
}
