package statement

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"github.com/stemma-chain/stemma/client/words/table"
)

// Rows of the balances in a CSV have these kinds.
const (
	opening = "opening balance"
	closing = "closing balance"
)

var columns = []string{
	"time", "height", "tx", "kind", "denom", "amount", "balance", "counterparty", "name", "work", "title", "grant", "note",
}

type csvWriter struct {
	out  *csv.Writer
	head Head
}

// CSV writes rows for a spreadsheet: the opening balances, the lines, the closing
// balances as the bank has them. Texts from the chain cannot become formulas.
func CSV(w io.Writer) Writer { return &csvWriter{out: csv.NewWriter(w)} }

func (w *csvWriter) Open(head Head, sums []*Sum) error {
	w.head = head
	err := w.out.Write(columns)
	for _, s := range sums {
		if err == nil {
			err = w.balance(stamp(head.FromTime), head.From-1, opening, s.Denom, s.Opening.String())
		}
	}
	return err
}

func (w *csvWriter) Write(e Entry) error {
	return w.out.Write([]string{
		stamp(e.Time), strconv.FormatInt(e.Height, 10), e.Tx, string(e.Kind), e.Denom, e.Amount.String(), e.Balance.String(),
		e.Counterparty, inert(e.Name), e.Work, inert(e.Title), e.Grant, inert(e.Note),
	})
}

func (w *csvWriter) Close(sums []*Sum, _ error) error {
	for _, s := range sums {
		if err := w.balance(stamp(w.head.ToTime), w.head.To, closing, s.Denom, s.Closing.String()); err != nil {
			return err
		}
	}
	w.out.Flush()
	return w.out.Error()
}

// balance writes a row that is no line.
func (w *csvWriter) balance(at string, height int64, kind, denom, amount string) error {
	row := make([]string, len(columns))
	copy(row, []string{at, strconv.FormatInt(height, 10), "", kind, denom, "", amount})
	return w.out.Write(row)
}

// inert cleans a text and keeps spreadsheets from running it.
func inert(s string) string {
	s = table.Clean(s)
	if s != "" && strings.ContainsRune("=+-@", rune(s[0])) {
		return "'" + s
	}
	return s
}
