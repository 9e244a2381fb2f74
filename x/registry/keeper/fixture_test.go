package keeper_test

import (
	"crypto/sha256"
	"testing"
	"time"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"

	"github.com/stemma-chain/stemma/x/registry/anchor"
	"github.com/stemma-chain/stemma/x/registry/keeper"
	"github.com/stemma-chain/stemma/x/registry/types"
)

const chainID = "stemma-test-1"

var (
	genesisTime = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

	alice = account("alice")
	bob   = account("bob")
	carol = account("carol")

	governance = account("governance")
)

func account(name string) sdk.AccAddress {
	h := sha256.Sum256([]byte(name))
	return h[:20]
}

// fixture is a registry on a real store behind the SDK's message router, which
// validates messages as on the chain.
type fixture struct {
	t      testing.TB
	ctx    sdk.Context
	k      keeper.Keeper
	query  types.QueryServer
	router *baseapp.MsgServiceRouter
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	key := storetypes.NewKVStoreKey(types.StoreKey)
	encoding := moduletestutil.MakeTestEncodingConfig()
	types.RegisterInterfaces(encoding.InterfaceRegistry)
	k := keeper.NewKeeper(encoding.Codec, runtime.NewKVStoreService(key), governance.String())
	router := baseapp.NewMsgServiceRouter()
	router.SetInterfaceRegistry(encoding.InterfaceRegistry)
	types.RegisterMsgServer(router, keeper.NewMsgServer(k))
	ctx := testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("transient_test")).Ctx
	require.NoError(t, k.Params.Set(ctx, types.DefaultParams()))
	return &fixture{
		t: t, k: k, router: router, query: keeper.NewQueryServer(k),
		ctx: ctx.WithChainID(chainID).WithBlockHeight(1).WithBlockTime(genesisTime).WithTxIndex(0),
	}
}

// nextBlock moves on by a second.
func (f *fixture) nextBlock() {
	f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + 1).WithBlockTime(f.ctx.BlockTime().Add(time.Second)).WithTxIndex(0)
}

// nextTx moves on to the block's next transaction.
func (f *fixture) nextTx() { f.ctx = f.ctx.WithTxIndex(f.ctx.TxIndex() + 1) }

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

// try runs a message for its error alone.
func (f *fixture) try(msg sdk.Msg) error {
	_, _, err := f.send(msg)
	return err
}

// must runs a message that has to succeed with exactly the given events.
func (f *fixture) must(msg sdk.Msg, events ...proto.Message) proto.Message {
	f.t.Helper()
	res, got, err := f.send(msg)
	require.NoError(f.t, err)
	require.Len(f.t, got, len(events))
	for i, want := range events {
		typed, err := sdk.TypedEventToEvent(want)
		require.NoError(f.t, err)
		require.Equal(f.t, typed.Type, got[i].Type)
		require.ElementsMatch(f.t, typed.Attributes, got[i].Attributes)
	}
	require.NoError(f.t, f.k.CheckInvariants(f.ctx))
	return res
}

// register claims contents for an account and returns the works' ids.
func (f *fixture) register(registrant sdk.AccAddress, contents ...string) []types.WorkID {
	f.t.Helper()
	ids, err := f.tryRegister(registrant, false, contents...)
	require.NoError(f.t, err)
	require.NoError(f.t, f.k.CheckInvariants(f.ctx))
	return ids
}

func (f *fixture) tryRegister(registrant sdk.AccAddress, allowContested bool, contents ...string) ([]types.WorkID, error) {
	msg := &types.MsgRegister{Registrant: registrant.String(), AllowContested: allowContested}
	for _, content := range contents {
		msg.Works = append(msg.Works, entry(content))
	}
	return f.ids(f.send(msg))
}

// registerProved claims a content with the proof of an anchor.
func (f *fixture) registerProved(registrant sdk.AccAddress, content string, proof types.AnchorProof) (types.WorkID, error) {
	e := entry(content)
	e.AnchorProof = &proof
	ids, err := f.ids(f.send(&types.MsgRegister{Registrant: registrant.String(), Works: []types.Entry{e}}))
	if err != nil {
		return types.WorkID{}, err
	}
	return ids[0], nil
}

func (f *fixture) ids(res proto.Message, _ sdk.Events, err error) ([]types.WorkID, error) {
	if err != nil {
		return nil, err
	}
	return res.(*types.MsgRegisterResponse).Works, nil
}

// work asks for a work as a client does.
func (f *fixture) work(id types.WorkID) types.Claim {
	f.t.Helper()
	res, err := f.query.Work(f.ctx, &types.QueryWorkRequest{Work: id})
	require.NoError(f.t, err)
	return res.Work
}

// resolve returns the ids of the works with a fingerprint or digest, in order.
func (f *fixture) resolve(scheme, value string) []types.WorkID {
	f.t.Helper()
	res, err := f.query.Resolve(f.ctx, &types.QueryResolveRequest{Scheme: scheme, Value: value})
	require.NoError(f.t, err)
	ids := []types.WorkID{}
	for _, w := range res.Works {
		ids = append(ids, w.Id)
	}
	return ids
}

// setStatus puts a work where only disputes can.
func (f *fixture) setStatus(id types.WorkID, status types.Status) {
	switch status {
	case types.STATUS_INVALIDATED:
		require.NoError(f.t, f.k.Invalidate(f.ctx, id))
		return
	case types.STATUS_DISPUTED:
		require.NoError(f.t, f.k.AddDispute(f.ctx, id, true))
		return
	}
	work, err := f.k.GetWork(f.ctx, id)
	require.NoError(f.t, err)
	work.Status = status
	require.NoError(f.t, f.k.Works.Set(f.ctx, id, work))
}

// anchor anchors contents for an account, and returns the proof of each.
func (f *fixture) anchor(by sdk.AccAddress, contents ...string) []types.AnchorProof {
	f.t.Helper()
	proofs := prove(by, contents...)
	require.NoError(f.t, f.try(&types.MsgAnchor{Account: by.String(), Root: proofs[0].Root, Total: uint64(len(contents))}))
	return proofs
}

// prove builds the anchor of contents without sending it.
func prove(by sdk.AccAddress, contents ...string) []types.AnchorProof {
	leaves, salts := make([][32]byte, len(contents)), make([][32]byte, len(contents))
	for i, content := range contents {
		salts[i] = sha256.Sum256([]byte("salt of " + content))
		leaves[i] = anchor.Leaf(chainID, by, salts[i], sha256.Sum256([]byte(content)))
	}
	root, built, err := anchor.Build(leaves)
	if err != nil {
		panic(err)
	}
	proofs := make([]types.AnchorProof, len(built))
	for i, p := range built {
		proofs[i] = types.NewAnchorProof(root, salts[i], p)
	}
	return proofs
}

func digestOf(content string) types.Digest { return sha256.Sum256([]byte(content)) }

func entry(content string) types.Entry {
	return types.Entry{Sha256: digestOf(content), Details: details(content)}
}

func details(title string, fingerprints ...types.Fingerprint) types.Details {
	return types.Details{Kind: types.KIND_TEXT, Title: title, Fingerprints: fingerprints}
}

// afterAll is a context of a genesis that an export has made: all rows are older.
func afterAll(ctx sdk.Context) sdk.Context {
	return ctx.WithBlockTime(ctx.BlockTime().AddDate(1, 0, 0))
}
