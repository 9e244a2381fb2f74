package c2pa

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/stemma-chain/stemma/client/c2pa/asset"
	"github.com/stemma-chain/stemma/client/c2pa/jumbf"
)

// The labels of a manifest's parts.
const (
	storeLabel      = "c2pa"
	assertionsLabel = "c2pa.assertions"
	signatureLabel  = "c2pa.signature"
	claimLabel      = "c2pa.claim"
	claimV2Label    = "c2pa.claim.v2"
)

const uriPrefix = "self#jumbf="

// Bounds on names: each finding repeats them, so that long ones would take memory out of proportion.
const (
	maxURI   = 2048
	maxLabel = 512
)

// place is where a JUMBF URI leads: a manifest, and the way within it.
type place struct {
	manifest string
	path     string // such as c2pa.assertions/c2pa.actions; empty for the manifest itself
}

// resolve reads a JUMBF URI as it stands in a manifest. Those that begin with the store are absolute, others relative to that manifest
// (clause 8.4.2.1).
func resolve(uri, manifest string) (place, error) {
	rest, found := strings.CutPrefix(uri, uriPrefix)
	if len(uri) > maxURI {
		return place{}, fmt.Errorf("an address of %d bytes is longer than any in use", len(uri))
	}
	if !found || strings.Contains(rest, "..") {
		return place{}, fmt.Errorf("%q is no address within the store", uri)
	}
	rest = strings.TrimPrefix(rest, "/")
	if absolute, found := strings.CutPrefix(rest, storeLabel+"/"); found {
		label, path, _ := strings.Cut(absolute, "/")
		return place{label, path}, nil
	}
	return place{manifest, rest}, nil
}

// uri is the absolute form.
func (p place) uri() string {
	if p.path == "" {
		return uriPrefix + "/" + storeLabel + "/" + p.manifest
	}
	return uriPrefix + "/" + storeLabel + "/" + p.manifest + "/" + p.path
}

// assertion is the label of the assertion that the place is one of; empty for other places.
func (p place) assertion() string {
	label, found := strings.CutPrefix(p.path, assertionsLabel+"/")
	if !found || strings.Contains(label, "/") {
		return ""
	}
	return label
}

// hashedURI is a reference to a box of the store with the hash that it must have.
type hashedURI struct {
	URL       string `json:"url"`
	Algorithm string `json:"alg"`
	Hash      []byte `json:"hash"`
}

// icon is a reference to a picture, or empty: some lie on the web, and some writers put text there.
type icon hashedURI

func (i *icon) UnmarshalCBOR(raw []byte) error {
	var ref hashedURI
	if err := decoding.Unmarshal(raw, &ref); err == nil {
		*i = icon(ref)
	}
	return nil
}

// reference is one from an assertion, or with no label from the claim, to a box of the store.
type reference struct {
	label string
	to    hashedURI
}

// refer takes down a reference to check; those to elsewhere are never followed.
func (m *manifest) refer(label string, to hashedURI) {
	if strings.HasPrefix(to.URL, uriPrefix) {
		m.parsed.references = append(m.parsed.references, reference{label, to})
	}
}

// base is an assertion's label without the number that tells several of a kind apart, and without the version.
func base(label string) string {
	label, _, _ = strings.Cut(label, "__")
	for _, version := range []string{".v1", ".v2", ".v3", ".v4"} {
		if bare, found := strings.CutSuffix(label, version); found {
			return bare
		}
	}
	return label
}

// hasher hashes boxes, each once with each algorithm however often it is referred to.
type hasher map[hashKey][]byte

type hashKey struct {
	box *byte
	alg string
}

// of is the hash of a superbox's content (clause 8.4.2.3).
func (h hasher) of(b jumbf.Box, alg string) ([]byte, error) {
	key := hashKey{&b.Raw[0], alg}
	if sum, found := h[key]; found {
		return sum, nil
	}
	digest, err := asset.NewHash(alg)
	if err != nil {
		return nil, err
	}
	digest.Write(b.HashedContent())
	h[key] = digest.Sum(nil)
	return h[key], nil
}

// bytes is the hash of something that is no box of its own.
func (h hasher) bytes(raw []byte, alg string) ([]byte, error) {
	return h.of(jumbf.Box{Raw: raw, Content: raw}, alg)
}

// matches compares a box with the hash of a reference; fallback is the algorithm where the reference names none. Errors wrap
// asset.ErrAlgorithm where that is not one that C2PA allows.
func (h hasher) matches(b jumbf.Box, ref hashedURI, fallback string) (bool, error) {
	alg := ref.Algorithm
	if alg == "" {
		alg = fallback
	}
	sum, err := h.of(b, alg)
	return err == nil && bytes.Equal(sum, ref.Hash), err
}
