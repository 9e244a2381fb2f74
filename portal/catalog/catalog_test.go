package catalog_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/portal/catalog"
)

func load(t *testing.T, code string) catalog.Words {
	w, err := catalog.Load(code)
	require.NoError(t, err)
	return w
}

// others are the languages but English.
func others(t *testing.T) (list []catalog.Words) {
	for _, l := range catalog.Languages() {
		if l.Code != catalog.Default {
			list = append(list, load(t, l.Code))
		}
	}
	require.NotEmpty(t, list)
	return list
}

func TestEachLanguageHasTheSameKeys(t *testing.T) {
	english := load(t, catalog.Default)
	for _, w := range others(t) {
		require.Equal(t, english.Keys(), w.Keys(), w.Name)
	}
}

var verb = regexp.MustCompile(`%(\[\d+\])?[a-zA-Z]`)

// verbs are the places for values that a text has: the number of the value, and how it is
// written. A language may turn them round by numbering them.
func verbs(t *testing.T, text string) []string {
	next := '1'
	var list []string
	for _, v := range verb.FindAllString(text, -1) {
		how := v[len(v)-1:]
		if number := strings.Trim(v, "%[]"+how); number != "" {
			next = rune(number[0])
		}
		list = append(list, string(next)+how)
		next++
	}
	require.Len(t, list, strings.Count(text, "%"), "%q has a percent sign that is no place for a value", text)
	slices.Sort(list)
	return list
}

func TestEachLanguageHasTheSamePlaces(t *testing.T) {
	english := load(t, catalog.Default)
	for _, w := range others(t) {
		for _, key := range english.Keys() {
			text, spare := w.Say(key), english.Say(key)
			require.Equal(t, verbs(t, spare), verbs(t, text), "%s in %s: %q", key, w.Name, text)
			// What scripts fill in, in this order.
			require.Equal(t, strings.Count(spare, "{}"), strings.Count(text, "{}"), "%s in %s: %q", key, w.Name, text)
			require.Equal(t, spare == "", text == "", "%s in %s", key, w.Name)
			if strings.TrimSpace(spare) == spare {
				require.Equal(t, strings.TrimSpace(text), text, "%s in %s", key, w.Name)
			}
		}
	}
}

// A text of several words is not left in English.
func TestNothingIsLeftInEnglish(t *testing.T) {
	english := load(t, catalog.Default)
	for _, w := range others(t) {
		for _, key := range english.Keys() {
			if text := english.Say(key); len(strings.Fields(verb.ReplaceAllString(text, ""))) > 2 {
				require.NotEqual(t, text, w.Say(key), "%s in %s", key, w.Name)
			}
		}
	}
}

// Go writes months in English, so other languages write them in numbers.
func TestDatesAreWrittenInTheLanguage(t *testing.T) {
	at := time.Date(2026, 2, 7, 15, 4, 0, 0, time.UTC)
	for code, want := range map[string]string{
		"en": "7 Feb 2026, 15:04 UTC", "fr": "07/02/2026 15:04 UTC", "zh": "2026年2月7日 15:04 UTC",
	} {
		require.Equal(t, want, at.Format(load(t, code).Say("time.layout")))
	}
	require.Len(t, catalog.Languages(), 3, "say here how the new language writes dates")
}

// The six answers of a work stand side by side with their labels on a phone.
func TestLabelsAreShort(t *testing.T) {
	for _, l := range catalog.Languages() {
		w, most := load(t, l.Code), 12
		if l.Code == "zh" {
			most = 6 // which are twice as wide
		}
		for _, key := range w.Keys() {
			if strings.HasPrefix(key, "six.") {
				require.LessOrEqual(t, utf8.RuneCountInString(w.Say(key)), most, "%s in %s", key, l.Name)
			}
		}
	}
}

func TestSay(t *testing.T) {
	french := load(t, "fr")
	require.Equal(t, "bloc 7", french.Say("event.block", 7))
	require.Equal(t, "1 source", french.Count("sources", 1))
	require.Equal(t, "3 sources", french.Count("sources", 3))
	require.Equal(t, "⟦no.such.key⟧", french.Say("no.such.key"))
	require.False(t, french.Has("no.such.key"))
	_, err := catalog.Load("de")
	require.Error(t, err)
}

func TestChoose(t *testing.T) {
	for accept, want := range map[string]string{
		"": "en", "fr-CA,fr;q=0.9,en;q=0.5": "fr", "zh-Hans-CN": "zh", "zh-TW": "zh", "de": "en", "de,fr;q=0.2": "fr",
		"en-GB": "en", "%%": "en", "*": "en",
	} {
		require.Equal(t, want, catalog.Choose(accept), accept)
	}
}

// A language is set as its readers set it: French with spaces at which no line breaks and with curved apostrophes,
// Chinese with its own marks.
func TestEachLanguageIsSetAsItsReadersSetIt(t *testing.T) {
	wrong := map[string]*regexp.Regexp{
		"fr": regexp.MustCompile(`\pL [:;?!»]|%[sdq] [:;?!»]|[}»] [:;?!»]|« |\pL'\pL|\pL\x{a0}?[;?!»]\pL|\pL[;?!]( |$)`),
		"zh": regexp.MustCompile(`\p{Han} ?[,;:?!.]( |$|\p{Han})|\p{Han}\(|\)\p{Han}|…$`),
	}
	for _, w := range others(t) {
		for _, key := range w.Keys() {
			text := strings.ReplaceAll(w.Say(key), "……", "")
			require.NotRegexp(t, wrong[w.Code], text, "%s in %s", key, w.Name)
		}
	}
}
