package keeper

import (
	"context"
	"strings"

	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
)

func emit(ctx context.Context, event proto.Message) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(event)
}

// constrainedEvent writes the usual case out by hand, since a typed event goes
// through JSON and back, which costs a fifth of a derivation: kinds and ids need
// no escaping. Ends of grants go the long way. A test holds both against each
// other.
func constrainedEvent(e *types.EventConstrained) (sdk.Event, error) {
	var list strings.Builder
	list.WriteByte('[')
	for i, c := range e.Constraints {
		if c.ExpiresAt != nil {
			return sdk.TypedEventToEvent(e)
		}
		if i > 0 {
			list.WriteByte(',')
		}
		list.WriteString(`{"kind":"` + c.Kind.String() + `","source":"` + c.Source + `","terms":"` + c.Terms + `","grant":"` + c.Grant +
			`","expires_at":null}`)
	}
	list.WriteByte(']')
	return sdk.NewEvent("stemma.license.v1.EventConstrained",
		sdk.NewAttribute("constraints", list.String()), sdk.NewAttribute("work", `"`+e.Work+`"`)), nil
}
