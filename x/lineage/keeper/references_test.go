package keeper_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// A work under no licence at all is not had for free by calling it external.
func TestARegisteredWorkIsNoExternalSource(t *testing.T) {
	f := newFixture(t)
	song, own, remix := f.work("song", alice), f.work("own", bob), f.work("remix", bob)
	digest, ownDigest := registrytypes.Digest{7}, registrytypes.Digest{8}
	f.claims[digest], f.claims[ownDigest] = song, own
	declare := func(role types.Role, e types.External) error {
		_, err := f.msgs.Derive(f.ctx, &types.MsgDerive{
			Owner: bob.String(), Work: remix, Sources: []types.Source{{Role: role, External: &e}},
		})
		return err
	}
	for name, e := range map[string]types.External{
		"digest":            {Sha256: digest},
		"digest and uri":    {Sha256: digest, Uri: "https://example.org/photo"},
		"digest in a uri":   {Uri: "urn:sha256:" + strings.ToUpper(digest.String())},
		"id":                {Uri: "stemma:" + song.String()},
		"id, in capitals":   {Uri: "STEMMA:" + strings.ToUpper(song.String())},
		"id, in a path":     {Uri: "https://portal.example/works/" + song.String() + "?a=b"},
		"id, escaped":       {Uri: "https://portal.example/%2577ork1" + song.String()[5:]},
		"id, and a digest":  {Uri: "stemma:" + song.String(), Sha256: registrytypes.Digest{9}},
		"digest of another": {Uri: "stemma:x", Sha256: digest},
	} {
		for _, role := range []types.Role{types.ROLE_PARENT_OF, types.ROLE_CITES} {
			err := declare(role, e)
			require.ErrorIs(t, err, types.ErrRegistered, name)
			require.ErrorContains(t, err, song.String(), name)
			require.ErrorContains(t, err, "source 0", name)
		}
	}
	require.ErrorIs(t, declare(types.ROLE_INPUT_TO, types.External{Sha256: ownDigest}), types.ErrRegistered, "one's own too")
	row := f.works[song]
	row.Status = registrytypes.STATUS_WITHDRAWN
	f.works[song] = row
	require.ErrorIs(t, declare(types.ROLE_INPUT_TO, types.External{Uri: "stemma:" + song.String()}), types.ErrRegistered, "withdrawn")
	row.Status = registrytypes.STATUS_INVALIDATED
	f.works[song] = row
	require.NoError(t, declare(types.ROLE_INPUT_TO, types.External{Uri: "stemma:" + song.String()}), "nobody's by a ruling")
	require.NoError(t, declare(types.ROLE_INPUT_TO, types.External{Uri: "stemma:" + idOf("nobody's").String()}))
	require.NoError(t, declare(types.ROLE_INPUT_TO, types.External{Sha256: registrytypes.Digest{9}}))
}

func TestASharedFingerprintIsANotice(t *testing.T) {
	f := newFixture(t)
	remix := f.work("remix", bob)
	var works []workID
	for range types.MaxResembling + 1 {
		works = append(works, f.work(strings.Repeat("x", len(works)+1), alice))
	}
	f.fingerprints[registrytypes.Fingerprint{Scheme: "doi", Value: "10.1000/abc"}] = works
	res, err := f.msgs.Derive(f.ctx, &types.MsgDerive{Owner: bob.String(), Work: remix, Sources: []types.Source{
		external("https://example.org/other"), external("https://dx.doi.org/10.1000/ABC"),
	}})
	require.NoError(t, err)
	require.Equal(t, []types.SourceNotice{{
		Code: "resembles", Source: 1, Scheme: "doi", Value: "10.1000/abc", Works: works[:types.MaxResembling],
	}}, res.Notices)
}
