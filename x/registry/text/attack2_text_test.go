package text_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/registry/text"
)

// TestAttack2CharactersWithoutWidth: joiners of numbers and consonants are drawn by no
// font.
func TestAttack2CharactersWithoutWidth(t *testing.T) {
	for name, s := range map[string]string{
		"BRAHMI NUMBER JOINER":      "pay\U0001107fpal",
		"TIFINAGH CONSONANT JOINER": "pay\u2d7fpal",
	} {
		t.Run(name, func(t *testing.T) { require.Error(t, text.Check("title", s, 100), fmt.Sprintf("%+q", s)) })
	}
}
