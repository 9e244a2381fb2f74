package pages

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var languageLink = regexp.MustCompile(`href="([^"]*)lang=fr"`)

// Whatever is asked for, the links to other languages stay on the site and lead to the same page.
func TestLinksToLanguagesStayHere(t *testing.T) {
	s, _ := siteOf(t, emptyIndex(t), nil)
	for asked, want := range map[string]string{
		"/%2fevil.example/x":    "/%2fevil.example/x?",
		"/%2f%2fevil.example":   "/%2f%2fevil.example?",
		"/nothing%3Fq":          "/nothing%3Fq?",
		"/search?q=a&lang=zh":   "/search?q=a&",
		"/nothing?a=%22%3E%3Cb": "/nothing?a=%22%3E%3Cb&",
	} {
		found := languageLink.FindStringSubmatch(get(s, asked).Body.String())
		require.NotNil(t, found, asked)
		require.Equal(t, want, strings.ReplaceAll(found[1], "&amp;", "&"), asked)
	}
}

// A reader who asks at length gets a short page.
func TestALongQuestionGetsAShortPage(t *testing.T) {
	s, _ := siteOf(t, emptyIndex(t), nil)
	long := strings.Repeat(`"`, 15_000)
	for _, asked := range []string{"/?q=", "/search?q=", "/act/buy?work=", "/works/" + url.PathEscape(long) + "?x="} {
		w := get(s, asked+url.QueryEscape(long))
		require.Less(t, w.Body.Len(), MaxPage, asked)
	}
}

// A mark of a page that nobody gave, or an account in capitals, is no fault of the portal's.
func TestWhatReadersMistypeIsTheirs(t *testing.T) {
	s, _ := siteOf(t, emptyIndex(t), nil)
	account := sdk.AccAddress(make([]byte, 20)).String()
	for _, asked := range []string{"/search?q=song&after=!", "/accounts/" + account + "?before=!", "/works/work1x"} {
		require.Equal(t, http.StatusBadRequest, get(s, asked).Code, asked)
	}
	w := get(s, "/accounts/"+strings.ToUpper(account))
	require.Equal(t, http.StatusOK, w.Code)
	require.Contains(t, w.Body.String(), account)
	require.Equal(t, http.StatusBadRequest, get(s, "/accounts/"+sdk.AccAddress(make([]byte, 40)).String()).Code)
}

// Whoever looks for the address of a page, of this portal or another, comes to that page.
func TestAPageIsFoundByItsAddress(t *testing.T) {
	id := registrytypes.WorkID{7}.String()
	for asked, want := range map[string]string{
		"https://portal.example/works/" + id: "/works/" + id, "http://127.0.0.1:8480/works/" + id + "?lang=fr#may": "/works/" + id,
		"https://example.org/song.wav": "", "works/" + id: "",
		"https://portal.example/works/" + id + "/history": "/works/" + id, "https://portal.example/works/" + id + "/lineage?wide=1": "/works/" + id,
		"https://portal.example/works/" + id + "/": "/works/" + id, "https://portal.example/tx/" + strings.Repeat("aB", 32): "/tx/" + strings.Repeat("AB", 32),
		"https://portal.example/tx/abc": "",
	} {
		require.Equal(t, want, pageOf(asked), asked)
	}
}

// An id in capitals is the same id.
func TestIDsInCapitals(t *testing.T) {
	s, _ := siteOf(t, emptyIndex(t), nil)
	s.Denied = func(work string) bool { return work == workOf(1).String() }
	capitals := strings.ToUpper(workOf(1).String())
	if _, err := registrytypes.ParseWorkID(capitals); err != nil {
		t.Skip("ids in capitals are refused")
	}
	for _, asked := range []string{"/works/" + capitals, "/act/buy?work=" + capitals, "/works/" + capitals + "/history"} {
		require.Equal(t, http.StatusUnavailableForLegalReasons, get(s, asked).Code, asked)
	}
}

// What proxies and browsers may keep for a year is what the address names, and not what is served there today.
func TestOnlyWhatTheAddressNamesIsKept(t *testing.T) {
	s, _ := siteOf(t, emptyIndex(t), nil)
	kept := func(address string) string { return get(s, address).Header().Get("Cache-Control") }
	require.Contains(t, kept(s.addresses["portal.js"]), "immutable")
	for _, other := range []string{"/static/portal.js", "/static/portal.js?0123456789ab", s.addresses["portal.js"] + "&x"} {
		require.Equal(t, "no-cache", kept(other), other)
	}
}

// A page about one thing asks at one height and names it.
func TestAPageAsksAtOneHeight(t *testing.T) {
	account := sdk.AccAddress(make([]byte, 20)).String()
	for target, asks := range map[string][]string{
		"/accounts/" + account: {"AllBalances", "Balances", "Works", "Grants", "Disputes"},
		"/network":             {"Validators", "TotalSupply"},
	} {
		s, n := siteOf(t, emptyIndex(t), nil)
		w := get(s, target)
		require.Equal(t, http.StatusOK, w.Code, target)
		require.Contains(t, w.Body.String(), "as of block 7.", target)
		for _, name := range asks {
			require.Equal(t, "7", n.asked[name], "%s at %s", name, target)
		}
	}
}

// Others of the list are counted, also where this work is not on it, and that there are more is said.
func TestRivalsAreCountedWithoutThisWork(t *testing.T) {
	page := workPage{MoreRivals: true}
	for range maxRivals {
		page.Rivals = append(page.Rivals, rival{Earlier: true})
	}
	require.Equal(t, maxRivals, page.Others())
	require.Equal(t, maxRivals, page.Before())
}

// A page that comes from a node behind the one that is followed says so.
func TestANodeThatIsBehindShows(t *testing.T) {
	account := "/accounts/" + sdk.AccAddress(make([]byte, 20)).String()
	s, _ := siteOf(t, emptyIndex(t), nil)
	for height, shows := range map[int64]bool{7: false, 12: false, 13: true} {
		s.Status = func() Status { return Status{Height: height} }
		for _, asked := range []string{account, "/network", "/search?q=" + strings.Repeat("ab", 32)} {
			require.Equal(t, shows && asked[1] != 's', strings.Contains(get(s, asked).Body.String(), `role="alert"`), "%s at %d", asked, height)
		}
	}
}

// A portal that is too old for the chain says that, and not that the node is away.
func TestAPortalThatIsTooOldSaysSo(t *testing.T) {
	s, _ := siteOf(t, emptyIndex(t), nil)
	s.Status = func() Status { return Status{Newer: true} }
	page := get(s, "/").Body.String()
	require.Contains(t, page, "too old for the chain")
	require.NotContains(t, page, "can&#39;t follow its node")
	require.Equal(t, http.StatusServiceUnavailable, get(s, "/healthz").Code)
}
