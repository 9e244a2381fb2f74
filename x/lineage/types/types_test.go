package types_test

import (
	"crypto/sha256"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var (
	owner  = sdk.AccAddress("owner_______________")
	work   = registrytypes.NewWorkID(owner, [32]byte{1})
	source = registrytypes.NewWorkID(owner, [32]byte{2})
)

func TestRolesHaveTheNamesThatC2PAGivesThem(t *testing.T) {
	require.Equal(t, []string{"parentOf", "componentOf", "inputTo", "trainedOn", "cites", "contains"}, types.RoleNames())
	for _, name := range types.RoleNames() {
		role, err := types.ParseRole(strings.ToUpper(name))
		require.NoError(t, err)
		require.True(t, role.Known())
		require.Equal(t, name, role.Name())
	}
	for _, name := range []string{"", "sequelOf", "ROLE_CITES"} {
		_, err := types.ParseRole(name)
		require.ErrorIs(t, err, types.ErrInvalidSource)
	}
	require.Len(t, types.Role_name, len(types.RoleNames())+1, "every role has a name")
	require.False(t, types.Role(7).Known())
}

// A source is declared again in a role that asks for as much and passes on as much, or not at
// all.
func TestWhatARoleBecomes(t *testing.T) {
	possible := map[string][]string{
		"cites":       {"parentOf", "componentOf", "inputTo", "trainedOn", "contains"},
		"contains":    {"contains", "componentOf", "parentOf"},
		"componentOf": {"componentOf", "parentOf"},
		"parentOf":    {"parentOf"},
		"inputTo":     {"inputTo"},
		"trainedOn":   {"trainedOn"},
	}
	require.Len(t, possible, len(types.RoleNames()))
	for before, names := range possible {
		was, err := types.ParseRole(before)
		require.NoError(t, err)
		for _, name := range types.RoleNames() {
			role, err := types.ParseRole(name)
			require.NoError(t, err)
			err = was.CheckAgain(role)
			if slices.Contains(names, name) {
				require.NoError(t, err, "%s becomes %s", before, name)
				continue
			}
			require.ErrorIs(t, err, types.ErrAlreadySource, "%s becomes %s", before, name)
			require.ErrorContains(t, err, "declared as "+before+" and can't become "+name)
			require.ErrorContains(t, err, "declare it as "+strings.Join(names, " or "))
		}
	}
}

func TestExternalReferences(t *testing.T) {
	digest := registrytypes.Digest{0x0a}
	for _, good := range []types.External{
		{Sha256: digest}, {Uri: "https://example.org/a%20b"}, {Sha256: digest, Uri: "ipfs://x"},
	} {
		require.NoError(t, good.Validate())
	}
	for _, bad := range []types.External{
		{},
		{Sha256: sha256.Sum256(nil)}, // an empty file
		{Uri: "example.org"},
		{Uri: "https://example.org/\u200b"},
		{Uri: "https://example.org/a b"},
		{Uri: "x:\n"},
		{Uri: strings.Repeat("x", types.MaxURILength+1)},
	} {
		require.ErrorIs(t, bad.Validate(), types.ErrInvalidSource)
	}
	both := types.Source{Work: work, External: &types.External{Uri: "x:y"}, Role: types.ROLE_CITES}
	require.ErrorContains(t, both.Validate(), "not both")
	permitted := types.Source{External: &types.External{Uri: "x:y"}, Role: types.ROLE_CITES, Permission: "terms1"}
	require.ErrorContains(t, permitted.Validate(), "no permission")
	require.ErrorIs(t, types.Source{Role: types.ROLE_CITES}.Validate(), types.ErrInvalidSource)
}

// What was seen is of public offers alone: nothing that cannot be compared is accepted.
func TestSourcesNameWhatWasSeenOfOffers(t *testing.T) {
	seen := licensetypes.Conditions{Revisions: 1}
	terms, grant := licensetypes.TermsID{1}.String(), licensetypes.GrantID{1}.String()
	for name, c := range map[string]struct {
		source types.Source
		want   error
	}{
		"terms":         {types.Source{Work: source, Role: types.ROLE_PARENT_OF, Permission: terms, Seen: seen}, nil},
		"several":       {types.Source{Work: source, Role: types.ROLE_PARENT_OF, Permission: terms + "+" + terms, Seen: seen}, nil},
		"a grant":       {types.Source{Work: source, Role: types.ROLE_PARENT_OF, Permission: grant, Seen: seen}, types.ErrInvalidSource},
		"grant, loudly": {types.Source{Work: source, Role: types.ROLE_PARENT_OF, Permission: strings.ToUpper(grant), Seen: seen}, types.ErrInvalidSource},
		"own":           {types.Source{Work: source, Role: types.ROLE_PARENT_OF, Seen: seen}, types.ErrInvalidSource},
		"a citation":    {types.Source{Work: source, Role: types.ROLE_CITES, Seen: seen}, types.ErrInvalidSource},
		"external": {
			types.Source{External: &types.External{Uri: "x:y"}, Role: types.ROLE_INPUT_TO, Seen: seen}, types.ErrInvalidSource,
		},
	} {
		require.ErrorIs(t, c.source.Validate(), c.want, name)
	}
}

func TestMessagesAboutApprovals(t *testing.T) {
	for name, c := range map[string]struct {
		owner              string
		source, derivative registrytypes.WorkID
		want               error
	}{
		"good":          {owner.String(), source, work, nil},
		"no owner":      {"", source, work, types.ErrInvalidMessage},
		"no source":     {owner.String(), registrytypes.WorkID{}, work, registrytypes.ErrInvalidID},
		"no derivative": {owner.String(), source, registrytypes.WorkID{}, registrytypes.ErrInvalidID},
		"itself":        {owner.String(), work, work, types.ErrInvalidSource},
	} {
		for _, msg := range []sdk.HasValidateBasic{
			&types.MsgApproveSource{Owner: c.owner, Source: c.source, Derivative: c.derivative, Role: types.ROLE_PARENT_OF},
			&types.MsgApproveSource{Owner: c.owner, Source: c.source, Derivative: c.derivative, Declaration: 1},
			&types.MsgWithdrawSourceApproval{Owner: c.owner, Source: c.source, Derivative: c.derivative},
		} {
			require.ErrorIs(t, msg.ValidateBasic(), c.want, name)
		}
	}
}

// FuzzDeriveMessage decodes anything: checking must not panic, and what passes
// must be within the bounds.
func FuzzDeriveMessage(f *testing.F) {
	good := types.MsgDerive{
		Owner: owner.String(), Work: work,
		Sources: []types.Source{
			{Work: source, Role: types.ROLE_PARENT_OF, Weight: 5},
			{External: &types.External{Uri: "x:y"}, Role: types.ROLE_INPUT_TO},
		},
		Record: &types.GenerationRecord{Model: source.String()},
	}
	bz, err := good.Marshal()
	require.NoError(f, err)
	f.Add(bz)
	f.Add([]byte{})
	f.Add([]byte("\x1a\x02\x12\x00"))
	f.Fuzz(func(t *testing.T, bz []byte) {
		var msg types.MsgDerive
		if msg.Unmarshal(bz) != nil || msg.ValidateBasic() != nil {
			return
		}
		d, err := msg.Declaration()
		require.NoError(t, err)
		require.Len(t, d.Sources, len(d.Works)+len(d.Externals))
		require.LessOrEqual(t, len(d.Sources), types.MaxMessageSources)
		require.LessOrEqual(t, d.Weight(), uint64(types.Whole))
		for _, s := range d.Works {
			require.True(t, s.Role.Known())
			require.NotEqual(t, d.Work, s.Work)
		}
	})
}
