package types

import (
	"github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
)

// RegisterInterfaces makes the module's messages known to the codec.
func RegisterInterfaces(registry types.InterfaceRegistry) {
	registry.RegisterImplementations((*sdk.Msg)(nil),
		&MsgOpen{}, &MsgAnswer{}, &MsgRule{}, &MsgAppeal{}, &MsgDrop{}, &MsgCallBond{}, &MsgAddBond{},
		&MsgBlankEvidence{}, &MsgObjectToWeight{}, &MsgAgreeToWeight{}, &MsgUpdateParams{})
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}
