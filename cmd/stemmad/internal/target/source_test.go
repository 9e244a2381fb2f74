package target_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
)

func TestParseSource(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"song.wav", "a=b@c.wav", "mail@home"} {
		require.NoError(t, os.WriteFile(name, nil, 0o600))
	}
	for text, want := range map[string]target.Source{
		"song.wav":                      {Work: "song.wav"},
		"song.wav=parentOf":             {Work: "song.wav", Role: lineagetypes.ROLE_PARENT_OF},
		"song.wav=input@cc-by-4.0":      {Work: "song.wav", Role: lineagetypes.ROLE_INPUT_TO, Permission: "cc-by-4.0"},
		"work1x@grant1y":                {Work: "work1x", Permission: "grant1y"},
		"song.wav=contains":             {Work: "song.wav", Role: lineagetypes.ROLE_CONTAINS},
		"song.wav=item@cc-by-nd-4.0":    {Work: "song.wav", Role: lineagetypes.ROLE_CONTAINS, Permission: "cc-by-nd-4.0"},
		"work1x=TRAINEDON@terms1y":      {Work: "work1x", Role: lineagetypes.ROLE_TRAINED_ON, Permission: "terms1y"},
		"a=b@c.wav":                     {Work: "a=b@c.wav"},
		"a=b@c.wav=cites":               {},
		"a=b@c.wav@cc0-1.0":             {Work: "a=b@c.wav", Permission: "cc0-1.0"},
		"mail@home@commercial-remix-10": {Work: "mail@home", Permission: "commercial-remix-10"},
		"gone.wav":                      {Work: "gone.wav"},
		"song.wav@GPL-3.0-only":         {Work: "song.wav", Permission: "GPL-3.0-only"},
		"song.wav@mit+LicenseRef-Mine":  {Work: "song.wav", Permission: "mit+LicenseRef-Mine"},
	} {
		got, err := target.ParseSource(text)
		if want.Work == "" {
			require.Error(t, err, text)
			continue
		}
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for text, message := range map[string]string{
		"song.wav@wtf":              "nor a preset",
		"song.wav@comercial-use":    `did you mean "commercial-use"?`,
		"song.wav@cc-by-4.0+by-4.1": "no terms or grant stand",
		"song.wav=uncle":            `"song.wav=uncle": there is no role "uncle": use one of parentOf`,
		"song.wav=parnt":            `or short component, input, item, parent, trained, training; did you mean "parent"?`,
		"=parentOf":                 "names no source",
		"@cc-by-4.0":                "names no source",
		"":                          "names no source",
	} {
		_, err := target.ParseSource(text)
		require.ErrorContains(t, err, message, text)
	}
}
