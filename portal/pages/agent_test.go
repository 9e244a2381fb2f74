package pages

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// An agent's page says who answers for it and what its card said, the newest version first; what strangers wrote is no link.
func TestAnAgentsPage(t *testing.T) {
	id := agenttypes.AgentID{7}
	controller, key := sdk.AccAddress(make([]byte, 20)).String(), sdk.AccAddress(make([]byte, 32)).String()
	noon := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	card := func(name string) agenttypes.CardVersion {
		return agenttypes.CardVersion{CreatedAt: noon, Card: agenttypes.Card{
			Responsible: agenttypes.Party{Name: name, Uri: "https://evil.example"}, Description: "Paints <b>bold</b>.",
		}}
	}
	s, n := siteOf(t, emptyIndex(t), map[string]func(any) error{
		"Agent": func(reply any) error {
			r := reply.(*agenttypes.QueryAgentResponse)
			r.Passport = agenttypes.Passport{
				Id: id, Name: "painter", Controller: controller, Status: agenttypes.STATUS_ACTIVE, RegisteredAt: noon, ExpiresAt: noon, Version: 2,
			}
			return nil
		},
		"Cards": func(reply any) error {
			reply.(*agenttypes.QueryCardsResponse).Cards = []agenttypes.CardVersion{card("Before"), card("After")}
			return nil
		},
		"Keys": func(reply any) error {
			reply.(*agenttypes.QueryKeysResponse).Keys = []agenttypes.KeyStanding{{
				Key: key, Limit: agenttypes.Limit{Messages: []string{"/stemma.royalty.v1.MsgPay"}, ExpiresAt: noon},
			}}
			return nil
		},
		"Attestations": func(reply any) error {
			reply.(*agenttypes.QueryAttestationsResponse).Attestations = []agenttypes.AttestationStanding{{
				Attestation: agenttypes.Attestation{
					Issuer: controller, Schema: "acme.example/audit", PayloadSha256: registrytypes.Digest{1}, IssuedAt: noon,
				},
			}}
			return nil
		},
	})
	w := get(s, "/agents/"+id.String())
	body := w.Body.String()
	require.Equal(t, http.StatusOK, w.Code, body)
	require.Equal(t, "7", n.asked["Cards"], "at the height of the page")
	for _, want := range []string{
		"painter", id.String(), "Its passport has ended", `href="/accounts/` + controller, "MsgPay", "acme.example/audit", "not listed",
		"Paints &lt;b&gt;bold&lt;/b&gt;.", "Version 2",
	} {
		require.Contains(t, body, want)
	}
	require.Less(t, strings.Index(body, "After"), strings.Index(body, "Before"), "the newest first")
	require.NotContains(t, body, `href="https://evil.example`)

	require.Equal(t, http.StatusBadRequest, get(s, "/agents/agent1x").Code)
	require.Equal(t, "/agents/"+id.String(), pageOf(id.String()))
	s.Denied = func(what string) bool { return what == id.String() }
	require.Equal(t, http.StatusUnavailableForLegalReasons, get(s, "/agents/"+id.String()).Code)
}
