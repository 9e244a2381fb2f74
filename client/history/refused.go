package history

import (
	"strings"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"

	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// undone is what ibc-go writes before the types and keys of events of what it undid, as the packet is refused.
const undone = "ibccallbackerror-"

var refused = undone + proto.MessageName(&royaltytypes.EventTransferRefused{})

// Refusal is a transfer from another chain that goes back to its sender.
type Refusal struct {
	// Channel is this chain's end of the channel, or the client, that it came by.
	Channel string `json:"channel"`
	// Sequence is the packet's number on it.
	Sequence string `json:"sequence"`
	// Reason is why, in a sentence.
	Reason string `json:"reason"`
}

// Refusals finds the transfers among events that were refused, by the pay address or by a rate limit, in order.
func Refusals(events []abci.Event) []Refusal {
	var refusals []Refusal
	for _, event := range events {
		of := func(key string) string { return Value(event, undone+key) }
		switch {
		case event.Type == refused:
			refusals = append(refusals, Refusal{Channel: of("channel"), Sequence: of("sequence"), Reason: of("reason")})
		case event.Type == undone+"transfer_denied" && strings.HasSuffix(of("action"), "recv"):
			refusals = append(refusals, Refusal{Channel: of("channel_or_client"), Reason: of("error")})
		case event.Type == "write_acknowledgement" && len(refusals) > 0 && refusals[len(refusals)-1].Sequence == "":
			refusals[len(refusals)-1].Sequence = Value(event, "packet_sequence") // a rate limit does not say it
		}
	}
	return refusals
}
