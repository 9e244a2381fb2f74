package keeper_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// divide is a message that divides a holder's share evenly among n accounts of a name,
// the holder keeping the rest.
func divide(holder chain.Account, work chain.Work, share uint32, name string, n int, each uint32) *types.MsgAssignShares {
	msg := &types.MsgAssignShares{Holder: holder.String(), Work: work.ID}
	for _, a := range chain.NamedMany(name, n) {
		msg.Shares = append(msg.Shares, types.Assignment{Account: a.String(), Weight: each})
	}
	if rest := share - uint32(n)*each; rest > 0 {
		msg.Shares = append(msg.Shares, types.Assignment{Account: holder.String(), Weight: rest})
	}
	return msg
}

// TestWhoCannotReceiveHoldsNothing: accounts of modules, and those that are blocked.
func TestWhoCannotReceiveHoldsNothing(t *testing.T) {
	c := chain.New(t)
	song := c.Register("song.wav", alice)
	for _, module := range []string{govtypes.ModuleName, types.ModuleName, authtypes.FeeCollectorName} {
		to := chain.Account{Name: module, Address: authtypes.NewModuleAddress(module)}
		err := c.Deliver(alice, assign(alice, song, to, 500_000)).Err()
		require.ErrorIs(t, err, types.ErrInvalidShares, module)
		require.ErrorContains(t, err, to.String())
	}
	c.MustDeliver(alice, assign(alice, song, bob, 500_000))
}

// TestAShareHasALeast: 100 ppm.
func TestAShareHasALeast(t *testing.T) {
	c := chain.New(t)
	song := c.Register("song.wav", alice)
	require.ErrorIs(t, c.Deliver(alice, assign(alice, song, bob, 99)).Err(), types.ErrInvalidShares)
	require.ErrorIs(t, c.Deliver(alice, assign(alice, song, bob, 999_901)).Err(), types.ErrInvalidShares)
	c.MustDeliver(alice, assign(alice, song, bob, 100))
	c.RequireInvariants()
}

// TestASmallHolderCannotFillTheTable: however often and through however many accounts
// it divides its share, the holder of the rest can still share with others.
func TestASmallHolderCannotFillTheTable(t *testing.T) {
	small := chain.NamedMany("small", 40)
	c := chain.New(t, chain.Accounts(small...))
	song := c.Register("song.wav", alice)
	c.MustDeliver(alice, assign(alice, song, bob, 10_000))
	err := c.Deliver(bob, divide(bob, song, 10_000, "small", 15, 100)).Err()
	require.ErrorIs(t, err, types.ErrTooManyHolders)
	require.ErrorContains(t, err, "can take it to 16")
	c.MustDeliver(bob, divide(bob, song, 10_000, "small", 14, 100))
	for i := range 3 { // nor do those whom it gave parts, nor it itself again
		require.ErrorIs(t, c.Deliver(bob, divide(bob, song, 8_600, fmt.Sprint("more", i), 1, 100)).Err(), types.ErrTooManyHolders)
	}
	c.MustDeliver(bob, assignAll(bob, song, dave, 8_600)) // a change that adds nobody
	require.Equal(t, uint32(16), headOf(t, c, song).Holders)

	// 99 % take the table to 16 + 15.
	require.ErrorIs(t, c.Deliver(alice, divide(alice, song, 990_000, "friend", 16, 100)).Err(), types.ErrTooManyHolders)
	c.MustDeliver(alice, divide(alice, song, 990_000, "friend", 15, 10_000))
	require.Equal(t, uint32(31), headOf(t, c, song).Holders)
	c.RequireInvariants()

	whole := c.Register("whole.wav", carol)
	c.MustDeliver(carol, divide(carol, whole, chain.Whole, "friend", 32, chain.Whole/32))
}

func assignAll(holder chain.Account, work chain.Work, to chain.Account, weight uint32) *types.MsgAssignShares {
	return &types.MsgAssignShares{Holder: holder.String(), Work: work.ID, Shares: []types.Assignment{{Account: to.String(), Weight: weight}}}
}

