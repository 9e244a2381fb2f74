package types

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
)

// Limits of contributor pools.
const (
	// MaxCollected is how many contributors one MsgCollect pays.
	MaxCollected = 256
	// MaxPoolChanges is how many changes that waited are made in one block; the rest wait for the next.
	MaxPoolChanges = 32
	// minPoolNotice and maxPoolNotice bound the parameter.
	minPoolNotice = time.Second
	maxPoolNotice = 366 * 24 * time.Hour
)

// poolLength is the length of the address that a pool holds revenue by: a work's id and the version of a manifest. Accounts that
// sign have 20 bytes, and those of modules, groups and contracts 20 or 32: nobody is paid by one of this length.
const poolLength = 20 + 4

// PoolAccount is the address by which the contributors to a work's manifest hold revenue of it. No account has it, and none can be sent
// anything by it: what it is credited is kept by the pool.
func PoolAccount(work registrytypes.WorkID, version uint32) sdk.AccAddress {
	return binary.BigEndian.AppendUint32(work[:], version)
}

// PoolOf returns which pool an address is of, if it is of one.
func PoolOf(account sdk.AccAddress) (work registrytypes.WorkID, version uint32, is bool) {
	if len(account) != poolLength {
		return work, 0, false
	}
	return registrytypes.WorkID(account[:20]), binary.BigEndian.Uint32(account[20:]), true
}

// Pool returns which manifest's contributors hold a share by a table, and which; weight 0: none do.
func (h Holders) Pool() (version, weight uint32) {
	for _, s := range h.Shares {
		if _, v, is := PoolOf(s.Account); is {
			return v, s.Weight
		}
	}
	return 0, 0
}

// SharedWith returns the table in which a pool has a share, out of what the owner and the pool before it had together; the owner keeps
// the rest. It fails with ErrInvalidShares.
func (h Holders) SharedWith(pool, owner sdk.AccAddress, weight uint32) ([]Share, error) {
	var theirs uint32
	next := slices.Clone(h.Shares)
	next = slices.DeleteFunc(next, func(s Share) bool {
		_, _, is := PoolOf(s.Account)
		if is = is || bytes.Equal(s.Account, owner); is {
			theirs += s.Weight
		}
		return is
	})
	rest := theirs - weight
	switch {
	case weight > theirs:
		return nil, ErrInvalidShares.Wrapf("the owner and the contributors hold %d ppm together, of which %d cannot be shared", theirs, weight)
	case weight > 0 && weight < flow.MinShare || rest > 0 && rest < flow.MinShare:
		return nil, ErrInvalidShares.Wrapf("%d ppm for the contributors leave %d for the owner; %d is the least share: give none, all, or at "+
			"least that", weight, rest, flow.MinShare)
	}
	if weight > 0 {
		next = append(next, Share{Account: pool, Weight: weight})
	}
	if rest > 0 {
		next = append(next, Share{Account: owner, Weight: rest})
	}
	slices.SortFunc(next, func(a, b Share) int { return bytes.Compare(a.Account, b.Account) })
	return next, nil
}

// Owned returns the share that somebody holds alone beside a pool; nil where others do.
func (h Holders) Owned() sdk.AccAddress {
	var owner sdk.AccAddress
	for _, s := range h.Shares {
		if _, _, is := PoolOf(s.Account); is {
			continue
		}
		if owner != nil {
			return nil
		}
		owner = s.Account
	}
	return owner
}

// With is the table in which somebody has taken another's place.
func (h Holders) With(previous, next sdk.AccAddress) []Share {
	shares := slices.Clone(h.Shares)
	for i := range shares {
		if bytes.Equal(shares[i].Account, previous) {
			shares[i].Account = next
		}
	}
	slices.SortFunc(shares, func(a, b Share) int { return bytes.Compare(a.Account, b.Account) })
	return shares
}

// ValidateBasic checks what can be checked without state.
func (m *MsgSharePool) ValidateBasic() error {
	if err := validAddress("owner", m.Owner); err != nil {
		return err
	}
	if err := m.Work.Given("work"); err != nil {
		return err
	}
	if m.Version == 0 {
		return ErrInvalidMessage.Wrap("version is 0: name the version of the work that the manifest came with, from 1")
	}
	if m.Weight > flow.Whole || m.Weight > 0 && m.Weight < flow.MinShare {
		return ErrInvalidShares.Wrapf("the contributors get %d ppm; a share is from %d to %d, or 0", m.Weight, flow.MinShare, flow.Whole)
	}
	return nil
}

// ValidateBasic checks what can be checked without state. Errors name the entry by its index.
func (m *MsgCollect) ValidateBasic() error {
	if err := validAddress("sender", m.Sender); err != nil {
		return err
	}
	return ValidateCollect(m.Work, m.Denoms, m.Entries)
}

