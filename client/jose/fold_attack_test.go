package jose_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/jose"
)

// Go's reader takes a name with a long s or a Kelvin sign for the plain one, as it takes one in capitals: there are no two of them.
func TestNamesThatTheReaderTakesForEachOther(t *testing.T) {
	for _, twice := range []string{`{"iss":"a","Iss":"b"}`, `{"iss":"a","iſs":"b"}`, `{"kid":"a","\u212aid":"b"}`, `{"aud":{"iss":1,"\u0131ss":2,"ISſ":3}}`} {
		var c struct {
			Issuer string `json:"iss"`
			Kid    string `json:"kid"`
			Aud    any    `json:"aud"`
		}
		require.ErrorIs(t, jose.Unmarshal([]byte(twice), &c), jose.ErrDuplicate, "%s %+v", twice, c)
	}
}
