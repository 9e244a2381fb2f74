package pages

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	p2p "github.com/cometbft/cometbft/proto/tendermint/p2p"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/units"
	"github.com/stemma-chain/stemma/portal/discover"
)

// What is kept is of the height asked for, or young enough, and has a bound in number and in bytes.
func TestExportsAreKeptWithinBounds(t *testing.T) {
	e, now := newExports(), time.Unix(1e9, 0)
	keep := func(name string, height int64, size int) {
		made := &exported{height: height, made: now, files: map[string]exportedFile{}}
		made.add("file", make([]byte, size))
		e.keep(name, made)
	}
	keep("a", 7, 10)
	require.NotNil(t, e.get("a", 7, now.Add(time.Hour), 0))
	require.Nil(t, e.get("a", 8, now, 0), "of another height")
	require.NotNil(t, e.get("a", 8, now.Add(time.Second), time.Minute))
	require.Nil(t, e.get("a", 8, now.Add(2*time.Minute), time.Minute))
	require.Nil(t, e.get("b", 7, now, time.Minute))
	for i := range 2 * keptExports {
		keep(fmt.Sprint(i%(keptExports+10)), int64(i), 1000)
		require.LessOrEqual(t, len(e.kept), keptExports)
		require.Len(t, e.order, len(e.kept))
	}
	require.Nil(t, e.get("a", 7, now, 0), "the oldest went")
	for i := range 30 {
		keep(fmt.Sprint("large ", i), 1, keptBytes/10)
		require.LessOrEqual(t, e.bytes, keptBytes)
	}
	sum := 0
	for _, kept := range e.kept {
		sum += kept.size()
	}
	require.Equal(t, sum, e.bytes)
	keep("too large", 1, 2*keptBytes)
	require.Len(t, e.kept, 1, "one is kept whatever its size")
}

// Without the site's address there are no files that name it, and a page does without what the node does not tell.
func TestASiteThatDoesNotKnowItsAddress(t *testing.T) {
	s, _ := siteOf(t, emptyIndex(t), nil)
	for _, path := range []string{"/rsl.xml", "/robots.txt", "/.well-known/tdmrep.json", "/works/" + numbered(1).String() + "/rsl.xml"} {
		require.Equal(t, 404, get(s, path).Code, path)
	}
	_, err := New(Config{Client: s.Client, Address: "not an address"})
	require.Error(t, err)
}

// What programs get wrong they are told, and pages say so to people.
func TestWrongQueriesAreToldSo(t *testing.T) {
	s, _ := siteOf(t, emptyIndex(t), map[string]func(any) error{"GetNodeInfo": func(reply any) error {
		reply.(*cmtservice.GetNodeInfoResponse).DefaultNodeInfo = &p2p.DefaultNodeInfo{Network: "a-1"}
		return nil
	}})
	w := get(s, "/offers.json?use=steal")
	require.Equal(t, 400, w.Code)
	require.Contains(t, w.Body.String(), `"code":"wrong_parameter"`)
	require.Equal(t, "application/json", w.Header().Get("Content-Type"))
	for _, path := range []string{"/offers?use=steal", "/offers?use=copy&owner=me", "/services?protocol=%3Cb%3E", "/services?after=!"} {
		w := get(s, path)
		require.Equal(t, 400, w.Code, path)
		require.NotContains(t, w.Body.String(), "<b>")
	}
	require.Equal(t, 200, get(s, "/offers").Code)
}

// However long what people wrote is, pages that list it stay within their bound.
func TestListsOfOffersAndAgentsAreSmall(t *testing.T) {
	s, _ := siteOf(t, emptyIndex(t), nil)
	v := &visit{site: s, lang: s.languages["en"], r: httptest.NewRequest(http.MethodGet, "/offers", nil)}
	var price []discover.Coin
	for i := range 32 {
		price = append(price, discover.Coin{Denom: fmt.Sprintf("ibc/%064X", i), Amount: strings.Repeat("9", 60)})
	}
	text := strings.Repeat("<&\U0001F389", 400)
	long := discover.Offer{
		Work: numbered(1).String(), Title: text, Kind: "image", Owner: accountOf(1), Terms: strings.Repeat("t", 63), SPDX: text,
		Verdict: "needs_grant",
		Price:   price, UsePrice: price, RoyaltyPPM: 999_999, Approval: true,
	}
	for i := range 16 {
		long.Needs = append(long.Needs, discover.Need{Work: numbered(2 + i).String(), Terms: long.Terms, Price: price})
	}
	offers := &offersPage{Asked: true, Query: discover.Query{Text: strings.Repeat("<", 1000)}, Next: "?after=1"}
	v.offerForm(offers)
	for range maxOffersShown {
		offers.Found = append(offers.Found, v.foundOffer(t.Context(), units.Units{}, long))
	}
	w := httptest.NewRecorder()
	v.w = w
	require.NoError(t, v.show(200, "offers.html", "offers", offers))
	require.Less(t, w.Body.Len(), MaxPage)

	agent := discover.Service{
		Agent: "agent1" + strings.Repeat("x", 39), Name: text, Controller: accountOf(1), Responsible: text, Description: text,
	}
	agent.Model.Name = text
	for range 16 {
		agent.Endpoints = append(agent.Endpoints, discover.Endpoint{Protocol: strings.Repeat("p", 32), URI: text, Version: text})
	}
	services := &servicesPage{Next: "?after=1"}
	for range maxServicesShown {
		services.Found = append(services.Found, v.service(t.Context(), agent))
	}
	w = httptest.NewRecorder()
	v.w = w
	require.NoError(t, v.show(200, "services.html", "services", services))
	require.Less(t, w.Body.Len(), MaxPage)
}

func accountOf(n byte) string { return sdk.AccAddress(bytes.Repeat([]byte{n}, 20)).String() }
