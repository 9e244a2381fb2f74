package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// capped publishes terms with a ceiling on what a derivative takes in.
func capped(c *chain.Chain, name, ceiling string) licensetypes.TermsID {
	coins, err := sdk.ParseCoinsNormalized(ceiling)
	if err != nil {
		panic(err)
	}
	t := licensetypes.Terms{
		Spdx: "LicenseRef-" + name, CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, RevenueCeiling: coins,
	}
	c.MustDeliver(alice, &licensetypes.MsgPublishTerms{Author: alice.String(), Terms: t})
	return t.ID()
}

func twoDenoms() []chain.Option {
	return []chain.Option{chain.Balance("1000000uusdc,1000000ustem"), everyUnit()}
}

// later declares a source of a work that others rely on, unapproved.
func later(c *chain.Chain, work chain.Work, source chain.Source) {
	msg := c.DeriveMsg(work, source)
	msg.AllowUnapproved = true
	c.MustDeliver(work.Owner, msg)
}

// TestAWorkUnderACeilingIsPaidInItsDenoms: whoever pays, however, reached or not; the
// error names the work, what it takes and whose ceiling it is.
func TestAWorkUnderACeilingIsPaidInItsDenoms(t *testing.T) {
	c := chain.New(t, twoDenoms()...)
	song := c.Register("song.wav", alice)
	remix := c.Derive("remix.wav", bob, song.Under(capped(c, "small", "1000uusdc")))
	stem := sdk.NewInt64Coin("ustem", 70)

	refused := func(msg sdk.Msg, what string) {
		t.Helper()
		err := c.Deliver(fan, msg).Err()
		require.ErrorIs(t, err, types.ErrDenomNotTaken, what)
		require.ErrorContains(t, err, remix.String()+" takes uusdc only, not ustem: "+song.String(), what)
	}
	refused(chain.PayMsg(fan, remix, stem), "a payment")
	refused(&types.MsgPayMany{Payer: fan.String(), Payments: []types.Payment{
		{Work: song.ID, Amount: stem}, {Work: remix.ID, Amount: stem},
	}}, "a line of many")
	refused(chain.PaymentChannelMsg(fan, 1, stem, song.Share(500_000), remix.Share(500_000)), "a payment channel")
	query := types.NewQueryClient(c.Conn())
	_, err := query.Preview(t.Context(), &types.QueryPreviewRequest{Work: remix.ID, Amount: "70ustem"})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	require.ErrorContains(t, err, "takes uusdc only")

	c.Pay(fan, song, "70ustem") // the source itself is under no ceiling
	for range 3 {
		c.Pay(fan, remix, "900uusdc") // payments in its denoms go on when it is reached
	}
	requireTakenIn(t, c, remix, 2700)
	c.MustDeliver(fan, chain.PaymentChannelMsg(fan, 2, usdc(100), remix.Share(chain.Whole)))
	stages, err := query.Stages(t.Context(), &types.QueryStagesRequest{Work: remix.ID})
	require.NoError(t, err)
	require.Equal(t, &types.Taking{Denoms: []string{"uusdc"}, CeilingsOf: []registrytypes.WorkIDBytes{{WorkID: song.ID}}}, stages.Taking)
	c.RequireInvariants()

	fresh := c.RequireSameExport()
	require.ErrorIs(t, fresh.Deliver(fan, chain.PayMsg(fan, remix, stem)).Err(), types.ErrDenomNotTaken)
	fresh.Pay(fan, remix, "1uusdc")
	fresh.RequireInvariants()
}

// TestEveryGenerationIsUnderTheCeiling: a work of the own put in between, a second
// account and a share of the revenue given away change nothing.
func TestEveryGenerationIsUnderTheCeiling(t *testing.T) {
	c := chain.New(t, twoDenoms()...)
	song := c.Register("song.wav", alice)
	remix := c.Derive("remix.wav", bob, song.Under(capped(c, "small", "1000uusdc")))
	c.Offer(remix, chain.Preset("commercial-remix-5"))
	edit := c.Derive("edit.wav", carol, remix.Under(chain.Preset("commercial-remix-5")))
	own := c.Register("own.wav", bob)
	c.MustDeliver(bob, c.DeriveMsg(own, chain.Source{Work: remix}.As(lineagetypes.ROLE_PARENT_OF)))
	c.MustDeliver(bob, assign(bob, remix, carol, 900_000))
	for _, work := range []chain.Work{remix, edit, own} {
		require.ErrorIs(t, c.Deliver(fan, chain.PayMsg(fan, work, sdk.NewInt64Coin("ustem", 5))).Err(), types.ErrDenomNotTaken)
		c.Pay(fan, work, "5uusdc")
	}
	c.RequireInvariants()
}

