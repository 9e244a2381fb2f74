package main

import (
	"regexp"
	"strings"
)

// What differs from run to run, and what stands for it in transcripts. Ids and times keep their
// length, so that tables keep their form.
var (
	bech32    = regexp.MustCompile(`\b((?:work|grant|paych|stemma|stemmavaloper|stemmavalcons)1)([02-9ac-hj-np-z]{38,58})\b`)
	hexDigits = regexp.MustCompile(`\b(?:[0-9A-F]{40}|[0-9A-F]{64}|[0-9a-f]{40}|[0-9a-f]{64})\b`)
	settled   = []struct {
		what *regexp.Regexp
		by   string
	}{
		{regexp.MustCompile(`\b20\d\d-\d\d-\d\d([ T])\d\d:\d\d:\d\d(\.\d+)?`), "2026-01-01${1}00:00:00"},
		{regexp.MustCompile(`\b20\d\d-\d\d-\d\d\b`), "2026-01-01"},
		{regexp.MustCompile(`\b((?i:block|height):? +)"?\d+"?`), "${1}N"},
		{regexp.MustCompile(`\b(block and fee|fee(?: of)?) \d[0-9.]* ?([A-Za-z]+)( \(\w+\))?`), "$1 N $2"},
		{regexp.MustCompile(`\babout \d[0-9.]* ?([A-Za-z]+)`), "about N $1"},
		{regexp.MustCompile(`\b127\.0\.0\.1:\d{3,5}\b`), "127.0.0.1:PORT"},
		{regexp.MustCompile(`/tmp/\S+?/home\b`), "~"},
	}
)

// settle replaces what differs from run to run.
func settle(text string) string {
	seen := map[string]string{}
	text = bech32.ReplaceAllStringFunc(text, func(id string) string {
		kind, rest, _ := strings.Cut(id, "1")
		if seen[id] == "" {
			// Letters that bech32 has, by the order in which the ids come.
			const letters = "acdefghjklmnpqrstuvwxyz"
			seen[id] = kind + "1" + strings.Repeat(string(letters[len(seen)%len(letters)]), len(rest))
		}
		return seen[id]
	})
	text = hexDigits.ReplaceAllStringFunc(text, func(digits string) string {
		if digits == strings.ToUpper(digits) {
			return strings.Repeat("F", len(digits))
		}
		return strings.Repeat("0", len(digits))
	})
	for _, s := range settled {
		text = s.what.ReplaceAllString(text, s.by)
	}
	return text
}
