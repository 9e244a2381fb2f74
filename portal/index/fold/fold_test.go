package fold_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/portal/index/fold"
)

func TestTerms(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "",
		"!?… —":                    "",
		"The Cat, the CAT":         "the cat",
		"l'amour du café":          "l amour du cafe",
		"Straße STRASSE":           "strasse",
		"Smørrebrød Łódź Þór Æsir": "smorrebrod lodz thor aesir",
		"İstanbul ISPARTA ısparta": "istanbul isparta",
		"ΟΔΥΣΣΕΥΣ Ὀδυσσεύς":        "οδυσσευσ",
		"Ёлка елка":                "елка",
		"ﬁlm Ｆｉｌｍ №5":              "film no5",
		"track_01.wav":             "track 01 wav",
		"東京タワー":                    "東 京 東京 タ 京タ ワ タワ ー ワー",
		"ｶﾞﾗｽ":                     "ガ ラ ガラ ス ラス",
		"IT革命2.0":                  "it 革 命 革命 2 0",
		"猫":                        "猫",
		"ภาพ":                      "ภ า ภา พ าพ",
		"हिन्दी गीत":               "हिन्दी गीत",
		"שָׁלוֹם שלום":             "שלום",
		"مُحَمَّد محمد محـمد":      "محمد",
		"서울의 밤":                    "서울의 밤",
		"a\x00b\xffc\u200bd":       "a b c d",
		"👩‍🎨 art \ue0003 x":        "art 3 x",
		"x² y₃":                    "x2 y3",
		strings.Repeat("long", 20): strings.Repeat("long", 8),
		"Ⅷ ⅷ":                      "viii",
		"Việt Nam":                 "viet nam",
		"\u0301 lonely":            "lonely",
		"Ångström Å":               "angstrom a",
		"မြန်မာ":                   "မြ န် မြန် မာ န်မာ",
		"don’t stop":               "don t stop",
		"C++ C# 50%":               "c 50",
		"２０２６年":                    "2026 年",
	} {
		require.Equal(t, want, strings.Join(fold.Terms(text), " "), "%q", text)
	}
}

func TestQueries(t *testing.T) {
	require.Empty(t, fold.Query("\"' * ("))
	require.Equal(t, []fold.Term{{"and", false}, {"near", false}, {"x", true}}, fold.Query(`AND NEAR("x*`))
	require.Equal(t, []fold.Term{{"東京", false}, {"京タ", false}}, fold.Query("東京タ"))
	require.Equal(t, []fold.Term{{"猫", false}, {"cat", true}}, fold.Query("猫 cat"))
	require.Len(t, fold.Query(strings.Repeat("a b c d e f g h i j k l m n o p q r ", 3)), fold.MaxQuery)
	require.Equal(t, "the cat 2", fold.Key("  The—Cat! (2)"))
	require.Equal(t, fold.Key("東京タワー"), fold.Key("東京ﾀﾜｰ"))
	require.Empty(t, fold.Key("…"))
}

// matches says what a database does with a query.
func matches(terms []string, query []fold.Term) bool {
	return !slices.ContainsFunc(query, func(q fold.Term) bool {
		return !slices.ContainsFunc(terms, func(term string) bool {
			return term == q.Text || q.Prefix && strings.HasPrefix(term, q.Text)
		})
	})
}

var anyText = rapid.StringOfN(rapid.RuneFrom(nil, unicode.Latin, unicode.Han, unicode.Thai, unicode.Hiragana,
	unicode.Greek, unicode.Cyrillic, unicode.Arabic, unicode.Devanagari, unicode.Hangul, unicode.Mn, unicode.P, unicode.Zs,
	unicode.N), 0, 40, -1)

func TestATextIsFoundByItselfAndByItsBeginnings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := anyText.Draw(t, "text")
		terms := fold.Terms(text)
		require.True(t, matches(terms, fold.Query(text)), "%q: %q", text, terms)
		// Each beginning of its plain spelling finds it.
		key := []rune(fold.Key(text))
		n := rapid.IntRange(0, len(key)).Draw(t, "n")
		if n < len(key) && unicode.IsMark(key[n]) {
			return // half of a character is another character
		}
		require.True(t, matches(terms, fold.Query(string(key[:n]))), "%q: %q", string(key[:n]), terms)
	})
}

func TestSpellingDoesNotCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := anyText.Draw(t, "text")
		terms := fold.Terms(text)
		require.Equal(t, terms, fold.Terms(norm.NFD.String(text)), "decomposed")
		require.Equal(t, terms, fold.Terms(norm.NFKC.String(text)), "composed")
		require.Equal(t, fold.Key(text), fold.Key(fold.Key(text)), "folded twice")
	})
}

func FuzzTerms(f *testing.F) {
	for _, seed := range []string{"", "東京タワー x", "a\x00\xff", "ﷺ", "İ", "\u0e33ก\u0e33", "e\u0301\u0301"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4096 {
			return
		}
		terms := fold.Terms(text)
		for i, term := range terms {
			require.NotEmpty(t, term)
			require.True(t, utf8.ValidString(term))
			require.NotContains(t, terms[:i], term)
			require.LessOrEqual(t, utf8.RuneCountInString(term), 2*fold.MaxTerm)
			for _, r := range term {
				require.True(t, unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r), "%q has %U", term, r)
				require.Equal(t, r, unicode.ToLower(r), "%q", term)
			}
		}
		require.True(t, matches(terms, fold.Query(text)))
	})
}
