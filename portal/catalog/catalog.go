// Package catalog has the words of the portal's pages in each of its languages.
package catalog

import (
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
)

//go:embed *.yaml
var files embed.FS

// Default is the language of a reader who asks for none that there is.
const Default = "en"

// Language is one of the portal's, by its code in BCP 47 and the name that its readers use.
type Language struct{ Code, Name string }

// Languages are those that there are, the default first.
func Languages() []Language {
	return []Language{{"en", "English"}, {"fr", "Français"}, {"zh", "中文"}}
}

// Words are the texts of one language by their keys.
type Words struct {
	Language
	texts map[string]string
	spare map[string]string
}

// Load reads the language's texts. It fails for a language that there is none of, and for
// a file that is no list of texts.
func Load(code string) (Words, error) {
	at := slices.IndexFunc(Languages(), func(l Language) bool { return l.Code == code })
	if at < 0 {
		return Words{}, fmt.Errorf("there are no pages in the language %q", code)
	}
	texts, err := read(code)
	if err != nil {
		return Words{}, err
	}
	spare, err := read(Default)
	return Words{Language: Languages()[at], texts: texts, spare: spare}, err
}

func read(code string) (texts map[string]string, err error) {
	texts = map[string]string{}
	for _, part := range []string{"", "_datasets", "_deeds", "_discover", "_rights"} {
		name := code + part + ".yaml"
		raw, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var some map[string]string
		if err := yaml.Unmarshal(raw, &some); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for key, text := range some {
			if _, twice := texts[key]; twice {
				return nil, fmt.Errorf("%s: %q is in another file too", name, key)
			}
			texts[key] = text
		}
	}
	return texts, nil
}

// Say writes the text of a key, with its arguments in the places that it has for them. What
// a language does not have yet is said in the default one; a key that none has is shown
// itself, so that it is seen.
func (w Words) Say(key string, args ...any) string {
	text, known := w.texts[key]
	if !known {
		text, known = w.spare[key]
	}
	switch {
	case !known:
		return "⟦" + key + "⟧"
	case len(args) == 0:
		return text
	}
	return fmt.Sprintf(text, args...)
}

// Has says whether there is a text for a key.
func (w Words) Has(key string) bool {
	_, known := w.spare[key]
	return known
}

// Keys lists the keys of the language's own texts, in order.
func (w Words) Keys() []string { return slices.Sorted(maps.Keys(w.texts)) }

// Count says how many there are of something: by the key with ".one" for one, else by the
// key with ".many", which has a place for the number.
func (w Words) Count(key string, n int) string {
	if n == 1 {
		return w.Say(key + ".one")
	}
	return w.Say(key+".many", n)
}

// Choose picks the language that a reader prefers by the header Accept-Language (RFC 9110
// section 12.5.4).
func Choose(accept string) string {
	var have []language.Tag
	for _, l := range Languages() {
		have = append(have, language.MustParse(l.Code))
	}
	tags, _, err := language.ParseAcceptLanguage(accept)
	if err != nil || strings.TrimSpace(accept) == "" {
		return Default
	}
	_, at, sure := language.NewMatcher(have).Match(tags...)
	if sure == language.No {
		return Default
	}
	return Languages()[at].Code
}
