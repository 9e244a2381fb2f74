package describe_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/register/describe"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func TestGuess(t *testing.T) {
	dir := t.TempDir()
	for _, tc := range []struct {
		name, content string
		kind          registrytypes.Kind
		media         string
	}{
		{"Song.WAV", "", registrytypes.KIND_AUDIO, "audio/wav"},
		{"model.safetensors", "", registrytypes.KIND_MODEL, "application/octet-stream"},
		{"noext", "plain words", registrytypes.KIND_TEXT, "text/plain"},
		{"noext2", "\x89PNG\r\n\x1a\n", registrytypes.KIND_IMAGE, "image/png"},
		{"empty", "", registrytypes.KIND_TEXT, "text/plain"},
		{"odd.xyz", "\x00\x01\x02\x03", registrytypes.KIND_OTHER, "application/octet-stream"},
	} {
		path := filepath.Join(dir, tc.name)
		require.NoError(t, os.WriteFile(path, []byte(tc.content), 0o600))
		kind, media, err := describe.Guess(path)
		require.NoError(t, err)
		require.Equal(t, tc.kind, kind, tc.name)
		require.Equal(t, tc.media, media, tc.name)
	}
	_, _, err := describe.Guess(filepath.Join(dir, "gone"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestKindsHaveNames(t *testing.T) {
	require.Len(t, describe.Kinds(), len(registrytypes.Kind_name)-1)
	for _, name := range describe.Kinds() {
		kind, err := describe.ParseKind(name)
		require.NoError(t, err)
		require.Equal(t, name, describe.KindName(kind))
	}
	for _, bad := range []string{"", "unspecified", "sound"} {
		_, err := describe.ParseKind(bad)
		require.ErrorContains(t, err, "text, image, audio")
	}
}

func TestTitle(t *testing.T) {
	require.Equal(t, "song", describe.Title("/music/song.wav"))
	require.Equal(t, "caf\u00e9", describe.Title("/music/cafe\u0301.wav"))
	require.Equal(t, ".profile", describe.Title(".profile"))
}

func TestParseCreator(t *testing.T) {
	for text, want := range map[string]registrytypes.Creator{
		"Ada":                        {Name: "Ada", Role: "author"},
		"Ada (composer)":             {Name: "Ada", Role: "composer"},
		"Ada L. <stemma1x>":          {Name: "Ada L.", Account: "stemma1x", Role: "author"},
		" Ada (singer) <stemma1x> ":  {Name: "Ada", Account: "stemma1x", Role: "singer"},
		"Rene\u0301 (e\u0301diteur)": {Name: "René", Role: "éditeur"},
		"Ada (the first) (drummer)":  {Name: "Ada (the first)", Role: "drummer"},
	} {
		got, err := describe.ParseCreator(text, "author")
		require.NoError(t, err)
		require.Equal(t, want, got, text)
	}
	for _, bad := range []string{"", " ", "<stemma1x>", "(role)"} {
		_, err := describe.ParseCreator(bad, "")
		require.Error(t, err, bad)
	}
}

func TestParseFingerprint(t *testing.T) {
	for text, want := range map[string]registrytypes.Fingerprint{
		"isrc=us-rc1-76-07839":            {Scheme: "isrc", Value: "USRC17607839"},
		"doi:https://doi.org/10.1000/182": {Scheme: "doi", Value: "10.1000/182"},
		"URL=https://A.b?c=d":             {Scheme: "url", Value: "https://a.b/?c=d"},
	} {
		got, err := describe.ParseFingerprint(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, bad := range []string{"", "x", "=v", "s=", ":", "isrc=1", "a b=c"} {
		_, err := describe.ParseFingerprint(bad)
		require.Error(t, err, bad)
	}
}
