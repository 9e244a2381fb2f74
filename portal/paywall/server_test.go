package paywall

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	doors "github.com/stemma-chain/stemma/portal/x402"
)

// answers is a server behind.
type answers struct {
	code int
	to   string
}

func (a answers) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: a.code, Header: http.Header{"Location": {a.to}}, Body: io.NopCloser(strings.NewReader(""))}, nil
}

// A server that only puts the slash where it wants it has handed over nothing; one that sends elsewhere may have.
func TestASlashIsNotPaidFor(t *testing.T) {
	for _, c := range []struct {
		code int
		to   string
		paid bool
	}{
		{301, "/photos/", false},
		{308, "http://inside/photos/", false},
		{302, "https://wall.example/photos/", false},
		{307, "photos/", false},
		{302, "https://store.example/photos/", true},
		{302, "/photos/?token=1", true},
		{302, "/photos", true},
		{302, "/other/", true},
		{302, "", true},
		{200, "/photos/", true},
		{206, "", true},
		{404, "", false},
		{500, "/photos/", false},
		{302, "//store.example/photos/", true},
	} {
		taken := false
		h := &handing{paid: func(fetch func() error) (doors.Receipt, error) {
			err := fetch()
			taken = err == nil
			return doors.Receipt{}, err
		}}
		r, err := http.NewRequestWithContext(context.WithValue(t.Context(), handingKey{}, h), http.MethodGet, "http://inside/photos", nil)
		require.NoError(t, err)
		r.Header.Set("X-Forwarded-Host", "wall.example")
		res, err := paying{answers{c.code, c.to}}.RoundTrip(r)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, c.paid, taken, "%d %s", c.code, c.to)
	}
}
