package describe_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/register/describe"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func TestChangesAreThoseThatNewDetailsMake(t *testing.T) {
	before := registrytypes.Details{
		Kind: registrytypes.KIND_AUDIO, Title: "Song", MediaType: "audio/wav", MetadataUri: "https://a.example",
		Creators:     []registrytypes.Creator{{Name: "Ada", Role: "composer", Account: "stemma1x"}, {Name: "Bo"}},
		Fingerprints: []registrytypes.Fingerprint{{Scheme: "isrc", Value: "USRC17607839"}},
	}
	require.Empty(t, describe.Changes(before, before))
	after := before
	after.Title, after.MetadataUri, after.Creators = "First Light", "", nil
	after.MetadataSha256, after.DigitalSourceType = registrytypes.Digest{0xab}, "digitalCreation"
	after.Fingerprints = nil
	require.Equal(t, []describe.Change{
		{Field: "title", Before: "Song", After: "First Light"},
		{Field: "creators", Before: "Ada (composer) <stemma1x>; Bo"},
		{Field: "more at", Before: "https://a.example"},
		{Field: "sha256 of that", After: after.MetadataSha256.String()},
		{Field: "made as", After: "digitalCreation"},
		{Field: "fingerprints", Before: "isrc=USRC17607839"},
	}, describe.Changes(before, after))
}
