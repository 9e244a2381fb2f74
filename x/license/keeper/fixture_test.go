package keeper_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"

	"github.com/stemma-chain/stemma/internal/amounts"
	"github.com/stemma-chain/stemma/x/license/keeper"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var (
	genesisTime = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

	alice = account("alice")
	bob   = account("bob")
	carol = account("carol")

	governance = account("governance")

	song  = registrytypes.NewWorkID(alice, [32]byte{1})
	photo = registrytypes.NewWorkID(carol, [32]byte{2})
	remix = registrytypes.NewWorkID(bob, [32]byte{3})
)

func account(name string) sdk.AccAddress {
	h := sha256.Sum256([]byte(name))
	return h[:20]
}

// works is a registry of works that tests put there.
type works map[registrytypes.WorkID]registrytypes.Work

func (w works) GetWork(_ context.Context, id registrytypes.WorkID) (registrytypes.Work, error) {
	work, ok := w[id]
	if !ok {
		return work, errorsmod.Wrapf(registrytypes.ErrWorkNotFound, "%s", id)
	}
	return work, nil
}

// catalog is a registry of works with the claims to their contents.
type catalog struct {
	works
	claims map[[32]byte][]registrytypes.WorkID
	// past are the details of works in versions before the current.
	past map[pastVersion]registrytypes.Revision
}

func (c catalog) Control(
	ctx context.Context, account sdk.AccAddress, id registrytypes.WorkID, act registrytypes.Act,
) (registrytypes.Work, error) {
	work, err := c.GetWork(ctx, id)
	if err != nil {
		return work, err
	}
	return work, work.CheckControl(id, account, act)
}

func (c catalog) CancelTransfer(_ context.Context, _ sdk.AccAddress, id registrytypes.WorkID) error {
	work := c.works[id]
	work.OnOffer = false
	c.works[id] = work
	return nil
}

func (c catalog) Earliest(_ context.Context, digest registrytypes.Digest) (registrytypes.WorkID, bool, error) {
	if all := c.claims[digest]; len(all) > 0 {
		return all[0], true, nil
	}
	return registrytypes.WorkID{}, false, nil
}

func (c catalog) Rivals(
	_ context.Context, id registrytypes.WorkID, work registrytypes.Work,
) (before, behind registrytypes.Rivals, err error) {
	side := &before
	for _, other := range c.claims[work.Sha256.Digest] {
		switch {
		case other == id:
			side = &behind
		case !c.works[other].Owner.Equals(work.Owner):
			if side.Count++; side.Count <= registrytypes.MaxRivalsNamed {
				side.Works = append(side.Works, other)
			}
		}
	}
	return before, behind, nil
}

// No work of it has a manifest: items_test.go has a registry of its own.

func (catalog) WithdrawalList(context.Context, registrytypes.WorkID) (registrytypes.WithdrawalList, error) {
	panic("a work without a manifest was asked for its withdrawals")
}

func (catalog) WithdrawalListAt(context.Context, registrytypes.WorkID, uint64) (registrytypes.WithdrawalList, error) {
	panic("a work without a manifest was asked for its withdrawals")
}

func (catalog) ItemStatus(context.Context, registrytypes.WorkID, registrytypes.ContributedItem) (registrytypes.ItemStatus, error) {
	panic("a work without a manifest was asked for an item")
}

// payment is a fee that was collected.
type payment struct {
	payer  string
	work   registrytypes.WorkID
	amount string
}

// revenue is what royalty knows, as tests set it.
type revenue struct {
	registry works
	shared   map[registrytypes.WorkID]bool   // several hold the work's revenue
	owed     map[registrytypes.WorkID]uint32 // ppm
	upstream map[registrytypes.WorkID]uint32 // version
	meters   map[string]math.Int             // by work and denom
	takings  map[registrytypes.WorkID]royaltytypes.Taking
	broke    bool // nobody can pay
	paid     []payment
}

var errBroke = errorsmod.Register("broke", 2, "insufficient funds")

func (r *revenue) Pay(ctx context.Context, payer sdk.AccAddress, work registrytypes.WorkID, amount sdk.Coin) (uint64, error) {
	if taking, limited := r.takings[work]; limited && !r.broke && !taking.Takes(amount.Denom) {
		return 0, errorsmod.Wrapf(royaltytypes.ErrDenomNotTaken, "%s", amount)
	}
	return r.PayPromised(ctx, payer, work, amount)
}

