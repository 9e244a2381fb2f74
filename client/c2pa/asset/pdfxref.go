package asset

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
)

// Bounds on cross-references: how many updates a PDF may have had, and what all its compressed tables and objects may take.
const (
	maxPDFSections = 256
	maxPDFDecoded  = 32 << 20
)

// pdfSection is one cross-reference table or stream, and its trailer. Entries are looked up where they are.
type pdfSection struct {
	trailer pdfDict
	parts   []pdfPart
}

// pdfPart has the entries of objects with numbers that follow one another: 20 bytes each in the file, or of three fields in a
// stream that was decoded.
type pdfPart struct {
	first, count int64
	at           int64 // of the first entry
	stream       []byte
	widths       [3]int64
}

// pdf is a PDF as far as it was read.
type pdf struct {
	in       *window
	sections []pdfSection // the newest first
	spent    int64        // bytes left to read
	decoded  int64        // bytes left to decode
	objects  pdfObjects   // the object stream that was decoded last
}

type pdfObjects struct {
	number int64
	first  int64
	places map[int64]int64
	data   []byte
}

// entryWidth is the length of an entry of a table (ISO 32000-2, 7.5.4).
const entryWidth = 20

func openPDF(in *window) (*pdf, error) {
	p := &pdf{in: in, spent: 1<<20 + 16*in.size, decoded: min(maxPDFDecoded, 1<<20+64*in.size), objects: pdfObjects{number: -1}}
	tail := max(0, in.size-2048)
	b, err := in.upTo(tail, 2048)
	if err != nil {
		return nil, err
	}
	i := bytes.LastIndex(b, []byte("startxref"))
	if i < 0 {
		return p, nil
	}
	at, err := p.lexer(tail + int64(i) + 9).number()
	seen := map[int64]bool{}
	for err == nil && !seen[at] && len(p.sections) < maxPDFSections {
		seen[at] = true
		var s pdfSection
		if s, err = p.section(at); err != nil {
			break
		}
		p.sections = append(p.sections, s)
		if hybrid, is := s.trailer["XRefStm"].(int64); is && !seen[hybrid] {
			seen[hybrid] = true
			more, err := p.section(hybrid)
			if err != nil {
				break
			}
			more.trailer = s.trailer
			p.sections = append(p.sections, more)
		}
		previous, is := s.trailer["Prev"].(int64)
		if !is {
			break
		}
		at = previous
	}
	return p, passed(err)
}

// passed lets errors of reading through, not those of the file.
func passed(err error) error {
	if errors.Is(err, errPDF) {
		return nil
	}
	return err
}

func (p *pdf) lexer(at int64) *pdfLexer {
	return &pdfLexer{in: p.in, at: at, end: min(p.in.size, at+maxPDFObject), spent: &p.spent}
}

// section reads the cross-references at a place.
func (p *pdf) section(at int64) (pdfSection, error) {
	if at < 0 || at >= p.in.size {
		return pdfSection{}, errPDF
	}
	l := p.lexer(at)
	b, err := l.skip()
	if err != nil {
		return pdfSection{}, err
	}
	if b != 'x' {
		return p.xrefStream(at)
	}
	if err := l.expect("xref"); err != nil {
		return pdfSection{}, err
	}
	var s pdfSection
	for {
		b, err := l.skip()
		if err != nil {
			return s, err
		}
		if b == 't' {
			break
		}
		first, err := l.number()
		if err != nil {
			return s, err
		}
		count, err := l.number()
		if err != nil {
			return s, err
		}
		if _, err := l.skip(); err != nil {
			return s, err
		}
		if count > (p.in.size-l.at)/entryWidth {
			return s, errPDF
		}
		s.parts = append(s.parts, pdfPart{first: first, count: count, at: l.at})
		l.at += count * entryWidth
		l.end = min(p.in.size, l.at+maxPDFObject)
	}
	if err := l.expect("trailer"); err != nil {
		return s, err
	}
	object, err := l.object(0)
	s.trailer, _ = object.(pdfDict)
	return s, err
}

// xrefStream reads a cross-reference stream (ISO 32000-2, 7.5.8).
func (p *pdf) xrefStream(at int64) (pdfSection, error) {
	object, content, err := p.indirect(at, -1, 0)
	if err != nil {
		return pdfSection{}, err
	}
	dict, _ := object.(pdfDict)
	if dict["Type"] != pdfName("XRef") {
		return pdfSection{}, errPDF
	}
	data, err := p.decode(dict, content)
	if err != nil {
		return pdfSection{}, err
	}
	widths, _ := dict["W"].(pdfArray)
	index, _ := dict["Index"].(pdfArray)
	if index == nil {
		index = pdfArray{int64(0), dict["Size"]}
	}
	if len(widths) != 3 || len(index)%2 == 1 {
		return pdfSection{}, errPDF
	}
	part := pdfPart{stream: data}
	width := int64(0)
	for i, w := range widths {
		n, is := w.(int64)
		if !is || n < 0 || n > 8 {
			return pdfSection{}, errPDF
		}
		part.widths[i] = n
		width += n
	}
	if width == 0 {
		return pdfSection{}, errPDF
	}
	s := pdfSection{trailer: dict}
	for i := 0; i < len(index); i += 2 {
		first, is := index[i].(int64)
		count, also := index[i+1].(int64)
		if !is || !also || first < 0 || count < 0 || count > (int64(len(data))-part.at)/width {
			return pdfSection{}, errPDF
		}
		part.first, part.count = first, count
		s.parts = append(s.parts, part)
		part.at += count * width
	}
	return s, nil
}

