package agent

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
)

// Rendered is what cards in the formats of others are made from. They say what the passport says: what it does not
// say is left out, or refused where the format takes it.
type Rendered struct {
	ChainID  string
	Passport agenttypes.Passport
	// Version is that of Card, which need not be the present one.
	Version uint32
	Card    agenttypes.CardVersion
	// Acts says whether the agent acts now.
	Acts bool
	// Keys are the accounts that act for it now.
	Keys []string
	// Takes and Gives are media types: a passport has none, and an A2A card names them.
	Takes, Gives []string
}

// ErrBlanked says that the text of the name or of the card was taken back, so that no card can be made from it.
var ErrBlanked = errors.New("its text was blanked: no card can be made from it")

func (r Rendered) readable() error {
	if !r.Card.BlankedSha256.IsZero() || r.Passport.Name == "" {
		return fmt.Errorf("version %d of the card of %s: %w", r.Version, r.Passport.Id, ErrBlanked)
	}
	if r.Card.Card.Description == "" {
		return fmt.Errorf("version %d of the card of %s has no description, which this format takes: revise it", r.Version, r.Passport.Id)
	}
	return nil
}

// A2ACard is the AgentCard of A2A 1.0 (a2a-protocol.org, section 4.4).
type A2ACard struct {
	Name                string         `json:"name"`
	Description         string         `json:"description"`
	SupportedInterfaces []A2AInterface `json:"supportedInterfaces"`
	Provider            *A2AProvider   `json:"provider,omitempty"`
	Version             string         `json:"version"`
	DocumentationURL    string         `json:"documentationUrl,omitempty"`
	Capabilities        struct{}       `json:"capabilities"`
	DefaultInputModes   []string       `json:"defaultInputModes"`
	DefaultOutputModes  []string       `json:"defaultOutputModes"`
	Skills              []A2ASkill     `json:"skills"`
}

// A2AInterface is where an A2A agent is called.
type A2AInterface struct {
	URL             string `json:"url"`
	ProtocolBinding string `json:"protocolBinding"`
	ProtocolVersion string `json:"protocolVersion"`
}

// A2AProvider answers for an A2A agent.
type A2AProvider struct {
	URL          string `json:"url"`
	Organization string `json:"organization"`
}

// A2ASkill is what an A2A agent does.
type A2ASkill struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Tags        []string `json:"tags"`
}

// bindings are the protocols of endpoints that are interfaces of A2A, by the binding that it calls them.
var bindings = map[string]string{"a2a.jsonrpc": "JSONRPC", "a2a.grpc": "GRPC", "a2a.http-json": "HTTP+JSON"}

// A2A makes an AgentCard. It fails for a card that was blanked, has no description, or no endpoint whose
// protocol is a2a.jsonrpc, a2a.grpc or a2a.http-json and whose version is said.
func (r Rendered) A2A() (A2ACard, error) {
	card := r.Card.Card
	out := A2ACard{
		Name: r.Passport.Name, Description: card.Description, Version: strconv.FormatUint(uint64(r.Version), 10),
		DocumentationURL: card.DocumentUri, DefaultInputModes: listOf(r.Takes), DefaultOutputModes: listOf(r.Gives),
	}
	if err := r.readable(); err != nil {
		return out, err
	}
	var tags []string
	for _, e := range card.Endpoints {
		tags = append(tags, e.Protocol)
		if binding := bindings[e.Protocol]; binding != "" && e.Version != "" {
			out.SupportedInterfaces = append(out.SupportedInterfaces, A2AInterface{e.Uri, binding, e.Version})
		}
	}
	if len(out.SupportedInterfaces) == 0 {
		return out, fmt.Errorf("version %d of the card of %s has no endpoint that an A2A card takes: "+
			"its protocol is a2a.jsonrpc, a2a.grpc or a2a.http-json, with a version such as 1.0", r.Version, r.Passport.Id)
	}
	if card.Responsible.Uri != "" {
		out.Provider = &A2AProvider{URL: card.Responsible.Uri, Organization: card.Responsible.Name}
	}
	// A passport lists no skills. Its description says what the agent does, and no more is claimed here.
	out.Skills = []A2ASkill{{r.Passport.Name, r.Passport.Name, card.Description, tags}}
	return out, nil
}

// registrationType names the format of ERC-8004's registration file.
const registrationType = "https://eips.ethereum.org/EIPS/eip-8004#registration-v1"

