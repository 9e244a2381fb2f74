package exchange

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/x/registry/manifest"
)

// maxLine is the most bytes of a line.
const maxLine = 64 << 10

// maxText is about the most bytes of lines that are gathered.
const maxText = 4 << 20

// byteOrderMark is what some programs begin a text with.
var byteOrderMark = []byte("\xef\xbb\xbf")

// textLines are items in lines of a text.
type textLines struct {
	file     io.ReadSeeker
	in       *bufio.Reader
	name     string
	identity string
	// offset of the next line, and number of those before it.
	offset, number int64
	// parse reads one line, which is not empty, and appends its row.
	parse func(f *fields, line, dst []byte) (raw []byte, field string, err error)
	whose *manifest.Contributor
	free  sync.Pool
}

// Lines reads JSON Lines: an object a line, with members as Columns has them. Empty lines are passed over. Whose has the items that
// name no contributor; nil: nobody.
func Lines(file io.ReadSeeker, name, identity string, whose *manifest.Contributor) dataset.Resumable {
	return newLines(file, name, identity, whose, columnsByName(), true)
}

// columnsByName are our own names of columns.
func columnsByName() map[string]int {
	byName := map[string]int{}
	for i, column := range Columns {
		byName[column] = i
	}
	return byName
}

// newLines reads lines with members of these names; others are refused where it is strict.
func newLines(file io.ReadSeeker, name, identity string, whose *manifest.Contributor, byName map[string]int, strict bool) *textLines {
	return &textLines{
		file: file, in: bufio.NewReaderSize(file, maxLine), name: name, identity: identity, whose: whose,
		parse: func(f *fields, line, dst []byte) ([]byte, string, error) {
			s := scanner{rest: line, byName: byName, strict: strict}
			if field, err := s.object(f); err != nil {
				return dst, field, err
			}
			return f.append(dst)
		},
	}
}

func (t *textLines) Identity() string { return t.identity }

func (t *textLines) Seek(_ context.Context, mark string) (err error) {
	t.offset, t.number = 0, 0
	if mark != "" {
		if t.offset, t.number, err = dataset.ParseMark(mark); err != nil {
			return err
		}
	}
	_, err = t.file.Seek(t.offset, io.SeekStart)
	t.in.Reset(t.file)
	return err
}

// Next gathers lines, which a worker reads.
func (t *textLines) Next(_ context.Context, items int) (dataset.Batch, error) {
	text, _ := t.free.Get().(*[]byte)
	if text == nil {
		text = new([]byte)
	}
	*text = (*text)[:0]
	first, begin, count := t.number, t.offset, 0
	for count < items && len(*text) < maxText {
		line, err := t.in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			return dataset.Batch{}, t.wrong(t.number+1, "", fmt.Errorf("%w: it has more than %d bytes", ErrForm, maxLine))
		}
		if len(line) > 0 {
			if t.offset == 0 {
				t.offset, line = int64(len(line)-len(bytes.TrimPrefix(line, byteOrderMark))), bytes.TrimPrefix(line, byteOrderMark)
			}
			t.offset, t.number = t.offset+int64(len(line)), t.number+1
			switch blank := isBlank(line); {
			case blank && count == 0:
				first = t.number
			case !blank:
				count++
				fallthrough
			default:
				*text = append(*text, line...)
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return dataset.Batch{}, err
		}
	}
	if count == 0 {
		return dataset.Batch{}, io.EOF
	}
	return dataset.Batch{
		Items: count, Read: t.offset - begin, Mark: fmt.Sprintf("%d:%d", t.offset, t.number),
		Append: func(dst []byte) ([]byte, error) {
			dst, err := t.rows(*text, first, dst)
			t.free.Put(text)
			return dst, err
		},
	}, nil
}

func (t *textLines) rows(text []byte, before int64, dst []byte) ([]byte, error) {
	f := fields{whose: t.whose}
	for len(text) > 0 {
		line := text
		if end := bytes.IndexByte(text, '\n'); end >= 0 {
			line, text = text[:end], text[end+1:]
		} else {
			text = nil
		}
		before++
		if isBlank(line) {
			continue
		}
		f.reset()
		var field string
		var err error
		if dst, field, err = t.parse(&f, line, dst); err != nil {
			return dst, t.wrong(before, field, err)
		}
	}
	return dst, nil
}

func (t *textLines) wrong(line int64, field string, err error) error {
	return &Error{t.name, "line", line, field, err}
}

func isBlank(line []byte) bool {
	for _, c := range line {
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return false
		}
	}
	return true
}

// scanner reads one object of JSON with values of one level. It is as strict as the standard, and no member may be there twice.
type scanner struct {
	rest   []byte
	byName map[string]int
	strict bool
}

