package text_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/registry/text"
)

// What the world writes passes, in many scripts.
func TestTexts(t *testing.T) {
	for _, s := range []string{
		"", "a", "Das Ei", "Qu’est-ce que c’est\u00a0?", "紅樓夢　第一回", "Москва", "מגילת אסתר", "ألف ليلة وليلة",
		"कामायनी", "ประวัติศาสตร์", "훈민정음", "q\u0301", "¡Olé!", "1️⃣ ❤️ 🇯🇵 👍🏽", "葛\U000e0100城", "ᠮᠣᠩᠭᠣᠯ", "ᠠ\u180bᠠ",
		"ཧྐྵྨླྺྼྻྂ", "سنة\u0601١٤٤٧", "\u0600١", "\U000110bd\U00011083", "\u070fܐ", "⠓\u2800⠓", "a \u0301",
		"<b>not markup</b>", "\ufffd", "𝄞", "a" + strings.Repeat(" ", 3) + "b",
	} {
		require.NoError(t, text.Check("title", s, 100), "%q", s)
	}
}

func TestRefusedTexts(t *testing.T) {
	for s, want := range map[string]string{
		"12345678901":      "title has 11 bytes, at most 10 are possible: shorten it",
		"é\xff":            "title is not valid UTF-8 at character 2: save it as UTF-8",
		"a\n":              "title has U+000A at character 2, a control character: remove line breaks, tabs and escapes",
		"\x7f":             "title has U+007F at character 1, a control",
		"é\u0085":          "title has U+0085 at character 2, a control",
		"ab\u200bc":        "title has U+200B at character 3, which cannot be seen: remove it",
		"می\u200cخ":        "U+200C at character 3, which cannot be seen",
		"👩\u200d":          "U+200D at character 2, which cannot be seen",
		"\ufeffa":          "U+FEFF at character 1, which cannot be seen",
		"a\u00ad":          "U+00AD at character 2, which cannot be seen",
		"\u3164":           "U+3164 at character 1, which cannot be seen",
		"a\U000e0041":      "U+E0041 at character 2, which cannot be seen",
		"a\u202eb":         "U+202E at character 2, which turns the direction of writing: remove it",
		"a\u2028b":         "U+2028 at character 2, which separates lines: write a space",
		"\ue000":           "U+E000 at character 1, which means nothing outside of a private agreement: remove it",
		"\uffff":           "U+FFFF at character 1, which means nothing",
		"\U0005fffe":       "U+5FFFE at character 1, which means nothing",
		"\U00045678":       "U+45678 at character 1, which means nothing",
		"a\ufe0f":          "U+FE0F at character 2, a variation selector that selects nothing there: remove it",
		"\ufe0f":           "U+FE0F at character 1, a variation",
		"❤\ufe0f\ufe0f":    "U+FE0F at character 3, a variation",
		"a\U000e0100":      "U+E0100 at character 2, a variation",
		"≨\ufe03":          "U+FE03 at character 2, a variation",
		" a":               "U+0020 at character 1, a space at the edge of the text: remove it",
		"a\u3000":          "U+3000 at character 2, a space",
		" ":                "U+0020 at character 1, a space",
		"\u2800":           "U+2800 at character 1, a space", // a blank in Braille
		"a\U00013441":      "U+13441 at character 2, a space",
		"a\U00013430b":     "U+13430 at character 2, which cannot be seen",
		"a\U0001d159b":     "U+1D159 at character 2, which cannot be seen",
		"a\U00016fe4":      "U+16FE4 at character 2, which cannot be seen",
		"\ufffc":           "U+FFFC at character 1, which cannot be seen",
		"\u0301":           "title has U+0301 at character 1, a mark that stands on nothing: write the character before it",
		"\u20dda":          "U+20DD at character 1, a mark that stands on nothing",
		"cafe\u0301":       "title has U+0065 at character 4, where Unicode has a composed or preferred spelling: write it in NFC",
		"\u212a":           "U+212A at character 1, where Unicode has", // the sign of kelvin is a K
		"a\u0301\u0323":    "U+0061 at character 1, where Unicode has",
		"\u1100\u1161":     "U+1100 at character 1, where Unicode has",
		"\xed\xa0\x80":     "not valid UTF-8 at character 1", // a surrogate
		"\xf4\x90\x80\x80": "not valid UTF-8 at character 1", // past the last code point
	} {
		err := text.Check("title", s, 10)
		require.ErrorContains(t, err, want, "%q", s)
		var refused *text.Error
		require.ErrorAs(t, err, &refused)
		require.Equal(t, "title", refused.Field)
	}
}

