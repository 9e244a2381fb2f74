package picture

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestFittedTextKeepsToItsRoomAndItsWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := clean(rapid.String().Draw(t, "text"))
		room := rapid.IntRange(4500, 12000).Draw(t, "room")
		lines := rapid.IntRange(1, 3).Draw(t, "lines")

		out, cut := fit(s, room, lines)

		require.LessOrEqual(t, len(out), lines)
		for _, l := range out {
			require.LessOrEqual(t, textWidth(l), room)
		}
		bare := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		joined := bare(strings.Join(out, ""))
		if cut {
			require.True(t, strings.HasPrefix(bare(s), strings.TrimSuffix(joined, dots)))
		} else {
			require.Equal(t, bare(s), joined)
		}
	})
}

func TestACutNeverSplitsWhatAReaderSeesAsOneCharacter(t *testing.T) {
	for _, whole := range []string{"👩‍👩‍👧‍👦", "🇫🇷", "👍🏽", "e\u0301", "❤️", "กำ"} {
		require.Equal(t, []string{whole}, clusters(whole), "%q", whole)
	}
	require.Equal(t, []string{"🇫🇷", "🇨🇳"}, clusters("🇫🇷🇨🇳"))
}

func TestWhereLinesBreak(t *testing.T) {
	lines, cut := fit("Summer rain in the old harbour", 7500, 2)
	require.Equal(t, []string{"Summer rain", "in the old ha…"}, lines)
	require.True(t, cut)

	lines, cut = fit("春眠不觉晓处处闻啼鸟", 6*wideRune, 2)
	require.Equal(t, []string{"春眠不觉晓处", "处闻啼鸟"}, lines)
	require.False(t, cut)

	lines, _ = fit("Donaudampfschifffahrtsgesellschaft", 9000, 2)
	require.Len(t, lines, 2)
}

func TestCleanTextIsOneLineAndTurnsNothing(t *testing.T) {
	require.Equal(t, "a b c", clean("a\n\tb \u202e c\x00\u2066"))
	require.Equal(t, "\uFFFD", clean("\xff"))
	require.Equal(t, "👩‍👧", clean("👩‍👧"), "a joiner is no control character")
	require.Equal(t, "x", clean("x\ufffe\U0001ffff"))
	require.Equal(t, "e"+strings.Repeat("\u0301", marksMost)+"f", clean("e"+strings.Repeat("\u0301", 40)+"f"))
}

func TestDirectionIsThatOfTheFirstLetter(t *testing.T) {
	require.True(t, rightToLeft("“12 שיר”"))
	require.True(t, rightToLeft("أغنية Song"))
	require.False(t, rightToLeft("Song أغنية"))
	require.False(t, rightToLeft("12 …"))
}

func TestPercent(t *testing.T) {
	for ppm, want := range map[uint32]string{
		0: "0%", 1: "<0.01%", 100: "0.01%", 1_000: "0.1%", 125_000: "12.5%",
		333_333: "33.33%", 500_500: "50.05%", 1_000_000: "100%",
	} {
		require.Equal(t, want, percent(ppm))
	}
}
