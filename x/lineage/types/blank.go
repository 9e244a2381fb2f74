package types

import (
	"strings"

	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/registry/text"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Domain tags keep the digests of blanked texts apart from every other hash.
const (
	recordDomain   = "stemma/record-text/v1"
	externalDomain = "stemma/external-uri/v1"
)

// namesWork says whether the model is meant to be a work's id, which is no text.
func (r GenerationRecord) namesWork() bool {
	return strings.HasPrefix(r.Model, registrytypes.WorkPrefix+"1")
}

// texts are what the declarant writes freely: the model where it is a name,
// provider, system and version, unique id.
func (r GenerationRecord) texts() []string {
	model := r.Model
	if r.namesWork() {
		model = ""
	}
	return []string{model, r.Provider, r.SystemName, r.SystemVersion, r.UniqueId}
}

func (r GenerationRecord) hasText() bool { return strings.Join(r.texts(), "") != "" }

// Blank returns the record without its text, which its SHA-256 replaces; ok is
// false where there is none.
func (r GenerationRecord) Blank() (bare GenerationRecord, ok bool) {
	if !r.hasText() {
		return r, false
	}
	bare = GenerationRecord{
		Agent: r.Agent, AgentVersion: r.AgentVersion, GeneratedAt: r.GeneratedAt, PromptSha256: r.PromptSha256,
		AnchoredAt: r.AnchoredAt, AnchorRoot: r.AnchorRoot, BlankedSha256: text.Digest(recordDomain, r.texts()...),
	}
	if r.namesWork() {
		bare.Model = r.Model
	}
	return bare, true
}

// Blank returns the source without its uri, which its SHA-256 replaces; ok is false
// where there is none.
func (e ExternalEdge) Blank() (bare ExternalEdge, ok bool) {
	if e.External.Uri == "" {
		return e, false
	}
	e.BlankedSha256 = text.Digest(externalDomain, e.External.Uri)
	e.External.Uri = ""
	return e, true
}

// Reference is what tells external sources apart, whether their uri is blanked or
// not.
type Reference struct {
	Sha256    registrytypes.Digest
	URIDigest registrytypes.Digest
}

// Reference returns the source's own.
func (e ExternalEdge) Reference() Reference {
	bare, _ := e.Blank()
	return Reference{Sha256: e.External.Sha256, URIDigest: bare.BlankedSha256}
}

// Validate checks a stored external source. It fails with ErrInvalidSource.
func (e ExternalEdge) Validate() error {
	if err := checkPart(e.Role, e.Weight); err != nil {
		return err
	}
	if e.BlankedSha256.IsZero() {
		return e.External.Validate()
	}
	if e.External.Uri != "" {
		return errorsmod.Wrap(ErrInvalidSource, "blanked_sha256 stands beside a uri: one of them goes")
	}
	return e.External.validateForm()
}
