package exchange

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/sheet"
	"github.com/stemma-chain/stemma/x/registry/manifest"
)

func itemsOf(t *testing.T, raw []byte) (items []manifest.Item) {
	for len(raw) > 0 {
		size, err := manifest.RowSize(raw[0])
		require.NoError(t, err)
		item, err := manifest.ReadItem(raw[:size])
		require.NoError(t, err)
		items, raw = append(items, item), raw[size:]
	}
	return items
}

func who(t *testing.T, text string) manifest.Contributor {
	c, err := dataset.ParseContributor(text)
	require.NoError(t, err)
	return c
}

func credits(t *testing.T, text string) *Credits {
	c, err := ReadCredits(strings.NewReader(text), "credits.csv", sheet.Options{})
	require.NoError(t, err)
	return c
}

func TestAFolderIsReadInOrder(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"b.txt": "b", "a/z.txt": "az", "a/a.txt": "aa", "a.txt": "a", "ü.txt": "u", "empty.txt": "", ".hidden": "h", ".git/x": "x",
	} {
		write(t, dir, name, text)
	}
	outside := write(t, t.TempDir(), "outside.txt", "outside")
	require.NoError(t, os.Symlink(outside, filepath.Join(dir, "c.txt")))
	require.NoError(t, os.Symlink(filepath.Dir(outside), filepath.Join(dir, "d")))
	whose := who(t, account1)
	var passed []string
	source := NewFolder(dir, FolderOptions{
		Whose: &whose, Passed: func(p register.Passed) { passed = append(passed, filepath.Base(p.Path)+": "+string(p.Why)) },
		Credits: credits(t, "path;contributor;weight\n./a/z.txt;"+work1+";2\nb.txt;"+account2+";\nb.txt;"+work1+";7\n"),
	})
	defer source.Close()
	raw, marks, err := rowsOf(source, 2)
	require.NoError(t, err)
	require.ElementsMatch(t, []string{".git: hidden", ".hidden: hidden", "c.txt: a link", "d: a link", "empty.txt: empty"}, passed)
	item := func(text, contributor string, weight uint64) manifest.Item {
		return manifest.Item{Sha256: sha256.Sum256([]byte(text)), Contributor: who(t, contributor), Weight: weight}
	}
	want := []manifest.Item{
		item("aa", account1, 1), item("az", work1, 2), item("a", account1, 1), item("b", account2, 1), item("b", work1, 7),
		item("u", account1, 1),
	}
	require.Equal(t, want, itemsOf(t, raw))
	delete(marks, "") // between two contributors of a file
	for mark, at := range marks {
		require.NoError(t, source.Seek(context.Background(), mark))
		rest, _, err := rowsOf(source, 3)
		require.NoError(t, err)
		require.Equal(t, string(raw[at:]), string(rest))
	}
	// What was read has changed.
	last := ""
	for mark := range marks {
		last = max(last, mark)
	}
	write(t, dir, "a/a.txt", "aaa")
	require.ErrorIs(t, source.Seek(context.Background(), last), dataset.ErrChanged)
	require.NoError(t, os.Remove(filepath.Join(dir, "a/a.txt")))
	require.ErrorIs(t, source.Seek(context.Background(), last), dataset.ErrChanged)
}