// No character bears a tower of marks, nor hides one behind selectors.
func TestMarksOnOneCharacter(t *testing.T) {
	require.NoError(t, text.Check("title", "q"+repeated("\u0301", 8)+"q\u0301", 100))
	for s, position := range map[string]int{
		"q" + repeated("\u0301", 9):       10,
		"aq" + repeated("\u0301", 500):    11,
		"❤\ufe0f" + repeated("\u20dd", 8): 10,
		"ᠠ" + repeated("\u180b\u18a9", 5): 10,
	} {
		var refused *text.Error
		require.ErrorAs(t, text.Check("title", s, 2000), &refused)
		require.Equal(t, text.TooManyMarks, refused.Problem, "%q", s)
		require.Equal(t, position, refused.Position, "%q", s)
	}
}

// What keyboards and file systems write otherwise gets the spelling that passes.
func TestCompose(t *testing.T) {
	for s, want := range map[string]string{
		"": "", "cafe\u0301": "café", "\u212b": "Å", "\u1100\u1161": "가", "a b": "a b",
		"e\u0301\U000105d2\u0307e\u0301": "é\U000105d2\u0307é", // not composed by older versions of Unicode
	} {
		require.Equal(t, want, text.Compose(s), "%q", s)
		require.NoError(t, text.Check("title", want, 100), "%q", s)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		composed := text.Compose(s)
		require.Equal(t, composed, text.Compose(composed))
		var refused *text.Error
		if errors.As(text.Check("f", composed, 1000), &refused) {
			require.NotEqual(t, text.NotComposed, refused.Problem)
		}
	})
}

// NFC is the same in every binary: the forms of all characters but those that came
// after Unicode 15, which part the text, have this digest. Another digest after an
// upgrade of the compiler or the library says that it knows more characters: they
// have to become separators of the text too; or that it composes otherwise, as x/text v0.43
// does, which mended what stands between a letter and its marks.
func TestComposingDoesNotChangeWithTheCompiler(t *testing.T) {
	h := sha256.New()
	for r := rune(' '); r < 0x40000; r++ { // none further on
		for _, probe := range []string{string(r), "a\u0323" + string(r) + "\u0323\u0301"} {
			h.Write([]byte(text.Compose(probe) + "\n"))
		}
	}
	require.Equal(t, "87c006a48e205db003e2292cd64d70d98b3cfcd41510d2a3c7929c2bb794f26b", hex.EncodeToString(h.Sum(nil)))
}

func TestURIs(t *testing.T) {
	for _, s := range []string{
		"", "a:b", "https://example.org/a%20b?c=d#e", "ipfs://bafy", "urn:isbn:0451450523", "git+ssh://x", "mailto:a@b.org",
		"https://[2001:db8::1]:81/a%00?b", "https://a@[::1]", "a:#", "a:%41%fF",
	} {
		require.NoError(t, text.CheckURI("uri", s, 50), s)
	}
	for s, want := range map[string]string{
		"example.org/x":          "uri must be a URI: start it with a scheme, such as https: or ipfs:",
		"https:":                 "uri must be a URI",
		":a":                     "uri must be a URI",
		"1a:b":                   "uri must be a URI",
		"a_b:c":                  "uri must be a URI",
		"a:b c":                  "uri has U+0020 at character 4: write it as %20",
		"a:ä":                    "uri has U+00E4 at character 3: write it as %C3%A4",
		"a:<":                    "write it as %3C",
		"a:%":                    "uri has U+0025 at character 3, which starts no escape: give it two hex digits, or write",
		"a:b%4":                  "U+0025 at character 4, which starts no escape",
		"a:%zz":                  "U+0025 at character 3, which starts no escape",
		"a:%+1":                  "U+0025 at character 3, which starts no escape",
		"a:b#c#d":                "U+0023 at character 6: write it as %23",
		"https://[":              "U+005B at character 9: write it as %5B",
		"https://a]b":            "U+005D at character 10: write it as %5D",
		"https://[::1]x/":        "U+005B at character 9: write it as %5B",
		"https://[::1]/[":        "U+005B at character 15: write it as %5B",
		"https://a/[::1]":        "U+005B at character 11: write it as %5B",
		"a:\u200b":               "U+200B at character 3, which cannot be seen",
		"a:" + repeated("b", 50): "uri has 52 bytes, at most 50",
	} {
		require.ErrorContains(t, text.CheckURI("uri", s, 50), want, s)
	}
}

func repeated(s string, n int) string { return strings.Repeat(s, n) }

