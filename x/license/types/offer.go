package types

import (
	"fmt"
	"slices"
	"time"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/termspec"
)

// Validate checks an offer by itself and against its terms: the form of price
// and allow-list, and that no price is below the terms' fee. It fails with
// ErrInvalidOffer, naming the field and what to do.
func (o Offer) Validate(t Terms) error {
	if err := o.validateForm(); err != nil {
		return err
	}

	switch {
	case t.GivenToAll() && len(o.Price) > 0:
		return errorsmod.Wrapf(ErrInvalidOffer, "price must be empty: %s carries no fee", t.Spdx)
	case t.GivenToAll() && len(o.Licensees) > 0:
		return errorsmod.Wrapf(ErrInvalidOffer, "licensees must be empty: %s is granted to everybody", t.Spdx)
	case t.PaidByGrant() && len(o.PriceUnder(t)) == 0:
		return errorsmod.Wrap(ErrInvalidOffer, "price is empty, but the terms make a use paid by a grant without a fee: set one")
	}
	for _, coin := range o.Price {
		least := t.GrantFee.AmountOf(coin.Denom)
		if len(t.GrantFee) > 0 && least.IsZero() {
			return errorsmod.Wrapf(ErrInvalidOffer, "price in %s is not among the terms' fee %s: use its denoms", coin.Denom, t.GrantFee)
		}
		if coin.Amount.LT(least) {
			return errorsmod.Wrapf(ErrInvalidOffer, "price %s is below the terms' fee of %s%s", coin, least, coin.Denom)
		}
	}
	return nil
}

// ValidateStored checks an offer as it stands in the store: as Validate does, and that
// the chain's own fields are set where a licence that cannot be taken back was offered.
func (o Offer) ValidateStored(t Terms) error {
	if o.IrrevocableSince == nil && o.IrrevocableDemands != 0 {
		return errorsmod.Wrap(ErrInvalidOffer, "irrevocable_demands is set where irrevocable_since is not")
	}
	if o.IrrevocableSince != nil && !t.Irrevocable() || o.IrrevocableSince == nil && (o.Closed || o.Irrevocable(t)) {
		return errorsmod.Wrapf(ErrInvalidOffer, "irrevocable_since is set exactly where a licence that cannot be taken back was "+
			"offered, and closed only there (%s)", t.Spdx)
	}
	if (o.PriceVersion > 0) != t.PaidByGrant() {
		return errorsmod.Wrapf(ErrInvalidOffer, "price_version is %d: it is set exactly where a grant pays for a use (%s)",
			o.PriceVersion, t.Spdx)
	}
	return o.Validate(t)
}

// ValidateForm checks what can be checked without the terms.
func (o Offer) ValidateForm() error {
	if o.Closed || o.IrrevocableSince != nil || o.IrrevocableDemands != 0 || o.PriceVersion != 0 {
		return errorsmod.Wrap(ErrInvalidOffer, "closed, irrevocable_since, irrevocable_demands and price_version must be unset: "+
			"the chain sets them")
	}
	return o.validateForm()
}

func (o Offer) validateForm() error {
	if err := termspec.CheckPrices(o.Price); err != nil {
		return errorsmod.Wrapf(ErrInvalidOffer, "price %s", err)
	}
	if len(o.Licensees) > MaxLicensees {
		return errorsmod.Wrapf(ErrInvalidOffer, "licensees has %d accounts, at most %d are allowed", len(o.Licensees), MaxLicensees)
	}
	for i, licensee := range o.Licensees {
		account, err := sdk.AccAddressFromBech32(licensee)
		if err != nil {
			return errorsmod.Wrapf(ErrInvalidOffer, "licensees[%d] %q is no account address: %s", i, licensee, err)
		}
		if account.String() != licensee { // a buyer is looked for in this spelling
			return errorsmod.Wrapf(ErrInvalidOffer, "licensees[%d] %q: write the account in lower case", i, licensee)
		}
		if i > 0 && o.Licensees[i-1] >= licensee {
			return errorsmod.Wrapf(ErrInvalidOffer, "licensees must be sorted and unique: [%d] comes after [%d]", i, i-1)
		}
	}
	return nil
}

