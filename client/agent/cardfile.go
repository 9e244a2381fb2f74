package agent

import (
	"fmt"

	"go.yaml.in/yaml/v3"

	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// CardFile is a card as people write it.
type CardFile struct {
	Responsible    PartyFile      `yaml:"responsible"`
	Model          *ModelFile     `yaml:"model,omitempty"`
	Endpoints      []EndpointFile `yaml:"endpoints,omitempty"`
	DocumentURI    string         `yaml:"document_uri,omitempty"`
	DocumentSHA256 string         `yaml:"document_sha256,omitempty"`
	JWKThumbprint  string         `yaml:"jwk_thumbprint,omitempty"`
	KeyDirectory   string         `yaml:"key_directory,omitempty"`
	Description    string         `yaml:"description,omitempty"`
}

// PartyFile answers for an agent.
type PartyFile struct {
	Name    string `yaml:"name"`
	URI     string `yaml:"uri,omitempty"`
	Contact string `yaml:"contact,omitempty"`
}

// ModelFile is what an agent runs on.
type ModelFile struct {
	Work    string `yaml:"work,omitempty"`
	Name    string `yaml:"name,omitempty"`
	Version string `yaml:"version,omitempty"`
}

// EndpointFile is where an agent is reached.
type EndpointFile struct {
	Protocol string `yaml:"protocol"`
	URI      string `yaml:"uri"`
	Version  string `yaml:"version,omitempty"`
}

// ReadCard reads a card file. What it says is checked with what is added to it, by Card.Validate.
func ReadCard(raw []byte) (card agenttypes.Card, err error) {
	var f CardFile
	if err := decode(raw, &f, "responsible, with a name,"); err != nil {
		return card, err
	}
	card = agenttypes.Card{
		Responsible: agenttypes.Party{Name: f.Responsible.Name, Uri: f.Responsible.URI, Contact: f.Responsible.Contact},
		DocumentUri: f.DocumentURI, JwkThumbprint: f.JWKThumbprint, KeyDirectory: f.KeyDirectory, Description: f.Description,
	}
	if f.Model != nil {
		card.Model = agenttypes.Model{Name: f.Model.Name, Version: f.Model.Version}
		if f.Model.Work != "" {
			if card.Model.Work, err = registrytypes.ParseWorkID(f.Model.Work); err != nil {
				return card, fmt.Errorf("model: work: %w", err)
			}
		}
	}
	if f.DocumentSHA256 != "" {
		if card.DocumentSha256, err = registrytypes.ParseDigest("document_sha256", f.DocumentSHA256); err != nil {
			return card, err
		}
	}
	for _, e := range f.Endpoints {
		card.Endpoints = append(card.Endpoints, agenttypes.Endpoint{Protocol: e.Protocol, Uri: e.URI, Version: e.Version})
	}
	return card, nil
}

// WriteCard writes a card as ReadCard reads it.
func WriteCard(card agenttypes.Card) ([]byte, error) {
	f := CardFile{
		Responsible: PartyFile{Name: card.Responsible.Name, URI: card.Responsible.Uri, Contact: card.Responsible.Contact},
		DocumentURI: card.DocumentUri, JWKThumbprint: card.JwkThumbprint, KeyDirectory: card.KeyDirectory, Description: card.Description,
	}
	if !card.DocumentSha256.IsZero() {
		f.DocumentSHA256 = card.DocumentSha256.String()
	}
	if card.Model != (agenttypes.Model{}) {
		f.Model = &ModelFile{Work: card.Model.Work.String(), Name: card.Model.Name, Version: card.Model.Version}
	}
	for _, e := range card.Endpoints {
		f.Endpoints = append(f.Endpoints, EndpointFile{Protocol: e.Protocol, URI: e.Uri, Version: e.Version})
	}
	return yaml.Marshal(f)
}
