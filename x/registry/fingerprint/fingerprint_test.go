package fingerprint_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/registry/fingerprint"
	"github.com/stemma-chain/stemma/x/registry/text"
)

const (
	uuid   = "f9168c5e-ceb2-4faa-b6bf-329bf39fa1e4"
	sha256 = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
)

// spellings: one spelling -> the others that the world writes. Numbers and codes
// are those that the standards and their registries give as examples.
var spellings = map[string]map[string][]string{
	"isrc": {
		"USRC17607839": {
			"US-RC1-76-07839", "us-rc1-76-07839", "ISRC US-RC1-76-07839", "isrc:usrc17607839", " USRC17607839 ", "US‐RC1‐76‐07839",
		},
		"ISRC17607839": {"IS-RC1-76-07839", "ISRC17607839", "ISRC IS-RC1-76-07839"}, // Iceland's prefix is no label
	},
	"iswc": {
		"T0345246801": {"T-034.524.680-1", "ISWC T-034.524.680-1", "t0345246801", "T-034524680-1", "iswc:T 034 524 680 1"},
	},
	"isbn": {
		"9783161484100": {"978-3-16-148410-0", "ISBN 978-3-16-148410-0", "3-16-148410-X", "316148410x", "urn:isbn:316148410X"},
		"9780451450524": {
			"0451450523", "urn:isbn:0451450523", "ISBN-10: 0-451-45052-3", "ISBN-13 978 0 451 45052 4",
			"isbn13:9780451450524",
		},
		"9791090636071": {"979-10-90636-07-1"},
	},
	"issn": {
		"0317-8471": {"ISSN 0317-8471", "03178471", "urn:issn:0317-8471", "issn:0317–8471"},
		"2434-561X": {"2434561x"},
	},
	"gtin": {
		"04006381333931": {"4006381333931", "EAN 4006381333931", "gtin-13: 4006381333931", "EAN-13: 4006381333931"},
		"00036000291452": {"036000291452", "UPC 0 36000 29145 2"},
		"00000096385074": {"96385074", "EAN-8 96385074"},
		"19783161484107": {"19783161484107"},    // a case of books
		"09790060115615": {"979-0-060-11561-5"}, // printed music
	},
	"doi": {
		"10.1000/182": {
			"https://doi.org/10.1000/182", "http://dx.doi.org/10.1000/182", "doi:10.1000/182", "DOI: 10.1000/182",
			"DOI 10.1000/182", "doi.org/10.1000/182", "www.doi.org/10.1000/182", "info:doi/10.1000/182", "urn:doi:10.1000/182",
		},
		"10.1000/abc-ä":    {"10.1000/ABC-ä", "https://doi.org/10.1000/ABC-%C3%A4?utm_source=x#y"},
		"10.1000.10/a%2fb": {"10.1000.10/A%2FB"}, // no link, no escape
		"10.1002/(sici)1097-4571(199806)49:8<693::aid-asi4>3.0.co;2-o": {
			"10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O",
			"https://doi.org/10.1002/(SICI)1097-4571(199806)49:8%3C693::AID-ASI4%3E3.0.CO;2-O",
		},
	},
	"cid": {
		"bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi": {
			"QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR", "ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi",
			"/ipfs/QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR/", "BAFYBEIGDYRZT5SFP7UDM7HU76UH7Y26NF3EFUYLQABF3OCLGTQY55FBZDI",
			"zdj7Wic6KcJAfWz1c9o4M6kq9Lwd5BfbxkVafnrojaaGiSFxM", "k2jmtxw8rjh1z69c6not3wtdxb0u3urbzhyll1t9jg6ox26dhi5sfi1m",
			"K2JMTXW8RJH1Z69C6NOT3WTDXB0U3URBZHYLL1T9JG6OX26DHI5SFI1M", "uAXASIMPEcz7Ir_0Gz56f9Q_8a80uyFphcABLtwlmnDHelDka",
			"mAXASIMPEcz7Ir/0Gz56f9Q/8a80uyFphcABLtwlmnDHelDka",
			"f01701220c3c4733ec8affd06cf9e9ff50ffc6bcd2ec85a6170004bb709669c31de94391a",
		},
		"bafkreih6zhoe75p3b7pzfxa4p3qxgzfzg7j4aqk27tpe6ruwdi7d3gixz4": {"bafkreih6zhoe75p3b7pzfxa4p3qxgzfzg7j4aqk27tpe6ruwdi7d3gixz4"},
	},
	"iscc": {
		"ISCC:KACT4EBWK27737D2AYCJRAL5Z36G76RFRMO4554RU26HZ4ORJGIVHDI": {
			"KACT4EBWK27737D2AYCJRAL5Z36G76RFRMO4554RU26HZ4ORJGIVHDI", "iscc:kact4ebwk27737d2aycjral5z36g76rfrmo4554ru26hz4orjgivhdi",
			"KACT-4EBWK27737D2AYCJ-RAL5Z36G76RFRMO4554RU26HZ4ORJGIVHDI",
		},
		"ISCC:AAAT4EBWK27737D2": {"aaat4ebwk27737d2"},
	},
	"c2pa": {
		"sha256:" + sha256:               {sha256, strings.ToUpper(sha256), "SHA256:" + sha256, "sha-256: " + sha256},
		"sha384:" + sha256 + sha256[:32]: {sha256 + sha256[:32]},
		"sha512:" + sha256 + sha256:      {sha256 + sha256},
		"urn:c2pa:" + uuid:               {"URN:C2PA:" + strings.ToUpper(uuid)},
		"urn:uuid:" + uuid + ":ACME:2_1": {"urn:uuid:" + strings.ToUpper(uuid) + ":ACME:2_1"},
	},
	"phash": {"d4c4b8e89a3c2f10": {"D4C4B8E89A3C2F10", "0xd4c4b8e89a3c2f10", "phash:D4C4b8e89a3c2f10", "phash:0xd4c4b8e89a3c2f10"}},
	"swhid": {
		"swh:1:cnt:94a9ed024d3859793618152ea559a168bbcbb5e2": {
			"SWH:1:CNT:94A9ED024D3859793618152EA559A168BBCBB5E2", "swh:1:cnt:94a9ed024d3859793618152ea559a168bbcbb5e2;origin=https://x.org",
		},
	},
	"hf": {
		"openai/whisper-large-v3": {
			"https://huggingface.co/openai/whisper-large-v3", "hf.co/openai/whisper-large-v3/", "hf://openai/whisper-large-v3",
			"models/openai/whisper-large-v3", "http://HF.co/openai/whisper-large-v3", "hf:openai/whisper-large-v3",
			"https://huggingface.co/openai/whisper-large-v3/tree/main", "openai/whisper-large-v3@main",
		},
		"datasets/rajpurkar/squad": {"https://huggingface.co/datasets/rajpurkar/squad?row=1"},
		"openai/whisper@refs/pr/1": {"https://huggingface.co/openai/whisper/tree/refs/pr/1"},
		"gpt2":                     {"hf:gpt2"},
		"models/gpt2":              {"models/gpt2"}, // an owner called models
	},
	"url": {
		"https://example.org/": {
			"HTTPS://Example.ORG", "https://example.org:443/",
			"https://example.org:/#top", "https://ex%61mple.org/./a/..",
		},
		"http://example.com/%7Bfoo%7D/~smith/%C3%BC?a=%2F&b=1": {"http://EXAMPLE.com:0080/x/../{foo}/%7Esmith/ü?a=%2f&b=1#c"},
		"https://example.org/a//b/":                            {"https://example.org/a//b/c/../."},
		"https://example.org/100%25":                           {"https://example.org/100%", "https://example.org/100%25"},
		"https://example.org:8443/?":                           {"https://example.org:8443?"},
		"https://[2001:db8::1]:81/":                            {"https://[2001:DB8:0::1]:81"},
		"wss://example.org/":                                   {"WSS://EXAMPLE.org:443"},
		"ws://example.org:443/":                                {"ws://example.org:443/"},
		"https://example.org/%5Bx%5D":                          {"https://example.org/[x]"},
		"ipfs://QmXoyp/wiki/":                                  {"IPFS://QmXoyp/wiki/"}, // case matters in this host
	},
	"x-own.scheme_1": {"As Given/": {"As Given/"}},
}

