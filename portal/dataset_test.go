package portal_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/portal"
	"github.com/stemma-chain/stemma/portal/index"
	"github.com/stemma-chain/stemma/portal/items"
	"github.com/stemma-chain/stemma/testutil/localnet"
	"github.com/stemma-chain/stemma/testutil/manifests"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// A manifest is loaded beside a portal that runs; what was loaded stays when the index is deleted and built again.
func TestItemsOutlastTheIndex(t *testing.T) {
	encoding.Configure()
	net := localnet.ForTest(t, localnet.Options{Keys: []string{"alice", "bob"}})
	node := net.Nodes[0]
	c, err := client.Dial(node.GRPC)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	ring, err := keyring.New(sdk.KeyringServiceName(), keyring.BackendTest, node.Home, nil, c.Encoding.Codec)
	require.NoError(t, err)
	alice, err := client.FromKeyring(ring, "alice")
	require.NoError(t, err)
	bob, err := client.FromKeyring(ring, "bob")
	require.NoError(t, err)
	send := func(signer client.Signer, msgs ...sdk.Msg) {
		_, err := c.Send(t.Context(), signer, msgs...)
		require.NoError(t, err)
	}

	item := manifest.Item{
		Sha256: sha256.Sum256([]byte("photo")), Weight: 1, Contributor: manifest.Contributor{Kind: manifest.Account, ID: bob.Address()},
	}
	made := manifests.Of(item)
	roots := made.Roots()
	work := registrytypes.NewWorkID(alice.Address(), roots.Digest())
	details := registrytypes.Details{Kind: registrytypes.KIND_DATASET, Title: "Photos of the city"}
	send(alice, &registrytypes.MsgRegister{Registrant: alice.Address().String(), Works: []registrytypes.Entry{
		{Sha256: roots.Digest(), Details: details, Manifest: &roots},
	}}, &royaltytypes.MsgSharePool{Owner: alice.Address().String(), Work: work, Version: 1, Weight: 250_000})
	raw, err := item.Append([]byte(dataset.Magic))
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "photos.manifest")
	require.NoError(t, os.WriteFile(path, raw, 0o600))

	database := filepath.Join(t.TempDir(), "portal.db")
	search := "/search?q=" + hex.EncodeToString(item.Sha256[:])
	there := func(c *portal.Config) { c.Database = database }
	t.Run("loaded", func(t *testing.T) {
		s := serve(t, node, there)
		s.await("/works/"+work.String(), "25\u00a0% of what the work earns")
		require.NotContains(t, s.await(search, "Nobody has registered"), work.String())
		x, err := index.OpenItems(t.Context(), index.ItemsBeside(database)) // as another process does
		require.NoError(t, err)
		defer x.Close()
		_, err = items.Load(t.Context(), c.Registry(), x, work, path, t.TempDir())
		require.NoError(t, err)
		require.Contains(t, s.await(search, "Datasets that have it"), work.String())
	})
	files, err := filepath.Glob(database + "*")
	require.NoError(t, err)
	for _, file := range files {
		require.NoError(t, os.Remove(file))
	}
	send(bob, &registrytypes.MsgWithdrawItems{
		Sender: bob.Address().String(), Work: work, Version: 1, Contributor: registrytypes.NewContributor(item.Contributor),
		Items: []registrytypes.ItemProof{made.Item(0)},
	})
	t.Run("built again", func(t *testing.T) {
		s := serve(t, node, there)
		body := s.await(search, "Photos of the city")
		require.Contains(t, body, "withdrawn (number 1)")
		require.Equal(t, 1, strings.Count(body, "contributed by"))
	})
}
