package statement

import (
	"fmt"
	"io"

	"github.com/stemma-chain/stemma/client/words/table"
)

// pageRows is after how many rows a table begins anew, so that it need not be
// kept whole to be aligned.
const pageRows = 1000

// shownHash is how much of a transaction's hash a table shows.
const shownHash = 12

type textWriter struct {
	out  io.Writer
	page *table.Table
	any  bool
}

// Text writes for people: the lines as a table, then the sums.
func Text(w io.Writer) Writer { return &textWriter{out: w} }

func (w *textWriter) Open(head Head, sums []*Sum) error {
	from := fmt.Sprintf("before block %d, %s", head.From, table.Time(head.FromTime))
	if head.Genesis {
		from = "of genesis"
	}
	if _, err := fmt.Fprintf(w.out, "Opening balance %s:\n", from); err != nil {
		return err
	}
	for _, s := range sums {
		if _, err := fmt.Fprintf(w.out, "  %s%s\n", s.Opening, s.Denom); err != nil {
			return err
		}
	}
	if len(sums) == 0 {
		_, err := fmt.Fprintln(w.out, "  nothing")
		return err
	}
	return nil
}

func (w *textWriter) Write(e Entry) error {
	if w.page == nil {
		w.page = table.New("time", ">block", "tx", "kind", ">amount", ">balance", "denom", "what")
	}
	tx := e.Tx
	if len(tx) > shownHash {
		tx = tx[:shownHash]
	}
	w.page.Row(table.Time(e.Time), fmt.Sprint(e.Height), tx, string(e.Kind), e.Amount.String(), e.Balance.String(), e.Denom, e.what())
	w.any = true
	if w.page.Len() == pageRows {
		return w.flush()
	}
	return nil
}

func (w *textWriter) flush() error {
	if w.page == nil {
		return nil
	}
	page := w.page
	w.page = nil
	return page.Write(w.out)
}

// what tells with whom or for which work.
func (e Entry) what() string {
	what := ""
	switch {
	case e.Kind == Fee:
		// It always goes to the same place.
	case e.Work != "" && e.Title != "":
		what = fmt.Sprintf("%s (%s)", table.Short(e.Title), e.Work)
	case e.Work != "":
		what = e.Work
	case e.Name != "":
		what = e.Name
	default:
		what = e.Counterparty
	}
	for _, more := range []string{e.Grant, e.Note} {
		if more != "" {
			what = join(what, more)
		}
	}
	return what
}

func (w *textWriter) Close(sums []*Sum, _ error) error {
	if err := w.flush(); err != nil {
		return err
	}
	if !w.any {
		if _, err := fmt.Fprintln(w.out, "No movements."); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintln(w.out, "Closing balance, as the bank has it:"); err != nil {
		return err
	}
	royalties := table.New("denom", ">waiting before", ">earned", ">paid out", ">withdrawn", ">waiting after")
	for _, s := range sums {
		if _, err := fmt.Fprintf(w.out, "  %s%s\n", s.Closing, s.Denom); err != nil {
			return err
		}
		if s.WaitingBefore.IsPositive() || s.WaitingAfter.IsPositive() || !s.Earned().IsZero() {
			royalties.Row(s.Denom, s.WaitingBefore.String(), s.Earned().String(),
				s.Of(Payout).String(), s.Of(Withdrawal).String(), s.WaitingAfter.String())
		}
	}
	if royalties.Len() == 0 {
		return nil
	}
	if _, err := fmt.Fprintln(w.out, "Royalties:"); err != nil {
		return err
	}
	return royalties.Write(w.out)
}
