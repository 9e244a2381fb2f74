package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// assignedOf asks what was assigned of a payment that moved in its block, by its event.
func assignedOf(t *testing.T, c *chain.Chain, paid *types.EventPaid, height int64) *types.QueryAssignedResponse {
	t.Helper()
	res, err := types.NewQueryClient(c.Conn()).Assigned(t.Context(), &types.QueryAssignedRequest{
		Work: paid.Work, Epoch: paid.Epoch, Amount: paid.Amount + paid.Denom, Height: uint64(height),
		Moved: uint64(height),
	})
	require.NoError(t, err)
	return res
}

// sums adds what each account was assigned, and requires one state of all lines.
func sums(t *testing.T, res *types.QueryAssignedResponse, progress types.Progress) map[string]int64 {
	t.Helper()
	got := map[string]int64{}
	for _, p := range res.Payees {
		require.Equal(t, progress, p.Progress, "%s through %s", p.Account, p.Work)
		got[p.Account] += p.Amount.Amount.Int64()
	}
	return got
}

// TestAReceiptSaysWhatTheChainAssigned: a remix is paid, its holders and those of its
// source change, in one block, in every order. What the lists of the payment's epoch
// assign is what the bank has, to the unit, and is answered the same at any later time.
func TestAReceiptSaysWhatTheChainAssigned(t *testing.T) {
	people := []chain.Account{alice, bob, carol, dave}
	for _, policy := range []types.Policy{types.POLICY_ABSOLUTE, types.POLICY_RELATIVE} {
		for _, order := range [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
			t.Run(fmt.Sprint(policy, order), func(t *testing.T) {
				c := chain.New(t)
				tenth := terms(c, policy, 100_000)
				song := c.Register("song.wav", alice)
				remix := c.Derive("remix.wav", bob, song.Under(tenth))
				before := map[string]int64{}
				for _, p := range people {
					before[p.String()] = c.Balance(p, "uusdc").Amount.Int64()
				}
				txs := [3][]byte{
					c.Sign(fan, chain.PayMsg(fan, remix, usdc(10_000_003))),
					c.Sign(bob, assign(bob, remix, carol, 300_000)),
					c.Sign(alice, assign(alice, song, dave, 250_000)),
				}
				block := c.Block(txs[order[0]], txs[order[1]], txs[order[2]])
				block.RequireOK(t)
				var paid *types.EventPaid
				for _, tx := range block.Txs {
					for _, e := range chain.Typed[*types.EventPaid](t, tx.Events) {
						paid = e
					}
				}
				if policy == types.POLICY_ABSOLUTE { // the payer is charged for one holder of the source
					for _, p := range assignedOf(t, c, paid, block.Height).Payees {
						waits := p.Work == song.ID
						require.Equal(t, waits, p.Progress != types.PROGRESS_FLUSHED, "%s through %s", p.Account, p.Work)
					}
					for range flow.LateAfter {
						c.NextBlock()
					}
				}
				arrived := map[string]int64{}
				for _, p := range people {
					if more := c.Balance(p, "uusdc").Amount.Int64() - before[p.String()]; more > 0 {
						arrived[p.String()] = more
					}
				}
				said := assignedOf(t, c, paid, block.Height)
				require.Equal(t, arrived, sums(t, said, types.PROGRESS_FLUSHED))
				require.Equal(t, paid.Epoch == 2, arrived[carol.String()] > 0, "who held when it was paid")
				require.Positive(t, arrived[dave.String()], "who holds the source when its part comes")

				// Others hold everything later: what was assigned stays.
				c.Pay(fan, remix, "777uusdc")
				c.Block(c.Sign(bob, chainAll(bob, remix, 700_000)), c.Sign(alice, chainAll(alice, song, 750_000))).RequireOK(t)
				c.Pay(fan, remix, "1234567uusdc")
				require.Equal(t, arrived, sums(t, assignedOf(t, c, paid, block.Height), types.PROGRESS_FLUSHED))
				// Who does not know in which block it moved is told what is sure only.
				guess, err := types.NewQueryClient(c.Conn()).Assigned(t.Context(), &types.QueryAssignedRequest{
					Work: paid.Work, Epoch: paid.Epoch, Amount: paid.Amount + paid.Denom, Height: uint64(block.Height),
				})
				require.NoError(t, err)
				for _, p := range guess.Payees {
					if p.Progress == types.PROGRESS_FLUSHED {
						require.Positive(t, arrived[p.Account])
					}
				}
				c.RequireInvariants()
				fresh := c.RequireSameExport()
				require.Equal(t, arrived, sums(t, assignedOf(t, fresh, paid, block.Height), types.PROGRESS_FLUSHED))
			})
		}
	}
}

// chainAll gives a whole share to fan.
func chainAll(holder chain.Account, work chain.Work, weight uint32) *types.MsgAssignShares {
	return &types.MsgAssignShares{Holder: holder.String(), Work: work.ID, Shares: []types.Assignment{{Account: fan.String(), Weight: weight}}}
}

