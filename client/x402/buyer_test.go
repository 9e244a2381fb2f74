package x402_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/x402"
)

// away is a node that never answers.
type away struct{ grpc.ClientConnInterface }

func (away) Invoke(context.Context, string, any, any, ...grpc.CallOption) error {
	return status.Error(codes.Unavailable, "away")
}

func buyer(t *testing.T, dir string) *x402.Buyer {
	t.Helper()
	c, err := client.New(away{}, client.ForChain("buyer-1"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return &x402.Buyer{
		Purse: x402.Purse{Client: c, Signer: client.FromKey(secp256k1.GenPrivKey())}, Book: x402.OpenBook(dir),
		Choose: func(x402.Required) (x402.Requirement, error) { return x402.Requirement{}, errors.New("too dear") },
	}
}

// A server that names another's resource is given no proof for that: it could have the thing there by the buyer's right.
func TestAProofIsForWhoAsks(t *testing.T) {
	var shown []*x402.Payment
	var resource string
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, err := x402.ReadPayment(r.Header)
		require.NoError(t, err)
		if p != nil {
			shown = append(shown, p)
		}
		w.Header().Set(x402.RequiredHeader, x402.Encode(x402.Required{
			X402Version: x402.Version, Resource: x402.Resource{URL: resource}, Accepts: []x402.Requirement{{Scheme: x402.Exact}},
		}))
		w.WriteHeader(http.StatusPaymentRequired)
	}))
	defer shop.Close()
	for _, victim := range []string{"https://victim.example/photos/a.txt", "http://user@" + shop.Listener.Addr().String() + ".victim.example/a", ""} {
		resource = victim
		_, err := buyer(t, t.TempDir()).Fetch(t.Context(), shop.URL+"/a")
		require.Error(t, err)
		require.Empty(t, shown, victim)
	}
	resource = shop.URL + "/a"
	_, err := buyer(t, t.TempDir()).Fetch(t.Context(), shop.URL+"/a")
	require.ErrorContains(t, err, "too dear")
	require.Len(t, shown, 1)
}

// A server does not choose for how long it may take what was signed.
func TestAPaymentIsSoonOver(t *testing.T) {
	for _, seconds := range []int{0, -1, 541, 1 << 40} {
		_, err := buyer(t, t.TempDir()).Purse.Pay(t.Context(), x402.Requirement{
			Scheme: x402.Exact, Network: "cosmos:buyer-1", MaxTimeoutSeconds: seconds, Amount: "5", Asset: "uusdc",
		})
		var refusal *x402.Refusal
		require.ErrorAs(t, err, &refusal, seconds)
		require.Equal(t, x402.InvalidRequirements, refusal.Reason)
		require.ErrorContains(t, err, "seconds")
	}
}

// A payment that was shown is forgotten once it is known what became of it, and not because of what something in between answers.
func TestAnOpenPaymentIsKeptUntilItIsDecided(t *testing.T) {
	answer := func(w http.ResponseWriter, code int, reason x402.Reason) {
		if reason != "" {
			w.Header().Set(x402.RequiredHeader, x402.Encode(x402.Required{X402Version: x402.Version, Error: string(reason), Accepts: []x402.Requirement{}}))
		}
		w.WriteHeader(code)
	}
	for _, c := range []struct {
		code   int
		reason x402.Reason
		kept   bool
	}{
		{http.StatusGatewayTimeout, "", true},
		{http.StatusInternalServerError, "", true},
		{http.StatusBadGateway, "", true},
		{524, "", true},
		{http.StatusRequestTimeout, "", true},
		{http.StatusTooManyRequests, "", true},
		{http.StatusServiceUnavailable, "", true},
		{http.StatusNotFound, "", true},
		{http.StatusFound, "", true},
		{http.StatusForbidden, "", true},
		{http.StatusPaymentRequired, "", true},
		{http.StatusPaymentRequired, x402.Undecided, true},
		{http.StatusPaymentRequired, x402.UnexpectedError, true},
		{http.StatusPaymentRequired, x402.Replayed, false},
		{http.StatusPaymentRequired, x402.PriceRaised, false},
	} {
		shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w, c.code, c.reason) }))
		b := buyer(t, t.TempDir())
		require.NoError(t, b.Book.Keep(shop.URL, x402.Payment{X402Version: x402.Version, Payload: x402.Payload{Transaction: "AA=="}}))
		_, err := b.Fetch(t.Context(), shop.URL)
		require.Error(t, err)
		open, err := b.Book.Find(shop.URL)
		require.NoError(t, err)
		require.Equal(t, c.kept, open != nil, "%d %s", c.code, c.reason)
		shop.Close()
	}
}

// A payment that is open is not lost because another process pays for the same.
func TestABookLosesNoOpenPayment(t *testing.T) {
	book := x402.OpenBook(t.TempDir())
	of := func(tx string) x402.Payment {
		return x402.Payment{X402Version: x402.Version, Payload: x402.Payload{Transaction: tx}}
	}
	require.NoError(t, book.Keep("https://a.example/x", of("AA==")))
	require.NoError(t, book.Keep("https://a.example/x", of("AA==")))
	require.NoError(t, book.Keep("https://a.example/y", of("BB==")))
	require.ErrorIs(t, book.Keep("https://a.example/x", of("BB==")), x402.ErrOpen)
	open, err := book.Find("https://a.example/x")
	require.NoError(t, err)
	require.Equal(t, "AA==", open.Payload.Transaction)
	require.NoError(t, book.Forget("https://a.example/x"))
	require.NoError(t, book.Keep("https://a.example/x", of("BB==")))
}
