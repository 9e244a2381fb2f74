package vectors

import (
	"crypto/sha256"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

type ids struct {
	Works           []workID           `json:"works"`
	Terms           []termsID          `json:"terms"`
	Grants          []grantID          `json:"grants"`
	PaymentChannels []paymentChannelID `json:"payment_channels"`
	Disputes        []disputeID        `json:"disputes"`
	Agents          []agentID          `json:"agents"`
	Attestations    []attestationID    `json:"attestations"`
	Fingerprints    []fingerprint      `json:"fingerprints"`
	AllowLists      []allowList        `json:"allow_lists"`
	Passes          []pass             `json:"passes"`
	// Refused are no ids of works.
	Refused []refusedID `json:"refused"`
}

type workID struct {
	Registrant hexBytes             `json:"registrant"`
	Content    string               `json:"content"`
	Digest     registrytypes.Digest `json:"digest"`
	Bytes      hexBytes             `json:"bytes"`
	ID         registrytypes.WorkID `json:"id"`
}

type termsID struct {
	Terms    json.RawMessage      `json:"terms"`
	Protobuf hexBytes             `json:"protobuf"`
	ID       licensetypes.TermsID `json:"id"`
	// BlankedID is the id once governance took the uri away: the same.
	BlankedID licensetypes.TermsID `json:"blanked_id"`
}

type grantID struct {
	Work     registrytypes.WorkID `json:"work"`
	Terms    licensetypes.TermsID `json:"terms"`
	Licensee hexBytes             `json:"licensee"`
	Serial   uint64               `json:"serial,string"`
	ID       licensetypes.GrantID `json:"id"`
}

type paymentChannelID struct {
	Payer  hexBytes                      `json:"payer"`
	Serial uint64                        `json:"serial,string"`
	ID     royaltytypes.PaymentChannelID `json:"id"`
}

type disputeID struct {
	Work       registrytypes.WorkID   `json:"work"`
	Challenger hexBytes               `json:"challenger"`
	Serial     uint32                 `json:"serial"`
	ID         disputetypes.DisputeID `json:"id"`
}

type agentID struct {
	Registrant hexBytes           `json:"registrant"`
	Name       string             `json:"name"`
	ID         agenttypes.AgentID `json:"id"`
}

type attestationID struct {
	Issuer  hexBytes                 `json:"issuer"`
	Schema  string                   `json:"schema"`
	Subject string                   `json:"subject"`
	Payload registrytypes.Digest     `json:"payload"`
	ID      agenttypes.AttestationID `json:"id"`
}

type fingerprint struct {
	Scheme string               `json:"scheme"`
	Value  string               `json:"value"`
	Hash   registrytypes.Digest `json:"hash"`
}

type allowList struct {
	Licensees []string             `json:"licensees"`
	Digest    registrytypes.Digest `json:"digest"`
}

type pass struct {
	Licensee hexBytes             `json:"licensee"`
	UsesOf   registrytypes.WorkID `json:"uses_of"`
	Work     registrytypes.WorkID `json:"work"`
	Terms    licensetypes.TermsID `json:"terms"`
	ID       registrytypes.Digest `json:"id"`
}

type refusedID struct {
	Text string `json:"text"`
	Why  string `json:"why"`
}

// addresses are those of accounts, and of a module, which has 32 bytes.
var addresses = [][]byte{repeated(1, 20), repeated(0xff, 20), repeated(7, 32)}

// largest is a number that no float holds.
const largest = 1<<64 - 1

func makeIDs(t *testing.T) any {
	var all ids
	for i, content := range []string{"", "a", "stemma", strings.Repeat("long ", 1000)} {
		digest := registrytypes.Digest(sha256.Sum256([]byte(content)))
		registrant := addresses[i%len(addresses)]
		id := registrytypes.NewWorkID(registrant, digest)
		all.Works = append(all.Works, workID{registrant, content, digest, id[:], id})
	}
	marshal := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	for _, terms := range someTerms() {
		encoded, err := marshal.MarshalJSON(&terms)
		require.NoError(t, err)
		bz, err := terms.Marshal()
		require.NoError(t, err)
		all.Terms = append(all.Terms, termsID{encoded, bz, terms.ID(), terms.Blank().ID()})
	}
	work, terms := all.Works[1].ID, all.Terms[0].ID
	for i, serial := range []uint64{0, 1, largest} {
		account := addresses[i]
		all.Grants = append(all.Grants, grantID{work, terms, account, serial, licensetypes.NewGrantID(work, terms, account, serial)})
		all.PaymentChannels = append(all.PaymentChannels, paymentChannelID{account, serial, royaltytypes.NewPaymentChannelID(account, serial)})
		all.Passes = append(all.Passes, pass{
			account, all.Works[2].ID, work, terms, licensetypes.NewPassKey(account, all.Works[2].ID, work, terms).ID(),
		})
	}
	for i, serial := range []uint32{1, 2, 1<<32 - 1} {
		all.Disputes = append(all.Disputes, disputeID{work, addresses[i], serial, disputetypes.NewDisputeID(work, addresses[i], serial)})
	}
	for i, name := range []string{"painter", "a", "crawler-2"} {
		id := agenttypes.NewAgentID(addresses[i], name)
		all.Agents = append(all.Agents, agentID{addresses[i], name, id})
		all.Attestations = append(all.Attestations, attestationID{
			addresses[i], "audit/2026", id.String(), all.Works[i].Digest,
			agenttypes.NewAttestationID(addresses[i], "audit/2026", id.String(), all.Works[i].Digest),
		})
	}
	for _, f := range [][2]string{{"url", "https://example.org/a?b=c"}, {"isrc", "USRC17607839"}, {"x-own", "é 作"}} {
		all.Fingerprints = append(all.Fingerprints, fingerprint{f[0], f[1], registrytypes.FingerprintHash(f[0], f[1])})
	}
	for _, accounts := range [][][]byte{{}, addresses[:1], addresses[:2]} {
		list := licensetypes.AllowList{}
		for _, account := range accounts {
			list.Licensees = append(list.Licensees, sdk.AccAddress(account).String())
		}
		all.AllowLists = append(all.AllowLists, allowList{list.Licensees, list.Digest()})
	}
	all.Refused = refusedIDs(t, work)
	return all
}

// someTerms are presets, and terms with a value in every field.
func someTerms() (all []licensetypes.Terms) {
	for _, preset := range licensetypes.Presets() {
		all = append(all, preset.Terms)
	}
	day := 24 * time.Hour
	return append(all, licensetypes.Terms{
		Spdx: "LicenseRef-Example", Uri: "https://example.org/licence é", CommercialUse: true, Attribution: true,
		Derivatives: licensetypes.DERIVATIVES_ALLOWED, RoyaltyPolicy: royaltytypes.POLICY_ABSOLUTE, RoyaltyRate: 999_999,
		GrantFee: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 1), sdk.NewInt64Coin("ustem", largest>>1)),
		Duration: &day, MaxGrants: 1, Territories: []string{"DE", "FR"}, Media: []string{"print", "web"},
		AiTraining: licensetypes.PERMISSION_DENY, AiInput: licensetypes.PERMISSION_DENY, Search: licensetypes.PERMISSION_ALLOW,
	})
}

