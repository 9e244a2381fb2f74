package asset

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// A PDF is read as far as finding a manifest store asks: cross-references, the catalog, and what it points at. What breaks
// the rules is passed over, so that a broken PDF is one without a store; no table of a broken file is rebuilt.

// Bounds on what is read of a PDF at once.
const (
	maxPDFObject = 1 << 20 // of an object without its stream, in bytes
	maxPDFDepth  = 24      // of arrays and dictionaries in one another
)

// errPDF ends the reading of a part of a PDF that breaks the rules.
var errPDF = errors.New("not as PDF has it")

// The kinds of object that are told apart. Others, such as true and 1.5, are nil.
type (
	pdfName  string
	pdfText  []byte
	pdfArray []any
	pdfDict  map[pdfName]any
	pdfRef   struct{ number, generation int64 }
)

// pdfSource is bytes that objects are read from: the file, or an object stream that was decoded.
type pdfSource interface {
	upTo(at int64, n int) ([]byte, error)
}

type pdfBytes []byte

func (b pdfBytes) upTo(at int64, n int) ([]byte, error) {
	if at < 0 || at >= int64(len(b)) {
		return nil, nil
	}
	return b[at:min(int64(len(b)), at+int64(n))], nil
}

// pdfLexer reads objects from a place on.
type pdfLexer struct {
	in    pdfSource
	at    int64
	end   int64 // where reading stops at the latest
	start int64 // of chunk
	chunk []byte
	spent *int64 // bytes left to read in this file
}

// pdfReadAhead is how much a lexer asks for at once.
const pdfReadAhead = 1 << 10

// peek is the next byte, or -1 at the end.
func (l *pdfLexer) peek() (int, error) {
	if l.at >= l.end {
		return -1, nil
	}
	if l.at < l.start || l.at >= l.start+int64(len(l.chunk)) {
		if *l.spent -= pdfReadAhead; *l.spent < 0 {
			return -1, fmt.Errorf("%w: too many objects", errPDF)
		}
		b, err := l.in.upTo(l.at, pdfReadAhead)
		if err != nil {
			return -1, err
		}
		// The window under it moves when another lexer reads.
		l.start, l.chunk = l.at, append(l.chunk[:0], b...)
		if len(b) == 0 {
			return -1, nil
		}
	}
	return int(l.chunk[l.at-l.start]), nil
}

func pdfSpace(b int) bool {
	return b == 0 || b == '\t' || b == '\n' || b == '\f' || b == '\r' || b == ' '
}

func pdfDelimiter(b int) bool {
	return b < 0 || pdfSpace(b) || bytes.IndexByte([]byte("()<>[]{}/%"), byte(b)) >= 0
}

// skip passes space and comments, and returns the byte behind them.
func (l *pdfLexer) skip() (int, error) {
	comment := false
	for {
		b, err := l.peek()
		switch {
		case err != nil || b < 0:
			return b, err
		case comment:
			comment = b != '\n' && b != '\r'
		case b == '%':
			comment = true
		case !pdfSpace(b):
			return b, nil
		}
		l.at++
	}
}

// word reads up to a delimiter; of a name, behind its slash.
func (l *pdfLexer) word() (string, error) {
	if _, err := l.skip(); err != nil {
		return "", err
	}
	var word []byte
	for {
		b, err := l.peek()
		if err != nil {
			return "", err
		}
		if pdfDelimiter(b) {
			return string(word), nil
		}
		word = append(word, byte(b))
		l.at++
	}
}

// number reads a whole number.
func (l *pdfLexer) number() (int64, error) {
	word, err := l.word()
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(word, 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%w: %q is no number", errPDF, word)
	}
	return n, nil
}

// expect reads a word that must be there.
func (l *pdfLexer) expect(wanted string) error {
	word, err := l.word()
	if err == nil && word != wanted {
		err = fmt.Errorf("%w: %q in place of %q", errPDF, word, wanted)
	}
	return err
}

