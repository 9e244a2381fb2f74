package keeper_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"

	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/keeper"
	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

type workID = registrytypes.WorkID

var (
	alice = sdk.AccAddress("alice_______________")
	bob   = sdk.AccAddress("bob_________________")
	carol = sdk.AccAddress("carol_______________")

	authority = sdk.AccAddress("governance__________").String()

	blockTime = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
)

var (
	errNoPermission = errorsmod.Register("fakelicense", 2, "no permission")
	errConflict     = errorsmod.Register("fakelicense", 3, "terms conflict")
	errOverMaxRate  = errorsmod.Register("fakeroyalty", 2, "over the accepted rate")
)

// world stands for the modules below: works with owners, one public offer a
// work at most, and the sums of what works owe. It notes the order of calls.
type world struct {
	works  map[workID]registrytypes.Work
	offers map[workID]offer
	// agents have controllers; declared counts works of accounts and agents.
	agents   map[agenttypes.AgentID]sdk.AccAddress
	declared map[string]int
	// anchors hold one digest each, since a time.
	anchors map[registrytypes.Digest]anchored
	// claims to contents, the earliest of each, and works by fingerprint.
	claims       map[registrytypes.Digest]workID
	fingerprints map[registrytypes.Fingerprint][]workID
	// absolute sums what each work owes absolutely, ppm.
	absolute map[workID]uint32
	// debts are the works that are owed absolutely, ppm.
	debts       map[workID]map[workID]uint32
	generations map[workID]uint32
	// grants ever given; admissions that wait; what each declaration bound.
	grants     map[workID]uint64
	admissions map[licensetypes.DeclarationRef]licensetypes.Admission
	bindings   []licensetypes.Binding
	// stricter: new permissions are stricter than those that they replace.
	stricter  bool
	conflicts bool
	// reserved are the derivatives that grants of a work are for.
	reserved map[workID][]workID
	// versions are the details of works in versions before the current; silent are
	// the works that ask for no credit.
	versions map[version]registrytypes.Revision
	silent   map[workID]bool
	calls    []string
	requests []licensetypes.PermitRequest
	links    []royaltytypes.Link
}

// version is one of a work.
type version struct {
	work   workID
	number uint32
}

func (w *world) Revision(ctx context.Context, id workID, number uint32) (registrytypes.Revision, error) {
	if past, found := w.versions[version{id, number}]; found {
		return past, nil
	}
	work, err := w.GetWork(ctx, id)
	if err == nil && work.Version != number {
		err = errorsmod.Wrapf(collections.ErrNotFound, "version %d of %s", number, id)
	}
	if err != nil {
		return registrytypes.Revision{}, err
	}
	return work.Revision()
}

// anchored is a digest in an anchor of an account.
type anchored struct {
	by     string
	digest registrytypes.Digest
	since  registrytypes.Priority
}

func (w *world) CheckStated(
	_ context.Context, account sdk.AccAddress, digest registrytypes.Digest, proof registrytypes.AnchorProof,
) (registrytypes.Priority, error) {
	a := w.anchors[proof.Root]
	if a.by != account.String() || a.digest != digest {
		return registrytypes.Priority{}, registrytypes.ErrInvalidProof
	}
	return a.since, nil
}

func (w *world) CountDeclared(_ context.Context, account sdk.AccAddress) error {
	w.declared[account.String()]++
	return nil
}

func (w *world) CountGenerated(_ context.Context, agent agenttypes.AgentID, controller sdk.AccAddress) (uint32, error) {
	if !controller.Equals(w.agents[agent]) {
		return 0, agenttypes.ErrNotController
	}
	w.declared[agent.String()]++
	return 3, nil
}

// GetTerms returns the terms that each work has of its own: they ask for a credit,
// unless the work is silent.
func (w *world) GetTerms(_ context.Context, id licensetypes.TermsID) (licensetypes.Terms, error) {
	var work workID
	copy(work[:], id[:])
	return licensetypes.Terms{Spdx: "LicenseRef-Own", Attribution: !w.silent[work]}, nil
}

type offer struct {
	policy royaltytypes.Policy
	rate   uint32
}

func (w *world) GetWork(_ context.Context, id workID) (registrytypes.Work, error) {
	work, ok := w.works[id]
	if !ok {
		return work, errorsmod.Wrapf(registrytypes.ErrWorkNotFound, "%s", id)
	}
	return work, nil
}

func (w *world) Control(ctx context.Context, account sdk.AccAddress, id workID, act registrytypes.Act) (registrytypes.Work, error) {
	work, err := w.GetWork(ctx, id)
	if err != nil {
		return work, err
	}
	return work, work.CheckControl(id, account, act)
}

