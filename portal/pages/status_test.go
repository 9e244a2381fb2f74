package pages

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// A portal that leaves out what a newer chain says tells so on each page, and whoever operates it.
func TestAPortalThatIsOlderThanTheChainSaysSo(t *testing.T) {
	s, _ := siteOf(t, emptyIndex(t), nil)
	status := Status{Chain: "stemma-9", Height: 9}
	s.Status = func() Status { return status }
	said := "This site is older than the chain: some of what happened since block 7 is missing here."
	require.NotContains(t, get(s, "/check").Body.String(), "older than the chain")
	require.NotContains(t, get(s, "/healthz").Body.String(), "newer")
	status.Unread, status.UnreadAt = "stemma.registry.v2.EventWorkRegistered", 7
	for _, path := range []string{"/check", "/nowhere", "/network"} {
		require.Contains(t, get(s, path).Body.String(), said, path)
	}
	health := get(s, "/healthz")
	require.Equal(t, http.StatusOK, health.Code)
	require.Contains(t, health.Body.String(), "stemma.registry.v2.EventWorkRegistered since block 7")
}

// A proof in the page is one of the chain that the site shows.
func TestTheCheckKnowsItsChain(t *testing.T) {
	s, _ := siteOf(t, emptyIndex(t), nil)
	s.Status = func() Status { return Status{Chain: "stemma-9", Height: 9} }
	require.Contains(t, get(s, "/check").Body.String(), `data-chain="stemma-9"`)
}
