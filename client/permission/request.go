// Package permission finds what a derivation from a source may rely on, and what buys it
// where it is for sale. Whether something is permitted the chain decides; here is only what
// to ask it, and what to take of several answers.
package permission

import (
	"slices"
	"strings"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/rights"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Request asks for a permission to derive from a source.
type Request struct {
	Source   registrytypes.WorkID
	Licensee sdk.AccAddress
	// Derivative is the licensee's work that derives, which a grant may be for;
	// zero: none is named.
	Derivative registrytypes.WorkID
	// Actions are what is done with the source, all by one permission; at least one.
	Actions []licensetypes.Action
	// Wanted names a grant (grant1...) or terms to rely on, by id, preset or licence, several
	// joined by +; empty: find one.
	Wanted string
	// Commercial leaves out what does not allow commercial use.
	Commercial bool
	// Buy allows grants to be bought, for at most MaxFee for this source and what its own sources
	// ask, together; nil: only free ones, or, with AnyPrice, for what they cost.
	Buy      bool
	MaxFee   *sdk.Coin
	AnyPrice bool
	// Several sources are derived from, which may need the same grant.
	Several bool
	Now     time.Time
}

// Use is what is asked of the source, as the chain is asked. A derivation names no places.
func (r Request) Use() licensetypes.Use {
	return licensetypes.Use{Action: r.Actions[0], Commercial: r.Commercial, Unplaced: true}
}

// most is the most to pay for what an answer sells.
func (r Request) most(answer licensetypes.Rights) *sdk.Coin {
	if r.AnyPrice && r.MaxFee == nil {
		return rights.Agreeing(answer)
	}
	return r.MaxFee
}

// Contains says whether the source is to go unchanged into a collection, which may be
// offered under terms of its own.
func (r Request) Contains() bool { return slices.Contains(r.Actions, licensetypes.ACTION_COPY) }

// Own leaves of offers those of the source itself: what its sources sell is no permission
// to cite.
func (r Request) Own(offers []licensetypes.Obtainable) []licensetypes.Obtainable {
	return slices.DeleteFunc(slices.Clone(offers), func(o licensetypes.Obtainable) bool { return o.Work != r.Source })
}

// IsGrant tells the id of a grant from terms.
func IsGrant(permission string) bool {
	return strings.HasPrefix(strings.ToLower(permission), licensetypes.GrantHRP+"1")
}

// Choice is a permission that was found.
type Choice struct {
	// Permission is what the derivation cites; empty for one's own work.
	Permission string
	// Terms relied on; nil for one's own work. Of several that are joined the first, and Joined
	// are all of them.
	Terms  *licensetypes.IdentifiedTerms
	Joined []licensetypes.IdentifiedTerms
	// Seen is what a public offer brings beside its terms, as the chain answered; unset for a
	// grant and one's own work.
	Seen licensetypes.Conditions
	// Grant of the licensee's that is relied on; nil: a public offer is, or one that is bought.
	Grant *licensetypes.NamedGrant
	// Buy is the grant that is bought of the source first; nil: none.
	Buy *Purchase
	// Beside is what pays what the source's own sources ask, before Buy.
	Beside []Purchase
	// Until is when the grant ends, as of now where it is bought; nil: never, or none is
	// relied on.
	Until *time.Time
	// PerUse is what is to be paid with each use that is asked for.
	PerUse []licensetypes.Obligation
}

// Purchase is something that is bought, and the message that buys it.
type Purchase struct {
	rights.Item
	Message *licensetypes.MsgAcquire
}

// Purchases are all that is bought, in the order of their messages.
func (c Choice) Purchases() []Purchase {
	all := slices.Clone(c.Beside)
	if c.Buy != nil {
		all = append(all, *c.Buy)
	}
	return all
}

// Messages buy what is bought, in their order. They stand before the derivation that cites it.
func (c Choice) Messages() []sdk.Msg {
	var msgs []sdk.Msg
	for _, p := range c.Purchases() {
		msgs = append(msgs, p.Message)
	}
	return msgs
}

// Source is what a derivation says of the source in a role: what it relies on, and what was seen
// of it.
func (c Choice) Source(source registrytypes.WorkID, role lineagetypes.Role) lineagetypes.Source {
	return lineagetypes.Source{Work: source, Role: role, Permission: c.Permission, Seen: c.Seen}
}

// Option is one of the permissions that somebody has to choose between.
type Option struct {
	// Permission is what the derivation would cite: a grant, or terms.
	Permission string
	Terms      licensetypes.IdentifiedTerms
	// Bought: a grant has to be bought first, for Price, as alternatives; none: for nothing.
	Bought bool
	Price  sdk.Coins
	// Fee is what Buy would pay for it, and for what its sources ask, in the denoms that it
	// takes. Waits: its owner has to approve first, so that it can't be bought now.
	Fee   sdk.Coins
	Waits bool
}
