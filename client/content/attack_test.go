//go:build unix

package content_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/c2pa"
	"github.com/stemma-chain/stemma/client/content"
	"github.com/stemma-chain/stemma/x/registry/fingerprint"
)

// What lies beside a file under the name of credentials, and is no file, is none: nothing waits for it, and nothing fails for it.
func TestWhatLiesBesideAndIsNoFile(t *testing.T) {
	for name, put := range map[string]func(string) error{
		"folder": func(path string) error { return os.Mkdir(path, 0o700) },
		"pipe":   func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"device": func(path string) error { return os.Symlink("/dev/zero", path) },
		"broken": func(path string) error { return os.Symlink("nothing", path) },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "text.txt")
			require.NoError(t, os.WriteFile(path, []byte("a text"), 0o600))
			require.NoError(t, put(path+".c2pa"))
			c := read(t, path, content.Options{NoISCC: true})
			require.Nil(t, c.Credentials)
			require.NoError(t, c.Unread)
		})
	}
}

// A label that is kept is one that the chain takes, in the chain's own spelling: else a file could make its registration fail.
func TestLabelsAreWhatTheChainKeeps(t *testing.T) {
	const uuid = "6e8b0c1d-0000-4000-8000-00000000000A"
	for _, label := range []string{
		"urn:c2pa:" + uuid, "URN:C2PA:" + uuid + ":Maker/1", "adobe:urn:uuid:" + uuid,
		"urn:c2pa:" + uuid + ":", "urn:c2pa:" + uuid + ":" + strings.Repeat("x", 65),
		"urn:c2pa:" + uuid + ":\x1b[2J", "urn:c2pa:" + uuid + "\n", "urn:c2pa:" + uuid + ": ",
		"x\x1burn:uuid:" + uuid, "", "sha256:" + strings.Repeat("a", 64),
	} {
		kept, known := content.Label(label)
		if !known {
			continue
		}
		scheme, value, err := fingerprint.Normalize(content.C2PA, kept)
		require.NoError(t, err, "%q", label)
		require.Equal(t, content.C2PA, scheme)
		require.Equal(t, value, kept, "%q", label)
		require.NotContains(t, kept, "\x1b")
	}
	kept, _ := content.Label("URN:C2PA:" + uuid)
	require.Equal(t, "urn:c2pa:"+strings.ToLower(uuid), kept)
}

// An update changes no content: what the manifest before it says of that still holds, and is not hidden by it.
func TestAnUpdateHidesNothing(t *testing.T) {
	parent := func(label string) []c2pa.Ingredient {
		return []c2pa.Ingredient{{Relationship: c2pa.ParentOf, Manifest: label}}
	}
	first := c2pa.Manifest{
		Label: "first", Mining: []c2pa.Mining{{Name: "cawg.ai_training", Use: "notAllowed"}, {Name: "c2pa.data_mining", Use: "allowed"}},
		Actions: []c2pa.Action{{Action: "c2pa.created", SourceType: "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"}},
	}
	for _, c := range []struct {
		manifests []c2pa.Manifest
		wish      string
		source    string
	}{
		{[]c2pa.Manifest{first, {Label: "last", Update: true, Ingredients: parent("first")}}, "notAllowed", "digitalCapture"},
		{[]c2pa.Manifest{first, {Label: "last", Ingredients: parent("first")}}, "", ""},
		{[]c2pa.Manifest{{Label: "last", Update: true, Ingredients: parent("last")}}, "", ""},
		{[]c2pa.Manifest{{Label: "last", Update: true}}, "", ""},
	} {
		read := content.Content{Credentials: &content.Credentials{Report: c2pa.Report{State: c2pa.Valid, Active: "last", Manifests: c.manifests}}}
		require.Equal(t, c.wish, read.Credentials.Wishes()["ai_training"])
		require.Equal(t, c.source, read.SourceType())
	}
}

// photo.c2pa may be of photo.jpg: beside it photo.txt is not called a forgery.
func TestAStoreOfAFileOfAnotherKind(t *testing.T) {
	jpeg := real(t, "CA")
	dir, stem := filepath.Dir(jpeg), strings.TrimSuffix(jpeg, ".jpg")
	require.NoError(t, os.WriteFile(stem+".c2pa", read(t, jpeg, content.Options{NoISCC: true}).Credentials.Store, 0o600))
	require.NoError(t, os.WriteFile(stem+".txt", []byte("a note"), 0o600))
	c := read(t, stem+".txt", content.Options{NoISCC: true})
	require.Nil(t, c.Credentials)
	require.NoError(t, c.Unread)
	require.Equal(t, c2pa.Valid, read(t, jpeg, content.Options{NoISCC: true}).Credentials.Report.State)

	// Where nothing else has the name, it is this file's, which was changed; and so it is where it has the file's whole name.
	require.NoError(t, os.Rename(jpeg, filepath.Join(dir, "other.jpg")))
	require.Equal(t, c2pa.Invalid, read(t, stem+".txt", content.Options{NoISCC: true}).Credentials.Report.State)
	require.NoError(t, os.Rename(filepath.Join(dir, "other.jpg"), jpeg))
	require.NoError(t, os.Rename(stem+".c2pa", stem+".txt.c2pa"))
	require.Equal(t, c2pa.Invalid, read(t, stem+".txt", content.Options{NoISCC: true}).Credentials.Report.State)
}
