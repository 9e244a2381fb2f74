package keeper_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/registry/types"
)

// What is registered in one spelling is found in any, and shown in its own.
func TestAFingerprintIsFoundInAnySpelling(t *testing.T) {
	f := newFixture(t)
	isrc := types.Fingerprint{Scheme: "ISRC", Value: "us-rc1-76-07839"}
	link := types.Fingerprint{Scheme: "doi", Value: "https://doi.org/10.1000/ABC"}
	msg := &types.MsgRegister{Registrant: alice.String(), Works: []types.Entry{{Sha256: digestOf("song"), Details: details("Song", isrc, link)}}}
	ids, err := f.ids(f.send(msg))
	require.NoError(t, err)
	require.Equal(t, "us-rc1-76-07839", msg.Works[0].Details.Fingerprints[0].Value, "the message stays as it was signed")
	song := []types.WorkID{ids[0]}
	for scheme, values := range map[string][]string{
		"isrc": {"USRC17607839", "US-RC1-76-07839", "ISRC usrc17607839"},
		"DOI":  {"10.1000/abc", "doi:10.1000/ABC", "http://dx.doi.org/10.1000/aBc"},
	} {
		for _, value := range values {
			require.Equal(t, song, f.resolve(scheme, value), value)
		}
	}
	require.Equal(t, []types.Fingerprint{{Scheme: "isrc", Value: "USRC17607839"}, {Scheme: "doi", Value: "10.1000/abc"}},
		f.work(ids[0]).Details.Fingerprints)

	_, err = f.query.Resolve(f.ctx, &types.QueryResolveRequest{Scheme: "isrc", Value: "US-RC1-76-0783"})
	require.ErrorContains(t, err, "must be 2 letters, 3 letters or digits and 7 digits")

	twice := details("Song", isrc, types.Fingerprint{Scheme: "isrc", Value: "USRC17607839"})
	err = f.try(&types.MsgRevise{Owner: alice.String(), Work: song[0], Details: twice})
	require.ErrorIs(t, err, types.ErrInvalidDetails)
	require.ErrorContains(t, err, "fingerprints[1] is the same as fingerprints[0]")

	require.NoError(t, f.try(&types.MsgRevise{Owner: alice.String(), Work: song[0], Details: details("Song", link)}))
	require.Empty(t, f.resolve("isrc", "USRC17607839"))
	require.Equal(t, song, f.resolve("doi", "10.1000/abc"))
	require.NoError(t, f.k.CheckInvariants(f.ctx))
}

// Another name of sha256 is no fingerprint, and look-ups by it find the content.
func TestSHA256HasOneName(t *testing.T) {
	f := newFixture(t)
	song := f.register(alice, "song")[0]
	for _, scheme := range []string{"sha256", "SHA-256", "sha_256"} {
		require.Equal(t, []types.WorkID{song}, f.resolve(scheme, digestOf("song").String()), scheme)
		stated := details("Song", types.Fingerprint{Scheme: scheme, Value: digestOf("song").String()})
		err := f.try(&types.MsgRevise{Owner: alice.String(), Work: song, Details: stated})
		require.ErrorIs(t, err, types.ErrInvalidDetails, scheme)
	}
}

// A creator's account is shown in lower case, whichever case it was written in.
func TestACreatorsAccountHasOneSpelling(t *testing.T) {
	f := newFixture(t)
	song := f.register(alice, "song")[0]
	stated := details("Song")
	stated.Creators = []types.Creator{{Name: "Bob", Account: strings.ToUpper(bob.String())}, {Name: "Nobody"}}
	require.NoError(t, f.try(&types.MsgRevise{Owner: alice.String(), Work: song, Details: stated}))
	require.Equal(t, []types.Creator{{Name: "Bob", Account: bob.String()}, {Name: "Nobody"}}, f.work(song).Details.Creators)
	require.Equal(t, strings.ToUpper(bob.String()), stated.Creators[0].Account, "the message stays as it was signed")
	require.NoError(t, f.k.CheckInvariants(f.ctx))
}

func TestNothingIsNobodys(t *testing.T) {
	f := newFixture(t)
	_, err := f.tryRegister(alice, true, "")
	require.ErrorIs(t, err, types.ErrInvalidDigest)
	require.ErrorContains(t, err, "works[0]: sha256 is the SHA-256 of an empty file, which is nobody's: name a file with content")
	_, err = f.registerProved(alice, "", prove(alice, "")[0])
	require.ErrorIs(t, err, types.ErrInvalidDigest)
	err = f.try(&types.MsgAnchor{Account: alice.String(), Root: digestOf(""), Total: 1})
	require.ErrorIs(t, err, types.ErrInvalidDigest)
	require.ErrorContains(t, err, "root is that of a tree without leaves")
	proof := prove(alice, "poem")[0]
	proof.Root = digestOf("")
	_, err = f.registerProved(alice, "poem", proof)
	require.ErrorIs(t, err, types.ErrInvalidDigest)
}
