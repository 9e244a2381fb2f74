package iscc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// ErrEncoding is matched by why there is no Text-Code: the text is not UTF-8, and nothing says what else it is.
var ErrEncoding = errors.New("the text's encoding is not known")

// content is what a file was taken for.
type content struct {
	mediaType string
	text      bool
	charset   string // as the media type says
	head      []byte
	utf8      utf8Check
}

// magic are the first bytes by which pictures and sound are known; the dots stand for any byte.
var magic = []struct{ bytes, mediaType string }{
	{"\xff\xd8\xff", "image/jpeg"},
	{"\x89PNG\r\n\x1a\n", "image/png"},
	{"GIF87a", "image/gif"},
	{"GIF89a", "image/gif"},
	{"RIFF....WEBP", "image/webp"},
	{"BM....\x00\x00\x00\x00", "image/bmp"},
	{"II*\x00", "image/tiff"},
	{"MM\x00*", "image/tiff"},
	{"RIFF....WAVE", "audio/wav"},
	{"fLaC", "audio/flac"},
	{"OggS", "audio/ogg"},
	{"ID3", "audio/mpeg"},
	{"....ftyp", "video/mp4"},
	{"\x1aE\xdf\xa3", "video/webm"},
	{"%PDF-", "application/pdf"},
}

// kindOf goes by the first bytes for what has such, and otherwise by what the file is said to be.
func kindOf(head []byte, stated string) content {
	c := content{head: head}
	said, parameters, err := mime.ParseMediaType(stated)
	if err != nil {
		said = ""
	}
	for _, m := range magic {
		if !begins(head, m.bytes) {
			continue
		}
		c.mediaType = m.mediaType
		// What these begin with is a container's, which may hold one as well as the other.
		if m.mediaType == "video/mp4" || m.mediaType == "video/webm" || m.mediaType == "audio/ogg" {
			if main, _, _ := strings.Cut(said, "/"); main == "video" || main == "audio" || main == "image" {
				c.mediaType = said
			}
		}
		return c
	}
	if len(head) > 2 && head[0] == 0xff && head[1]&0xe6 == 0xe2 { // a frame of MPEG audio, layer III
		c.mediaType = "audio/mpeg"
		return c
	}
	if said == "" || said == "application/octet-stream" {
		said, _, _ = mime.ParseMediaType(http.DetectContentType(head))
		if said == "application/octet-stream" {
			said = ""
		}
	}
	c.mediaType, c.charset = said, parameters["charset"]
	c.text = strings.HasPrefix(said, "text/") || said == "application/xhtml+xml"
	return c
}

func begins(head []byte, pattern string) bool {
	if len(head) < len(pattern) {
		return false
	}
	for i := range len(pattern) {
		if pattern[i] != '.' && head[i] != pattern[i] {
			return false
		}
	}
	return true
}

// unit makes the content unit.
func (c *content) unit(in io.ReadSeeker, o Options) (Code, error) {
	switch main, _, _ := strings.Cut(c.mediaType, "/"); {
	case c.text:
		return c.textUnit(in, o.Bits)
	case main == "image":
		pixels, err := NormalizeImage(in, c.mediaType, o.MaxPixels)
		if err != nil {
			return Code{}, err
		}
		return Image(pixels, o.Bits)
	case main == "audio":
		fingerprint, err := Fingerprint(in, c.mediaType, o.MaxSamples)
		if err != nil {
			return Code{}, err
		}
		return Audio(fingerprint, o.Bits)
	case c.mediaType == "":
		return Code{}, fmt.Errorf("%w: not known what it is", ErrUnsupported)
	}
	return Code{}, fmt.Errorf("%w: %s", ErrUnsupported, c.mediaType)
}

func (c *content) textUnit(in io.Reader, bits int) (Code, error) {
	e, err := c.encoding()
	if err != nil {
		return Code{}, err
	}
	if e != nil {
		in = transform.NewReader(in, e.NewDecoder())
	}
	if c.isHTML() {
		in = newHTMLText(in)
	}
	cleaning := transform.Chain(norm.NFKC, runes.Remove(runes.Predicate(func(r rune) bool { return isControl(r) && !isNewline(r) })))
	code, characters, err := TextFrom(transform.NewReader(in, cleaning), bits)
	switch {
	case err != nil:
		return Code{}, fmt.Errorf("%w: %w", ErrUnreadable, err)
	case characters == 0:
		return Code{}, fmt.Errorf("%w: there is no text in it", ErrNothing)
	}
	return code, nil
}

func (c *content) isHTML() bool {
	return c.mediaType == "text/html" || c.mediaType == "application/xhtml+xml"
}

// encoding is how the text is to be decoded, nil for UTF-8. A mark at its start goes before what the media type or HTML say.
func (c *content) encoding() (encoding.Encoding, error) {
	for _, mark := range []struct{ bytes, name string }{{"\xef\xbb\xbf", "utf-8"}, {"\xfe\xff", "utf-16be"}, {"\xff\xfe", "utf-16le"}} {
		if bytes.HasPrefix(c.head, []byte(mark.bytes)) {
			return c.named(mark.name)
		}
	}
	if c.charset != "" {
		return c.named(c.charset)
	}
	if c.isHTML() {
		// Of HTML that does not say it is told that it is UTF-8, as the only letter beyond ASCII that it has here.
		_, name, _ := charset.DetermineEncoding(append([]byte("é"), ascii(c.head)...), "")
		return c.named(name)
	}
	return c.named("utf-8")
}

func ascii(raw []byte) []byte {
	return bytes.Map(func(r rune) rune {
		if r >= utf8.RuneSelf {
			return -1
		}
		return r
	}, raw)
}

func (c *content) named(name string) (encoding.Encoding, error) {
	e, err := htmlindex.Get(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %q", ErrEncoding, name)
	}
	if canonical, err := htmlindex.Name(e); err != nil || canonical != "utf-8" {
		return e, nil
	}
	if c.utf8.broken() {
		return nil, fmt.Errorf("%w: it is not UTF-8, and nothing says what it is", ErrEncoding)
	}
	return nil, nil
}

// utf8Check looks whether what is written to it is UTF-8.
type utf8Check struct {
	invalid bool
	rest    []byte // a character's first bytes
}

func (u *utf8Check) Write(p []byte) (int, error) {
	n := len(p)
	if u.invalid {
		return n, nil
	}
	for len(u.rest) > 0 && len(p) > 0 { // finish the character
		u.rest, p = append(u.rest, p[0]), p[1:]
		if utf8.FullRune(u.rest) {
			u.invalid = !utf8.Valid(u.rest)
			u.rest = u.rest[:0]
		}
	}
	cut := len(p)
	for back := 1; back <= min(utf8.UTFMax-1, len(p)); back++ {
		if utf8.RuneStart(p[len(p)-back]) {
			if !utf8.FullRune(p[len(p)-back:]) {
				cut = len(p) - back
			}
			break
		}
	}
	u.invalid = u.invalid || !utf8.Valid(p[:cut])
	u.rest = append(u.rest, p[cut:]...)
	return n, nil
}

func (u *utf8Check) broken() bool { return u.invalid || len(u.rest) > 0 }
