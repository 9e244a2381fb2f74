package batch_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/register/batch"
	"github.com/stemma-chain/stemma/client/sheet"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func folder(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, []byte(name), 0o600))
	}
	return dir
}

func TestReadFillsAndGuesses(t *testing.T) {
	dir := folder(t, "song.wav", "art/cover.png")
	bo := sdk.AccAddress("twenty bytes account").String()
	rows, err := batch.Read(strings.NewReader("\ufeffFile,Title,kind,creators,role,source_type,fingerprints\n"+
		"song.wav,,,Ada; Bo <"+bo+">,composer,,isrc=USRC17607839;doi:10.1/2\n"+
		"art/cover.png,\"Cover, front\",style,Jane Doe (Nym),,http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture,"+
		"https://a.b/c;d=e\n"), "works.csv", dir, sheet.Options{}, nil)
	require.NoError(t, err)
	require.Equal(t, []batch.Row{
		{Path: filepath.Join(dir, "song.wav"), Line: 2, Details: registrytypes.Details{
			Kind: registrytypes.KIND_AUDIO, Title: "song", MediaType: "audio/wav",
			Creators:     []registrytypes.Creator{{Name: "Ada", Role: "composer"}, {Name: "Bo", Account: bo, Role: "composer"}},
			Fingerprints: []registrytypes.Fingerprint{{Scheme: "isrc", Value: "USRC17607839"}, {Scheme: "doi", Value: "10.1/2"}},
		}},
		{Path: filepath.Join(dir, "art", "cover.png"), Line: 3, Details: registrytypes.Details{
			Kind: registrytypes.KIND_STYLE, Title: "Cover, front", MediaType: "image/png", DigitalSourceType: "digitalCapture",
			Creators:     []registrytypes.Creator{{Name: "Jane Doe (Nym)"}},
			Fingerprints: []registrytypes.Fingerprint{{Scheme: "url", Value: "https://a.b/c;d=e"}},
		}},
	}, rows)
}

func TestReadNamesRowAndFile(t *testing.T) {
	dir := folder(t, "a.wav", "b.wav")
	for table, want := range map[string]string{
		"":                                      "is empty",
		"file\n":                                "names no files",
		"title\nx\n":                            `no column "file"`,
		"file,colour\na.wav,red\n":              `unknown column "colour"`,
		"file,file\na.wav,b.wav\n":              "are the same",
		"file,kind\na.wav,sound\n":              `row 2 (` + filepath.Join(dir, "a.wav") + `): column kind: "sound" is no kind`,
		"file\na.wav\n\nmissing.wav\n":          "row 4 (" + filepath.Join(dir, "missing.wav") + ")",
		"file\n../a.wav\n":                      "row 2 (" + filepath.Join("..", "a.wav") + "): file must be a path inside",
		"file\n/etc/passwd\n":                   "must be a path inside",
		"file,title\n\"\",x\n":                  "must be a path inside",
		"file\n\"\"\n":                          "names no files",
		"file\na.wav\nb.wav\na.wav\n":           "in row 2 already",
		"file,creators\na.wav,<stemma1x>\n":     "has no name",
		"file,fingerprints\na.wav,isrc\n":       "write scheme=value",
		"file,creators\na.wav,Ada <stemma1x>\n": "is not an account",
		"file,source_type\na.wav,magic\n":       "column source_type: \"magic\" is none of IPTC's",
		"file,title\na.wav,b,c\n":               `row 2: "c" stands in column 3`,
		"file,title\na.wav,\"open\n":            "works.csv",
	} {
		_, err := batch.Read(strings.NewReader(table), "works.csv", dir, sheet.Options{}, nil)
		require.ErrorContains(t, err, want, table)
	}
}

// What a spreadsheet saves in other countries, and what sha256sum prints, is a table too.
func TestReadTakesWhatProgramsWrite(t *testing.T) {
	dir := folder(t, "a.wav", "b.wav")
	for _, table := range []string{
		"sep=;\r\nFile;Media Type\r\na.wav;audio/wav\r\nb.wav;\r\n;\r\n", "FILE\tTitle\t\na.wav\t\t\nb.wav\t\xe4\t\n",
		strings.Repeat("ab", 32) + "  a.wav\n" + strings.Repeat("cd", 32) + " *b.wav\n",
	} {
		rows, err := batch.Read(strings.NewReader(table), "works.csv", dir, sheet.Options{}, nil)
		require.NoError(t, err, table)
		require.Len(t, rows, 2)
		require.Equal(t, filepath.Join(dir, "b.wav"), rows[1].Path)
	}
}

// A file's name is its title, unless it has lost letters.
func TestATitleOfAFileHasAllItsLetters(t *testing.T) {
	dir := folder(t, "a\ufffd.wav")
	sums := strings.Repeat("ab", 32) + "  a.wav\n"
	_, err := batch.Read(strings.NewReader(strings.Replace(sums, "a.wav", "a\ufffd.wav", 1)), "SHA256SUMS", dir, sheet.Options{}, nil)
	require.ErrorContains(t, err, "SHA256SUMS row 1")
	require.NoError(t, os.Rename(filepath.Join(dir, "a\ufffd.wav"), filepath.Join(dir, "a.wav")))
	_, err = batch.Read(strings.NewReader(sums), "SHA256SUMS", dir, sheet.Options{}, nil)
	require.NoError(t, err)
}

// What sha256sum printed is what the file has to have.
func TestSumsAreChecked(t *testing.T) {
	dir := folder(t, "a.wav")
	sum := strings.Repeat("ab", 32)
	rows, err := batch.Read(strings.NewReader(sum+"  a.wav\n"), "SHA256SUMS", dir, sheet.Options{}, nil)
	require.NoError(t, err)
	require.Equal(t, sum, rows[0].Digest.String())
	require.NoError(t, rows[0].Check(rows[0].Digest))
	require.ErrorContains(t, rows[0].Check(registrytypes.Digest{1}), "the table says SHA-256 "+sum+", and the file has 01")
	require.NoError(t, batch.Row{}.Check(registrytypes.Digest{1}))
}

func TestReadListsAllBadRowsUpToABound(t *testing.T) {
	var table strings.Builder
	table.WriteString("file\n")
	for i := range 30 {
		table.WriteString("gone" + strconv.Itoa(i) + ".wav\n")
	}
	_, err := batch.Read(strings.NewReader(table.String()), "works.csv", t.TempDir(), sheet.Options{}, nil)
	require.ErrorContains(t, err, "row 2 (")
	require.ErrorContains(t, err, "row 21 (")
	require.NotContains(t, err.Error(), "row 22 (")
	require.ErrorContains(t, err, "and 10 more are wrong")
	require.ErrorIs(t, err, os.ErrNotExist)
}
