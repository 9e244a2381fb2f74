package guard

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// A reader who has a network of IPv6 addresses has one limit all the same, however an address is written.
func TestAReaderOfOneNetworkHasOneLimit(t *testing.T) {
	limits := Limits{PerSecond: .001, Burst: 1, AtOnce: 4, ProxyHeader: "X-Real-IP"}
	h := guarded(t, limits, func(http.ResponseWriter, *http.Request) {})
	said := func(address string) int {
		return ask(h, func(r *http.Request) { r.Header.Set("X-Real-IP", address) }).Code
	}
	require.Equal(t, http.StatusOK, said("2001:db8:1:2::1"))
	for _, address := range []string{"2001:db8:1:2::2", "2001:DB8:1:2:ffff::", "[2001:db8:1:2::3]:443", "2001:db8:1:2::1%eth0"} {
		require.Equal(t, http.StatusTooManyRequests, said(address), address)
	}
	require.Equal(t, http.StatusOK, said("2001:db8:1:3::1"))
	require.Equal(t, http.StatusOK, said("10.0.0.1"))
	require.Equal(t, http.StatusTooManyRequests, said("::ffff:10.0.0.1"))
	require.Equal(t, http.StatusOK, said("10.0.0.2"))
}

// Requests of one reader that take long, as where answers are not taken, leave room for others.
func TestOneReaderDoesNotTakeAllPlaces(t *testing.T) {
	entered, end := make(chan bool, 8), make(chan bool)
	limits := Limits{PerSecond: 1000, Burst: 1000, AtOnce: 8}
	h := guarded(t, limits, func(_ http.ResponseWriter, r *http.Request) {
		if r.RemoteAddr == "10.0.0.1:1234" {
			entered <- true
			<-end
		}
	})
	done := make(chan int, 9)
	for range 9 {
		go func() { done <- ask(h, from("10.0.0.1")).Code }()
	}
	for range 8 / shares {
		<-entered
	}
	for range 9 - 8/shares {
		require.Equal(t, http.StatusTooManyRequests, <-done)
	}
	require.Equal(t, http.StatusOK, ask(h, from("10.0.0.2")).Code)
	close(end)
	for range 8 / shares {
		require.Equal(t, http.StatusOK, <-done)
	}
	require.Equal(t, http.StatusOK, ask(h, from("10.0.0.1")).Code)
}
