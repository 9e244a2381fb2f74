package olp

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/client/rights"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

const (
	// MediaType is that of RSL documents.
	MediaType = "application/rsl+xml"
	// MaxLicense is the longest <license> element that is read, in bytes.
	MaxLicense = 16 << 10
	// namespace is that of RSL 1.0.
	namespace = "https://rslstandard.org/rsl"
	// ownPrefix begins the words for uses that RSL has none for.
	ownPrefix = "stemma:"
	// maxNested is how deep elements are read.
	maxNested = 8
)

// ErrLicense is matched by the error of a <license> element that nothing can be had by.
var ErrLicense = errors.New("the license element")

// License is what a <license> element asks for.
type License struct {
	// Actions are the uses, in the order that they are written in.
	Actions     []licensetypes.Action
	Commercial  bool
	Territories []string
	// Proofs are the URIs of <legal type="proof">: which work it is about.
	Proofs []string
}

// usages are RSL's words (section 3.4.1) for uses that the chain knows too.
var usages = map[string]licensetypes.Action{
	"ai-train": licensetypes.ACTION_TRAIN_AI, "ai-input": licensetypes.ACTION_AI_INPUT, "search": licensetypes.ACTION_SEARCH,
}

// mayBeFree are the users that need no commercial use.
var mayBeFree = []string{"non-commercial", "education", "government", "personal"}

// element is a part of a license that is read: permits, prohibits and legal.
type element struct{ name, kind, values string }

// ReadLicense reads an element. Documents with a DTD are refused, so there are no entities but those of XML. It fails with ErrLicense.
func ReadLicense(text string) (License, error) {
	if len(text) > MaxLicense {
		return License{}, fmt.Errorf("%w has %d bytes, at most %d are read", ErrLicense, len(text), MaxLicense)
	}
	parts, err := elements(text)
	if err != nil {
		return License{}, fmt.Errorf("%w: %w", ErrLicense, err)
	}
	l := License{Commercial: true}
	said := map[string][]string{}
	for _, part := range parts {
		words := strings.Fields(part.values)
		if part.name == "legal" {
			if part.kind == "proof" {
				l.Proofs = append(l.Proofs, words...)
			}
			continue
		}
		key := part.name + " " + part.kind
		if _, twice := said[key]; twice {
			return License{}, fmt.Errorf("%w has %s twice", ErrLicense, key)
		}
		said[key] = words
	}
	for _, word := range said["permits usage"] {
		if slices.Contains(said["prohibits usage"], word) {
			return License{}, fmt.Errorf("%w permits and prohibits %q: so it is not licensed (RSL 1.0 section 3.1.1)", ErrLicense, word)
		}
		action, err := actionOf(word)
		if err != nil {
			return License{}, err
		}
		if !slices.Contains(l.Actions, action) {
			l.Actions = append(l.Actions, action)
		}
	}
	if len(l.Actions) == 0 {
		return License{}, fmt.Errorf("%w permits no usage", ErrLicense)
	}
	if users, named := said["permits user"]; named {
		l.Commercial = slices.ContainsFunc(users, func(u string) bool { return !slices.Contains(mayBeFree, u) })
	}
	l.Territories = said["permits geo"]
	return l, nil
}

// actionOf is the use that a word of RSL means, or one of our own behind the prefix.
func actionOf(word string) (licensetypes.Action, error) {
	if action, known := usages[word]; known {
		return action, nil
	}
	if own, ours := strings.CutPrefix(word, ownPrefix); ours {
		if use, err := rights.ParseUse(rights.Wish{Action: own}, time.Time{}); err == nil && usageWord(use.Action) == word {
			return use.Action, nil
		}
	}
	return 0, fmt.Errorf(
		"%w: nothing is licensed for %q: the usages are ai-train, ai-input and search, and %scopy, %sdistribute, %sperform, %sadapt",
		ErrLicense, word, ownPrefix, ownPrefix, ownPrefix, ownPrefix)
}

