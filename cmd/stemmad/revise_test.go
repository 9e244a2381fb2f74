package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func TestRevisingKeepsWhatIsNotNamed(t *testing.T) {
	before := registrytypes.Details{
		Kind: registrytypes.KIND_AUDIO, Title: "Song", MediaType: "audio/wav",
		MetadataUri: "https://a.example/", MetadataSha256: registrytypes.Digest{1},
		Creators:     []registrytypes.Creator{{Name: "Ada"}, {Name: "Bo"}},
		Fingerprints: []registrytypes.Fingerprint{{Scheme: "isrc", Value: "USRC17607839"}},
	}
	say := func(d registrytypes.Details, args ...string) (registrytypes.Details, error) {
		cmd := reviseCmd()
		require.NoError(t, cmd.ParseFlags(args))
		return revised(cmd.Flags(), d, nil)
	}
	_, err := say(before)
	require.ErrorContains(t, err, "such as --title")

	got, err := say(before, "--title", "Cafe\u0301", "--creator", "Cy (singer)")
	require.NoError(t, err)
	want := before
	want.Title, want.Creators = "Caf\u00e9", []registrytypes.Creator{{Name: "Cy", Role: "singer"}}
	require.Equal(t, want, got)

	// An empty text takes away; another URI does not keep the digest of the old one.
	got, err = say(before, "--title", "", "--creator", "", "--fingerprint", "", "--uri", "https://b.example/")
	require.NoError(t, err)
	require.Equal(t, registrytypes.Details{
		Kind: registrytypes.KIND_AUDIO, MediaType: "audio/wav", MetadataUri: "https://b.example/",
		Fingerprints: []registrytypes.Fingerprint{}, Creators: got.Creators,
	}, got)
	require.Empty(t, got.Creators)

	// Blanking leaves the digest of a URI without the URI, which no new version may have.
	blanked := registrytypes.Details{Kind: registrytypes.KIND_AUDIO, MetadataSha256: registrytypes.Digest{1}}
	got, err = say(blanked, "--title", "Anew")
	require.NoError(t, err)
	require.True(t, got.MetadataSha256.IsZero())

	// A fingerprint is added to those that there are, once.
	got, err = say(before, "--add-fingerprint", "doi=10.5555/12345678", "--add-fingerprint", "isrc=USRC17607839")
	require.NoError(t, err)
	require.Equal(t, append(before.Fingerprints, registrytypes.Fingerprint{Scheme: "doi", Value: "10.5555/12345678"}), got.Fingerprints)
	got, err = say(before, "--fingerprint", "doi=10.5555/12345678")
	require.NoError(t, err)
	require.Equal(t, []registrytypes.Fingerprint{{Scheme: "doi", Value: "10.5555/12345678"}}, got.Fingerprints)

	_, err = say(before, "--add-fingerprint", "isrc=1")
	require.Error(t, err)
	_, err = say(before, "--fingerprint", "isrc=1")
	require.Error(t, err)
	_, err = say(before, "--uri-sha256", "abc")
	require.ErrorContains(t, err, "--uri-sha256")
}

func TestWhatIsTextIsNamed(t *testing.T) {
	require.Empty(t, textParts(registrytypes.Details{Kind: registrytypes.KIND_TEXT, DigitalSourceType: "digitalCreation"}))
	require.Equal(t, []string{`title "Song"`, "2 creators", "media type audio/wav", "URI https://a.example", "1 fingerprint"},
		textParts(registrytypes.Details{
			Title: "Song", MediaType: "audio/wav", MetadataUri: "https://a.example",
			Creators:     []registrytypes.Creator{{Name: "Ada"}, {Name: "Bo"}},
			Fingerprints: []registrytypes.Fingerprint{{Scheme: "isrc", Value: "USRC17607839"}},
		}))
}
