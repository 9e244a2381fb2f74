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

// A portal can't lead whoever asks it to other machines, nor make them look at more works than they asked for.
func TestAPortalThatLies(t *testing.T) {
	reached := false
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer inside.Close()
	to := inside.URL + "/admin"
	portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/here/similar.json":
			_, _ = w.Write([]byte(`{"works":[` + strings.Repeat(`{"work":"work1x"},`, 9999) + `{"work":"work1x"}]}`))
		default:
			http.Redirect(w, r, to, http.StatusTemporaryRedirect)
		}
	}))
	defer portal.Close()
	_, err := similar.Ask(t.Context(), portal.URL, similar.Query{})
	require.ErrorIs(t, err, similar.ErrPortal)
	require.ErrorContains(t, err, "it leads to "+inside.URL)
	require.False(t, reached)
	to = "/here/similar.json"
	got, err := similar.Ask(t.Context(), portal.URL, similar.Query{Limit: 5})
	require.NoError(t, err)
	require.Len(t, got.Works, 5)
	require.True(t, got.More)
	got, err = similar.Ask(t.Context(), portal.URL, similar.Query{})
	require.NoError(t, err)
	require.Len(t, got.Works, 100)
}

func TestNearest(t *testing.T) {
	image, data := similar.Code{Unit: "image", Bits: 7}, similar.Code{Unit: "data", Bits: 0}
	unit, distance, comparable := similar.Nearest([]similar.Code{image, data}, []similar.Code{{Unit: "image", Bits: 6}, {Unit: "data", Bits: 7}})
	require.True(t, comparable)
	require.Equal(t, "image", unit)
	require.Equal(t, 1, distance)
	_, _, comparable = similar.Nearest([]similar.Code{image}, []similar.Code{data})
	require.False(t, comparable)
	none, err := similar.Codes("ISCC:AAAZXZ6OU74YAZIM") // a Meta-Code
	require.NoError(t, err)
	require.Empty(t, none)
}
