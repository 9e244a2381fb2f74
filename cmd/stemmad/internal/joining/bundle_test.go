package joining_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/joining"
)

const (
	hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	peer = "0123456789abcdef0123456789abcdef01234567@10.0.0.1:26656"
)

func TestABundleSaysNothingElse(t *testing.T) {
	good := `{"chain_id":"stemma-1","genesis_hash":"` + hash + `","trust":"7:` + hash + `","rpc":["https://a.example"],"peers":["` + peer + `"]}`
	b, err := joining.ReadBundle([]byte(good))
	require.NoError(t, err)
	require.Equal(t, joining.Bundle{
		ChainID: "stemma-1", Genesis: hash, Trust: "7:" + hash, RPC: []string{"https://a.example"}, Peers: []string{peer},
	}, b)
	for _, c := range []struct{ old, changed, says string }{
		{`"genesis_hash"`, `"genesis_hsah"`, "no join bundle"},
		{`"]}`, `"]}]`, "more behind its end"},
		{`"trust":`, `"trust":"9:` + hash + `","Trust":`, "stands twice"},
		{"stemma-1", `stemma\u001b[2J`, "the chain id"},
		{"https://a.example", `https://a.example/\"`, "no address such as"},
		{"https://a.example", "https://a.example,https://b.example", "no address such as"},
		{"https://a.example", `https://a.example/\\x`, "no address such as"},
		{"https://a.example", "https://me:secret@a.example", "for everybody to read"},
		{`"]}`, `"]}{}`, "more behind its end"},
		{hash, strings.ToUpper(hash), "64 small hex digits"},
		{`"7:`, `"seven:`, "no trusted header"},
		{"https://a.example", "ftp://a.example", "no address such as"},
		{`"https://a.example"`, `"https://a.example","https://a.example"`, "named twice"},
		{peer, `10.0.0.1:26656`, "does not begin with a node's id"},
		{`"` + peer + `"`, strings.TrimSuffix(strings.Repeat(`"x",`, 65), ","), "at most 64"},
		{good, good[:20], "no join bundle"},
		{`["https://a.example"]`, `{}`, "no join bundle"},
		{"10.0.0.1:26656", `10.0.0.1:26656\"\nunsafe = true`, "peers"}, // what becomes a setting sets no other
	} {
		_, err := joining.ReadBundle([]byte(strings.Replace(good, c.old, c.changed, 1)))
		require.ErrorContains(t, err, c.says)
	}
}