// PriceUnder is the price of a grant: the offer's or else the terms' fee, as
// alternatives; empty: free.
func (o Offer) PriceUnder(t Terms) sdk.Coins {
	if len(o.Price) > 0 {
		return o.Price
	}
	return t.GrantFee
}

// Public says whether the offer is itself the permission to derive, so that
// nobody needs a grant: it has no price, approval, duration, count, allow-list
// or exclusivity.
func (o Offer) Public(t Terms) bool { return o.Alternative("", t, t.Rules(), nil).Public(rules.Adapt) }

// Irrevocable says whether the offer gives everybody a licence that cannot be taken
// back.
func (o Offer) Irrevocable(t Terms) bool {
	return !o.Paused && !o.Closed && t.Irrevocable() && o.Public(t)
}

// Open says whether the owner offers it: it is not closed, paused or over.
func (o Offer) Open(now time.Time) bool { return !o.Closed && !o.Paused && !o.Expired(now) }

// Alternative is the offer of terms as the rules see it, for a licensee; nil:
// anybody. Whether the owner approved the licensee and grants are left is the caller's to
// add.
func (o Offer) Alternative(id string, t Terms, seen rules.Terms, licensee sdk.AccAddress) rules.Alternative {
	a := rules.Alternative{
		ID: id, Terms: seen, Paused: o.Paused, Priced: len(o.PriceUnder(t)) > 0,
		Closed: o.Closed, Irrevocable: o.IrrevocableSince != nil,
	}
	if o.ExpiresAt != nil {
		a.Ends = *o.ExpiresAt
	}
	if len(o.Licensees) > 0 {
		a.Listed = o.Admits(licensee)
		a.Unlisted = !a.Listed
	}
	return a
}

// Expired says whether the offer has ended.
func (o Offer) Expired(now time.Time) bool { return expired(o.ExpiresAt, now) }

// Admits says whether the account may take the offer.
func (o Offer) Admits(licensee sdk.AccAddress) bool {
	return len(o.Licensees) == 0 || slices.Contains(o.Licensees, licensee.String())
}

// Expired says whether the grant has ended, when the clock of its work says so much.
func (g Grant) Expired(clock time.Time) bool { return expired(g.ExpiresAt, clock) }

// expired: what ends at a time is over at that time. Nil never ends.
func expired(end *time.Time, now time.Time) bool { return end != nil && !now.Before(*end) }

// PickPrice chooses the alternative in the denom of the most that the licensee
// pays. Nil for a free grant. It fails with ErrFeeAboveMax, naming price and
// maximum.
func PickPrice(prices sdk.Coins, most *sdk.Coin) (*sdk.Coin, error) {
	if len(prices) == 0 {
		return nil, nil
	}
	if most == nil {
		return nil, errorsmod.Wrapf(ErrFeeAboveMax, "a grant costs %s, max_fee is unset: set it to a coin of at least that", alternatives(prices))
	}
	found, price := prices.Find(most.Denom)
	if !found {
		return nil, errorsmod.Wrapf(ErrFeeAboveMax, "a grant costs %s, max_fee is %s: pay in a denom of the price",
			alternatives(prices), most)
	}
	if price.Amount.GT(most.Amount) {
		return nil, errorsmod.Wrapf(ErrFeeAboveMax, "a grant costs %s, max_fee is %s: raise it to buy at this price", price, most)
	}
	return &price, nil
}

func alternatives(prices sdk.Coins) string {
	text := ""
	for i, coin := range prices {
		if i > 0 {
			text += " or "
		}
		text += fmt.Sprint(coin)
	}
	return text
}
