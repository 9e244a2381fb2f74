// Package licences reads what people call terms: an id, a preset, or the name of a licence
// that the chain knows; and says of other words what may be meant.
package licences

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/internal/nearest"
	"github.com/stemma-chain/stemma/x/license/names"
	"github.com/stemma-chain/stemma/x/license/termspec"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// ErrNotAmong says that none of the terms at hand are of the licence named.
var ErrNotAmong = errors.New("under no terms of that name")

// textOf is where SPDX keeps the text of a licence that it lists.
const textOf = "https://spdx.org/licenses/"

// Named builds the terms that a known licence implies, by a name in any case, such as
// GPL-3.0-only; a preset where there is one. Whoever names it gets the same terms, and so
// the same id. It fails as Unknown does, and for a LicenseRef, whose terms nobody knows.
func Named(name string) (licensetypes.Terms, error) {
	if preset, ok := licensetypes.PresetByName(name); ok {
		return preset.Terms, nil
	}
	licence, err := names.Read(name)
	if err != nil {
		return licensetypes.Terms{}, Unknown(name)
	}
	if !licence.Known() {
		return licensetypes.Terms{}, fmt.Errorf("%s is a name of somebody's own: write its terms into a file (stemmad terms template), "+
			"or give their id", licence)
	}
	spdx, uri := licence.String(), ""
	if preset, ok := licensetypes.PresetByName(spdx); ok {
		return preset.Terms, nil
	}
	if slices.Contains(names.All(), spdx) && !strings.HasPrefix(spdx, ownPrefix) {
		uri = textOf + spdx + ".html"
	}
	t := termspec.FromName(spdx, uri)
	if facts, _ := licence.Facts(); facts.NoTraining {
		t.AiTraining = licensetypes.PERMISSION_DENY
	}
	return t, t.Validate()
}

// ownPrefix begins the names of licences that SPDX does not list.
const ownPrefix = "LicenseRef-"

// OtherText is the licence whose text the uri of terms leads to, where the terms do not
// name it: a template of one licence was given the name of another. Empty: all is well, or
// the place is not known.
func OtherText(t licensetypes.Terms) string {
	if t.Uri == "" {
		return ""
	}
	for _, name := range names.All() {
		known, err := Named(name)
		if err == nil && known.Uri == t.Uri && !slices.Contains(strings.Fields(t.Spdx), known.Spdx) {
			return known.Spdx
		}
	}
	return ""
}

// IsName says whether a word names a licence: one that the chain knows, or a LicenseRef.
func IsName(word string) bool {
	_, err := names.Read(word)
	return err == nil
}

// Among finds the terms that a person names: by an id or a preset whether they are among
// those at hand or not, by the name of a licence only if they are. It fails with
// ErrNotAmong, and as Unknown does.
func Among(name string, at []licensetypes.IdentifiedTerms) (licensetypes.TermsID, error) {
	if id, err := licensetypes.ParseTerms(name); err == nil {
		return id, nil
	}
	var id licensetypes.TermsID
	licence, err := names.Read(name)
	if err != nil {
		return id, Unknown(name)
	}
	var found []string
	for _, t := range at {
		if t.Terms.Spdx == licence.String() && !slices.Contains(found, t.Id.String()) {
			id, found = t.Id, append(found, t.Id.String())
		}
	}
	switch len(found) {
	case 0:
		return licensetypes.TermsID{}, fmt.Errorf("%s: %w", licence, ErrNotAmong)
	case 1:
		return id, nil
	}
	return licensetypes.TermsID{}, fmt.Errorf("%s names several terms here: give the id of one: %s", licence, strings.Join(found, ", "))
}

// Unknown says that a word names no terms, and what may be meant.
func Unknown(word string) error {
	if strings.HasPrefix(strings.ToLower(word), licensetypes.TermsHRP+"1") {
		_, err := licensetypes.ParseTermsID(word)
		return err
	}
	switch strings.ToUpper(word) {
	case "NONE", "NOASSERTION":
		return fmt.Errorf("%s is no licence: it says that nobody is permitted anything, as without an offer; to permit something, "+
			"name terms that do (stemmad terms list --presets)", strings.ToUpper(word))
	}
	_, err := names.Read(word)
	if errors.Is(err, names.ErrAlternatives) {
		return err
	}
	presets := licensetypes.Presets()
	known := make([]string, 0, len(presets))
	for _, p := range presets {
		known = append(known, p.Name)
	}
	for _, name := range names.All() {
		if !slices.Contains(known, strings.ToLower(name)) {
			known = append(known, name)
		}
	}
	if ids := names.TextAt(word); len(ids) > 0 { // an address, as pages link to licences
		return unknown(word, slices.Compact(ids)...)
	}
	if respelled := names.Meant(word); respelled != "" {
		return unknown(word, respelled)
	}
	meant := nearest.To(word, known)
	if begun := nearest.Squeeze(word); meant == "" && len(begun) > 1 {
		begins := func(name string) bool { return strings.HasPrefix(nearest.Squeeze(name), begun) }
		if i := slices.IndexFunc(known, begins); i >= 0 {
			meant = known[i]
		}
	}
	if meant == "" {
		return unknown(word)
	}
	return unknown(word, meant)
}

func unknown(word string, meant ...string) error {
	hint := "; stemmad terms list --presets shows the presets"
	if len(meant) > 0 {
		hint = fmt.Sprintf("; did you mean \"%s\"?", strings.Join(meant, `" or "`))
	}
	return fmt.Errorf("%q is neither terms (terms1...), nor a preset, nor a licence that the chain knows%s", word, hint)
}
