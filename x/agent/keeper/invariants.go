package keeper

import (
	"context"
	"fmt"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/agent/types"
	"github.com/stemma-chain/stemma/x/internal/invariants"
)

// CheckInvariants verifies that tables and indexes agree, reading all of them. The error names the
// invariant and the row that breaks it.
func (k Keeper) CheckInvariants(ctx context.Context) error {
	return invariants.Check(ctx, types.ModuleName,
		invariants.Invariant{Name: "passports", Check: k.checkPassports},
		invariants.Invariant{Name: "keys", Check: k.checkKeys},
		invariants.Invariant{Name: "attestations", Check: k.checkAttestations},
	)
}

// checkPassports: rows are sound, stand under their controllers, and count their keys.
func (k Keeper) checkPassports(ctx context.Context) error {
	agents := 0
	err := k.Passports.Walk(ctx, nil, func(id agentID, p types.Passport) (bool, error) {
		agents++
		cards, err := k.cards(ctx, id)
		if err == nil {
			err = types.GenesisAgent{Passport: p, Cards: cards}.Validate()
		}
		if err == nil && p.Id != id {
			err = fmt.Errorf("its row says that it is %s", p.Id)
		}
		if err == nil {
			err = k.checkIndexed(ctx, p)
		}
		if err != nil {
			return true, fmt.Errorf("%s: %w", id, err)
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	indexed, err := count(ctx, k.ByController.Walk)
	if err == nil && indexed != agents {
		err = fmt.Errorf("%d agents stand under controllers, %d have passports", indexed, agents)
	}
	return err
}

func (k Keeper) checkIndexed(ctx context.Context, p types.Passport) error {
	controller, err := sdk.AccAddressFromBech32(p.Controller)
	if err != nil {
		return err
	}
	if ok, err := k.ByController.Has(ctx, collections.Join(controller, p.Id)); err != nil || !ok {
		return fmt.Errorf("it is missing under its controller (%v)", err)
	}
	accounts, err := k.keysOf(ctx, p.Id)
	if err == nil && len(accounts) != int(p.Keys) {
		err = fmt.Errorf("it has %d keys, and says %d", len(accounts), p.Keys)
	}
	for _, a := range accounts {
		if err == nil {
			_, err = k.liveKey(ctx, controller, a, p.Id)
		}
	}
	return err
}

// checkKeys: each that is not removed is listed under its agent, and has counters.
func (k Keeper) checkKeys(ctx context.Context) error {
	live := 0
	err := k.Keys.Walk(ctx, nil, func(place keyOf, key types.Key) (bool, error) {
		counted, err := k.Counters.Has(ctx, place)
		if err == nil && counted != (key.Limit != nil) {
			err = fmt.Errorf("counters: %t, limit: %t", counted, key.Limit != nil)
		}
		if err == nil && key.Limit != nil {
			live++
			err = key.Limit.Validate()
		}
		if err != nil {
			return true, fmt.Errorf("key %s of %s: %w", place.K2(), key.Agent, err)
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	listed, err := count(ctx, k.KeysOf.Walk)
	if err == nil && listed != live {
		err = fmt.Errorf("%d keys stand under agents, %d are not removed", listed, live)
	}
	return err
}

// checkAttestations: each stands under its subject and its issuer.
func (k Keeper) checkAttestations(ctx context.Context) error {
	all := 0
	err := k.Attestations.Walk(ctx, nil, func(id attestationID, a types.Attestation) (bool, error) {
		all++
		issuer, err := sdk.AccAddressFromBech32(a.Issuer)
		if err == nil {
			err = a.Validate()
		}
		if err != nil {
			return true, fmt.Errorf("%s: %w", id, err)
		}
		bySubject, err := k.BySubject.Has(ctx, collections.Join3(a.Subject, issuer, id))
		if err != nil || !bySubject {
			return true, fmt.Errorf("%s is missing under its subject (%v)", id, err)
		}
		byIssuer, err := k.ByIssuer.Has(ctx, collections.Join(issuer, id))
		if err != nil || !byIssuer {
			return true, fmt.Errorf("%s is missing under its issuer (%v)", id, err)
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	bySubject, err := count(ctx, k.BySubject.Walk)
	if err != nil {
		return err
	}
	byIssuer, err := count(ctx, k.ByIssuer.Walk)
	if err == nil && (bySubject != all || byIssuer != all) {
		err = fmt.Errorf("%d attestations, %d under subjects, %d under issuers", all, bySubject, byIssuer)
	}
	return err
}

// count is the number of rows that a walk visits.
func count[K any](
	ctx context.Context, walk func(context.Context, collections.Ranger[K], func(K) (bool, error)) error,
) (n int, err error) {
	err = walk(ctx, nil, func(K) (bool, error) {
		n++
		return false, nil
	})
	return n, err
}
