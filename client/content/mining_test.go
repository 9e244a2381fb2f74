package content_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/c2pa"
	"github.com/stemma-chain/stemma/client/content"
	"github.com/stemma-chain/stemma/x/license/termspec"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

func machines(t *testing.T, preset string) []termspec.Machine {
	t.Helper()
	p, found := licensetypes.PresetByName(preset)
	require.True(t, found)
	return termspec.Machines(p.Terms)
}

// credentials say this of uses by machines.
func credentials(entries ...c2pa.Mining) *content.Credentials {
	return &content.Credentials{Report: c2pa.Report{Active: "a", Manifests: []c2pa.Manifest{{Label: "a", Mining: entries}}}}
}

// What the presets about training say comes out of them as credentials, and those as the same preset, without a contradiction.
func TestTermsAndCredentialsSayTheSame(t *testing.T) {
	presets := []string{"ai-training-denied", "ai-training-paid", "ai-training-allowed"}
	for i, preset := range presets {
		var said []c2pa.Mining
		for _, m := range content.Mining("a condition", machines(t, preset)) {
			said = append(said, c2pa.Mining{Name: m.Name, Use: m.Use, Constraint: m.Constraint})
		}
		require.Len(t, said, 4)
		wishes := credentials(said...).Wishes()
		require.Equal(t, preset, content.Preset(wishes), preset)
		for j, other := range presets {
			lines := content.Contradictions(wishes, machines(t, other))
			require.Equal(t, j > i, len(lines) > 0, "credentials of %s, terms %s: %v", preset, other, lines)
		}
	}
	// Alternatives: who may take the one needs not take the other. Without an offer nothing is allowed.
	open := content.Mining("", machines(t, "ai-training-denied"), machines(t, "ai-training-allowed"))
	require.Equal(t, "allowed", open[0].Use)
	for _, m := range content.Mining("") {
		require.Equal(t, "notAllowed", m.Use)
	}
}

// Of two entries the stricter holds, an older name counts as the newer, and of what is not said there is nothing to contradict.
func TestWishes(t *testing.T) {
	wishes := credentials(
		c2pa.Mining{Name: "c2pa.data_mining", Use: "allowed"}, c2pa.Mining{Name: "cawg.data_mining", Use: "notAllowed"},
		c2pa.Mining{Name: "cawg.ai_inference", Use: "constrained"}, c2pa.Mining{Name: "cawg.ai_inference", Use: "allowed"},
		c2pa.Mining{Name: "acme.other", Use: "?"},
	).Wishes()
	require.Equal(t, "notAllowed", wishes["data_mining"])
	require.Equal(t, "constrained", wishes["ai_inference"])
	require.Equal(t, "ai-training-denied", content.Preset(wishes))
	require.Len(t, content.Contradictions(wishes, machines(t, "ai-training-allowed")), 1)
	require.Empty(t, content.Contradictions(credentials().Wishes(), machines(t, "ai-training-allowed")))
	require.Empty(t, content.Preset(credentials().Wishes()))
}
