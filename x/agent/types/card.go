package types

import (
	"encoding/base64"
	"fmt"
	"regexp"

	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/registry/text"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// The domains separate the digests of texts from every other hash.
const (
	cardDomain   = "stemma/agent-card/v1"
	nameDomain   = "stemma/agent-name/v1"
	schemaDomain = "stemma/attestation-schema/v1"
)

var (
	namePattern     = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	protocolPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)
)

// ValidateName checks the name of an agent. It fails with ErrInvalidMessage.
func ValidateName(name string) error {
	if len(name) > MaxName || !namePattern.MatchString(name) {
		return errorsmod.Wrapf(ErrInvalidMessage, "name: %q: it takes 1 to %d lower-case letters and digits, with dashes between them",
			clip(name), MaxName)
	}
	return nil
}

// NameDigest is the SHA-256 by which a blanked name is known.
func NameDigest(name string) registrytypes.Digest { return text.Digest(nameDomain, name) }

// SchemaDigest is the SHA-256 by which a blanked schema of an attestation is known.
func SchemaDigest(schema string) registrytypes.Digest { return text.Digest(schemaDomain, schema) }

// Validate checks what a passport says in public. It fails with ErrInvalidCard, naming the field
// and what it takes.
func (c Card) Validate() error {
	if c.Responsible.Name == "" {
		return invalidCard("responsible.name", "is empty: name who answers for the agent")
	}
	for _, f := range []struct {
		field, text string
		limit       int
	}{
		{"responsible.name", c.Responsible.Name, MaxText},
		{"responsible.contact", c.Responsible.Contact, MaxText},
		{"model.name", c.Model.Name, MaxText},
		{"model.version", c.Model.Version, MaxText},
		{"description", c.Description, MaxDescription},
	} {
		if err := text.Check(f.field, f.text, f.limit); err != nil {
			return refused(err)
		}
	}
	for _, f := range []struct{ field, uri string }{
		{"responsible.uri", c.Responsible.Uri}, {"document_uri", c.DocumentUri}, {"key_directory", c.KeyDirectory},
	} {
		if err := text.CheckURI(f.field, f.uri, MaxURI); err != nil {
			return refused(err)
		}
	}
	if (c.DocumentUri == "") != c.DocumentSha256.IsZero() {
		return invalidCard("document_sha256", "says what document_uri serves: give both, or neither")
	}
	if c.JwkThumbprint != "" {
		if bz, err := base64.RawURLEncoding.Strict().DecodeString(c.JwkThumbprint); err != nil || len(bz) != 32 {
			return invalidCard("jwk_thumbprint", "%q is none of RFC 7638 with SHA-256: 43 characters of base64url", clip(c.JwkThumbprint))
		}
	}
	return validateEndpoints(c.Endpoints)
}

func validateEndpoints(endpoints []Endpoint) error {
	if len(endpoints) > MaxEndpoints {
		return invalidCard("endpoints", "has %d entries, at most %d are possible", len(endpoints), MaxEndpoints)
	}
	for i, e := range endpoints {
		field := fmt.Sprintf("endpoints[%d]", i)
		if len(e.Protocol) > MaxProtocol || !protocolPattern.MatchString(e.Protocol) {
			return invalidCard(field+".protocol", "%q: it takes 1 to %d of a-z, 0-9 and ._-, such as a2a, mcp, x402 or web",
				clip(e.Protocol), MaxProtocol)
		}
		if e.Uri == "" {
			return invalidCard(field+".uri", "is empty: say where the agent is reached")
		}
		if err := text.CheckURI(field+".uri", e.Uri, MaxURI); err != nil {
			return refused(err)
		}
		if err := text.Check(field+".version", e.Version, MaxProtocol); err != nil {
			return refused(err)
		}
	}
	return nil
}

// HasText says whether there is anything to blank: all that is written freely. The model's
// work, the document's SHA-256 and the thumbprint are none and stay.
func (c Card) HasText() bool { return len(c.texts()) > 0 }

// texts are the fields with text, in the order of their digest; none when all are empty.
func (c Card) texts() []string {
	fields := []string{
		c.Responsible.Name, c.Responsible.Uri, c.Responsible.Contact, c.Model.Name, c.Model.Version,
		c.DocumentUri, c.KeyDirectory, c.Description,
	}
	any := len(c.Endpoints) > 0
	for _, f := range fields {
		any = any || f != ""
	}
	if !any {
		return nil
	}
	for _, e := range c.Endpoints {
		fields = append(fields, e.Protocol, e.Uri, e.Version)
	}
	return fields
}

// Blank returns the version without its text, which its SHA-256 replaces: text.Digest of name,
// URI and contact of the responsible party, name and version of the model, URI of the document,
// key directory, description, then protocol, URI and version of each endpoint.
func (v CardVersion) Blank() CardVersion {
	return CardVersion{
		Card: Card{
			Model: Model{Work: v.Card.Model.Work}, DocumentSha256: v.Card.DocumentSha256, JwkThumbprint: v.Card.JwkThumbprint,
		},
		CreatedAt: v.CreatedAt, BlankedSha256: text.Digest(cardDomain, v.Card.texts()...),
	}
}

// Validate checks a stored version: a valid card, or none of its text where that is blanked.
// It fails with ErrInvalidGenesis or ErrInvalidCard.
func (v CardVersion) Validate() error {
	if v.BlankedSha256.IsZero() {
		return v.Card.Validate()
	}
	if v.Card.HasText() {
		return errorsmod.Wrap(ErrInvalidGenesis, "has blanked_sha256 and text: one of them goes")
	}
	return nil
}

func invalidCard(field, format string, args ...any) error {
	return errorsmod.Wrapf(ErrInvalidCard, "%s %s", field, fmt.Sprintf(format, args...))
}

func refused(err error) error { return errorsmod.Wrap(ErrInvalidCard, err.Error()) }

// clip shortens what is quoted in an error.
func clip(s string) string {
	if len(s) <= 80 {
		return s
	}
	return s[:77] + "..."
}
