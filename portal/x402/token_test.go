package x402_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/jose"
	olpclient "github.com/stemma-chain/stemma/client/olp"
	"github.com/stemma-chain/stemma/client/x402"
	"github.com/stemma-chain/stemma/portal/olp"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// licences opens a licence server beside the shop.
func (w *world) licences() *httptest.Server {
	w.t.Helper()
	d := w.open()
	key, err := jose.NewTokenKey()
	require.NoError(w.t, err)
	s := httptest.NewServer(olp.New(olp.Config{Doors: d, Key: key, Resources: olp.Works(d)}).Handler())
	w.t.Cleanup(s.Close)
	return s
}

// form posts a form to a licence server, with a payment where there is one.
func (w *world) form(s *httptest.Server, path string, sent url.Values, p *x402.Payment) reply {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, s.URL+path, strings.NewReader(sent.Encode()))
	require.NoError(w.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if p != nil {
		r.Header.Set(x402.PaymentHeader, x402.Encode(p))
	}
	res, err := http.DefaultClient.Do(r)
	require.NoError(w.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(w.t, err)
	return reply{w.t, res.StatusCode, res.Header, body}
}

func wants(work registrytypes.WorkID, usage string) url.Values {
	return url.Values{
		"grant_type": {"client_credentials"}, "resource": {origin + "/works/" + work.String()},
		"license": {`<license><permits type="usage">` + usage + `</permits></license>`},
	}
}

// told reads one field of an answer.
func (r reply) told(name string) any {
	r.t.Helper()
	var fields map[string]any
	require.NoError(r.t, json.Unmarshal(r.body, &fields), string(r.body))
	return fields[name]
}

// A token is paid for within its request: a use, and a grant, which another token needs no payment for.
func TestATokenIsPaidForInItsRequest(t *testing.T) {
	w := newWorld(t)
	s := w.licences()
	owner, buyer := w.keys["alice"].Address().String(), w.keys["buyer"].Address().String()
	active := func(token any) any {
		return w.form(s, "/olp/introspect", url.Values{"token": {token.(string)}, "resource": {origin + "/works/" + w.song.String()}}, nil).told("active")
	}

	asked := w.form(s, "/olp/token", wants(w.song, "ai-input"), nil)
	r := asked.required(x402.Exact)
	require.Equal(t, "250000", r.Amount)
	before, alice := w.balance("buyer"), w.balance("alice")
	payment := w.pay("buyer", r)
	got := w.form(s, "/olp/token", wants(w.song, "ai-input"), payment)
	require.Equal(t, http.StatusOK, got.code, string(got.body))
	require.Equal(t, "License", got.told("token_type"))
	require.Equal(t, true, active(got.told("access_token")))
	require.GreaterOrEqual(t, before-w.balance("buyer"), int64(usePrice))
	require.Equal(t, alice+usePrice, w.balance("alice"))
	settled := x402.Settlement{}
	_, err := x402.ReadHeader(got.header, x402.SettledHeader, &settled)
	require.NoError(t, err)
	require.Equal(t, buyer, settled.Payer)

	// The same payment again is another token, and nothing is paid twice; for anything else it counts not.
	after := w.balance("buyer")
	again := w.form(s, "/olp/token", wants(w.song, "ai-input"), payment)
	require.Equal(t, http.StatusOK, again.code)
	require.Equal(t, x402.WrongResource, w.form(s, "/olp/token", wants(w.tune, "ai-input"), payment).reason())
	require.Equal(t, x402.WrongResource, w.get(w.path(w.song, "use=ai-input&commercial=true"), payment).reason())
	require.Equal(t, after, w.balance("buyer"))
	require.Equal(t, http.StatusPaymentRequired, w.form(s, "/olp/token", wants(w.song, "ai-input"), nil).code)

	// A grant is bought, and from then on the account suffices.
	copying := wants(w.song, "stemma:copy")
	got = w.form(s, "/olp/token", copying, w.pay("buyer", w.form(s, "/olp/token", copying, nil).required(x402.Exact)))
	require.Equal(t, http.StatusOK, got.code, string(got.body))
	require.Equal(t, true, active(got.told("access_token")))
	shown := func(name string) url.Values {
		assertion, err := olpclient.Assert(w.keys[name], nil, olp.Address(origin)+"/token", "", time.Now().Add(time.Second))
		require.NoError(t, err)
		sent := wants(w.song, "stemma:copy")
		sent.Set("client_assertion_type", olpclient.AssertionType)
		sent.Set("client_assertion", assertion)
		return sent
	}
	after = w.balance("buyer")
	mine := w.form(s, "/olp/token", shown("buyer"), nil)
	require.Equal(t, http.StatusOK, mine.code, string(mine.body))
	require.Equal(t, http.StatusPaymentRequired, w.form(s, "/olp/token", shown("other"), nil).code)
	require.Equal(t, after, w.balance("buyer"))

	// Who holds the right may show it as x402 does, too.
	asking := w.form(s, "/olp/token", copying, nil).required(x402.Exact)
	proof, err := w.purse("buyer").Prove(t.Context(), asking.Extra.Resource, time.Now())
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, w.form(s, "/olp/token", copying, &proof).code)

	// The owner stops selling. What was paid for stays, and nothing new is had.
	listened := w.form(s, "/olp/token", wants(w.tune, "ai-input"), w.pay("buyer", w.form(s, "/olp/token", wants(w.tune, "ai-input"), nil).required(x402.Exact)))
	require.Equal(t, http.StatusOK, listened.code, string(listened.body))
	use, grant := listened.told("access_token"), mine.told("access_token")
	w.send("alice", &licensetypes.MsgCloseOffer{Owner: owner, Work: w.tune, Terms: w.perUse}, &licensetypes.MsgCloseOffer{Owner: owner, Work: w.song, Terms: w.byGrant})
	require.Equal(t, true, active(use))
	require.Equal(t, true, active(grant))
	require.Equal(t, http.StatusOK, w.form(s, "/olp/token", shown("buyer"), nil).code)
	require.Equal(t, http.StatusForbidden, w.form(s, "/olp/token", shown("other"), nil).code)
}
