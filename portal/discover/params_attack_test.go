package discover_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/portal/discover"
)

// A bound that is there twice is not half of what was asked for: it is refused, and of territories and media all count.
func TestWordsThatAreThereTwice(t *testing.T) {
	read := func(text string) (discover.Query, error) {
		values, err := url.ParseQuery(text)
		require.NoError(t, err)
		return discover.ReadQuery(values, sdk.ParseCoinNormalized)
	}
	for _, twice := range []string{"use=copy&use=adapt", "use=copy&max_price=9uusdc&max_price=1uusdc", "use=copy&max_royalty=9&max_royalty=0"} {
		_, err := read(twice)
		require.NotEmpty(t, discover.Wrong(err), twice)
	}
	q, err := read("use=copy&territory=FR&territory=DE&medium=web&medium=&medium=print,radio&lang=en&lang=de")
	require.NoError(t, err)
	require.Equal(t, []string{"FR", "DE"}, q.Territories)
	require.Equal(t, []string{"web", "print,radio"}, q.Media)
	values := url.Values{"protocol": {"mcp", "a2a"}}
	_, err = discover.ReadServiceQuery(values)
	require.Equal(t, "protocol", discover.Wrong(err))
}
