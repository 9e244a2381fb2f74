package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/internal/amounts"
	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// fortune gives an account 2^255 units of usdc, beside its other money.
func fortune(owner chain.Account) chain.Option {
	return chain.Genesis(func(cdc codec.Codec, state app.GenesisState) {
		var gs banktypes.GenesisState
		cdc.MustUnmarshalJSON(state[banktypes.ModuleName], &gs)
		more := sdk.NewCoin("uusdc", math.NewIntFromBigIntMut(amounts.Max().BigInt()).Mul(amounts.Max()).QuoRaw(2))
		for i, b := range gs.Balances {
			if b.Address == owner.String() {
				gs.Balances[i].Coins = b.Coins.Add(more)
			}
		}
		gs.Supply = gs.Supply.Add(more)
		state[banktypes.ModuleName] = cdc.MustMarshalJSON(&gs)
	})
}

// TestEveryEntranceHasABound: what enters is at most 2^128-1 at a time, whichever
// way it takes; one unit more is refused before a coin moves. So no sum of payments
// is ever too large for the end of a block, which two payments of 2^255 were.
func TestEveryEntranceHasABound(t *testing.T) {
	most := amounts.Max()
	for name, entrance := range map[string]func(song chain.Work, coin sdk.Coin) sdk.Msg{
		"pay": func(song chain.Work, coin sdk.Coin) sdk.Msg { return chain.PayMsg(fan, song, coin) },
		"fee of a grant": func(song chain.Work, coin sdk.Coin) sdk.Msg {
			return &licensetypes.MsgAcquire{
				Licensee: fan.String(), Work: song.ID, Terms: dear.ID(), Serial: 1, MaxFee: &coin, MaxRate: chain.Whole,
			}
		},
		"pay many": func(song chain.Work, coin sdk.Coin) sdk.Msg {
			return &types.MsgPayMany{Payer: fan.String(), Payments: []types.Payment{
				{Work: song.ID, Amount: usdc(1)}, {Work: song.ID, Amount: coin},
			}}
		},
		"deposit": func(song chain.Work, coin sdk.Coin) sdk.Msg {
			return chain.PaymentChannelMsg(fan, 1, coin, song.Share(chain.Whole))
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := chain.New(t, fortune(fan), everyUnit())
			song := dearSong(c)
			before := c.Balance(fan, "uusdc")
			if name != "fee of a grant" { // a fee is what the offer asks for; max_fee is no amount that enters
				err := c.Deliver(fan, entrance(song, sdk.NewCoin("uusdc", most.AddRaw(1)))).Err()
				require.ErrorIs(t, err, types.ErrInvalidAmount)
				require.ErrorContains(t, err, most.String())
				require.Equal(t, before, c.Balance(fan, "uusdc"))
			}

			c = chain.New(t, fortune(fan), everyUnit())
			song = dearSong(c)
			c.MustDeliver(fan, entrance(song, sdk.NewCoin("uusdc", most)))
			c.NextBlock()
			c.RequireInvariants()
			c.RequireSameExport()
		})
	}
}

// TestADepositHasABoundInAll: top-ups cannot take it above what may enter at a time.
func TestADepositHasABoundInAll(t *testing.T) {
	c := chain.New(t, fortune(fan), everyUnit())
	song := c.Register("song.wav", alice)
	most := amounts.Max()
	c.MustDeliver(fan, chain.PaymentChannelMsg(fan, 1, usdc(1000), song.Share(chain.Whole)))
	topUp := func(amount math.Int) error {
		return c.Deliver(fan, &types.MsgTopUpPaymentChannel{
			Payer: fan.String(), PaymentChannel: chain.PaymentChannelOf(fan, 1), Amount: sdk.NewCoin("uusdc", amount),
		}).Err()
	}
	before := c.Balance(fan, "uusdc")
	err := topUp(most.SubRaw(999))
	require.ErrorIs(t, err, types.ErrInvalidAmount)
	require.ErrorContains(t, err, "open another one for the rest")
	require.Equal(t, before, c.Balance(fan, "uusdc"))
	require.NoError(t, topUp(most.SubRaw(1000)))
	require.ErrorIs(t, topUp(math.OneInt()), types.ErrInvalidAmount)
	c.RequireInvariants()
	c.RequireSameExport()
}

// dear are terms that ask for the most that may enter.
var dear = licensetypes.Terms{
	Spdx: "LicenseRef-dear", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
	GrantFee: sdk.Coins{sdk.NewCoin("uusdc", amounts.Max())},
}

// dearSong is a work under dear terms.
func dearSong(c *chain.Chain) chain.Work {
	song := c.Register("song.wav", alice)
	c.MustDeliver(alice, &licensetypes.MsgPublishTerms{Author: alice.String(), Terms: dear}, chain.OfferMsg(song, dear.ID()))
	return song
}

// TestNobodyAsksForMoreThanMayEnter: an offer that nobody could ever accept.
func TestNobodyAsksForMoreThanMayEnter(t *testing.T) {
	c := chain.New(t)
	song := dearSong(c)
	price := sdk.NewCoins(sdk.NewCoin("uusdc", amounts.Max().AddRaw(1)))
	err := c.Deliver(alice, &licensetypes.MsgOffer{
		Owner: alice.String(), Work: song.ID, Terms: dear.ID(), Offer: licensetypes.Offer{Price: price},
	}).Err()
	require.ErrorIs(t, err, types.ErrInvalidAmount)
}

// TestTheLargestPaymentsAddUp: many of the largest payments in one block and over time.
func TestTheLargestPaymentsAddUp(t *testing.T) {
	c := chain.New(t, fortune(fan), everyUnit())
	song := c.Register("song.wav", alice)
	c.MustDeliver(alice, assign(alice, song, dave, 100))
	remix := c.Derive("remix.wav", bob, song.Under(chain.Preset("commercial-remix-10")))
	most := sdk.NewCoin("uusdc", amounts.Max())
	msg := &types.MsgPayMany{Payer: fan.String()}
	for range 300 {
		msg.Payments = append(msg.Payments, types.Payment{Work: remix.ID, Amount: most})
	}
	before := c.Balance(bob, "uusdc").Amount
	c.MustDeliver(fan, msg)
	c.NextBlock()
	c.RequireInvariants()
	want := most.Amount.MulRaw(300).MulRaw(9).QuoRaw(10)
	require.Equal(t, want.String(), c.Balance(bob, "uusdc").Amount.Sub(before).String())
}
