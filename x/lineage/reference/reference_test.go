package reference_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/lineage/reference"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var (
	work   = registrytypes.WorkID{1, 2, 3}
	digest = registrytypes.Digest{0xab, 0xcd, 0xef}
)

func TestIDsAreFoundInAnySpelling(t *testing.T) {
	id := work.String()
	for _, uri := range []string{
		"stemma:" + id, "STEMMA:" + strings.ToUpper(id), "https://portal.example/works/" + id, "https://x.example/?w=" + id + "&a=b",
		"https://x.example/#" + id, "https://" + id + ".example/", "https://x.example/a" + id + "b", "https://x.example/" + escaped(id, 1),
		"https://x.example/" + escaped(id, 3), "https://x.example/work1work1" + id,
		"https://x.example/" + id[:10] + "%" + fmt.Sprintf("%02X", id[10]) + id[11:],
	} {
		require.Equal(t, []registrytypes.WorkID{work}, reference.Find(uri).Works, uri)
	}
	for _, uri := range []string{"", "stemma:work1", "stemma:" + id[:40], "stemma:" + id[:42] + "q", "https://x.example/works/1"} {
		require.Empty(t, reference.Find(uri).Works, uri)
	}
}

func TestDigestsAreFoundInAnySpelling(t *testing.T) {
	sum := digest.String()
	for _, uri := range []string{
		"urn:sha256:" + sum, "urn:SHA256:" + strings.ToUpper(sum), "hash://sha256/" + sum, "https://x.example/" + sum + ".png",
		"https://x.example/" + escaped(sum, 2), "multihash:1220" + sum, "ipfs://f01551220" + sum,
		"ni:///sha-256;" + base64.RawURLEncoding.EncodeToString(digest[:]) + "?ct=image/png",
		"https://ipfs.example/ipfs/bafkreiflzxxqaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/photo.png",
		"ipfs://bafkreiflzxxqaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	} {
		require.Contains(t, reference.Find(uri).Digests, digest, uri)
	}
	require.Empty(t, reference.Find("urn:sha256:"+sum[:62]).Digests)
}

func TestFingerprintsAreFound(t *testing.T) {
	for uri, want := range map[string]registrytypes.Fingerprint{
		"https://doi.org/10.1000/ABC":            {Scheme: "doi", Value: "10.1000/abc"},
		"doi:10.1000/abc":                        {Scheme: "doi", Value: "10.1000/abc"},
		"HTTPS://Example.org:443/a":              {Scheme: "url", Value: "https://example.org/a"},
		"urn:isbn:978-3-16-148410-0":             {Scheme: "isbn", Value: "9783161484100"},
		"https://huggingface.co/acme/painter":    {Scheme: "hf", Value: "acme/painter"},
		"https://www.example.org/%7Eada/x#page2": {Scheme: "url", Value: "https://www.example.org/~ada/x"},
	} {
		require.Contains(t, reference.Find(uri).Fingerprints, want, uri)
	}
}

// Whatever is around it, however it is escaped.
func TestNothingHidesAnID(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		around := rapid.StringMatching(`[a-zA-Z0-9/?&=._~-]{0,40}`)
		id, sum := work.String(), digest.String()
		if rapid.Bool().Draw(t, "capitals") {
			id, sum = strings.ToUpper(id), strings.ToUpper(sum)
		}
		depth := rapid.IntRange(0, 3).Draw(t, "depth")
		before, after := around.Draw(t, "before"), around.Draw(t, "after")
		require.Contains(t, reference.Find("x:"+before+escaped(id, depth)+after).Works, work)
		require.Contains(t, reference.Find("x:"+before+"/"+escaped(sum, depth)+"/"+after).Digests, digest)
	})
}

func FuzzFind(f *testing.F) {
	f.Add("https://x.example/%25%37work1")
	f.Fuzz(func(t *testing.T, uri string) { reference.Find(uri) })
}

// escaped writes every character as an escape, and the escapes' percent signs
// again.
func escaped(s string, times int) string {
	for range times {
		var b strings.Builder
		for i := range len(s) {
			if times > 1 && s[i] != '%' && strings.Contains(s, "%") {
				b.WriteByte(s[i])
				continue
			}
			b.WriteString("%" + hex.EncodeToString([]byte{s[i]}))
		}
		s = b.String()
	}
	return s
}