func (w *world) Earliest(_ context.Context, digest registrytypes.Digest) (workID, bool, error) {
	id, found := w.claims[digest]
	return id, found, nil
}

func (w *world) Resembling(_ context.Context, scheme, value string, limit int) ([]workID, error) {
	works := w.fingerprints[registrytypes.Fingerprint{Scheme: scheme, Value: value}]
	return works[:min(limit, len(works))], nil
}

func (w *world) Permit(_ context.Context, r licensetypes.PermitRequest) (licensetypes.Permit, error) {
	w.calls = append(w.calls, "permit")
	w.requests = append(w.requests, r)
	source, ok := w.works[r.Source]
	if !ok {
		return licensetypes.Permit{}, registrytypes.ErrWorkNotFound
	}
	p := licensetypes.Permit{Source: r.Source, WorkVersion: source.Version, UpstreamVersion: 1}
	if r.Permission == "" && source.Owner.Equals(r.Owner) {
		p.Own = true
		return p, nil
	}
	o, offered := w.offers[r.Source]
	if !offered || r.Permission == "" {
		return licensetypes.Permit{}, errorsmod.Wrap(errNoPermission, "needs_grant: it is not on offer")
	}
	p.Policy, p.Rate = o.policy, o.rate
	if id, err := licensetypes.ParseGrantID(r.Permission); err == nil {
		p.Grant, p.Terms = id, termsOf(r.Source)
		return p, nil
	}
	id, err := licensetypes.ParseTermsID(r.Permission)
	p.Terms = id
	return p, err
}

func (w *world) Bind(_ context.Context, b licensetypes.Binding) error {
	w.calls = append(w.calls, fmt.Sprintf("bind %d", len(b.Permits)))
	if w.conflicts {
		return errConflict
	}
	w.bindings = append(w.bindings, b)
	if b.Admission.Waits() {
		w.admissions[b.Declaration] = b.Admission
	}
	return nil
}

func (w *world) GetGrant(_ context.Context, _ licensetypes.GrantID) (licensetypes.Grant, error) {
	return licensetypes.Grant{Serves: 1, Used: 1}, nil
}

func (w *world) NoStricter(_ context.Context, _ workID, permit licensetypes.Permit, than licensetypes.Pin) (bool, error) {
	if permit.Source != than.Source {
		return false, fmt.Errorf("a permission of %s is compared with one of %s", permit.Source, than.Source)
	}
	return !w.stricter, nil
}

func (w *world) HasReserved(_ context.Context, work workID) (bool, error) {
	return len(w.reserved[work]) > 0, nil
}

func (w *world) ReservedFor(
	_ context.Context, work, derivative workID, _ licensetypes.GrantID,
) (licensetypes.GrantID, bool, error) {
	return licensetypes.GrantID{1}, slices.Contains(w.reserved[work], derivative), nil
}

func (w *world) ConstraintsOn(context.Context, workID) ([]licensetypes.Constraint, error) {
	return nil, nil
}

func (w *world) CheckHistory(context.Context, workID, [][]licensetypes.Pin) error { return nil }

func (w *world) Promises(_ context.Context, work workID) (licensetypes.Promises, error) {
	return licensetypes.Promises{Grants: w.grants[work]}, nil
}

func (w *world) GetAdmission(_ context.Context, ref licensetypes.DeclarationRef) (licensetypes.Admission, bool, error) {
	a, found := w.admissions[ref]
	return a, found, nil
}

func (w *world) ApproveAdmission(_ context.Context, ref licensetypes.DeclarationRef, work workID) (bool, error) {
	a := w.admissions[ref]
	place := slices.Index(a.Works, work)
	if place < 0 {
		return false, licensetypes.ErrNotWaiting
	}
	a.Works = slices.Delete(slices.Clone(a.Works), place, place+1)
	w.admissions[ref] = a
	if !a.Waits() {
		delete(w.admissions, ref)
	}
	return !a.Waits(), nil
}

func (w *world) UpstreamVersion(context.Context, workID) (uint32, error) { return 1, nil }

func (w *world) Debts(_ context.Context, work workID, _ uint32) ([]royaltytypes.Debt, error) {
	var list []royaltytypes.Debt
	for to, rate := range w.debts[work] {
		list = append(list, royaltytypes.Debt{Work: to, Policy: royaltytypes.POLICY_ABSOLUTE, Rate: rate})
	}
	return list, nil
}

