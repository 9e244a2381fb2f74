package units

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/internal/amounts"
)

// display is the member that InJSON adds to a coin, and the end of the name of one that it
// adds beside a text.
const display = "display"

// InJSON adds amounts in people's units to a JSON text, in the order that it has: to an object of
// a denom and an amount a member "display", and beside a text that is a coin or several, as "fee":
// "5000ustem", one as "fee_display": "0.005 STEM". What is there already stays as it is. It
// fails for a text that is no JSON.
func (u Units) InJSON(text []byte) ([]byte, error) {
	if len(u.byDenom) == 0 {
		return text, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var out bytes.Buffer
	if err := u.value(decoder, &out); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value of JSON")
	}
	return out.Bytes(), nil
}

// value copies the next value and adds to what is inside it.
func (u Units) value(from *json.Decoder, out *bytes.Buffer) error {
	token, err := from.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		return u.object(from, out)
	case json.Delim('['):
		return u.list(from, out)
	}
	return write(out, token)
}

func (u Units) list(from *json.Decoder, out *bytes.Buffer) error {
	out.WriteByte('[')
	for first := true; from.More(); first = false {
		if !first {
			out.WriteByte(',')
		}
		if err := u.value(from, out); err != nil {
			return err
		}
	}
	out.WriteByte(']')
	_, err := from.Token()
	return err
}

func (u Units) object(from *json.Decoder, out *bytes.Buffer) error {
	out.WriteByte('{')
	texts := map[string]string{}
	added := map[string]string{}
	seen := map[string]bool{}
	for first := true; from.More(); first = false {
		if !first {
			out.WriteByte(',')
		}
		token, err := from.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string)
		seen[name] = true
		if err := write(out, name); err != nil {
			return err
		}
		out.WriteByte(':')
		start := out.Len()
		if err := u.value(from, out); err != nil {
			return err
		}
		var text string
		if json.Unmarshal(out.Bytes()[start:], &text) == nil {
			texts[name] = text
			if said, ok := u.said(text); ok {
				added[name+"_"+display] = said
			}
		}
	}
	if coin, err := amounts.Coin(texts["amount"], texts["denom"]); err == nil {
		if _, known := u.byDenom[coin.Denom]; known {
			added[display] = u.Coin(coin)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(added)) {
		if seen[name] {
			continue
		}
		if len(seen) > 0 {
			out.WriteByte(',')
		}
		if err := errors.Join(write(out, name), out.WriteByte(':'), write(out, added[name])); err != nil {
			return err
		}
	}
	out.WriteByte('}')
	_, err := from.Token()
	return err
}

// said is a text of coins in people's units; ok is false where it is none, or all its denoms
// are without a unit.
func (u Units) said(text string) (string, bool) {
	if one, err := amounts.ParseCoin(text); err == nil { // also of nothing, 0uusdc
		_, known := u.byDenom[one.Denom]
		return u.Coin(one), known
	}
	coins, err := amounts.ParseCoins(text)
	if err != nil {
		return "", false
	}
	known := false
	parts := make([]string, len(coins))
	for i, c := range coins {
		_, ok := u.byDenom[c.Denom]
		known = known || ok
		parts[i] = u.Coin(c)
	}
	return strings.Join(parts, ", "), known
}

func write(out *bytes.Buffer, v any) error {
	bz, err := json.Marshal(v)
	out.Write(bz)
	return err
}
