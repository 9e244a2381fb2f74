package fast

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// A panic comes to whoever waits, once the others are done: it names a full disk, which ends
// the node with a code of its own.
func TestAPanicOfATaskIsTheWaiters(t *testing.T) {
	var all tasks
	var done atomic.Int32
	for i := range 8 {
		all.Go(func() {
			if i == 3 {
				panic("no space left on device")
			}
			done.Add(1)
		})
	}
	require.PanicsWithValue(t, "no space left on device", all.Wait)
	require.EqualValues(t, 7, done.Load())
	var fine tasks
	fine.Go(func() {})
	fine.Wait()
}
