package keeper

import (
	"strconv"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/registry/types"
)

// registeredEvent writes EventWorkRegistered by hand: EmitTypedEvent goes through
// JSON and back, a large part of what a registration's message costs. A test
// holds it against sdk.TypedEventToEvent.
func registeredEvent(id types.WorkID, work types.Work, kind types.Kind, contested bool) sdk.Event {
	return sdk.NewEvent("stemma.registry.v1.EventWorkRegistered",
		quoted("anchor_root", work.AnchorRoot.String()),
		sdk.NewAttribute("contested", strconv.FormatBool(contested)),
		quoted("kind", kind.String()),
		quoted("owner", work.Owner.String()),
		quoted("sha256", work.Sha256.String()),
		quoted("work", id.String()),
	)
}

// quoted writes an attribute as JSON, as typed events have it. The values are
// ids, hex and names of enums, in which nothing needs escaping.
func quoted(key, value string) sdk.Attribute { return sdk.NewAttribute(key, `"`+value+`"`) }
