package rights

import (
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// Obstacle is what stands in the way of buying something.
type Obstacle struct {
	Kind ObstacleKind
	// Offer that it is about; nil for NothingOffered and AboveTogether.
	Offer *licensetypes.Obtainable
	// Sum is what all costs together, of AboveTogether.
	Sum sdk.Coins
	// Most that was agreed to, of AbovePrice and AboveTogether.
	Most *sdk.Coin
}

// String is for logs: the kind, and what it is about.
func (o Obstacle) String() string {
	switch {
	case o.Offer != nil:
		return fmt.Sprintf("%s: %s of %s, price %s", o.Kind, o.Offer.Terms, o.Offer.Work, o.Offer.Price)
	case o.Kind == AboveTogether:
		return fmt.Sprintf("%s: %s", o.Kind, o.Sum)
	}
	return string(o.Kind)
}

// ObstacleKind is a kind of obstacle, as programs write it.
type ObstacleKind string

const (
	// NothingOffered says that nothing that would serve is for sale.
	NothingOffered ObstacleKind = "nothing_offered"
	// NeedsApproval says that the owner has to approve the licensee, or what is made, first.
	NeedsApproval ObstacleKind = "needs_approval"
	// NoPriceAgreed says that it is not free, and no most to pay was named.
	NoPriceAgreed ObstacleKind = "no_price_agreed"
	// AbovePrice says that it costs more than the most to pay, or is not sold in that denom.
	AbovePrice ObstacleKind = "above_price"
	// AboveTogether says that all that is needed costs more together.
	AboveTogether ObstacleKind = "above_together"
)
