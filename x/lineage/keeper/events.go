package keeper

import (
	"slices"
	"strconv"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/lineage/types"
)

// derivedEvent writes the plain case out by hand, since a typed event goes
// through JSON and back, which costs a fifth of a derivation: ids, roles and
// numbers need no escaping. External sources, which hold free text, and
// renumbered works go the long way. A test holds both against each other.
func derivedEvent(e *types.EventDerived) (sdk.Event, error) {
	if len(e.Renumbered) > 0 || slices.ContainsFunc(e.Sources, func(s types.Source) bool { return s.External != nil }) {
		return sdk.TypedEventToEvent(e)
	}
	return sdk.NewEvent("stemma.lineage.v1.EventDerived",
		number("absolute", e.Absolute),
		sdk.NewAttribute("added_later", strconv.FormatBool(e.AddedLater)),
		number("generation", e.Generation),
		sdk.NewAttribute("recorded", strconv.FormatBool(e.Recorded)),
		number("relative", e.Relative),
		sdk.NewAttribute("renumbered", "[]"),
		sdk.NewAttribute("sources", sourcesJSON(e.Sources)),
		sdk.NewAttribute("work", `"`+e.Work+`"`),
	), nil
}

// sourcesJSON writes registered sources.
func sourcesJSON(sources []types.Source) string {
	var b strings.Builder
	b.WriteByte('[')
	for i, s := range sources {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"work":"` + s.Work + `","external":null,"role":"` + s.Role.String() +
			`","permission":"` + s.Permission + `","weight":` + format(s.Weight) + `}`)
	}
	b.WriteByte(']')
	return b.String()
}

func number(key string, n uint32) sdk.Attribute { return sdk.NewAttribute(key, format(n)) }

func format(n uint32) string { return strconv.FormatUint(uint64(n), 10) }