func (w *world) Link(_ context.Context, l royaltytypes.Link) (absolute, relative uint32, err error) {
	w.calls = append(w.calls, "link")
	w.links = append(w.links, l)
	sum, debts := w.absolute[l.Work], maps.Clone(w.debts[l.Work])
	if l.Rebuilt {
		sum, debts = 0, nil
	}
	if debts == nil {
		debts = map[workID]uint32{}
	}
	for _, s := range l.Sources {
		sum += w.absolute[s.Work]
		maps.Copy(debts, w.debts[s.Work])
		if s.Policy == royaltytypes.POLICY_ABSOLUTE {
			sum += s.Rate
			debts[s.Work] = s.Rate
		}
	}
	if sum > l.MaxTotalRate {
		return 0, 0, errorsmod.Wrapf(errOverMaxRate, "%d, accepted are %d", sum, l.MaxTotalRate)
	}
	w.absolute[l.Work], w.debts[l.Work], w.generations[l.Work] = sum, debts, l.Generation
	return sum, 0, nil
}

func (w *world) Generation(_ context.Context, work workID) (uint32, error) {
	return w.generations[work], nil
}

func (w *world) SetGeneration(_ context.Context, work workID, generation uint32) error {
	w.calls = append(w.calls, "set generation")
	w.generations[work] = generation
	return nil
}

func (w *world) Owed(_ context.Context, work workID) (absolute, relative uint32, err error) {
	return w.absolute[work], 0, nil
}

// snapshot returns what takes back all that royalty was told since.
func (w *world) snapshot() (restore func()) {
	absolute, debts, generations := maps.Clone(w.absolute), maps.Clone(w.debts), maps.Clone(w.generations)
	admissions := maps.Clone(w.admissions)
	return func() { w.absolute, w.debts, w.generations, w.admissions = absolute, debts, generations, admissions }
}

// fixture is a keeper over a real store with its servers.
type fixture struct {
	*world
	t       require.TestingT
	key     storetypes.StoreKey
	ctx     sdk.Context
	k       keeper.Keeper
	msgs    types.MsgServer
	queries types.QueryServer
}

func newFixture(t testing.TB) *fixture {
	key := storetypes.NewKVStoreKey(types.StoreKey)
	ctx := testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("transient")).Ctx
	return newFixtureOver(t, key, ctx)
}

func newFixtureOver(t require.TestingT, key *storetypes.KVStoreKey, ctx sdk.Context) *fixture {
	w := &world{
		agents: map[agenttypes.AgentID]sdk.AccAddress{}, declared: map[string]int{}, anchors: map[registrytypes.Digest]anchored{},
		works: map[workID]registrytypes.Work{}, offers: map[workID]offer{},
		claims: map[registrytypes.Digest]workID{}, fingerprints: map[registrytypes.Fingerprint][]workID{},
		absolute: map[workID]uint32{}, debts: map[workID]map[workID]uint32{}, generations: map[workID]uint32{},
		grants: map[workID]uint64{}, admissions: map[licensetypes.DeclarationRef]licensetypes.Admission{},
		versions: map[version]registrytypes.Revision{}, silent: map[workID]bool{},
	}
	cdc := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	k := keeper.NewKeeper(cdc, runtime.NewKVStoreService(key), authority, w, w, w, w)
	f := &fixture{
		world: w, t: t, key: key, k: k, ctx: ctx.WithBlockTime(blockTime),
		msgs: keeper.NewMsgServer(k), queries: keeper.NewQueryServer(k),
	}
	require.NoError(t, k.InitGenesis(f.ctx, *types.DefaultGenesis()))
	return f
}

// work registers a work; names with equal text are one work.
func (f *fixture) work(name string, owner sdk.AccAddress) workID {
	id := idOf(name)
	work := registrytypes.Work{Owner: owner, Status: registrytypes.STATUS_ACTIVE, Version: 3}
	// A model may have sources in every role.
	require.NoError(f.t, work.SetRevision(registrytypes.Revision{Details: registrytypes.Details{Kind: registrytypes.KIND_MODEL}}))
	f.works[id] = work
	return id
}

// offered registers a work and offers it for an absolute royalty; 0: for free.
func (f *fixture) offered(name string, owner sdk.AccAddress, rate uint32) workID {
	id := f.work(name, owner)
	f.offers[id] = offer{rate: rate}
	if rate > 0 {
		f.offers[id] = offer{policy: royaltytypes.POLICY_ABSOLUTE, rate: rate}
	}
	return id
}

func idOf(name string) workID {
	return registrytypes.NewWorkID(alice, [32]byte([]byte(fmt.Sprintf("%-32s", name))))
}

