package progress

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOnlyATerminalShowsABar(t *testing.T) {
	require.Nil(t, New(&bytes.Buffer{}, "asking", 10, Of("works")))
	null, err := os.Open(os.DevNull)
	require.NoError(t, err)
	defer null.Close()
	require.Nil(t, New(null, "asking", 10, Of("works")))
	var none *Bar
	none.Add(1)
	none.Finish()
}

func TestDraw(t *testing.T) {
	for _, c := range []struct {
		done, total int64
		want        string
	}{
		{0, 10, "asking [..............................]   0 % of 10 works"},
		{5, 10, "asking [###############...............]  50 % of 10 works"},
		{10, 10, "asking [##############################] 100 % of 10 works"},
		{12, 10, "asking [##############################] 100 % of 10 works"},
		{0, 0, "asking [##############################] 100 % of 0 works"},
		{1 << 62, 1<<62 + 1<<60, "asking [########################......]  80 % of 5764607523034234880 works"},
	} {
		require.Equal(t, c.want, draw("asking", c.done, c.total, Of("works")))
	}
}
