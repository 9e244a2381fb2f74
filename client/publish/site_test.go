package publish_test

import (
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/publish"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func TestPlaces(t *testing.T) {
	s := site(t, "https://example.org:443/")
	for value, want := range map[string]string{
		"https://example.org":                       "/$",
		"HTTPS://Example.ORG:443/Song.png":          "/Song.png$",
		"https://example.org/a b?q=1&r=%zz%20#part": "/a%20b?q=1&r=%25zz%20$",
		"https://example.org/ü*$":                   "/%C3%BC%2A%24$",
		"https://example.org/a%2Fb":                 "/a%2Fb$",
		"https://example.organic/x":                 "",
		"http://example.org/x":                      "",
		"https://u:p@example.org/x":                 "id",
		"ftp://example.org/x":                       "id",
		"song":                                      "id",
	} {
		c := claim("song", "url", value)
		w := work(s, c)
		if want == "" {
			require.Empty(t, w.Places, value)
			continue
		}
		if want == "id" {
			want = "/works/" + c.Id.String() + "$"
		}
		require.Len(t, w.Places, 1, value)
		require.Equal(t, want, w.Places[0].Path, value)
		require.False(t, w.Places[0].Shared, value)
	}
}

func TestSharedPlaces(t *testing.T) {
	s := site(t, "https://example.org")
	a, b := claim("a", "url", "https://example.org/x"), claim("b", "url", "https://example.org/x#y", "url", "https://example.org/b")
	c, d := claim("c"), claim("d")
	c.Details.MetadataUri, d.Details.MetadataUri = "https://example.org/set.json", "https://example.org/set.json"
	r := publish.NewRegister()
	for _, w := range []registrytypes.Claim{a, b, c, d} {
		r.Count(w.Details)
	}
	require.True(t, s.Places(a, r)[0].Shared)
	require.Equal(t, []bool{true, false}, []bool{s.Places(b, r)[0].Shared, s.Places(b, r)[1].Shared})
	require.Equal(t, "/works/"+c.Id.String()+"$", s.Places(c, r)[0].Path, "metadata of several works is no place of one")
	require.Empty(t, publish.Site{}.Places(c, r))
}

func TestMistakes(t *testing.T) {
	for _, bad := range []string{"example.org", "https://example.org/path", "https://", "ftp://example.org", "https://a?b"} {
		_, err := publish.NewSite(bad, "", "", "")
		require.ErrorContains(t, err, "https://", bad)
	}
	_, err := publish.NewSite("", "", "license.xml", "")
	require.ErrorContains(t, err, "license.xml")
	for _, format := range []string{publish.Robots, publish.AIPref, publish.TDMRep} {
		_, err := publish.New(format, io.Discard, publish.Site{}, source)
		require.ErrorIs(t, err, publish.ErrNeedsSite)
	}
	_, err = publish.New("odrl", io.Discard, publish.Site{}, source)
	require.ErrorContains(t, err, "tdmrep")
}

func TestRobotsStaysWithinWhatCrawlersRead(t *testing.T) {
	s := site(t, "https://example.org")
	w, err := publish.New(publish.Robots, io.Discard, s, source)
	require.NoError(t, err)
	for i := 0; err == nil && i < 100_000; i++ {
		err = w.Add(work(s, claim(fmt.Sprint(i))))
	}
	require.ErrorContains(t, err, "500 KiB")
}

func TestPublished(t *testing.T) {
	soon, later := at.Add(time.Hour), source.ValidUntil.Add(time.Hour)
	for want, offers := range map[bool][]licensetypes.Offer{
		true:  {{}, {ExpiresAt: &later}, {IrrevocableSince: &soon, Closed: true}, {IrrevocableSince: &soon, Paused: true}},
		false: {{Paused: true}, {ExpiresAt: &soon}, {Licensees: []string{"bob"}}},
	} {
		for _, o := range offers {
			require.Equal(t, want, publish.Published(licensetypes.OpenOffer{Offer: o}, source.ValidUntil))
		}
	}
}