func (r *revenue) PayPromised(_ context.Context, payer sdk.AccAddress, work registrytypes.WorkID, amount sdk.Coin) (uint64, error) {
	if r.broke {
		return 0, errBroke
	}
	r.paid = append(r.paid, payment{payer.String(), work, amount.String()})
	return 0, nil
}

func (r *revenue) SoleHolder(_ context.Context, work registrytypes.WorkID) (sdk.AccAddress, error) {
	if r.shared[work] {
		return nil, nil
	}
	return r.registry[work].Owner, nil
}

func (r *revenue) UpstreamVersion(_ context.Context, work registrytypes.WorkID) (uint32, error) {
	return r.upstream[work], nil
}

func (r *revenue) Owed(_ context.Context, work registrytypes.WorkID) (absolute, relative uint32, err error) {
	return r.owed[work], 0, nil
}

// Debts is one absolute debt where a work owed something in a version.
func (r *revenue) Debts(_ context.Context, work registrytypes.WorkID, version uint32) ([]royaltytypes.Debt, error) {
	if version == 0 || r.owed[work] == 0 {
		return nil, nil
	}
	return []royaltytypes.Debt{{Work: song, Policy: royaltytypes.POLICY_ABSOLUTE, Rate: r.owed[work]}}, nil
}

func (r *revenue) Meter(_ context.Context, work registrytypes.WorkID, denom string) error {
	if _, known := r.meters[work.String()+denom]; !known {
		r.meters[work.String()+denom] = math.ZeroInt()
	}
	return nil
}

func (r *revenue) TakenIn(_ context.Context, work registrytypes.WorkID, denom string) (math.Int, error) {
	if taken, known := r.meters[work.String()+denom]; known {
		return taken, nil
	}
	return math.ZeroInt(), nil
}

func (r *revenue) IsMetered(_ context.Context, work registrytypes.WorkID, denom string) (bool, error) {
	_, known := r.meters[work.String()+denom]
	return known, nil
}

func (r *revenue) LimitDenoms(_ context.Context, work registrytypes.WorkID, taking royaltytypes.Taking) error {
	delete(r.takings, work)
	if len(taking.Denoms) > 0 {
		r.takings[work] = taking
	}
	return nil
}

func (r *revenue) TakesOnly(_ context.Context, work registrytypes.WorkID) ([]string, error) {
	return r.takings[work].Denoms, nil
}

func (r *revenue) WalkTakings(_ context.Context, do func(registrytypes.WorkID, royaltytypes.Taking) error) error {
	for work, taking := range r.takings {
		if err := do(work, taking); err != nil {
			return err
		}
	}
	return nil
}

func (r *revenue) AcceptsPayment(ctx context.Context, amount sdk.Coin) error {
	if amount.Denom == "uusdc" && !amount.Amount.IsPositive() {
		return errorsmod.Wrapf(royaltytypes.ErrBelowMinimum, "%s", amount)
	}
	return r.AcceptsDenom(ctx, amount.Denom)
}

func (r *revenue) AcceptsDenom(_ context.Context, denom string) error {
	if denom != "ustem" && denom != "uusdc" {
		return errorsmod.Wrapf(royaltytypes.ErrDenomNotAccepted, "%s: pay in ustem or uusdc", denom)
	}
	return nil
}

// fixture is the module on a real store behind the SDK's message router, which
// validates messages as on the chain, with a registry and revenue beside it.
type fixture struct {
	t   testing.TB
	ctx sdk.Context
	k   keeper.Keeper
	catalog
	registry works
	revenue  *revenue
	keys     accountKeys
	query    types.QueryServer
	router   *baseapp.MsgServiceRouter
}

// newFixture has the presets, and three works: a song of alice's, a photo of
// carol's and a remix of bob's.
func newFixture(t testing.TB) *fixture {
	t.Helper()
	key := storetypes.NewKVStoreKey(types.StoreKey)
	encoding := moduletestutil.MakeTestEncodingConfig()
	types.RegisterInterfaces(encoding.InterfaceRegistry)
	f := &fixture{t: t, registry: works{}, keys: accountKeys{}, router: baseapp.NewMsgServiceRouter()}
	f.revenue = &revenue{
		registry: f.registry, shared: map[registrytypes.WorkID]bool{},
		owed: map[registrytypes.WorkID]uint32{}, upstream: map[registrytypes.WorkID]uint32{}, meters: map[string]math.Int{},
		takings: map[registrytypes.WorkID]royaltytypes.Taking{},
	}
	f.catalog = catalog{
		works: f.registry, claims: map[[32]byte][]registrytypes.WorkID{}, past: map[pastVersion]registrytypes.Revision{},
	}
	f.k = keeper.NewKeeper(encoding.Codec, runtime.NewKVStoreService(key), governance.String(), f.catalog, f.revenue, f.keys)
	f.query = keeper.NewQueryServer(f.k)
	f.router.SetInterfaceRegistry(encoding.InterfaceRegistry)
	types.RegisterMsgServer(f.router, keeper.NewMsgServer(f.k))
	f.ctx = testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("transient_test")).Ctx.
		WithBlockHeight(1).WithBlockTime(genesisTime)
	require.NoError(t, f.k.InitGenesis(f.ctx, *types.DefaultGenesisState()))
	f.add(song, alice)
	f.add(photo, carol)
	f.add(remix, bob)
	return f
}

