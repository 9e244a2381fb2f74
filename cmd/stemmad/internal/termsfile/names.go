package termsfile

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// enum has the names of an enum's values, as people write them.
type enum struct {
	prefix string
	// names in order of their number; those before first are no choice.
	names []string
	first int
}

var (
	derivatives   = newEnum("DERIVATIVES_", licensetypes.Derivatives_name, 0)
	permissions   = newEnum("PERMISSION_", licensetypes.Permission_name, 0)
	policies      = newEnum("POLICY_", royaltytypes.Policy_name, 0)
	exclusivities = newEnum("EXCLUSIVITY_", licensetypes.Exclusivity_name, 0)
	actions       = newEnum("ACTION_", licensetypes.Action_name, 1)
)

func newEnum(prefix string, values map[int32]string, first int) enum {
	e := enum{prefix: prefix, first: first}
	for number := range len(values) {
		e.names = append(e.names, lower(strings.TrimPrefix(values[int32(number)], prefix)))
	}
	return e
}

// lower writes a name as people do: SHARE_ALIKE is share-alike.
func lower(s string) string { return strings.ReplaceAll(strings.ToLower(s), "_", "-") }

// parse reads share-alike, and DERIVATIVES_SHARE_ALIKE as programs write it.
func (e enum) parse(s string) (int32, error) {
	i := slices.Index(e.names, lower(strings.TrimPrefix(s, e.prefix)))
	if i < e.first {
		choices := e.names[e.first:]
		return 0, fmt.Errorf("has %q: use %s%s", s, strings.Join(choices, ", "), didYouMean(s, choices))
	}
	return int32(i), nil
}

// name writes a value; its number where it is unknown.
func (e enum) name(value int32) string {
	if int(value) < len(e.names) && value >= 0 {
		return e.names[value]
	}
	return fmt.Sprint(value)
}

// readEnum reads one of an enum's values.
func readEnum[T ~int32](e enum, n *yaml.Node, to *T) error {
	s, err := scalar(n, "one of "+strings.Join(e.names[e.first:], ", "))
	if err != nil {
		return err
	}
	value, err := e.parse(s)
	*to = T(value)
	return err
}

// meant are words that people try for a key.
var meant = map[string]string{
	"licence": "spdx", "license": "spdx", "name": "spdx", "url": "uri", "sha256": "uri_sha256",
	"commercial": "commercial_use", "credit": "attribution", "adaptations": "derivatives", "sharealike": "derivatives",
	"exclusive": "exclusivity", "sole": "exclusivity", "pergrant": "derivatives_per_grant",
	"approval": "derivative_approval", "training": "ai_training", "trainai": "ai_training", "input": "ai_input",
	"royalty": "royalty_policy and royalty_rate", "rate": "royalty_rate", "policy": "royalty_policy",
	"price": "grant_fee", "fee": "grant_fee", "ceiling": "revenue_ceiling", "countries": "territories", "country": "territories",
	"term": "duration", "use": "uses", "actions": "uses", "medium": "media", "limit": "max_grants",
}

func unknownKey(key string) error {
	names := fieldNames()
	if m, ok := meant[squeeze(key)]; ok {
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
