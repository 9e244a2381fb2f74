package iscc

import (
	"fmt"
	"io"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxToken bounds a tag, a comment and a run of text of HTML.
const maxToken = 8 << 20

// htmlText reads the text of HTML that people read: without tags, the head, scripts and styles.
type htmlText struct {
	tokens *html.Tokenizer
	inside atom.Atom // of which nothing is read, 0 elsewhere
	rest   []byte
}

// hidden are the elements whose text nobody reads.
var hidden = map[atom.Atom]bool{
	atom.Head: true, atom.Script: true, atom.Style: true, atom.Template: true, atom.Noscript: true, atom.Iframe: true,
}

func newHTMLText(in io.Reader) *htmlText {
	h := &htmlText{tokens: html.NewTokenizer(in)}
	h.tokens.SetMaxBuf(maxToken)
	return h
}

func (h *htmlText) Read(p []byte) (int, error) {
	for len(h.rest) == 0 {
		switch kind := h.tokens.Next(); kind {
		case html.ErrorToken:
			return 0, h.err()
		case html.TextToken:
			if h.inside == 0 {
				h.rest = h.tokens.Text()
			}
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			name, _ := h.tokens.TagName()
			h.tag(atom.Lookup(name), kind)
			if h.inside == 0 {
				h.rest = []byte{' '} // words on both sides are two
			}
		}
	}
	n := copy(p, h.rest)
	h.rest = h.rest[n:]
	return n, nil
}

// tag enters and leaves what is hidden. A body ends the head, whose own end may be left out.
func (h *htmlText) tag(name atom.Atom, kind html.TokenType) {
	switch {
	case h.inside == 0 && kind == html.StartTagToken && hidden[name]:
		h.inside = name
	case h.inside == name && kind == html.EndTagToken, h.inside == atom.Head && name == atom.Body:
		h.inside = 0
	}
}

func (h *htmlText) err() error {
	if err := h.tokens.Err(); err != io.EOF { //nolint:errorlint // the tokenizer hands over the reader's own
		return fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	return io.EOF
}
