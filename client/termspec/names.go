package termspec

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/stemma-chain/stemma/internal/nearest"
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
	if m := meant(nearest.Squeeze(key)); m != "" {
		return fmt.Errorf("unknown key %q: did you mean %s?", key, m)
	}
	if near := nearest.To(key, names); near != "" {
		return fmt.Errorf("unknown key %q: did you mean %q?", key, near)
	}
	return fmt.Errorf("unknown key %q: the keys are %s", key, strings.Join(names, ", "))
}

func didYouMean(s string, choices []string) string {
	if near := nearest.To(s, choices); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}
