package sign_test

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/c2pa"
	"github.com/stemma-chain/stemma/client/c2pa/asset"
	"github.com/stemma-chain/stemma/client/c2pa/sign"
	"github.com/stemma-chain/stemma/testutil/data"
)

// What was wrong with public files when they were taken in is recorded, so that it is no news of what is made from them.
func TestPublicPhotographsAsParentsAndComponents(t *testing.T) {
	a := newAuthority(t)
	s := a.signer(t, keys(t)["ES256"])
	options := c2pa.Options{Trust: &c2pa.Trust{Signers: []*x509.Certificate{a.cert}}}
	var files map[string]any
	require.NoError(t, json.Unmarshal(data.Read(t, "c2pa/lineage.json"), &files))
	var components []sign.Ingredient
	for name := range files {
		file := open(t, data.Read(t, "c2pa/"+name), name)
		component, err := sign.FromFile(file, name, sign.ComponentOf)
		require.NoError(t, err)
		components = append(components, component)
		if len(component.Store) == 0 {
			continue
		}
		in := sign.Input{Title: name, Generator: sign.Generator{Name: "stemmad"}, Actions: []sign.Action{{Action: "c2pa.edited"}}}
		var out bytes.Buffer
		_, err = sign.Embed(&out, file, in, s)
		require.NoError(t, err)
		report := checked(t, open(t, out.Bytes(), name), nil, options)
		require.NotEqual(t, c2pa.Invalid, report.State, "%s: %+v", name, report.Failures())
		active, found := report.Manifest(report.Active)
		require.True(t, found)
		require.Len(t, active.Ingredients, 1)
		require.Equal(t, c2pa.ParentOf, active.Ingredients[0].Relationship)
		require.Equal(t, "image/jpeg", active.Ingredients[0].Format)
		require.NotEmpty(t, active.Ingredients[0].Manifest)
	}

	in := full()
	in.Ingredients, in.Actions = components, in.Actions[:1]
	file := open(t, aPNG(t), "collage.png")
	w, err := sign.Sidecar(file, in, s)
	require.NoError(t, err)
	report := checked(t, file, w.Store, options)
	require.NotEqual(t, c2pa.Invalid, report.State, "%+v", report.Failures())
	active, _ := report.Manifest(report.Active)
	require.Len(t, active.Ingredients, len(components))
	require.Equal(t, []string{"io.iscc.v0"}, []string{active.SoftBindings[0].Algorithm})
	require.Len(t, active.Mining, 2)
}

func checked(t *testing.T, f *asset.File, store []byte, o c2pa.Options) c2pa.Report {
	if store == nil {
		var err error
		store, err = f.Store()
		require.NoError(t, err)
	}
	report, err := c2pa.Check(store, f, o)
	require.NoError(t, err)
	return report
}
