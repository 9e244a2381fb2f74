package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/data"
	"github.com/stemma-chain/stemma/testutil/data/sprites"
	"github.com/stemma-chain/stemma/testutil/localnet"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
)

func TestJourneyOfACollection(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	alice, bob := l.address("alice"), l.address("bob")
	for _, name := range []string{"one", "two", "three", "four"} {
		l.write(name+".wav", name)
	}
	register := func(name, by string) string {
		return l.json("works.0.work", "register", name+".wav", "--no-anchor", "--from", by).(string)
	}
	one, two, three := register("one", "alice"), register("two", "bob"), register("three", "fan")

	// What is nobody's to distribute is not contained.
	create := []string{"collection", "create", "First album", "one.wav", two, three, "--weights", "3,2,1", "--no-anchor", "--from", "alice"}
	require.Contains(t, l.fail(create...), "2 of 3 sources cannot be used")
	require.NoFileExists(t, "First-album.manifest")
	l.do("offer", two, "cc-by-4.0", "--from", "bob")
	require.Contains(t, l.fail(create...), three)
	l.do("offer", three, "commercial-use", "--price", "1000uusdc", "--from", "fan")
	require.Contains(t, l.fail(create...), "grant")
	create = append(create, "--buy", "--max-fee", "1000uusdc")
	require.Contains(t, l.fail(append(create, "--share", "2", "--dry-run")...), "as 2%")
	require.Contains(t, l.fail(append(slices.Clone(create), "--price", "1 USDC")...), "--offer TERMS")
	require.Contains(t, l.fail("collection", "create", "x", "one.wav", one, "--from", "alice"), "member already")
	require.Contains(t, l.fail("collection", "create", "x", "one.wav", "--weights", "0", "--from", "alice"), "no weight")
	require.Contains(t, l.do(append(create, "--dry-run")...), "Would make the collection")
	require.NoFileExists(t, "First-album.manifest")
	create = append(create, "--offer", "commercial-use", "--price", "6 USDC")
	_, errs, code := answering("n\n", append(create, "--home", l.home)...)
	require.Equal(t, exitFailed, code, errs)
	require.Contains(t, errs, "Its works get 100 % of all that it earns, by their weights, and you 0 %")
	require.Contains(t, errs, "Grants are bought for at most 0.001 USDC")
	album := l.json("work", create...).(string)
	require.Len(t, l.json("steps", "lineage", album), 3)

	// A buyer takes the whole; each work is paid its part, and so its holder.
	before := l.uusdc(bob)
	l.do("acquire", album, "commercial-use", "--max-fee", "6 USDC", "--from", "fan")
	l.poolHas(album, 1, "6000000")
	out := l.do("dataset", "collect", "First-album.manifest", "First-album.manifest", "--all", "--from", "fan")
	require.Contains(t, out, "In all: 6.00 USDC, to 3 contributors.")
	require.Eventually(t, func() bool { return l.uusdc(bob)-before >= 2_000_000-1000 }, 60*time.Second, 200*time.Millisecond)

	// Members change by revision; those before keep what they had coming.
	four := register("four", "alice")
	require.Contains(t, l.fail("collection", "remove", album, four, "--from", "alice"), "it is no member")
	require.Contains(t, l.fail("collection", "reweigh", album, one, "--from", "alice"), "give one each")
	require.Contains(t, l.fail("collection", "add", album, two, "--from", "alice"), "member already")
	require.Contains(t, l.fail("collection", "add", album, four, "--manifest", "none", "--from", "alice"), "--manifest")
	require.EqualValues(t, 2, l.json("version", "collection", "add", album, four, "--weights", "4", "--from", "alice"))
	require.FileExists(t, "First-album.v2.manifest")
	old := l.fail("collection", "add", album, four, "--manifest", "First-album.manifest", "--from", "alice")
	require.Contains(t, old, "version 2 is in force")
	l.write("weights.csv", "work,weight\n"+one+",1\n"+two+",1\n")
	require.EqualValues(t, 3, l.json("version", "collection", "reweigh", album, "--table", "weights.csv", "--from", "alice"))
	removed := l.do("collection", "remove", album, three, "--from", "alice")
	require.Contains(t, removed, "now version 4")
	require.Contains(t, removed, "3 items of 3 contributors, with a weight of 6 together")
	require.Contains(t, l.do("dataset", "show", album), "for those of version 4 waits until")
	require.NotEmpty(t, alice)
}

