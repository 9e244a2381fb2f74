package table_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/client/words/table"
)

func TestTableAlignsAndCleans(t *testing.T) {
	tab := table.New("payee", ">amount", "title")
	tab.Row("alice", "7", "Étude")
	tab.Row("bob", "1000", "evil\x1b[2Jtitle", "surplus")
	tab.Row("carol")
	var out bytes.Buffer
	require.NoError(t, tab.Write(&out))
	require.Equal(t, "payee  amount  title\n"+
		"alice       7  Étude\n"+
		"bob      1000  evil?[2Jtitle\n"+
		"carol\n", out.String())
	require.Equal(t, 3, tab.Len())
}

func TestAListHasALineForEachValue(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, table.Fields(&out, append(table.List("marks", []string{"a", "b"}), "title", "T")...))
	require.Equal(t, "  marks  a\n         b\n  title  T\n", out.String())
	require.Empty(t, table.List("marks", nil))
}

func TestFieldsLeaveOutWhatIsEmpty(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, table.Fields(&out, "work", "work1x", "nothing here", "", "sha256", "ab\ncd"))
	require.Equal(t, "  work    work1x\n  sha256  ab?cd\n", out.String())
}

func TestShort(t *testing.T) {
	require.Equal(t, "short", table.Short("short"))
	long := table.Short(string(bytes.Repeat([]byte("é"), 100)))
	require.Len(t, []rune(long), 48)
}

func TestTimes(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"30d":                  "2026-12-21 12:00:00 UTC",
		"2027-01-31":           "2027-01-31 23:59:59 UTC",
		"2027-01-31T10:00:00Z": "2027-01-31 10:00:00 UTC",
	} {
		got, err := table.ParseUntil(text, now)
		require.NoError(t, err)
		require.Equal(t, want, table.Time(got))
	}
	for _, bad := range []string{"", "d", "-1d", "0d", "tomorrow", "31.1.2027"} {
		_, err := table.ParseUntil(bad, now)
		require.Error(t, err, bad)
	}
	require.Empty(t, table.OptionalTime(nil))
	require.Empty(t, table.Time(time.Time{}))
	_, err := table.ParseUntil("46418", now)
	require.ErrorContains(t, err, `"46418" is how a spreadsheet counts days (2027-01-31)`)
}

func TestNarrowOutput(t *testing.T) {
	t.Setenv("COLUMNS", "60")
	id := "terms1" + strings.Repeat("q", 58)
	tab := table.New("terms", ">price", "note")
	tab.Row("mit", "free", "")
	tab.Row(id, "1.00 USDC", "a note that is too long for what is left of a line of sixty columns")
	var out bytes.Buffer
	require.NoError(t, tab.Write(&out))
	require.Equal(t, "  terms  mit\n  price  free\n\n"+
		"  terms\n    "+id+"\n  price  1.00 USDC\n  note\n"+
		"    a note that is too long for what is left of a line of\n    sixty columns\n", out.String())

	out.Reset()
	require.NoError(t, table.Fields(&out, "id", id, "of", "work1x"))
	require.Equal(t, "  id\n    "+id+"\n  of  work1x\n", out.String())

	out.Reset()
	require.NoError(t, table.Fields(&out, append(table.List("ids", []string{"mit", id, "mpl"}), "of", "work1x")...))
	require.Equal(t, "  ids\n    mit\n    "+id+"\n    mpl\n  of   work1x\n", out.String())

	t.Setenv("COLUMNS", "200")
	out.Reset()
	require.NoError(t, tab.Write(&out))
	require.Len(t, strings.Split(strings.TrimSpace(out.String()), "\n"), 3)
}

func TestTextsAreBrokenBetweenWords(t *testing.T) {
	text := "One two\nthree four.\n\n  word   what it means, at length\nFive."
	require.Equal(t, "One two three four.\n\n  word   what it means, at length\nFive.", table.Reflow(text, 80))
	require.Equal(t, "One two three\nfour.\n\n  word   what it\n         means, at\n         length\nFive.", table.Reflow(text, 18))
	require.Equal(t, "short", table.Wrap("short", "", 0))
}

// Everything that there was is there, in its order.
func TestWrappingLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.StringMatching(`[a-zé ]{0,200}`).Draw(t, "line")
		columns := rapid.IntRange(1, 100).Draw(t, "columns")
		broken := table.Wrap(line, "  ", columns)
		require.Equal(t, strings.Fields(line), strings.Fields(broken))
		for _, l := range strings.Split(broken, "\n") {
			require.True(t, utf8.RuneCountInString(strings.TrimLeft(l, " ")) <= columns || len(strings.Fields(l)) == 1 || l == line, "%q", l)
		}
	})
}

func TestTimesInAnotherZone(t *testing.T) {
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	before := time.Local
	defer func() { time.Local = before }()
	time.Local = time.FixedZone("CET", 3600) // read from TZ when a program starts
	require.Equal(t, "2026-11-21 12:00:00 UTC", table.Time(at))
	t.Setenv("TZ", "Europe/Berlin")
	require.Equal(t, "2026-11-21 13:00:00 CET", table.Time(at))
}

func TestNothingTellsATerminalAnything(t *testing.T) {
	require.Equal(t, "a\n\tb?[2J?c?d", table.Lines("a\n\tb\x1b[2J\u009bc\u202ed"))
	plain := []byte("{\n \"é 画\": \"a\"\n}\n")
	require.Equal(t, plain, table.JSON(plain))
	for _, text := range []string{"a\u009b2J\u202eb\x7f", "\U000e0001", "é\u00a0\u2028"} {
		raw, err := json.Marshal(text)
		require.NoError(t, err)
		escaped := table.JSON(raw)
		require.Equal(t, -1, strings.IndexFunc(string(escaped), func(r rune) bool { return !unicode.IsPrint(r) }), "%q", escaped)
		var back string
		require.NoError(t, json.Unmarshal(escaped, &back))
		require.Equal(t, text, back)
	}
}

// Vouchers are short in a table, and nothing else that looks like one.
func TestVouchersAreShort(t *testing.T) {
	const usdc = "ibc/8E27BA2D5493AF5636760E354E46004562C46AB7EC0CC4C1CA14E9E20E2545B5"
	tab := table.New("denom", ">amount")
	tab.Row(usdc, "10000000"+usdc)
	tab.Row("ibc/8E27", "1uusdc")
	var out strings.Builder
	require.NoError(t, tab.Write(&out))
	require.Contains(t, out.String(), "ibc/8E27…45B5")
	require.Contains(t, out.String(), "10000000ibc/8E27…45B5")
	require.NotContains(t, out.String(), usdc)
	require.Contains(t, out.String(), "ibc/8E27  ")
}
