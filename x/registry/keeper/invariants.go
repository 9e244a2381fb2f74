package keeper

import (
	"context"
	"fmt"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/invariants"
	"github.com/stemma-chain/stemma/x/registry/types"
)

// CheckInvariants verifies that tables and indexes agree, reading all of them.
// The error names the invariant and the row that breaks it.
func (k Keeper) CheckInvariants(ctx context.Context) error {
	return invariants.Check(ctx, types.ModuleName,
		invariants.Invariant{Name: "works", Check: k.checkWorks},
		invariants.Invariant{Name: "revisions", Check: k.checkRevisions},
		invariants.Invariant{Name: "sole claims", Check: k.checkSoleClaims},
		invariants.Invariant{Name: "digest index", Check: k.checkByDigest},
		invariants.Invariant{Name: "owner index", Check: k.checkByOwner},
		invariants.Invariant{Name: "owners", Check: k.checkOwners},
		invariants.Invariant{Name: "fingerprint index", Check: k.checkByFingerprint},
		invariants.Invariant{Name: "transfers", Check: k.checkTransfers},
		invariants.Invariant{Name: "manifests", Check: k.checkManifests},
		invariants.Invariant{Name: "withdrawals", Check: k.checkWithdrawals},
	)
}

// checkWorks: rows are sound, ids follow from registrant and content, anchored
// claims have their anchor's moment, and every index has each work once. That it
// has nothing else is checked from the index.
func (k Keeper) checkWorks(ctx context.Context) error {
	return k.Works.Walk(ctx, nil, func(id types.WorkID, work types.Work) (bool, error) {
		if err := work.Validate(id); err != nil {
			return true, fmt.Errorf("%s: %w", id, err)
		}
		if !work.AnchorRoot.IsZero() {
			anchored, err := k.Anchors.Get(ctx, collections.Join(work.Registrant, work.AnchorRoot.Digest))
			if err != nil {
				return true, fmt.Errorf("%s: anchor %s: %w", id, work.AnchorRoot, err)
			}
			if err := work.DatedBy(anchored); err != nil {
				return true, fmt.Errorf("%s: %w", id, err)
			}
		}
		return false, k.checkIndexed(ctx, id, work)
	})
}

func (k Keeper) checkIndexed(ctx context.Context, id types.WorkID, work types.Work) error {
	c, err := k.claimsTo(ctx, work.Sha256.Digest)
	if err != nil {
		return err
	}
	stands := c.sole == id
	if c.listed() {
		stands, err = k.ByDigest.Has(ctx, collections.Join(c.digest, types.NewClaimOrder(work.Place(), id)))
	}
	if err != nil || stands != work.Stands() || !c.claimed {
		return fmt.Errorf("%s is %s, that it is among the claims to its digest is %t (%v)", id, work.Status, stands, err)
	}
	if ok, err := k.ByOwner.Has(ctx, collections.Join(work.Owner, id)); err != nil || !ok {
		return fmt.Errorf("%s is missing under its owner %s (%v)", id, work.Owner, err)
	}
	for version := uint32(1); version < work.Version; version++ {
		if ok, err := k.Revisions.Has(ctx, collections.Join(id, version)); err != nil || !ok {
			return fmt.Errorf("%s has no revision %d of %d (%v)", id, version, work.Version, err)
		}
	}
	current, err := work.Revision()
	if err == nil {
		err = current.Validate()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", id, err)
	}
	for _, f := range current.Details.Fingerprints {
		if ok, err := k.ByFingerprint.Has(ctx, collections.Join(types.FingerprintHash(f.Scheme, f.Value), id)); err != nil || !ok {
			return fmt.Errorf("%s is missing under its fingerprint %s %q (%v)", id, f.Scheme, f.Value, err)
		}
	}
	return nil
}

// checkRevisions: each is valid and of a version before its work's current one.
func (k Keeper) checkRevisions(ctx context.Context) error {
	return k.Revisions.Walk(ctx, nil, func(key collections.Pair[types.WorkID, uint32], r types.Revision) (bool, error) {
		if err := r.Validate(); err != nil {
			return true, fmt.Errorf("revision %d of %s: %w", key.K2(), key.K1(), err)
		}
		work, err := k.GetWork(ctx, key.K1())
		if err == nil && (key.K2() == 0 || key.K2() >= work.Version) {
			err = fmt.Errorf("%s has revision %d, its version is %d", key.K1(), key.K2(), work.Version)
		}
		return err != nil, err
	})
}