func TestOneSpelling(t *testing.T) {
	for scheme, values := range spellings {
		for want, others := range values {
			for _, s := range append(others, want) {
				gotScheme, got, err := fingerprint.Normalize(strings.ToUpper(scheme), s)
				require.NoError(t, err, "%s %q", scheme, s)
				require.Equal(t, scheme, gotScheme)
				require.Equal(t, want, got, "%s %q", scheme, s)
			}
		}
	}
	for _, scheme := range fingerprint.Schemes() {
		require.NotEmpty(t, spellings[scheme], "%s has no example here", scheme)
	}
}

// A scheme has one name, too, and a book one number, in its bar code as well.
func TestOneNameOfAScheme(t *testing.T) {
	for _, c := range []struct{ scheme, value, want, number string }{
		{"EAN", "4006381333931", "gtin", "04006381333931"},
		{"upc", "4006381333931", "gtin", "04006381333931"},
		{"ean-13", "4006381333931", "gtin", "04006381333931"},
		{"ean-13", "9783161484100", "isbn", "9783161484100"},
		{"gtin", "979-10-90636-07-1", "isbn", "9791090636071"},
		{"gtin-14", "09783161484100", "isbn", "9783161484100"},
		{"isbn-13", "9783161484100", "isbn", "9783161484100"},
		{"ISBN10", "3-16-148410-X", "isbn", "9783161484100"},
		{"uri", "https://example.org", "url", "https://example.org/"},
		{"HuggingFace", "openai/whisper", "hf", "openai/whisper"},
		{"ipfs", "QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR", "cid", "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"},
		{"SHA-256", sha256, "sha256", sha256},
	} {
		scheme, value, err := fingerprint.Normalize(c.scheme, c.value)
		require.NoError(t, err, "%s %q", c.scheme, c.value)
		require.Equal(t, c.want, scheme)
		require.Equal(t, c.number, value)
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct{ scheme, value, want string }{
		{"isrc", "US-RC1-76-0783", "must be 2 letters, 3 letters or digits and 7 digits, such as USRC17607839"},
		{"isrc", "U1RC17607839", "must be 2 letters"},
		{"iswc", "T-034.524.680-2", "has the check digit 2, its other digits make it 1: look for a slip"},
		{"iswc", "034.524.680-1", "must be T"},
		{"isbn", "978-3-16-148410-1", "check digit 1, its other digits make it 0"},
		{"isbn", "3-16-148410-1", "check digit 1, its other digits make it X"},
		{"isbn", "9773161484100", "must have 13 digits from 978 or 979-1, or 10"},
		{"isbn", "979-0-060-11561-5", "must have 13 digits"}, // printed music
		{"issn", "0317-8472", "check digit 2, its other digits make it 1"},
		{"issn", "0317-847", "must be 7 digits and a check digit"},
		{"gtin", "4006381333932", "check digit 2, its other digits make it 1"},
		{"gtin", "123456789", "must have 8, 12, 13 or 14 digits"},
		{"doi", "11.1000/182", "must be a DOI"},
		{"doi", "10.1000", "must be a DOI"},
		{"doi", "10.1000/a b", "must be a DOI"},
		{"doi", "https://doi.org/10.1000/a%0Ab", "in its one spelling doi has U+000A at character 10"},
		{"doi", "https://doi.org/10.1000/%FF", "not valid UTF-8"},
		{"cid", "QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMn0", "starts as a CID of version 0, but is none"},
		{"cid", "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzd", "must be a CID"}, // the last bits are not zero
		{"cid", "f01701220c3c4", "has a digest of 2 bytes where it states 32"},
		{"cid", "f0270022222", "has version 2"},
		{"cid", "f017012808000", "must be a CID"}, // a length longer than it has to be
		{"cid", "f01", "must be a CID"},
		{"cid", "z1dj7", "must be a CID"},
		{"cid", "Xabc", "must be a CID"},
		{"cid", "ipfs://", "must be a CID"},
		{"cid", "ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi/x", "must be a CID"},
		{"iscc", "KACT4EBWK27737D2", "has 8 bytes after its header, which states 32"},
		{"iscc", "AAAAAAAAAB", "must be an ISCC"}, // the last bits are not zero
		{"iscc", "77", "must be an ISCC"},
		{"iscc", "ISCC:1", "must be an ISCC"},
		{"c2pa", sha256[1:], "must be the hash of a manifest"},
		{"c2pa", "sha384:" + sha256, "has 64 hex digits, which are those of sha256, not of sha384: look for what"},
		{"c2pa", "sha512:" + sha256 + sha256[:32], "those of sha384, not of sha512"},
		{"c2pa", "md5:" + sha256, "must be the hash of a manifest"},
		{"c2pa", "urn:c2pa:x", "must be the hash of a manifest"},
		{"phash", "abc", "must be 8 to 64 bytes in hex"},
		{"swhid", "swh:2:cnt:94a9ed024d3859793618152ea559a168bbcbb5e2", "must be a core SWHID"},
		{"hf", "https://openai/whisper", "must be owner/name"},
		{"hf", "https://github.com/openai", "must be owner/name"},
		{"hf", "a/b/c", "must be owner/name"},
		{"hf", "a/b--c", "must be owner/name"},
		{"hf", "a/../c", "must be owner/name"},
		{"hf", "hf.co/hf.co/x", "must be owner/name"},
		{"url", "example.org", "must be a URL with a host"},
		{"url", "mailto:a@b.org", "must be a URL with a host"},
		{"url", "https:///x", "must be a URL with a host"},
		{"url", "https://me:secret@example.org", "has a name or password before its host: leave them out"},
		{"url", "https://bücher.example/", "write it in its ASCII form, xn--"},
		{"url", "https://b%C3%BCcher.example/", "write it in its ASCII form, xn--"},
		{"url", "https://a b/", `has ' ' in its host`},
		{"url", "https://example.org:0/", `has the port "0"`},
		{"url", "https://example.org:65536/", `has the port "65536"`},
		{"url", "https://[::1/", "has no IPv6 address"},
		{"url", "https://[127.0.0.1]/", "has no IPv6 address"},
		{"url", "https://example.org/" + strings.Repeat("ü", 100), "in its one spelling url has 620 bytes, at most 512"},
		{"url", "https://example.org/a\u200b", "url has U+200B at character 22"},
		{"url", strings.Repeat("a", 1025), "has 1025 bytes, at most 1024"},
		{"own", strings.Repeat("a", 513), "has 513 bytes, at most 512"},
		{"own", "", "own has no value"},
		{"isrc", "  ", "isrc has no value"},
		{"own", " a", "a space at the edge"},
	} {
		_, _, err := fingerprint.Normalize(c.scheme, c.value)
		require.ErrorIs(t, err, fingerprint.ErrValue, "%s %q", c.scheme, c.value)
		require.ErrorContains(t, err, c.want, "%s %q", c.scheme, c.value)
		require.Less(t, len(err.Error()), 350)
	}
	for _, scheme := range []string{"", "a b", "é", "a/b", strings.Repeat("a", 33)} {
		_, _, err := fingerprint.Normalize(scheme, "x")
		require.ErrorIs(t, err, fingerprint.ErrScheme, scheme)
		require.ErrorContains(t, err, "must be 1 to 32 of a-z, 0-9", scheme)
	}
}

// check holds what is true of every answer.
func check(t require.TestingT, scheme, value string) {
	gotScheme, got, err := fingerprint.Normalize(scheme, value)
	if err != nil {
		return
	}
	require.LessOrEqual(t, len(got), fingerprint.MaxValue)
	require.NotEmpty(t, got)
	require.NoError(t, text.Check("value", got, fingerprint.MaxValue))
	againScheme, again, err := fingerprint.Normalize(gotScheme, got)
	require.NoError(t, err, "%s %q -> %q", scheme, value, got)
	require.Equal(t, gotScheme, againScheme)
	require.Equal(t, got, again, "%s %q", scheme, value)
}

// What Normalize returns, it returns again: for spellings that are near to real
// ones, and for pieces of them in any order.
func TestNormalizingTwiceIsNormalizingOnce(t *testing.T) {
	var pieces []string
	for scheme, values := range spellings {
		pieces = append(pieces, scheme, scheme+":")
		for value, others := range values {
			pieces = append(pieces, append(others, value)...)
		}
	}
	pieces = append(pieces, "urn:", "https://", "models/", "datasets/", "hf.co/", "%", "%2e", "%2E%2e/", "..", "/", "//",
		"?", "#", "@", ":", " ", "-", ".", "ü", "\u00a0", "A", "0", "[", "]", "10.", "1")
	rapid.Check(t, func(t *rapid.T) {
		scheme := rapid.SampledFrom(append(fingerprint.Schemes(), "own")).Draw(t, "scheme")
		piece := rapid.OneOf(rapid.SampledFrom(pieces), rapid.StringN(0, 3, -1))
		value := strings.Join(rapid.SliceOfN(piece, 1, 6).Draw(t, "pieces"), "")
		if rapid.Bool().Draw(t, "cut") {
			value = value[:rapid.IntRange(0, len(value)).Draw(t, "length")]
		}
		check(t, scheme, value)
	})
}

// A slip in one digit is noticed, but for ISWCs: their even weights miss slips by 5.
func TestCheckDigits(t *testing.T) {
	for _, scheme := range []string{"isbn", "issn", "gtin"} {
		for value := range spellings[scheme] {
			for i, c := range value {
				if c < '0' || c > '9' {
					continue
				}
				for d := '0'; d <= '9'; d++ {
					if d == c {
						continue
					}
					_, _, err := fingerprint.Normalize(scheme, value[:i]+string(d)+value[i+1:])
					require.ErrorIs(t, err, fingerprint.ErrValue, "%s %s with %c at %d", scheme, value, d, i)
				}
			}
		}
	}
}

func FuzzNormalize(f *testing.F) {
	for scheme, values := range spellings {
		for value, others := range values {
			f.Add(scheme, value)
			for _, s := range others {
				f.Add(scheme, s)
			}
		}
	}
	f.Fuzz(func(t *testing.T, scheme, value string) { check(t, scheme, value) })
}

func ExampleNormalize() {
	fmt.Println(fingerprint.Normalize("DOI", "https://doi.org/10.1000/ABC"))
	fmt.Println(fingerprint.Normalize("isrc", "US-RC1-76-07839"))
	// Output:
	// doi 10.1000/abc <nil>
	// isrc USRC17607839 <nil>
}

// TestARevisionIsSaidOnce: what Normalize returns, it returns again.
func TestARevisionIsSaidOnce(t *testing.T) {
	for _, stated := range []string{
		"openai/whisper-large-v3@main@main",
		"https://huggingface.co/openai/whisper-large-v3/tree/main@main",
	} {
		_, _, err := fingerprint.Normalize("hf", stated)
		require.ErrorIs(t, err, fingerprint.ErrValue, stated)
	}
}
