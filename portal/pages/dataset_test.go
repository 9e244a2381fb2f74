package pages

import (
	"fmt"
	"html"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/portrait"
	"github.com/stemma-chain/stemma/testutil/manifests"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// collectionOf is the node of a site on which work 1 has the manifest, in version 2.
func collectionOf(t *testing.T, x Index, made *manifests.Made) (*Site, *node) {
	t.Helper()
	s, n := siteOf(t, x, nil)
	numberedManifest := registrytypes.NumberedManifest{Version: 2, Roots: made.Roots(), Sha256: made.Roots().Digest()}
	account := sdk.AccAddress(make([]byte, 20)).String()
	pool := royaltytypes.PoolAccount(numbered(1), 2).String()
	n.questions = map[string]func(any, any) error{
		"Work": func(question, reply any) error {
			claim := registrytypes.Claim{Id: question.(*registrytypes.QueryWorkRequest).Work, Owner: account, Registrant: account}
			claim.Status, claim.Version, claim.ManifestVersion = registrytypes.STATUS_ACTIVE, 3, 2
			reply.(*registrytypes.QueryWorkResponse).Work = claim
			return nil
		},
		"Manifest": func(_, reply any) error {
			*reply.(*registrytypes.QueryManifestResponse) = registrytypes.QueryManifestResponse{
				Manifest: numberedManifest, Withdrawals: registrytypes.WithdrawalList{Count: 4711, Sha256: registrytypes.Digest{7}},
			}
			return nil
		},
		"Manifests": func(_, reply any) error {
			reply.(*registrytypes.QueryManifestsResponse).Manifests = []registrytypes.NumberedManifest{numberedManifest}
			return nil
		},
		"Revisions": func(_, reply any) error {
			reply.(*registrytypes.QueryRevisionsResponse).Revisions = []registrytypes.NumberedRevision{
				{Version: 2, Revision: registrytypes.Revision{CreatedAt: time.Unix(1e9, 0)}},
			}
			return nil
		},
		"Holders": func(_, reply any) error {
			reply.(*royaltytypes.QueryHoldersResponse).Holders = []royaltytypes.Holding{
				{Account: pool, Weight: 200_000}, {Account: account, Weight: 800_000},
			}
			return nil
		},
		"Pool": func(_, reply any) error {
			*reply.(*royaltytypes.QueryPoolResponse) = royaltytypes.QueryPoolResponse{
				Version: 2, Weight: 200_000, Waits: &royaltytypes.PoolChange{Version: 3, Weight: 100_000, At: time.Unix(2e9, 0)},
			}
			return nil
		},
		"PoolFunds": func(_, reply any) error {
			reply.(*royaltytypes.QueryPoolFundsResponse).Funds = []royaltytypes.DenomFund{
				{Denom: "uusdc", Fund: royaltytypes.PoolFund{Total: math.NewInt(900), Collected: math.NewInt(258)}},
			}
			return nil
		},
	}
	return s, n
}

// items are so many, by one account.
func items(count int) (list []manifest.Item) {
	for i := range count {
		item := manifest.Item{Contributor: manifest.Contributor{Kind: manifest.Account, ID: make([]byte, 20)}, Weight: uint64(i) + 1}
		item.Sha256 = [32]byte{byte(i), byte(i >> 8), 0xaa}
		list = append(list, item)
	}
	return list
}

// A work with a manifest says what it is made of, what its contributors get, and how that is checked; at the height of the page.
func TestAWorkWithAManifest(t *testing.T) {
	made := manifests.Of(items(37)...)
	s, n := collectionOf(t, emptyIndex(t), made)
	for _, language := range []string{"en", "fr", "zh"} {
		w := get(s, "/works/"+numbered(1).String()+"?lang="+language)
		require.Equal(t, http.StatusOK, w.Code)
		body := html.UnescapeString(w.Body.String())
		_, part, there := strings.Cut(body, `id="dataset"`)
		require.True(t, there)
		part, _, _ = strings.Cut(part, "</section>")
		for _, text := range []string{
			">37<", ">1<", ">703<", made.Roots().Digest().String(), "20", "10", "4711", registrytypes.Digest{7}.String(),
			"900uusdc", "258uusdc", "642uusdc", "stemmad dataset collect " + numbered(1).String(),
		} {
			require.Contains(t, part, text, language)
		}
		require.NotContains(t, body, "⟦")
	}
	body := get(s, "/works/"+numbered(1).String()).Body.String()
	require.Contains(t, body, "the contributors (version 2)", "a pool's address says nothing to people")
	require.NotContains(t, body, royaltytypes.PoolAccount(numbered(1), 2).String())
	first, _, _ := strings.Cut(body, "</dl>")
	require.NotContains(t, first, "dataset", "the first screen is that of other works")
	for _, name := range []string{"Manifest", "Manifests", "Revisions", "Pool", "PoolFunds"} {
		require.Equal(t, n.asked["Resolve"], n.asked[name], name)
	}
}

// A work without a manifest asks nothing about one, and shows nothing.
func TestAWorkWithoutAManifest(t *testing.T) {
	s, n := siteOf(t, emptyIndex(t), nil)
	w := get(s, "/works/"+numbered(1).String())
	require.NotContains(t, w.Body.String(), `id="dataset"`)
	require.NotContains(t, n.asked, "Manifest")
	require.NotContains(t, n.asked, "Pool")
}

// However many versions and denoms there are, a page shows some, says that there are more, and stays small.
func TestManyVersionsOfADataset(t *testing.T) {
	made := manifests.Of(items(3)...)
	s, n := collectionOf(t, emptyIndex(t), made)
	n.questions["Manifests"] = func(question, reply any) error {
		asked := question.(*registrytypes.QueryManifestsRequest).Pagination
		require.True(t, asked.Reverse)
		res := reply.(*registrytypes.QueryManifestsResponse)
		for i := range asked.Limit {
			res.Manifests = append(res.Manifests, registrytypes.NumberedManifest{Version: uint32(1000 - i), Roots: made.Roots()})
		}
		res.Pagination = &query.PageResponse{NextKey: []byte{1}}
		return nil
	}
	n.questions["PoolFunds"] = func(question, reply any) error {
		for i := range question.(*royaltytypes.QueryPoolFundsRequest).Pagination.Limit {
			f := royaltytypes.PoolFund{Total: math.NewIntFromUint64(1 << 63), Collected: math.ZeroInt()}
			list := &reply.(*royaltytypes.QueryPoolFundsResponse).Funds
			*list = append(*list, royaltytypes.DenomFund{Denom: fmt.Sprintf("ibc/%064d", i), Fund: f})
		}
		return nil
	}
	body := get(s, "/works/"+numbered(1).String()).Body.String()
	_, part, _ := strings.Cut(body, `id="dataset"`)
	part, _, _ = strings.Cut(part, "</section>")
	require.Less(t, len(body), MaxPage)
	require.Equal(t, maxShown, strings.Count(part, "<td class=\"number\">0ibc/"))
	require.Equal(t, 2, strings.Count(part, "There are more than are listed here."))
	require.Equal(t, portrait.MaxVersions+1, strings.Count(part, "<time"), "and that of version 2, whose contributors share")
}
