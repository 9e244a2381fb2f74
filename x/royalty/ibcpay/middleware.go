package ibcpay

import (
	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	channeltypes "github.com/cosmos/ibc-go/v11/modules/core/04-channel/types"
	porttypes "github.com/cosmos/ibc-go/v11/modules/core/05-port/types"
	ibcexported "github.com/cosmos/ibc-go/v11/modules/core/exported"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

var (
	_ porttypes.Middleware              = (*Middleware)(nil)
	_ porttypes.PacketUnmarshalerModule = (*Middleware)(nil)
)

// Middleware takes payments from transfers by channels. All but what it receives goes through it as it is.
type Middleware struct {
	porttypes.PacketUnmarshalerModule
	porttypes.ICS4Wrapper
	taker taker
}

// NewMiddleware is a middleware for the stack of the transfer module, which sets what is below and above it.
func NewMiddleware(payments Payments) *Middleware { return &Middleware{taker: taker{payments}} }

// SetUnderlyingApplication implements porttypes.Middleware. The application has to be able to read its packets.
func (m *Middleware) SetUnderlyingApplication(below porttypes.IBCModule) {
	m.PacketUnmarshalerModule = below.(porttypes.PacketUnmarshalerModule) //nolint:forcetypeassert // it is wired once, at start
}

// SetICS4Wrapper implements porttypes.IBCModule.
func (m *Middleware) SetICS4Wrapper(above porttypes.ICS4Wrapper) { m.ICS4Wrapper = above }

// OnRecvPacket implements porttypes.IBCModule. What it answers with an error comes back to the sender.
func (m *Middleware) OnRecvPacket(
	ctx sdk.Context, version string, packet channeltypes.Packet, relayer sdk.AccAddress,
) (ack ibcexported.Acknowledgement) {
	data, err := transfertypes.UnmarshalPacketData(packet.GetData(), version, "")
	if err != nil || !isPayment(data) {
		return m.PacketUnmarshalerModule.OnRecvPacket(ctx, version, packet, relayer)
	}
	r := route{packet.SourcePort, packet.SourceChannel, packet.DestinationPort, packet.DestinationChannel, packet.Sequence}
	err = m.taker.take(ctx, r, data, func(ctx sdk.Context) error {
		ack = m.PacketUnmarshalerModule.OnRecvPacket(ctx, version, packet, relayer)
		if ack == nil || !ack.Success() {
			return transfertypes.ErrReceiveFailed
		}
		return nil
	})
	if err == nil || ack != nil && !ack.Success() {
		return ack
	}
	return channeltypes.NewErrorAcknowledgement(err)
}