// usageWord is the word for a use.
func usageWord(action licensetypes.Action) string {
	for word, a := range usages {
		if a == action {
			return word
		}
	}
	return ownPrefix + rights.ActionWord(action)
}

// Scope are the words of uses, each once, with a space between.
func Scope(uses []licensetypes.Use) string {
	var words []string
	for _, use := range uses {
		words = append(words, usageWord(use.Action))
	}
	return strings.Join(words, " ")
}

// Uses are the uses that are asked for. It fails with ErrLicense.
func (l License) Uses(now time.Time) ([]licensetypes.Use, error) {
	uses := make([]licensetypes.Use, 0, len(l.Actions))
	for _, action := range l.Actions {
		use, err := rights.ParseUse(rights.Wish{
			Action: rights.ActionWord(action), Commercial: l.Commercial, Territories: l.Territories,
		}, now)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrLicense, err)
		}
		uses = append(uses, use)
	}
	return uses, nil
}

// WriteLicense is the element of uses that agree but for what is done.
func WriteLicense(uses []licensetypes.Use, proof string) string {
	type list struct {
		Type   string `xml:"type,attr"`
		Values string `xml:",chardata"`
	}
	license := struct {
		XMLName xml.Name `xml:"license"`
		Permits []list   `xml:"permits"`
		Legal   []list   `xml:"legal"`
	}{Permits: []list{{"usage", Scope(uses)}}}
	if len(uses) > 0 {
		if !uses[0].Commercial {
			license.Permits = append(license.Permits, list{"user", "non-commercial"})
		}
		if len(uses[0].Territories) > 0 {
			license.Permits = append(license.Permits, list{"geo", strings.Join(uses[0].Territories, " ")})
		}
	}
	if proof != "" {
		license.Legal = []list{{"proof", proof}}
	}
	raw, err := xml.Marshal(license)
	if err != nil {
		panic(err) // of strings, none fails
	}
	return string(raw)
}

// elements reads the children of the element that say something here.
func elements(text string) ([]element, error) {
	in := xml.NewDecoder(strings.NewReader(text))
	var (
		parts []element
		open  []xml.Name
		now   *element
		value bytes.Buffer
		done  bool
	)
	for {
		token, err := in.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.Directive:
			return nil, errors.New("a document type is not read")
		case xml.ProcInst:
			if t.Target != "xml" {
				return nil, errors.New("processing instructions are not read")
			}
		case xml.StartElement:
			if err := opens(t, open, done); err != nil {
				return nil, err
			}
			if len(open) == 1 && ours(t.Name) && slices.Contains([]string{"permits", "prohibits", "legal"}, t.Name.Local) {
				now = &element{name: t.Name.Local, kind: attribute(t, "type")}
				value.Reset()
			}
			open = append(open, t.Name)
		case xml.CharData:
			if now != nil && len(open) == 2 {
				value.Write(t)
			}
			if len(open) == 0 && len(bytes.TrimSpace(t)) > 0 {
				return nil, errors.New("there is text beside the element")
			}
		case xml.EndElement:
			open = open[:len(open)-1]
			if len(open) == 1 && now != nil {
				now.values = value.String()
				parts, now = append(parts, *now), nil
			}
			done = len(open) == 0
		}
	}
	if !done {
		return nil, errors.New("there is none")
	}
	return parts, nil
}

// opens checks an element that begins within others.
func opens(t xml.StartElement, open []xml.Name, done bool) error {
	switch {
	case done:
		return errors.New("there is more than one")
	case len(open) == 0 && (t.Name.Local != "license" || !ours(t.Name)):
		return fmt.Errorf("it is <%s>, not <license>", t.Name.Local)
	case len(open) >= maxNested:
		return fmt.Errorf("elements are more than %d deep", maxNested)
	}
	return nil
}

// ours says whether a name is RSL's. Elements that are copied out of a document have lost its namespace.
func ours(name xml.Name) bool { return name.Space == "" || name.Space == namespace }

func attribute(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}
