package keeper_test

import (
	"crypto/sha256"
	"encoding/binary"
	"testing"
	"time"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"

	"github.com/stemma-chain/stemma/testutil/manifests"
	"github.com/stemma-chain/stemma/x/license/keeper"
	"github.com/stemma-chain/stemma/x/license/types"
	registrykeeper "github.com/stemma-chain/stemma/x/registry/keeper"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// datasets are the module and the registry on real stores, behind the SDK's message router.
type datasets struct {
	t        testing.TB
	ctx      sdk.Context
	k        keeper.Keeper
	registry registrykeeper.Keeper
	query    types.QueryServer
	router   *baseapp.MsgServiceRouter
	owners   works
	revenue  *revenue
}

func newDatasets(t testing.TB) *datasets {
	t.Helper()
	keys := storetypes.NewKVStoreKeys(types.StoreKey, registrytypes.StoreKey)
	encoding := moduletestutil.MakeTestEncodingConfig()
	types.RegisterInterfaces(encoding.InterfaceRegistry)
	registrytypes.RegisterInterfaces(encoding.InterfaceRegistry)
	d := &datasets{t: t, router: baseapp.NewMsgServiceRouter(), owners: works{}}
	d.registry = registrykeeper.NewKeeper(encoding.Codec, runtime.NewKVStoreService(keys[registrytypes.StoreKey]), governance.String())
	revenue := &revenue{
		registry: d.owners, shared: map[registrytypes.WorkID]bool{}, owed: map[registrytypes.WorkID]uint32{},
		upstream: map[registrytypes.WorkID]uint32{}, meters: map[string]math.Int{}, takings: map[registrytypes.WorkID]royaltytypes.Taking{},
	}
	d.revenue = revenue
	d.k = keeper.NewKeeper(encoding.Codec, runtime.NewKVStoreService(keys[types.StoreKey]), governance.String(), d.registry, revenue,
		accountKeys{})
	d.query = keeper.NewQueryServer(d.k)
	d.router.SetInterfaceRegistry(encoding.InterfaceRegistry)
	types.RegisterMsgServer(d.router, keeper.NewMsgServer(d.k))
	registrytypes.RegisterMsgServer(d.router, registrykeeper.NewMsgServer(d.registry))
	d.ctx = testutil.DefaultContextWithKeys(keys, nil, nil).WithChainID("stemma-test-1").WithBlockHeight(1).WithBlockTime(genesisTime)
	require.NoError(t, d.k.InitGenesis(d.ctx, *types.DefaultGenesisState()))
	require.NoError(t, d.registry.Params.Set(d.ctx, registrytypes.DefaultParams()))
	return d
}

// wait lets time pass, to the next block.
func (d *datasets) wait(time time.Duration) {
	d.ctx = d.ctx.WithBlockHeight(d.ctx.BlockHeight() + 1).WithBlockTime(d.ctx.BlockTime().Add(time))
}

func (d *datasets) must(msg sdk.Msg) proto.Message {
	d.t.Helper()
	res, err := d.router.Handler(msg)(d.ctx, msg)
	require.NoError(d.t, err)
	return res.MsgResponses[0].GetCachedValue().(proto.Message)
}

// register registers a manifest as a dataset of an account.
func (d *datasets) register(owner sdk.AccAddress, m *manifests.Made) registrytypes.WorkID {
	d.t.Helper()
	return d.add(owner, registrytypes.Entry{
		Sha256: m.Roots().Digest(), Details: registrytypes.Details{Kind: registrytypes.KIND_DATASET, Title: "data"}, Manifest: new(m.Roots()),
	})
}

func (d *datasets) add(owner sdk.AccAddress, e registrytypes.Entry) registrytypes.WorkID {
	d.t.Helper()
	res := d.must(&registrytypes.MsgRegister{Registrant: owner.String(), Works: []registrytypes.Entry{e}})
	id := res.(*registrytypes.MsgRegisterResponse).Works[0]
	d.owners[id] = registrytypes.Work{Owner: owner}
	return id
}

func (d *datasets) offer(owner sdk.AccAddress, work registrytypes.WorkID, t types.Terms) types.TermsID {
	d.t.Helper()
	id := d.must(&types.MsgPublishTerms{Author: owner.String(), Terms: t}).(*types.MsgPublishTermsResponse).Id
	d.must(&types.MsgOffer{Owner: owner.String(), Work: work, Terms: id})
	return id
}

func (d *datasets) seen(work registrytypes.WorkID, terms types.TermsID) types.Conditions {
	d.t.Helper()
	t, err := d.k.GetTerms(d.ctx, terms)
	require.NoError(d.t, err)
	seen, err := d.k.Conditions(d.ctx, work, types.Offer{}, t)
	require.NoError(d.t, err)
	return seen
}

func (d *datasets) acquire(by sdk.AccAddress, work registrytypes.WorkID, terms types.TermsID, serial uint64) types.GrantID {
	d.t.Helper()
	return d.must(&types.MsgAcquire{
		Licensee: by.String(), Work: work, Terms: terms, Serial: serial, Seen: d.seen(work, terms), MaxRate: types.MaxRate,
	}).(*types.MsgAcquireResponse).Grant
}

func (d *datasets) renew(by sdk.AccAddress, work registrytypes.WorkID, terms types.TermsID, grant types.GrantID) {
	d.t.Helper()
	d.must(&types.MsgRenewGrant{Licensee: by.String(), Grant: grant, Seen: d.seen(work, terms)})
}

// withdraw has who contributed the item of an index take it back, or all of theirs, by the manifest of a version.
func (d *datasets) withdraw(sender sdk.AccAddress, work registrytypes.WorkID, version uint32, m *manifests.Made, index int, all bool) {
	d.t.Helper()
	msg := &registrytypes.MsgWithdrawItems{Sender: sender.String(), Work: work, Version: version, Contributor: m.From(index)}
	if all {
		proof := m.ContributorOf(index)
		msg.All = &proof
	} else {
		msg.Items = []registrytypes.ItemProof{m.Item(index)}
	}
	d.must(msg)
}

// ask asks whether an item, or with none the work, may be used.
func (d *datasets) ask(work registrytypes.WorkID, by sdk.AccAddress, use types.Use, item *types.Item) types.Rights {
	d.t.Helper()
	req := &types.QueryCheckRightsRequest{Work: work.String(), Use: use, Item: item}
	if by != nil {
		req.Licensee = by.String()
	}
	return d.askFor(req)
}

func (d *datasets) askFor(req *types.QueryCheckRightsRequest) types.Rights {
	d.t.Helper()
	res, err := d.query.CheckRights(d.ctx, req)
	require.NoError(d.t, err)
	return res.Rights
}

// content is one that is told by a number.
func content(n int) registrytypes.Digest {
	return sha256.Sum256(binary.BigEndian.AppendUint64([]byte("content"), uint64(n)))
}

// given is an item that an account contributed.
func given(n int, by sdk.AccAddress) manifest.Item {
	return manifest.Item{Sha256: content(n), Contributor: manifest.Contributor{Kind: manifest.Account, ID: by}, Weight: 1}
}

// givenBy is an item that a work contributed.
func givenBy(n int, by registrytypes.WorkID) manifest.Item {
	return manifest.Item{Sha256: content(n), Contributor: manifest.Contributor{Kind: manifest.Work, ID: by[:]}, Weight: 1}
}

// itemOf is how a question names an item.
func itemOf(i manifest.Item) *types.Item {
	return &types.Item{Sha256: i.Sha256, Contributor: registrytypes.NewContributor(i.Contributor)}
}
