package joining

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzSorted holds what is written in place to what encoding/json makes of the whole.
func FuzzSorted(f *testing.F) {
	for _, text := range []string{
		`{"b":1,"a":[{"z":null,"y":true}," \u00e9<\u2028 "],"a":{"c":1e9}}`, `[]`, `{}`, ` [ 1.50 , -0 ] `, `"\ud800"`, `{"é":"\/"}`, `{"a"`, `nul`, ``, `1 2`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !json.Valid(text) {
			return
		}
		read := json.NewDecoder(bytes.NewReader(text))
		read.UseNumber()
		var value any
		require.NoError(t, read.Decode(&value))
		want, err := json.Marshal(value)
		require.NoError(t, err)
		got, err := sorted(nil, text, len(text)+1)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got))
	})
}

// Each level is read anew, so that a small genesis of thousands of them would take hours.
func TestAGenesisHasNotManyLevels(t *testing.T) {
	for levels, fine := range map[int]bool{maxDepth: true, maxDepth + 1: false, 9000: false} {
		text := []byte(strings.Repeat("[", levels) + strings.Repeat("]", levels))
		_, err := sorted(nil, text, maxDepth)
		require.Equal(t, fine, err == nil, levels)
	}
}