// TestMostHoldersByShare: half of the places are open to all.
func TestMostHoldersByShare(t *testing.T) {
	for share, most := range map[uint32]int{100: 16, 62_499: 16, 62_500: 17, 500_000: 24, 999_999: 31, chain.Whole: 32} {
		require.Equal(t, most, flow.MostHolders(share), share)
	}
}

// TestAPreviewOfShares says what the change then does, and is refused for the same.
func TestAPreviewOfShares(t *testing.T) {
	c := chain.New(t)
	song := c.Register("song.wav", alice)
	ask := func(msg *types.MsgAssignShares) (*types.QueryPreviewSharesResponse, error) {
		r := &types.QueryPreviewSharesRequest{Work: msg.Work, Holder: msg.Holder}
		for _, s := range msg.Shares {
			r.Accounts, r.Weights = append(r.Accounts, s.Account), append(r.Weights, s.Weight)
		}
		return types.NewQueryClient(c.Conn()).PreviewShares(t.Context(), r)
	}
	change := assign(alice, song, bob, 400_000)
	said, err := ask(change)
	require.NoError(t, err)
	require.Len(t, said.Now, 1)
	require.Equal(t, [3]uint32{32, 2, 3}, [3]uint32{said.MostHolders, said.Reach, said.ReachAfter})
	require.Equal(t, "200ustem,200uusdc", said.LeastFlow.String())
	require.Zero(t, headOf(t, c, song).Epoch, "nothing has changed")

	c.MustDeliver(alice, change)
	after, err := types.NewQueryClient(c.Conn()).Holders(t.Context(), &types.QueryHoldersRequest{Work: song.ID})
	require.NoError(t, err)
	require.Equal(t, after.Holders, said.After)
	require.Equal(t, headOf(t, c, song).Reach, said.ReachAfter)

	for _, refused := range []*types.MsgAssignShares{
		assign(dave, song, bob, 400_000),                // holds nothing
		assign(alice, song, bob, 400_000),               // she holds less now
		divide(bob, song, 400_000, "friend", 21, 1_000), // 23, of 22
		assignAll(bob, song, chain.Account{Address: authtypes.NewModuleAddress(govtypes.ModuleName)}, 400_000),
	} {
		_, err := ask(refused)
		require.Equal(t, codes.FailedPrecondition, status.Code(err), "%v", err)
	}
}

// TestPartsOfNothingAreChargedALine: a voucher that adds less than a unit for most of its
// payees costs their lines.
func TestPartsOfNothingAreChargedALine(t *testing.T) {
	c := chain.New(t, everyUnit())
	var payees []types.PaymentChannelPayee
	var names []string
	for i := range 100 {
		names = append(names, fmt.Sprint("work ", i))
		payees = append(payees, chain.WorkOf(names[i], alice).Share(10_000))
	}
	c.MustDeliver(alice, chain.RegisterMsg(alice, names...))
	c.MustDeliver(fan, chain.PaymentChannelMsg(fan, 1, usdc(1_000_000), payees...))
	one := chain.PaymentChannelOf(fan, 1)
	c.MustDeliver(fan, chain.PaymentChannelMsg(fan, 2, usdc(1_000_000), chain.WorkOf(names[0], alice).Share(chain.Whole)))
	other := chain.PaymentChannelOf(fan, 2)
	redeem := func(id types.PaymentChannelID, total int64) int64 {
		return c.MustDeliver(dave, chain.RedeemMsg(dave, chain.Voucher(fan, id, total, time.Time{}))).GasUsed
	}
	redeem(other, 1)
	redeem(one, 1)
	nothing, something := redeem(one, 2), redeem(other, 2)
	params, err := c.App.Keepers.Royalty.Params.Get(c.Ctx())
	require.NoError(t, err)
	paid := params.LineGas(types.Head{Reach: 2, Receivers: 1, Holders: 1}, usdc(1))
	require.GreaterOrEqual(t, nothing-something+int64(paid), int64(100*5_000), "a hundred lines of nothing, and one of a unit")
	c.RequireInvariants()
}
