package types

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/rules"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const allowListDomain = "stemma/allow-list/v1"

// User is the derivative that a grant which serves one is for and moves with, if
// there is one.
func (g Grant) User() (registrytypes.WorkID, bool) {
	return g.UsedBy.WorkID, !g.UsedBy.IsZero()
}

// UsedUp says whether the grant serves no derivative that is not known of yet: it is
// for one that is named, or as many use it as it serves.
func (g Grant) UsedUp() bool {
	_, bound := g.User()
	return bound || g.Serves != UnlimitedDerivatives && g.Used >= g.Serves
}

// Reserved says whether the grant was paid for and is for a derivative that does not use it
// yet. Who paid nothing loses nothing.
func (g Grant) Reserved() bool {
	_, bound := g.User()
	return bound && g.Used == 0 && g.Fee != nil
}

// CountsUses says whether uses by machines are counted at the grant.
func (g Grant) CountsUses() bool { return g.UsesPaid > 0 }

// UsesLeft is how many uses by machines it still pays for, where they are counted.
func (g Grant) UsesLeft() uint64 { return g.UsesPaid - min(g.Uses, g.UsesPaid) }

// several says whether the grant serves more than one derivative.
func (g Grant) several() bool { return g.Serves > 1 }

// Noted says whether each derivative that relies on the grant is noted as such: it serves
// several, or its terms make a use paid by one.
func (g Grant) Noted() bool { return g.several() || g.PriceVersion > 0 }

// End is when the grant ends by the clock of its work; MaxTime: never.
func (g Grant) End() time.Time {
	if g.ExpiresAt == nil {
		return MaxTime
	}
	return *g.ExpiresAt
}

// Runs says whether the grant has not ended, when the clock of its work says so much.
func (e ExclusiveGrant) Runs(clock time.Time) bool { return !expired(e.ExpiresAt, clock) }

// heldSize is the size of the last part of a key of held grants.
const heldSize = heldPin + 1 + 8 + len(GrantID{})

// heldPin is the size of what such a part begins with, the version of demands.
const heldPin = 4

// HeldKey orders the grants that an account holds under the same terms by what they are
// judged by, for one that is older may permit what a newer one does not, and then by
// use: what still serves a derivative first, then by end, the latest first. It is the
// version of demands that the grant pins, its class, the nanoseconds from the
// end to MaxTime, and the grant's id.
func (g Grant) HeldKey(id GrantID) []byte {
	key := make([]byte, heldPin+1, heldSize)
	binary.BigEndian.PutUint32(key, g.DemandsVersion)
	key[heldPin] = g.heldClass()
	key = binary.BigEndian.AppendUint64(key, uint64(MaxTime.UnixNano()-g.End().UnixNano()))
	return append(key, id[:]...)
}

// HeldClasses is how many classes there are. A class is 0, and more by 1 where the grant serves no
// further derivative, by 2 where all uses that it pays for are counted.
const HeldClasses = 4

const (
	classUsedUp    = 1
	classExhausted = 2
)

func (g Grant) heldClass() (class byte) {
	if g.UsedUp() {
		class |= classUsedUp
	}
	if g.CountsUses() && g.UsesLeft() == 0 {
		class |= classExhausted
	}
	return class
}

// ReadHeldKey reads the grant's id from what HeldKey wrote, and its class.
func ReadHeldKey(key []byte) (id GrantID, class byte) {
	if len(key) == heldSize {
		id = GrantID(key[heldSize-len(id):])
	}
	if len(key) > heldPin {
		class = key[heldPin]
	}
	return id, class
}

// SameHeld says whether keys that HeldKey wrote are of one version of demands.
func SameHeld(a, b []byte) bool { return bytes.Equal(a[:heldPin], b[:heldPin]) }

// ClassKeys are how the keys begin of grants of one class, among those of the same version of
// demands as a key, and where that class's keys end.
func ClassKeys(key []byte, class byte) (from, to []byte) {
	return append(slices.Clone(key[:heldPin]), class), append(slices.Clone(key[:heldPin]), class+1)
}

// Digest is by which a grant names the accounts that may hold it: SHA-256 over a
// domain tag and the accounts, each after its length. Zero: there are none, so
// everybody may.
func (l AllowList) Digest() registrytypes.Digest {
	if len(l.Licensees) == 0 {
		return registrytypes.Digest{}
	}
	h := sha256.New()
	h.Write([]byte(allowListDomain))
	for _, account := range l.Licensees {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(account))))
		h.Write([]byte(account))
	}
	return registrytypes.Digest(h.Sum(nil))
}

// Describe says to whom an offer with the list is made, and by which digest it is named.
func (l AllowList) Describe() string {
	if len(l.Licensees) == 0 {
		return "everybody"
	}
	return fmt.Sprintf("%d accounts (allow_list %s)", len(l.Licensees), l.Digest())
}

// Admits says whether the account may hold a grant that names the list.
func (l AllowList) Admits(account sdk.AccAddress) bool {
	return len(l.Licensees) == 0 || slices.Contains(l.Licensees, account.String())
}

// Named adds the grant's ids in readable form.
func (g Grant) Named(id GrantID) NamedGrant {
	return NamedGrant{
		Id: id, Work: g.Work.WorkID, Terms: g.Terms.TermsID, Licensee: g.Licensee.String(), UsedBy: g.UsedBy.WorkID, Grant: g,
	}
}

// CheckUses fails with ErrUsesExhausted for more uses in all than the grant pays for. Whoever counts
// off the chain refuses with the same.
func (g Grant) CheckUses(id GrantID, total uint64) error {
	if total <= g.UsesPaid {
		return nil
	}
	return errorsmod.Wrapf(ErrUsesExhausted, "%s: %s pays for %d uses, %d of which are counted and %d left; use %d needs more: "+
		"renew it, which adds as many again, or acquire another", rules.UsesExhausted, id, g.UsesPaid, g.Uses, g.UsesLeft(), total)
}