func TestWhatIsWrongWithCreditsIsNamed(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.txt", "a")
	for _, c := range []struct{ table, want string }{
		{
			"path,contributor\na.txt,alice\n",
			`credits.csv row 2, column contributor: invalid value: "alice" is no account`,
		},
		{
			"path,contributor,weight\na.txt," + work1 + ",0\n",
			"credits.csv row 2, column weight: invalid row: a weight of 0",
		},
		{
			"path,contributor,weight\na.txt," + work1 + ",many\n",
			`credits.csv row 2, column weight: invalid value: "many" is no whole number`,
		},
		{
			"path,contributor\na.txt,\n",
			"credits.csv row 2, column contributor: invalid value: it is missing",
		},
		{
			"path,contributor\na.txt," + work1 + "\nb.txt," + work1 + "\n",
			"credits.csv row 3, column path: invalid value: there is no file b.txt in the folder",
		},
		{
			"path,contributor\nc," + work1 + "\na.txt," + work1 + "\nb,x\n",
			"credits.csv row 2, column path: invalid value: there is no file c in the folder, nor 1 others",
		},
		{
			"path,contributor\n/etc/passwd," + work1 + "\n",
			"credits.csv row 2, column path: invalid value: it is not below the folder",
		},
		{
			"path,contributor\n../a.txt," + work1 + "\n",
			"credits.csv row 2, column path: invalid value: it is not below the folder",
		},
		{
			"path,contributor\n," + work1 + "\n",
			"credits.csv row 2, column path: invalid value: it is missing",
		},
		{
			"path,licence\na.txt,x\n",
			`credits.csv: unknown column "licence"`,
		},
		{
			"path,contributor\na.txt," + work1 + "\n./a.txt," + work1 + "\n",
			"credits.csv row 3, column path: invalid value: line 2 has the same file and contributor",
		},
		{
			"path,contributor,time\na.txt," + work1 + ",yesterday\n",
			`credits.csv row 2, column time: invalid value: "yesterday" is no time`,
		},
		{
			"path,contributor,consent\na.txt," + work1 + "," + digest1[:10] + "",
			"credits.csv row 2, column consent: invalid value",
		},
	} {
		credits, err := ReadCredits(strings.NewReader(c.table), "credits.csv", sheet.Options{})
		if err == nil {
			source := NewFolder(dir, FolderOptions{Credits: credits})
			_, _, err = rowsOf(source, 10)
			require.NoError(t, source.Close())
		}
		require.ErrorContains(t, err, c.want, c.table)
	}
	source := NewFolder(dir, FolderOptions{})
	defer source.Close()
	_, _, err := rowsOf(source, 10)
	require.ErrorContains(t, err, "a.txt: invalid value: nobody is named whose it is")
	gone := NewFolder(filepath.Join(dir, "gone"), FolderOptions{})
	defer gone.Close()
	_, _, err = rowsOf(gone, 10)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestTablesAreRead(t *testing.T) {
	plain := "sha256,contributor,weight,time\n" + digest1 + "," + account1 + ",3,\n" + digest2 + ",\"" + work1 + "\",,2026-01-01T00:00:00Z\n"
	for name, text := range map[string]string{
		"plain": plain, "byte order mark": "\xef\xbb\xbf" + plain, "CRLF": strings.ReplaceAll(plain, "\n", "\r\n"), "empty lines": plain + "\n\n",
	} {
		source, err := Table(strings.NewReader(text), "items.csv", "", ',', nil)
		require.NoError(t, err, name)
		raw, marks, err := rowsOf(source, 1)
		require.NoError(t, err, name)
		items := itemsOf(t, raw)
		require.Len(t, items, 2)
		require.Equal(t, who(t, account1), items[0].Contributor)
		require.Equal(t, uint64(3), items[0].Weight)
		require.Equal(t, int64(1767225600), items[1].Time)
		for mark, at := range marks {
			require.NoError(t, source.Seek(context.Background(), mark))
			rest, _, err := rowsOf(source, 9)
			require.NoError(t, err)
			require.Equal(t, string(raw[at:]), string(rest))
		}
	}
	for text, want := range map[string]string{
		"":                              "items.csv: it can't be read: it has no line that names the columns",
		"sha256,licence\n":              "items.csv line 1, licence: it can't be read: there is no such column",
		"sha256,sha256,contributor\n":   "items.csv line 1, sha256: it can't be read: the column is there twice",
		"contributor\n":                 "items.csv: it can't be read: it needs the columns sha256 and contributor",
		"sha256,contributor\nx,y\n":     "items.csv line 2, sha256: invalid value",
		"sha256,contributor\n\nx\n":     "items.csv line 3: it can't be read: it has 1 columns, the first line 2",
		"sha256,contributor\n\"x,y\n":   "items.csv line 2: it can't be read",
		plain + digest1 + ",alice,1,\n": `items.csv line 4, contributor: invalid value: "alice" is no account`,
	} {
		source, err := Table(strings.NewReader(text), "items.csv", "", ',', nil)
		if err == nil {
			_, _, err = rowsOf(source, 10)
		}
		require.ErrorContains(t, err, want, text)
	}
}

// lpcSprites is where real works with their authors are; see its README.
const lpcSprites = "../../../../shared/data/lpc-sprites"

type sprite struct {
	Authors []string `json:"authors"`
	Path    string   `json:"path"`
	SHA256  string   `json:"sha256"`
}

func sprites(t *testing.T) (list []sprite) {
	raw, err := os.ReadFile(lpcSprites + "/works.jsonl")
	if os.IsNotExist(err) {
		t.Skip("there are no sprites in ../shared/data/lpc-sprites")
	}
	require.NoError(t, err)
	for line := range strings.Lines(string(raw)) {
		var s sprite
		require.NoError(t, json.Unmarshal([]byte(line), &s))
		list = append(list, s)
	}
	return list
}

// authorOf is an account for an author, who has none.
func authorOf(name string) string {
	id := sha256.Sum256([]byte(name))
	return dataset.ContributorText(manifest.Contributor{Kind: manifest.Account, ID: id[:20]})
}

// The sprites are a collection, in which each author has a part by the number of its works: of a work by several, each has its own.
func TestRealWorksWithTheirAuthors(t *testing.T) {
	list := sprites(t)
	var lines strings.Builder
	works, byPNG := map[string]uint64{}, map[string][]string{}
	for _, s := range list {
		for _, author := range s.Authors {
			fmt.Fprintf(&lines, `{"sha256":%q,"contributor":%q}`+"\n", s.SHA256, authorOf(author))
			works[author]++
		}
		byPNG[s.SHA256[:16]+".png"] = s.Authors
	}
	dir := t.TempDir()
	source, err := Open(t.Context(), write(t, dir, "works.jsonl", lines.String()), Options{})
	require.NoError(t, err)
	defer source.Close()
	path := filepath.Join(dir, "sprites")
	built, err := dataset.Make(t.Context(), source, path, dataset.MakeOptions{})
	require.NoError(t, err)
	require.Equal(t, uint64(len(works)), built.Manifest.Contributors.Leaves)
	opened, err := dataset.Open(path)
	require.NoError(t, err)
	defer opened.Close()
	whole := uint64(0)
	for author, count := range works {
		p, err := opened.ProveContributor(who(t, authorOf(author)))
		require.NoError(t, err)
		interval, err := p.Verify(built.Manifest)
		require.NoError(t, err)
		require.Equal(t, count, interval.Weight(), author)
		whole += count
	}
	require.Equal(t, whole, built.Manifest.Contributors.Sum)
	t.Logf("%d works of %d authors, %d items", len(list), len(works), whole)

	// The files that are there, with a table of credits.
	var table strings.Builder
	table.WriteString("path,contributor\n")
	files, err := os.ReadDir(lpcSprites + "/png")
	require.NoError(t, err)
	items := 0
	for _, f := range files {
		require.NotEmpty(t, byPNG[f.Name()], f.Name())
		for _, author := range byPNG[f.Name()] {
			fmt.Fprintf(&table, "%s,%s\n", f.Name(), authorOf(author))
			items++
		}
	}
	folder := NewFolder(lpcSprites+"/png", FolderOptions{Credits: credits(t, table.String())})
	defer folder.Close()
	built, err = dataset.Make(t.Context(), folder, filepath.Join(dir, "png"), dataset.MakeOptions{})
	require.NoError(t, err)
	require.Equal(t, uint64(items), built.Manifest.ItemCount)
	opened, err = dataset.Open(filepath.Join(dir, "png"))
	require.NoError(t, err)
	defer opened.Close()
	first, err := opened.ProveItem(0)
	require.NoError(t, err)
	item, err := first.Verify(built.Manifest)
	require.NoError(t, err)
	require.Equal(t, files[0].Name(), fmt.Sprintf("%x.png", item.Sha256[:8]))
}

// A folder that is broken off between any two files goes on.
func TestAFolderThatIsBrokenOffGoesOn(t *testing.T) {
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(1, 2))
	var table strings.Builder
	table.WriteString("path,contributor\n")
	for i := range 60 {
		name := fmt.Sprintf("%d/%d.txt", i%7, i)
		write(t, dir, "files/"+name, fmt.Sprint(rng.Uint64()))
		for range 1 + i%3 {
			fmt.Fprintf(&table, "%s,%s\n", name, authorOf(fmt.Sprint(rng.Uint64())))
		}
	}
	options := FolderOptions{Credits: credits(t, table.String())}
	whole := NewFolder(filepath.Join(dir, "files"), options)
	defer whole.Close()
	want, err := dataset.Make(t.Context(), whole, filepath.Join(dir, "whole"), dataset.MakeOptions{})
	require.NoError(t, err)
	for tries := 0; ; tries++ {
		require.Less(t, tries, 1000)
		ctx, cancel := context.WithCancel(t.Context())
		source := NewFolder(filepath.Join(dir, "files"), options)
		left := rng.IntN(12)
		o := dataset.MakeOptions{Every: 1, Progress: func(int, int64) {
			if left--; left < 0 {
				cancel()
			}
		}}
		built, err := dataset.Make(ctx, few{source, rng.IntN(5) + 1}, filepath.Join(dir, "parts"), o)
		cancel()
		require.NoError(t, source.Close())
		if err == nil {
			require.Equal(t, want, built)
			return
		}
		require.ErrorIs(t, err, context.Canceled)
	}
}

// few gives few items at once.
type few struct {
	dataset.Resumable
	most int
}

func (f few) Next(ctx context.Context, items int) (dataset.Batch, error) {
	return f.Resumable.Next(ctx, min(items, f.most))
}
