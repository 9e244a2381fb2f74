// Package nearest finds the word that a person meant by one that was typed wrongly.
package nearest

import "strings"

// Squeeze makes commercialUse, commercial-use and commercial_use one.
func Squeeze(s string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(s))
}

// To finds the choice that a word was probably meant to be; empty: none.
func To(s string, choices []string) string {
	const longest = 40
	word := Squeeze(s)
	if len(word) > longest {
		return ""
	}
	best, least := "", max(1, len(word)/3)+1
	for _, choice := range choices {
		if d := distance(word, Squeeze(choice)); d < least {
			best, least = choice, d
		}
	}
	for _, choice := range choices { // denied for deny, allowing for allow
		if c := Squeeze(choice); best == "" && len(c) > 3 && strings.HasPrefix(word, c[:len(c)-1]) {
			best = choice
		}
	}
	return best
}

// distance counts the letters to insert, delete or replace (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
