package discover

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/rights"
)

// longestParam is the most bytes of one word of a query.
const longestParam = 1000

// Params are the words of a query for offers, as addresses have them.
var Params = []string{
	"use", "commercial", "territory", "medium", "until", "kind", "text", "owner", "licence", "max_price", "max_royalty", "approval", "after",
	"limit",
}

// ServiceParams are the words of a query for agents.
var ServiceParams = []string{"protocol", "text", "after", "limit"}

// ReadQuery reads a query for offers; readCoin reads an amount of money. It fails with a *ParamError, also for a word that no query
// has, or one that is there twice: whoever mistypes a bound would get what is beyond it. Territories and media may be named one by one.
// Lang is the language of a page.
func ReadQuery(v url.Values, readCoin func(string) (sdk.Coin, error)) (q Query, err error) {
	r := reader{values: v}
	r.only(Params)
	q = Query{
		Wish: rights.Wish{
			Action: r.text("use"), Commercial: r.yes("commercial"),
			Territories: r.list("territory"), Media: r.list("medium"), Until: r.text("until"),
		},
		Kind: r.text("kind"), Text: r.text("text"), Owner: r.text("owner"), Licence: r.text("licence"), Approval: r.yes("approval"),
		After: r.text("after"), Limit: int(r.number("limit", 1, MaxPage)),
	}
	if text := r.text("max_price"); text != "" && r.err == nil {
		coin, err := readCoin(text)
		r.fail("max_price", err)
		q.MaxPrice = &coin
	}
	if r.text("max_royalty") != "" {
		rate := r.number("max_royalty", 0, maxRate)
		q.MaxRoyalty = &rate
	}
	return q, r.err
}

const maxRate = 1_000_000

// ReadServiceQuery reads a query for agents. It fails with a *ParamError.
func ReadServiceQuery(v url.Values) (ServiceQuery, error) {
	r := reader{values: v}
	r.only(ServiceParams)
	q := ServiceQuery{Protocol: r.text("protocol"), Text: r.text("text"), After: r.text("after"), Limit: int(r.number("limit", 1, MaxPage))}
	return q, r.err
}

// reader reads words and keeps the first failure.
type reader struct {
	values url.Values
	err    error
}

func (r *reader) fail(param string, err error) {
	if r.err == nil && err != nil {
		r.err = &ParamError{param, err}
	}
}

// only refuses other words than those of a list, and those that are there more than once and can't be.
func (r *reader) only(words []string) {
	for _, word := range slices.Sorted(maps.Keys(r.values)) {
		switch {
		case word == "lang":
		case !slices.Contains(words, word):
			r.fail(cut(word), fmt.Errorf("it is no word of a query: use %s", strings.Join(words, ", ")))
		case len(r.values[word]) > 1 && word != "territory" && word != "medium":
			r.fail(word, errors.New("it is there more than once"))
		}
	}
}

func cut(word string) string { return word[:min(len(word), 40)] }

func (r *reader) text(param string) string {
	text := strings.TrimSpace(r.values.Get(param))
	if len(text) > longestParam {
		r.fail(param, fmt.Errorf("it has %d bytes, at most %d are read", len(text), longestParam))
		return ""
	}
	return text
}

func (r *reader) list(param string) []string {
	if text := r.text(param); len(r.values[param]) < 2 && text != "" {
		return []string{text}
	}
	if len(strings.Join(r.values[param], ",")) > longestParam {
		r.fail(param, fmt.Errorf("all together have at most %d bytes", longestParam))
		return nil
	}
	return slices.DeleteFunc(slices.Clone(r.values[param]), func(text string) bool { return strings.TrimSpace(text) == "" })
}

func (r *reader) yes(param string) bool {
	switch text := strings.ToLower(r.text(param)); text {
	case "", "no", "false", "0":
		return false
	case "yes", "true", "1", "on":
		return true
	default:
		r.fail(param, fmt.Errorf("%.20q is neither yes nor no", text))
		return false
	}
}

func (r *reader) number(param string, least, most uint64) uint32 {
	text := r.text(param)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil || n < least || n > most {
		r.fail(param, fmt.Errorf("%.20q is no number from %d to %d", text, least, most))
		return 0
	}
	return uint32(n)
}

// Wrong says which word of a query an error is about; empty: none of them is wrong.
func Wrong(err error) string {
	var wish *rights.WishError
	var param *ParamError
	switch {
	case errors.As(err, &wish):
		return wish.Word
	case errors.As(err, &param):
		return param.Param
	}
	return ""
}
