package types

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/rules"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const passDomain = "stemma/pass/v1"

// MaxMetGrants bounds the grants by which demands are met: one for each payment, approval and
// item.
const MaxMetGrants = 3 * MaxConstraints

// Met is by what demands of a source's own sources were met when something was made from
// it: grants of theirs, which it uses as an edge does, and passes that end. Both are in
// order, each once.
type Met struct {
	Grants []MetGrant
	Passes []registrytypes.Digest
}

// GrantIDs are the ids of the grants; nil: there are none.
func (m Met) GrantIDs() (list []GrantID) {
	for _, g := range m.Grants {
		list = append(list, g.Grant.GrantID)
	}
	return list
}

// Add adds what is not there yet.
func (m *Met) Add(o Met) {
	m.Grants = slices.CompactFunc(slices.SortedFunc(slices.Values(slices.Concat(m.Grants, o.Grants)), MetGrant.Compare), sameGrant)
	m.Passes = slices.Compact(slices.SortedFunc(slices.Values(slices.Concat(m.Passes, o.Passes)), compareDigests))
}

// Equal says whether both are the same grants and passes.
func (m Met) Equal(o Met) bool {
	return slices.Equal(m.Grants, o.Grants) && slices.Equal(m.Passes, o.Passes)
}

// Validate checks the order and the numbers. It fails with ErrInvalidGenesis.
func (m Met) Validate() error {
	if len(m.Grants) > MaxMetGrants || len(m.Passes) > MaxConstraints {
		return errorsmod.Wrapf(ErrInvalidGenesis, "%d grants and %d passes met demands, at most %d and %d do",
			len(m.Grants), len(m.Passes), MaxMetGrants, MaxConstraints)
	}
	for i, met := range m.Grants {
		if met.Grant.IsZero() || met.Work.IsZero() || i > 0 && m.Grants[i-1].Compare(met) >= 0 {
			return errorsmod.Wrapf(ErrInvalidGenesis, "grant %d that met a demand is none, comes twice or is out of order", i)
		}
	}
	for i, id := range m.Passes {
		if id.IsZero() || i > 0 && compareDigests(m.Passes[i-1], id) >= 0 {
			return errorsmod.Wrapf(ErrInvalidGenesis, "pass %d that met a demand is none, comes twice or is out of order", i)
		}
	}
	return nil
}

// Met is the grant as what meets a demand of its work.
func (g Grant) Met(id GrantID) MetGrant {
	return MetGrant{
		Grant: GrantIDBytes{id}, Work: g.Work,
		RoyaltyPolicy: g.RoyaltyPolicy, RoyaltyRate: g.RoyaltyRate, UpstreamVersion: g.UpstreamVersion,
	}
}

// Compare orders grants by id.
func (g MetGrant) Compare(o MetGrant) int {
	return bytes.Compare(g.Grant.GrantID[:], o.Grant.GrantID[:])
}

func sameGrant(a, b MetGrant) bool { return a.Compare(b) == 0 }

// Link is what a derivative owes by the grant.
func (g MetGrant) Link() royaltytypes.LinkSource {
	return royaltytypes.LinkSource{
		Work: g.Work.WorkID, Policy: g.RoyaltyPolicy, Rate: g.RoyaltyRate, UpstreamVersion: g.UpstreamVersion,
	}
}

// Grants are all that a derivative uses by the permit: the one that it relies on, then those that
// meet what is asked further up.
func (p Permit) Grants() (list []GrantID) {
	if !p.Grant.IsZero() {
		list = append(list, p.Grant)
	}
	return append(list, p.Met.GrantIDs()...)
}

// Links are what a derivative owes by the permit: to the source, and to works that it was made
// from, of which grants are used up as well.
func (p Permit) Links() []royaltytypes.LinkSource {
	list := []royaltytypes.LinkSource{{Work: p.Source, Policy: p.Policy, Rate: p.Rate, UpstreamVersion: p.UpstreamVersion}}
	for _, g := range p.Met.Grants {
		list = append(list, g.Link())
	}
	return list
}

func compareDigests(a, b registrytypes.Digest) int { return bytes.Compare(a[:], b[:]) }

// NewPassKey is the key of an account's pass for uses of a work, which a source of that sold
// under terms.
func NewPassKey(licensee sdk.AccAddress, usesOf, work registrytypes.WorkID, terms TermsID) PassKey {
	return PassKey{
		Licensee: licensee, UsesOf: registrytypes.WorkIDBytes{WorkID: usesOf},
		Work: registrytypes.WorkIDBytes{WorkID: work}, Terms: TermsIDBytes{terms},
	}
}

// ID is by which a constraint names the pass: SHA-256 over a domain tag, the account after
// its length, both works and the terms.
func (k PassKey) ID() registrytypes.Digest {
	h := sha256.New()
	h.Write([]byte(passDomain))
	h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(k.Licensee))))
	h.Write(k.Licensee)
	h.Write(k.UsesOf.WorkID[:])
	h.Write(k.Work.WorkID[:])
	h.Write(k.Terms.TermsID[:])
	return registrytypes.Digest(h.Sum(nil))
}

// ending is the demand that what was made ends with a grant of a work, or a pass.
func (p Pin) ending(source registrytypes.WorkID) Constraint {
	return Constraint{
		Kind: CONSTRAINT_EXPIRES, Source: registrytypes.WorkIDBytes{WorkID: source}, Contained: p.Column == rules.Contained,
	}
}

// EndsWithGrant is the demand that what was made ends with a grant of a work.
func (p Pin) EndsWithGrant(source registrytypes.WorkID, id GrantID) Constraint {
	c := p.ending(source)
	c.Grant.GrantID = id
	return c
}

// EndsWithPass is the demand that what was made ends with a pass that a work sold.
func (p Pin) EndsWithPass(source registrytypes.WorkID, id registrytypes.Digest) Constraint {
	c := p.ending(source)
	c.Pass.Digest = id
	return c
}
