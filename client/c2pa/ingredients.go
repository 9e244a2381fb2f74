package c2pa

import (
	"fmt"
	"strings"
)

// ingredientMap is an ingredient assertion of all three versions (clause 18.15.6).
type ingredientMap struct {
	Title          string        `json:"dc:title"`
	Format         string        `json:"dc:format"`
	InstanceID     string        `json:"instanceID"`
	DocumentID     string        `json:"documentID"`
	Relationship   Relationship  `json:"relationship"`
	Manifest       *hashedURI    `json:"c2pa_manifest"`
	ActiveManifest *hashedURI    `json:"activeManifest"`
	Signature      *hashedURI    `json:"claimSignature"`
	Thumbnail      *hashedURI    `json:"thumbnail"`
	Statuses       []statusMap   `json:"validationStatus"`
	Results        *resultsMap   `json:"validationResults"`
	DataTypes      []dataTypeMap `json:"dataTypes"`
	OldDataTypes   []dataTypeMap `json:"data_types"`
	URI            string        `json:"informationalURI"`
	OldURI         string        `json:"informational_URI"`
}

type statusMap struct {
	Code string `json:"code"`
	URL  string `json:"url"`
}

type resultsMap struct {
	Active *statusLists `json:"activeManifest"`
	Deltas []struct {
		Statuses statusLists `json:"validationDeltas"`
	} `json:"ingredientDeltas"`
}

type statusLists struct {
	Success       []statusMap `json:"success"`
	Informational []statusMap `json:"informational"`
	Failure       []statusMap `json:"failure"`
}

func (l statusLists) all() []statusMap {
	return append(append(append([]statusMap{}, l.Success...), l.Informational...), l.Failure...)
}

type dataTypeMap struct {
	Type string `json:"type"`
}

func (m *manifest) readIngredient(label string, c content, gathered bool) error {
	var v ingredientMap
	if err := c.decodeCBOR(&v); err != nil {
		return err
	}
	ref := ingredientRef{version: 1, manifest: v.Manifest, signature: v.Signature, results: v.Results != nil}
	bare, _, _ := strings.Cut(label, "__")
	switch {
	case strings.HasSuffix(bare, ".v2"):
		ref.version = 2
	case strings.HasSuffix(bare, ".v3"):
		ref.version = 3
		ref.manifest = v.ActiveManifest
	}
	ref.Ingredient = Ingredient{
		Label: label, Title: v.Title, Format: v.Format, InstanceID: v.InstanceID, DocumentID: v.DocumentID, Relationship: v.Relationship,
		URI: v.URI + v.OldURI, Gathered: gathered,
	}
	for _, one := range append(v.DataTypes, v.OldDataTypes...) {
		ref.DataTypes = append(ref.DataTypes, one.Type)
	}
	if ref.manifest != nil {
		p, err := resolve(ref.manifest.URL, m.Label)
		if err != nil {
			return err
		}
		ref.Ingredient.Manifest, ref.ManifestHash, ref.Algorithm = p.manifest, ref.manifest.Hash, ref.manifest.Algorithm
	}
	if v.Thumbnail != nil {
		m.refer(label, *v.Thumbnail)
	}
	ref.known = v.known(ref.Ingredient.Manifest)
	m.parsed.ingredients = append(m.parsed.ingredients, ref)
	m.Ingredients = append(m.Ingredients, ref.Ingredient)
	if m.parsed.relationships == nil {
		m.parsed.relationships = map[string]Relationship{}
	}
	m.parsed.relationships[label] = v.Relationship
	switch v.Relationship {
	case ParentOf, ComponentOf, InputTo:
		return nil
	}
	return fmt.Errorf("its relationship is %q", v.Relationship)
}

// known are the findings that the signer recorded when taking the ingredient in, with their places made absolute.
func (v ingredientMap) known(manifest string) []knownStatus {
	list := v.Statuses
	if v.Results != nil {
		list = nil
		if v.Results.Active != nil {
			list = v.Results.Active.all()
		}
		for _, delta := range v.Results.Deltas {
			list = append(list, delta.Statuses.all()...)
		}
	}
	var all []knownStatus
	for _, one := range list {
		uri := one.URL
		if p, err := resolve(uri, manifest); err == nil {
			uri = p.uri()
		}
		all = append(all, knownStatus{Code(one.Code), uri})
	}
	return all
}
