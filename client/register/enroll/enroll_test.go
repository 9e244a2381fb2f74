package enroll_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/register/enroll"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var alice = sdk.AccAddress("alice's twenty bytes")

// registry is a fake that knows claims by digest, and anchors by root.
type registry struct {
	registrytypes.QueryClient
	claims  map[string][]registrytypes.Claim
	anchors map[registrytypes.Digest]time.Time
}

func (r registry) Resolve(
	_ context.Context, req *registrytypes.QueryResolveRequest, _ ...grpc.CallOption,
) (*registrytypes.QueryResolveResponse, error) {
	return &registrytypes.QueryResolveResponse{Works: r.claims[req.Value]}, nil
}

func (r registry) Anchor(
	_ context.Context, req *registrytypes.QueryAnchorRequest, _ ...grpc.CallOption,
) (*registrytypes.QueryAnchorResponse, error) {
	at, known := r.anchors[req.Root]
	if !known {
		return nil, status.Error(codes.NotFound, "no such anchor")
	}
	return &registrytypes.QueryAnchorResponse{Anchor: registrytypes.Anchor{Priority: registrytypes.Priority{Time: at}}}, nil
}

func claim(owner sdk.AccAddress, item enroll.Item, at time.Time) registrytypes.Claim {
	return registrytypes.Claim{
		Id: registrytypes.NewWorkID(owner, item.File.Digest), Owner: owner.String(), ClaimedSince: registrytypes.Priority{Time: at},
	}
}

func TestAnAnchorIsUsedOnceItIsOnTheChain(t *testing.T) {
	r := registry{claims: map[string][]registrytypes.Claim{}, anchors: map[registrytypes.Digest]time.Time{}}
	e := enroll.Enroller{Registry: r, ChainID: "stemma-1", Account: alice, Store: register.OpenStore(t.TempDir())}
	list := items(3, 0)
	twice := append(items(3, 0), list[0])
	twice[3].File.Path = "again"

	known, again, err := e.Look(t.Context(), twice)
	require.NoError(t, err)
	require.Len(t, known, 3)
	require.Equal(t, []enroll.Twice{{Path: "again", First: "0"}}, again)
	made, err := e.Anchor(known)
	require.NoError(t, err)
	require.FileExists(t, made.Path, "before it is sent")
	require.NoError(t, made.Message().ValidateBasic())

	// It never reached the chain: another one is made.
	known, _, err = e.Look(t.Context(), list)
	require.NoError(t, err)
	require.Nil(t, known[0].Proof)

	// It did, and the program was interrupted.
	r.anchors[made.Root] = time.Unix(100, 0)
	known, _, err = e.Look(t.Context(), list)
	require.NoError(t, err)
	none, err := e.Anchor(known)
	require.NoError(t, err)
	require.Nil(t, none)
	require.Equal(t, made.Root, known[2].Proof.Root)
	fresh := items(3, 0)
	require.NoError(t, e.Prove(fresh, made))
	require.Equal(t, known[1].Proof, fresh[1].Proof)

	// Others' claims count, unless the anchor is older; one's own is not registered again.
	bob := sdk.AccAddress("bob's twenty bytes..")
	digest := func(i int) string { return list[i].Digest().String() }
	r.claims[digest(0)] = []registrytypes.Claim{claim(bob, list[0], time.Unix(101, 0))}
	r.claims[digest(1)] = []registrytypes.Claim{claim(bob, list[1], time.Unix(99, 0))}
	r.claims[digest(2)] = []registrytypes.Claim{claim(alice, list[2], time.Unix(50, 0))}
	known, _, err = e.Look(t.Context(), list)
	var contested *enroll.ContestedError
	require.ErrorAs(t, err, &contested)
	require.Equal(t, "1", contested.Path)
	require.Equal(t, bob.String(), contested.First.Owner)
	require.Len(t, known, 2, "without what is refused")
	require.True(t, known[1].Already)
	e.AllowContested = true
	known, _, err = e.Look(t.Context(), list)
	require.NoError(t, err)
	require.Len(t, enroll.Messages(alice.String(), known, true)[0].Works, 2)
}