// Registration is the registration file of ERC-8004. It has no image and no registrations: a passport has no image,
// and its agent is in no registry of that standard by it.
type Registration struct {
	Type        string    `json:"type"`
	Name        string    `json:"name"`
	Description string    `json:"description"`
	Services    []Service `json:"services"`
	// X402Support is unset where the card says nothing of x402.
	X402Support bool `json:"x402Support,omitempty"`
	Active      bool `json:"active"`
}

// Service is an endpoint of a registration file.
type Service struct {
	Name     string `json:"name"`
	Endpoint string `json:"endpoint"`
	Version  string `json:"version,omitempty"`
}

// services are protocols by the names that ERC-8004 gives them; others go by their own.
var services = map[string]string{"a2a": "A2A", "mcp": "MCP", "oasf": "OASF", "ens": "ENS", "did": "DID"}

// ERC8004 makes a registration file. It fails for a card that was blanked, or has no description.
func (r Rendered) ERC8004() (Registration, error) {
	card := r.Card.Card
	out := Registration{Type: registrationType, Name: r.Passport.Name, Description: card.Description, Active: r.Acts}
	if err := r.readable(); err != nil {
		return out, err
	}
	for _, e := range card.Endpoints {
		name := e.Protocol
		if known := services[name]; known != "" {
			name = known
		}
		out.X402Support = out.X402Support || e.Protocol == "x402"
		out.Services = append(out.Services, Service{name, e.Uri, e.Version})
	}
	out.Services = append(out.Services,
		Service{Name: "DID", Endpoint: r.DID(), Version: "v1"},
		Service{Name: "agentWallet", Endpoint: r.account(r.Passport.PayoutAccount())},
	)
	return out, nil
}

// DIDDocument is a DID document (W3C DID Core 1.0, in its JSON-LD representation).
type DIDDocument struct {
	Context    []string `json:"@context"`
	ID         string   `json:"id"`
	Controller string   `json:"controller"`
	// CapabilityInvocation are the keys that act, each a method of the DID of its account.
	CapabilityInvocation []string     `json:"capabilityInvocation,omitempty"`
	Service              []DIDService `json:"service,omitempty"`
}

// DIDService is where the subject of a DID is reached.
type DIDService struct {
	ID              string `json:"id"`
	Type            string `json:"type"`
	ServiceEndpoint string `json:"serviceEndpoint"`
}

// Types of services beside those that are called by their protocol.
const (
	didDocumentService  = "document"
	didKeyDirectoryType = "key-directory"
)

// DIDDocument makes a DID document. That of a card that was blanked has no services, and one of an agent that does not
// act has no keys.
func (r Rendered) DIDDocument() DIDDocument {
	out := DIDDocument{
		Context: []string{"https://www.w3.org/ns/did/v1"}, ID: r.DID(), Controller: "did:pkh:" + r.account(r.Passport.Controller),
	}
	if r.Acts {
		for _, key := range r.Keys {
			out.CapabilityInvocation = append(out.CapabilityInvocation, "did:pkh:"+r.account(key)+"#blockchainAccountId")
		}
	}
	add := func(kind, uri string) {
		if uri != "" {
			id := fmt.Sprintf("%s#service-%d", out.ID, len(out.Service)+1)
			out.Service = append(out.Service, DIDService{id, kind, uri})
		}
	}
	card := r.Card.Card
	for _, e := range card.Endpoints {
		add(e.Protocol, e.Uri)
	}
	add(didDocumentService, card.DocumentUri)
	add(didKeyDirectoryType, card.KeyDirectory)
	return out
}

// DID names the agent among all chains: did:stemma, the chain, and the agent's id. It is resolved by asking a node of
// the chain for the passport.
func (r Rendered) DID() string { return "did:stemma:" + r.chain() + ":" + r.Passport.Id.String() }

// account is an account among all chains (CAIP-10).
func (r Rendered) account(address string) string { return "cosmos:" + r.chain() + ":" + address }

var plainChain = regexp.MustCompile(`^[-a-zA-Z0-9]{1,32}$`)

// chain is the chain's id as CAIP-2 writes it for chains of this kind: itself, or the start of its SHA-256 where it has other
// characters.
func (r Rendered) chain() string {
	if plainChain.MatchString(r.ChainID) && !strings.HasPrefix(r.ChainID, "hashed-") {
		return r.ChainID
	}
	sum := sha256.Sum256([]byte(r.ChainID))
	return "hashed-" + hex.EncodeToString(sum[:8])
}

func listOf(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
