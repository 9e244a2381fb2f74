package pages

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestATitleIsCutBetweenCharacters(t *testing.T) {
	require.Equal(t, "First Light", clip("First Light"))
	require.Equal(t, strings.Repeat("晨", 60), clip(strings.Repeat("晨", 60)))
	cut := clip(strings.Repeat("晨", 341))
	require.True(t, utf8.ValidString(cut))
	require.Equal(t, strings.Repeat("晨", 60)+"…", cut)
}

func TestAnIDIsCutInTheMiddle(t *testing.T) {
	require.Equal(t, "work1jk37863…dqh5dj", short("work1jk378632kcqzjgp5geefywsgkfrvqndwdqh5dj"))
	require.Equal(t, "short", short("short"))
}

func TestADecimalHasNoZerosAtItsEnd(t *testing.T) {
	require.Equal(t, "0.001125", decimal("0.001125000000000000"))
	require.Equal(t, "1", decimal("1.000"))
	require.Equal(t, "100", decimal("100"))
}
