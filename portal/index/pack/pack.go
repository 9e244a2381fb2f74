// Package pack writes the values of typed events in few bytes: ids that occur
// again and again, and the keys and shapes of JSON, become numbers. It is pure;
// whoever calls it keeps what the numbers stand for.
//
// Two things are left out on purpose, since people may take them back: the texts
// under the keys uri and value, which are URIs and fingerprints. All else comes
// out as it went in.
package pack

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"
)

// Numbers gives numbers, from 1, the same each time.
type Numbers interface {
	// ID numbers an id in bech32 of a known kind, written as such ids are. It says no for any
	// other text.
	ID(text string) (number uint64, ok bool, err error)
	// Word numbers a piece of JSON that occurs often.
	Word(text string) (uint64, error)
}

// A token is a number n and, in its two lowest bits, what it means.
const (
	literal = iota // n bytes of text follow; 0: the value ends
	id             // the id number n, in quotes
	word           // the word number n
	digest         // 32 bytes follow, which are 64 hex digits in quotes
)

const (
	digestSize = 32
	// longest is the most bytes of a word, so that there are few of them.
	longest = 80
)

var errBroken = errors.New("a packed event is broken")

// Append packs the value of the attribute that a key names.
func Append(to []byte, key, value string, numbers Numbers) ([]byte, error) {
	p := packer{to: to, numbers: numbers, shape: true, key: key}
	for value != "" && p.err == nil {
		value = value[p.next(value):]
	}
	p.end()
	return p.token(literal, 0).to, p.err
}

type packer struct {
	to      []byte
	numbers Numbers
	err     error
	// text waits to be written; shape says that it can be part of a word.
	text  string
	shape bool
	// key is what the next text is the value of.
	key string
}

// next takes in one piece of JSON and returns its length.
func (p *packer) next(value string) int {
	if value[0] != '"' {
		return p.plain(value)
	}
	n := quoted(value)
	switch {
	case n == 0: // no JSON
		p.add(value, false)
		return len(value)
	case n < len(value) && value[n] == ':':
		p.key = value[1 : n-1]
		if plainKey(p.key) {
			p.word(value[:n+1])
		} else {
			p.add(value[:n+1], false)
		}
		return n + 1
	case left(p.key):
		p.add(`""`, true)
	default:
		p.string(value[:n])
	}
	return n
}

// string takes in a text in quotes.
func (p *packer) string(value string) {
	inner := value[1 : len(value)-1]
	if inner == "" {
		p.add(value, true)
		return
	}
	if named(inner) {
		p.word(value)
		return
	}
	if len(inner) == 2*digestSize {
		if raw, err := hex.DecodeString(inner); err == nil && hex.EncodeToString(raw) == inner {
			p.flush().token(digest, 0)
			p.to = append(p.to, raw...)
			return
		}
	}
	number, ok, err := p.numbers.ID(inner)
	switch {
	case err != nil:
		p.err = err
	case ok:
		p.flush().token(id, number)
	default:
		p.add(value, false)
	}
}

var shapes = []string{"null", "true", "false", "{", "}", "[", "]", ","}

// plain takes in what is not in quotes.
func (p *packer) plain(value string) int {
	for _, s := range shapes {
		if strings.HasPrefix(value, s) {
			p.add(s, true)
			return len(s)
		}
	}
	n := strings.IndexAny(value[1:], `",]}`) + 1
	if n == 0 {
		n = len(value)
	}
	p.add(value[:n], value[:n] == "0")
	return n
}

func (p *packer) add(text string, shape bool) {
	p.text, p.shape = p.text+text, p.shape && shape
}

// word ends the shape that waits with a text, and writes both as one word.
func (p *packer) word(text string) {
	if !p.shape || len(p.text)+len(text) > longest {
		p.flush()
	}
	p.number(p.text + text)
	p.text, p.shape = "", true
}

func (p *packer) number(text string) {
	if p.err != nil {
		return
	}
	number, err := p.numbers.Word(text)
	p.err = err
	p.token(word, number)
}

// end writes what waits: a word where that is shorter.
func (p *packer) end() {
	if p.shape && len(p.text) > 1 && len(p.text) <= longest {
		p.number(p.text)
		return
	}
	p.flush()
}

func (p *packer) flush() *packer {
	if p.text != "" {
		p.token(literal, uint64(len(p.text)))
		p.to = append(p.to, p.text...)
	}
	p.text, p.shape = "", true
	return p
}

func (p *packer) token(kind, number uint64) *packer {
	p.to = binary.AppendUvarint(p.to, number<<2|kind)
	return p
}

// quoted is the length of the JSON text at the start of a value; 0: it has no end.
func quoted(value string) int {
	for i := 1; i < len(value); i++ {
		switch value[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return 0
}

func left(key string) bool { return key == "uri" || key == "value" }

// plainKey says that a text is the name of a field.
func plainKey(text string) bool {
	return text != "" && len(text) <= longest/2 && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// named says that a text is written as the values of enums are.
func named(text string) bool {
	return len(text) <= longest/2 && strings.Contains(text, "_") && text[0] != '_' &&
		strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

// Texts gives back what the numbers stand for.
type Texts interface {
	ID(number uint64) (string, error)
	Word(number uint64) (string, error)
}

// Next unpacks one value and returns what comes after it.
func Next(packed []byte, texts Texts) (value string, rest []byte, err error) {
	var b strings.Builder
	rest = packed
	for {
		token, n := binary.Uvarint(rest)
		if n <= 0 {
			return "", nil, errBroken
		}
		rest = rest[n:]
		number, text, size := token>>2, "", uint64(0)
		switch token & 3 {
		case literal:
			if number == 0 {
				return b.String(), rest, nil
			}
			size = number
		case digest:
			size = digestSize
		case id:
			text, err = texts.ID(number)
			text = `"` + text + `"`
		case word:
			text, err = texts.Word(number)
		}
		if err != nil {
			return "", nil, err
		}
		if size > uint64(len(rest)) {
			return "", nil, errBroken
		}
		switch token & 3 {
		case literal:
			text = string(rest[:size])
		case digest:
			text = `"` + hex.EncodeToString(rest[:size]) + `"`
		}
		b.WriteString(text)
		rest = rest[size:]
	}
}

// IDs adds the numbers of the ids in packed values to those in a set.
func IDs(packed []byte, to map[uint64]string) error {
	for len(packed) > 0 {
		token, n := binary.Uvarint(packed)
		if n <= 0 {
			return errBroken
		}
		packed = packed[n:]
		number, size := token>>2, uint64(0)
		switch token & 3 {
		case literal:
			size = number
		case digest:
			size = digestSize
		case id:
			to[number] = ""
		}
		if size > uint64(len(packed)) {
			return errBroken
		}
		packed = packed[size:]
	}
	return nil
}
