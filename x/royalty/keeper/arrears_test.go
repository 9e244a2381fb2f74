package keeper_test

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// addArrears lets a work or an account owe a work, as a dispute will.
func addArrears(c *chain.Chain, debtor any, creditor chain.Work, amount string) {
	c.Write(func(ctx sdk.Context) error {
		return c.App.Keepers.Royalty.AddArrears(ctx, entry(debtor, creditor, amount))
	})
}

func entry(debtor any, creditor chain.Work, amount string) types.ArrearsEntry {
	coin, err := sdk.ParseCoinNormalized(amount)
	if err != nil {
		panic(err)
	}
	e := types.ArrearsEntry{Creditor: creditor.ID, Amount: coin}
	switch d := debtor.(type) {
	case chain.Work:
		e.DebtorWork = d.ID
	case chain.Account:
		e.DebtorAccount = d.Address
	}
	return e
}

// standing is what a debtor owes, a line each.
func standing(t *testing.T, c *chain.Chain, debtor string) (lines []string) {
	res, err := types.NewQueryClient(c.Conn()).Arrears(t.Context(), &types.QueryArrearsRequest{Debtor: debtor})
	require.NoError(t, err)
	for _, a := range res.Arrears {
		lines = append(lines, fmt.Sprintf("%d: %s of %s%s", a.Number, a.Left, a.Amount, a.Denom))
	}
	return lines
}

func blocks(c *chain.Chain, n int) {
	for range n {
		c.NextBlock()
	}
}

// TestAWorkPaysArrearsFirst: 1,000 of what the remix earns are owed to the song. Its first 400
// go there, then 600 of the next 800; of these bob has 200.
func TestAWorkPaysArrearsFirst(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
	song, remix := c.Register("song.wav", alice), c.Register("remix.wav", bob)
	addArrears(c, remix, song, "1000uusdc")
	c.RequireInvariants()
	require.Equal(t, []string{"1: 1000 of 1000uusdc"}, standing(t, c, remix.ID.String()))
	preview, err := types.NewQueryClient(c.Conn()).Preview(t.Context(), &types.QueryPreviewRequest{Work: remix.ID, Amount: "1000uusdc"})
	require.NoError(t, err)
	require.Equal(t, []registrytypes.WorkID{remix.ID}, preview.ArrearsOf)
	require.Empty(t, preview.ArrearsOfAccounts)

	c.Pay(fan, remix, "400uusdc")
	c.NextBlock()
	c.RequireInvariants()
	require.Equal(t, []string{"1: 600 of 1000uusdc"}, standing(t, c, remix.ID.String()))
	c = c.RequireSameExport()
	c.Pay(fan, remix, "800uusdc")
	blocks(c, flow.LateAfter+2)
	c.RequireInvariants()
	c.RequireBalance(alice, "1001000uusdc")
	c.RequireBalance(bob, "1000200uusdc")
	require.Empty(t, standing(t, c, remix.ID.String()))
	head, err := c.App.Keepers.Royalty.GetHead(c.Ctx(), remix.ID)
	require.NoError(t, err)
	require.False(t, head.Arrears, "it is paid")
	require.Zero(t, stageRows(t, c))
	c.RequireSameExport()
}

// TestAnAccountPaysArrearsFirst: bob's balance of 300, which is too small to be paid out, is
// taken at once, then 700 of what he gets from two works; dave has his part.
func TestAnAccountPaysArrearsFirst(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), withParams(minima(1, 500)))
	song, one, other := c.Register("song.wav", alice), c.Register("one.wav", bob), c.Register("other.wav", bob)
	c.MustDeliver(bob, assign(bob, other, dave, 500_000))
	c.Pay(fan, one, "300uusdc")
	c.NextBlock()
	addArrears(c, bob, song, "1000uusdc")
	c.RequireInvariants()
	require.Equal(t, []string{"1: 700 of 1000uusdc"}, standing(t, c, bob.Address.String()))
	require.Equal(t, "300", earnedOf(t, c, song).Held.String())
	preview, err := types.NewQueryClient(c.Conn()).Preview(t.Context(), &types.QueryPreviewRequest{Work: other.ID, Amount: "1000uusdc"})
	require.NoError(t, err)
	require.Equal(t, []string{bob.Address.String()}, preview.ArrearsOfAccounts)
	require.Empty(t, preview.ArrearsOf)
	c = c.RequireSameExport()

	c.Pay(fan, one, "600uusdc")
	c.Pay(fan, other, "1200uusdc")
	blocks(c, flow.LateAfter+2)
	c.RequireInvariants()
	c.RequireBalance(alice, "1001000uusdc")
	c.RequireBalance(bob, "1000500uusdc")
	c.RequireBalance(dave, "1000600uusdc")
	require.Empty(t, standing(t, c, bob.Address.String()))
	has, err := c.App.Keepers.Royalty.OpenArrears.Has(c.Ctx())
	require.NoError(t, err)
	require.False(t, has)
	c.RequireSameExport()
}

