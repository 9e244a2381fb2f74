package exchange

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/client/dataset"
)

// textRow is an item all of whose columns are texts.
type textRow struct {
	Sha256      string `json:"sha256" parquet:"sha256"`
	Contributor string `json:"contributor" parquet:"contributor"`
	Weight      string `json:"weight" parquet:"weight"`
	Terms       string `json:"terms" parquet:"terms"`
	Consent     string `json:"consent" parquet:"consent"`
	Time        string `json:"time" parquet:"time"`
}

// What is written in a column means the same in each form, or is refused in each.
func TestFormsReadATextAlike(t *testing.T) {
	terms := "terms1" + strings.Repeat("q", 58)
	odd := []string{
		"", "1", "1.0", "1.00", "01", "+1", "-1", "1e3", "1_0", "１", "0", "0.0", ".0", "0x1", " 1", "1 ", "\ufeff1", "18446744073709551615",
		"18446744073709551616", "2026-01-01T00:00:00Z", "2026-01-01t00:00:00z", "2026-01-01T00:00:00.5+01:00", "2026-01-01", "1767225600",
		"9223372036854775808", "null", "NaN", "true", digest1, strings.ToUpper(digest1), "sha256:" + digest1, "0x" + digest1, digest1 + " ",
		strings.Repeat("0", 64), strings.Repeat("a", 32), account1, strings.ToUpper(account1), work1, strings.ToUpper(work1), " " + work1, terms,
	}
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name, usual string) string {
			if rapid.IntRange(0, 2).Draw(t, name) > 0 {
				return usual
			}
			return rapid.SampledFrom(odd).Draw(t, name+" text")
		}
		r := textRow{
			draw("sha256", digest1), draw("contributor", work1), draw("weight", "2"), draw("terms", ""), draw("consent", ""), draw("time", ""),
		}
		line, err := json.Marshal(r)
		require.NoError(t, err)
		var table bytes.Buffer
		w := csv.NewWriter(&table)
		require.NoError(t, w.WriteAll([][]string{Columns, {r.Sha256, r.Contributor, r.Weight, r.Terms, r.Consent, r.Time}}))
		file, err := parquetOf([]textRow{r})
		require.NoError(t, err)
		rows := func(source dataset.Source, err error) (string, bool) {
			require.NoError(t, err)
			raw, _, err := rowsOf(source, 10)
			return string(raw), err == nil
		}
		lines, read := rows(Lines(bytes.NewReader(line), "a", "a", nil), nil)
		cells, too := rows(Table(bytes.NewReader(table.Bytes()), "b", "b", ',', nil))
		values, also := rows(Parquet(bytes.NewReader(file), int64(len(file)), "c", "c", nil))
		require.Equal(t, read, too, "%+v", r)
		require.Equal(t, read, also, "%+v", r)
		if read {
			require.Equal(t, lines, cells)
			require.Equal(t, lines, values)
		}
	})
}
