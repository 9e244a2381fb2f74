package table_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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