// TestPartOfABalanceIsTaken: what is left of it stays where it stands in the queue of payouts.
func TestPartOfABalanceIsTaken(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit(), withParams(func(p *types.Params) { p.PayoutBudget = 1 }))
	song := c.Register("song.wav", alice)
	one, other := c.Register("one.wav", carol), c.Register("other.wav", bob)
	ten := sdk.NewInt64Coin("uusdc", 10)
	c.Block(c.Sign(fan, chain.PayMsg(fan, one, ten), chain.PayMsg(fan, other, ten))).RequireOK(t)
	waits := bob
	if c.Balance(bob, "uusdc").Amount.GT(math.NewInt(1_000_000)) {
		waits = carol
	}
	c.Write(func(ctx sdk.Context) error {
		if err := c.App.Keepers.Royalty.AddArrears(ctx, entry(waits, song, "4uusdc")); err != nil {
			return err
		}
		return c.App.Keepers.Royalty.AddArrears(ctx, entry(waits, song, "1uusdc"))
	})
	blocks(c, flow.LateAfter+2)
	c.RequireInvariants()
	c.RequireBalance(waits, "1000005uusdc")
	c.RequireBalance(alice, "1000005uusdc")
	require.Empty(t, standing(t, c, waits.Address.String()), "all was paid at once")
}

// TestArrearsOfOneCreditorAreOneRow, others are paid after it, and 64 stand at most.
func TestArrearsOfOneCreditorAreOneRow(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
	song, remix := c.Register("song.wav", alice), c.Register("remix.wav", bob)
	works := bareWorks("creditor", flow.MaxArrears)
	registerBare(t, c, works...)
	k := c.App.Keepers.Royalty
	addArrears(c, remix, song, "10uusdc")
	addArrears(c, remix, works[0], "7uusdc")
	addArrears(c, remix, song, "5uusdc")
	require.Equal(t, []string{"1: 15 of 15uusdc", "2: 7 of 7uusdc"}, standing(t, c, remix.ID.String()))
	c.Pay(fan, remix, "18uusdc")
	c.NextBlock()
	require.Equal(t, []string{"2: 4 of 7uusdc"}, standing(t, c, remix.ID.String()))
	for _, work := range works[1:] {
		c.Write(func(ctx sdk.Context) error { return k.AddArrears(ctx, entry(remix, work, "7uusdc")) })
	}
	c.RequireInvariants()
	require.ErrorIs(t, k.AddArrears(c.Ctx(), entry(remix, song, "7uusdc")), types.ErrTooManyArrears)
	require.NoError(t, k.AddArrears(c.Ctx(), entry(remix, works[9], "7uusdc")))
	require.NoError(t, k.AddArrears(c.Ctx(), entry(remix, song, "7uother")))
	c.RequireSameExport().RequireInvariants()
}

