package index_test

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/portal/index"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
)

func agentOf(n int) (id agenttypes.AgentID) {
	sum := sha256.Sum256(fmt.Append(nil, "agent ", n))
	copy(id[:], sum[:])
	return id
}

func cardWith(protocols ...string) (c agenttypes.Card) {
	for _, p := range protocols {
		c.Endpoints = append(c.Endpoints, agenttypes.Endpoint{Protocol: p, Uri: "https://example.org"})
	}
	return c
}

func passportOf(n int) agenttypes.Passport {
	return agenttypes.Passport{
		Id: agentOf(n), Controller: account(n), Registrant: account(n), Status: agenttypes.STATUS_ACTIVE, Version: 1,
		RegisteredAt: began, ExpiresAt: began.Add(time.Duration(n) * time.Hour),
	}
}

// Agents are found by the protocols of their present cards while they act, the newest first, page by page.
func TestAgentsByProtocol(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *index.Index) {
		x, ctx := open(), t.Context()
		require.NoError(t, x.SeedAgents(ctx, []index.OlderAgent{{Passport: passportOf(9), Endpoints: cardWith("mcp", "web").Endpoints}}))
		registered := func(n int, protocols ...string) list {
			return list{event(t, &agenttypes.EventAgentRegistered{Passport: passportOf(n), Card: cardWith(protocols...)})}
		}
		require.NoError(t, x.ApplyMany(ctx, []index.Block{
			block(1, registered(1, "mcp")), block(2, registered(2, "mcp", "a2a", "mcp")), block(3, registered(3)), block(4, registered(4, "x402")),
		}))
		find := func(protocol string, hours float64, limit int) (found []int) {
			for after := ""; ; {
				page, err := x.Agents(ctx, protocol, began.Add(time.Duration(hours*float64(time.Hour))), after, limit)
				require.NoError(t, err)
				require.LessOrEqual(t, len(page.Rows), limit)
				for _, id := range page.Rows {
					for n := range 10 {
						if agentOf(n) == id {
							found = append(found, n)
						}
					}
				}
				if after = page.Next; after == "" {
					return found
				}
			}
		}
		for _, limit := range []int{1, 2, 10} {
			require.Equal(t, []int{2, 1, 9}, find("mcp", 0.5, limit))
			require.Equal(t, []int{4, 3, 2, 1, 9}, find("", 0.5, limit))
		}
		require.Equal(t, []int{2, 9}, find("MCP", 1, 10), "the first has ended")
		require.Empty(t, find("nothing", 0, 10))

		require.NoError(t, x.ApplyMany(ctx, []index.Block{
			block(5, list{event(t, &agenttypes.EventAgentRevised{Agent: agentOf(2), Version: 2, Card: cardWith("web")})}),
			block(6, list{event(t, &agenttypes.EventAgentStatusChanged{Agent: agentOf(4), Status: agenttypes.STATUS_SUSPENDED})}),
			block(7, list{event(t, &agenttypes.EventAgentRenewed{Agent: agentOf(1), ExpiresAt: began.Add(5 * time.Hour)})}),
			block(8, list{event(t, &agenttypes.EventAgentTextBlanked{Agent: agentOf(2), Sender: account(2), Versions: []uint32{1}})}),
			block(9, list{event(t, &agenttypes.EventControlTaken{Agent: agentOf(2), Previous: account(2), Controller: account(5)})}),
		}))
		require.Equal(t, []int{1, 9}, find("mcp", 1, 10))
		require.Equal(t, []int{2, 9}, find("web", 1, 10))
		require.Empty(t, find("x402", 0, 10))
		require.NoError(t, x.Apply(ctx, block(10, list{event(t, &agenttypes.EventAgentTextBlanked{
			Agent: agentOf(2), Sender: account(5), Versions: []uint32{2},
		})})))
		require.Equal(t, []int{9}, find("web", 1, 10), "what is taken back is not found by")
		require.Equal(t, []int{3, 2, 1, 9}, find("", 1, 10))
		_, err := x.Agents(ctx, "", began, "?", 10)
		require.ErrorIs(t, err, index.ErrPage)
	})
}
