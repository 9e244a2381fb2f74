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

// A name that an archive's program could not read has U+FFFD in it, which is not kept as a title.
func TestLostLettersAreNoDetails(t *testing.T) {
	for _, d := range []registrytypes.Details{
		{Title: describe.Title("Caf\ufffd.wav")},
		{Creators: []registrytypes.Creator{{Name: "Z\ufffd"}}},
		{Creators: []registrytypes.Creator{{Role: "\ufffd"}}},
		{Fingerprints: []registrytypes.Fingerprint{{Scheme: "isan", Value: "\ufffd"}}},
		{MetadataUri: "https://a.b/\ufffd"},
	} {
		require.ErrorContains(t, describe.Lost(d), "could not read and replaced by \ufffd: write it as it is meant")
	}
	require.ErrorContains(t, describe.Lost(registrytypes.Details{Title: describe.Title("caf\xe9.txt")}), `"caf\xe9" is not in UTF-8`)
	require.NoError(t, describe.Lost(registrytypes.Details{Title: describe.Title("Caf\u00e9.wav")}))
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

		// As people write them: pen names, accounts, years, dates of life stay.
		"Jane Doe (Nym)":                     {Name: "Jane Doe (Nym)", Role: "author"},
		"Johannes Sjölund (wulax)":           {Name: "Johannes Sjölund (wulax)", Role: "author"},
		"Matthew Krohn (makrohn) <stemma1x>": {Name: "Matthew Krohn (makrohn)", Account: "stemma1x", Role: "author"},
		"Jane Doe (Nym) (Photographer)":      {Name: "Jane Doe (Nym)", Role: "Photographer"},
		"Bach (1685-1750)":                   {Name: "Bach (1685-1750)", Role: "author"},
		"Sony Music (Japan)":                 {Name: "Sony Music (Japan)", Role: "author"},
		"Bo (music & lyrics)":                {Name: "Bo", Role: "music & lyrics"},
		"Bo (Art Director, inker)":           {Name: "Bo", Role: "Art Director, inker"},
		"Bo (role: chief of the cats)":       {Name: "Bo", Role: "chief of the cats"},
		"Bo ()":                              {Name: "Bo ()", Role: "author"},
	} {
		got, err := describe.ParseCreator(text, "author", nil)
		require.NoError(t, err)
		require.Equal(t, want, got, text)
	}
	for _, bad := range []string{"", " ", "<stemma1x>", "(role)"} {
		_, err := describe.ParseCreator(bad, "", nil)
		require.Error(t, err, bad)
	}
}

func TestParseFingerprint(t *testing.T) {
	for text, want := range map[string]registrytypes.Fingerprint{
		"isrc=us-rc1-76-07839":            {Scheme: "isrc", Value: "USRC17607839"},
		"doi:https://doi.org/10.1000/182": {Scheme: "doi", Value: "10.1000/182"},
		"URL=https://A.b?c=d":             {Scheme: "url", Value: "https://a.b/?c=d"},

		"https://A.b/c?d=e:f":    {Scheme: "url", Value: "https://a.b/c?d=e:f"},
		"HTTP://a.b":             {Scheme: "url", Value: "http://a.b/"},
		"urn:isbn:0-306-40615-2": {Scheme: "isbn", Value: "9780306406157"},
		"urn:x-own:7":            {Scheme: "urn", Value: "x-own:7"},
		"swh:1:cnt:94a9ed024d3859793618152ea559a168bbcbb5e2": {
			Scheme: "swhid", Value: "swh:1:cnt:94a9ed024d3859793618152ea559a168bbcbb5e2",
		},
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

func TestSemicolonsInValues(t *testing.T) {
	for list, want := range map[string][]string{
		"":                               nil,
		";":                              nil,
		"isrc=USRC17607839; doi:10.1/2;": {"isrc=USRC17607839", "doi=10.1/2"},
		"isrc=USRC17607839;own=1;my=2":   {"isrc=USRC17607839", "own=1", "my=2"},
		"https://a.b/c;jsessionid=1A?d=e;f=g;doi=10.1/2": {"url=https://a.b/c;jsessionid=1A?d=e;f=g", "doi=10.1/2"},
		"https://a.b/c;https://a.b/d":                    {"url=https://a.b/c", "url=https://a.b/d"},
		"https://a.b/c; own=1":                           {"url=https://a.b/c", "own=1"},
		"doi:10.1002/(SICI)1096-8644(199601)99:1<1::AID-AJPA1>3.0.CO;2-1;url=http://a.b/;x=y": {
			"doi=10.1002/(sici)1096-8644(199601)99:1<1::aid-ajpa1>3.0.co;2-1", "url=http://a.b/;x=y",
		},
	} {
		read, err := describe.ParseFingerprints(list)
		require.NoError(t, err, list)
		var got []string
		for _, f := range read {
			got = append(got, f.Scheme+"="+f.Value)
		}
		require.Equal(t, want, got, list)
	}
	for list, want := range map[string]string{"isrc=USRC17607839;junk": "isrc", "x": "write scheme=value", "doi:10.1/2;isrc=1": "isrc"} {
		_, err := describe.ParseFingerprints(list)
		require.ErrorContains(t, err, want, list)
	}
}

func TestSourceTypesAsFilesHaveThem(t *testing.T) {
	for s, want := range map[string]string{
		"":                      "",
		"digitalCapture":        "digitalCapture",
		" DIGITALCAPTURE ":      "digitalCapture",
		"digital-capture":       "digitalCapture",
		"Digital Capture":       "digitalCapture",
		"digsrctype:humanEdits": "humanEdits",
		"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia":   "trainedAlgorithmicMedia",
		"https://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia/": "trainedAlgorithmicMedia",
		"HTTP://CV.IPTC.ORG/newscodes/digitalsourcetype/minorhumanedits":           "minorHumanEdits",
		"https://schema.org/TrainedAlgorithmicMediaDigitalSource":                  "trainedAlgorithmicMedia",
	} {
		got, err := describe.ParseSourceType(s)
		require.NoError(t, err, s)
		require.Equal(t, want, got, s)
	}
	for s, want := range map[string]string{
		"trainedAlgoritmicMedia":                  "did you mean trainedAlgorithmicMedia?",
		"http://c2pa.org/digitalsourcetype/empty": "none of IPTC's digital source types (algorithmicMedia, ",
		"magic": "leave it out where it is not known",
	} {
		_, err := describe.ParseSourceType(s)
		require.ErrorContains(t, err, want, s)
	}
}

// Nothing crashes, and what is read is read again in the spelling that is kept.
func FuzzNames(f *testing.F) {
	for _, s := range []string{
		"Ada (composer) <stemma1x>", "Jane (Nym)", "https://a.b/c;d=e; own=1", "urn:isbn:0306406152", "()", "<>",
		";=;:",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if c, err := describe.ParseCreator(s, "", nil); err == nil {
			require.NotEmpty(t, c.Name)
		}
		if made, err := describe.ParseSourceType(s); err == nil && made != "" {
			require.Contains(t, registrytypes.DigitalSourceTypes(), made)
		}
		list, err := describe.ParseFingerprints(s)
		if err != nil {
			return
		}
		for _, one := range list {
			again, err := describe.ParseFingerprint(one.Scheme + "=" + one.Value)
			require.NoError(t, err, "%s=%s", one.Scheme, one.Value)
			require.Equal(t, one, again)
		}
	})
}
