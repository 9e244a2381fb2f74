package asset

import (
	"bytes"
	"encoding/base64"
	"fmt"
)

// svgStore is the element whose text is a manifest store in Base64 (C2PA 2.2, A.3.3).
const svgStore = "c2pa:manifest"

// readSVG finds the store of an SVG. It reads tags only as far as telling them from text, comments and the like.
func readSVG(in *window) (layout, error) {
	out := layout{base64: true}
	for at := int64(0); ; {
		open, err := in.index(at, "<")
		if err != nil || open < 0 {
			return out, err
		}
		b, err := in.upTo(open, 1+len(svgStore)+1)
		if err != nil {
			return out, err
		}
		until, store := ">", false
		switch {
		case bytes.HasPrefix(b, []byte("<!--")):
			until = "-->"
		case bytes.HasPrefix(b, []byte("<![CDATA[")):
			until = "]]>"
		case bytes.HasPrefix(b, []byte("<?")):
			until = "?>"
		default:
			rest, is := bytes.CutPrefix(b, []byte("<"+svgStore))
			store = is && len(rest) > 0 && bytes.IndexByte([]byte("> \t\r\n"), rest[0]) >= 0
		}
		end, err := in.closing(open, until)
		if err != nil || end < 0 {
			return out, err
		}
		at = end
		if !store {
			continue
		}
		next, err := in.index(at, "<")
		if err != nil || next < 0 {
			return out, err
		}
		if len(out.ranges) > 0 {
			out.err = ErrSeveralStores
		}
		content := Range{at, next - at}
		out.payload, out.ranges = append(out.payload, content), append(out.ranges, content)
		at = next
	}
}

// index is where a short text stands from a position on, or -1.
func (w *window) index(at int64, text string) (int64, error) {
	for at < w.size {
		b, err := w.upTo(at, windowSize/4)
		if err != nil {
			return -1, err
		}
		if i := bytes.Index(b, []byte(text)); i >= 0 {
			return at + int64(i), nil
		}
		if at+int64(len(b)) >= w.size {
			break
		}
		at += int64(len(b) - len(text) + 1)
	}
	return -1, nil
}

// closing is the position behind the end of what opens at a place: of a tag, the first ">" outside of quotes.
func (w *window) closing(at int64, until string) (int64, error) {
	if until != ">" {
		end, err := w.index(at+1, until)
		if end >= 0 {
			end += int64(len(until))
		}
		return end, err
	}
	for quote := byte(0); ; {
		b, err := w.upTo(at, windowSize/4)
		if err != nil || len(b) == 0 {
			return -1, err
		}
		for i, c := range b {
			switch {
			case quote == 0 && c == '>':
				return at + int64(i) + 1, nil
			case quote == 0 && (c == '"' || c == '\''):
				quote = c
			case c == quote:
				quote = 0
			}
		}
		at += int64(len(b))
	}
}

// unbase64 decodes a store that stands in a file as text.
func unbase64(text []byte) ([]byte, error) {
	text = bytes.Join(bytes.Fields(text), nil)
	n, err := base64.StdEncoding.Strict().Decode(text, text)
	if err != nil {
		return nil, fmt.Errorf("%w: Base64 of the manifest store: %w", ErrMalformed, err)
	}
	return text[:n], nil
}
