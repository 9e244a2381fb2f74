package types_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/registry/fingerprint"
	"github.com/stemma-chain/stemma/x/registry/types"
)

var account = sdk.AccAddress(make([]byte, 20)).String()

func valid() types.Details {
	return types.Details{
		Kind: types.KIND_3D, Title: "Das Ei", MediaType: "model/gltf+json; charset=utf-8", MetadataUri: "https://example.org/ei.json",
		MetadataSha256: types.Digest{0x0a}, DigitalSourceType: "digitalCreation",
		Creators:     []types.Creator{{Name: "Ada"}, {Name: "林", Account: account, Role: "translator"}},
		Fingerprints: []types.Fingerprint{{Scheme: "doi", Value: "10.1000/182"}, {Scheme: "own", Value: "y"}},
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
		most.Fingerprints = append(most.Fingerprints, types.Fingerprint{
			Scheme: strings.Repeat("s", fingerprint.MaxScheme), Value: strings.Repeat("v", fingerprint.MaxValue-i),
		})
	}
	require.NoError(t, most.Validate())
}

// Nothing that hides, turns or parts a text passes in a title or in what creators are
// called: credit lines print them.
func TestNothingHidesInTitlesAndNames(t *testing.T) {
	hiding := []rune{
		0x00ad, 0x034f, 0x061c, 0x180e, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, // zero width, and marks of direction
		0x2028, 0x2029, // separators of lines and paragraphs
		0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069, // bidirectional controls
		0x2060, 0x2061, 0x2062, 0x2063, 0x2064, 0xfeff, 0xfff9, 0xfffa, 0xfffb,
	}
	for tag := rune(0xe0000); tag <= 0xe007f; tag++ {
		hiding = append(hiding, tag)
	}
	for _, r := range hiding {
		for field, set := range map[string]func(*types.Details, string){
			"title":            func(d *types.Details, s string) { d.Title = s },
			"creators[0].name": func(d *types.Details, s string) { d.Creators[0].Name = s },
			"creators[0].role": func(d *types.Details, s string) { d.Creators[0].Role = s },
		} {
			for _, text := range []string{"a" + string(r) + "b", "a" + string(r), string(r) + "b"} {
				d := valid()
				set(&d, text)
				require.ErrorContains(t, d.Validate(), fmt.Sprintf("%s has U+%04X", field, r), "%q", text)
			}
		}
	}
}

// Each error names the field.
func TestInvalidDetails(t *testing.T) {
	for field, change := range map[string]func(*types.Details){
		"kind is needed":                           func(d *types.Details) { d.Kind = types.KIND_UNSPECIFIED },
		"not 257":                                  func(d *types.Details) { d.Kind = 257 }, // not 1 by losing bits
		"not -1":                                   func(d *types.Details) { d.Kind = -1 },
		"title has 1025 bytes":                     func(d *types.Details) { d.Title = strings.Repeat("a", 1025) },
		"title has U+200B at character 2":          func(d *types.Details) { d.Title = "a\u200b" },
		"metadata_uri has U+202E":                  func(d *types.Details) { d.MetadataUri = "https://a/\u202e" },
		"creators[0].name has U+2028":              func(d *types.Details) { d.Creators[0].Name = "a\u2028b" },
		"creators[1].role has U+E0041":             func(d *types.Details) { d.Creators[1].Role = "a\U000e0041" },
		"title is not valid UTF-8":                 func(d *types.Details) { d.Title = "\xff" },
		"title has U+001B":                         func(d *types.Details) { d.Title = "a\x1b[2J" },
		"media_type has U+0020 at character 10":    func(d *types.Details) { d.MediaType = "image/png " },
		`not "image /png"`:                         func(d *types.Details) { d.MediaType = "image /png" },
		`not "image/"`:                             func(d *types.Details) { d.MediaType = "image/" },
		"media_type must":                          func(d *types.Details) { d.MediaType = "png" },
		"129 bytes, at most 128":                   func(d *types.Details) { d.MediaType = "a/" + strings.Repeat("b", 127) },
		`ASCII, such as image/png, not "a/ä`:       func(d *types.Details) { d.MediaType = "a/ä" },
		"metadata_uri must":                        func(d *types.Details) { d.MetadataUri = "example.org/x" },
		"metadata_uri must be a URI: start":        func(d *types.Details) { d.MetadataUri = ":x" },
		`metadata_uri must be`:                     func(d *types.Details) { d.MetadataUri = "https:" },
		`at character 10: write it as %20`:         func(d *types.Details) { d.MetadataUri = "https://a b" },
		"metadata_uri has 513 bytes":               func(d *types.Details) { d.MetadataUri = "a:" + strings.Repeat("b", 511) },
		"metadata_sha256 says":                     func(d *types.Details) { d.MetadataUri = "" },
		"digital_source_type must":                 func(d *types.Details) { d.DigitalSourceType = "byHand" },
		"creators has 33":                          func(d *types.Details) { d.Creators = make([]types.Creator, 33) },
		"creators[1].name is empty":                func(d *types.Details) { d.Creators[1].Name = "" },
		"creators[0].name has":                     func(d *types.Details) { d.Creators[0].Name = strings.Repeat("a", 129) },
		"creators[0].role has":                     func(d *types.Details) { d.Creators[0].Role = strings.Repeat("a", 65) },
		"creators[1].account":                      func(d *types.Details) { d.Creators[1].Account = "stemma1x" },
		"fingerprints has 17":                      func(d *types.Details) { d.Fingerprints = make([]types.Fingerprint, 17) },
		`and hyphen, such as iscc or doi, not ""`:  func(d *types.Details) { d.Fingerprints[0].Scheme = "" },
		"fingerprints[1] sha256 is the work's own": func(d *types.Details) { d.Fingerprints[1].Scheme = "sha256" },
		"own has no value":                         func(d *types.Details) { d.Fingerprints[1].Value = "" },
		"fingerprints[0] invalid fingerprint: doi": func(d *types.Details) { d.Fingerprints[0].Value = "182" },
		"fingerprints[1] is the same as fingerprints[0], doi \"10.1000/182\"": func(d *types.Details) {
			d.Fingerprints[1] = types.Fingerprint{Scheme: "DOI", Value: "https://doi.org/10.1000/182"}
		},
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

// A new field has to say whether it is text that can be blanked.
func TestEveryFieldIsTextOrStays(t *testing.T) {
	var full types.Details
	fields := reflect.ValueOf(&full).Elem()
	for i := range fields.NumField() {
		switch field := fields.Field(i); field.Kind() {
		case reflect.String:
			field.SetString("x")
		case reflect.Int32:
			field.SetInt(1)
		case reflect.Array:
			field.Index(0).SetUint(1)
		case reflect.Slice:
			field.Set(reflect.MakeSlice(field.Type(), 1, 1))
		default:
			t.Fatalf("field %s: say here how to fill it", fields.Type().Field(i).Name)
		}
	}
	empty := types.Details{}.TextDigest()
	rest := reflect.ValueOf(types.Revision{Details: full}.Blank().Details)
	for i := range fields.NumField() {
		name := fields.Type().Field(i).Name
		var alone types.Details
		reflect.ValueOf(&alone).Elem().Field(i).Set(fields.Field(i))
		isText := rest.Field(i).IsZero()
		require.Equal(t, isText, alone.HasText(), name)
		require.Equal(t, isText, alone.TextDigest() != empty, name)
	}
}
