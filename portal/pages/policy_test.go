package pages

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/portal/guard"
)

// Pages load nothing from elsewhere, run no script of others, and stand in no frame; nor do answers that refuse.
func TestPagesLoadNothingFromElsewhere(t *testing.T) {
	s, err := New(Config{Limits: guard.Limits{AtOnce: 1}, Log: slog.New(slog.DiscardHandler), Status: func() Status { return Status{} }})
	require.NoError(t, err)
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/static/nothing", nil))
	policy := w.Header().Get("Content-Security-Policy")
	require.Contains(t, policy, "default-src 'none'")
	require.Contains(t, policy, "frame-ancestors 'none'")
	require.NotContains(t, policy, "unsafe")
	require.NotContains(t, policy, "http")
	require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
}
