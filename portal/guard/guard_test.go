package guard

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func guarded(t *testing.T, limits Limits, next http.HandlerFunc) http.Handler {
	t.Helper()
	return New(Options{Limits: limits, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}, next)
}

func ask(h http.Handler, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/works/x", nil)
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func from(address string) func(*http.Request) {
	return func(r *http.Request) { r.RemoteAddr = address + ":1234" }
}

// Each address has a limit of its own; whoever exceeds it is told when to come back.
func TestAnAddressThatAsksTooMuchWaits(t *testing.T) {
	h := guarded(t, Limits{PerSecond: .001, Burst: 2, AtOnce: 4}, func(http.ResponseWriter, *http.Request) {})
	for range 2 {
		require.Equal(t, http.StatusOK, ask(h, from("10.0.0.1")).Code)
	}
	refused := ask(h, from("10.0.0.1"))
	require.Equal(t, http.StatusTooManyRequests, refused.Code)
	require.Equal(t, "1", refused.Header().Get("Retry-After"))
	require.Equal(t, http.StatusOK, ask(h, from("10.0.0.2")).Code)
}

// Behind a proxy the proxy says who asks: the last address, since readers can write the others.
func TestAProxySaysWhoAsks(t *testing.T) {
	h := guarded(t, Limits{PerSecond: .001, Burst: 1, AtOnce: 4, ProxyHeader: "X-Forwarded-For"}, func(http.ResponseWriter, *http.Request) {})
	via := func(said string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("X-Forwarded-For", said) }
	}
	require.Equal(t, http.StatusOK, ask(h, via("10.0.0.1")).Code)
	require.Equal(t, http.StatusOK, ask(h, via("10.0.0.2")).Code)
	require.Equal(t, http.StatusTooManyRequests, ask(h, via("1.2.3.4, 10.0.0.2")).Code)
}

// A reader who is not the proxy's can't choose whose limit is used where no header is named.
func TestWithoutAProxyHeadersSayNothing(t *testing.T) {
	h := guarded(t, Limits{PerSecond: .001, Burst: 1, AtOnce: 4}, func(http.ResponseWriter, *http.Request) {})
	for i, said := range []string{"10.0.0.1", "10.0.0.2"} {
		w := ask(h, func(r *http.Request) {
			from("10.9.9.9")(r)
			r.Header.Set("X-Forwarded-For", said)
			r.Header.Set("X-Real-IP", said)
		})
		require.Equal(t, []int{http.StatusOK, http.StatusTooManyRequests}[i], w.Code)
	}
}

// A page that panics is a fault of that page's, and the next is served.
func TestAPanicIsOnePagesFault(t *testing.T) {
	first := true
	h := guarded(t, Limits{AtOnce: 1}, func(http.ResponseWriter, *http.Request) {
		if first {
			first = false
			panic("broken")
		}
	})
	require.Equal(t, http.StatusInternalServerError, ask(h, nil).Code)
	require.Equal(t, http.StatusOK, ask(h, nil).Code)
}

// An answer that breaks off is not ended as if it were whole, whoever broke it off: a proxy for its server, or a page that panics.
func TestAnAnswerThatBreaksOffIsNotWhole(t *testing.T) {
	for _, why := range []any{http.ErrAbortHandler, "broken"} {
		s := httptest.NewServer(guarded(t, Limits{AtOnce: 1}, func(w http.ResponseWriter, _ *http.Request) {
			_, err := io.WriteString(w, "the first half")
			require.NoError(t, err)
			require.NoError(t, http.NewResponseController(w).Flush())
			panic(why)
		}))
		for range 2 { // and its place is free again
			res, err := http.Get(s.URL)
			require.NoError(t, err)
			body, err := io.ReadAll(res.Body)
			require.NoError(t, res.Body.Close())
			require.Error(t, err, string(body))
			require.NotContains(t, string(body), "internal error")
		}
		s.Close()
	}
}
