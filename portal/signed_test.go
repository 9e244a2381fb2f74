package portal_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/client/jose"
	"github.com/stemma-chain/stemma/portal"
	"github.com/stemma-chain/stemma/portal/bots"
	"github.com/stemma-chain/stemma/testutil/localnet"
)

// An agent signs its requests with the key that its passport names, and is told by it; the portal gives licence tokens beside.
func TestAnAgentThatSignsIsTold(t *testing.T) {
	encoding.Configure()
	if _, err := os.Stat(binary); err != nil {
		t.Skip("there is no " + binary + ": run `make build` first")
	}
	path, err := filepath.Abs(binary)
	require.NoError(t, err)
	net := localnet.ForTest(t, localnet.Options{Binary: path, Keys: []string{"alice"}, BlockTime: 300 * time.Millisecond})
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, 32))
	jwk := jose.NewEd25519(private.Public().(ed25519.PublicKey))
	out, err := net.Run(t.Context(), "agent", "register", "crawler", "--responsible", "Acme", "--for", "30d", "--jwk-thumbprint", jwk.Thumbprint(),
		"--from", "alice", "--yes", "--home", net.Nodes[0].Home)
	require.NoError(t, err)
	agent := regexp.MustCompile(`agent1[a-z0-9]+`).FindString(out)
	keys, err := bots.ReadKeys(fmt.Appendf(nil, `{"keys":[{"kty":"OKP","crv":"Ed25519","x":%q,"agent":%q}]}`, jwk.X, agent))
	require.NoError(t, err)
	dir := t.TempDir()
	s := serve(t, net.Nodes[0], func(c *portal.Config) {
		c.Doors = &portal.Doors{
			Origin: publicAddress, Till: filepath.Join(dir, "till.db"), Vouchers: filepath.Join(dir, "vouchers"), MinCloseDelay: time.Hour,
			TokenKey: filepath.Join(dir, "token-key.json"), BotKeys: keys,
		}
	})
	signed := func(authority string) (string, string) {
		input := fmt.Sprintf(`("@authority");created=%d;expires=%d;keyid=%q;tag="web-bot-auth"`, time.Now().Unix(), time.Now().Unix()+60, jwk.Thumbprint())
		signature := ed25519.Sign(private, []byte("\"@authority\": "+authority+"\n\"@signature-params\": "+input))
		return "a=" + input, "a=:" + base64.StdEncoding.EncodeToString(signature) + ":"
	}
	input, signature := signed("portal.example.org")
	h, _ := s.answer("/network", "Signature-Input", input, "Signature", signature)
	require.Equal(t, agent, h.Get(bots.Header))
	input, signature = signed("elsewhere.example.org")
	h, _ = s.answer("/network", "Signature-Input", input, "Signature", signature)
	require.Equal(t, "signature not valid: the key did not sign this request", h.Get(bots.Header))
	h, _ = s.answer("/network", bots.Header, agent)
	require.Empty(t, h.Get(bots.Header))

	_, text := s.answer("/.well-known/oauth-authorization-server/olp")
	var metadata map[string]any
	require.NoError(t, json.Unmarshal([]byte(text), &metadata))
	require.Equal(t, publicAddress+"/olp", metadata["issuer"])
	_, text = s.answer("/olp/jwks.json")
	require.Contains(t, text, `"P-384"`)
	res, err := http.Post(s.address+"/olp/token", "application/x-www-form-urlencoded", bytes.NewReader(bytes.Repeat([]byte("x"), 1<<20)))
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusRequestEntityTooLarge, res.StatusCode)
}