// TestArrearsThatAreRefused change nothing.
func TestArrearsThatAreRefused(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
	song, remix, heir := c.Register("song.wav", alice), c.Register("remix.wav", bob), c.Register("heir.wav", carol)
	redirect(c, heir, types.DESTINATION_ANOTHER, remix)
	none, twoTo254 := chain.WorkOf("none", bob), math.NewIntFromBigInt(new(big.Int).Lsh(big.NewInt(1), 254))
	both := entry(bob, song, "1uusdc")
	both.DebtorWork = remix.ID
	huge := entry(remix, song, "1uusdc")
	huge.Amount.Amount = twoTo254
	k := c.App.Keepers.Royalty
	for name, refused := range map[string]struct {
		entry types.ArrearsEntry
		err   error
	}{
		"no debtor":               {entry(nil, song, "1uusdc"), types.ErrInvalidArrears},
		"two":                     {both, types.ErrInvalidArrears},
		"nothing":                 {entry(remix, song, "0uusdc"), types.ErrInvalidArrears},
		"too much":                {huge, types.ErrInvalidArrears},
		"no creditor":             {entry(remix, chain.Work{}, "1uusdc"), types.ErrInvalidArrears},
		"unknown creditor":        {entry(remix, none, "1uusdc"), registrytypes.ErrWorkNotFound},
		"unknown debtor":          {entry(none, song, "1uusdc"), registrytypes.ErrWorkNotFound},
		"to itself":               {entry(remix, remix, "1uusdc"), types.ErrInvalidArrears},
		"to one that it earns of": {entry(remix, heir, "1uusdc"), types.ErrInvalidArrears},
	} {
		require.ErrorIs(t, k.AddArrears(c.Ctx(), refused.entry), refused.err, name)
	}
	most := entry(remix, song, "1uusdc")
	most.Amount.Amount = twoTo254.SubRaw(1)
	ctx, _ := c.Ctx().CacheContext()
	require.NoError(t, k.AddArrears(ctx, most))
	require.ErrorIs(t, k.AddArrears(ctx, most), types.ErrInvalidArrears, "two are too much")

	q := types.NewQueryClient(c.Conn())
	_, err := q.Arrears(t.Context(), &types.QueryArrearsRequest{Debtor: "bob"})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	_, err = q.Arrears(t.Context(), &types.QueryArrearsRequest{Debtor: none.ID.String()})
	require.Equal(t, codes.NotFound, status.Code(err))
}

// TestArrearsAndEscrow: what lies in escrow when it ends pays what the work owes first, also
// when both come in one block. The creditor's holders change in the block too: the new ones
// have it.
func TestArrearsAndEscrow(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
	song, remix := c.Register("song.wav", alice), c.Register("remix.wav", bob)
	redirect(c, remix, types.DESTINATION_ESCROW)
	c.Pay(fan, remix, "100uusdc")
	c.NextBlock()
	k := c.App.Keepers.Royalty
	c.Write(func(ctx sdk.Context) error {
		if err := k.AddArrears(ctx, entry(remix, song, "30uusdc")); err != nil {
			return err
		}
		if err := k.Adjudge(ctx, song.ID, carol.Address); err != nil {
			return err
		}
		return k.SetDestination(ctx, remix.ID, types.DESTINATION_ITSELF, registrytypes.WorkID{})
	})
	blocks(c, flow.LateAfter+1)
	c.RequireInvariants()
	c.RequireBalance(bob, "1000070uusdc")
	c.RequireBalance(carol, "1000030uusdc")
}