// TestAReceiptSaysWhatWaits: which stage of which work has it, and once more has come
// that it was passed on.
func TestAReceiptSaysWhatWaits(t *testing.T) {
	c := chain.New(t)
	song := c.Register("song.wav", alice)
	beat := c.Register("beat.wav", dave)
	c.MustDeliver(dave, assign(dave, beat, carol, 500_000))
	half := terms(c, types.POLICY_RELATIVE, 500_000)
	c.Offer(beat, half)
	c.Offer(song, half)
	loop := c.Derive("loop.wav", carol, beat.Under(half))
	remix := c.Derive("remix.wav", bob, song.Under(half), loop.Under(terms(c, types.POLICY_RELATIVE, 400_000)))

	pay := func(amount int64) (*types.EventPaid, int64) {
		res := c.MustDeliver(fan, chain.PayMsg(fan, remix, usdc(amount)))
		return chain.Typed[*types.EventPaid](t, res.Events)[0], c.Height()
	}
	lines := func(paid *types.EventPaid, height int64) map[string]string {
		got := map[string]string{}
		res, err := types.NewQueryClient(c.Conn()).Assigned(t.Context(), &types.QueryAssignedRequest{
			Work: paid.Work, Epoch: paid.Epoch, Amount: paid.Amount + paid.Denom, Height: uint64(height),
		})
		require.NoError(t, err)
		for _, p := range res.Payees {
			at := ""
			if p.Progress != types.PROGRESS_FLUSHED {
				at = fmt.Sprint(" ", p.AtStage, " ", p.AtWork)
			}
			got[p.Work.String()+p.Account] = fmt.Sprint(p.Progress, at)
		}
		return got
	}
	key := func(work chain.Work, account chain.Account) string { return work.ID.String() + account.String() }
	flushed := "PROGRESS_FLUSHED"
	in := func(stage types.StageKind, work chain.Work) string {
		return fmt.Sprint("PROGRESS_WAITS ", stage, " ", work.ID)
	}

	first, at := pay(99) // below min_flow
	inPaid := in(types.STAGE_PAID, remix)
	require.Equal(t, map[string]string{
		key(remix, bob): inPaid, key(song, alice): inPaid, key(loop, carol): inPaid, key(beat, dave): inPaid, key(beat, carol): inPaid,
	}, lines(first, at))

	second, later := pay(101) // 200 pass on: 100 to song, 80 to loop, where it waits
	want := map[string]string{
		key(remix, bob): flushed, key(song, alice): flushed,
		key(loop, carol): in(types.STAGE_RECEIVED, loop), key(beat, dave): in(types.STAGE_RECEIVED, loop),
		key(beat, carol): in(types.STAGE_RECEIVED, loop),
	}
	require.Equal(t, want, lines(second, later))
	require.Equal(t, want, lines(first, at), "what came before went with it")

	third, last := pay(300) // 120 more to loop, 100 of 200 to beat, which two hold
	want[key(loop, carol)] = flushed
	want[key(beat, dave)], want[key(beat, carol)] = in(types.STAGE_EARNED, beat), in(types.STAGE_EARNED, beat)
	require.Equal(t, want, lines(third, last))
	pay(1000)
	for name, got := range lines(third, last) {
		require.Equal(t, flushed, got, name)
	}
	c.RequireInvariants()
	c.RequireSameExport()
}

// TestAReceiptOfEscrow: what moved before a dispute went to the holders, what moves
// during it is held.
func TestAReceiptOfEscrow(t *testing.T) {
	c := chain.New(t)
	song := c.Register("song.wav", alice)
	pay := func() (*types.EventPaid, int64) {
		res := c.MustDeliver(fan, chain.PayMsg(fan, song, usdc(20_000)))
		return chain.Typed[*types.EventPaid](t, res.Events)[0], c.Height()
	}
	before, at := pay()
	c.NextBlock()
	redirect(c, song, types.DESTINATION_ESCROW)
	during, later := pay()
	was := assignedOf(t, c, before, at).Payees[0]
	require.False(t, was.Escrow)
	require.Equal(t, alice.String(), was.Account)
	is := assignedOf(t, c, during, later).Payees[0]
	require.True(t, is.Escrow)
	require.Equal(t, types.PROGRESS_WAITS, is.Progress)
	c.RequireInvariants()
	c.RequireSameExport()
}

func TestWhatWasNeverAssignedIsNotAnswered(t *testing.T) {
	c := chain.New(t)
	song := c.Register("song.wav", alice)
	ask := func(r types.QueryAssignedRequest) codes.Code {
		_, err := types.NewQueryClient(c.Conn()).Assigned(t.Context(), &r)
		return status.Code(err)
	}
	require.Equal(t, codes.NotFound, ask(types.QueryAssignedRequest{Work: song.ID, Epoch: 1, Amount: "5uusdc", Height: 1}))
	require.Equal(t, codes.NotFound, ask(types.QueryAssignedRequest{Work: chain.WorkOf("never", bob).ID, Amount: "5uusdc", Height: 1}))
	require.Equal(t, codes.InvalidArgument, ask(types.QueryAssignedRequest{Work: song.ID, Amount: "5uusdc"}))
	require.Equal(t, codes.InvalidArgument, ask(types.QueryAssignedRequest{Work: song.ID, Amount: "5", Height: 1}))
}
