package content_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/c2pa"
	"github.com/stemma-chain/stemma/client/c2pa/asset"
	"github.com/stemma-chain/stemma/client/content"
	"github.com/stemma-chain/stemma/testutil/data"
	"github.com/stemma-chain/stemma/x/registry/fingerprint"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func read(t *testing.T, path string, o content.Options) content.Content {
	t.Helper()
	c, err := content.Read(t.Context(), path, o)
	require.NoError(t, err)
	return c
}

// real writes a file of the shared data and returns its path.
func real(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name+".jpg")
	require.NoError(t, os.WriteFile(path, data.Read(t, "c2pa/adobe-20220124-"+name+".jpg"), 0o600))
	return path
}

func of(all []registrytypes.Fingerprint, scheme string) (values []string) {
	for _, f := range all {
		if f.Scheme == scheme {
			values = append(values, f.Value)
		}
	}
	return values
}

// Whatever lost its credentials is found by what has them, and the other way round; a file that was changed is not.
func TestCopiesWithAndWithoutCredentialsFindEachOther(t *testing.T) {
	with := real(t, "CA")
	c := read(t, with, content.Options{Title: "A picture"})
	require.NotNil(t, c.Credentials)
	require.Equal(t, c2pa.Valid, c.Credentials.Report.State)
	marks := c.Fingerprints()
	require.Len(t, of(marks, content.ISCC), 1)
	require.Equal(t, []string{"sha256:" + c.Credentials.Sha256.String(), "urn:uuid:04cdf4ec-f713-4e47-a8d6-7af56501ce4b"},
		of(marks, content.C2PA))
	require.Equal(t, []string{"sha256:" + c.Plain.String()}, of(marks, content.Binding))
	for _, f := range marks { // the chain keeps them as they are
		scheme, value, err := fingerprint.Normalize(f.Scheme, f.Value)
		require.NoError(t, err)
		require.Equal(t, f, registrytypes.Fingerprint{Scheme: scheme, Value: value})
	}

	raw, err := os.ReadFile(with)
	require.NoError(t, err)
	a, err := asset.Open(bytes.NewReader(raw), int64(len(raw)), with)
	require.NoError(t, err)
	var plain bytes.Buffer
	require.NoError(t, a.Strip(&plain))
	without := filepath.Join(t.TempDir(), "plain.jpg")
	require.NoError(t, os.WriteFile(without, plain.Bytes(), 0o600))
	p := read(t, without, content.Options{NoISCC: true})
	require.Nil(t, p.Credentials)
	require.Equal(t, c.Plain, p.Sha256)
	require.Empty(t, p.Fingerprints())
	require.Equal(t, of(marks, content.Binding), of(p.Marks(), content.Binding), "found by what is registered with credentials")
	require.Equal(t, []string{p.Sha256.String()}, of(c.Marks(), registrytypes.SchemeSHA256), "found by what is registered without")
	require.Empty(t, of(p.Marks(), registrytypes.SchemeSHA256), "its own digest is asked for anyway")

	bad := read(t, real(t, "E-dat-CA"), content.Options{})
	require.Equal(t, c2pa.Invalid, bad.Credentials.Report.State)
	require.Len(t, bad.Fingerprints(), 1, "the ISCC alone")
	require.Empty(t, bad.SourceType())
}

// The ingredients of a real manifest are looked for by the manifests that they have, and have none of the others'.
func TestIngredientsAreLookedForByTheirOwnManifests(t *testing.T) {
	parts := map[string]content.Content{}
	for _, name := range []string{"CA", "CICA", "CAICA"} {
		parts[name+".jpg"] = read(t, real(t, name), content.Options{NoISCC: true})
	}
	whole := read(t, real(t, "CACAICAICICA"), content.Options{NoISCC: true})
	ingredients := whole.Credentials.Ingredients()
	require.Len(t, ingredients, 2)
	for _, i := range ingredients {
		for name, part := range parts {
			shared := 0
			for _, f := range part.Fingerprints() {
				for _, mark := range i.Marks {
					if mark == f {
						shared++
					}
				}
			}
			if name == i.Title {
				require.Equal(t, 2, shared, name) // its label, and its file without credentials
			} else {
				require.Zero(t, shared, "%s for %s", name, i.Title)
			}
		}
	}
	require.Nil(t, read(t, real(t, "CA"), content.Options{NoISCC: true}).Credentials.Ingredients()[0].Marks, "A.jpg has no manifest")
}

// A manifest beside a file counts where there is none in it; what is no manifest is said, and the rest is read.
func TestManifestsBesideFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "photo.png")
	m := image.NewGray(image.Rect(0, 0, 40, 40))
	m.SetGray(3, 4, color.Gray{200})
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, m))
	require.NoError(t, os.WriteFile(path, out.Bytes(), 0o600))
	c := read(t, path, content.Options{})
	require.Nil(t, c.Credentials)
	require.NoError(t, c.Unread)
	require.False(t, c.ISCC.Code.IsZero())
	for _, name := range []string{"photo.png.c2pa", "photo.c2pa"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("no manifest"), 0o600))
		c = read(t, path, content.Options{NoISCC: true})
		require.Nil(t, c.Credentials)
		require.ErrorContains(t, c.Unread, "")
		require.Error(t, c.Unread)
		require.NoError(t, os.Remove(filepath.Join(dir, name)))
	}
	_, err := content.Read(t.Context(), filepath.Join(dir, "none"), content.Options{})
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	require.True(t, read(t, path, content.Options{}).ISCC.Code.IsZero(), "an empty file has no code")
}

func TestLabels(t *testing.T) {
	const id = "04cdf4ec-f713-4e47-a8d6-7af56501ce4b"
	for label, want := range map[string]string{
		"urn:c2pa:" + id: "urn:c2pa:" + id, "contentauth:urn:uuid:" + id: "urn:uuid:" + id,
		"urn:c2pa:" + id + ":acme:2_3": "urn:c2pa:" + id + ":acme:2_3",
		"self":                         "", "": "", "urn:c2pa:" + id[1:]: "", "urn:c2pa:" + id + ":" + strings.Repeat("x", 65): "",
	} {
		kept, known := content.Label(label)
		require.Equal(t, want, kept, label)
		require.Equal(t, want != "", known)
		if known {
			_, normal, err := fingerprint.Normalize(content.C2PA, kept)
			require.NoError(t, err)
			require.Equal(t, kept, normal)
		}
	}
}
