package termsfile

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/stemma-chain/stemma/x/license/termspec"
)

// parse reads share-alike, and DERIVATIVES_SHARE_ALIKE as programs write it.
func parse(e *termspec.Enum, s string) (int32, error) {
	i := slices.Index(e.Names, termspec.Folded(strings.TrimPrefix(s, e.Prefix)))
	if i < e.First {
		choices := e.Choices()
		return 0, fmt.Errorf("has %q: use %s%s", s, strings.Join(choices, ", "), didYouMean(s, choices))
	}
	return int32(i), nil
}

// readEnum reads one of an enum's values.
func readEnum(e *termspec.Enum, n *yaml.Node, to *int32) error {
	s, err := scalar(n, "one of "+strings.Join(e.Choices(), ", "))
	if err != nil {
		return err
	}
	*to, err = parse(e, s)
	return err
}

// several are words that people try for more than one key.
var several = map[string]string{"royalty": "royalty_policy and royalty_rate"}

// meant is the key that people mean by a word; empty: it is not known.
func meant(word string) string {
	for _, f := range fields {
		if slices.Contains(f.Tried, word) {
			return f.Name
		}
	}
	return several[word]
}

func unknownKey(key string) error {
	names := fieldNames()
	if m := meant(squeeze(key)); m != "" {
		return fmt.Errorf("unknown key %q: did you mean %s?", key, m)
	}
	if near := nearest(key, names); near != "" {
		return fmt.Errorf("unknown key %q: did you mean %q?", key, near)
	}
	return fmt.Errorf("unknown key %q: the keys are %s", key, strings.Join(names, ", "))
}

func didYouMean(s string, choices []string) string {
	if near := nearest(s, choices); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}

// squeeze makes commercialUse, commercial-use and commercial_use one.
func squeeze(s string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(s))
}

// nearest finds the choice that a word was probably meant to be; empty: none.
func nearest(s string, choices []string) string {
	const longest = 40
	word := squeeze(s)
	if len(word) > longest {
		return ""
	}
	best, least := "", max(1, len(word)/3)+1
	for _, choice := range choices {
		if d := distance(word, squeeze(choice)); d < least {
			best, least = choice, d
		}
	}
	for _, choice := range choices { // denied for deny, allowing for allow
		if c := squeeze(choice); best == "" && len(c) > 3 && strings.HasPrefix(word, c[:len(c)-1]) {
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
