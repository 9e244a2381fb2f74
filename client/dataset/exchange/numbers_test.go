package exchange

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A number that means something else than the column is refused: days are no seconds, and hundredths no weights.
func TestNumbersOfOtherMeaning(t *testing.T) {
	type day struct {
		Sha256      string `parquet:"sha256"`
		Contributor string `parquet:"contributor"`
		Time        int32  `parquet:"time,date"`
	}
	type clock struct {
		Sha256      string `parquet:"sha256"`
		Contributor string `parquet:"contributor"`
		Time        int32  `parquet:"time,time(millisecond)"`
	}
	type hundredths struct {
		Sha256      string `parquet:"sha256"`
		Contributor string `parquet:"contributor"`
		Weight      int64  `parquet:"weight,decimal(2:10)"`
	}
	type moment struct {
		Sha256      string `parquet:"sha256"`
		Contributor string `parquet:"contributor"`
		Weight      int64  `parquet:"weight,timestamp(millisecond)"`
	}
	type whole struct {
		Sha256      string `parquet:"sha256"`
		Contributor string `parquet:"contributor"`
		Weight      int64  `parquet:"weight,decimal(0:10)"`
	}
	sum := strings.Repeat("ab", 32)
	read := func(file []byte, err error) error {
		require.NoError(t, err)
		rows, err := Parquet(bytes.NewReader(file), int64(len(file)), "t.parquet", "id", nil)
		if err == nil {
			_, err = rows.Next(t.Context(), 10)
		}
		return err
	}
	require.ErrorIs(t, read(parquetOf([]day{{sum, account1, 20454}})), ErrForm)
	require.ErrorIs(t, read(parquetOf([]clock{{sum, account1, 20454}})), ErrForm)
	require.ErrorIs(t, read(parquetOf([]hundredths{{sum, account1, 250}})), ErrForm)
	require.ErrorIs(t, read(parquetOf([]moment{{sum, account1, 250}})), ErrForm)
	require.NoError(t, read(parquetOf([]whole{{sum, account1, 250}})))
}