// register adds an account's work of a content.
func (f *fixture) register(owner sdk.AccAddress, content byte) registrytypes.WorkID {
	id := registrytypes.NewWorkID(owner, registrytypes.Digest{content})
	f.add(id, owner)
	return id
}

func (f *fixture) add(id registrytypes.WorkID, owner sdk.AccAddress) {
	f.registry[id] = registrytypes.Work{Owner: owner, Registrant: owner, Status: registrytypes.STATUS_ACTIVE, Version: 1}
}

// sell gives a work to another owner, as an accepted transfer does.
func (f *fixture) sell(id registrytypes.WorkID, buyer sdk.AccAddress) {
	work := f.registry[id]
	work.Owner = buyer
	work.Transfers++
	f.registry[id] = work
}

// setStatus puts a work in a status, as its owner or a dispute does.
func (f *fixture) setStatus(id registrytypes.WorkID, status registrytypes.Status) {
	work := f.registry[id]
	work.Status, work.Hold = status, nil
	if status == registrytypes.STATUS_DISPUTED {
		work.Status = registrytypes.STATUS_ACTIVE
		work.AddDispute(f.ctx.BlockTime(), true)
	}
	f.registry[id] = work
}

// dispute opens a dispute about a work as it stands; holds: it puts the work on hold.
func (f *fixture) dispute(id registrytypes.WorkID, holds bool) {
	work := f.registry[id]
	work.AddDispute(f.ctx.BlockTime(), holds)
	f.registry[id] = work
}

// wait lets time pass.
func (f *fixture) wait(d time.Duration) {
	f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + 1).WithBlockTime(f.ctx.BlockTime().Add(d))
}

// send runs a message as the chain does: validated, and with its writes kept
// only when it succeeds. It returns the message's events.
func (f *fixture) send(msg sdk.Msg) (proto.Message, sdk.Events, error) {
	cache, write := f.ctx.CacheContext()
	res, err := f.router.Handler(msg)(cache, msg)
	if err != nil {
		return nil, nil, err
	}
	write()
	events := make(sdk.Events, len(res.Events))
	for i, e := range res.Events {
		events[i] = sdk.Event(e)
	}
	return res.MsgResponses[0].GetCachedValue().(proto.Message), events, nil
}

// try runs a message for its error alone; the state has to stay sound.
func (f *fixture) try(msg sdk.Msg) error {
	f.t.Helper()
	_, _, err := f.send(msg)
	require.NoError(f.t, f.k.CheckInvariants(f.ctx))
	return err
}

// must runs a message that has to succeed with exactly the given events.
func (f *fixture) must(msg sdk.Msg, events ...proto.Message) proto.Message {
	f.t.Helper()
	res, got, err := f.send(msg)
	require.NoError(f.t, err)
	f.requireEvents(got, events...)
	require.NoError(f.t, f.k.CheckInvariants(f.ctx))
	return res
}

func (f *fixture) requireEvents(got sdk.Events, events ...proto.Message) {
	f.t.Helper()
	require.Len(f.t, got, len(events))
	for i, want := range events {
		typed, err := sdk.TypedEventToEvent(want)
		require.NoError(f.t, err)
		require.Equal(f.t, typed.Type, got[i].Type)
		require.ElementsMatch(f.t, typed.Attributes, got[i].Attributes)
	}
}

// publish stores terms for tests to offer.
func (f *fixture) publish(t types.Terms) types.TermsID {
	f.t.Helper()
	res, _, err := f.send(&types.MsgPublishTerms{Author: alice.String(), Terms: t})
	require.NoError(f.t, err)
	return res.(*types.MsgPublishTermsResponse).Id
}

