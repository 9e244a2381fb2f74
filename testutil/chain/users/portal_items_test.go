package users_test

import (
	"context"
	"html"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	gogogrpc "github.com/cosmos/gogoproto/grpc"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	grpctypes "github.com/cosmos/cosmos-sdk/types/grpc"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/portal/guard"
	"github.com/stemma-chain/stemma/portal/index"
	"github.com/stemma-chain/stemma/portal/items"
	"github.com/stemma-chain/stemma/portal/pages"
	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/testutil/manifests"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var alice, bob, carol, fan = chain.Named("alice"), chain.Named("bob"), chain.Named("carol"), chain.Named("fan")

// node is a chain in the test, which says at which height it answers.
type node struct {
	gogogrpc.ClientConn
	chain *chain.Chain
}

func (n node) Invoke(ctx context.Context, method string, question, reply any, opts ...grpc.CallOption) error {
	for _, o := range opts {
		if header, wanted := o.(grpc.HeaderCallOption); wanted {
			*header.HeaderAddr = metadata.Pairs(grpctypes.GRPCBlockHeightHeader, strconv.FormatInt(n.chain.Height(), 10))
		}
	}
	if status, is := reply.(*nodeservice.StatusResponse); is {
		status.Height = uint64(n.chain.Height())
		return nil
	}
	return n.ClientConn.Invoke(ctx, method, question, reply, opts...)
}

// A curator publishes two versions, contributors are paid and withdraw: a search and the work's page say on each block what the
// chain does.
func TestADatasetOnAChain(t *testing.T) {
	c := chain.New(t)
	from := func(a chain.Account) manifest.Contributor {
		return manifest.Contributor{Kind: manifest.Account, ID: a.Address}
	}
	item := func(content string, from manifest.Contributor) manifest.Item {
		return manifest.Item{Sha256: chain.Digest(content), Contributor: from, Weight: 1}
	}
	first := manifests.Of(item("a", from(alice)), item("b", from(bob)), item("b", from(alice)))
	second := manifests.Of(item("b", from(bob)), item("c", from(bob)))
	roots, later := first.Roots(), second.Roots()
	work := registrytypes.NewWorkID(carol.Address, roots.Digest())
	c.MustDeliver(carol, &registrytypes.MsgRegister{Registrant: carol.String(), Works: []registrytypes.Entry{{
		Sha256: roots.Digest(), Details: registrytypes.Details{Kind: registrytypes.KIND_DATASET, Title: "Photos"}, Manifest: &roots,
	}}}, &royaltytypes.MsgSharePool{Owner: carol.String(), Work: work, Version: 1, Weight: 300_000})
	c.Pay(fan, chain.Work{ID: work, Owner: carol}, "1000000uusdc")
	c.NextBlock()
	c.MustDeliver(fan, &royaltytypes.MsgCollect{
		Sender: fan.String(), Work: work, Version: 1, Entries: []registrytypes.ContributorProof{first.Contributor(0)},
	})
	c.MustDeliver(carol, &registrytypes.MsgRevise{
		Owner: carol.String(), Work: work, Details: registrytypes.Details{Kind: registrytypes.KIND_DATASET, Title: "Photos"}, Manifest: &later,
	})

	asked, err := client.New(node{c.Conn(), c})
	require.NoError(t, err)
	x, err := index.OpenItems(t.Context(), filepath.Join(t.TempDir(), "items.db"))
	require.NoError(t, err)
	defer x.Close()
	empty, err := index.Open(t.Context(), filepath.Join(t.TempDir(), "index.db"))
	require.NoError(t, err)
	defer empty.Close()
	site, err := pages.New(pages.Config{
		Client: asked, Index: empty, Items: x, Log: slog.New(slog.DiscardHandler), Limits: guard.Limits{AtOnce: 4},
		Status: func() pages.Status { return pages.Status{} },
	})
	require.NoError(t, err)
	page := func(path string) string {
		w := httptest.NewRecorder()
		site.Handler().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		require.Equal(t, 200, w.Code, w.Body.String())
		return html.UnescapeString(w.Body.String())
	}
	found := func(content string) string {
		_, part, _ := strings.Cut(page("/search?q="+chain.Digest(content).String()), `id="datasets"`)
		part, _, _ = strings.Cut(part, "</section>")
		return part
	}
	load := func(made *manifests.Made) (index.Listed, error) {
		raw := []byte(dataset.Magic)
		for _, i := range made.Items {
			raw, err = i.Append(raw)
			require.NoError(t, err)
		}
		path := filepath.Join(t.TempDir(), "items.manifest")
		require.NoError(t, os.WriteFile(path, raw, 0o600))
		return items.Load(t.Context(), asked.Registry(), x, work, path, t.TempDir())
	}

	require.Empty(t, found("b"))
	listed, err := load(first)
	require.NoError(t, err)
	require.Equal(t, uint32(1), listed.Version)
	require.Equal(t, 2, strings.Count(found("b"), "contributed by"))
	listed, err = load(second)
	require.NoError(t, err)
	require.Equal(t, uint32(2), listed.Version)
	_, err = load(manifests.Of(item("z", from(bob))))
	require.ErrorIs(t, err, items.ErrOther)
	require.Contains(t, found("b"), "version 2, 1")
	require.Equal(t, 1, strings.Count(found("b"), "contributed by"), "the newest version has it from bob alone")
	require.Contains(t, found("c"), "version 2<")
	require.Contains(t, found("a"), "version 1 · version 2 is in force")
	require.Empty(t, found("z"))
	require.NotContains(t, found("b"), "withdrawn (")

	c.MustDeliver(bob, &registrytypes.MsgWithdrawItems{
		Sender: bob.String(), Work: work, Version: 1, Contributor: registrytypes.NewContributor(from(bob)),
		Items: []registrytypes.ItemProof{first.Item(1)},
	})
	require.Contains(t, found("b"), "withdrawn (number 1)")
	require.NotContains(t, found("c"), "withdrawn (")
	body := page("/works/" + work.String())
	for _, text := range []string{
		"30\u00a0% of what the work earns, to those who contributed to version 1", "1 withdrawal",
		later.Digest().String(), "the contributors (version 1)",
		">300000uusdc<", ">100000uusdc<", ">200000uusdc<", "in force",
	} {
		require.Contains(t, body, text)
	}
}