// Whatever passes is bounded, valid, and holds nothing that Unicode calls a
// control, ignorable, separator or private character; a refusal names the first
// character that is at fault.
func TestWhatPasses(t *testing.T) {
	pool := []rune{
		0, '\n', ' ', 'a', '1', 0xa0, 0xad, 0x61c, 0x200b, 0x200d, 0x2028, 0x202e, 0x2060, 0x3000, 0x845b, 0xe000,
		0xfdd0, 0xfe0f, 0xfeff, 0xfffd, 0xffff, 0x1f600, 0x50000, 0xe0041, 0xe0100, 0x10ffff,
	}
	hidden := []*unicode.RangeTable{
		unicode.Cc, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs, unicode.Bidi_Control, unicode.Noncharacter_Code_Point,
		unicode.Other_Default_Ignorable_Code_Point,
	}
	rapid.Check(t, func(t *rapid.T) {
		character := rapid.OneOf(rapid.SampledFrom(pool), rapid.Rune())
		s := string(rapid.SliceOfN(character, 0, 8).Draw(t, "text"))
		err := text.Check("f", s, 20)
		if err == nil {
			require.LessOrEqual(t, len(s), 20)
			require.True(t, utf8.ValidString(s))
			require.Equal(t, strings.TrimSpace(s), s)
			for _, r := range s {
				require.False(t, unicode.In(r, hidden...) && !unicode.Is(unicode.Variation_Selector, r), "%U", r)
			}
			return
		}
		var refused *text.Error
		require.True(t, errors.As(err, &refused))
		if refused.Problem == text.TooLong {
			require.Greater(t, len(s), 20)
			return
		}
		runes := []rune(s)
		require.Equal(t, runes[refused.Position-1], refused.Rune)
		before := strings.TrimRightFunc(string(runes[:refused.Position-1]), unicode.IsSpace)
		require.NoError(t, text.Check("f", before, 20))
	})
}

// blank: characters that nothing is drawn for, but that Unicode has among letters
// and symbols.
const blank = "\u2800\ufffc\U00013441\U00013442\U0001d159"

// Every code point alone gets the answer that its properties give, by the
// compiler's Unicode where it knows the character.
func TestEveryCodePoint(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		refused := text.Check("f", string(r), 4) != nil
		ignorable := unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
		bad := unicode.In(r, unicode.Cc, unicode.Z, unicode.Co, unicode.Bidi_Control, unicode.Noncharacter_Code_Point) || ignorable
		marked := unicode.In(r, unicode.Mn, unicode.Me)
		drawn := unicode.In(r, unicode.Prepended_Concatenation_Mark)
		bad = bad || marked || unicode.Is(unicode.Cf, r) && !drawn || strings.ContainsRune(blank, r)
		if bad || text.Compose(string(r)) != string(r) {
			require.True(t, refused, "%U", r)
		} else if unicode.IsGraphic(r) || drawn {
			require.False(t, refused, "%U", r)
		}
	}
}

// The digest is that of the fields in their order, and of the domain.
func TestDigest(t *testing.T) {
	digest := text.Digest("d", "ab", "c", "")
	require.Equal(t, "5264133d86b9984470bf0af7b9ff7a2188f4566d9a7c7e510c59a5e1e1d31d5e", hex.EncodeToString(digest[:]))
	for _, other := range [][]string{{"a", "bc", ""}, {"ab", "c"}, {"ab", "", "c"}, {"ab", "c", "", ""}, {"abc"}} {
		require.NotEqual(t, digest, text.Digest("d", other...))
	}
	require.NotEqual(t, digest, text.Digest("e", "ab", "c", ""))
}

func FuzzCheck(f *testing.F) {
	f.Add("a\u200b")
	f.Fuzz(func(t *testing.T, s string) {
		if text.CheckURI("uri", s, 512) == nil && text.Check("uri", s, 512) != nil {
			t.Fatalf("%q is a URI but no text", s)
		}
	})
}

func ExampleCheck() {
	fmt.Println(text.Check("title", "free\u200bbie", 1024))
	// Output: title has U+200B at character 5, which cannot be seen: remove it
}

// TestJoinersAreInvisible: joiners of numbers and consonants are drawn by no
// font.
func TestJoinersAreInvisible(t *testing.T) {
	for name, s := range map[string]string{
		"BRAHMI NUMBER JOINER":      "pay\U0001107fpal",
		"TIFINAGH CONSONANT JOINER": "pay\u2d7fpal",
	} {
		t.Run(name, func(t *testing.T) { require.Error(t, text.Check("title", s, 100), fmt.Sprintf("%+q", s)) })
	}
}
