package agent

import (
	"encoding/json"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// field is what a published format says of a member of an object: what it holds, and whether it has to be there.
type field struct {
	name     string
	kind     string // text, uri, flag, object, texts (1 or more), list (1 or more)
	required bool
	of       []field // of an object, and of the entries of a list
}

// The fields of the formats that a card is made in, with the section that defines them.
var (
	// A2A 1.0, specification section 4.4 (AgentCard, AgentProvider, AgentSkill, AgentInterface) and 5.7: what is
	// required is there, and required lists have an entry.
	a2aFields = []field{
		{"name", "text", true, nil},
		{"description", "text", true, nil},
		{"supportedInterfaces", "list", true, []field{
			{"url", "uri", true, nil}, {"protocolBinding", "text", true, nil}, {"protocolVersion", "text", true, nil},
		}},
		{"provider", "object", false, []field{{"url", "uri", true, nil}, {"organization", "text", true, nil}}},
		{"version", "text", true, nil},
		{"documentationUrl", "uri", false, nil},
		{"capabilities", "object", true, nil},
		{"defaultInputModes", "texts", true, nil},
		{"defaultOutputModes", "texts", true, nil},
		{"skills", "list", true, []field{
			{"id", "text", true, nil}, {"name", "text", true, nil}, {"description", "text", true, nil}, {"tags", "texts", true, nil},
		}},
	}
	// ERC-8004, "Agent URI and Agent Registration File". It requires type alone by the word; name, description and services
	// are in its structure, and the image is for apps of ERC-721.
	registrationFields = []field{
		{"type", "uri", true, nil},
		{"name", "text", true, nil},
		{"description", "text", true, nil},
		{"services", "list", true, []field{{"name", "text", true, nil}, {"endpoint", "text", true, nil}, {"version", "text", false, nil}}},
		{"x402Support", "flag", false, nil},
		{"active", "flag", false, nil},
	}
	// DID Core 1.0, sections 5.1 (id, controller), 5.3 (verification relationships), 5.4 (services) and 6.3.1 (@context).
	didFields = []field{
		{"@context", "texts", true, nil},
		{"id", "uri", true, nil},
		{"controller", "uri", false, nil},
		{"capabilityInvocation", "texts", false, nil},
		{"service", "list", false, []field{
			{"id", "uri", true, nil}, {"type", "text", true, nil}, {"serviceEndpoint", "uri", true, nil},
		}},
	}
)

var uri = regexp.MustCompile(`^[a-z][a-z0-9+.-]*:[^\s]+$`)

// requireFields checks a card against the fields of its format: those required are there, and no others than are named.
func requireFields(t *testing.T, at string, value map[string]any, fields []field) {
	known := map[string]bool{}
	for _, f := range fields {
		known[f.name] = true
		member, there := value[f.name]
		if !there {
			require.False(t, f.required, "%s.%s is missing", at, f.name)
			continue
		}
		requireKind(t, at+"."+f.name, member, f)
	}
	for name := range value {
		require.True(t, known[name], "%s.%s is no field of the format", at, name)
	}
}

func requireKind(t *testing.T, at string, member any, f field) {
	switch f.kind {
	case "flag":
		require.IsType(t, true, member, at)
	case "text":
		require.NotEmpty(t, member.(string), at)
	case "uri":
		require.Regexp(t, uri, member.(string), at)
	case "object":
		requireFields(t, at, member.(map[string]any), f.of)
	case "texts", "list":
		require.NotEmpty(t, member, at)
		for _, entry := range member.([]any) {
			if f.kind == "texts" {
				require.NotEmpty(t, entry.(string), at)
				continue
			}
			requireFields(t, at, entry.(map[string]any), f.of)
		}
	}
}

func jsonOf(t *testing.T, v any) map[string]any {
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	var value map[string]any
	require.NoError(t, json.Unmarshal(raw, &value))
	return value
}

func rendered() Rendered {
	return Rendered{
		ChainID: "stemma-1", Version: 3, Acts: true, Keys: []string{"stemma1key"}, Takes: []string{"text/plain"}, Gives: []string{"image/png"},
		Passport: agenttypes.Passport{Id: agenttypes.NewAgentID(alice, "painter"), Name: "painter", Controller: alice.String(), Version: 4},
		Card: agenttypes.CardVersion{CreatedAt: now.Add(-time.Hour), Card: agenttypes.Card{
			Responsible: agenttypes.Party{Name: "Acme", Uri: "https://acme.example", Contact: "mail@acme.example"},
			Model:       agenttypes.Model{Name: "brush", Version: "2"},
			Endpoints: []agenttypes.Endpoint{
				{Protocol: "a2a", Uri: "https://acme.example/.well-known/agent-card.json"},
				{Protocol: "a2a.jsonrpc", Uri: "https://acme.example/a2a", Version: "1.0"},
				{Protocol: "a2a.grpc", Uri: "https://grpc.acme.example"},
				{Protocol: "mcp", Uri: "https://mcp.acme.example", Version: "2025-06-18"},
				{Protocol: "x402", Uri: "https://acme.example/buy", Version: "2"},
			},
			DocumentUri: "https://acme.example/painter.json", DocumentSha256: registrytypes.Digest{1},
			KeyDirectory: "https://acme.example/.well-known/http-message-signatures-directory", Description: "Paints what it is told.",
		}},
	}
}

func TestACardIsWholeInEachFormat(t *testing.T) {
	r := rendered()
	a2a, err := r.A2A()
	require.NoError(t, err)
	requireFields(t, "a2a", jsonOf(t, a2a), a2aFields)
	require.Equal(t, []A2AInterface{{"https://acme.example/a2a", "JSONRPC", "1.0"}}, a2a.SupportedInterfaces, "the binding of a2a is not said")
	require.Equal(t, "3", a2a.Version)

	registration, err := r.ERC8004()
	require.NoError(t, err)
	requireFields(t, "erc8004", jsonOf(t, registration), registrationFields)
	require.True(t, registration.Active && registration.X402Support)
	require.Contains(t, registration.Services, Service{"MCP", "https://mcp.acme.example", "2025-06-18"})
	require.Contains(t, registration.Services, Service{Name: "agentWallet", Endpoint: "cosmos:stemma-1:" + alice.String()})

	did := r.DIDDocument()
	requireFields(t, "did", jsonOf(t, did), didFields)
	require.Equal(t, "https://www.w3.org/ns/did/v1", did.Context[0])
	for _, id := range []string{did.ID, did.Controller} { // section 3.1
		require.Regexp(t, `^did:[a-z0-9]+:([A-Za-z0-9._:-]|%[0-9A-F]{2})*[A-Za-z0-9._-]$`, id)
	}
	require.Equal(t, []string{"did:pkh:cosmos:stemma-1:stemma1key#blockchainAccountId"}, did.CapabilityInvocation)
	seen := map[string]bool{}
	for _, s := range did.Service {
		require.False(t, seen[s.ID], "ids of services are distinct")
		seen[s.ID] = true
	}
	require.Len(t, seen, 7)
}

func TestACardSaysNoMoreThanThePassport(t *testing.T) {
	r := rendered()
	r.Takes, r.Gives = nil, nil
	a2a, err := r.A2A()
	require.NoError(t, err)
	require.Equal(t, []any{}, jsonOf(t, a2a)["defaultInputModes"], "there, and empty")

	r.Card.Card.Responsible.Uri, r.Acts = "", false
	r.Card.Card.Endpoints = r.Card.Card.Endpoints[1:2]
	a2a, err = r.A2A()
	require.NoError(t, err)
	require.Nil(t, a2a.Provider, "a provider has a URL")
	registration, err := r.ERC8004()
	require.NoError(t, err)
	require.NotContains(t, jsonOf(t, registration), "x402Support")
	require.Equal(t, false, jsonOf(t, registration)["active"])
	require.NotContains(t, jsonOf(t, r.DIDDocument()), "capabilityInvocation", "one that does not act has no keys that do")

	r.Card.Card.Endpoints[0].Version = ""
	_, err = r.A2A()
	require.ErrorContains(t, err, "a2a.jsonrpc, a2a.grpc or a2a.http-json")
	r.Card.Card.Description = ""
	_, err = r.A2A()
	require.ErrorContains(t, err, "no description")
	_, err = r.ERC8004()
	require.ErrorContains(t, err, "no description")

	r.Card = r.Card.Blank()
	_, err = r.A2A()
	require.ErrorIs(t, err, ErrBlanked)
	_, err = r.ERC8004()
	require.ErrorIs(t, err, ErrBlanked)
	requireFields(t, "did", jsonOf(t, r.DIDDocument()), didFields)
}

// The vectors are those of CAIP-2 for chains of this kind (namespaces, cosmos/caip2).
func TestChainsWithOddNamesAreHashed(t *testing.T) {
	for chain, want := range map[string]string{
		"stemma-1": "stemma-1", "hash-": "hash-", "hashed": "hashed", "hashed-": "hashed-c904589232422def",
		"hashed-123": "hashed-99df5cd68192b33e", " ": "hashed-36a9e7f1c95b82ff",
		"123456789012345678901234567890123456789012345678": "hashed-0204c92a0388779d",
	} {
		require.Equal(t, want, Rendered{ChainID: chain}.chain())
	}
}

func TestACardFileReadsBack(t *testing.T) {
	card := rendered().Card.Card
	card.Model.Work, card.JwkThumbprint = work, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
	written, err := WriteCard(card)
	require.NoError(t, err)
	read, err := ReadCard(written)
	require.NoError(t, err)
	require.Equal(t, card, read)
	require.NoError(t, read.Validate())

	for text, want := range map[string]string{
		"":                                   "the file is empty",
		"responsible: {name: A}\nmoddel: {}": "line 2: moddel is no word of this file",
		"model: {work: work1x}":              "model: work: ",
		"document_sha256: abc":               "document_sha256",
	} {
		_, err := ReadCard([]byte(text))
		require.ErrorContains(t, err, want)
	}
}
