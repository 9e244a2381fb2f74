package c2pa

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fxamacker/cbor/v2"

	"github.com/stemma-chain/stemma/client/c2pa/jumbf"
)

// parsed is what the checks need of a manifest's assertions beyond what the report shows.
type parsed struct {
	actions     []actionList
	ingredients []ingredientRef
	// bindings are the labels of the hard bindings, gatheredBinding says that one of them isn't the signer's own.
	bindings        []string
	gatheredBinding bool
	broken          []broken
	references      []reference
	// relationships are those of the ingredients, by their labels.
	relationships map[string]Relationship
}

// broken is an assertion that couldn't be read.
type broken struct {
	code   Code
	label  string
	reason string
}

// actionList is one actions assertion.
type actionList struct {
	label   string
	actions []actionRef
	missing bool // it has no field actions
}

// actionRef is an action with what it refers to.
type actionRef struct {
	name        string
	parameters  bool
	ingredients []hashedURI
	listed      bool // it has a field ingredient or ingredients
}

// ingredientRef is an ingredient with its references and with what was found when it was taken in.
type ingredientRef struct {
	Ingredient
	version   int
	manifest  *hashedURI
	signature *hashedURI
	results   bool
	known     []knownStatus
}

type knownStatus struct {
	code Code
	uri  string
}

// hardBindings are the labels of assertions that bind a manifest to its file, without versions.
var hardBindings = []string{"c2pa.hash.data", "c2pa.hash.boxes", "c2pa.hash.bmff", "c2pa.hash.collection.data"}

func isHardBinding(label string) bool { return slices.Contains(hardBindings, base(label)) }

func isActions(label string) bool { return base(label) == "c2pa.actions" }

func isIngredient(label string) bool { return base(label) == "c2pa.ingredient" }

// readContents reads the assertions that the claim lists and that the manifest has.
func (m *manifest) readContents() {
	seen := map[string]bool{}
	for i, ref := range m.claim.all() {
		p, err := resolve(ref.URL, m.Label)
		label := p.assertion()
		if err != nil || p.manifest != m.Label || label == "" || seen[label] {
			continue
		}
		seen[label] = true
		gathered := i >= len(m.claim.created)
		a := Assertion{Label: label, Gathered: gathered}
		box, found := m.assertions[label]
		if !found || blank(box) {
			m.Assertions = append(m.Assertions, a)
			continue
		}
		c := contentOf(box)
		a.MediaType, a.Size = c.mediaType, len(c.data)
		if c.kind != jumbf.FileContent {
			a.Content = c.data
		}
		m.contents[label] = c
		m.Assertions = append(m.Assertions, a)
		m.readContent(label, c, gathered)
	}
}

// readContent reads one assertion of a kind that is known.
func (m *manifest) readContent(label string, c content, gathered bool) {
	if code, err := c.check(); err != nil {
		m.broken(code, label, err)
		return
	}
	var err error
	code := GeneralError
	switch kind := base(label); {
	case isActions(label):
		code, err = ActionMalformed, m.readActions(label, c, gathered)
	case isIngredient(label):
		code, err = IngredientMalformed, m.readIngredient(label, c, gathered)
	case isHardBinding(label):
		code, err = bindingCode(label), m.readBinding(label, c, gathered)
	case kind == "c2pa.training-mining" || kind == "cawg.training-mining":
		err = m.readMining(c, gathered)
	case kind == "c2pa.cloud-data":
		code, err = m.readCloudData(c)
	case kind == "c2pa.soft-binding":
		err = m.readSoftBinding(c)
	case kind == "stds.schema-org.CreativeWork":
		m.readWork(c)
	}
	if err != nil {
		m.broken(code, label, err)
	}
}

func (m *manifest) broken(code Code, label string, err error) {
	m.parsed.broken = append(m.parsed.broken, broken{code, label, fmt.Sprintf("the assertion %s can't be read: %s", label, err)})
}

// readCloudData checks what is said of an assertion that lies elsewhere; it is never fetched (clause 15.10.3.2.1).
func (m *manifest) readCloudData(c content) (Code, error) {
	var v struct {
		Label       *string         `json:"label"`
		Size        *uint64         `json:"size"`
		Location    cbor.RawMessage `json:"location"`
		ContentType *string         `json:"content_type"`
	}
	if err := c.decodeCBOR(&v); err != nil {
		return CloudDataMalformed, err
	}
	switch {
	case v.Label == nil || v.Size == nil || *v.Size == 0 || v.Location == nil || v.ContentType == nil:
		return CloudDataMalformed, errors.New("a field is missing")
	case isHardBinding(*v.Label):
		return CloudDataHardBinding, errors.New("a hard binding lies elsewhere, which isn't allowed")
	case m.Update && isActions(*v.Label):
		return CloudDataActions, errors.New("actions of an update lie elsewhere, which isn't allowed")
	}
	return "", nil
}

type miningMap struct {
	Entries map[string]miningEntry `json:"entries"`
}

type miningEntry struct {
	Use        string `json:"use"`
	Constraint string `json:"constraint_info"`
	// Constraints is how CAWG 1.1 spells it.
	Constraints string `json:"constraints_info"`
}

func (m *manifest) readMining(c content, gathered bool) error {
	var v miningMap
	if err := c.decode(&v); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(v.Entries)) {
		e := v.Entries[name]
		if e.Constraint == "" {
			e.Constraint = e.Constraints
		}
		m.Mining = append(m.Mining, Mining{name, e.Use, e.Constraint, gathered})
	}
	return nil
}

type softBindingMap struct {
	Algorithm string `json:"alg"`
	Name      string `json:"name"`
	Blocks    []struct {
		Value blob `json:"value"`
	} `json:"blocks"`
}

// blob is bytes, or text that some writers put in their place.
type blob []byte

func (b *blob) UnmarshalCBOR(raw []byte) error {
	var v any
	if err := decoding.Unmarshal(raw, &v); err != nil {
		return err
	}
	switch v := v.(type) {
	case []byte:
		*b = v
	case string:
		*b = blob(v)
	}
	return nil
}

func (m *manifest) readSoftBinding(c content) error {
	var v softBindingMap
	if err := c.decodeCBOR(&v); err != nil {
		return err
	}
	s := SoftBinding{Algorithm: v.Algorithm, Name: v.Name}
	if s.Algorithm == "" {
		s.Algorithm = m.claim.soft
	}
	for _, one := range v.Blocks {
		s.Values = append(s.Values, one.Value)
	}
	m.SoftBindings = append(m.SoftBindings, s)
	return nil
}

// readWork reads what it can of a CreativeWork: schema.org allows each field in many forms.
func (m *manifest) readWork(c content) {
	var v struct {
		Author  json.RawMessage `json:"author"`
		License any             `json:"license"`
		URL     any             `json:"url"`
	}
	if c.kind != jumbf.JSON || c.decode(&v) != nil {
		return
	}
	w := CreativeWork{}
	w.License, _ = v.License.(string)
	w.URL, _ = v.URL.(string)
	type person struct {
		Name any `json:"name"`
	}
	var list []person
	if json.Unmarshal(v.Author, &list) != nil {
		var one person
		if json.Unmarshal(v.Author, &one) == nil {
			list = []person{one}
		}
	}
	for _, one := range list {
		if name, isText := one.Name.(string); isText && strings.TrimSpace(name) != "" {
			w.Authors = append(w.Authors, name)
		}
	}
	m.Works = append(m.Works, w)
}
