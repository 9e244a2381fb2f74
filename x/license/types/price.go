package types

import (
	"encoding/binary"
	"fmt"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// packedVersion is the size of a packed version of a price.
const packedVersion = 4

// Equal says whether two versions ask the same of the same accounts.
func (p Price) Equal(o Price) bool {
	return p.Price.String() == o.Price.String() && slices.Equal(p.Licensees, o.Licensees)
}

// Admits says whether an account may have a pass at the price; nil: anybody.
func (p Price) Admits(account sdk.AccAddress) bool {
	return len(p.Licensees) == 0 || slices.Contains(p.Licensees, account.String())
}

// AsGoodAs says whether a price is at least as good as another for everybody: it is for all whom
// the other is for, and asks no more in any denom that the other takes.
func (p Price) AsGoodAs(o Price) bool {
	admits := func(account string) bool { return slices.Contains(p.Licensees, account) }
	if len(p.Licensees) > 0 && (len(o.Licensees) == 0 || slices.ContainsFunc(o.Licensees, func(a string) bool { return !admits(a) })) {
		return false
	}
	return !slices.ContainsFunc(o.Price, func(c sdk.Coin) bool {
		takes, mine := p.Price.Find(c.Denom)
		return !takes || mine.Amount.GT(c.Amount)
	})
}

// LeastPrice is in each denom the least of the prices that are for an account, nil being
// anybody; empty: none is.
func LeastPrice(prices []Price, account sdk.AccAddress) sdk.Coins {
	var least sdk.Coins
	for _, p := range prices {
		if !p.Admits(account) {
			continue
		}
		for _, c := range p.Price {
			at := slices.IndexFunc(least, func(o sdk.Coin) bool { return o.Denom == c.Denom })
			switch {
			case at < 0:
				least = append(least, c)
			case c.Amount.LT(least[at].Amount):
				least[at] = c
			}
		}
	}
	return least.Sort()
}

// PackVersions packs versions of a price into a row.
func PackVersions(versions []uint32) []byte {
	packed := make([]byte, 0, packedVersion*len(versions))
	for _, v := range versions {
		packed = binary.BigEndian.AppendUint32(packed, v)
	}
	return packed
}

// UnpackVersions reads what PackVersions packed. It fails with ErrEncoding on bytes that are
// no versions from 1, ascending.
func UnpackVersions(packed []byte) ([]uint32, error) {
	if len(packed)%packedVersion != 0 {
		return nil, fmt.Errorf("%w: %d bytes are no versions of a price", collections.ErrEncoding, len(packed))
	}
	versions := make([]uint32, 0, len(packed)/packedVersion)
	last := uint32(0)
	for ; len(packed) > 0; packed = packed[packedVersion:] {
		v := binary.BigEndian.Uint32(packed)
		if v <= last {
			return nil, fmt.Errorf("%w: version %d of a price after %d", collections.ErrEncoding, v, last)
		}
		versions, last = append(versions, v), v
	}
	return versions, nil
}

// CheckPrice checks that a constraint names a version of a price exactly where the terms
// have a use paid by a grant. It fails with ErrInvalidGenesis.
func (c Constraint) CheckPrice(t Terms) error {
	if sells := c.Kind == CONSTRAINT_PAID_USES && t.PaidByGrant(); sells != (c.PriceVersion > 0) {
		return errorsmod.Wrapf(ErrInvalidGenesis, "kind %s with price_version %d: it is set exactly where a grant pays for a use",
			c.Kind, c.PriceVersion)
	}
	return nil
}

// validatePasses checks what offers asked, version by version, that offers and grants
// name versions that there are, and the passes.
func (gs GenesisState) validatePasses(known map[TermsID]Terms) error {
	last := make(map[offerKey]uint32)
	for i, p := range gs.Prices {
		key := offerKey{p.Work, p.Terms}
		if err := key.validate(known); err != nil {
			return errorsmod.Wrapf(err, "prices[%d]", i)
		}
		if last[key]++; p.Version != last[key] || !known[p.Terms].PaidByGrant() {
			return errorsmod.Wrapf(ErrInvalidGenesis, "prices[%d]: version %d of %s under %s is not the next, or "+
				"nothing is paid by a grant",
				i, p.Version, p.Work, p.Terms)
		}
		o := Offer{Price: p.Price.Price, Licensees: p.Price.Licensees}
		if err := o.Validate(known[p.Terms]); err != nil {
			return errorsmod.Wrapf(err, "prices[%d]", i)
		}
	}
	for i, o := range gs.Offers {
		if o.Offer.PriceVersion != 0 && o.Offer.PriceVersion != last[offerKey{o.Work, o.Terms}] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "offers[%d]: price_version %d is not the last", i, o.Offer.PriceVersion)
		}
	}
	for i, g := range gs.Grants {
		if v := g.Grant.PriceVersion; v > last[g.Grant.offer()] || (v > 0) != known[g.Grant.Terms.TermsID].PaidByGrant() {
			return errorsmod.Wrapf(ErrInvalidGenesis, "grants[%d]: price_version %d is none that there was", i, v)
		}
	}
	return gs.validatePassRows(known)
}

func (gs GenesisState) validatePassRows(known map[TermsID]Terms) error {
	seen := make(map[string]bool, len(gs.Passes))
	for i, p := range gs.Passes {
		licensee, err := sdk.AccAddressFromBech32(p.Licensee)
		if err == nil {
			err = p.UsesOf.Given("uses_of")
		}
		if err == nil {
			err = offerKey{p.Work, p.Terms}.validate(known)
		}
		if err == nil {
			err = p.Pass.Validate(known[p.Terms])
		}
		if err != nil {
			return errorsmod.Wrapf(err, "passes[%d]", i)
		}
		key := string(licensee) + "/" + p.UsesOf.String() + p.Work.String() + p.Terms.String()
		if seen[key] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "passes[%d]: comes twice", i)
		}
		seen[key] = true
	}
	return nil
}

// Validate checks that something was paid and that the pass ends exactly where grants
// under the terms do. It fails with ErrInvalidGenesis.
func (p Pass) Validate(t Terms) error {
	switch {
	case !t.PaidByGrant():
		return errorsmod.Wrapf(ErrInvalidGenesis, "no use is paid by a grant (%s)", t.Spdx)
	case p.Fee.Validate() != nil || !p.Fee.IsPositive():
		return errorsmod.Wrapf(ErrInvalidGenesis, "fee %s is not a positive amount", p.Fee)
	case (p.ExpiresAt != nil) != (t.Duration != nil) || !validEnd(p.ExpiresAt) || !validEnd(&p.GivenAt):
		return errorsmod.Wrapf(ErrInvalidGenesis, "expires_at %s or given_at %s is not between 1970 and 2262, or should not be set",
			p.ExpiresAt, p.GivenAt)
	}
	return nil
}
