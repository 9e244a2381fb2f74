package types

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

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
// version of demands that the grant pins, 0, or 1 when used up, the nanoseconds from the
// end to MaxTime, and the grant's id.
func (g Grant) HeldKey(id GrantID) []byte {
	key := make([]byte, heldPin+1, heldSize)
	binary.BigEndian.PutUint32(key, g.DemandsVersion)
	if g.UsedUp() {
		key[heldPin] = 1
	}
	key = binary.BigEndian.AppendUint64(key, uint64(MaxTime.UnixNano()-g.End().UnixNano()))
	return append(key, id[:]...)
}

// ReadHeldKey reads the grant's id from what HeldKey wrote, and whether it is used up.
func ReadHeldKey(key []byte) (id GrantID, usedUp bool) {
	if len(key) == heldSize {
		id = GrantID(key[heldSize-len(id):])
	}
	return id, len(key) > heldPin && key[heldPin] == 1
}

// SameHeld says whether keys that HeldKey wrote are of one version of demands.
func SameHeld(a, b []byte) bool { return bytes.Equal(a[:heldPin], b[:heldPin]) }

// UsedUpKeys are how the keys begin of grants that are used up, among those of the same
// version of demands as a key, and where that version's keys end.
func UsedUpKeys(key []byte) (from, to []byte) {
	return append(slices.Clone(key[:heldPin]), 1), append(slices.Clone(key[:heldPin]), 2)
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