// firstLicence is what a sprite is offered under: the first of its licences that has a name here.
func firstLicence(s sprites.Sprite) string {
	names := map[string]string{
		"CC0": "cc0-1.0", "CC-BY 4.0": "cc-by-4.0", "CC-BY-SA 4.0": "cc-by-sa-4.0", "CC-BY 3.0": "CC-BY-3.0", "CC-BY-SA 3.0": "CC-BY-SA-3.0",
		"GPL 2.0": "GPL-2.0-only", "GPL 3.0": "GPL-3.0-only",
	}
	for _, licence := range s.Licences {
		if name := names[licence]; name != "" {
			return name
		}
	}
	return ""
}

// The sprites that are at hand, registered by their first authors under their licences, are one collection, each with the number of
// works that its author has in the credits for its weight. Of one sale each gets exactly its part.
func TestSpritesAreACollection(t *testing.T) {
	list, err := sprites.Read(bytes.NewReader(data.Read(t, "lpc-sprites/works.jsonl")))
	require.NoError(t, err)
	works, files := map[string]int{}, map[string][]sprites.Sprite{}
	seen, contents := map[string]bool{}, map[string]string{}
	for _, s := range list {
		for _, author := range s.Authors {
			works[author]++
		}
		content, there := data.Find(t, "lpc-sprites/png/"+s.SHA256[:16]+".png")
		if !there || seen[s.SHA256] || firstLicence(s) == "" {
			continue
		}
		seen[s.SHA256], contents[s.SHA256] = true, string(content)
		files[s.Authors[0]] = append(files[s.Authors[0]], s)
	}
	if len(seen) == 0 {
		t.Skip("no sprites in lpc-sprites/png: get the data to run this test")
	}
	authors := slices.Sorted(maps.Keys(files))
	keys := []string{"alice", "fan"}
	for i := range authors {
		keys = append(keys, fmt.Sprintf("author%d", i))
	}
	l := local{t: t, home: localnet.ForTest(t, localnet.Options{Keys: keys}).Nodes[0].Home}
	t.Chdir(t.TempDir())

	atOnce := containedAtOnce
	containedAtOnce = 24 // so that it takes several transactions
	defer func() { containedAtOnce = atOnce }()
	members, whole := "work,weight\n", uint64(0)
	weights, owners := map[string]uint64{}, map[string]string{}
	for i, author := range authors {
		key, table, offers := keys[i+2], "file\n", "work,terms\n"
		for _, s := range files[author] {
			name := s.SHA256[:16] + ".png"
			l.write(filepath.Join(key, name), contents[s.SHA256])
			table += name + "\n"
		}
		l.write(key+".csv", table)
		for _, w := range l.json("works", "register", key, "--csv", key+".csv", "--no-anchor", "--from", key).([]any) {
			w := w.(map[string]any)
			work := w["work"].(string)
			weights[work], owners[work] = uint64(works[author]), key
			whole += weights[work]
			members += fmt.Sprintf("%s,%d\n", work, weights[work])
			for _, s := range files[author] {
				if s.SHA256 == w["sha256"] {
					offers += work + "," + firstLicence(s) + "\n"
				}
			}
		}
		l.write(key+"-offers.csv", offers)
		l.do("offer", "--csv", key+"-offers.csv", "--from", key)
	}
	l.write("members.csv", members)
	sheet := []string{
		"collection", "create", "Castle sprites", "--table", "members.csv", "--offer", "commercial-use", "--price", "7000.000001 USDC",
		"--kind", "image", "--from", "alice",
	}
	require.Equal(t, len(weights), strings.Count(members, "\n")-1)
	var made struct {
		Work string `json:"work"`
		Txs  []struct {
			Gas int64 `json:"gas_used"`
		} `json:"transactions"`
	}
	require.NoError(t, json.Unmarshal([]byte(l.do(append(sheet, "--output", "json")...)), &made))
	work := made.Work
	t.Logf("%d works take transactions of %v gas", len(weights), made.Txs)
	require.Contains(t, l.do(sheet...), "Nothing to do")
	require.Len(t, l.json("sources", "query", "lineage", "sources", work, "--page-limit", "1000"), len(weights))

	before := map[string]int64{}
	for _, key := range keys[2:] {
		before[key] = l.uusdc(l.address(key))
	}
	l.do("acquire", work, "commercial-use", "--max-fee", "7000.000001 USDC", "--from", "fan")
	const sale = 7_000_000_001
	l.poolHas(work, 1, strconv.Itoa(sale))
	entries := l.json("entries", "dataset", "collect", work, "Castle-sprites.manifest", "--all", "--from", "fan").([]any)
	require.Len(t, entries, len(weights))
	parts := map[string]int64{}
	for _, e := range entries {
		e := e.(map[string]any)
		member := e["contributor"].(string)
		want := new(big.Int).Mul(big.NewInt(sale), new(big.Int).SetUint64(weights[member]))
		want.Div(want, new(big.Int).SetUint64(whole))
		paid := e["paid"].([]any)[0].(map[string]any)
		require.Equal(t, want.String(), paid["amount"])
		require.Equal(t, "uusdc", paid["denom"])
		parts[owners[member]] += want.Int64()
	}
	for _, key := range keys[2:] {
		require.Eventually(t, func() bool { return l.uusdc(l.address(key))-before[key] == parts[key] }, 60*time.Second, 300*time.Millisecond,
			"%s: %d of %d", key, l.uusdc(l.address(key))-before[key], parts[key])
	}
	require.Contains(t, l.do("dataset", "collect", work, "Castle-sprites.manifest", "--all", "--from", "fan"), "Nothing to collect")
	_, err = os.Stat("Castle-sprites.manifest.index")
	require.NoError(t, err)
}

