package sign

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"

	"github.com/stemma-chain/stemma/client/c2pa"
	"github.com/stemma-chain/stemma/client/c2pa/asset"
)

// hashAlgorithm is the hash of all that is written.
const hashAlgorithm = "sha256"

// encoding is CBOR's deterministic form: the same input gives the same bytes.
var encoding = func() cbor.EncMode {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		panic(err)
	}
	return mode
}()

// encode writes CBOR that others can read: texts are UTF-8.
func encode(v any) ([]byte, error) {
	raw, err := encoding.Marshal(v)
	if err != nil {
		return nil, err
	}
	var read any
	if err := cbor.Unmarshal(raw, &read); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInput, err)
	}
	return raw, nil
}

// hashedURI points at a box and says what it must hash to (C2PA 2.2, 8.4.2).
type hashedURI struct {
	URL  string `cbor:"url"`
	Hash []byte `cbor:"hash"`
}

// claim is a claim of version 2 (C2PA 2.2, 10.3).
type claim struct {
	InstanceID string      `cbor:"instanceID"`
	Generator  Generator   `cbor:"claim_generator_info"`
	Signature  string      `cbor:"signature"`
	Created    []hashedURI `cbor:"created_assertions"`
	Title      string      `cbor:"dc:title,omitempty"`
	Alg        string      `cbor:"alg"`
}

// dataHash is c2pa.hash.data (18.5).
type dataHash struct {
	Exclusions []asset.Range `cbor:"exclusions,omitempty"`
	Alg        string        `cbor:"alg"`
	Hash       []byte        `cbor:"hash"`
	Name       string        `cbor:"name"`
	Pad        []byte        `cbor:"pad"`
}

// actions is c2pa.actions.v2 (18.14).
type actions struct {
	Actions []action `cbor:"actions"`
}

type action struct {
	Action      string      `cbor:"action"`
	When        *cbor.Tag   `cbor:"when,omitempty"`
	SourceType  string      `cbor:"digitalSourceType,omitempty"`
	Description string      `cbor:"description,omitempty"`
	Agent       *Generator  `cbor:"softwareAgent,omitempty"`
	Parameters  *parameters `cbor:"parameters,omitempty"`
}

type parameters struct {
	Ingredients []hashedURI `cbor:"ingredients"`
}

// date is a time as CBOR has it (RFC 8949, 3.4.1).
func date(t time.Time) *cbor.Tag {
	if t.IsZero() {
		return nil
	}
	return &cbor.Tag{Number: 0, Content: t.UTC().Format(time.RFC3339)}
}

// ingredient is c2pa.ingredient.v3 (18.15).
type ingredient struct {
	Title          string     `cbor:"dc:title,omitempty"`
	Format         string     `cbor:"dc:format,omitempty"`
	Relationship   string     `cbor:"relationship"`
	Results        *results   `cbor:"validationResults,omitempty"`
	InstanceID     string     `cbor:"instanceID,omitempty"`
	ActiveManifest *hashedURI `cbor:"activeManifest,omitempty"`
	ClaimSignature *hashedURI `cbor:"claimSignature,omitempty"`
	Description    string     `cbor:"description,omitempty"`
	URI            string     `cbor:"informationalURI,omitempty"`
}

// results are what checking an ingredient's credentials found (18.15.6): of its active manifest, and of others what their own users did
// not know yet.
type results struct {
	Active resultCodes `cbor:"activeManifest"`
	Deltas []delta     `cbor:"ingredientDeltas,omitempty"`
}

type delta struct {
	URI     string      `cbor:"ingredientAssertionURI"`
	Results resultCodes `cbor:"validationDeltas"`
}

type resultCodes struct {
	Success       []result `cbor:"success"`
	Informational []result `cbor:"informational"`
	Failure       []result `cbor:"failure"`
}

type result struct {
	Code        string `cbor:"code"`
	URL         string `cbor:"url,omitempty"`
	Explanation string `cbor:"explanation,omitempty"`
}

func (c *resultCodes) add(s c2pa.Status) {
	if s.Code == c2pa.NotChecked { // no code of C2PA's
		return
	}
	list := map[c2pa.Kind]*[]result{c2pa.Success: &c.Success, c2pa.Informational: &c.Informational, c2pa.Failure: &c.Failure}[s.Kind]
	*list = append(*list, result{string(s.Code), s.URI, s.Reason})
}

func newResults(r c2pa.Report) *results {
	empty := func() resultCodes {
		return resultCodes{Success: []result{}, Informational: []result{}, Failure: []result{}}
	}
	all := results{Active: empty()}
	for _, s := range r.Statuses {
		if s.Manifest == r.Active {
			all.Active.add(s)
			continue
		}
		uri := ingredientURI(r, s.Manifest)
		if uri == "" || s.Known || s.Kind == c2pa.Success {
			continue
		}
		at := slices.IndexFunc(all.Deltas, func(d delta) bool { return d.URI == uri })
		if at < 0 {
			at = len(all.Deltas)
			all.Deltas = append(all.Deltas, delta{uri, empty()})
		}
		all.Deltas[at].Results.add(s)
	}
	return &all
}

// ingredientURI is where a manifest is an ingredient of another.
func ingredientURI(r c2pa.Report, label string) string {
	for _, m := range r.Manifests {
		for _, one := range m.Ingredients {
			if one.Manifest == label {
				return manifestURI(m.Label) + "/" + assertionsLabel + "/" + one.Label
			}
		}
	}
	return ""
}

// mining is cawg.training-mining (CAWG, Training and Data Mining Assertion 1.1).
type mining struct {
	Entries map[string]miningEntry `cbor:"entries"`
}

type miningEntry struct {
	Use        string `cbor:"use"`
	Constraint string `cbor:"constraint_info,omitempty"`
}

func newMining(all []Mining) (mining, error) {
	m := mining{map[string]miningEntry{}}
	for _, one := range all {
		_, twice := m.Entries[one.Name]
		allowed := one.Use == "allowed" || one.Use == "notAllowed" || one.Use == "constrained"
		if one.Name == "" || twice || !allowed || one.Constraint != "" && one.Use != "constrained" {
			return m, fmt.Errorf("%w: training-mining entry %q with use %q and constraint %q", ErrInput, one.Name, one.Use, one.Constraint)
		}
		m.Entries[one.Name] = miningEntry{one.Use, one.Constraint}
	}
	return m, nil
}

// softBinding is c2pa.soft-binding (C2PA 2.2, 18.10).
type softBinding struct {
	Alg    string             `cbor:"alg"`
	Blocks []softBindingBlock `cbor:"blocks"`
	Pad    []byte             `cbor:"pad"`
}

type softBindingBlock struct {
	Scope struct{} `cbor:"scope"` // empty: the whole content
	Value []byte   `cbor:"value"`
}

// sourceTypes is where IPTC's digital source types are.
const sourceTypes = "http://cv.iptc.org/newscodes/digitalsourcetype/"

// sourceType completes one that is written by its last part.
func sourceType(s string) string {
	if s == "" || strings.Contains(s, ":") {
		return s
	}
	return sourceTypes + s
}
