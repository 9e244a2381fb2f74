package digest_test

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/digest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var sum = sha256.Sum256([]byte("stemma"))

func cid(head ...byte) string {
	return "b" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(append(head, sum[:]...)))
}

func TestDigestsAsProgramsWriteThem(t *testing.T) {
	text := hex.EncodeToString(sum[:])
	sri := "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
	for _, s := range []string{
		text, strings.ToUpper(text), "  " + text + "\t", "sha256:" + text, "SHA256:" + strings.ToUpper(text), "sha256: " + text,
		"urn:sha256:" + text,
		sri, sri + "?ct=image/png", "sha384-AAAA " + sri, cid(1, 0x55, 0x12, 32), strings.ToUpper(cid(1, 0x55, 0x12, 32)[:1]) +
			strings.ToUpper(cid(1, 0x55, 0x12, 32)[1:]),
	} {
		got, err := digest.Parse(s)
		require.NoError(t, err, s)
		require.Equal(t, registrytypes.Digest(sum), got, s)
	}
	for s, want := range map[string]string{
		"":                                  "write 64 hex digits",
		"song.wav":                          `"song.wav" is no SHA-256: write 64 hex digits`,
		"zz":                                `"zz" is no SHA-256: write 64 hex digits`,
		"kiwi":                              `"kiwi" is no SHA-256: write 64 hex digits`,
		"unknown1":                          `"unknown1" is no SHA-256: write 64 hex digits`,
		text[:40]:                           "has 40 hex digits, one has 64 (as many as a SHA-1)",
		text[:63]:                           "has 63 hex digits, one has 64",
		strings.Repeat("0", 64):             "all zeros are no file's",
		"sha256-" + "AAAA":                  "is followed by the base64 of 32 bytes",
		cid(1, 0x70, 0x12, 32):              "names how IPFS packed a file",
		cid(1, 0x55, 0x13, 32):              "names how IPFS packed a file",
		"sha512:" + strings.Repeat(text, 2): "write 64 hex digits",
	} {
		_, err := digest.Parse(s)
		require.ErrorIs(t, err, digest.ErrNone, s)
		require.ErrorContains(t, err, want, s)
	}
}

func TestLinesOfSha256sum(t *testing.T) {
	text := hex.EncodeToString(sum[:])
	for line, want := range map[string]string{
		text + "  song.wav":             "song.wav",
		text + "  song.wav\r\n":         "song.wav",
		text + " *a song (1).wav":       "a song (1).wav",
		"SHA256 (a) = b.wav) = " + text: "a) = b.wav",
		strings.ToUpper(text) + "  a":   "a",
		`\` + text + `  a\nb\\c`:        "a\nb\\c",
		`\SHA256 (a\nb) = ` + text:      "a\nb",
		text + "   leading":             " leading",
	} {
		got, file, ok := digest.ParseSum(line)
		require.True(t, ok, line)
		require.Equal(t, want, file, line)
		require.Equal(t, registrytypes.Digest(sum), got)
	}
	for _, line := range []string{
		"", text, text + " ", text + "  ", text[:63] + "  a", "SHA256 (a) = " + text[:60], "MD5 (a) = " + text, text + ",a",
	} {
		_, _, ok := digest.ParseSum(line)
		require.False(t, ok, line)
	}
}

// FuzzParse: nothing crashes, what is read has one meaning, and so have lines of sha256sum.
func FuzzParse(f *testing.F) {
	text := hex.EncodeToString(sum[:])
	for _, s := range []string{
		text, "sha256-AAAA?x", "sha256-" + base64.StdEncoding.EncodeToString(sum[:]), cid(1, 0x55, 0x12, 32), cid(1, 0x70, 0x12, 32),
		"urn:sha256:" + text, "SHA256 (a) = " + text, `\` + text + ` *a\nb`, text + "  a\r\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, file, ok := digest.ParseSum(s); ok {
			require.NotEmpty(t, file)
			escaped := strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`).Replace(file)
			for _, line := range []string{`\` + d.String() + "  " + escaped, `\SHA256 (` + escaped + ") = " + d.String()} {
				again, back, ok := digest.ParseSum(line)
				require.True(t, ok, line)
				require.Equal(t, file, back)
				require.Equal(t, d, again)
			}
		}
		d, err := digest.Parse(s)
		if err != nil {
			require.ErrorIs(t, err, digest.ErrNone)
			require.True(t, !utf8.ValidString(s) || utf8.ValidString(err.Error()), "half a letter in %q", err)
			return
		}
		require.False(t, d.IsZero())
		again, err := digest.Parse(d.String())
		require.NoError(t, err)
		require.Equal(t, d, again)
	})
}
