package c2pa

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/client/c2pa/jumbf"
)

// ErrNotAStore is wrapped by errors on bytes that are no manifest store, or one without a manifest.
var ErrNotAStore = errors.New("not a C2PA manifest store")

// Bounds on a store. The largest public test file has 6 manifests.
const (
	// MaxManifests is how many manifests a store may have.
	MaxManifests = 1024
	// MaxDepth is how many manifests may be ingredients within each other.
	MaxDepth = 100
)

// manifest is one as it is stored.
type manifest struct {
	Manifest
	box jumbf.Box
	// claimBox is nil where there is none, or several; then problem says so.
	claimBox *jumbf.Box
	problem  Code
	reason   string
	claim    claim
	claimRaw []byte
	// assertions are the boxes of the assertion store by their labels: the first of each.
	assertions map[string]jumbf.Box
	order      []string
	twice      []string
	contents   map[string]content
	parsed     parsed
	redacted   map[string]bool
}

// store is all that lies in a manifest store.
type store struct {
	manifests []*manifest
	byLabel   map[string]*manifest
	twice     []string
}

// readStore reads the boxes of a store and what the manifests say. Nothing is checked yet.
func readStore(raw []byte) (*store, error) {
	boxes, err := jumbf.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotAStore, err)
	}
	if len(boxes) == 0 || boxes[0].ID().Letters() != "c2pa" || boxes[0].Label() != storeLabel {
		return nil, fmt.Errorf("%w: it doesn't begin with the box c2pa", ErrNotAStore)
	}
	s := &store{byLabel: map[string]*manifest{}}
	for _, box := range boxes[0].Boxes {
		// Boxes that aren't known are passed over (clause 11.1.2).
		switch box.ID().Letters() {
		case "c2ma", "c2md", "c2um", "c2cm":
		default:
			continue
		}
		if len(s.manifests) == MaxManifests {
			return nil, fmt.Errorf("%w: more than %d manifests", ErrNotAStore, MaxManifests)
		}
		if label := box.Label(); label == "" || len(label) > maxLabel || strings.Contains(label, "/") {
			return nil, fmt.Errorf("%w: a manifest's label has %d bytes, and 1 to %d without a slash are read", ErrNotAStore, len(label), maxLabel)
		}
		m := readManifest(box)
		if _, found := s.byLabel[m.Label]; found {
			s.twice = append(s.twice, m.Label)
		}
		s.manifests, s.byLabel[m.Label] = append(s.manifests, m), m
	}
	if len(s.manifests) == 0 {
		return nil, fmt.Errorf("%w: it has no manifest", ErrNotAStore)
	}
	return s, nil
}

func readManifest(box jumbf.Box) *manifest {
	m := &manifest{
		box: box, assertions: map[string]jumbf.Box{}, contents: map[string]content{}, redacted: map[string]bool{},
		Manifest: Manifest{Label: box.Label(), Hash: sha256.Sum256(box.HashedContent()), Update: box.ID().Letters() == "c2um"},
	}
	if box.ID().Letters() == "c2cm" {
		m.fail(CompressedInvalid, "the manifest is compressed, which isn't read yet")
		return m
	}
	m.findClaim()
	m.readAssertions()
	if m.claimBox == nil {
		return m
	}
	code, err := m.readClaim()
	if err != nil {
		m.fail(code, "the claim can't be read: "+err.Error())
		return m
	}
	m.readContents()
	return m
}

func (m *manifest) fail(code Code, reason string) { m.problem, m.reason = code, reason }

// findClaim finds the one claim (clause 15.6.1).
func (m *manifest) findClaim() {
	for i, one := range m.box.Boxes {
		if one.ID().Letters() != "c2cl" {
			continue
		}
		if m.claimBox != nil {
			m.fail(ClaimMultiple, "the manifest has more than one claim")
			m.claimBox = nil
			return
		}
		m.claimBox = &m.box.Boxes[i]
	}
	if m.claimBox == nil {
		m.fail(ClaimMissing, "the manifest has no claim")
	}
}

// readAssertions takes the boxes of the assertion store by their labels.
func (m *manifest) readAssertions() {
	for _, stored := range m.box.Boxes {
		if stored.ID().Letters() != "c2as" || stored.Label() != assertionsLabel {
			continue
		}
		for _, one := range stored.Boxes {
			label := one.Label()
			if _, found := m.assertions[label]; found || one.Description == nil || len(label) > maxLabel {
				m.twice = append(m.twice, label[:min(len(label), maxLabel)])
				continue
			}
			m.assertions[label], m.order = one, append(m.order, label)
		}
	}
}

// find returns the box that a way within the manifest leads to: the first, where several have its label.
func (m *manifest) find(path string) (jumbf.Box, bool) {
	at := m.box
	if path == "" {
		return at, true
	}
	if label := (place{path: path}).assertion(); label != "" {
		box, found := m.assertions[label]
		return box, found
	}
	for label := range strings.SplitSeq(path, "/") {
		found := at.All(label)
		if len(found) == 0 {
			return jumbf.Box{}, false
		}
		at = found[0]
	}
	return at, true
}

// find resolves a URI that stands in a manifest.
func (s *store) find(uri string, in *manifest) (place, jumbf.Box, bool) {
	p, err := resolve(uri, in.Label)
	if err != nil {
		return p, jumbf.Box{}, false
	}
	m, found := s.byLabel[p.manifest]
	if !found {
		return p, jumbf.Box{}, false
	}
	box, found := m.find(p.path)
	return p, box, found
}

// active is the last manifest.
func (s *store) active() *manifest { return s.manifests[len(s.manifests)-1] }

// parent is the manifest of the ingredient that a manifest's file was made from.
func (s *store) parent(m *manifest) *manifest {
	i := slices.IndexFunc(m.Ingredients, func(one Ingredient) bool { return one.Relationship == ParentOf && one.Manifest != "" })
	if i < 0 {
		return nil
	}
	return s.byLabel[m.Ingredients[i].Manifest]
}