// TestAnAdjudgedWorksEscrow goes to whom the ruling gives the work, all of it, with what is paid
// to it in the block of the ruling.
func TestAnAdjudgedWorksEscrow(t *testing.T) {
	for _, holders := range []int{1, 2} {
		t.Run(fmt.Sprint(holders, " holders"), func(t *testing.T) {
			c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
			song := c.Register("song.wav", bob)
			if holders == 2 {
				c.MustDeliver(bob, assign(bob, song, carol, 500_000))
			}
			remix := c.Derive("remix.wav", dave, song.Under(chain.Preset("commercial-remix-10")))
			redirect(c, song, types.DESTINATION_ESCROW)
			c.Pay(fan, song, "100uusdc")
			c.Pay(fan, remix, "100uusdc")
			blocks(c, flow.LateAfter*4)
			k := c.App.Keepers.Royalty
			frozen, err := k.Frozen(c.Ctx(), song.ID)
			require.NoError(t, err)
			require.Equal(t, "110uusdc", frozen.String())
			before, err := k.GetHead(c.Ctx(), song.ID)
			require.NoError(t, err)

			c.Write(func(ctx sdk.Context) error {
				if _, err := k.Pay(ctx, fan.Address, song.ID, sdk.NewInt64Coin("uusdc", 7)); err != nil {
					return err
				}
				if err := k.Adjudge(ctx, song.ID, alice.Address); err != nil {
					return err
				}
				return k.SetDestination(ctx, song.ID, types.DESTINATION_ITSELF, registrytypes.WorkID{})
			})
			blocks(c, 2)
			c.RequireInvariants()
			c.RequireBalance(alice, "1000117uusdc")
			c.RequireBalance(bob, "1000000uusdc")
			c.RequireBalance(carol, "1000000uusdc")

			after, err := k.GetHead(c.Ctx(), song.ID)
			require.NoError(t, err)
			require.Equal(t, before.Epoch+1, after.Epoch)
			for version, want := range map[uint32]uint32{before.HoldersVersion: 0, after.HoldersVersion: flow.Whole} {
				share, err := k.HeldShare(c.Ctx(), song.ID, version, alice.Address)
				require.NoError(t, err)
				require.Equal(t, want, share)
			}
			_, err = k.HeldShare(c.Ctx(), song.ID, 99, alice.Address)
			require.ErrorIs(t, err, types.ErrUnknownVersion)
			c.Write(func(ctx sdk.Context) error { return k.Adjudge(ctx, song.ID, alice.Address) })
			again, err := k.GetHead(c.Ctx(), song.ID)
			require.NoError(t, err)
			require.Equal(t, after, again, "it is hers already")
			c.RequireSameExport().RequireInvariants()
		})
	}
}

// TestWhoCannotBeGivenAWork, nor a share of one.
func TestWhoCannotBeGivenAWork(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
	song, none := c.Register("song.wav", bob), chain.WorkOf("none", bob)
	k, module := c.App.Keepers.Royalty, c.App.Keepers.Account.GetModuleAddress(types.ModuleName)
	require.ErrorIs(t, k.Adjudge(c.Ctx(), song.ID, module), types.ErrInvalidShares)
	require.ErrorIs(t, k.AddPayee(c.Ctx(), song.ID, module, 1000), types.ErrInvalidShares)
	require.ErrorIs(t, k.Adjudge(c.Ctx(), none.ID, alice.Address), registrytypes.ErrWorkNotFound)
	require.ErrorIs(t, k.AddPayee(c.Ctx(), none.ID, alice.Address, 1000), registrytypes.ErrWorkNotFound)
}

// TestAPayeeIsAdded: alice gets 10 % of what the remix earns; bob and carol keep theirs in
// proportion, 45 % each.
func TestAPayeeIsAdded(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
	remix := c.Register("remix.wav", bob)
	c.MustDeliver(bob, assign(bob, remix, carol, 500_000))
	k := c.App.Keepers.Royalty
	c.Pay(fan, remix, "100uusdc")
	c.Write(func(ctx sdk.Context) error { return k.AddPayee(ctx, remix.ID, alice.Address, 100_000) })
	c.Pay(fan, remix, "100uusdc")
	c.NextBlock()
	c.RequireInvariants()
	c.RequireBalance(alice, "1000010uusdc")
	c.RequireBalance(bob, "1000095uusdc")
	c.RequireBalance(carol, "1000095uusdc")

	err := k.AddPayee(c.Ctx(), remix.ID, dave.Address, 999_900)
	require.ErrorIs(t, err, types.ErrInvalidShares)
	require.ErrorContains(t, err, "name a smaller share")
	ctx, _ := c.Ctx().CacheContext()
	for i := range flow.MaxRuledHolders - 3 {
		require.NoError(t, k.AddPayee(ctx, remix.ID, sdk.AccAddress(fmt.Sprintf("payee %14d", i)), 1000))
	}
	require.ErrorIs(t, k.AddPayee(ctx, remix.ID, dave.Address, 1000), types.ErrTooManyHolders)

	params, err := k.Params.Get(c.Ctx())
	require.NoError(t, err)
	params.MaxReach = 4
	ctx, _ = c.Ctx().CacheContext()
	require.NoError(t, k.Params.Set(ctx, params))
	require.NoError(t, k.AddPayee(ctx, remix.ID, dave.Address, 1000), "nobody keeps a payee out by what the work owes others")
	c.RequireSameExport().RequireInvariants()
}

