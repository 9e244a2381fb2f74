package keeper

import (
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/internal/amounts"
	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/registry/sumtree"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// pool is what is asked to be collected from.
type pool struct {
	work    registrytypes.WorkID
	version uint32
	roots   registrytypes.Roots
	// denoms, sorted, with what the pool has had in each.
	denoms []string
	funds  map[string]types.PoolFund
}

// entry is one contributor that is to be paid.
type entry struct {
	contributor registrytypes.Contributor
	part        sumtree.Interval
	// account is who gets it; nil where the contributor is a work.
	account sdk.AccAddress
	// due is what it has not had, and had what it has, by denom.
	due sdk.Coins
	had map[string]math.Int
	// head of the work that is paid.
	head   types.Head
	reason types.CollectReason
}

// Collect pays contributors what they have not had of a pool: an account at once, or whom it named, and a work like any payment, so that
// its holders and sources get theirs. What cannot be paid stays due, and the answer says why. It fails when the manifest is none, or a
// proof is not of it.
func (k Keeper) Collect(
	ctx context.Context, work registrytypes.WorkID, version uint32, denoms []string, proofs []registrytypes.ContributorProof,
) ([]types.Collected, error) {
	p, err := k.poolOf(ctx, work, version, denoms)
	if err != nil {
		return nil, err
	}
	entries, err := k.entries(ctx, p, proofs)
	if err != nil {
		return nil, err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	k.sendParts(ctx, entries)
	for _, e := range entries {
		if err := k.collect1(ctx, params, &p, e); err != nil {
			return nil, err
		}
	}
	for _, denom := range p.denoms {
		if err := k.Pools.Funds.Set(ctx, collections.Join3(work, version, denom), p.funds[denom]); err != nil {
			return nil, err
		}
	}
	return collected(entries), nil
}

// PreviewCollect says what a Collect would pay now.
func (k Keeper) PreviewCollect(
	ctx context.Context, work registrytypes.WorkID, version uint32, denoms []string, proofs []registrytypes.ContributorProof,
) ([]types.Collected, error) {
	p, err := k.poolOf(ctx, work, version, denoms)
	if err != nil {
		return nil, err
	}
	entries, err := k.entries(ctx, p, proofs)
	return collected(entries), err
}

func collected(entries []*entry) []types.Collected {
	list := make([]types.Collected, len(entries))
	for i, e := range entries {
		list[i] = types.Collected{Paid: e.due, Reason: e.reason}
		if e.account == nil && !e.due.Empty() {
			list[i].Epoch = e.head.Epoch
		}
	}
	return list
}

// poolOf reads a pool, in the denoms named or in the first 32.
func (k Keeper) poolOf(ctx context.Context, work registrytypes.WorkID, version uint32, denoms []string) (p pool, err error) {
	p = pool{work: work, version: version, funds: map[string]types.PoolFund{}}
	if p.roots, err = k.registry.GetManifest(ctx, work, version); err != nil {
		return p, err
	}
	if len(denoms) == 0 {
		of := collections.NewSuperPrefixedTripleRange[registrytypes.WorkID, uint32, string](work, version)
		err := k.Pools.Funds.Walk(ctx, of, func(key fundKey, fund types.PoolFund) (bool, error) {
			p.denoms, p.funds[key.K3()] = append(p.denoms, key.K3()), fund
			return len(p.denoms) == types.MaxDenoms, nil
		})
		return p, err
	}
	for _, denom := range slices.Sorted(slices.Values(denoms)) {
		fund, err := k.Pools.Funds.Get(ctx, collections.Join3(work, version, denom))
		if errors.Is(err, collections.ErrNotFound) {
			continue
		}
		if err != nil {
			return p, err
		}
		p.denoms, p.funds[denom] = append(p.denoms, denom), fund
	}
	return p, nil
}

// entries verifies proofs and finds what each contributor has not had, and can have. Nothing is changed.
func (k Keeper) entries(ctx context.Context, p pool, proofs []registrytypes.ContributorProof) ([]*entry, error) {
	entries := make([]*entry, len(proofs))
	for i, proof := range proofs {
		part, err := proof.Verify(p.roots)
		if err != nil {
			return nil, errorsmod.Wrapf(err, "entries[%d], of version %d of %s", i, p.version, p.work)
		}
		who, err := proof.Contributor.Pure()
		if err != nil {
			return nil, errorsmod.Wrapf(err, "entries[%d]", i)
		}
		e := &entry{contributor: registrytypes.NewContributor(who), part: part, had: map[string]math.Int{}}
		if err := k.due(ctx, p, e); err != nil {
			return nil, err
		}
		if err := k.admitEntry(ctx, e); err != nil {
			return nil, err
		}
		entries[i] = e
	}
	return entries, nil
}

// due finds what a part of the pool has not had.
func (k Keeper) due(ctx context.Context, p pool, e *entry) error {
	for _, denom := range p.denoms {
		had, err := k.had(ctx, p, e.part, denom)
		if err != nil {
			return err
		}
		e.had[denom] = had
		due := sumtree.Due(p.funds[denom].Total, e.part.Weight(), p.roots.Weight).Sub(had)
		if due = math.MinInt(due, amounts.Max()); due.IsPositive() {
			e.due = append(e.due, sdk.NewCoin(denom, due))
		}
	}
	if e.due.Empty() {
		e.reason = types.COLLECT_REASON_NOTHING_DUE
	}
	return nil
}

// had is what a part has had of a denom.
func (k Keeper) had(ctx context.Context, p pool, part sumtree.Interval, denom string) (math.Int, error) {
	had, err := k.Pools.Parts.Get(ctx, partOf(p.work, p.version, part.Start, denom))
	if errors.Is(err, collections.ErrNotFound) {
		return math.ZeroInt(), nil
	}
	return had, err
}

// Part says what a contributor's part of a pool is, and has had of a denom. It fails as Collect does.
func (k Keeper) Part(
	ctx context.Context, work registrytypes.WorkID, version uint32, denom string, proof registrytypes.ContributorProof,
) (*types.QueryPartResponse, error) {
	p, err := k.poolOf(ctx, work, version, []string{denom})
	if err != nil {
		return nil, err
	}
	part, err := proof.Verify(p.roots)
	if err != nil {
		return nil, err
	}
	fund, known := p.funds[denom]
	if !known {
		fund.Total = math.ZeroInt()
	}
	had, err := k.had(ctx, p, part, denom)
	return &types.QueryPartResponse{
		Start: part.Start, Weight: part.Weight(), Whole: p.roots.Weight, Total: fund.Total,
		Own: sumtree.Due(fund.Total, part.Weight(), p.roots.Weight), Collected: had,
	}, err
}

// admitEntry finds who is paid, and takes from what is due what cannot be paid.
func (k Keeper) admitEntry(ctx context.Context, e *entry) error {
	if e.contributor.Account == "" {
		return k.admitWork(ctx, e)
	}
	account, err := sdk.AccAddressFromBech32(e.contributor.Account)
	if err != nil {
		return err
	}
	if e.account, err = k.payeeOf(ctx, account); err != nil || e.due.Empty() {
		return err
	}
	if k.checkReceives(ctx, e.account) != nil {
		e.due, e.reason = nil, types.COLLECT_REASON_NOT_RECEIVING
	}
	return nil
}

func (k Keeper) admitWork(ctx context.Context, e *entry) (err error) {
	if e.due.Empty() {
		return nil
	}
	e.head, err = k.payableHead(ctx, e.contributor.Work)
	if errors.Is(err, registrytypes.ErrWorkNotFound) || errors.Is(err, registrytypes.ErrOnHold) {
		e.due, e.reason = nil, types.COLLECT_REASON_NOT_PAYABLE
		return nil
	}
	if err != nil {
		return err
	}
	e.due = slices.DeleteFunc(e.due, func(c sdk.Coin) bool {
		refused := checkTaken(e.contributor.Work, e.head, c.Denom) != nil
		if refused {
			e.reason = types.COLLECT_REASON_DENOM_NOT_TAKEN
		}
		return refused
	})
	return nil
}

// sendParts pays accounts, together, or each alone where that is refused: those that cannot be paid are left with nothing and say so.
func (k Keeper) sendParts(ctx context.Context, entries []*entry) {
	var outputs []banktypes.Output
	var paid []*entry
	for _, e := range entries {
		if e.account != nil && !e.due.Empty() {
			outputs, paid = append(outputs, banktypes.Output{Address: e.account.String(), Coins: e.due}), append(paid, e)
		}
	}
	if len(paid) == 0 || k.sendAll(ctx, outputs) == nil {
		return
	}
	for i, e := range paid {
		if k.sendAll(ctx, outputs[i:i+1]) != nil {
			e.due, e.reason = nil, types.COLLECT_REASON_NOT_RECEIVING
		}
	}
}

// collect1 notes what an entry is paid, and pays a work.
func (k Keeper) collect1(ctx context.Context, params types.Params, p *pool, e *entry) error {
	for _, coin := range e.due {
		fund := p.funds[coin.Denom]
		fund.Collected = fund.Collected.Add(coin.Amount)
		p.funds[coin.Denom] = fund
		if err := k.Pools.Parts.Set(ctx, partOf(p.work, p.version, e.part.Start, coin.Denom), e.had[coin.Denom].Add(coin.Amount)); err != nil {
			return err
		}
		if err := k.turnover(ctx, coin.Denom, math.ZeroInt(), coin.Amount); err != nil {
			return err
		}
		if e.account != nil {
			continue
		}
		chargeLine(ctx, params, e.head, coin)
		k.notePayment(ctx, e.contributor.Work, e.head.Epoch, coin)
		from := types.PoolAccount(p.work, p.version).String()
		if err := emitPaid(ctx, from, e.contributor.Work, coin, e.head.Epoch); err != nil {
			return err
		}
	}
	if e.due.Empty() {
		return nil
	}
	event := &types.EventCollected{
		Work: p.work, Version: p.version, Contributor: e.contributor, Start: e.part.Start, Amount: e.due.String(),
	}
	if e.account != nil {
		event.Account = e.account.String()
	}
	return events.Emit(ctx, event)
}