// TestAPaymentChannelOpenedBeforeACeiling: what would go to the work in a denom that it
// takes no more stays with the payer, and the other payees get theirs.
func TestAPaymentChannelOpenedBeforeACeiling(t *testing.T) {
	c := chain.New(t, twoDenoms()...)
	song, remix := c.Register("song.wav", alice), c.Register("remix.wav", bob)
	terms := capped(c, "small", "1000uusdc")
	c.Offer(song, terms)
	c.MustDeliver(fan, chain.PaymentChannelMsg(fan, 1, sdk.NewInt64Coin("ustem", 1000), song.Share(500_000), remix.Share(500_000)))
	c.MustDeliver(fan, chain.PaymentChannelMsg(fan, 2, usdc(1000), remix.Share(chain.Whole)))
	c.MustDeliver(bob, c.DeriveMsg(remix, song.Under(terms)))

	inStem, inUSDC := chain.PaymentChannelOf(fan, 1), chain.PaymentChannelOf(fan, 2)
	require.NoError(t, redeem(c, chain.Voucher(fan, inStem, 100, never), chain.Voucher(fan, inUSDC, 100, never)))
	require.Equal(t, "1000050ustem", c.Balance(alice, "ustem").String())
	require.Equal(t, "1000000ustem", c.Balance(bob, "ustem").String())
	require.Equal(t, "1000100uusdc", c.Balance(bob, "uusdc").String(), "one message, two denoms")
	requireTakenIn(t, c, remix, 100)
	c.RequireSameExport().RequireInvariants()
}

// TestSharesAreNeverRefused: what derivatives owe comes in any denom; it is counted
// where the ceiling has the denom.
func TestSharesAreNeverRefused(t *testing.T) {
	c := chain.New(t, twoDenoms()...)
	song, remix := c.Register("song.wav", alice), c.Register("remix.wav", bob)
	small, fifth := capped(c, "small", "1000uusdc"), terms(c, types.POLICY_RELATIVE, 200_000)
	c.Offer(song, small)
	c.Offer(remix, fifth)
	clip := c.Derive("clip.mp4", carol, remix.Under(fifth))
	later(c, remix, song.Under(small))

	c.Pay(fan, clip, "1000ustem") // older than the ceiling, and not bound by it
	c.Pay(fan, clip, "1000uusdc")
	require.Equal(t, "1000200ustem", c.Balance(bob, "ustem").String())
	require.Equal(t, "1000200uusdc", c.Balance(bob, "uusdc").String())
	requireTakenIn(t, c, remix, 200)
	require.ErrorIs(t, c.Deliver(fan, chain.PayMsg(fan, remix, sdk.NewInt64Coin("ustem", 5))).Err(), types.ErrDenomNotTaken)
	c.RequireSameExport().RequireInvariants()
}

// TestACeilingHoldsFromItsDeclarationOn, within a transaction too: what was paid before
// it stays, and counts if it is in a denom of the ceiling and of the same block.
func TestACeilingHoldsFromItsDeclarationOn(t *testing.T) {
	c := chain.New(t, twoDenoms()...)
	song, remix := c.Register("song.wav", alice), c.Register("remix.wav", bob)
	small := capped(c, "small", "1000uusdc")
	c.Offer(song, small)
	stem := sdk.NewInt64Coin("ustem", 70)
	declare := c.DeriveMsg(remix, song.Under(small))
	both := func(msgs ...sdk.Msg) error {
		return c.Block(c.SignTx(chain.Tx{Signers: []chain.Account{bob}, Msgs: msgs})).Txs[0].Err()
	}
	require.ErrorIs(t, both(declare, chain.PayMsg(bob, remix, stem)), types.ErrDenomNotTaken)
	require.NoError(t, both(chain.PayMsg(bob, remix, stem), chain.PayMsg(bob, remix, usdc(30)), declare, chain.PayMsg(bob, remix, usdc(4))))
	requireTakenIn(t, c, remix, 34)
	c.RequireSameExport().RequireInvariants()
}

