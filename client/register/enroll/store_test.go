package enroll_test

import (
	"context"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/register/enroll"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// An anchor proves nothing for another account or on another chain.
func TestAnAnchorIsOfOneAccountOnOneChain(t *testing.T) {
	r := registry{anchors: map[registrytypes.Digest]time.Time{}}
	store := register.OpenStore(t.TempDir())
	e := enroll.Enroller{Registry: r, ChainID: "stemma-1", Account: alice, Store: store}
	made, err := e.Anchor(items(2, 0))
	require.NoError(t, err)
	r.anchors[made.Root] = time.Unix(100, 0)

	for _, other := range []enroll.Enroller{
		{Registry: r, ChainID: "stemma-2", Account: alice, Store: store},
		{Registry: r, ChainID: "stemma-1", Account: sdk.AccAddress("bob's twenty bytes.."), Store: store},
	} {
		list := items(2, 0)
		known, _, err := other.Look(t.Context(), list)
		require.NoError(t, err)
		require.Nil(t, known[0].Proof)
		require.Error(t, other.Prove(list, made))
		require.Nil(t, list[0].Proof)
	}
}

// Two programs share a store: neither loses the other's salts or reads half a file.
func TestAStoreIsShared(t *testing.T) {
	home := t.TempDir()
	r := registry{anchors: map[registrytypes.Digest]time.Time{}}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			e := enroll.Enroller{Registry: r, ChainID: "stemma-1", Account: alice, Store: register.OpenStore(home)}
			for i := range 10 {
				_, err := e.Anchor(items(i+1, 0))
				if err == nil {
					_, err = e.Store.Load("stemma-1", alice.String())
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	kept, err := register.OpenStore(home).Load("stemma-1", alice.String())
	require.NoError(t, err)
	require.Len(t, kept, 80)
	entries, err := os.ReadDir(home + "/anchors")
	require.NoError(t, err)
	require.Len(t, entries, 80)
	for _, entry := range entries {
		info, err := entry.Info()
		require.NoError(t, err)
		require.Zero(t, info.Mode().Perm()&0o077)
	}
}

// crowded is a registry where a content has so many claims before the account's own.
type crowded struct {
	registry
	others int
}

func (c crowded) Resolve(
	_ context.Context, req *registrytypes.QueryResolveRequest, _ ...grpc.CallOption,
) (*registrytypes.QueryResolveResponse, error) {
	res := &registrytypes.QueryResolveResponse{}
	one := items(1, 0)[0]
	for i := range min(c.others, int(req.Pagination.Limit)) {
		res.Works = append(res.Works, claim(sdk.AccAddress("somebody "+strconv.Itoa(1000+i)), one, time.Unix(1, 0)))
	}
	return res, nil
}

func (c crowded) Work(
	_ context.Context, req *registrytypes.QueryWorkRequest, _ ...grpc.CallOption,
) (*registrytypes.QueryWorkResponse, error) {
	return &registrytypes.QueryWorkResponse{Work: registrytypes.Claim{Id: req.Work, Owner: alice.String()}}, nil
}

// One's own claim is known behind any number of others'.
func TestOnesOwnClaimIsFoundBehindOthers(t *testing.T) {
	e := enroll.Enroller{
		Registry: crowded{registry{}, 1000}, ChainID: "stemma-1", Account: alice,
		Store: register.OpenStore(t.TempDir()), AllowContested: true,
	}
	known, _, err := e.Look(t.Context(), items(1, 0))
	require.NoError(t, err)
	require.True(t, known[0].Already)
}

// A hundred thousand files are prepared in seconds.
func TestAHundredThousandFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	r := registry{anchors: map[registrytypes.Digest]time.Time{}}
	e := enroll.Enroller{Registry: r, ChainID: "stemma-1", Account: alice, Store: register.OpenStore(t.TempDir())}
	list := items(register.MaxFiles, 0)
	made, err := e.Anchor(list)
	require.NoError(t, err)
	require.NoError(t, made.Message().ValidateBasic())
	require.NoError(t, e.Prove(list, made))
	works := 0
	for _, msg := range enroll.Messages(alice.String(), list, false) {
		works += len(msg.Works)
	}
	require.Equal(t, register.MaxFiles, works)
}
