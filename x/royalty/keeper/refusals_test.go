package keeper_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"

	"github.com/stemma-chain/stemma/internal/amounts"
	"github.com/stemma-chain/stemma/testutil/chain"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// TestBadInputIsRefusedWhole sends what must be refused: each with the error
// registered for it, text that names the thing, and no change of the state.
func TestBadInputIsRefusedWhole(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc,1000000ustem"))
	song := c.Register("song.wav", alice)
	unknown := chain.WorkOf("never registered", alice)
	pay := func(work registrytypes.WorkID, denom string, amount int64) sdk.Msg {
		return &types.MsgPay{Payer: fan.String(), Work: work, Amount: sdk.Coin{Denom: denom, Amount: sdkmath.NewInt(amount)}}
	}
	shares := func(list ...types.Assignment) sdk.Msg {
		return &types.MsgAssignShares{Holder: alice.String(), Work: song.ID, Shares: list}
	}
	var crowd []types.Assignment
	for i, a := range chain.NamedMany("crowd", 33) {
		weight := uint32(30_000)
		if i == 0 {
			weight = 40_000
		}
		crowd = append(crowd, types.Assignment{Account: a.String(), Weight: weight})
	}

	for _, refused := range []struct {
		name   string
		signer chain.Account
		msg    sdk.Msg
		want   error
		text   string
	}{
		{"no work", fan, pay(registrytypes.WorkID{}, "uusdc", 100), registrytypes.ErrInvalidID, "work is not given"},
		{"unknown work", fan, pay(unknown.ID, "uusdc", 100), registrytypes.ErrWorkNotFound, unknown.String()},
		{"unknown denom", fan, pay(song.ID, "uatom", 100), types.ErrDenomNotAccepted, "uusdc"},
		{"no denom", fan, pay(song.ID, "", 100), types.ErrInvalidAmount, "1000uusdc"},
		{"nothing", fan, pay(song.ID, "uusdc", 0), types.ErrInvalidAmount, "at least one unit"},
		{"less than nothing", fan, pay(song.ID, "uusdc", -5), types.ErrInvalidAmount, "-5"},
		{"more than there is", fan, pay(song.ID, "uusdc", 1_000_001), sdkerrors.ErrInsufficientFunds, "1000001uusdc"},
		{"no payments", fan, &types.MsgPayMany{Payer: fan.String()}, types.ErrInvalidMessage, "0 payments"},
		{"one line of many", fan, &types.MsgPayMany{Payer: fan.String(), Payments: []types.Payment{
			{Work: song.ID, Amount: usdc(5)}, {Work: unknown.ID, Amount: usdc(5)},
		}}, registrytypes.ErrWorkNotFound, "payment 1"},
		{"33 holders", alice, shares(crowd...), types.ErrTooManyHolders, "33"},
		{"shares below the own", alice, shares(types.Assignment{Account: bob.String(), Weight: 999_999}), types.ErrInvalidShares, "999999"},
		{"shares above the whole", alice, shares(types.Assignment{Account: bob.String(), Weight: 999_901}, types.Assignment{Account: carol.String(), Weight: 100}), types.ErrInvalidShares, "1000001"},
		{"a share of nothing", alice, shares(types.Assignment{Account: bob.String()}), types.ErrInvalidShares, bob.String()},
		{"an account twice", alice, shares(types.Assignment{Account: bob.String(), Weight: 500_000}, types.Assignment{Account: bob.String(), Weight: 500_000}), types.ErrInvalidShares, "twice"},
		{"shares that change nothing", alice, shares(types.Assignment{Account: alice.String(), Weight: 1_000_000}), types.ErrInvalidShares, "nothing"},
		{"a stranger's shares", bob, assign(bob, song, carol, 1_000_000), types.ErrNotHolder, bob.String()},
		{"a work settled twice", bob, &types.MsgSettle{Sender: bob.String(), Works: []registrytypes.WorkID{song.ID, song.ID}, Denoms: []string{"uusdc"}}, types.ErrInvalidMessage, "twice"},
		{"params by a stranger", bob, &types.MsgUpdateParams{Authority: bob.String(), Params: types.DefaultParams()}, sdkerrors.ErrUnauthorized, ""},
	} {
		t.Run(refused.name, func(t *testing.T) {
			before, err := c.App.Keepers.Royalty.ExportGenesis(c.Ctx())
			require.NoError(t, err)
			err = c.Deliver(refused.signer, refused.msg).Err()
			require.ErrorIs(t, err, refused.want)
			require.ErrorContains(t, err, refused.text)
			after, err := c.App.Keepers.Royalty.ExportGenesis(c.Ctx())
			require.NoError(t, err)
			require.Equal(t, before, after)
		})
	}
	c.RequireBalance(fan, "1000000uusdc")
	c.RequireInvariants()
}