// ValidateCollect checks what is to be collected. Errors name the entry by its index.
func ValidateCollect(work registrytypes.WorkID, denoms []string, entries []registrytypes.ContributorProof) error {
	if err := work.Given("work"); err != nil {
		return err
	}
	if err := validDenoms(denoms); err != nil {
		return err
	}
	if n := len(entries); n < 1 || n > MaxCollected {
		return ErrInvalidMessage.Wrapf("%d entries, a message takes 1 to %d: split it", n, MaxCollected)
	}
	seen := make(map[uint64]int, len(entries))
	for i, e := range entries {
		if err := e.Validate(); err != nil {
			return ErrInvalidMessage.Wrapf("entries[%d]: %s", i, err)
		}
		if j, twice := seen[e.Index]; twice {
			return ErrInvalidMessage.Wrapf("entries[%d] has the same place as entries[%d]: collect it once", i, j)
		}
		seen[e.Index] = i
	}
	return nil
}

// ValidateBasic checks what can be checked without state.
func (m *MsgNamePayee) ValidateBasic() error {
	if err := validAddress("contributor", m.Contributor); err != nil {
		return err
	}
	return validAddress("payee", m.Payee)
}

// Validate checks a fund. It fails with ErrBrokenInvariant.
func (f PoolFund) Validate() error {
	if f.Total.IsNil() || !f.Total.IsPositive() || tooLarge(f.Total) ||
		f.Collected.IsNil() || f.Collected.IsNegative() || f.Collected.GT(f.Total) {
		return ErrBrokenInvariant.Wrapf("a pool had %s, of which %s were collected", f.Total, f.Collected)
	}
	return nil
}

// Validate checks a change. It fails with ErrInvalidShares.
func (c PoolChange) Validate() error {
	if c.Version == 0 || c.Weight > flow.Whole || c.Weight > 0 && c.Weight < flow.MinShare || c.At.UnixNano() < 0 {
		return ErrInvalidShares.Wrapf("a change of a pool to %d ppm by the manifest of version %d, at %s", c.Weight, c.Version, c.At)
	}
	return nil
}

// validate checks whom a contributor named.
func (p GenesisPayee) validate() error {
	if err := validAddress("contributor", p.Contributor); err != nil {
		return err
	}
	if strings.EqualFold(p.Contributor, p.Payee) {
		return ErrInvalidMessage.Wrapf("%s names itself: leave it out", p.Contributor)
	}
	return validAddress("payee", p.Payee)
}

// validatePools checks pools by themselves: no more was collected than they have had, and their parts have had that.
func (gs GenesisState) validatePools() error {
	for _, p := range gs.Pools {
		if err := p.validate(); err != nil {
			return ErrInvalidGenesis.Wrapf("pool of version %d of %s: %s", p.Version, p.Work, err)
		}
	}
	for _, c := range gs.PoolChanges {
		err := c.Work.Given("work")
		if err == nil {
			err = c.Change.Validate()
		}
		if err != nil {
			return ErrInvalidGenesis.Wrapf("pool change of %s: %s", c.Work, err)
		}
	}
	for _, p := range gs.Payees {
		if err := p.validate(); err != nil {
			return ErrInvalidGenesis.Wrapf("payees: %s", err)
		}
	}
	return nil
}

func (p GenesisPool) validate() error {
	if err := p.Work.Given("work"); err != nil {
		return err
	}
	left := make(map[string]math.Int, len(p.Funds))
	for _, f := range p.Funds {
		if err := sdk.ValidateDenom(f.Denom); err != nil {
			return err
		}
		if err := f.Fund.Validate(); err != nil {
			return err
		}
		if _, twice := left[f.Denom]; twice {
			return ErrBrokenInvariant.Wrapf("%s is there twice", f.Denom)
		}
		left[f.Denom] = f.Fund.Collected
	}
	seen := make(map[string]bool, len(p.Parts))
	for _, part := range p.Parts {
		sum, known := left[part.Denom]
		key := fmt.Sprintf("%d/%s", part.Start, part.Denom)
		if !known || seen[key] || part.Amount.IsNil() || !part.Amount.IsPositive() || part.Amount.GT(sum) {
			return ErrBrokenInvariant.Wrapf("the part from %d on has had %s%s, twice, nothing or more than was collected",
				part.Start, part.Amount, part.Denom)
		}
		seen[key], left[part.Denom] = true, sum.Sub(part.Amount)
	}
	for _, denom := range slices.Sorted(maps.Keys(left)) {
		rest := left[denom]
		if !rest.IsZero() {
			return ErrBrokenInvariant.Wrapf("of what was collected, %s%s are no part's", rest, denom)
		}
	}
	return nil
}
