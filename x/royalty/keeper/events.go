package keeper

import (
	"context"
	"strconv"

	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

func emit(ctx context.Context, event proto.Message) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(event)
}

// The events of the hot paths are written out by hand: EmitTypedEvent goes
// through JSON and back, which costs more than a whole flush. A test holds them
// against sdk.TypedEventToEvent.

func paidEvent(payer string, work registrytypes.WorkID, amount sdk.Coin, epoch uint64) sdk.Event {
	return sdk.NewEvent("stemma.royalty.v1.EventPaid",
		quoted("amount", amount.Amount.String()),
		quoted("denom", amount.Denom),
		quoted("epoch", strconv.FormatUint(epoch, 10)),
		quoted("payer", payer),
		quoted("work", work.String()),
	)
}

func flushedEvent(item flow.Item, from, to string) sdk.Event {
	return sdk.NewEvent("stemma.royalty.v1.EventStageFlushed",
		quoted("denom", item.Pot.Denom),
		quoted("from_total", from),
		quoted("stage", types.StageKind(item.Kind).String()),
		quoted("to_total", to),
		quoted("work", types.WorkIDOf(item.Pot.Work).String()),
	)
}

func upstreamEvent(work registrytypes.WorkID, head types.Head, absolute, relative uint32) sdk.Event {
	return sdk.NewEvent("stemma.royalty.v1.EventUpstreamChanged",
		number("absolute", absolute),
		quoted("epoch", strconv.FormatUint(head.Epoch, 10)),
		number("reach", head.Reach),
		number("relative", relative),
		number("upstream_version", head.UpstreamVersion),
		quoted("work", work.String()),
	)
}

func redeemedEvent(id types.PaymentChannelID, channel types.PaymentChannel, paid sdk.Coin) sdk.Event {
	return sdk.NewEvent("stemma.royalty.v1.EventVoucherRedeemed",
		quoted("denom", paid.Denom),
		quoted("paid", paid.Amount.String()),
		quoted("payment_channel", id.String()),
		number("pending_from", channel.PendingFrom),
		quoted("total", channel.Redeemed.String()),
	)
}

func paidOutEvent(account sdk.AccAddress, amount sdk.Coin) sdk.Event {
	return sdk.NewEvent("stemma.royalty.v1.EventPaidOut",
		quoted("account", account.String()),
		quoted("amount", amount.Amount.String()),
		quoted("denom", amount.Denom),
	)
}

// number writes an attribute of at most 32 bits, which JSON has unquoted.
func number(key string, value uint32) sdk.Attribute {
	return sdk.NewAttribute(key, strconv.FormatUint(uint64(value), 10))
}

// quoted writes an attribute as JSON, as typed events have it. The values are
// ids, denoms and numbers, in which nothing needs escaping.
func quoted(key, value string) sdk.Attribute { return sdk.NewAttribute(key, `"`+value+`"`) }
