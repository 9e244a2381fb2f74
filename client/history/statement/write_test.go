package statement_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/history/statement"
)

var when = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

func line(kind statement.Kind, amount int64) statement.Line {
	return statement.Line{Height: 7, Time: when, Tx: strings.Repeat("AB", 32), Kind: kind, Amount: math.NewInt(amount), Denom: "uusdc"}
}

func usdc(amount int64) sdk.Coins { return sdk.NewCoins(sdk.NewInt64Coin("uusdc", amount)) }

// draw writes a statement of these lines between two balances.
func draw(t *testing.T, w statement.Writer, opening, closing int64, lines ...statement.Line) error {
	t.Helper()
	ledger := statement.NewLedger(usdc(opening), usdc(4))
	require.NoError(t, w.Open(statement.Head{ChainID: "c-1", Account: "a", From: 5, FromTime: when, To: 9, ToTime: when}, ledger.Sums()))
	for _, l := range lines {
		require.NoError(t, w.Write(statement.Entry{Line: l, Balance: ledger.Add(l), Title: l.Note, Name: "n"}))
	}
	differs := ledger.Close(usdc(closing), usdc(10))
	require.NoError(t, w.Close(ledger.Sums(), differs))
	return differs
}

func TestAMissingLineIsFound(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, draw(t, statement.JSON(&out), 100, 97, line(statement.Fee, -5), line(statement.Payout, 2)))
	out.Reset()
	err := draw(t, statement.JSON(&out), 100, 98, line(statement.Fee, -5), line(statement.Payout, 2))
	require.ErrorIs(t, err, statement.ErrDiffers)
	require.ErrorContains(t, err, "the lines lead to 97uusdc and the bank has 98, 1 more")
	require.Contains(t, out.String(), `"reconciles": false`)

	// A denom that appears at the end only.
	ledger := statement.NewLedger(nil, nil)
	require.ErrorIs(t, ledger.Close(usdc(3), nil), statement.ErrDiffers)
}

func TestJSONIsOneObject(t *testing.T) {
	for _, lines := range [][]statement.Line{nil, {line(statement.Payout, 2)}, {line(statement.Payout, 2), line(statement.Withdrawal, 3)}} {
		var out bytes.Buffer
		sum := int64(100)
		for _, l := range lines {
			sum += l.Amount.Int64()
		}
		require.NoError(t, draw(t, statement.JSON(&out), 100, sum, lines...))
		var got struct {
			Statement  map[string]any   `json:"statement"`
			Lines      []map[string]any `json:"lines"`
			Reconciles bool             `json:"reconciles"`
			Sums       []struct {
				Royalties map[string]string `json:"royalties"`
			} `json:"sums"`
		}
		require.NoError(t, json.Unmarshal(out.Bytes(), &got), out.String())
		require.Len(t, got.Lines, len(lines))
		require.True(t, got.Reconciles)
		require.Equal(t, "c-1", got.Statement["chain_id"])
		earned := math.NewInt(6 + sum - 100) // 10 wait in place of 4, the rest came out
		require.Equal(t, earned.String(), got.Sums[0].Royalties["earned"])
	}
}

func TestCSVIsEvenAndInert(t *testing.T) {
	var out bytes.Buffer
	evil := line(statement.Payment, -7)
	evil.Note = "=cmd()\x1b[2J"
	require.NoError(t, draw(t, statement.CSV(&out), 100, 93, evil))
	rows, err := csv.NewReader(&out).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 4)
	require.Equal(t, []string{"opening balance", "payment", "closing balance"}, []string{rows[1][3], rows[2][3], rows[3][3]})
	require.Equal(t, []string{"-7", "93"}, rows[2][5:7])
	require.Equal(t, "'=cmd()?[2J", rows[2][10])
}

// A table is never kept whole: it begins anew after some rows.
func TestLongTables(t *testing.T) {
	var out bytes.Buffer
	lines := make([]statement.Line, 2500)
	for i := range lines {
		lines[i] = line(statement.Received, 1)
	}
	require.NoError(t, draw(t, statement.Text(&out), 0, 2500, lines...))
	require.Equal(t, 3, strings.Count(out.String(), "balance  denom"))
	require.Equal(t, 2500, strings.Count(out.String(), "received"))
	out.Reset()
	require.NoError(t, draw(t, statement.Text(&out), 1, 1))
	require.Contains(t, out.String(), "No movements.")
}
