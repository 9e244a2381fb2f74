package permission

import (
	"fmt"

	"github.com/stemma-chain/stemma/client/rights"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// RefusedError says that a source can't be relied on as requested, and what there is.
type RefusedError struct {
	Request Request
	Why     Why
	// Answer of the chain.
	Answer licensetypes.Rights
	// Offers are those of the source, of NotUnder.
	Offers []licensetypes.OpenOffer
	// Options are what can be chosen, of NeedsChoice: what would be taken unasked first. Only
	// is the one that Buy takes, as the only one that binds to nothing; nil: there is none such.
	Options []Option
	Only    *Option
	// Obstacles are why nothing can be bought, of NotBought.
	Obstacles []rights.Obstacle
	// Grant that was named, of GrantElsewhere, GrantMoved and GrantOfOthers.
	Grant *licensetypes.NamedGrant
	// Part of what is joined that can't be, of PartIsGrant and PartRefused; Err says why of
	// PartRefused.
	Part string
	Err  error
	// Pair that does not go together, of NotAlike and AsksMore.
	Pair [2]licensetypes.IdentifiedTerms
}

// Why is why a request is refused, as programs write it.
type Why string

const (
	// Denied: the answer has the reasons.
	Denied Why = "denied"
	// Unregistered says that there is no such work.
	Unregistered Why = "unregistered"
	// Unoffered says that the source is offered to nobody now.
	Unoffered Why = "unoffered"
	// NotUnder says that none of the offers is of the terms that were named.
	NotUnder Why = "not_under"
	// NoSuchGrant says that there is none of the id that was named.
	NoSuchGrant Why = "no_such_grant"
	// GrantElsewhere says that the grant is one of another work.
	GrantElsewhere Why = "grant_elsewhere"
	// GrantMoved says that a work which uses the grant was given away, and the grant with it.
	GrantMoved Why = "grant_moved"
	// GrantOfOthers says that somebody else has the grant.
	GrantOfOthers Why = "grant_of_others"
	// NeedsGrant says that a grant is needed, and can be acquired: the answer has the offers.
	NeedsGrant Why = "needs_grant"
	// NotBought says that a grant is needed and Buy can't have it.
	NotBought Why = "not_bought"
	// NeedsChoice says that permissions are there which bind differently: name one.
	NeedsChoice Why = "needs_choice"
	// PartIsGrant says that a grant is joined, which only public offers can be.
	PartIsGrant Why = "part_is_grant"
	// PartRefused says that one of what is joined can't be relied on.
	PartRefused Why = "part_refused"
	// NotAlike says that the second of a pair is not share-alike.
	NotAlike Why = "not_alike"
	// AsksMore says that the first of a pair asks more than the second.
	AsksMore Why = "asks_more"
)

func (e *RefusedError) Error() string {
	s := fmt.Sprintf("%s can't be relied on: %s", e.Request.Source, e.Why)
	switch {
	case e.Err != nil:
		return s + ": " + e.Err.Error()
	case e.Why == Denied:
		return fmt.Sprintf("%s %v", s, rights.Codes(e.Answer))
	}
	return s
}

func (e *RefusedError) Unwrap() error { return e.Err }

func refused(req Request, why Why, answer licensetypes.Rights) *RefusedError {
	return &RefusedError{Request: req, Why: why, Answer: answer}
}
