package olp_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/x402"
)

// A token that an agent's key was given for a proof of the right ends with the key, as one does that it was given for an assertion.
func TestATokenOfAProofEndsWithTheAgentsKey(t *testing.T) {
	w := newWorld(t)
	robot, alice := account("robot"), account("alice").Address().String()
	sent := w.form("song")
	resource := origin + "/olp/token?" + url.Values{"resource": {sent.Get("resource")}, "use": {"search"}, "commercial": {"true"}}.Encode()
	h := x402.Holder{
		Account: alice, Agent: theAgent.String(), Key: base64.StdEncoding.EncodeToString(robot.PubKey().Bytes()), Time: w.now.Unix(),
	}
	signature, err := robot.Sign(x402.HolderBytes(x402.Network(chainID), resource, h.Account, h.Agent, h.Time))
	require.NoError(t, err)
	h.Signature = base64.StdEncoding.EncodeToString(signature)
	shown := x402.Encode(x402.Payment{
		X402Version: x402.Version, Accepted: x402.Requirement{Network: x402.Network(chainID)}, Payload: x402.Payload{Holder: &h},
	})
	got := w.post("/olp/token", sent, http.Header{http.CanonicalHeaderKey(x402.PaymentHeader): {shown}})
	require.Equal(t, http.StatusOK, got.code, got.body)
	token := got.text("access_token")
	told := w.introspect(token, "")
	require.Equal(t, true, told.body["active"])
	require.Equal(t, alice, told.text("sub"))
	require.Equal(t, theAgent.String(), told.text("agent"))
	w.chain.keys[robot.Address().String()] = false
	require.Equal(t, false, w.introspect(token, "").body["active"], "the key is stopped")
}
