package keeper_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var registryNotFound = registrytypes.ErrWorkNotFound

func record() *types.GenerationRecord {
	at := blockTime.Add(-time.Hour)
	return &types.GenerationRecord{
		Agent: carol.String(), Model: "example/model", Provider: "Example", SystemName: "Painter", SystemVersion: "2.1",
		GeneratedAt: &at, UniqueId: "out-17", PromptSha256: registrytypes.Digest{0x0a},
	}
}

func (f *fixture) declare(work workID, r *types.GenerationRecord, sources ...types.Source) error {
	_, err := send(f, f.msgs.Derive, &types.MsgDerive{
		Owner: alice.String(), Work: work, Record: r, Sources: sources,
	})
	return err
}

func TestARecordIsKeptAndGivenOnce(t *testing.T) {
	f := newFixture(t)
	image, input := f.work("image", alice), f.work("input", alice)
	require.NoError(t, f.declare(image, record()))
	f.requireSound()

	got, err := f.queries.Derivation(f.ctx, &types.QueryDerivationRequest{Work: image})
	require.NoError(t, err)
	require.Equal(t, record(), got.Record)
	require.Zero(t, got.Node.Sources)

	require.ErrorIs(t, f.declare(image, record(), own(input)), types.ErrAlreadyRecorded)
	require.NoError(t, f.declare(image, nil, own(input)), "sources can follow")
	f.requireSound()
}

func TestRefusedRecords(t *testing.T) {
	long := strings.Repeat("x", types.MaxTextLength+1)
	for name, change := range map[string]func(*types.GenerationRecord){
		"no agent":           func(r *types.GenerationRecord) { r.Agent = "" },
		"agent is a name":    func(r *types.GenerationRecord) { r.Agent = "painter" },
		"agent in capitals":  func(r *types.GenerationRecord) { r.Agent = strings.ToUpper(r.Agent) },
		"no model":           func(r *types.GenerationRecord) { r.Model = "" },
		"misspelt model id":  func(r *types.GenerationRecord) { r.Model = idOf("model").String() + "q" },
		"itself as model":    func(r *types.GenerationRecord) { r.Model = idOf("image").String() },
		"long model":         func(r *types.GenerationRecord) { r.Model = long },
		"long provider":      func(r *types.GenerationRecord) { r.Provider = long },
		"long system":        func(r *types.GenerationRecord) { r.SystemName = long },
		"long version":       func(r *types.GenerationRecord) { r.SystemVersion = long },
		"long unique id":     func(r *types.GenerationRecord) { r.UniqueId = long },
		"not text":           func(r *types.GenerationRecord) { r.Provider = "\xff" },
		"control characters": func(r *types.GenerationRecord) { r.SystemName = "a\x1b[2J" },
		"made tomorrow": func(r *types.GenerationRecord) {
			at := blockTime.Add(24 * time.Hour)
			r.GeneratedAt = &at
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			r := record()
			change(r)
			require.ErrorIs(t, f.declare(f.work("image", alice), r), types.ErrInvalidRecord)
			require.Empty(t, f.export().Nodes)
		})
	}
}

func TestTheModelMayBeARegisteredWork(t *testing.T) {
	f := newFixture(t)
	image, model := f.work("image", alice), f.work("model", bob)
	r := record()
	r.Model = idOf("unregistered").String()
	require.ErrorIs(t, f.declare(image, r), registryNotFound)
	r.Model = model.String()
	require.NoError(t, f.declare(image, r))
}

func TestParamsAreGovernances(t *testing.T) {
	f := newFixture(t)
	update := func(by string, p types.Params) error {
		_, err := send(f, f.msgs.UpdateParams, &types.MsgUpdateParams{Authority: by, Params: p})
		return err
	}
	require.ErrorContains(t, update(alice.String(), types.DefaultParams()), "invalid authority")
	require.ErrorIs(t, update(authority, types.Params{MaxWalk: 10_001}), types.ErrInvalidParams)
	want := types.Params{MaxWalk: 7, GasPerStep: 9}
	require.NoError(t, update(authority, want))
	requireEvent(t, f, &types.EventParamsUpdated{Params: want})
	got, err := f.queries.Params(f.ctx, &types.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, want, got.Params)
}