func (s *scanner) object(f *fields) (field string, err error) {
	if !s.next('{') {
		return "", fmt.Errorf("%w: it is no JSON object", ErrForm)
	}
	for first := true; ; first = false {
		if s.next('}') {
			if !first {
				return "", fmt.Errorf("%w: a comma stands before }", ErrForm)
			}
			break
		}
		name, err := s.text()
		if err != nil {
			return "", err
		}
		column, known := s.byName[string(name)]
		field := string(name)
		if !known && s.strict {
			return clipText(field), fmt.Errorf("%w: there is no such member; there are %v", ErrForm, Columns)
		}
		if !s.next(':') {
			return clipText(field), fmt.Errorf("%w: no : follows it", ErrForm)
		}
		value, null, err := s.value(known)
		if err == nil && known && !null {
			err = f.set(column, value)
		}
		if err != nil {
			return clipText(field), err
		}
		if s.next('}') {
			break
		}
		if !s.next(',') {
			return clipText(field), fmt.Errorf("%w: neither , nor } follows its value", ErrForm)
		}
	}
	if !isBlank(s.rest) {
		return "", fmt.Errorf("%w: something follows the object: one stands on a line", ErrForm)
	}
	return "", nil
}

func clipText(s string) string { return string(clip([]byte(s))) }

// next passes over blanks, and over a character if it is the one.
func (s *scanner) next(c byte) bool {
	s.blanks()
	if len(s.rest) == 0 || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

func (s *scanner) blanks() {
	for len(s.rest) > 0 && (s.rest[0] == ' ' || s.rest[0] == '\t' || s.rest[0] == '\r') {
		s.rest = s.rest[1:]
	}
}

// text reads a string.
func (s *scanner) text() ([]byte, error) {
	s.blanks()
	if len(s.rest) == 0 || s.rest[0] != '"' {
		return nil, fmt.Errorf("%w: a name or text in quotes is missing", ErrForm)
	}
	for i := 1; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '"':
			value := s.rest[1:i]
			s.rest = s.rest[i+1:]
			return value, nil
		case c == '\\':
			return s.escaped(i)
		case c < ' ':
			return nil, fmt.Errorf("%w: a control character stands in a text", ErrForm)
		}
	}
	return nil, fmt.Errorf("%w: a text does not end", ErrForm)
}

// escaped reads a string with escapes, of which the first is at i.
func (s *scanner) escaped(i int) ([]byte, error) {
	for ; i < len(s.rest); i++ {
		switch s.rest[i] {
		case '\\':
			i++
		case '"':
			var value string
			if err := json.Unmarshal(s.rest[:i+1], &value); err != nil {
				return nil, fmt.Errorf("%w: %w", ErrForm, err)
			}
			s.rest = s.rest[i+1:]
			return []byte(value), nil
		}
	}
	return nil, fmt.Errorf("%w: a text does not end", ErrForm)
}

// value reads a text, a number or null; where it is not used, any value.
func (s *scanner) value(used bool) (value []byte, null bool, err error) {
	s.blanks()
	switch {
	case len(s.rest) > 0 && s.rest[0] == '"':
		value, err = s.text()
		return value, false, err
	case bytes.HasPrefix(s.rest, []byte("null")):
		s.rest = s.rest[4:]
		return nil, true, nil
	case !used:
		return nil, true, s.skip()
	}
	n := 0
	for n < len(s.rest) && bytes.IndexByte([]byte("+-.0123456789eE"), s.rest[n]) >= 0 {
		n++
	}
	if n == 0 {
		return nil, false, fmt.Errorf("%w: it takes a text or a number", ErrField)
	}
	value, s.rest = s.rest[:n], s.rest[n:]
	return value, false, nil
}

// skip passes over a value of any kind.
func (s *scanner) skip() error {
	in := json.NewDecoder(bytes.NewReader(s.rest))
	var ignored json.RawMessage
	if err := in.Decode(&ignored); err != nil {
		return fmt.Errorf("%w: %w", ErrForm, err)
	}
	s.rest = s.rest[in.InputOffset():]
	return nil
}

// linesWriter writes JSON Lines.
type linesWriter struct {
	out  *bufio.Writer
	line []byte
}

// NewLines writes JSON Lines.
func NewLines(out io.Writer) Writer { return &linesWriter{out: bufio.NewWriterSize(out, 1<<20)} }

// exact is the largest whole number that all programs read from JSON exactly.
const exact = 1 << 53

func (w *linesWriter) Write(item manifest.Item) error {
	line := w.line[:0]
	line = append(line, `{"sha256":"`...)
	line = hex.AppendEncode(line, item.Sha256[:])
	line = append(line, `","contributor":"`...)
	line = append(line, dataset.ContributorText(item.Contributor)...)
	line = append(line, '"')
	if item.Weight > exact {
		line = append(strconv.AppendUint(append(line, `,"weight":"`...), item.Weight, 10), '"')
	} else if item.Weight != 1 {
		line = strconv.AppendUint(append(line, `,"weight":`...), item.Weight, 10)
	}
	terms := termsText(item)
	if terms != "" {
		line = append(append(append(line, `,"terms":"`...), terms...), '"')
	}
	if item.Consent != [32]byte{} {
		line = append(hex.AppendEncode(append(line, `,"consent":"`...), item.Consent[:]), '"')
	}
	if item.Time > lastYear {
		line = append(strconv.AppendInt(append(line, `,"time":"`...), item.Time, 10), '"')
	} else if item.Time != 0 {
		line = append(time.Unix(item.Time, 0).UTC().AppendFormat(append(line, `,"time":"`...), time.RFC3339), '"')
	}
	line = append(line, "}\n"...)
	w.line = line
	_, err := w.out.Write(line)
	return err
}

func (w *linesWriter) Close() error { return w.out.Flush() }