// What was broken off behind its first transaction, and behind another, goes on: nothing is declared twice, and the offer comes last.
func TestACollectionThatWasBrokenOffGoesOn(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	var works []string
	for _, name := range []string{"one", "two", "three"} {
		l.write(name+".wav", name)
		works = append(works, l.json("works.0.work", "register", name+".wav", "--no-anchor", "--from", "bob").(string))
		l.do("offer", name+".wav", "cc-by-4.0", "--from", "bob")
	}
	create := append([]string{"collection", "create", "Set", "--from", "alice"}, works...)
	album := l.json("work", append(slices.Clone(create), "--undeclared")...).(string)
	require.NotContains(t, l.do("query", "lineage", "sources", album, "--output", "json"), works[0])
	l.do("derive", album, "--from", works[1]+"=contains", "--by", "alice")

	create = append(create, "--offer", "cc-by-4.0")
	again := l.do(append(slices.Clone(create), "--dry-run")...)
	require.Contains(t, again, "Would make the collection")
	_, errs, code := answering("n\n", append(slices.Clone(create), "--home", l.home)...)
	require.Equal(t, exitFailed, code, errs)
	require.Contains(t, errs, "Go on with the collection")
	require.Contains(t, errs, "2 works are declared as contained")
	require.FileExists(t, "Set.manifest", "it was there before")
	require.Equal(t, []any{works[0], works[2]}, l.json("contains", create...))
	require.Len(t, l.json("sources", "query", "lineage", "sources", album), 3)
	require.Contains(t, l.do("clear", album, "--use", "copy"), "cc-by-4.0")
	require.Contains(t, l.do(create...), "Nothing to do")

	// Another command's file of the same name is left as it is.
	l.write("Other.manifest", "somebody's")
	require.Contains(t, l.fail("collection", "create", "Other", works[0], "--from", "alice"), "is there already")
	kept, err := os.ReadFile("Other.manifest")
	require.NoError(t, err)
	require.Equal(t, "somebody's", string(kept))
	require.Contains(t, l.fail("collection", "remove", album, works[0], "--from", "fan"), "owner")
	require.NoFileExists(t, "Set.v2.manifest")
	require.NoFileExists(t, "Set.v2.manifest.index")
}

// A collection that would contain more works than one can declare is refused before anything is written or sent.
func TestACollectionOfTooManyIsRefused(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	var works []string
	for _, name := range []string{"one", "two", "three"} {
		l.write(name+".wav", name)
		works = append(works, l.json("works.0.work", "register", name+".wav", "--no-anchor", "--from", "bob").(string))
		l.do("offer", name+".wav", "cc-by-4.0", "--from", "bob")
	}
	sequence := func() any { return l.json("account.value.sequence", "query", "auth", "account", l.address("alice")) }
	before := sequence()
	l.write("many.csv", "work,weight\n"+strings.Repeat(works[0]+",1\n", lineagetypes.MaxSources+1))
	create := []string{"collection", "create", "Many", "--table", "many.csv", "--from", "alice"}
	require.Contains(t, l.fail(create...), "1025 works, and a work declares at most 1024 as contained: make collections of parts")
	require.Contains(t, l.fail(append(create, "--undeclared")...), "member already", "then their number is not what is wrong")
	require.NoFileExists(t, "Many.manifest")
	require.Equal(t, before, sequence())

	// Nor does one grow to more, by a revision that is in a block before the works that are too many are refused.
	set := l.json("work", "collection", "create", "Set", works[0], "--from", "alice").(string)
	most, atOnce := mostContained, containedAtOnce
	mostContained, containedAtOnce = 2, 1
	defer func() { mostContained, containedAtOnce = most, atOnce }()
	before = sequence()
	add := []string{"collection", "add", set, works[1], works[2], "--from", "alice"}
	require.Contains(t, l.fail(add...), "3 works, and a work declares at most 2 as contained")
	require.NoFileExists(t, "Set.v2.manifest")
	require.Equal(t, before, sequence())
	require.EqualValues(t, 2, l.json("version", "collection", "add", set, works[1], "--from", "alice"))
}
