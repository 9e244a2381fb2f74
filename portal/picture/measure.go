package picture

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/width"
)

// Widths are estimates: which font a reader has is not known here. They are in
// thousandths of the font's size and rather too wide than too narrow.
const (
	wideRune  = 1040
	emojiRune = 1380
	dots      = "…"
)

// advance is the estimated width of one rune, in thousandths of the font's size.
func advance(r rune) int {
	switch {
	case r < 0x80:
		return asciiAdvance(r)
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf), isVariation(r), isTone(r):
		return 0
	case isEmoji(r):
		return emojiRune
	case isWide(r):
		return wideRune
	case strings.ContainsRune("—…ŒœÆæ→⚑", r):
		return 900
	case unicode.IsUpper(r):
		return 710
	case unicode.In(r, unicode.Arabic, unicode.Hebrew):
		return 600
	case r < 0x300:
		return 600
	default:
		return 720
	}
}

func asciiAdvance(r rune) int {
	switch {
	case strings.ContainsRune("ijl.,:;'|!()[]{}`", r):
		return 330
	case strings.ContainsRune("frt -/\\\"I", r):
		return 430
	case strings.ContainsRune("mwMWQOGD@%&", r):
		return 900
	case r >= 'A' && r <= 'Z':
		return 710
	default:
		return 600
	}
}

func isWide(r rune) bool {
	k := width.LookupRune(r).Kind()
	return k == width.EastAsianWide || k == width.EastAsianFullwidth
}

func isEmoji(r rune) bool {
	return r >= 0x1F000 && r <= 0x1FAFF || r >= 0x2600 && r <= 0x27BF || r >= 0x2B00 && r <= 0x2BFF
}

func isVariation(r rune) bool { return r >= 0xFE00 && r <= 0xFE0F }
func isTone(r rune) bool      { return r >= 0x1F3FB && r <= 0x1F3FF }
func isAm(r rune) bool        { return r == 0x0E33 || r == 0x0EB3 } // a vowel of Thai and of Lao
func isRegional(r rune) bool  { return r >= 0x1F1E6 && r <= 0x1F1FF }

// clusters cuts text where a reader sees a border of characters: marks stay with
// their letter, joined emoji and flags stay whole. It is the part of Unicode's
// rules (UAX 29) that titles need.
func clusters(s string) []string {
	out := make([]string, 0, len(s))
	var last rune
	start, flag := 0, false
	for i, r := range s {
		joined := r >= 0x300 && (last == 0x200D || joins(r))
		if isRegional(r) && isRegional(last) && !flag {
			joined, flag = true, true
		} else {
			flag = false
		}
		if !joined && i > 0 {
			out = append(out, s[start:i])
			start = i
		}
		last = r
	}
	if s != "" {
		out = append(out, s[start:])
	}
	return out
}

// joins says whether a rune belongs to the character before it.
func joins(r rune) bool {
	return r == 0x200D || isVariation(r) || isTone(r) || isAm(r) || unicode.In(r, unicode.M) || r >= 0xE0020 && r <= 0xE007F
}

// clusterWidth is that of the cluster's first rune and of the marks that take room.
func clusterWidth(cluster string) int {
	sum := 0
	for i, r := range cluster {
		if i == 0 || unicode.Is(unicode.Mc, r) || isAm(r) {
			sum += advance(r)
		}
	}
	return sum
}

func textWidth(s string) int {
	sum := 0
	for _, cl := range clusters(s) {
		sum += clusterWidth(cl)
	}
	return sum
}

// fit breaks text into at most so many lines of a width, in thousandths of the
// font's size. It breaks at spaces and between wide characters, and within a
// word only where it must. cut says that something is left out.
func fit(s string, room, lines int) (out []string, cut bool) {
	rest := clusters(s)
	for len(rest) > 0 && len(out) < lines {
		last := len(out) == lines-1
		n, w, brk := 0, 0, 0
		for n < len(rest) && w+clusterWidth(rest[n]) <= room {
			w += clusterWidth(rest[n])
			n++
			if n < len(rest) && (rest[n] == " " || clusterWidth(rest[n]) >= wideRune) {
				brk = n
			}
		}
		if n == len(rest) {
			return append(out, strings.TrimSpace(strings.Join(rest, ""))), false
		}
		if last {
			for n > 0 && w+advance('…') > room {
				n--
				w -= clusterWidth(rest[n])
			}
			return append(out, strings.TrimSpace(strings.Join(rest[:n], ""))+dots), true
		}
		if brk == 0 {
			brk = max(n, 1)
		}
		out = append(out, strings.TrimSpace(strings.Join(rest[:brk], "")))
		rest = rest[brk:]
		for len(rest) > 0 && rest[0] == " " {
			rest = rest[1:]
		}
	}
	return out, len(rest) > 0
}

// marksMost is how many marks one letter may carry: no script needs more, and
// higher piles of them would reach into other boxes.
const marksMost = 4

// clean makes text fit for one line of a document: valid UTF-8, no control
// characters, none that turn the direction of what stands beside it, no piles of marks.
func clean(s string) string {
	marks := 0
	s = strings.Map(func(r rune) rune {
		if !unicode.In(r, unicode.M) {
			marks = 0
		} else if marks++; marks > marksMost {
			return -1
		}
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == 0x061C, r == 0x200E, r == 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069:
			return -1
		case unicode.IsControl(r), r&0xFFFE == 0xFFFE, r >= 0xFDD0 && r <= 0xFDEF:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Join(strings.Fields(s), " ")
}

// rightToLeft says whether the first letter of text runs from right to left.
func rightToLeft(s string) bool {
	for _, r := range s {
		if runsLeft(r) {
			return true
		}
		if p, _ := bidi.LookupRune(r); p.Class() == bidi.L {
			return false
		}
	}
	return false
}

func runsLeft(r rune) bool {
	p, _ := bidi.LookupRune(r)
	return p.Class() == bidi.R || p.Class() == bidi.AL
}
