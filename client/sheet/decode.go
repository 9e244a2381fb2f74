package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// Encodings that a table can be declared to have.
const (
	UTF8        = "utf-8"
	UTF16       = "utf-16"
	Windows1252 = "windows-1252"
)

// Encodings lists them.
func Encodings() []string { return []string{UTF8, UTF16, Windows1252} }

// decode turns bytes into text: as declared, else by a byte order mark, else as UTF-8 where
// they are, as UTF-16 where every other byte is zero, else as Windows-1252, which is a guess: every other
// encoding of one byte looks like it. What a byte stands for is never replaced in silence.
func (o Options) decode(bz []byte) (text, encoding string, err error) {
	text, encoding, err = decode(bz, o.Encoding)
	if err == nil && encoding == Windows1252 && o.Encoding == "" && o.Guessed != nil {
		o.Guessed(encoding, sample(text))
	}
	return text, encoding, err
}

func decode(bz []byte, declared string) (text, encoding string, err error) {
	encoding = declared
	if encoding == "" {
		encoding = detect(bz)
	}
	switch encoding {
	case UTF8:
		bz = bytes.TrimPrefix(bz, []byte("\ufeff"))
		if at := invalid(bz); at >= 0 {
			return "", "", fmt.Errorf("line %d is not UTF-8 (byte %#x): save it so, or say which encoding it is (%s)",
				1+bytes.Count(bz[:at], []byte("\n")), bz[at], strings.Join(Encodings(), ", "))
		}
		text = string(bz)
	case UTF16:
		order := unicode.LittleEndian
		if bytes.HasPrefix(bz, []byte{0xfe, 0xff}) || len(bz) > 1 && bz[0] == 0 && bz[1] != 0 {
			order = unicode.BigEndian
		}
		decoded, err := unicode.UTF16(order, unicode.UseBOM).NewDecoder().Bytes(bz)
		if err != nil || len(bz)%2 != 0 {
			return "", "", errors.New("it looks like UTF-16 and is not: save it as UTF-8")
		}
		text = string(decoded)
	case Windows1252:
		if at := invalid(bz); declared == "" && mostlyUTF8(bz) {
			return "", "", fmt.Errorf("line %d is not UTF-8 (byte %#x), and the rest is: two files of different encodings may have been "+
				"joined, or one cut; save it as UTF-8", 1+bytes.Count(bz[:at], []byte("\n")), bz[at])
		}
		if at := slices.IndexFunc(bz, undefined); at >= 0 {
			return "", "", fmt.Errorf("line %d has the byte %#x, which is neither UTF-8 nor Windows-1252: save it as UTF-8",
				1+bytes.Count(bz[:at], []byte("\n")), bz[at])
		}
		decoded, err := charmap.Windows1252.NewDecoder().Bytes(bz)
		if err != nil {
			return "", "", err
		}
		text = string(decoded)
	default:
		return "", "", fmt.Errorf("the encoding %q is none of %s", declared, strings.Join(Encodings(), ", "))
	}
	return text, encoding, nil
}

// mostlyUTF8 says of bytes that are not UTF-8 throughout whether more of their letters beyond ASCII are than
// are not. Windows-1252 has two bytes that look so by chance, as in Spaß and a closing quote.
func mostlyUTF8(bz []byte) bool {
	letters, others := 0, 0
	for at := 0; at < len(bz); {
		r, size := utf8.DecodeRune(bz[at:])
		switch {
		case size > 1:
			letters++
		case r == utf8.RuneError:
			others++
		}
		at += size
	}
	return letters > others
}

// sampleRunes is the most of a sample on each side of its first letter beyond ASCII.
const sampleRunes = 20

// sample is a part of a line with the text's first letter beyond ASCII.
func sample(text string) string {
	at := strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
	if at < 0 {
		return ""
	}
	before, after := []rune(text[:at]), []rune(text[at:])
	for i, r := range slices.Backward(before) {
		if r == '\n' || r == '\r' || len(before)-i > sampleRunes {
			before = before[i+1:]
			break
		}
	}
	if end := slices.IndexFunc(after, func(r rune) bool { return r == '\n' || r == '\r' }); end >= 0 {
		after = after[:end]
	}
	return strings.TrimSpace(string(before) + string(after[:min(len(after), sampleRunes)]))
}

// undefined says whether Windows-1252 has nothing at a byte.
func undefined(b byte) bool { return strings.IndexByte("\x81\x8d\x8f\x90\x9d", b) >= 0 }

func detect(bz []byte) string {
	switch {
	case bytes.HasPrefix(bz, []byte("\ufeff")):
		return UTF8
	case bytes.HasPrefix(bz, []byte{0xff, 0xfe}), bytes.HasPrefix(bz, []byte{0xfe, 0xff}), everyOther(bz):
		return UTF16
	case utf8.Valid(bz):
		return UTF8
	}
	return Windows1252
}

// everyOther says whether the text begins as UTF-16 does without a mark: letters of a header
// with zeros between them.
func everyOther(bz []byte) bool {
	return len(bz) >= 4 && (bz[0] == 0) == (bz[2] == 0) && (bz[1] == 0) == (bz[3] == 0) && (bz[0] == 0) != (bz[1] == 0)
}

// invalid is the place of the first byte that is no UTF-8; -1 without.
func invalid(bz []byte) int {
	for at := 0; at < len(bz); {
		r, size := utf8.DecodeRune(bz[at:])
		if r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
	return -1
}