// offer puts terms on a work on behalf of its owner.
func (f *fixture) offer(work registrytypes.WorkID, terms types.TermsID, o types.Offer) error {
	f.t.Helper()
	return f.try(&types.MsgOffer{Owner: f.registry[work].Owner.String(), Work: work, Terms: terms, Offer: o})
}

// offered is offer for what has to succeed.
func (f *fixture) offered(work registrytypes.WorkID, terms types.TermsID, o types.Offer) {
	f.t.Helper()
	require.NoError(f.t, f.offer(work, terms, o))
}

// seen are the conditions of an offer as they are now.
func (f *fixture) seen(work registrytypes.WorkID, terms types.TermsID) types.Conditions {
	f.t.Helper()
	o, _, err := f.k.Offers.Find(f.ctx, collections.Join(work, terms))
	require.NoError(f.t, err)
	t, err := f.k.GetTerms(f.ctx, terms)
	if !errors.Is(err, types.ErrTermsNotFound) {
		require.NoError(f.t, err)
	}
	return f.conditions(work, o, t)
}

func (f *fixture) conditions(work registrytypes.WorkID, o types.Offer, t types.Terms) types.Conditions {
	f.t.Helper()
	seen, err := f.k.Conditions(f.ctx, work, o, t)
	if !errors.Is(err, registrytypes.ErrWorkNotFound) {
		require.NoError(f.t, err)
	}
	return seen
}

// standing is what an offer of a work to everybody brings now.
func (f *fixture) standing(work registrytypes.WorkID) types.Conditions {
	f.t.Helper()
	return f.conditions(work, types.Offer{}, types.Terms{})
}

// demandsSeen is what whoever acquires a pass for uses of a work has seen.
func (f *fixture) demandsSeen(work registrytypes.WorkID) types.Conditions {
	f.t.Helper()
	return types.Conditions{DemandsVersion: f.standing(work).DemandsVersion}
}

// acquire takes an offer at any rate.
func (f *fixture) acquire(
	licensee sdk.AccAddress, work registrytypes.WorkID, terms types.TermsID, serial uint64, maxFee string,
) (types.GrantID, error) {
	f.t.Helper()
	msg := &types.MsgAcquire{
		Licensee: licensee.String(), Work: work, Terms: terms, Serial: serial, MaxRate: types.MaxRate, Seen: f.seen(work, terms),
	}
	if maxFee != "" {
		fee, err := amounts.ParseCoin(maxFee)
		require.NoError(f.t, err)
		msg.MaxFee = &fee
	}
	res, _, err := f.send(msg)
	require.NoError(f.t, f.k.CheckInvariants(f.ctx))
	if err != nil {
		return types.GrantID{}, err
	}
	return res.(*types.MsgAcquireResponse).Grant, nil
}

func (f *fixture) acquired(licensee sdk.AccAddress, work registrytypes.WorkID, terms types.TermsID, serial uint64,
	maxFee string,
) types.GrantID {
	f.t.Helper()
	id, err := f.acquire(licensee, work, terms, serial, maxFee)
	require.NoError(f.t, err)
	return id
}

// permit asks whether a derivative of its owner's may be made from a source.
func (f *fixture) permit(derivative, source registrytypes.WorkID, permission fmt.Stringer) (types.Permit, error) {
	return f.permitAs(roles[0], derivative, source, permission)
}

// derive binds a derivative to sources, each with what it relies on, and drops
// all writes when that fails.
func (f *fixture) derive(derivative registrytypes.WorkID, sources ...source) error {
	f.t.Helper()
	return f.deriveAs(roles[0], derivative, sources...)
}

type source struct {
	work       registrytypes.WorkID
	permission fmt.Stringer
}

func preset(name string) types.TermsID {
	p, ok := types.PresetByName(name)
	if !ok {
		panic(name)
	}
	return p.ID
}

func coins(s string) sdk.Coins {
	list, err := amounts.ParseCoins(s)
	if err != nil {
		panic(err)
	}
	return list
}

// afterAll is a context of a genesis that an export has made: all rows are older.
func afterAll(ctx sdk.Context) sdk.Context {
	return ctx.WithBlockTime(ctx.BlockTime().AddDate(1, 0, 0))
}

// binding is a first declaration that nobody has to approve.
func binding(derivative registrytypes.WorkID, permits ...types.Permit) types.Binding {
	return types.Binding{Declaration: types.DeclarationRef{Work: derivative, Number: 1}, Permits: permits}
}