// refusedIDs are ways to spoil a good id.
func refusedIDs(t *testing.T, good registrytypes.WorkID) (all []refusedID) {
	text := good.String()
	last := text[len(text)-1:]
	other := map[bool]string{true: "p", false: "q"}[last == "q"]
	for _, r := range []refusedID{
		{"", "nothing is given"},
		{text[:len(text)-1] + other, "the checksum does not fit"},
		{text[:len(text)-1], "a character is missing"},
		{strings.ToUpper(text[:1]) + text[1:], "upper and lower case are mixed"},
		{registrytypes.FormatID("grant", good[:]), "the prefix is that of grants"},
		{registrytypes.FormatID("work", good[:19]), "a byte is missing"},
		{registrytypes.FormatID("work", append(good[:], 0)), "there is a byte too many"},
		{registrytypes.FormatID("work", make([]byte, 20)), "all zeros are nobody's id"},
		{hexOf(good[:]), "it is hex"},
	} {
		_, err := registrytypes.ParseWorkID(r.Text)
		require.ErrorIs(t, err, registrytypes.ErrInvalidID, r.Why)
		all = append(all, r)
	}
	parsed, err := registrytypes.ParseWorkID(text)
	require.NoError(t, err)
	require.Equal(t, good, parsed)
	return all
}