func TestAPaymentBelowTheMinimumIsRefused(t *testing.T) {
	c := chain.New(t, withParams(func(p *types.Params) {
		for i := range p.Denoms {
			p.Denoms[i].MinPayment = sdkmath.NewInt(50)
		}
	}))
	song := c.Register("song.wav", alice)
	err := c.Deliver(fan, chain.PayMsg(fan, song, usdc(49))).Err()
	require.ErrorIs(t, err, types.ErrBelowMinimum)
	require.ErrorContains(t, err, "at least 50uusdc")
	c.Pay(fan, song, "50uusdc")
}

// TestParamsAreBounded: governance cannot set what would stop the sweep.
func TestParamsAreBounded(t *testing.T) {
	for name, edit := range map[string]func(*types.Params){
		"no budget":            func(p *types.Params) { p.SweepBudget = 0 },
		"budget beyond reason": func(p *types.Params) { p.SweepBudget = math.MaxUint32 },
		"no payouts":           func(p *types.Params) { p.PayoutBudget = 0 },
		"no reach":             func(p *types.Params) { p.MaxReach = 0 },
		"gas beyond reason":    func(p *types.Params) { p.GasPerReceiver = math.MaxUint64 },
		"a denom twice":        func(p *types.Params) { p.Denoms = append(p.Denoms, p.Denoms[0]) },
		"a minimum that nobody can pay": func(p *types.Params) {
			p.Denoms[0].MinPayment = amounts.Max().AddRaw(1)
		},
		"33 denoms": func(p *types.Params) {
			p.Denoms = nil
			for i := range 33 {
				p.Denoms = append(p.Denoms, types.NewAcceptedDenom(fmt.Sprintf("denom%02d", i)))
			}
		},
		"no minimum": func(p *types.Params) { p.Denoms[0].MinFlow = sdkmath.ZeroInt() },
	} {
		t.Run(name, func(t *testing.T) {
			params := types.DefaultParams()
			edit(&params)
			msg := types.MsgUpdateParams{Authority: authtypes.NewModuleAddress(govtypes.ModuleName).String(), Params: params}
			require.ErrorIs(t, msg.ValidateBasic(), types.ErrInvalidParams)
		})
	}
}

// TestPreviewTakesWholeAmountsOnly: cutting 1.5 down to 1 would show another
// payment than the one asked for.
func TestPreviewTakesWholeAmountsOnly(t *testing.T) {
	c := chain.New(t)
	song := c.Register("song.wav", alice)
	query := types.NewQueryClient(c.Conn())
	for _, amount := range []string{"", "uusdc", "1.5uusdc", "0uusdc", "-1uusdc", "10", "10 uusdc", "10uatom", "0100000uusdc", "0x100000uusdc", "100_000uusdc"} {
		_, err := query.Preview(t.Context(), &types.QueryPreviewRequest{Work: song.ID, Amount: amount})
		require.Equal(t, codes.InvalidArgument, status.Code(err), "%q: %v", amount, err)
	}
}
