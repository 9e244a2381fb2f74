package chain

import (
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
)

// ActMsg is an act of a key in the name of an agent's controller.
func ActMsg(agent agenttypes.AgentID, key Account, msgs ...sdk.Msg) *agenttypes.MsgAct {
	act := &agenttypes.MsgAct{Key: key.String(), Agent: agent}
	for _, msg := range msgs {
		packed, err := codectypes.NewAnyWithValue(msg)
		if err != nil {
			panic(err)
		}
		act.Messages = append(act.Messages, packed)
	}
	return act
}