// checkSoleClaims: each row names a work of that content, or stands for two
// claims and more, of which those that were ruled invalid are not listed. That no
// other work claims it is checked from the works.
func (k Keeper) checkSoleClaims(ctx context.Context) error {
	invalid := map[types.Digest]int{}
	err := k.Works.Walk(ctx, nil, func(_ types.WorkID, work types.Work) (bool, error) {
		if !work.Stands() {
			invalid[work.Sha256.Digest]++
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	return k.SoleClaims.Walk(ctx, nil, func(digest types.Digest, sole types.WorkID) (bool, error) {
		c := claims{digest, true, sole}
		if !c.listed() {
			work, err := k.GetWork(ctx, sole)
			if err == nil && work.Sha256.Digest != digest {
				err = fmt.Errorf("%s is under %s, its row says otherwise", sole, digest)
			}
			return err != nil, err
		}
		count := 0
		err := k.ByDigest.Walk(ctx, c.inOrder(), func(collections.Pair[types.Digest, types.ClaimOrder]) (bool, error) {
			count++
			return count == 2, nil
		})
		if err == nil && count < 2 && invalid[digest] == 0 {
			err = fmt.Errorf("%s should have several claims, %d in the order", digest, count)
		}
		return err != nil, err
	})
}

// checkByDigest: each entry is a work's content and place, its content has listed
// claims, and no two of them share a place.
func (k Keeper) checkByDigest(ctx context.Context) error {
	var previous collections.Pair[types.Digest, types.ClaimOrder]
	first := true
	return k.ByDigest.Walk(ctx, nil, func(key collections.Pair[types.Digest, types.ClaimOrder]) (bool, error) {
		id := key.K2().Work
		work, err := k.GetWork(ctx, id)
		if err != nil {
			return true, err
		}
		if work.Sha256.Digest != key.K1() || types.NewClaimOrder(work.Place(), id) != key.K2() {
			return true, fmt.Errorf("%s is under %s at %s, its row says otherwise", id, key.K1(), types.ClaimOrderKey.Stringify(key.K2()))
		}
		if c, err := k.claimsTo(ctx, key.K1()); err != nil || !c.listed() {
			return true, fmt.Errorf("%s is in the order of claims to %s, whose row says that they are not listed (%v)", id, key.K1(), err)
		}
		if !first && previous.K1() == key.K1() && samePlace(previous.K2(), key.K2()) {
			return true, fmt.Errorf("%s and %s have the same place among the claims to %s", previous.K2().Work, id, key.K1())
		}
		previous, first = key, false
		return false, nil
	})
}

func samePlace(a, b types.ClaimOrder) bool {
	a.Work, b.Work = types.WorkID{}, types.WorkID{}
	return a == b
}

// checkByOwner: each entry is a work's owner.
func (k Keeper) checkByOwner(ctx context.Context) error {
	return k.ByOwner.Walk(ctx, nil, func(key collections.Pair[sdk.AccAddress, types.WorkID]) (bool, error) {
		work, err := k.GetWork(ctx, key.K2())
		if err == nil && !work.Owner.Equals(key.K1()) {
			err = fmt.Errorf("%s is under %s, its owner is %s", key.K2(), key.K1(), work.Owner)
		}
		return err != nil, err
	})
}

// checkOwners: a work has one for each transfer, and the last is its owner; there
// are no others.
func (k Keeper) checkOwners(ctx context.Context) error {
	err := k.Works.Walk(ctx, nil, func(id types.WorkID, work types.Work) (bool, error) {
		owners, err := k.laterOwners(ctx, id)
		if err == nil {
			err = work.ValidateOwners(owners)
		}
		if err != nil {
			return true, fmt.Errorf("%s: %w", id, err)
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	return k.Owners.Walk(ctx, nil, func(key collections.Pair[types.WorkID, uint32], _ types.Ownership) (bool, error) {
		_, err := k.GetWork(ctx, key.K1())
		return err != nil, err
	})
}

// checkByFingerprint: each entry is a fingerprint of a work's current revision.
func (k Keeper) checkByFingerprint(ctx context.Context) error {
	return k.ByFingerprint.Walk(ctx, nil, func(key collections.Pair[types.Digest, types.WorkID]) (bool, error) {
		work, err := k.GetWork(ctx, key.K2())
		if err != nil {
			return true, err
		}
		current, err := work.Revision()
		if err != nil {
			return true, err
		}
		for _, f := range current.Details.Fingerprints {
			if types.FingerprintHash(f.Scheme, f.Value) == key.K1() {
				return false, nil
			}
		}
		return true, fmt.Errorf("%s is under %s, which is no fingerprint of its revision %d", key.K2(), key.K1(), work.Version)
	})
}

// checkTransfers: each is of a work, to somebody else than its owner, and works say so
// exactly where one is on offer.
func (k Keeper) checkTransfers(ctx context.Context) error {
	err := k.Works.Walk(ctx, nil, func(id types.WorkID, work types.Work) (bool, error) {
		if ok, err := k.Transfers.Has(ctx, id); err != nil || ok != work.OnOffer {
			return true, fmt.Errorf("a transfer of %s is on offer: %t, its row says %t (%v)", id, ok, work.OnOffer, err)
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	return k.Transfers.Walk(ctx, nil, func(id types.WorkID, offer types.TransferOffer) (bool, error) {
		work, err := k.GetWork(ctx, id)
		if err == nil {
			err = offer.Validate(work.Owner)
		}
		if err != nil {
			return true, fmt.Errorf("%s: %w", id, err)
		}
		return false, nil
	})
}
