package sprites_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/data/sprites"
)

func TestEveryLicenceHasValidTerms(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range sprites.Licences() {
		require.NoError(t, l.Terms.Validate(), l.Name)
		require.False(t, seen[l.Terms.ID().String()], l.Name)
		seen[l.Terms.ID().String()] = true
	}
	require.Len(t, seen, 8)
}

func TestReadingCredits(t *testing.T) {
	list, err := sprites.Read(strings.NewReader(`{"path": "hat/red.png", "sha256": "ab", "bytes": 7, "authors": ["A"],
		"licenses": ["CC0", "GPL 3.0"], "sources": ["https://example.org"]}`))
	require.NoError(t, err)
	require.Equal(t, []sprites.Sprite{{
		Path: "hat/red.png", SHA256: "ab", Bytes: 7, Authors: []string{"A"},
		Licences: []string{"CC0", "GPL 3.0"}, Sources: []string{"https://example.org"},
	}}, list)
	for name, line := range map[string]string{
		"broken":          `{"path": `,
		"no author":       `{"path": "a", "licenses": ["CC0"]}`,
		"no licence":      `{"path": "a", "authors": ["A"]}`,
		"unknown licence": `{"path": "a", "authors": ["A"], "licenses": ["GPL"]}`,
	} {
		_, err := sprites.Read(strings.NewReader(line))
		require.Error(t, err, name)
	}
}
