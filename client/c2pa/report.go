package c2pa

import "time"

// State is how far the credentials of a file hold, as the makers' library says it (C2PA 2.2, clause 14.3).
type State string

// The states. Every other manifest than the active one counts by what the signer who took it in did not already know to be wrong.
const (
	// Invalid: something failed that is more than an unknown signer.
	Invalid State = "Invalid"
	// Valid: all holds together and with the file, but nobody on a trust list has signed.
	Valid State = "Valid"
	// Trusted is Valid, and all signers are on the trust list.
	Trusted State = "Trusted"
)

// Report is what is in a manifest store, and what became of checking it.
type Report struct {
	State State `json:"state"`
	// Active is the label of the manifest that speaks for the file: the last in the store.
	Active string `json:"active"`
	// Manifests are all of the store, in its order. Those that no ingredient leads to are read, not checked.
	Manifests []Manifest `json:"manifests"`
	// Statuses are what checking found, in the order in which it was found.
	Statuses []Status `json:"statuses"`
}

// Status is one finding.
type Status struct {
	Code Code `json:"code"`
	Kind Kind `json:"kind"`
	// Manifest is the label of the manifest that it is about, URI the place within the store.
	Manifest string `json:"manifest"`
	URI      string `json:"uri,omitempty"`
	// Reason is one plain sentence without a full stop; empty for success.
	Reason string `json:"reason,omitempty"`
	// Known says that whoever took this manifest in as an ingredient recorded the same finding: it is no news, and leaves the state alone.
	Known bool `json:"known,omitempty"`
}

// Failures are the findings that make the state what it is: failures that are news. An unknown signer is among them.
func (r Report) Failures() []Status {
	var all []Status
	for _, one := range r.Statuses {
		if one.Kind == Failure && !one.Known {
			all = append(all, one)
		}
	}
	return all
}

// Has says whether a code was found for a manifest; an empty label means any.
func (r Report) Has(code Code, manifest string) bool {
	for _, one := range r.Statuses {
		if one.Code == code && (manifest == "" || one.Manifest == manifest) {
			return true
		}
	}
	return false
}

// Manifest finds one by its label.
func (r Report) Manifest(label string) (Manifest, bool) {
	for _, one := range r.Manifests {
		if one.Label == label {
			return one, true
		}
	}
	return Manifest{}, false
}

// Manifest is what one manifest says.
type Manifest struct {
	// Label is its identifier within the store, such as urn:c2pa:UUID or contentauth:urn:uuid:UUID.
	Label string `json:"label"`
	// Hash is the SHA-256 of the manifest's box without its header: what an ingredient's reference to it holds (clause 8.4.2.3).
	Hash [32]byte `json:"-"`
	// Update says that it changes no content: its hard binding is its parent's.
	Update bool `json:"update,omitempty"`
	// ClaimVersion is 1 or 2; 0 where the claim could not be read.
	ClaimVersion int         `json:"claim_version"`
	Generators   []Generator `json:"generators,omitempty"`
	Title        string      `json:"title,omitempty"`
	// Format is the media type of the file, InstanceID names this version of it. Both are the signer's words.
	Format      string       `json:"format,omitempty"`
	InstanceID  string       `json:"instance_id,omitempty"`
	Signature   Signature    `json:"signature"`
	Assertions  []Assertion  `json:"assertions"`
	Actions     []Action     `json:"actions,omitempty"`
	Ingredients []Ingredient `json:"ingredients,omitempty"`
	// Mining is what is said of training and data mining, by c2pa.training-mining and cawg.training-mining.
	Mining       []Mining       `json:"mining,omitempty"`
	SoftBindings []SoftBinding  `json:"soft_bindings,omitempty"`
	Works        []CreativeWork `json:"creative_works,omitempty"`
	// Binding is the hard binding; nil where there is none, or several.
	Binding *Binding `json:"binding,omitempty"`
	// Redacted are the URIs of assertions in other manifests that this one says were taken out.
	Redacted []string `json:"redacted,omitempty"`
}

// DigitalSourceType is IPTC's term for how the content came to be, as the first action says that made it or has one; empty where none does.
func (m Manifest) DigitalSourceType() string {
	for _, a := range m.Actions {
		if a.Action == "c2pa.created" && a.SourceType != "" {
			return a.SourceType
		}
	}
	for _, a := range m.Actions {
		if a.SourceType != "" {
			return a.SourceType
		}
	}
	return ""
}

// Generator is the program that wrote a claim.
type Generator struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
}

