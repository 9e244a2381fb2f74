package c2pa_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/c2pa"
	"github.com/stemma-chain/stemma/client/c2pa/asset"
	"github.com/stemma-chain/stemma/testutil/data"
)

// lineage is what lineage.json says of a file.
type lineage struct {
	Active    string   `json:"active_manifest"`
	State     string   `json:"validation_state"`
	Statuses  []string `json:"validation_status"`
	Manifests map[string]struct {
		Generator  string `json:"claim_generator"`
		Title      string `json:"title"`
		Format     string `json:"format"`
		InstanceID string `json:"instance_id"`
		Signature  struct {
			Algorithm string    `json:"alg"`
			Issuer    string    `json:"issuer"`
			Time      time.Time `json:"time"`
		} `json:"signature"`
		Ingredients []struct {
			Title        string `json:"title"`
			Relationship string `json:"relationship"`
			Format       string `json:"format"`
			InstanceID   string `json:"instance_id"`
			DocumentID   string `json:"document_id"`
			Active       string `json:"active_manifest"`
		} `json:"ingredients"`
		Actions []string `json:"actions"`
	} `json:"manifests"`
}

func TestPublicFilesAreReadAsTheirLineageSays(t *testing.T) {
	var files map[string]lineage
	require.NoError(t, json.Unmarshal(data.Read(t, "c2pa/lineage.json"), &files))
	require.NotEmpty(t, files)
	for name, want := range files {
		t.Run(name, func(t *testing.T) {
			raw := data.Read(t, "c2pa/"+name)
			file, err := asset.Open(bytes.NewReader(raw), int64(len(raw)), name)
			require.NoError(t, err)
			store, err := file.Store()
			if want.Active == "" {
				require.ErrorIs(t, err, asset.ErrNoStore)
				return
			}
			require.NoError(t, err)
			r, err := c2pa.Check(store, file, c2pa.Options{})
			require.NoError(t, err)
			requireLineage(t, want, r)
		})
	}
}

func requireLineage(t *testing.T, want lineage, r c2pa.Report) {
	t.Helper()
	require.Equal(t, want.State, string(r.State))
	require.Equal(t, want.Active, r.Active)
	var failures []string
	for _, one := range r.Failures() {
		failures = append(failures, string(one.Code))
		require.NotEmpty(t, one.Reason)
	}
	require.Subset(t, want.Statuses, failures)
	require.Subset(t, failures, want.Statuses)
	require.Len(t, r.Manifests, len(want.Manifests))
	for label, m := range want.Manifests {
		got, found := r.Manifest(label)
		require.True(t, found, label)
		require.Equal(t, m.Title, got.Title)
		require.Equal(t, m.Format, got.Format)
		require.Equal(t, m.InstanceID, got.InstanceID)
		require.True(t, strings.HasPrefix(m.Generator, got.Generators[0].Name), "%s %v", m.Generator, got.Generators)
		require.True(t, strings.EqualFold(m.Signature.Algorithm, got.Signature.Algorithm))
		require.Equal(t, m.Signature.Issuer, got.Signature.Organization)
		require.True(t, m.Signature.Time.Equal(*got.Signature.Time))
		require.Len(t, got.Ingredients, len(m.Ingredients))
		for i, one := range m.Ingredients {
			ingredient := got.Ingredients[i]
			require.Equal(t, []string{one.Title, one.Relationship, one.Format, one.InstanceID, one.DocumentID, one.Active}, []string{
				ingredient.Title, string(ingredient.Relationship), ingredient.Format, ingredient.InstanceID, ingredient.DocumentID,
				ingredient.Manifest,
			})
		}
		var actions []string
		for _, one := range got.Actions {
			actions = append(actions, one.Action)
		}
		require.Equal(t, m.Actions, actions)
	}
}

// The picture of E-dat-CA.jpg was changed, and nothing else.
func TestAChangedPictureIsRefusedWithTheReason(t *testing.T) {
	raw := data.Read(t, "c2pa/adobe-20220124-E-dat-CA.jpg")
	file, err := asset.Open(bytes.NewReader(raw), int64(len(raw)), "")
	require.NoError(t, err)
	store, err := file.Store()
	require.NoError(t, err)
	r, err := c2pa.Check(store, file, c2pa.Options{})
	require.NoError(t, err)
	require.Equal(t, c2pa.Invalid, r.State)
	require.Equal(t, c2pa.DataHashMismatch, r.Failures()[len(r.Failures())-1].Code)
	require.Equal(t, "the file was changed after signing", r.Failures()[len(r.Failures())-1].Reason)
	require.True(t, r.Has(c2pa.SignatureValidated, r.Active))

	alone, err := c2pa.Check(store, nil, c2pa.Options{})
	require.NoError(t, err)
	require.Equal(t, c2pa.Valid, alone.State)
	require.True(t, alone.Has(c2pa.NotChecked, alone.Active))
}
