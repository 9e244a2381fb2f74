package client

import (
	"context"
	"fmt"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
)

// Acting asks for whom the keys of an agent act. It fails where the agent has no passport.
func (c *Client) Acting(ctx context.Context, agent agenttypes.AgentID) (*Acting, error) {
	res, err := c.Agent().Agent(ctx, &agenttypes.QueryAgentRequest{Agent: agent})
	if err != nil {
		return nil, err
	}
	controller, err := sdk.AccAddressFromBech32(res.Passport.Controller)
	if err != nil {
		return nil, fmt.Errorf("controller of %s: %w", agent, err)
	}
	return &Acting{Agent: agent, Controller: controller}, nil
}

// wrap makes one act of messages, where there is an agent.
func (a *Acting) wrap(key string, msgs []sdk.Msg) ([]sdk.Msg, error) {
	if a == nil {
		return msgs, nil
	}
	act := &agenttypes.MsgAct{Key: key, Agent: a.Agent}
	for _, msg := range msgs {
		packed, err := codectypes.NewAnyWithValue(msg)
		if err != nil {
			return nil, err
		}
		act.Messages = append(act.Messages, packed)
	}
	return []sdk.Msg{act}, nil
}

var actResponse = sdk.MsgTypeURL(&agenttypes.MsgActResponse{})

// unwrapped puts the answers within acts in the place of those of the acts.
func unwrapped(responses []*codectypes.Any) ([]*codectypes.Any, error) {
	var all []*codectypes.Any
	for _, r := range responses {
		if r.TypeUrl != actResponse {
			all = append(all, r)
			continue
		}
		var act agenttypes.MsgActResponse
		if err := act.Unmarshal(r.Value); err != nil {
			return nil, fmt.Errorf("read the answer to an act: %w", err)
		}
		all = append(all, act.Responses...)
	}
	return all, nil
}