// TestABetterPermissionWidensWhatAWorkTakes: the count goes on, whatever the ceiling is.
func TestABetterPermissionWidensWhatAWorkTakes(t *testing.T) {
	c := chain.New(t, twoDenoms()...)
	song := c.Register("song.wav", alice)
	remix := c.Derive("remix.wav", bob, song.Under(capped(c, "small", "1000uusdc")))
	c.Pay(fan, remix, "70uusdc")
	wide, free := capped(c, "wide", "50ustem,1000uusdc"), terms(c, types.POLICY_NONE, 0)
	c.Offer(song, wide)
	c.Offer(song, free)
	c.MustDeliver(bob, c.DeriveMsg(remix, song.Under(wide)))
	c.Pay(fan, remix, "5ustem")
	c.RequireSameExport().RequireInvariants()
	c.MustDeliver(bob, c.DeriveMsg(remix, song.Under(free)))
	c.Pay(fan, remix, "7uusdc")
	requireTakenIn(t, c, remix, 77)
	stages, err := types.NewQueryClient(c.Conn()).Stages(t.Context(), &types.QueryStagesRequest{Work: remix.ID})
	require.NoError(t, err)
	require.Nil(t, stages.Taking)
	c.RequireSameExport().RequireInvariants()
}

// TestATakingInAGenesisIsChecked: one that the ceilings do not say does not pass.
func TestATakingInAGenesisIsChecked(t *testing.T) {
	c := chain.New(t, twoDenoms()...)
	song := c.Register("song.wav", alice)
	remix := c.Derive("remix.wav", bob, song.Under(capped(c, "small", "1000uusdc")))
	valid := types.Taking{Denoms: []string{"uusdc"}, CeilingsOf: []registrytypes.WorkIDBytes{{WorkID: song.ID}}}
	require.NoError(t, valid.Validate())
	for name, edit := range map[string]func(*types.Taking){
		"no denoms":            func(t *types.Taking) { t.Denoms = nil },
		"no ceilings":          func(t *types.Taking) { t.CeilingsOf = nil },
		"no denom":             func(t *types.Taking) { t.Denoms = []string{"1"} },
		"a denom twice":        func(t *types.Taking) { t.Denoms = []string{"uusdc", "uusdc"} },
		"a ceiling twice":      func(t *types.Taking) { t.CeilingsOf = append(t.CeilingsOf, t.CeilingsOf[0]) },
		"a ceiling of nothing": func(t *types.Taking) { t.CeilingsOf = []registrytypes.WorkIDBytes{{}} },
		"too many denoms":      func(t *types.Taking) { t.Denoms = make([]string, types.MaxMeters+1) },
		"too many ceilings":    func(t *types.Taking) { t.CeilingsOf = make([]registrytypes.WorkIDBytes, types.MaxCeilings+1) },
	} {
		broken := valid
		edit(&broken)
		require.Error(t, broken.Validate(), name)
		gs, err := c.App.Keepers.Royalty.ExportGenesis(c.Ctx())
		require.NoError(t, err)
		for i := range gs.Works {
			if gs.Works[i].Id == remix.ID {
				gs.Works[i].Head.Taking = &broken
			}
		}
		require.Error(t, gs.Validate(), name)
	}
	// In a denom that is not counted, and of a work that nobody registered.
	for name, taking := range map[string]types.Taking{
		"not counted": {Denoms: []string{"ustem"}, CeilingsOf: valid.CeilingsOf},
		"unknown":     {Denoms: valid.Denoms, CeilingsOf: []registrytypes.WorkIDBytes{{WorkID: registrytypes.WorkID{9}}}},
	} {
		ctx, _ := c.Ctx().CacheContext()
		require.NoError(t, c.App.Keepers.Royalty.LimitDenoms(ctx, remix.ID, taking), name)
		require.Error(t, c.App.Keepers.Royalty.CheckInvariants(ctx), name)
	}
	ctx, _ := c.Ctx().CacheContext()
	require.Error(t, c.App.Keepers.Royalty.LimitDenoms(ctx, remix.ID, types.Taking{Denoms: []string{"1"}}))
	require.NoError(t, c.App.Keepers.Royalty.LimitDenoms(ctx, remix.ID, types.Taking{}))
	taken, err := c.App.Keepers.Royalty.TakesOnly(ctx, remix.ID)
	require.NoError(t, err)
	require.Empty(t, taken, "under no ceiling any more, as when a permission is replaced by a better one")
	require.NoError(t, c.App.Keepers.Royalty.CheckInvariants(ctx))
}
