package iscc

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// ErrTooLarge is matched by the error of what is beyond a bound of this package.
var ErrTooLarge = errors.New("too large")

// ErrInvalidMetadata is matched by the error of metadata that cannot be read.
var ErrInvalidMetadata = errors.New("no metadata that ISCC knows")

// ParseMetadata reads metadata as ISCC takes them for a Meta-Code: a JSON object, or any bytes as a data URL. payload is what MetaWith
// takes: JSON in the canonical form of RFC 8785. dataURL is what ISCC stores. It fails with ErrInvalidMetadata.
func ParseMetadata(s string) (payload []byte, dataURL string, err error) {
	if rest, is := strings.CutPrefix(s, "data:"); is {
		head, body, found := strings.Cut(rest, ",")
		if !found {
			return nil, "", fmt.Errorf("%w: a data URL without a comma", ErrInvalidMetadata)
		}
		if strings.HasSuffix(head, ";base64") {
			payload, err = base64.StdEncoding.DecodeString(body)
		} else {
			body, err = url.PathUnescape(body)
			payload = []byte(body)
		}
		if err != nil {
			return nil, "", fmt.Errorf("%w: %w", ErrInvalidMetadata, err)
		}
		return payload, s, nil
	}
	decoder := json.NewDecoder(strings.NewReader(s))
	var object map[string]any
	if err := decoder.Decode(&object); err != nil || object == nil {
		return nil, "", fmt.Errorf("%w: neither a data URL nor a JSON object", ErrInvalidMetadata)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, "", fmt.Errorf("%w: there is more than one JSON object", ErrInvalidMetadata)
	}
	var out bytes.Buffer
	writeCanonical(&out, object)
	mediaType := "application/json"
	if _, linked := object["@context"]; linked {
		mediaType = "application/ld+json"
	}
	return out.Bytes(), "data:" + mediaType + ";base64," + base64.StdEncoding.EncodeToString(out.Bytes()), nil
}

// writeCanonical writes JSON as RFC 8785 has it.
func writeCanonical(out *bytes.Buffer, value any) {
	switch v := value.(type) {
	case nil:
		out.WriteString("null")
	case bool:
		out.WriteString(strconv.FormatBool(v))
	case float64:
		out.WriteString(canonicalNumber(v))
	case string:
		writeCanonicalString(out, v)
	case []any:
		out.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				out.WriteByte(',')
			}
			writeCanonical(out, item)
		}
		out.WriteByte(']')
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		// By UTF-16, in which what lies beyond the first plane comes before U+E000.
		slices.SortFunc(names, func(a, b string) int {
			return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
		})
		out.WriteByte('{')
		for i, name := range names {
			if i > 0 {
				out.WriteByte(',')
			}
			writeCanonicalString(out, name)
			out.WriteByte(':')
			writeCanonical(out, v[name])
		}
		out.WriteByte('}')
	}
}

// canonicalNumber is a number as ECMAScript prints it.
func canonicalNumber(v float64) string {
	size := math.Abs(v)
	switch {
	case v == 0:
		return "0" // -0 too
	case size >= 1e-6 && size < 1e21:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	digits, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', -1, 64), "e")
	return digits + "e" + exponent[:1] + strings.TrimLeft(exponent[1:], "0")
}

func writeCanonicalString(out *bytes.Buffer, s string) {
	out.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			out.WriteByte('\\')
			out.WriteRune(r)
		case r < ' ':
			if i := strings.IndexRune("\b\t\n\f\r", r); i >= 0 {
				out.WriteByte('\\')
				out.WriteByte("btnfr"[i])
			} else {
				fmt.Fprintf(out, `\u%04x`, r)
			}
		case r == utf8.RuneError:
			out.WriteRune(utf8.RuneError)
		default:
			out.WriteRune(r)
		}
	}
	out.WriteByte('"')
}