// where is the place of an object: at an offset, or in an object stream.
type where struct {
	offset int64
	stream int64 // number of the object stream, or -1
}

// find looks an object up in a section and those before it.
func (p *pdf) find(number int64, from int) (where, error) {
	for _, s := range p.sections[min(from, len(p.sections)):] {
		for _, part := range s.parts {
			if number < part.first || number-part.first >= part.count {
				continue
			}
			if part.stream != nil {
				return part.streamEntry(number - part.first)
			}
			b, all, err := p.in.exactly(part.at+(number-part.first)*entryWidth, 18)
			if err != nil || !all || b[17] != 'n' {
				return where{}, errors.Join(err, errPDF)
			}
			offset := int64(0)
			for _, digit := range b[:10] {
				if digit < '0' || digit > '9' {
					return where{}, errPDF
				}
				offset = offset*10 + int64(digit-'0')
			}
			return where{offset, -1}, nil
		}
	}
	return where{}, errPDF
}

func (part pdfPart) streamEntry(i int64) (where, error) {
	width := part.widths[0] + part.widths[1] + part.widths[2]
	entry := part.stream[part.at+i*width:][:width]
	var fields [3]int64
	for f, n := range part.widths {
		for range n {
			fields[f] = fields[f]<<8 | int64(entry[0])
			entry = entry[1:]
		}
	}
	if part.widths[0] == 0 {
		fields[0] = 1
	}
	switch {
	case fields[0] == 1 && fields[1] >= 0:
		return where{fields[1], -1}, nil
	case fields[0] == 2 && fields[1] >= 0:
		return where{0, fields[1]}, nil
	}
	return where{}, errPDF
}

// resolve follows a reference, by the tables from a section on. A stream's content is told too.
func (p *pdf) resolve(object any, from int) (any, Range, error) {
	for range maxPDFDepth {
		ref, is := object.(pdfRef)
		if !is {
			return object, Range{}, nil
		}
		at, err := p.find(ref.number, from)
		if err != nil {
			return nil, Range{}, err
		}
		if at.stream < 0 {
			one, content, err := p.indirect(at.offset, ref.number, from)
			if _, again := one.(pdfRef); !again || err != nil {
				return one, content, err
			}
			object = one
			continue
		}
		if object, err = p.inStream(at.stream, ref.number, from); err != nil {
			return nil, Range{}, err
		}
	}
	return nil, Range{}, errPDF
}

// indirect reads the object at a place, whose number must be as said, or any for -1.
func (p *pdf) indirect(at, number int64, from int) (any, Range, error) {
	if at < 0 || at >= p.in.size {
		return nil, Range{}, errPDF
	}
	l := p.lexer(at)
	got, err := l.number()
	if err != nil {
		return nil, Range{}, err
	}
	if _, err := l.number(); err != nil {
		return nil, Range{}, err
	}
	if err := l.expect("obj"); err != nil || number >= 0 && got != number {
		return nil, Range{}, errors.Join(err, errPDF)
	}
	object, err := l.object(0)
	if err != nil {
		return nil, Range{}, err
	}
	dict, is := object.(pdfDict)
	if !is {
		return object, Range{}, nil
	}
	content, err := p.content(l, dict, number, from)
	return object, content, err
}

// content finds the bytes of a stream behind its dictionary.
func (p *pdf) content(l *pdfLexer, dict pdfDict, number int64, from int) (Range, error) {
	word, err := l.word()
	if err != nil || word != "stream" {
		return Range{}, passed(err)
	}
	end, err := p.in.upTo(l.at, 2)
	switch {
	case err != nil:
		return Range{}, err
	case len(end) == 2 && end[0] == '\r' && end[1] == '\n':
		l.at += 2
	case len(end) > 0 && (end[0] == '\n' || end[0] == '\r'):
		l.at++
	}
	length := dict["Length"]
	if ref, is := length.(pdfRef); is && ref.number != number {
		at, err := p.find(ref.number, from)
		if err != nil {
			return Range{}, err
		}
		if at.stream >= 0 {
			return Range{}, errPDF
		}
		n := p.lexer(at.offset)
		for _, read := range []func() error{
			func() error { _, err := n.number(); return err }, func() error { _, err := n.number(); return err },
			func() error { return n.expect("obj") }, func() (err error) { length, err = n.number(); return err },
		} {
			if err := read(); err != nil {
				return Range{}, err
			}
		}
	}
	n, is := length.(int64)
	if !is || n < 0 || n > p.in.size-l.at {
		return Range{}, errPDF
	}
	return Range{l.at, n}, nil
}

