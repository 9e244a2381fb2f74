package statement

import (
	"encoding/json"
	"fmt"
	"io"
)

type jsonWriter struct {
	out   io.Writer
	lines int
}

// JSON writes one object, its lines as they come. Amounts are strings.
func JSON(w io.Writer) Writer { return &jsonWriter{out: w} }

type jsonBalance struct {
	Denom  string `json:"denom"`
	Amount string `json:"amount"`
}

type jsonLine struct {
	Time         string `json:"time"`
	Height       int64  `json:"height"`
	Tx           string `json:"tx,omitempty"`
	Kind         Kind   `json:"kind"`
	Denom        string `json:"denom"`
	Amount       string `json:"amount"`
	Balance      string `json:"balance"`
	Counterparty string `json:"counterparty,omitempty"`
	Name         string `json:"name,omitempty"`
	Work         string `json:"work,omitempty"`
	Title        string `json:"title,omitempty"`
	Grant        string `json:"grant,omitempty"`
	Note         string `json:"note,omitempty"`
}

type jsonSum struct {
	Denom     string          `json:"denom"`
	Opening   string          `json:"opening"`
	ByKind    map[Kind]string `json:"by_kind"`
	Closing   string          `json:"closing"`
	Royalties jsonRoyalties   `json:"royalties"`
}

type jsonRoyalties struct {
	WaitingBefore string `json:"waiting_before"`
	Earned        string `json:"earned"`
	PaidOut       string `json:"paid_out"`
	Withdrawn     string `json:"withdrawn"`
	WaitingAfter  string `json:"waiting_after"`
}

func (w *jsonWriter) Open(head Head, sums []*Sum) error {
	about, err := json.Marshal(head)
	if err != nil {
		return err
	}
	balances := []jsonBalance{}
	for _, s := range sums {
		balances = append(balances, jsonBalance{s.Denom, s.Opening.String()})
	}
	first, err := json.Marshal(balances)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.out, "{\n\"statement\": %s,\n\"opening\": %s,\n\"lines\": [", about, first)
	return err
}

func (w *jsonWriter) Write(e Entry) error {
	bz, err := json.Marshal(jsonLine{
		Time: stamp(e.Time), Height: e.Height, Tx: e.Tx, Kind: e.Kind, Denom: e.Denom, Amount: e.Amount.String(), Balance: e.Balance.String(),
		Counterparty: e.Counterparty, Name: e.Name, Work: e.Work, Title: e.Title, Grant: e.Grant, Note: e.Note,
	})
	if err != nil {
		return err
	}
	separator := ",\n"
	if w.lines == 0 {
		separator = "\n"
	}
	w.lines++
	_, err = fmt.Fprintf(w.out, "%s%s", separator, bz)
	return err
}

func (w *jsonWriter) Close(sums []*Sum, differs error) error {
	all := []jsonSum{}
	for _, s := range sums {
		kinds := make(map[Kind]string, len(s.ByKind))
		for kind, amount := range s.ByKind {
			kinds[kind] = amount.String()
		}
		all = append(all, jsonSum{
			Denom: s.Denom, Opening: s.Opening.String(), Closing: s.Closing.String(), ByKind: kinds,
			Royalties: jsonRoyalties{
				WaitingBefore: s.WaitingBefore.String(), Earned: s.Earned().String(), PaidOut: s.Of(Payout).String(),
				Withdrawn: s.Of(Withdrawal).String(), WaitingAfter: s.WaitingAfter.String(),
			},
		})
	}
	bz, err := json.Marshal(all)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.out, "\n],\n\"sums\": %s,\n\"reconciles\": %t\n}\n", bz, differs == nil)
	return err
}
