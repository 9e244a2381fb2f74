package bench

import (
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
)

// acting pays by a key of an agent, whose limit names the message, a budget and a window.
func acting() []workload {
	limited := map[*chain.Chain]map[string]bool{}
	return []workload{{
		name: "act that pays",
		setup: func(b *round) {
			if limited[b.c] == nil {
				limited[b.c] = map[string]bool{}
			}
			var block [][]byte
			for i, key := range b.signers {
				controller := controllerOf(b, i)
				if pair := controller.String() + key.String(); !limited[b.c][pair] {
					limited[b.c][pair] = true
					block = append(block, b.c.SignTx(chain.Tx{
						Msgs: limiting(b, controller, key), Signers: []chain.Account{controller}, Gas: 10_000_000,
					}))
				}
			}
			b.c.Block(block...).RequireOK(b.t)
		},
		messages: func(b *round, i int) []sdk.Msg {
			controller, key := controllerOf(b, i), b.signers[i]
			pay, err := codectypes.NewAnyWithValue(chain.PayMsg(controller, b.one(plain), usdc(paid)))
			require.NoError(b.t, err)
			return []sdk.Msg{&agenttypes.MsgAct{Key: key.String(), Agent: agentOf(controller, key), Messages: []*codectypes.Any{pay}}}
		},
	}}
}

// controllerOf is another account than the signer, which does not sign in the round where there are accounts enough.
func controllerOf(b *round, i int) chain.Account {
	at := (b.turn + i) % len(b.order)
	if len(b.signers)%len(b.order) == 0 { // that is the signer itself
		at = (at + 1) % len(b.order)
	}
	return b.accounts[b.order[at]]
}

func agentOf(controller, key chain.Account) agenttypes.AgentID {
	return agenttypes.NewAgentID(controller.Address, agentName(key))
}

// agentName is one that no other key of the controller's has.
func agentName(key chain.Account) string { return key.String()[len(key.String())-12:] }

func limiting(b *round, controller, key chain.Account) []sdk.Msg {
	end := b.c.Now().Add(300 * 24 * time.Hour)
	most := math.NewInt(1 << 50)
	return []sdk.Msg{
		&agenttypes.MsgRegister{
			Controller: controller.String(), Name: agentName(key), ExpiresAt: end, Card: agenttypes.Card{Responsible: agenttypes.Party{Name: "Bench"}},
		},
		&agenttypes.MsgSetLimit{Controller: controller.String(), Agent: agentOf(controller, key), Key: key.String(), Limit: agenttypes.Limit{
			Messages: []string{"/stemma.royalty.v1.MsgPay"}, ExpiresAt: end, Window: time.Hour,
			Budgets: []agenttypes.Budget{{Denom: usdc(1).Denom, Act: most, Window: most, Total: most}},
		}},
	}
}
