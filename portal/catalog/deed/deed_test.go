package deed_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/portal/catalog"
	"github.com/stemma-chain/stemma/portal/catalog/deed"
	"github.com/stemma-chain/stemma/testutil/gen"
	licensedeed "github.com/stemma-chain/stemma/x/license/deed"
	"github.com/stemma-chain/stemma/x/license/termspec"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

func load(t *testing.T, code string) catalog.Words {
	w, err := catalog.Load(code)
	require.NoError(t, err)
	return w
}

// In English a deed is the chain's own, word by word.
func TestInEnglishItIsTheChainsDeed(t *testing.T) {
	english := load(t, "en")
	for _, p := range licensetypes.Presets() {
		require.Equal(t, licensedeed.Of(p.Terms), deed.Of(english, p.Terms), p.Name)
	}
	rapid.Check(t, func(t *rapid.T) {
		terms := gen.Terms().Draw(t, "terms")
		require.Equal(t, licensedeed.Of(terms), deed.Of(english, terms))
	})
}

// Drafts are read too: fields that do not go together, and values that nobody knows.
func TestDraftsInEnglish(t *testing.T) {
	english := load(t, "en")
	rapid.Check(t, func(t *rapid.T) {
		var terms licensetypes.Terms
		for _, f := range termspec.Fields() {
			if rapid.Bool().Draw(t, f.Name+" set") {
				gen.Field(t, f, &terms)
			}
		}
		require.Equal(t, licensedeed.Of(terms), deed.Of(english, terms))
	})
	odd := licensetypes.Terms{
		RoyaltyPolicy: 7, RoyaltyRate: 5, Exclusivity: 9, Search: 8, AiInput: 8, DerivativesPerGrant: 1,
		Uses: []licensetypes.Action{1, 99},
	}
	require.Equal(t, licensedeed.Of(odd), deed.Of(english, odd))
}

// Every field that shows in English shows in each language, and no sentence is one of another
// language.
func TestEveryFieldHasASentenceInEachLanguage(t *testing.T) {
	for _, l := range catalog.Languages() {
		w := load(t, l.Code)
		for _, f := range termspec.Fields() {
			rapid.Check(t, func(t *rapid.T) {
				base := licensetypes.Terms{Derivatives: licensetypes.DERIVATIVES_ALLOWED, RoyaltyRate: 1}
				a, b := base, base
				gen.Field(t, f, &a)
				gen.Field(t, f, &b)
				for _, pair := range [][2]licensetypes.Terms{{base, a}, {a, b}} {
					if licensedeed.Of(pair[0]).Text() != licensedeed.Of(pair[1]).Text() {
						require.NotEqual(t, deed.Of(w, pair[0]).Text(), deed.Of(w, pair[1]).Text(), "%s in %s", f.Name, l.Code)
					}
				}
			})
		}
	}
}

// A deed says as much in each language: as many sentences of each sort, and different terms
// never read alike.
func TestTheSameInEachLanguage(t *testing.T) {
	for _, l := range catalog.Languages() {
		w := load(t, l.Code)
		rapid.Check(t, func(t *rapid.T) {
			a, b := gen.Terms().Draw(t, "a"), gen.Terms().Draw(t, "b")
			english, said := licensedeed.Of(a), deed.Of(w, a)
			require.Len(t, said.May, len(english.May))
			require.Len(t, said.Must, len(english.Must))
			require.Len(t, said.MayNot, len(english.MayNot))
			require.Len(t, said.Notes, len(english.Notes))
			for _, list := range [][]string{{said.Summary}, said.May, said.Must, said.MayNot, said.Notes} {
				for _, s := range list {
					require.NotContains(t, s, "⟦")
					require.NotContains(t, s, "%!")
				}
			}
			if a.ID() != b.ID() {
				require.NotEqual(t, said.Text(), deed.Of(w, b).Text(), l.Code)
			}
		})
	}
}