// inStream reads an object of an object stream (ISO 32000-2, 7.5.7).
func (p *pdf) inStream(stream, number int64, from int) (any, error) {
	if p.objects.number != stream {
		at, err := p.find(stream, from)
		if err != nil {
			return nil, err
		}
		if at.stream >= 0 {
			return nil, errPDF
		}
		object, content, err := p.indirect(at.offset, stream, from)
		if err != nil {
			return nil, err
		}
		dict, _ := object.(pdfDict)
		count, is := dict["N"].(int64)
		first, also := dict["First"].(int64)
		if !is || !also || dict["Type"] != pdfName("ObjStm") || count < 0 || first < 0 {
			return nil, errPDF
		}
		data, err := p.decode(dict, content)
		if err != nil {
			return nil, err
		}
		p.objects = pdfObjects{number: stream, first: first, places: map[int64]int64{}, data: data}
		l := &pdfLexer{in: pdfBytes(data), end: min(first, int64(len(data))), spent: &p.spent}
		for range min(count, int64(len(data))) {
			one, err := l.number()
			if err != nil {
				return nil, err
			}
			if p.objects.places[one], err = l.number(); err != nil {
				return nil, err
			}
		}
	}
	place, is := p.objects.places[number]
	if !is || place > int64(len(p.objects.data)) {
		return nil, errPDF
	}
	l := &pdfLexer{in: pdfBytes(p.objects.data), at: p.objects.first + place, end: int64(len(p.objects.data)), spent: &p.spent}
	return l.object(0)
}

// decode returns a stream's content as it was before its filters: none, or Flate with the predictors of PNG.
func (p *pdf) decode(dict pdfDict, content Range) ([]byte, error) {
	parms, _ := dict["DecodeParms"].(pdfDict)
	filter := dict["Filter"]
	if list, is := filter.(pdfArray); is && len(list) == 1 {
		filter = list[0]
		if all, is := dict["DecodeParms"].(pdfArray); is && len(all) == 1 {
			parms, _ = all[0].(pdfDict)
		}
	}
	var in io.Reader = io.NewSectionReader(p.in.r, content.Start, content.Length)
	switch filter {
	case nil:
	case pdfName("FlateDecode"):
		z, err := zlib.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errPDF, err)
		}
		in = z
	default:
		return nil, errPDF
	}
	data, err := io.ReadAll(io.LimitReader(in, p.decoded+1))
	if p.decoded -= int64(len(data)); p.decoded < 0 {
		return nil, fmt.Errorf("%w: too much in compressed streams", errPDF)
	}
	if err != nil && len(data) == 0 {
		return nil, fmt.Errorf("%w: %w", errPDF, err)
	}
	if predictor, is := parms["Predictor"].(int64); is && predictor >= 10 {
		return unpredicted(data, parms)
	}
	return data, nil
}

// unpredicted undoes the predictors of PNG that cross-reference streams have: rows of bytes, each with a filter's number before it.
func unpredicted(data []byte, parms pdfDict) ([]byte, error) {
	columns, is := parms["Columns"].(int64)
	if !is {
		columns = 1
	}
	if colours, is := parms["Colors"].(int64); is && colours != 1 || columns < 1 || columns > 1<<16 {
		return nil, errPDF
	}
	out := make([]byte, 0, len(data))
	above := make([]byte, columns)
	for int64(len(data)) > columns {
		filter, row := data[0], data[1:columns+1]
		data = data[columns+1:]
		for i := range row {
			left, corner := byte(0), byte(0)
			if i > 0 {
				left, corner = row[i-1], above[i-1]
			}
			switch filter {
			case 0:
			case 1:
				row[i] += left
			case 2:
				row[i] += above[i]
			case 3:
				row[i] += byte((int(left) + int(above[i])) / 2)
			case 4:
				row[i] += paeth(left, above[i], corner)
			default:
				return nil, errPDF
			}
		}
		out = append(out, row...)
		above = row
	}
	return out, nil
}

func paeth(a, b, c byte) byte {
	p := int(a) + int(b) - int(c)
	distance := func(x byte) int { return max(p-int(x), int(x)-p) }
	switch {
	case distance(a) <= distance(b) && distance(a) <= distance(c):
		return a
	case distance(b) <= distance(c):
		return b
	}
	return c
}
