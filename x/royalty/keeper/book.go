package keeper

import (
	"cmp"
	"context"
	"math/big"
	"slices"

	"github.com/cosmos/gogoproto/proto"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// book is a flow.Book over the store. It reads each row once, keeps it in memory
// and writes what changed when save is called, so flows that meet cost one write.
type book struct {
	ctx       context.Context
	k         Keeper
	params    types.Params
	heads     map[flow.Work]types.Head
	upstreams map[flow.Work]flow.Upstream
	holders   map[flow.Work][]flow.Holding
	pots      map[flow.Pot]*flow.Stages
	// stored are the pots that have a row.
	stored map[flow.Pot]bool
	// takenIn is what the metered pots among them have taken in.
	takenIn map[flow.Pot]*big.Int
	// denoms that stages can hold; nil until asked for.
	denoms []string
	// noted are the denoms of the block's payments.
	noted []string
	// credits is what holders got, by account and denom, and late what of that came by
	// the late lane.
	credits, late map[flow.Purse]*big.Int
	// pools is what contributor pools got.
	pools   map[flow.Purse]*big.Int
	paidIn  map[string]*big.Int
	arrears arrears
	events  sdk.Events
}

func (k Keeper) newBook(ctx context.Context) (*book, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	return &book{
		ctx: ctx, k: k, params: params,
		heads: map[flow.Work]types.Head{}, upstreams: map[flow.Work]flow.Upstream{}, holders: map[flow.Work][]flow.Holding{},
		pots: map[flow.Pot]*flow.Stages{}, stored: map[flow.Pot]bool{},
		takenIn: map[flow.Pot]*big.Int{},
		credits: map[flow.Purse]*big.Int{}, late: map[flow.Purse]*big.Int{}, pools: map[flow.Purse]*big.Int{}, paidIn: map[string]*big.Int{},
	}, nil
}

func (b *book) head(work flow.Work) (types.Head, error) {
	if head, ok := b.heads[work]; ok {
		return head, nil
	}
	head, err := b.k.GetHead(b.ctx, types.WorkIDOf(work))
	if err != nil {
		return types.Head{}, err
	}
	b.heads[work] = head
	return head, nil
}

// Upstream implements flow.Reader.
func (b *book) Upstream(work flow.Work) (flow.Upstream, error) {
	if upstream, ok := b.upstreams[work]; ok {
		return upstream, nil
	}
	head, err := b.head(work)
	if err != nil {
		return flow.Upstream{}, err
	}
	upstream, err := b.k.GetUpstream(b.ctx, types.WorkIDOf(work), head.UpstreamVersion)
	if err != nil {
		return flow.Upstream{}, err
	}
	b.upstreams[work] = upstream
	return upstream, nil
}

// Holders implements flow.Reader.
func (b *book) Holders(work flow.Work) ([]flow.Holding, error) {
	if holders, ok := b.holders[work]; ok {
		return holders, nil
	}
	head, err := b.head(work)
	if err != nil {
		return nil, err
	}
	table, err := b.k.GetHolders(b.ctx, types.WorkIDOf(work), head.HoldersVersion)
	if err != nil {
		return nil, err
	}
	b.holders[work] = table.Flow()
	return b.holders[work], nil
}

// Generation implements flow.Reader.
func (b *book) Generation(work flow.Work) (uint32, error) {
	head, err := b.head(work)
	return head.Generation, err
}

// Destination implements flow.Reader.
func (b *book) Destination(work flow.Work) (flow.Destination, error) {
	head, err := b.head(work)
	if err != nil || head.Destination != types.DESTINATION_ANOTHER {
		return flow.Destination{Kind: flow.DestinationKind(head.Destination)}, err
	}
	other, err := b.k.Destinations.Get(b.ctx, types.WorkIDOf(work))
	return flow.Destination{Kind: flow.Another, Other: types.FlowWork(other)}, err
}

// Stages implements flow.Book.
func (b *book) Stages(pot flow.Pot) (*flow.Stages, error) {
	if stages, ok := b.pots[pot]; ok {
		return stages, nil
	}
	row, found, err := b.k.Stages.Find(b.ctx, collections.Join(types.WorkIDOf(pot.Work), pot.Denom))
	if err != nil {
		return nil, err
	}
	stages := row.Flow()
	b.pots[pot], b.stored[pot] = stages, found
	if row.TakenIn != nil {
		b.takenIn[pot] = row.TakenIn.BigInt()
	}
	return stages, nil
}

// TookIn implements flow.Book. Whether a pot is metered is known from its row,
// which a sweep has read by then.
func (b *book) TookIn(pot flow.Pot, amount *big.Int) {
	if sum, metered := b.takenIn[pot]; metered {
		sum.Add(sum, amount)
	}
}

// Now implements flow.Book.
func (b *book) Now() uint64 { return heightOf(b.ctx) }

// Size implements flow.Book.
func (b *book) Size(work flow.Work) (holders uint32, grown bool, err error) {
	head, err := b.head(work)
	return head.Holders, head.Grown, err
}

// Ready implements flow.Book. A denom that is no longer accepted has no minimum. A
// head that cannot be read is found, and reported, when the stage is served.
func (b *book) Ready(pot flow.Pot, kind flow.Kind, unflushed *big.Int) bool {
	for _, d := range b.params.Denoms {
		if d.Denom != pot.Denom {
			continue
		}
		least := d.MinFlow.BigIntMut()
		if kind == flow.Earned {
			head, err := b.head(pot.Work)
			if err != nil {
				return true
			}
			least = new(big.Int).Mul(least, big.NewInt(int64(head.Holders)))
		}
		return unflushed.Cmp(least) >= 0
	}
	return unflushed.Sign() > 0
}

// LeastPayout implements flow.Book.
func (b *book) LeastPayout(denom string) *big.Int {
	for _, d := range b.params.Denoms {
		if d.Denom == denom {
			return d.MinPayout.BigIntMut()
		}
	}
	return big.NewInt(1) // it is not paid out by itself, but divided
}

// Credit implements flow.Book.
func (b *book) Credit(pot flow.Pot, to flow.Account, amount, late *big.Int) {
	p := flow.Purse{Account: to, Denom: pot.Denom}
	if _, _, is := types.PoolOf(sdk.AccAddress(to)); is {
		addTo(b.pools, p, amount)
		return
	}
	addTo(b.credits, p, amount)
	if late.Sign() > 0 {
		addTo(b.late, p, late)
	}
}

func addTo[K comparable](sums map[K]*big.Int, key K, amount *big.Int) {
	if sums[key] == nil {
		sums[key] = new(big.Int)
	}
	sums[key].Add(sums[key], amount)
}

// Flushed implements flow.Book. What a single receiver gets whole needs no event:
// nothing was divided.
func (b *book) Flushed(item flow.Item, from, to *big.Int, receivers int) {
	if receivers == 1 {
		return
	}
	b.emit(&types.EventStageFlushed{
		Work: types.WorkIDOf(item.Pot.Work), Denom: item.Pot.Denom, Stage: types.StageKind(item.Kind),
		FromTotal: from.String(), ToTotal: to.String(),
	})
}

// Failed implements flow.Book.
func (b *book) Failed(item flow.Item, err error) {
	b.emit(&types.EventStageQuarantined{
		Work: types.WorkIDOf(item.Pot.Work), Denom: item.Pot.Denom, Stage: types.StageKind(item.Kind), Reason: err.Error(),
	})
	sdk.UnwrapSDKContext(b.ctx).Logger().Error("royalty stage not flushed", "stage", types.ItemKey.Stringify(item), "err", err)
}

// emit keeps an event until all is saved. One that cannot be written does not
// stop a block.
func (b *book) emit(event proto.Message) {
	encoded, err := events.Encode(event)
	if err != nil {
		sdk.UnwrapSDKContext(b.ctx).Logger().Error("royalty event not written", "err", err)
		return
	}
	b.events = append(b.events, encoded)
}

// save writes the stages that were touched, in order of key, and removes those
// that have nothing to remember; and what is left of arrears.
func (b *book) save() error {
	if err := b.saveArrears(); err != nil {
		return err
	}
	if err := b.fillPools(); err != nil {
		return err
	}
	pots := make([]flow.Pot, 0, len(b.pots))
	for pot := range b.pots {
		pots = append(pots, pot)
	}
	slices.SortFunc(pots, func(a, b flow.Pot) int {
		return cmp.Or(cmp.Compare(a.Work, b.Work), cmp.Compare(a.Denom, b.Denom))
	})
	for _, pot := range pots {
		key, row := collections.Join(types.WorkIDOf(pot.Work), pot.Denom), types.StagesFromFlow(b.pots[pot])
		if sum, metered := b.takenIn[pot]; metered {
			takenIn := math.NewIntFromBigInt(sum)
			row.TakenIn = &takenIn
		}
		var err error
		switch {
		case !row.IsEmpty():
			err = b.k.Stages.Set(b.ctx, key, row)
		case b.stored[pot]:
			err = b.k.Stages.Remove(b.ctx, key)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// turnover adds to what was paid in and out in total.
func (k Keeper) turnover(ctx context.Context, denom string, paidIn, paidOut math.Int) error {
	t, found, err := k.Turnovers.Find(ctx, denom)
	if err != nil {
		return err
	}
	if !found {
		t = types.Turnover{PaidIn: math.ZeroInt(), PaidOut: math.ZeroInt()}
	}
	t.PaidIn, t.PaidOut = t.PaidIn.Add(paidIn), t.PaidOut.Add(paidOut)
	return k.Turnovers.Set(ctx, denom, t)
}
