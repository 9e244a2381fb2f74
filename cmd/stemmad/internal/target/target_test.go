package target_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// registry answers from a list of claims.
type registry struct {
	registrytypes.QueryClient
	claims []registrytypes.Claim
}

var errNotFound = errors.New("work not found")

func (r registry) Work(_ context.Context, req *registrytypes.QueryWorkRequest,
	_ ...grpc.CallOption,
) (*registrytypes.QueryWorkResponse, error) {
	for _, c := range r.claims {
		if c.Id == req.Work {
			return &registrytypes.QueryWorkResponse{Work: c}, nil
		}
	}
	return nil, errNotFound
}

func (r registry) Resolve(_ context.Context, req *registrytypes.QueryResolveRequest,
	_ ...grpc.CallOption,
) (*registrytypes.QueryResolveResponse, error) {
	res := &registrytypes.QueryResolveResponse{}
	for _, c := range r.claims {
		if req.Scheme == "sha256" && c.Sha256.String() == req.Value {
			res.Works = append(res.Works, c)
		}
	}
	return res, nil
}

func TestResolveOwn(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "song.wav")
	require.NoError(t, os.WriteFile(path, []byte("song"), 0o600))
	digest := registrytypes.Digest(sha256.Sum256([]byte("song")))
	sum := digest.String()
	first := registrytypes.Claim{Id: registrytypes.NewWorkID([]byte("alice"), digest), Owner: "alice", Sha256: digest}
	second := registrytypes.Claim{Id: registrytypes.NewWorkID([]byte("bob"), digest), Owner: "bob", Sha256: digest}

	one := registry{claims: []registrytypes.Claim{first}}
	for _, argument := range []string{path, sum, first.Id.String()} {
		got, err := target.ResolveOwn(ctx, one, argument, "")
		require.NoError(t, err)
		require.Equal(t, first, got)
	}

	two := registry{claims: []registrytypes.Claim{first, second}}
	for _, argument := range []string{path, sum} {
		_, err := target.ResolveOwn(ctx, two, argument, "")
		require.ErrorIs(t, err, target.ErrSeveralClaims)
		require.ErrorContains(t, err, first.Id.String())
		require.ErrorContains(t, err, second.Id.String())

		own, err := target.ResolveOwn(ctx, two, argument, "bob")
		require.NoError(t, err)
		require.Equal(t, second, own)

		_, err = target.ResolveOwn(ctx, two, argument, "carol")
		require.ErrorIs(t, err, target.ErrSeveralClaims)
	}

	_, err := target.ResolveOwn(ctx, registry{}, path, "")
	require.ErrorIs(t, err, target.ErrUnregistered)
	_, err = target.ResolveOwn(ctx, registry{}, first.Id.String(), "")
	require.ErrorIs(t, err, errNotFound)
}

func TestEarliest(t *testing.T) {
	ctx := context.Background()
	digest := registrytypes.Digest(sha256.Sum256([]byte("song")))
	claim := func(owner string) registrytypes.Claim {
		return registrytypes.Claim{Id: registrytypes.NewWorkID([]byte(owner), digest), Owner: owner, Sha256: digest}
	}
	first, second := claim("alice"), claim("bob")
	two := registry{claims: []registrytypes.Claim{first, second}}
	names := map[string]string{"alice": "me"}

	got, err := target.EarliestSafe(ctx, two, digest.String())
	require.NoError(t, err)
	require.Equal(t, first, got.Claim)
	require.Equal(t, ", the earliest of 2 claims, by alice (me)", got.Choice(names))
	got, err = target.EarliestSafe(ctx, two, second.Id.String())
	require.NoError(t, err)
	require.Equal(t, second, got.Claim)
	require.Empty(t, got.Choice(names), "it was named")
	got, err = target.EarliestSafe(ctx, registry{claims: two.claims[:1]}, digest.String())
	require.NoError(t, err)
	require.Empty(t, got.Choice(names), "there is no other")

	two.claims[0].Status = registrytypes.STATUS_DISPUTED
	_, err = target.EarliestSafe(ctx, two, digest.String())
	require.ErrorIs(t, err, target.ErrSeveralClaims)
	require.ErrorContains(t, err, "under dispute")
	require.ErrorContains(t, err, second.Id.String())
	got, err = target.Earliest(ctx, two, digest.String())
	require.NoError(t, err)
	require.Equal(t, first.Id, got.Id)
}

func TestParse(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	t.Chdir(dir)
	require.NoError(t, os.WriteFile("work1abc", nil, 0o600))

	_, err := target.Parse(ctx, "work1abc")
	require.ErrorIs(t, err, registrytypes.ErrInvalidID)
	named, err := target.Parse(ctx, "./work1abc")
	require.NoError(t, err)
	require.Equal(t, "./work1abc", named.Path)
	require.Equal(t, registrytypes.Digest(sha256.Sum256(nil)), *named.Digest)

	_, err = target.Parse(ctx, dir)
	require.ErrorContains(t, err, "is a folder")
	require.ErrorContains(t, err, "--manifest")
	for _, bad := range []string{"", "gone.wav", "abcd", "terms1xyz"} {
		_, err = target.Parse(ctx, bad)
		require.ErrorContains(t, err, "neither a work id")
	}
}
