package c2pa

import (
	"fmt"
	"regexp"

	"github.com/fxamacker/cbor/v2"

	"github.com/stemma-chain/stemma/client/c2pa/jumbf"
)

// claim is what both versions of a claim say (clause 10.2.1).
type claim struct {
	version   int
	signature string
	created   []hashedURI
	gathered  []hashedURI
	redacted  []string
	algorithm string
	soft      string
}

// all are the assertions of a claim in its order, those first that the signer answers for.
func (c claim) all() []hashedURI {
	return append(c.created[:len(c.created):len(c.created)], c.gathered...)
}

// claimMap has the fields of both versions.
type claimMap struct {
	Generator     string          `json:"claim_generator"`
	GeneratorInfo cbor.RawMessage `json:"claim_generator_info"`
	Signature     string          `json:"signature"`
	Assertions    []hashedURI     `json:"assertions"`
	Created       []hashedURI     `json:"created_assertions"`
	Gathered      []hashedURI     `json:"gathered_assertions"`
	Format        string          `json:"dc:format"`
	Title         string          `json:"dc:title"`
	InstanceID    *string         `json:"instanceID"`
	Redacted      []string        `json:"redacted_assertions"`
	Algorithm     string          `json:"alg"`
	Soft          string          `json:"alg_soft"`
}

type generatorInfo struct {
	Name    text `json:"name"`
	Version text `json:"version"`
	Icon    icon `json:"icon"`
}

// readClaim reads the claim and checks that what must be there is (clause 15.6.2).
func (m *manifest) readClaim() (Code, error) {
	switch m.claimBox.Label() {
	case claimLabel:
		m.claim.version = 1
	case claimV2Label:
		m.claim.version = 2
	default:
		return ClaimMalformed, fmt.Errorf("its label %q is of no version that is read", m.claimBox.Label())
	}
	if len(m.claimBox.Boxes) != 1 {
		return ClaimMalformed, fmt.Errorf("its box holds %d others", len(m.claimBox.Boxes))
	}
	raw, found := m.claimBox.First(jumbf.CBOR)
	if !found {
		return ClaimMalformed, fmt.Errorf("its box holds no CBOR")
	}
	m.claimRaw = raw
	if err := decoding.Wellformed(raw); err != nil {
		return ClaimCBOR, err
	}
	var c claimMap
	if err := decoding.Unmarshal(raw, &c); err != nil {
		return ClaimMalformed, err
	}
	m.claim.signature, m.claim.redacted, m.claim.algorithm, m.claim.soft = c.Signature, c.Redacted, c.Algorithm, c.Soft
	m.ClaimVersion, m.Title, m.Format, m.Redacted = m.claim.version, c.Title, c.Format, c.Redacted
	if c.InstanceID != nil {
		m.InstanceID = *c.InstanceID
	}
	m.claim.created, m.claim.gathered = c.Created, c.Gathered
	if m.claim.version == 1 {
		m.claim.created, m.claim.gathered = c.Assertions, nil
	}
	if err := m.readGenerators(c); err != nil {
		return ClaimMalformed, err
	}
	switch {
	case c.Signature == "":
		return SignatureMissing, fmt.Errorf("it names no signature")
	case len(m.claim.created) == 0:
		return ClaimMalformed, fmt.Errorf("it lists no assertions")
	case m.claim.version == 2 && !isIdentifier(m.Label):
		return ClaimMalformed, fmt.Errorf("the manifest's label %q is none of C2PA's", m.Label)
	case m.claim.version == 2 && c.InstanceID == nil:
		return ClaimMalformed, fmt.Errorf("it has no instanceID")
	case m.claim.version == 2 && (len(m.Generators) == 0 || m.Generators[0].Name == ""):
		return ClaimMalformed, fmt.Errorf("it doesn't name the program that wrote it")
	}
	return "", nil
}

// readGenerators reads one map (version 2), a list of them or a line of text (version 1).
func (m *manifest) readGenerators(c claimMap) error {
	var list []generatorInfo
	if len(c.GeneratorInfo) > 0 {
		var one generatorInfo
		if err := decoding.Unmarshal(c.GeneratorInfo, &list); err != nil {
			if err := decoding.Unmarshal(c.GeneratorInfo, &one); err != nil {
				return fmt.Errorf("claim_generator_info: %w", err)
			}
			list = []generatorInfo{one}
		}
	}
	for _, one := range list {
		m.Generators = append(m.Generators, Generator{string(one.Name), string(one.Version)})
		m.refer("", hashedURI(one.Icon))
	}
	if len(list) == 0 && c.Generator != "" {
		m.Generators = []Generator{{Name: c.Generator}}
	}
	return nil
}

// identifier is the label of a manifest with a claim of version 2: a UUID, then perhaps who made it, and version and reason after a
// conflict (clause 8.2).
var identifier = regexp.MustCompile(
	`^urn:c2pa:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}(:[^:/]{0,64}(:[0-9]+_[0-9]+)?)?$`)

func isIdentifier(label string) bool { return identifier.MatchString(label) }
