package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections/colltest"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func TestIDsReadBack(t *testing.T) {
	terms := types.TermsID{1, 2, 31: 3}
	grant := types.GrantID{4, 19: 5}

	gotTerms, err := types.ParseTermsID(terms.String())
	require.NoError(t, err)
	require.Equal(t, terms, gotTerms)
	gotGrant, err := types.ParseGrantID(grant.String())
	require.NoError(t, err)
	require.Equal(t, grant, gotGrant)

	_, err = types.ParseTermsID(grant.String())
	require.ErrorIs(t, err, registrytypes.ErrInvalidID)
	_, err = types.ParseGrantID(registrytypes.WorkID{}.String())
	require.ErrorIs(t, err, registrytypes.ErrInvalidID)
	_, err = types.ParseGrantID(registrytypes.FormatID("grant", terms[:]))
	require.ErrorIs(t, err, registrytypes.ErrInvalidID)
	_, err = types.ParseTermsID("cc-by-5.0")
	require.ErrorIs(t, err, registrytypes.ErrInvalidID)
}

func TestKeyCodecs(t *testing.T) {
	colltest.TestKeyCodec(t, types.TermsIDKey, types.TermsID{1, 31: 9})
	colltest.TestKeyCodec(t, types.GrantIDKey, types.GrantID{1, 19: 9})
}

func TestGrantIDsDependOnEveryPart(t *testing.T) {
	work, terms, licensee := registrytypes.WorkID{1}, types.TermsID{2}, sdk.AccAddress{3}
	id := types.NewGrantID(work, terms, licensee, 4)
	require.Equal(t, id, types.NewGrantID(work, terms, licensee, 4))
	for _, other := range []types.GrantID{
		types.NewGrantID(registrytypes.WorkID{9}, terms, licensee, 4),
		types.NewGrantID(work, types.TermsID{9}, licensee, 4),
		types.NewGrantID(work, terms, sdk.AccAddress{9}, 4),
		types.NewGrantID(work, terms, sdk.AccAddress{3, 0}, 4),
		types.NewGrantID(work, terms, licensee, 5),
	} {
		require.NotEqual(t, id, other)
	}
}
