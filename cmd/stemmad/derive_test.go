package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/sheet"
)

func TestUnusableSourcesAreAllNamed(t *testing.T) {
	one, two := errors.New("one"), errors.New("two\n  - why")
	require.NoError(t, unusable(nil, 3))
	require.Equal(t, one, unusable([]error{one}, 1))
	err := unusable([]error{one, two}, 3)
	require.EqualError(t, err, "2 of 3 sources cannot be used:\none\ntwo\n  - why")
	require.ErrorIs(t, err, two)
}

// A semicolon stands in a URL, and a table keeps it whole.
func TestATableOfOutputsKeepsFingerprintsWhole(t *testing.T) {
	records, err := sheet.ReadTable(strings.NewReader("File,Fingerprint,Creator\na.png,https://a.b/c;d=e; doi=10.1/2;isrc=USRC17607839,Ada;Bo\n"),
		"fleet.csv", outputColumns(), sheet.Options{})
	require.NoError(t, err)
	require.Equal(t, []string{"https://a.b/c;d=e", "doi=10.1/2", "isrc=USRC17607839"}, records[0].Fields[flagFingerprint])
	require.Equal(t, []string{"Ada", "Bo"}, records[0].Fields[flagCreator])
}

// A file of such a name is missing, and the node is not.
func TestAnErrorOfARowIsNoAbsenceOfTheNode(t *testing.T) {
	_, err := os.Open("EOF connection refused.png")
	require.False(t, away(err))
	require.False(t, away(&sheet.Error{Err: errors.New("EOF")}))
	require.True(t, away(errors.New("error reading server preface: EOF")))
}

// A table's files are in its folder: one of the same name where the command runs is another.
func TestFilesOfATableAreBesideIt(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.Mkdir("job", 0o700))
	for _, name := range []string{"photo.jpg", "both.jpg", "job/both.jpg", "job/a=b.jpg"} {
		require.NoError(t, os.WriteFile(name, []byte(name), 0o600))
	}
	whole, err := filepath.Abs("photo.jpg")
	require.NoError(t, err)
	for name, want := range map[string]string{
		"both.jpg": "job/both.jpg", whole: whole, "none.jpg": "none.jpg", "mit": "mit", "work1abc": "work1abc",
	} {
		path, err := beside("job", name)
		require.NoError(t, err)
		require.Equal(t, want, path)
	}
	path, err := beside(".", "photo.jpg")
	require.NoError(t, err)
	require.Equal(t, "photo.jpg", path)
	_, err = beside("job", "photo.jpg")
	require.ErrorContains(t, err, "photo.jpg is not in job, where the table's files are")

	sources := func(texts ...string) *output {
		o := &output{Row: 3, State: stateReady, record: sheet.Record{Fields: map[string][]string{columnFile: {"out.png"}, flagSources: texts}}}
		o.locate("job", "fleet.csv")
		return o
	}
	require.Equal(t, []string{"job/both.jpg=input", "job/a=b.jpg@mit"}, sources("both.jpg=input", "a=b.jpg@mit").record.Fields[flagSources])
	require.Contains(t, sources("photo.jpg=input@mit").Reason, "fleet.csv row 3, column from: photo.jpg is not in job")
}

func TestJourneyOfRefusedSources(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	for _, name := range []string{"nc.wav", "priced.wav", "paused.wav", "open.wav", "mix.wav", "other.wav"} {
		l.write(name, name)
	}
	l.do("register", "nc.wav", "priced.wav", "paused.wav", "open.wav", "--from", "alice")
	l.do("offer", "nc.wav", "cc-by-nc-4.0", "--from", "alice")
	l.do("offer", "priced.wav", "commercial-remix-10", "--price", "5000uusdc", "--from", "alice")
	l.do("offer", "paused.wav", "commercial-remix-5", "--price", "7uusdc", "--from", "alice")
	l.do("offer", "paused.wav", "commercial-remix-5", "--pause", "--from", "alice")
	l.do("offer", "open.wav", "commercial-remix-5", "--from", "alice")

	derive := func(more ...string) []string { return append([]string{"derive", "mix.wav", "--by", "bob"}, more...) }
	all := derive("--from", "nc.wav", "--from", "priced.wav", "--from", "paused.wav", "--from", "open.wav", "--commercial")
	errs := l.fail(all...)
	require.Contains(t, errs, "3 of 4 sources cannot be used")
	require.Contains(t, errs, "cc-by-nc-4.0; look for another offer")
	require.Contains(t, errs, "add --buy --max-fee ")
	require.Contains(t, errs, "ask the owner to resume it [offer_paused]")
	require.Equal(t, errs, l.fail(append(all, "--dry-run")...))
	require.Contains(t, l.fail("acquire", "paused.wav", "--from", "bob"), "commercial-remix-5: its owner paused it")

	both := derive("--from", "priced.wav", "--from", "open.wav", "--buy", "--max-fee", "5000uusdc")
	errs = l.fail(append(both, "--max-rate", "12%")...)
	require.Contains(t, errs, "more than the 12 % of max_total_rate")
	require.Contains(t, errs, "to itself  passed on")
	id := regexp.MustCompile(`grant1\w+`) // has a new serial each time
	require.Equal(t, id.ReplaceAllString(errs, ""), id.ReplaceAllString(l.fail(append(both, "--max-rate", "12%", "--dry-run")...), ""))

	// A grant reserved for one work serves no other.
	l.do("register", "mix.wav", "other.wav", "--from", "bob")
	grant := l.json("grant", "acquire", "priced.wav", "--for", "mix.wav", "--max-fee", "5000uusdc", "--from", "bob").(string)
	require.Contains(t, l.fail("derive", "other.wav", "--from", "priced.wav", "--by", "bob"), "needs a grant")
	require.Contains(t, l.fail("derive", "other.wav", "--from", "priced.wav@"+grant, "--by", "bob"), "[grant_used]")
	require.Equal(t, grant, l.json("sources.0.permission", derive("--from", "priced.wav@commercial-remix-10")...))
}