// TestArrearsThatDoNotAgree break an invariant, and are refused in a genesis.
func TestArrearsThatDoNotAgree(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
	song, remix := c.Register("song.wav", alice), c.Register("remix.wav", bob)
	addArrears(c, remix, song, "10uusdc")
	addArrears(c, bob, song, "10uusdc")
	c.RequireInvariants()
	k := c.App.Keepers.Royalty
	exported, err := k.ExportGenesis(c.Ctx())
	require.NoError(t, err)
	require.NoError(t, exported.Validate())
	work, account := exported.Arrears[0], exported.Arrears[1]
	spoil := func(g types.GenesisArrears, change func(*types.GenesisArrears)) types.GenesisArrears {
		change(&g)
		return g
	}
	for name, rows := range map[string][]types.GenesisArrears{
		"no rows":         nil,
		"out of order":    {account, work},
		"twice":           {work, work, account},
		"nobody owes":     {spoil(work, func(g *types.GenesisArrears) { g.Work = registrytypes.WorkID{} }), account},
		"both owe":        {spoil(work, func(g *types.GenesisArrears) { g.Account = account.Account }), account},
		"no address":      {work, spoil(account, func(g *types.GenesisArrears) { g.Account = "bob" })},
		"no denom":        {spoil(work, func(g *types.GenesisArrears) { g.Denom = "" }), account},
		"number 0":        {spoil(work, func(g *types.GenesisArrears) { g.Number = 0 }), account},
		"no creditor":     {spoil(work, func(g *types.GenesisArrears) { g.Arrears.Creditor.WorkID = registrytypes.WorkID{} }), account},
		"nothing left":    {spoil(work, func(g *types.GenesisArrears) { g.Arrears.Left = math.ZeroInt() }), account},
		"more than all":   {spoil(work, func(g *types.GenesisArrears) { g.Arrears.Left = math.NewInt(11) }), account},
		"without a head":  {spoil(work, func(g *types.GenesisArrears) { g.Work = song.ID }), work, account},
		"creditors twice": {work, spoil(work, func(g *types.GenesisArrears) { g.Number = 2 }), account},
	} {
		gs := *exported
		gs.Arrears = rows
		require.ErrorIs(t, gs.Validate(), types.ErrInvalidGenesis, name)
	}
	for name, break_ := range map[string]func(ctx sdk.Context) error{
		"are counted":              func(ctx sdk.Context) error { return k.OpenArrears.Set(ctx, 2) },
		"its head says":            func(ctx sdk.Context) error { return k.Arrears.Remove(ctx, rowOf(t, work)) },
		"0 arrears of accounts st": func(ctx sdk.Context) error { return k.Arrears.Remove(ctx, rowOf(t, account)) },
		"which is no debtor": func(ctx sdk.Context) error {
			return k.Arrears.Set(ctx, collections.Join3([]byte{7}, "uusdc", uint64(1)), work.Arrears)
		},
		"it must be from 1": func(ctx sdk.Context) error {
			row := work.Arrears
			row.Left = math.ZeroInt()
			return k.Arrears.Set(ctx, rowOf(t, work), row)
		},
		"work not found": func(ctx sdk.Context) error {
			row := work.Arrears
			row.Creditor.WorkID = chain.WorkOf("none", bob).ID
			return k.Arrears.Set(ctx, rowOf(t, work), row)
		},
	} {
		ctx, _ := c.Ctx().CacheContext()
		require.NoError(t, break_(ctx))
		require.ErrorContains(t, k.CheckInvariants(ctx), name)
	}
}

func rowOf(t *testing.T, g types.GenesisArrears) types.ArrearsRow {
	row, err := g.Row()
	require.NoError(t, err)
	return row
}
