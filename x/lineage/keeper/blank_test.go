package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func (f *fixture) blank(sender string, work workID) error {
	_, err := send(f, f.msgs.BlankText, &types.MsgBlankText{Sender: sender, Work: work})
	return err
}

func TestWhatWasDeclaredIsTakenBack(t *testing.T) {
	f := newFixture(t)
	image := f.work("image", alice)
	named := types.Source{External: &types.External{Uri: "https://example.org/a-name"}, Role: types.ROLE_INPUT_TO, Weight: 7}
	digest := record().PromptSha256
	both := types.Source{External: &types.External{Uri: "https://example.org/b", Sha256: digest}, Role: types.ROLE_CITES}
	plain := types.Source{External: &types.External{Sha256: digest}, Role: types.ROLE_CITES}
	require.NoError(t, f.declare(image, record(), named, both, plain))

	require.ErrorIs(t, f.blank(bob.String(), image), registrytypes.ErrNotOwner)
	require.ErrorIs(t, f.blank("", image), types.ErrInvalidMessage)
	require.ErrorIs(t, f.blank(alice.String(), idOf("nothing")), registrytypes.ErrWorkNotFound)
	require.NoError(t, f.blank(alice.String(), image))
	f.requireSound()
	event, err := sdk.TypedEventToEvent(&types.EventTextBlanked{Work: image, Sender: alice.String()})
	require.NoError(t, err)
	require.Contains(t, f.ctx.EventManager().Events(), event)

	full := record()
	bare, had := full.Blank()
	require.True(t, had)
	require.Equal(t, types.GenerationRecord{
		GeneratedAt: full.GeneratedAt, PromptSha256: full.PromptSha256, BlankedSha256: bare.BlankedSha256,
	}, bare)
	shown, err := f.queries.Derivation(f.ctx, &types.QueryDerivationRequest{Work: image})
	require.NoError(t, err)
	require.Equal(t, &bare, shown.Record)
	sources, err := f.queries.Sources(f.ctx, &types.QuerySourcesRequest{Work: image})
	require.NoError(t, err)
	require.Len(t, sources.Sources, 3)
	for i, s := range []types.Source{named, both, plain} {
		link := sources.Sources[i]
		blank, had := types.ExternalEdge{External: *s.External}.Blank()
		require.Equal(t, i < 2, had)
		require.Equal(t, types.External{Sha256: s.External.Sha256}, *link.External)
		require.Equal(t, blank.BlankedSha256, link.BlankedSha256)
		require.Equal(t, s.Role, link.Role)
		require.Equal(t, s.Weight, link.Weight)
	}

	require.ErrorIs(t, f.blank(alice.String(), image), types.ErrNothingToBlank)
	for _, s := range []types.Source{named, both, plain} {
		require.ErrorIs(t, f.declare(image, nil, s), types.ErrAlreadySource, "it is a source still")
	}
	require.ErrorIs(t, f.declare(image, record()), types.ErrAlreadyRecorded)

	exported, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, exported.Validate())
	for name, damage := range map[string]func(*types.GenesisNode){
		"record, with text":  func(n *types.GenesisNode) { n.Record.Model = "x" },
		"source, with uri":   func(n *types.GenesisNode) { n.Externals[0].External.Uri = "a:b" },
		"source, not a role": func(n *types.GenesisNode) { n.Externals[0].Role = 0 },
		"source of nothing":  func(n *types.GenesisNode) { n.Externals[0].BlankedSha256 = registrytypes.Digest{} },
	} {
		broken, err := f.k.ExportGenesis(f.ctx)
		require.NoError(t, err)
		damage(&broken.Nodes[0])
		require.ErrorIs(t, broken.Validate(), types.ErrInvalidGenesis, name)
	}
	g := newFixture(t)
	g.work("image", alice)
	require.NoError(t, g.k.InitGenesis(afterAll(g.ctx), *exported))
	again, err := g.k.ExportGenesis(g.ctx)
	require.NoError(t, err)
	require.Equal(t, exported, again)
}

// A model that is a work is no text, and stays.
func TestAModelThatIsAWorkStays(t *testing.T) {
	f := newFixture(t)
	image, model := f.work("image", alice), f.work("model", bob)
	r := record()
	r.Model = model.String()
	require.NoError(t, f.declare(image, r))
	require.NoError(t, f.blank(authority, image), "governance can")
	shown, err := f.queries.Derivation(f.ctx, &types.QueryDerivationRequest{Work: image})
	require.NoError(t, err)
	require.Equal(t, model.String(), shown.Record.Model)
	require.Empty(t, shown.Record.Provider)

	// Without any text there is nothing to blank.
	bare := f.work("bare", alice)
	r.Provider, r.SystemName, r.SystemVersion, r.UniqueId = "", "", "", ""
	require.NoError(t, f.declare(bare, r))
	require.ErrorIs(t, f.blank(alice.String(), bare), types.ErrNothingToBlank)
	require.ErrorIs(t, f.blank(alice.String(), f.work("plain", alice)), types.ErrNothingToBlank)
	r.BlankedSha256 = registrytypes.Digest{1}
	require.ErrorIs(t, f.declare(f.work("forged", alice), r), types.ErrInvalidRecord)
}
