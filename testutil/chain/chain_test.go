package chain_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stemma-chain/stemma/testutil/chain"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var alice, bob = chain.Named("alice"), chain.Named("bob")

func TestRegisteredWorksAreReadBack(t *testing.T) {
	c := chain.New(t)
	res := c.Deliver(alice, chain.RegisterMsg(alice, "one", "two"))
	var made registrytypes.MsgRegisterResponse
	res.Response(t, 0, &made)
	require.Equal(t, []registrytypes.WorkID{chain.WorkOf("one", alice).ID, chain.WorkOf("two", alice).ID}, made.Works)
	require.Len(t, chain.Typed[*registrytypes.EventWorkRegistered](t, res.Events), 2)

	query := registrytypes.NewQueryClient(c.Conn())
	got, err := query.Work(t.Context(), &registrytypes.QueryWorkRequest{Work: made.Works[0]})
	require.NoError(t, err)
	require.Equal(t, "one", got.Work.Details.Title)
	_, err = query.Work(t.Context(), &registrytypes.QueryWorkRequest{Work: chain.WorkOf("three", alice).ID})
	require.Equal(t, codes.NotFound, status.Code(err))

	err = c.Deliver(bob, chain.RegisterMsg(bob, "one")).Err()
	require.ErrorIs(t, err, registrytypes.ErrAlreadyClaimed)
	c.RequireInvariants()
	c.RequireSameExport().Register("three", alice)
}
