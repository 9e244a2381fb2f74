package similar_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/similar"
)

func TestAPortalIsAsked(t *testing.T) {
	var asked string
	answer, status := `{"chain_id":"a-1","height":"7","works":[{"work":"work1x","distance":3,"unit":"image"}],"more":true}`, 200
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.String()
		w.WriteHeader(status)
		_, _ = w.Write([]byte(answer))
	}))
	defer server.Close()
	got, err := similar.Ask(t.Context(), server.URL+"/", similar.Query{ISCC: "ISCC:KEC", Distance: 4, Limit: 5})
	require.NoError(t, err)
	require.Equal(t, "/similar.json?distance=4&iscc=ISCC%3AKEC&limit=5", asked)
	require.Equal(t, similar.Answer{
		ChainID: "a-1", Height: 7, More: true, Works: []similar.Work{{Work: "work1x", Distance: 3, Unit: "image"}},
	}, got)

	for _, bad := range []string{"", "portal", "ftp://a", "http://", "::"} {
		_, err := similar.Ask(t.Context(), bad, similar.Query{})
		require.ErrorContains(t, err, "write https://HOST", bad)
	}
	for _, bad := range []struct {
		answer string
		status int
	}{
		{`{"error":{"code":"wrong_parameter","message":"it is no ISCC"}}`, 400}, {"<html>", 200}, {"", 500}, {strings.Repeat(" ", 1<<20+1), 200},
	} {
		answer, status = bad.answer, bad.status
		_, err := similar.Ask(t.Context(), server.URL, similar.Query{})
		require.ErrorIs(t, err, similar.ErrPortal)
	}
	server.Close()
	_, err = similar.Ask(t.Context(), server.URL, similar.Query{})
	require.ErrorIs(t, err, similar.ErrPortal)
}
