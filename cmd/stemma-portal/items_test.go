package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/portal/index"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// itemsOf runs a command on the items beside an index.
func itemsOf(t *testing.T, db string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	cmd := rootCmd()
	cmd.SetOut(&out)
	cmd.SetArgs(append([]string{"items"}, append(args, "--db", db)...))
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

// What was loaded is listed, and taken out by the id of its work; the index itself is not touched.
func TestItemsAreListedAndDropped(t *testing.T) {
	db := filepath.Join(t.TempDir(), "portal.db")
	out, err := itemsOf(t, db, "list")
	require.NoError(t, err)
	require.Equal(t, "WORK  VERSION  ITEMS  LOADED  MANIFEST\n", out)
	require.NoFileExists(t, db)

	x, err := index.OpenItems(t.Context(), index.ItemsBeside(db))
	require.NoError(t, err)
	work, at := registrytypes.WorkID{1}, 0
	require.NoError(t, x.Load(t.Context(), index.Listed{Work: work, Version: 3, Items: 1}, func() (item index.ListedItem, err error) {
		if at++; at > 1 {
			return item, io.EOF
		}
		return item, nil
	}))
	require.NoError(t, x.Close())
	t.Setenv("STEMMA_PORTAL_DB", db)
	out, err = itemsOf(t, db, "list")
	require.NoError(t, err)
	require.Contains(t, out, work.String()+"  3        1")

	_, err = itemsOf(t, db, "drop", work.String(), "--of-version", "2")
	require.ErrorContains(t, err, "items list")
	_, err = itemsOf(t, db, "drop", work.String())
	require.NoError(t, err)
	out, err = itemsOf(t, db, "list")
	require.NoError(t, err)
	require.NotContains(t, out, work.String())
}

// What is wrong is said before anything is read.
func TestWrongItems(t *testing.T) {
	db := filepath.Join(t.TempDir(), "portal.db")
	work := registrytypes.WorkID{1}.String()
	one, wrong := filepath.Join(t.TempDir(), "one"), filepath.Join(t.TempDir(), "wrong")
	item := manifest.Item{Weight: 1, Contributor: manifest.Contributor{Kind: manifest.Account, ID: make([]byte, 20)}}
	row, err := item.Append([]byte(dataset.Magic))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(one, row, 0o600))
	require.NoError(t, os.WriteFile(wrong, []byte("sha256,contributor"), 0o600))
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"load", "work1nonsense", "x.manifest"}, "by its id"},
		{[]string{"drop", "work1nonsense"}, "by its id"},
		{[]string{"drop", work}, "items list"},
		{[]string{"load", work}, "accepts 2 arg"},
		{[]string{"load", work, filepath.Join(t.TempDir(), "none")}, "no such file"},
		{[]string{"load", work, one, "--grpc", "127.0.0.1:1"}, "ask the node"},
		{[]string{"load", work, wrong}, "not a manifest"},
		{[]string{"list", "more"}, "unknown command"},
		{[]string{"list", "--what"}, "--what"},
	} {
		_, err := itemsOf(t, db, c.args...)
		require.ErrorContains(t, err, c.says, c.args)
		require.NotContains(t, err.Error(), ".go:", c.args)
	}
	_, err = itemsOf(t, filepath.Join(t.TempDir(), "none", "\x00"), "list")
	require.Error(t, err)
}
