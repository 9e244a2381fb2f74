package types_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/registry/types"
)

var account = sdk.AccAddress(make([]byte, 20)).String()

func valid() types.Details {
	return types.Details{
		Kind: types.KIND_3D, Title: "Das Ei", MediaType: "model/gltf+json; charset=utf-8", MetadataUri: "https://example.org/ei.json",
		MetadataSha256: types.Digest{0x0a}, DigitalSourceType: "digitalCreation",
		Creators:     []types.Creator{{Name: "Ada"}, {Name: "林", Account: account, Role: "translator"}},
		Fingerprints: []types.Fingerprint{{Scheme: "c2pa", Value: "x"}, {Scheme: "c2pa", Value: "y"}},
	}
}

func TestValidDetails(t *testing.T) {
	require.NoError(t, valid().Validate())
	require.NoError(t, types.Details{Kind: types.KIND_OTHER}.Validate())
	most := valid()
	most.Title = strings.Repeat("é", types.MaxTitle/2)
	most.MediaType = "a/" + strings.Repeat("b", types.MaxMediaType-2)
	most.MetadataUri = "ipfs:" + strings.Repeat("b", types.MaxURI-5)
	most.MetadataSha256 = types.Digest{}
	most.Creators = make([]types.Creator, types.MaxCreators)
	for i := range most.Creators {
		most.Creators[i] = types.Creator{Name: strings.Repeat("n", types.MaxCreatorName), Role: strings.Repeat("r", types.MaxCreatorRole)}
	}
	most.Fingerprints = nil
	for i := range types.MaxFingerprints {
		scheme := strings.Repeat("s", types.MaxScheme)
		most.Fingerprints = append(most.Fingerprints, types.Fingerprint{Scheme: scheme, Value: strings.Repeat("v", types.MaxFingerprintValue-i)})
	}
	require.NoError(t, most.Validate())
}

// Each error names the field.
func TestInvalidDetails(t *testing.T) {
	for field, change := range map[string]func(*types.Details){
		"kind is needed":                          func(d *types.Details) { d.Kind = types.KIND_UNSPECIFIED },
		"not 257":                                 func(d *types.Details) { d.Kind = 257 }, // not 1 by losing bits
		"not -1":                                  func(d *types.Details) { d.Kind = -1 },
		"title has 257 bytes":                     func(d *types.Details) { d.Title = strings.Repeat("a", 257) },
		"title is not valid UTF-8":                func(d *types.Details) { d.Title = "\xff" },
		"title holds control":                     func(d *types.Details) { d.Title = "a\x1b[2J" },
		"media_type must":                         func(d *types.Details) { d.MediaType = "png" },
		"at most 128 bytes":                       func(d *types.Details) { d.MediaType = "a/" + strings.Repeat("b", 127) },
		`such as image/png, not "a/ä`:             func(d *types.Details) { d.MediaType = "a/ä" },
		"metadata_uri must":                       func(d *types.Details) { d.MetadataUri = "example.org/x" },
		`not "https:"`:                            func(d *types.Details) { d.MetadataUri = "https:" },
		`not "https://a b"`:                       func(d *types.Details) { d.MetadataUri = "https://a b" },
		"at most 512 bytes":                       func(d *types.Details) { d.MetadataUri = "a:" + strings.Repeat("b", 511) },
		"metadata_sha256 says":                    func(d *types.Details) { d.MetadataUri = "" },
		"digital_source_type must":                func(d *types.Details) { d.DigitalSourceType = "byHand" },
		"creators has 33":                         func(d *types.Details) { d.Creators = make([]types.Creator, 33) },
		"creators[1].name is empty":               func(d *types.Details) { d.Creators[1].Name = "" },
		"creators[0].name has":                    func(d *types.Details) { d.Creators[0].Name = strings.Repeat("a", 129) },
		"creators[0].role has":                    func(d *types.Details) { d.Creators[0].Role = strings.Repeat("a", 65) },
		"creators[1].account":                     func(d *types.Details) { d.Creators[1].Account = "stemma1x" },
		"fingerprints has 17":                     func(d *types.Details) { d.Fingerprints = make([]types.Fingerprint, 17) },
		"fingerprints[0].scheme must":             func(d *types.Details) { d.Fingerprints[0].Scheme = "DOI" },
		`and hyphen, such as iscc or doi, not ""`: func(d *types.Details) { d.Fingerprints[0].Scheme = "" },
		"must be 1 to 32":                         func(d *types.Details) { d.Fingerprints[0].Scheme = strings.Repeat("a", 33) },
		"fingerprints[1].scheme sha256":           func(d *types.Details) { d.Fingerprints[1].Scheme = "sha256" },
		"fingerprints[1].value is empty":          func(d *types.Details) { d.Fingerprints[1].Value = "" },
		"fingerprints[0].value has 257":           func(d *types.Details) { d.Fingerprints[0].Value = strings.Repeat("a", 257) },
		"fingerprints[1] c2pa \"x\" is":           func(d *types.Details) { d.Fingerprints[1].Value = "x" },
	} {
		d := valid()
		change(&d)
		err := d.Validate()
		require.ErrorContains(t, err, field)
		require.Less(t, len(err.Error()), 400, field)
	}
	d := valid()
	d.Title = "\n"
	require.ErrorIs(t, d.Validate(), types.ErrInvalidDetails)
}
