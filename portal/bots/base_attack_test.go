package bots

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/dunglas/httpsfv"
	"github.com/stretchr/testify/require"
)

// Parts are what other implementations sign: the examples of RFC 9421 section 2.2.8, all of ASCII as forms encode it, and the host.
func TestPartsAreThoseOfOthers(t *testing.T) {
	r := newRobot(t)
	for target, want := range map[string]map[string]string{
		"/parameters?var=this%20is%20a%20big%0Amultiline%20value&bar=with+plus+whitespace&fa%C3%A7ade%22%3A%20=something": {
			`"@query-param";name="var"`:                  "this%20is%20a%20big%0Amultiline%20value",
			`"@query-param";name="bar"`:                  "with%20plus%20whitespace",
			`"@query-param";name="fa%C3%A7ade%22%3A%20"`: "something",
		},
		"/?a=*-._%7E%21%27%28%29~": {`"@query-param";name="a"`: "*-._%7E%21%27%28%29%7E", `"host"`: "shop.example"},
	} {
		request := httptest.NewRequest(http.MethodGet, target, nil)
		for part, value := range want {
			list, err := httpsfv.UnmarshalList([]string{"(" + part + ")"})
			require.NoError(t, err)
			base, err := r.c.message(request).base(list[0].(httpsfv.InnerList))
			require.NoError(t, err, part)
			require.Equal(t, part+": "+value+"\n\"@signature-params\": ("+part+")", base)
		}
	}
}

// A host that is away for hours has the others asked no more often than once an hour.
func TestAHostThatIsAwayHasNoOtherAsked(t *testing.T) {
	d, err := NewDirectories([]string{"away.example.org", "b.example.org"}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	asked := map[string]int{}
	d.fetch = func(_ context.Context, host string) ([]byte, error) {
		if asked[host]++; host == "away.example.org" {
			return nil, errors.New("away")
		}
		return []byte(`{"keys":[]}`), nil
	}
	next, began := map[string]time.Time{}, time.Unix(1_800_000_000, 0)
	for now := began; now.Before(began.Add(3 * fetchEvery)); {
		now = now.Add(d.round(t.Context(), next, now))
	}
	require.Equal(t, map[string]int{"away.example.org": 180, "b.example.org": 3}, asked)
}
