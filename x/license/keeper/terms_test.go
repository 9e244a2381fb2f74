package keeper_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/stemma-chain/stemma/x/license/types"
)

func TestGovernanceBlanksTheURIOfTerms(t *testing.T) {
	f := newFixture(t)
	terms := types.Terms{Spdx: "LicenseRef-Own", Uri: "https://example.org/a-name", UriSha256: strings.Repeat("0a",
		32), CommercialUse: true}
	id := f.publish(terms)
	f.offered(song, id, types.Offer{})
	blank := &types.MsgBlankTerms{Authority: alice.String(), Terms: id}
	require.ErrorIs(t, f.try(blank), sdkerrors.ErrUnauthorized)
	blank.Authority = governance.String()
	require.NoError(t, f.try(blank))
	require.NoError(t, f.k.CheckInvariants(f.ctx))

	stored, err := f.k.GetTerms(f.ctx, id)
	require.NoError(t, err)
	require.Empty(t, stored.Uri)
	require.True(t, stored.Blanked())
	require.Equal(t, id, stored.ID())
	bare := terms
	bare.Uri, bare.BlankedSha256 = "", stored.BlankedSha256
	require.Equal(t, bare, stored, "what the terms allow stays")
	f.acquired(bob, song, id, 0, "")

	require.ErrorIs(t, f.try(blank), types.ErrNothingToBlank)
	require.Equal(t, id, f.publish(terms), "the same terms are the same entry")
	stored, err = f.k.GetTerms(f.ctx, id)
	require.NoError(t, err)
	require.Empty(t, stored.Uri, "and stay blank")
	require.ErrorIs(t, f.try(&types.MsgPublishTerms{Author: bob.String(), Terms: bare}), types.ErrInvalidTerms)
	blank.Terms = preset("commercial-use")
	require.ErrorIs(t, f.try(blank), types.ErrNothingToBlank, "there is no uri")
	blank.Terms = types.TermsID{1}
	require.ErrorIs(t, f.try(blank), types.ErrTermsNotFound)

	exported, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, exported.Validate())
	g := newFixture(t)
	require.NoError(t, g.k.InitGenesis(afterAll(g.ctx), *exported))
	again, err := g.k.ExportGenesis(g.ctx)
	require.NoError(t, err)
	require.Equal(t, exported, again)
}