// object reads an object.
func (l *pdfLexer) object(depth int) (any, error) {
	if depth > maxPDFDepth {
		return nil, fmt.Errorf("%w: too deep", errPDF)
	}
	b, err := l.skip()
	if err != nil {
		return nil, err
	}
	switch b {
	case -1:
		return nil, fmt.Errorf("%w: it ends", errPDF)
	case '/':
		l.at++
		return l.name()
	case '(':
		return l.text()
	case '[':
		l.at++
		return l.array(depth)
	case '<':
		l.at++
		if next, err := l.peek(); err != nil || next != '<' {
			return nil, l.pass('>', err)
		}
		l.at++
		return l.dict(depth)
	case ')', '>', ']', '{', '}':
		return nil, fmt.Errorf("%w: %q", errPDF, rune(b))
	}
	return l.numberOrRef()
}

// pass skips up to a byte and over it.
func (l *pdfLexer) pass(until int, err error) error {
	for err == nil {
		var b int
		if b, err = l.peek(); err == nil && b < 0 {
			err = fmt.Errorf("%w: it ends", errPDF)
		}
		l.at++
		if b == until {
			return err
		}
	}
	return err
}

func (l *pdfLexer) name() (any, error) {
	if b, err := l.peek(); err != nil || pdfDelimiter(b) {
		return pdfName(""), err
	}
	word, err := l.word()
	if err != nil || len(word) < 3 || bytes.IndexByte([]byte(word), '#') < 0 {
		return pdfName(word), err
	}
	var name []byte
	for i := 0; i < len(word); i++ {
		if word[i] == '#' && i+2 < len(word) {
			if code, err := strconv.ParseUint(word[i+1:i+3], 16, 8); err == nil {
				name = append(name, byte(code))
				i += 2
				continue
			}
		}
		name = append(name, word[i])
	}
	return pdfName(name), nil
}

// text reads a string in brackets, as far as finding its end asks.
func (l *pdfLexer) text() (any, error) {
	var text pdfText
	for open := 0; ; {
		b, err := l.peek()
		if err != nil {
			return nil, err
		}
		l.at++
		switch b {
		case -1:
			return nil, fmt.Errorf("%w: a string without end", errPDF)
		case '\\':
			l.at++
			continue
		case '(':
			open++
		case ')':
			if open--; open == 0 {
				return text, nil
			}
		}
		text = append(text, byte(b))
	}
}

func (l *pdfLexer) array(depth int) (any, error) {
	var all pdfArray
	for {
		b, err := l.skip()
		if err != nil {
			return nil, err
		}
		if b == ']' {
			l.at++
			return all, nil
		}
		one, err := l.object(depth + 1)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
}

func (l *pdfLexer) dict(depth int) (any, error) {
	all := pdfDict{}
	for {
		b, err := l.skip()
		if err != nil {
			return nil, err
		}
		if b == '>' {
			l.at++
			if next, err := l.peek(); err != nil || next != '>' {
				return nil, errors.Join(errPDF, err)
			}
			l.at++
			return all, nil
		}
		key, err := l.object(depth + 1)
		if err != nil {
			return nil, err
		}
		name, is := key.(pdfName)
		if !is {
			return nil, fmt.Errorf("%w: a key that is no name", errPDF)
		}
		if all[name], err = l.object(depth + 1); err != nil {
			return nil, err
		}
	}
}

// numberOrRef reads a word, and where it is a number, whether a reference begins with it.
func (l *pdfLexer) numberOrRef() (any, error) {
	word, err := l.word()
	if err != nil {
		return nil, err
	}
	number, err := strconv.ParseInt(word, 10, 64)
	if err != nil {
		return nil, nil // true, false, null, a real number, an operator
	}
	behind := l.at
	generation, err := l.number()
	if err == nil {
		err = l.expect("R")
	}
	switch {
	case errors.Is(err, errPDF) && *l.spent >= 0:
		l.at = behind
		return number, nil
	case err != nil:
		return nil, err
	}
	return pdfRef{number, generation}, nil
}
