package ibcpay

import (
	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	channeltypesv2 "github.com/cosmos/ibc-go/v11/modules/core/04-channel/v2/types"
	ibcapi "github.com/cosmos/ibc-go/v11/modules/core/api"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

var _ ibcapi.PacketUnmarshalerModuleV2 = MiddlewareV2{}

// MiddlewareV2 takes payments from transfers between clients, of version 2 of the protocol. All but what it receives goes through it as it
// is.
type MiddlewareV2 struct {
	ibcapi.PacketUnmarshalerModuleV2
	taker taker
}

// NewMiddlewareV2 is a middleware above the transfer module.
func NewMiddlewareV2(payments Payments, below ibcapi.PacketUnmarshalerModuleV2) MiddlewareV2 {
	return MiddlewareV2{below, taker{payments}}
}

// OnRecvPacket implements ibcapi.IBCModule. What it answers with a failure comes back to the sender.
func (m MiddlewareV2) OnRecvPacket(
	ctx sdk.Context, source, destination string, sequence uint64, payload channeltypesv2.Payload, relayer sdk.AccAddress,
) (result channeltypesv2.RecvPacketResult) {
	data, err := transfertypes.UnmarshalPacketData(payload.Value, payload.Version, payload.Encoding)
	if err != nil || !isPayment(data) {
		return m.PacketUnmarshalerModuleV2.OnRecvPacket(ctx, source, destination, sequence, payload, relayer)
	}
	r := route{payload.SourcePort, source, payload.DestinationPort, destination, sequence}
	err = m.taker.take(ctx, r, data, func(ctx sdk.Context) error {
		result = m.PacketUnmarshalerModuleV2.OnRecvPacket(ctx, source, destination, sequence, payload, relayer)
		if result.Status != channeltypesv2.PacketStatus_Success {
			return transfertypes.ErrReceiveFailed
		}
		return nil
	})
	if err != nil {
		return channeltypesv2.RecvPacketResult{Status: channeltypesv2.PacketStatus_Failure}
	}
	return result
}