// Signature is who signed a claim, and when.
type Signature struct {
	// Algorithm is such as ES256; empty where the signature could not be read.
	Algorithm string `json:"algorithm,omitempty"`
	// Organization and CommonName are the subject of the signer's certificate, Issuer the common name of who issued that.
	Organization string `json:"organization,omitempty"`
	CommonName   string `json:"common_name,omitempty"`
	Issuer       string `json:"issuer,omitempty"`
	// Serial is the certificate's number in decimal digits: a text, since it is longer than what programs keep of a number.
	Serial string `json:"serial,omitempty"`
	// Time is when an authority says that the signature was there; nil without a time stamp that holds.
	Time *time.Time `json:"time,omitempty"`
	// Staples is how many answers on revocation (OCSP) came with the signature.
	Staples int `json:"ocsp_staples,omitempty"`
	// Certificates are the signer's and those that came with it, in DER.
	Certificates [][]byte `json:"-"`
}

// Assertion is one entry of a claim's list.
type Assertion struct {
	// Label is as in the store, such as c2pa.actions.v2 or c2pa.ingredient__1.
	Label string `json:"label"`
	// Gathered says that the signer passes it on and does not answer for it (claims of version 2).
	Gathered bool `json:"gathered,omitempty"`
	// MediaType is application/cbor, application/json, or that of the file within; empty where the box is missing or was redacted.
	MediaType string `json:"media_type,omitempty"`
	// Size is that of the content, in bytes.
	Size int `json:"size"`
	// Content is the bytes of CBOR or JSON, as stored: a part of the input. Files within, such as thumbnails, are left out.
	Content []byte `json:"-"`
	// Redacted says that somebody later took it out and said so.
	Redacted bool `json:"redacted,omitempty"`
}

// Action is one thing that was done.
type Action struct {
	Action string `json:"action"`
	// When is as the signer wrote it, in the form of RFC 3339 where it was a date at all.
	When string `json:"when,omitempty"`
	// SourceType is IPTC's digital source type, a URI. Templates are filled in.
	SourceType  string `json:"digital_source_type,omitempty"`
	Agent       string `json:"software_agent,omitempty"`
	Description string `json:"description,omitempty"`
	Reason      string `json:"reason,omitempty"`
	// Ingredients are the labels of the ingredient assertions that the action was done with.
	Ingredients []string `json:"ingredients,omitempty"`
	Gathered    bool     `json:"gathered,omitempty"`
}

// Relationship is how an ingredient went into the content.
type Relationship string

// The relationships.
const (
	ParentOf    Relationship = "parentOf"
	ComponentOf Relationship = "componentOf"
	InputTo     Relationship = "inputTo"
)

// Ingredient is one thing that the content was made from.
type Ingredient struct {
	// Label is that of the assertion that says so.
	Label        string       `json:"label"`
	Title        string       `json:"title,omitempty"`
	Format       string       `json:"format,omitempty"`
	InstanceID   string       `json:"instance_id,omitempty"`
	DocumentID   string       `json:"document_id,omitempty"`
	Relationship Relationship `json:"relationship"`
	// Manifest is the label of the ingredient's own manifest in this store; empty where it has none.
	Manifest string `json:"manifest,omitempty"`
	// ManifestHash is what the ingredient's manifest must hash to, by Algorithm.
	ManifestHash []byte `json:"-"`
	Algorithm    string `json:"-"`
	// DataType is what kind of data it is, such as c2pa.types.model, and URI where to learn more.
	DataTypes []string `json:"data_types,omitempty"`
	URI       string   `json:"informational_uri,omitempty"`
	Gathered  bool     `json:"gathered,omitempty"`
}

// Mining says whether a use is allowed.
type Mining struct {
	// Name is such as c2pa.data_mining or cawg.ai_generative_training.
	Name string `json:"name"`
	// Use is allowed, notAllowed or constrained.
	Use string `json:"use"`
	// Constraint is free text: under which condition.
	Constraint string `json:"constraint,omitempty"`
	Gathered   bool   `json:"gathered,omitempty"`
}

// SoftBinding is a fingerprint or watermark by which content is found again.
type SoftBinding struct {
	Algorithm string   `json:"algorithm"`
	Name      string   `json:"name,omitempty"`
	Values    [][]byte `json:"values"`
}

// CreativeWork is the part of a schema.org CreativeWork assertion that says whose it is.
type CreativeWork struct {
	Authors []string `json:"authors,omitempty"`
	License string   `json:"license,omitempty"`
	URL     string   `json:"url,omitempty"`
}

// Binding is a hard binding: a hash of the file.
type Binding struct {
	// Label is that of the assertion, such as c2pa.hash.data.
	Label     string `json:"label"`
	Algorithm string `json:"algorithm"`
	// Hash is empty where boxes or a tree have hashes of their own.
	Hash []byte `json:"hash,omitempty"`
}
