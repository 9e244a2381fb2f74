package fingerprint

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// The forms of numbers without what separates their parts.
var (
	isrcForm   = regexp.MustCompile(`^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}$`)
	iswcForm   = regexp.MustCompile(`^T[0-9]{10}$`)
	isbn10Form = regexp.MustCompile(`^[0-9]{9}[0-9X]$`)
	isbn13Form = regexp.MustCompile(`^97(8[0-9]|9[1-9])[0-9]{9}$`)
	issnForm   = regexp.MustCompile(`^[0-9]{7}[0-9X]$`)
	gtinForm   = regexp.MustCompile(`^([0-9]{8}|[0-9]{12,14})$`)
)

// isrc: twelve capitals and digits without hyphens. ISO 3901:2019, structure: two
// letters, three letters or digits, seven digits. Hyphens and the word ISRC belong
// to its visual form alone. There is no check digit.
func isrc(s string) (string, error) {
	code := compact(unlabelled(s, "isrc"), "")
	if !isrcForm.MatchString(code) {
		return "", errors.New("must be 2 letters, 3 letters or digits and 7 digits, such as USRC17607839")
	}
	return code, nil
}

// iswc: T, nine digits and the check digit, without dots and hyphens. ISO
// 15707:2022, check digit: 1 and the digits times their places, modulo 10.
func iswc(s string) (string, error) {
	code := compact(unlabelled(s, "iswc"), ".")
	if !iswcForm.MatchString(code) {
		return "", errors.New("must be T, 9 digits and a check digit, such as T-034.524.680-1")
	}
	sum := 1
	for i, digit := range code[1:10] {
		sum += (i + 1) * int(digit-'0')
	}
	return checked(code, (10-sum%10)%10)
}

// isbn: thirteen digits. ISO 2108:2017, structure and check digit; a number of
// ten digits (ISO 2108:1992) gets the prefix 978 and another check digit. What
// starts with 979-0 is the number of printed music (ISO 10957:2021).
func isbn(s string) (string, error) {
	code := compact(unlabelled(s, "isbn-13", "isbn13", "isbn-10", "isbn10", "isbn"), "")
	if isbn10Form.MatchString(code) {
		if _, err := checked(code, weighted11(code[:9], 10)); err != nil {
			return "", err
		}
		code = "978" + code[:9]
		return fmt.Sprintf("%s%d", code, weighted31(code)), nil
	}
	if !isbn13Form.MatchString(code) {
		return "", errors.New("must have 13 digits from 978 or 979-1, or 10, such as 978-3-16-148410-0")
	}
	return checked(code, weighted31(code[:12]))
}

// issn: two groups of four with a hyphen, as ISO 3297:2022 always has it; the last
// is the check digit, X for 10.
func issn(s string) (string, error) {
	code := compact(unlabelled(s, "issn"), "")
	if !issnForm.MatchString(code) {
		return "", errors.New("must be 7 digits and a check digit, such as 0317-8471")
	}
	if _, err := checked(code, weighted11(code[:7], 8)); err != nil {
		return "", err
	}
	return code[:4] + "-" + code[4:], nil
}

// gtin: fourteen digits, with zeros before the shorter ones. GS1 General
// Specifications, "GTIN in a 14-digit field" and 7.9 (check digit).
func gtin(s string) (string, error) {
	code := compact(unlabelled(s, "gtin-14", "gtin-13", "gtin-12", "gtin-8", "gtin14", "gtin13", "gtin12", "gtin8", "gtin",
		"ean-13", "ean13", "ean-8", "ean8", "ean", "upc-a", "upc"), "")
	if !gtinForm.MatchString(code) {
		return "", errors.New("must have 8, 12, 13 or 14 digits, such as 4006381333931")
	}
	code = strings.Repeat("0", 14-len(code)) + code
	return checked(code, weighted31("0"+code[:13]))
}

// bookOf returns the ISBN that a GTIN is: the bar code of a book has its number
// (ISO 2108:2017, ISBN in bar codes). A first digit beside zero names a case of
// several.
func bookOf(scheme, normal string) (string, bool) {
	if scheme != "gtin" || normal[0] != '0' || !isbn13Form.MatchString(normal[1:]) {
		return "", false
	}
	return normal[1:], true
}

// unlabelled removes the name of the scheme before a number. What separates the
// two has to be there: IS is a prefix of ISRCs too.
func unlabelled(s string, labels ...string) string {
	s, _ = cutAny(s, "urn:")
	for _, label := range labels {
		if rest, found := cutAny(s, label+":", label+" "); found {
			return rest
		}
	}
	return s
}

// compact writes letters as capitals and drops what separates parts: spaces,
// hyphens and dashes of any length, and the separators of the scheme's own.
func compact(s, separators string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case strings.ContainsRune(" \u00a0-\u2010\u2011\u2012\u2013\u2212"+separators, r):
			return -1
		}
		return r
	}, s)
}

// weighted31 is the check digit of GS1 over an even number of digits: weights 1
// and 3 in turn.
func weighted31(digits string) int {
	sum := 0
	for i, digit := range digits {
		sum += int(digit-'0') * (1 + i%2*2)
	}
	return (10 - sum%10) % 10
}

// weighted11 is the check digit modulo 11 with weights that fall from first.
func weighted11(digits string, first int) int {
	sum := 0
	for i, digit := range digits {
		sum += int(digit-'0') * (first - i)
	}
	return (11 - sum%11) % 11
}

// checked compares a code's last character with its check digit, X for 10.
func checked(code string, digit int) (string, error) {
	want := byte('0' + digit)
	if digit == 10 {
		want = 'X'
	}
	if code[len(code)-1] != want {
		return "", fmt.Errorf("has the check digit %c, its other digits make it %c: look for a slip",
			code[len(code)-1], want)
	}
	return code, nil
}