func termsOf(source workID) licensetypes.TermsID {
	var id licensetypes.TermsID
	copy(id[:], source[:])
	return id
}

// under is a source under its public offer.
func under(source workID, role types.Role) types.Source {
	return types.Source{Work: source, Role: role, Permission: termsOf(source).String()}
}

func own(source workID) types.Source {
	return types.Source{Work: source, Role: types.ROLE_PARENT_OF}
}

func cites(source workID) types.Source {
	return types.Source{Work: source, Role: types.ROLE_CITES}
}

func external(uri string) types.Source {
	return types.Source{External: &types.External{Uri: uri}, Role: types.ROLE_INPUT_TO}
}

// send runs a message as the chain does: checked first, and without effect if
// it fails.
func send[M sdk.HasValidateBasic, R any](f *fixture, handle func(context.Context, M) (R, error), msg M) (R, error) {
	var none R
	if err := msg.ValidateBasic(); err != nil {
		return none, err
	}
	ctx, write := f.ctx.CacheContext()
	restore := f.snapshot()
	response, err := handle(ctx, msg)
	if err != nil {
		restore()
		return none, err
	}
	write()
	return response, nil
}

func (f *fixture) derive(owner sdk.AccAddress, work workID, sources ...types.Source) (*types.MsgDeriveResponse, error) {
	return send(f, f.msgs.Derive, &types.MsgDerive{
		Owner: owner.String(), Work: work, Sources: sources, MaxTotalRate: types.Whole, MaxGrants: licensetypes.MaxMetGrants,
	})
}

func (f *fixture) mustDerive(owner sdk.AccAddress, work workID, sources ...types.Source) *types.MsgDeriveResponse {
	response, err := f.derive(owner, work, sources...)
	require.NoError(f.t, err)
	f.requireSound()
	return response
}

// approve approves in advance a source under its public offer, after a look at what
// stands of the derivative.
func (f *fixture) approve(owner sdk.AccAddress, source, derivative workID) error {
	shown, err := f.k.PromisesOf(f.ctx, derivative)
	require.NoError(f.t, err)
	_, err = send(f, f.msgs.ApproveSource, &types.MsgApproveSource{
		Owner: owner.String(), Source: source, Derivative: derivative,
		Role: types.ROLE_COMPONENT_OF, Permission: termsOf(source).String(), Shown: shown,
	})
	return err
}

func (f *fixture) withdraw(owner sdk.AccAddress, source, derivative workID) error {
	_, err := send(f, f.msgs.WithdrawSourceApproval, &types.MsgWithdrawSourceApproval{
		Owner: owner.String(), Source: source, Derivative: derivative,
	})
	return err
}

// sell gives a work to another owner, as an accepted transfer does.
func (f *fixture) sell(id workID, buyer sdk.AccAddress) {
	work := f.works[id]
	work.Owner = buyer
	work.Transfers++
	f.works[id] = work
}

// edge reads one edge of a work's row.
func (f *fixture) edge(work, source workID) types.Edge {
	row, err := f.k.Derivations.Get(f.ctx, work)
	require.NoError(f.t, err)
	place, found := row.Find(source)
	require.True(f.t, found)
	return row.Edges[place]
}

// keys counts what is in the store.
func (f *fixture) keys() (n int) {
	it := f.ctx.KVStore(f.key).Iterator(nil, nil)
	defer it.Close()
	for ; it.Valid(); it.Next() {
		n++
	}
	return n
}

func (f *fixture) generation(work workID) uint32 {
	response, err := f.queries.Derivation(f.ctx, &types.QueryDerivationRequest{Work: work})
	require.NoError(f.t, err)
	return response.Node.Generation
}

func (f *fixture) export() *types.GenesisState {
	g, err := f.k.ExportGenesis(f.ctx)
	require.NoError(f.t, err)
	return g
}

func (f *fixture) requireSound() { require.NoError(f.t, f.k.CheckInvariants(f.ctx)) }

// chainOf makes works that each derive from the one before, all owned by one
// account and offered for free, and returns them from the original on.
func (f *fixture) chainOf(name string, owner sdk.AccAddress, length int) []workID {
	list := []workID{f.offered(name+"0", owner, 0)}
	for i := 1; i < length; i++ {
		list = append(list, f.offered(fmt.Sprint(name, i), owner, 0))
		f.mustDerive(owner, list[i], own(list[i-1]))
	}
	return list
}

// afterAll is a context of a genesis that an export has made: all rows are older.
func afterAll(ctx sdk.Context) sdk.Context {
	return ctx.WithBlockTime(ctx.BlockTime().AddDate(1, 0, 0))
}
