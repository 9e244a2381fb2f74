package pages

import (
	"html"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stemma-chain/stemma/portal/index"
	"github.com/stemma-chain/stemma/testutil/manifests"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// loaded are items of manifests in the order of their contents.
func loaded(t *testing.T, x *index.Items, work int, version uint32, sum registrytypes.Digest, list ...manifest.Item) {
	t.Helper()
	at := 0
	listed := index.Listed{Work: numbered(work), Version: version, Sha256: sum, Items: uint64(len(list))}
	require.NoError(t, x.Load(t.Context(), listed, func() (index.ListedItem, error) {
		if at == len(list) {
			return index.ListedItem{}, io.EOF
		}
		at++
		return index.ListedItem{Sha256: list[at-1].Sha256, Place: uint64(at - 1), Contributor: list[at-1].Contributor}, nil
	}))
}

func noItems(t *testing.T) *index.Items {
	t.Helper()
	x, err := index.OpenItems(t.Context(), t.TempDir()+"/items.db")
	require.NoError(t, err)
	t.Cleanup(func() { _ = x.Close() })
	return x
}

// searched is what a search shows; redirect is where it leads instead.
func searched(s *Site, q string) (body, redirect string) {
	w := get(s, "/search?q="+q)
	return html.UnescapeString(w.Body.String()), w.Header().Get("Location")
}

// A search for the digest of an item finds the dataset and who contributed it, and the chain says what was withdrawn.
func TestADatasetIsFoundByAnItem(t *testing.T) {
	list := items(3)
	list[1].Contributor = manifest.Contributor{Kind: manifest.Work, ID: numberedID(5)}
	made := manifests.Of(list...)
	s, n := collectionOf(t, emptyIndex(t), made)
	x := noItems(t)
	s.Items = x
	digest := registrytypes.Digest(list[1].Sha256).String()

	body, _ := searched(s, digest)
	require.Contains(t, body, "Nobody has registered")
	require.NotContains(t, body, `id="datasets"`)
	require.NotContains(t, n.asked, "ItemStatus")

	loaded(t, x, 1, 2, made.Roots().Digest(), list...)
	n.questions["ItemStatus"] = func(question, reply any) error {
		q := question.(*registrytypes.QueryItemStatusRequest)
		require.Equal(t, numbered(1), q.Work)
		who := registrytypes.NewContributor(list[1].Contributor)
		require.Equal(t, []registrytypes.ContributedItem{{Sha256: list[1].Sha256, Contributor: who}}, q.Items)
		reply.(*registrytypes.QueryItemStatusResponse).Items = make([]registrytypes.ItemStatus, 1)
		return nil
	}
	for _, q := range []string{digest, "sha256:" + digest, strings.ToUpper(digest), "0x" + digest} {
		body, _ = searched(s, q)
		require.Contains(t, body, `id="datasets"`, q)
		require.Contains(t, body, "/works/"+numbered(1).String())
		require.Contains(t, body, "item 1 ")
		require.Contains(t, body, "/works/"+numbered(5).String(), "a work contributed it")
		require.Contains(t, body, "its operator loaded")
		require.NotContains(t, body, "withdrawn (")
	}
	at := time.Unix(1e9, 0).UTC()
	n.questions["ItemStatus"] = func(_, reply any) error {
		reply.(*registrytypes.QueryItemStatusResponse).Items = []registrytypes.ItemStatus{{Number: 4711, At: &at}}
		return nil
	}
	body, _ = searched(s, digest)
	require.Contains(t, body, "withdrawn (number 4711)")
	require.Contains(t, body, "9 Sep 2001")
	for _, language := range []string{"fr", "zh"} {
		w := get(s, "/search?lang="+language+"&q="+digest)
		require.Contains(t, w.Body.String(), "4711")
		require.NotContains(t, w.Body.String(), "⟦")
	}
}

func numberedID(n int) []byte { id := numbered(n); return id[:] }

// Beside a claim a dataset is shown: with no dataset the reader is led to the one work that claims it.
func TestAClaimAndADataset(t *testing.T) {
	list := items(2)
	made := manifests.Of(list...)
	s, n := collectionOf(t, emptyIndex(t), made)
	x := noItems(t)
	s.Items = x
	claim := registrytypes.Claim{Id: numbered(9), Sha256: list[0].Sha256, Owner: "stemma1owner"}
	claim.Details.Title = "A photo"
	n.questions["Resolve"] = func(_, reply any) error {
		reply.(*registrytypes.QueryResolveResponse).Works = []registrytypes.Claim{claim}
		return nil
	}
	digest := claim.Sha256.String()
	_, redirect := searched(s, digest)
	require.Equal(t, "/works/"+numbered(9).String(), redirect)
	loaded(t, x, 1, 2, made.Roots().Digest(), list...)
	body, redirect := searched(s, digest)
	require.Empty(t, redirect)
	require.Contains(t, body, "A photo")
	require.Contains(t, body, `id="datasets"`)
	require.NotContains(t, body, "Nobody has registered")
}

// Nothing is shown of what the operator denies, what the chain does not have under that digest, and no digest at all.
func TestWhatIsNotShownOfDatasets(t *testing.T) {
	list := items(2)
	list[1].Sha256 = [32]byte{}
	made := manifests.Of(list...)
	for name, c := range map[string]struct {
		digest registrytypes.Digest
		change func(*Site, *node)
	}{
		"denied":           {made.Roots().Digest(), func(s *Site, _ *node) { s.Denied = func(string) bool { return true } }},
		"another manifest": {registrytypes.Digest{1}, func(*Site, *node) {}},
		"no such work": {made.Roots().Digest(), func(_ *Site, n *node) {
			n.questions["Manifest"] = func(any, any) error { return status.Error(codes.NotFound, "no manifest") }
		}},
	} {
		s, n := collectionOf(t, emptyIndex(t), made)
		x := noItems(t)
		s.Items = x
		loaded(t, x, 1, 2, c.digest, list...)
		c.change(s, n)
		body, _ := searched(s, registrytypes.Digest(list[0].Sha256).String())
		require.NotContains(t, body, `id="datasets"`, name)
		require.Contains(t, body, "Nobody has registered", name)
		body, _ = searched(s, strings.Repeat("0", 64))
		require.NotContains(t, body, `id="datasets"`, name)
	}
	s, n := collectionOf(t, emptyIndex(t), made)
	s.Items = noItems(t)
	loaded(t, s.Items.(*index.Items), 1, 2, made.Roots().Digest(), list...)
	n.questions["ItemStatus"] = func(any, any) error { return status.Error(codes.Unavailable, "gone") }
	require.Equal(t, http.StatusServiceUnavailable, get(s, "/search?q="+registrytypes.Digest(list[0].Sha256).String()).Code,
		"whether it was withdrawn is not left out where the node is away")
}

// However many datasets have a content, and however often, the page is small.
func TestManyDatasetsWithAnItem(t *testing.T) {
	list := items(1)
	for range 10 {
		list = append(list, list[0])
	}
	made := manifests.Of(list...)
	s, _ := collectionOf(t, emptyIndex(t), made)
	x := noItems(t)
	s.Items = x
	for work := range index.MostDatasets + 2 {
		for version := range uint32(2) {
			loaded(t, x, work+1, version+1, made.Roots().Digest(), list...)
		}
	}
	body, _ := searched(s, registrytypes.Digest(list[0].Sha256).String())
	require.Equal(t, index.MostDatasets+1, strings.Count(body, "There are more than are listed here."))
	require.Equal(t, index.MostDatasets*index.MostItems, strings.Count(body, "contributed by"))
	require.Less(t, len(body), MaxPage)
}
