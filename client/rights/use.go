// Package rights asks the chain whether works may be used, one or a whole dataset of them:
// answers at one height, what there is to obtain and what it costs, lists that are read
// and reports that are written. client/words says answers to people.
package rights

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/x/license/termspec"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// actions are the words for kinds of use, in the order of the chain's list.
var actions = []struct {
	word   string
	action licensetypes.Action
}{
	{"copy", licensetypes.ACTION_COPY},
	{"distribute", licensetypes.ACTION_DISTRIBUTE},
	{"perform", licensetypes.ACTION_PERFORM},
	{"adapt", licensetypes.ACTION_ADAPT},
	{"train-ai", licensetypes.ACTION_TRAIN_AI},
	{"ai-input", licensetypes.ACTION_AI_INPUT},
	{"search", licensetypes.ACTION_SEARCH},
}

// Wish is a use in people's words.
type Wish struct {
	Action     string
	Commercial bool
	// Territories and Media: an entry may be several, separated by commas.
	Territories []string
	Media       []string
	Until       string
}

// ActionWords lists the words for kinds of use.
func ActionWords() []string {
	words := make([]string, len(actions))
	for i, a := range actions {
		words[i] = a.word
	}
	return words
}

// WishError says what is wrong with one word of a wish, and what to write instead.
type WishError struct {
	// Word is "use", "territory", "medium" or "until".
	Word string
	Err  error
}

func (e *WishError) Error() string { return e.Word + " " + e.Err.Error() }
func (e *WishError) Unwrap() error { return e.Err }

func wrong(word, format string, args ...any) error {
	return &WishError{word, fmt.Errorf(format, args...)}
}

// spelled is a use's word as it is meant: answers in JSON and the REST interface have ACTION_TRAIN_AI.
func spelled(word string) string {
	word = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(word)), "action_")
	return strings.ReplaceAll(word, "_", "-")
}

// ParseUse checks a wish without asking the chain. It fails with a *WishError.
func ParseUse(w Wish, now time.Time) (licensetypes.Use, error) {
	use := licensetypes.Use{Commercial: w.Commercial}
	if w.Action == "" {
		return use, wrong("use", "is not said: write one of %s", strings.Join(ActionWords(), ", "))
	}
	for _, a := range actions {
		if a.word == spelled(w.Action) {
			use.Action = a.action
		}
	}
	if use.Action == licensetypes.ACTION_UNSPECIFIED {
		return use, wrong("use", "%q is no use: write one of %s", w.Action, strings.Join(ActionWords(), ", "))
	}
	use.Territories = list(w.Territories, strings.ToUpper)
	for _, code := range use.Territories {
		if !termspec.IsTerritory(code) {
			return use, wrong("territory", "%q is no country: write ISO 3166-1 alpha-2 codes such as FR,DE "+
				"(GB for the United Kingdom; each member of a union by itself), or leave it out for everywhere", code)
		}
	}
	use.Media = list(w.Media, strings.ToLower)
	for _, name := range use.Media {
		if (licensetypes.Use{Action: use.Action, Media: []string{name}}).Validate() != nil {
			return use, wrong("medium", "%q is no medium: write names such as web,print of 1 to 32 letters, digits and hyphens, "+
				"or leave it out for every medium", name)
		}
	}
	if len(use.Media) > licensetypes.MaxMedia {
		return use, wrong("medium", "names %d media, at most %d are allowed: leave it out for every medium",
			len(use.Media), licensetypes.MaxMedia)
	}
	if w.Until == "" {
		return use, use.Validate()
	}
	until, err := table.ParseUntil(w.Until, now)
	if err != nil {
		return use, wrong("until", "%w", err)
	}
	if !until.After(now) {
		return use, wrong("until", "%s is over: name a time to come, or leave it out for a use that is over at once", w.Until)
	}
	use.Until = &until
	return use, use.Validate()
}

// list takes entries apart at commas, sorts them and drops repetitions.
func list(entries []string, form func(string) string) []string {
	var all []string
	for _, entry := range entries {
		for _, part := range strings.Split(entry, ",") {
			if part = form(strings.TrimSpace(part)); part != "" {
				all = append(all, part)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// ActionWord is the word for a kind of use.
func ActionWord(action licensetypes.Action) string {
	for _, a := range actions {
		if a.action == action {
			return a.word
		}
	}
	return strings.ToLower(strings.TrimPrefix(action.String(), "ACTION_"))
}
