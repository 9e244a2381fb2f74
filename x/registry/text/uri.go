package text

import (
	"fmt"
	"strconv"
	"strings"
)

// CheckURI says whether s is a URI that may stand on chain: a scheme, a colon and
// more, in the characters of RFC 3986, section 2, each where it can stand, and at
// most limit bytes. It does not look into the parts any further. The empty text
// passes. It fails with an *Error.
func CheckURI(field, s string, limit int) error {
	if err := Check(field, s, limit); err != nil || s == "" {
		return err
	}
	scheme, rest, _ := strings.Cut(s, ":")
	position := 0
	for i, r := range s {
		position++
		if r > '~' || r == ' ' || strings.ContainsRune("\"<>\\^`{|}", r) {
			return &Error{Field: field, Problem: NotInURI, Position: position, Rune: r}
		}
		if _, ok := Escape(s, i); r == '%' && !ok {
			return &Error{Field: field, Problem: NoEscape, Position: position, Rune: r}
		}
	}
	if rest == "" || !IsURIScheme(scheme) {
		return &Error{Field: field, Problem: NoScheme}
	}
	if at := misplaced(rest); at >= 0 {
		at += len(scheme) + 1
		return &Error{Field: field, Problem: NotInURI, Position: at + 1, Rune: rune(s[at])}
	}
	return nil
}

// misplaced is the place of the first character that has a meaning elsewhere in a
// URI and none there, -1 without one: a second number sign (section 3.5), and
// brackets but around a host (section 3.2.2).
func misplaced(rest string) int {
	from := afterHost(rest)
	if at := strings.IndexAny(rest[from:], "[]"); at >= 0 {
		return from + at
	}
	before, fragment, _ := strings.Cut(rest, "#")
	if at := strings.IndexByte(fragment, '#'); at >= 0 {
		return len(before) + 1 + at
	}
	return -1
}

// afterHost is where a host in brackets ends; 0 where there is none.
func afterHost(rest string) int {
	authority, hierarchical := strings.CutPrefix(rest, "//")
	if !hierarchical {
		return 0
	}
	if end := strings.IndexAny(authority, "/?#"); end >= 0 {
		authority = authority[:end]
	}
	host := authority[strings.LastIndexByte(authority, '@')+1:]
	from := len("//") + len(authority) - len(host)
	end := strings.IndexByte(host, ']')
	if !strings.HasPrefix(host, "[") || end < 0 || strings.ContainsAny(rest[:from], "[]") {
		return 0
	}
	if after := host[end+1:]; strings.Contains(host[1:end], "[") || after != "" && after[0] != ':' {
		return 0
	}
	return from + end + 1
}

// Escape reads the percent sign and two hex digits at i, as the octet that they
// stand for (RFC 3986, section 2.1).
func Escape(s string, i int) (octet byte, ok bool) {
	if s[i] != '%' || i+2 >= len(s) {
		return 0, false
	}
	n, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
	return byte(n), err == nil
}

// IsURIScheme says whether s has the form of a URI's scheme: a letter, then
// letters, digits, plus, hyphens and dots (RFC 3986, section 3.1).
func IsURIScheme(s string) bool {
	for i, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		further := r >= '0' && r <= '9' || r == '+' || r == '-' || r == '.'
		if !letter && (i == 0 || !further) {
			return false
		}
	}
	return s != ""
}

// percent writes a character's UTF-8 as a URI has it (RFC 3986, section 2.1).
func percent(r rune) string {
	var b strings.Builder
	for _, octet := range []byte(string(r)) {
		fmt.Fprintf(&b, "%%%02X", octet)
	}
	return b.String()
}
