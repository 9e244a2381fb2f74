package keeper_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	sdkmath "cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/x/royalty/keeper"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

const fromAfar = "ibc/8E27BA2D5493AF5636760E354E46004562C46AB7EC0CC4C1CA14E9E20E2545B5"

// government is governance's account, whose messages votes carry out.
var government = authtypes.NewModuleAddress(govtypes.ModuleName).String()

// row is a denom as a vote accepts it; without a symbol it has no unit.
func row(denom, symbol string) types.AcceptedDenom {
	d := types.NewAcceptedDenom(denom)
	if symbol != "" {
		d.Unit = &types.Unit{Symbol: symbol, Decimals: 6}
	}
	return d
}

// vote has governance accept a denom, or leaves everything as it was.
func vote(c *chain.Chain, d types.AcceptedDenom) (err error) {
	msg := &types.MsgAcceptDenom{Authority: government, Accepted: d}
	if err := msg.ValidateBasic(); err != nil {
		return err
	}
	c.Write(func(ctx sdk.Context) error {
		cached, write := ctx.CacheContext()
		if _, err = keeper.NewMsgServer(c.App.Keepers.Royalty).AcceptDenom(cached, msg); err == nil {
			write()
		}
		return nil
	})
	return err
}

// metadataOf is the bank's of a denom, which bank would take in a genesis.
func metadataOf(t require.TestingT, c *chain.Chain, denom string) banktypes.Metadata {
	m, found := c.App.Keepers.Bank.GetDenomMetaData(c.Ctx(), denom)
	require.True(t, found)
	require.NoError(t, m.Validate())
	return m
}

// stateOf is what votes on denoms change.
func stateOf(t *testing.T, c *chain.Chain) (state []any) {
	t.Helper()
	params, err := c.App.Keepers.Royalty.Params.Get(c.Ctx())
	require.NoError(t, err)
	c.App.Keepers.Bank.IterateAllDenomMetaData(c.Ctx(), func(m banktypes.Metadata) bool {
		state = append(state, m)
		return false
	})
	return append(state, params)
}

// described is a chain whose bank knows the unit of the staking token, and of uusdc.
func described(t *testing.T) *chain.Chain {
	t.Helper()
	return chain.New(t, chain.Genesis(func(cdc codec.Codec, state app.GenesisState) {
		var bank banktypes.GenesisState
		cdc.MustUnmarshalJSON(state[banktypes.ModuleName], &bank)
		bank.DenomMetadata = append(bank.DenomMetadata,
			types.Unit{Symbol: "STEM", Decimals: 6}.Metadata("ustem", banktypes.Metadata{}),
			types.Unit{Symbol: "USDX", Decimals: 6}.Metadata("uusdc", banktypes.Metadata{}))
		state[banktypes.ModuleName] = cdc.MustMarshalJSON(&bank)
	}))
}

// A vote gives a denom its unit, another changes it, and a third takes it back; no other row changes.
func TestAVoteSaysTheUnit(t *testing.T) {
	c := described(t)
	arrived := banktypes.Metadata{
		Base: fromAfar, Display: fromAfar, Symbol: "UUSDC", Name: "transfer/channel-0/uusdc IBC token", Description: "of another chain",
		DenomUnits: []*banktypes.DenomUnit{{Denom: fromAfar, Aliases: []string{"uusdc"}}},
	}
	c.Write(func(ctx sdk.Context) error { c.App.Keepers.Bank.SetDenomMetaData(ctx, arrived); return nil })
	before, err := c.App.Keepers.Royalty.Params.Get(c.Ctx())
	require.NoError(t, err)

	require.NoError(t, vote(c, row(fromAfar, "USDC")))
	params, err := c.App.Keepers.Royalty.Params.Get(c.Ctx())
	require.NoError(t, err)
	require.True(t, slices.IsSortedFunc(params.Denoms, func(a, b types.AcceptedDenom) int { return strings.Compare(a.Denom, b.Denom) }))
	accepted, err := params.Accepted(fromAfar)
	require.NoError(t, err)
	require.Equal(t, row(fromAfar, "USDC"), accepted)
	params.Denoms = slices.DeleteFunc(params.Denoms, func(d types.AcceptedDenom) bool { return d.Denom == fromAfar })
	require.Equal(t, before, params)
	m := metadataOf(t, c, fromAfar)
	unit, ok := types.UnitIn(m)
	require.True(t, ok)
	require.Equal(t, types.Unit{Symbol: "USDC", Decimals: 6, Name: "USDC"}, unit)
	require.Equal(t, []string{"uusdc"}, m.DenomUnits[0].Aliases, "what it is called elsewhere stays")
	require.Equal(t, "of another chain", m.Description)
	c.RequireInvariants()

	changed := row(fromAfar, "USDC.n")
	changed.Unit.Name, changed.Unit.Decimals, changed.MinPayment = "USD Coin", 18, sdkmath.NewInt(7)
	require.NoError(t, vote(c, changed))
	m = metadataOf(t, c, fromAfar)
	require.Equal(t, []any{"USDC.n", "USD Coin", "usdc.n"}, []any{m.Symbol, m.Name, m.Display})
	c.RequireInvariants()

	require.NoError(t, vote(c, row(fromAfar, "")))
	require.Equal(t, fromAfar, metadataOf(t, c, fromAfar).Symbol)
	require.NoError(t, vote(c, row(fromAfar, "USDC")))
	setParams(t, c, func(p *types.Params) { p.Denoms = before.Denoms })
	require.Equal(t, fromAfar, metadataOf(t, c, fromAfar).Symbol, "who is accepted no more gives the symbol back")
	require.NoError(t, vote(c, row("uother", "USDC")))
	c.RequireInvariants()
	c.RequireSameExport()
}

// No vote renames the staking token or gives two denoms one symbol, and a refused one changes nothing.
func TestASymbolIsOneDenoms(t *testing.T) {
	c := described(t)
	require.NoError(t, vote(c, row(fromAfar, "USDC")))
	before := stateOf(t, c)
	edit := func(symbol string, change func(*types.AcceptedDenom)) types.AcceptedDenom {
		d := row("ibc/AA", symbol)
		change(&d)
		return d
	}
	for name, d := range map[string]types.AcceptedDenom{
		"another's":                  row("ibc/AA", "USDC"),
		"in other letters":           row("ibc/AA", "Usdc"),
		"the staking token's":        row("ibc/AA", "STEM"),
		"the staking denom":          row("ibc/AA", "UStem"),
		"the staking token renamed":  row("ustem", "GOLD"),
		"with other decimals":        func() types.AcceptedDenom { d := row("ustem", "STEM"); d.Unit.Decimals = 18; return d }(),
		"genesis said it":            row("ibc/AA", "usdx"),
		"an accepted denom":          row("ibc/AA", "UUSDC"),
		"its own denom":              row("uusdc", "UUSDC"),
		"too short":                  row("ibc/AA", "US"),
		"too long":                   row("ibc/AA", "USDCUSDCUSDCUSDCU"),
		"letters that look the same": row("ibc/AA", "USD\u0421"),
		"a space":                    row("ibc/AA", "US DC"),
		"the end of a sentence":      row("ibc/AA", "USDC."),
		"a way":                      row("ibc/AA", "ibc/USDC"),
		"a digit in front":           row("ibc/AA", "1USD"),
		"control characters":         row("ibc/AA", "US\x1b[2J"),
		"no symbol":                  edit("", func(d *types.AcceptedDenom) { d.Unit = &types.Unit{Decimals: 6} }),
		"no decimals":                edit("EUR", func(d *types.AcceptedDenom) { d.Unit.Decimals = 0 }),
		"too many":                   edit("EUR", func(d *types.AcceptedDenom) { d.Unit.Decimals = 19 }),
		"a long name":                edit("EUR", func(d *types.AcceptedDenom) { d.Unit.Name = strings.Repeat("x", 65) }),
		"a name of two lines":        edit("EUR", func(d *types.AcceptedDenom) { d.Unit.Name = "Euro\nUSDC" }),
		"a name that begins late":    edit("EUR", func(d *types.AcceptedDenom) { d.Unit.Name = " Euro" }),
	} {
		t.Run(name, func(t *testing.T) {
			require.ErrorIs(t, vote(c, d), types.ErrInvalidUnit)
			require.Equal(t, before, stateOf(t, c))
			c.RequireInvariants()
		})
	}
	require.NoError(t, vote(c, row("ustem", "STEM")), "what is so can be said")
	require.ErrorIs(t, c.Deliver(bob, &types.MsgAcceptDenom{Authority: bob.String(), Accepted: row("ibc/AA", "EUR")}).Err(),
		sdkerrors.ErrUnauthorized)
	params, err := c.App.Keepers.Royalty.Params.Get(c.Ctx())
	require.NoError(t, err)
	for len(params.Denoms) < types.MaxDenoms {
		require.NoError(t, vote(c, row("ibc/B"+strings.Repeat("B", len(params.Denoms)), "")))
		params, err = c.App.Keepers.Royalty.Params.Get(c.Ctx())
		require.NoError(t, err)
	}
	require.ErrorIs(t, vote(c, row("ibc/AA", "EUR")), types.ErrInvalidParams)
}

// What genesis calls a part of an accepted denom is no other's symbol, whether a row says the unit or not, and in whatever order.
func TestAPartOfAUnitIsNoSymbol(t *testing.T) {
	parted := types.Unit{Symbol: "USDX", Decimals: 6}.Metadata("uusdc", banktypes.Metadata{})
	parted.DenomUnits = slices.Insert(parted.DenomUnits, 1, &banktypes.DenomUnit{Denom: "musdx", Exponent: 3})
	c := chain.New(t, chain.Genesis(func(cdc codec.Codec, state app.GenesisState) {
		var bank banktypes.GenesisState
		cdc.MustUnmarshalJSON(state[banktypes.ModuleName], &bank)
		bank.DenomMetadata = append(bank.DenomMetadata, parted)
		state[banktypes.ModuleName] = cdc.MustMarshalJSON(&bank)
	}))
	require.ErrorIs(t, vote(c, row(fromAfar, "mUSDX")), types.ErrInvalidUnit)
	require.NoError(t, vote(c, row("uusdc", "USDX")))
	require.Equal(t, parted, metadataOf(t, c, "uusdc"), "what is so stays")
	require.ErrorIs(t, vote(c, row(fromAfar, "mUSDX")), types.ErrInvalidUnit)
	require.NoError(t, vote(c, row(fromAfar, "USDC")))

	// Two trade their symbols in one vote, and what is written anew has its other names no more.
	setParams(t, c, func(p *types.Params) {
		for i, symbol := range map[string]string{"uusdc": "USDC", fromAfar: "USDX"} {
			at := slices.IndexFunc(p.Denoms, func(d types.AcceptedDenom) bool { return d.Denom == i })
			p.Denoms[at] = row(i, symbol)
		}
	})
	require.Len(t, metadataOf(t, c, "uusdc").DenomUnits, 2)
	require.NoError(t, vote(c, row("ibc/AA", "mUSDX")))
	c.RequireInvariants()
	c.RequireSameExport()
}

// Whoever accepts a denom by the name of another's symbol takes that from nobody: clients show none of two that one name stands for. The
// symbol may be of genesis, where the row says no unit.
func TestADenomIsNoOthersSymbol(t *testing.T) {
	c := described(t)
	require.NoError(t, vote(c, row(fromAfar, "USDC")))
	before := stateOf(t, c)
	for _, d := range []types.AcceptedDenom{
		row("usdx", ""), row("USDX", "EUR"), row("stem", ""), row("STEM", "EUR"), row("usdc", ""), row("Usdc", "EUR"),
	} {
		require.ErrorIs(t, vote(c, d), types.ErrInvalidUnit, d.Denom)
		require.Equal(t, before, stateOf(t, c))
	}
	require.NoError(t, vote(c, row(fromAfar, "")))
	require.NoError(t, vote(c, row("usdc", "")), "nobody has it any more")
	require.ErrorIs(t, vote(c, row(fromAfar, "USDC")), types.ErrInvalidUnit)
	c.RequireInvariants()
	c.RequireSameExport()
}

// What vouchers that nobody accepted call themselves takes no symbol away.
func TestAStrangersVoucherTakesNoSymbol(t *testing.T) {
	c := described(t)
	c.Write(func(ctx sdk.Context) error {
		c.App.Keepers.Bank.SetDenomMetaData(ctx, types.Unit{Symbol: "USDC", Decimals: 6}.Metadata("ibc/BAD", banktypes.Metadata{}))
		return nil
	})
	require.NoError(t, vote(c, row(fromAfar, "USDC")))
	require.ErrorIs(t, vote(c, row("ibc/BAD", "")), types.ErrInvalidUnit, "nor is it accepted with it")

	// A genesis may say the units of two vouchers, of which no row says one.
	require.NoError(t, vote(c, row(fromAfar, "")))
	c.Write(func(ctx sdk.Context) error {
		c.App.Keepers.Bank.SetDenomMetaData(ctx, types.Unit{Symbol: "UsdX", Decimals: 6}.Metadata("ibc/BAD", banktypes.Metadata{}))
		return nil
	})
	require.ErrorIs(t, vote(c, row("ibc/BAD", "")), types.ErrInvalidUnit, "genesis said it of uusdc")
	require.NoError(t, vote(c, row("ibc/BAD", "EUR")))
}

// The two parts of a genesis that speak of a unit agree, or the chain does not begin; without the bank's the chain has it from the
// params.
func TestAGenesisSaysAUnitOnce(t *testing.T) {
	c := described(t)
	require.NoError(t, vote(c, row(fromAfar, "USDC")))
	c.NextBlock()
	edit := func(change func(*types.Params)) json.RawMessage {
		return edited(t, c, func(gs *types.GenesisState) { change(&gs.Params) })
	}
	at := func(p *types.Params, denom string) *types.AcceptedDenom {
		return &p.Denoms[slices.IndexFunc(p.Denoms, func(d types.AcceptedDenom) bool { return d.Denom == denom })]
	}
	require.NoError(t, c.TryImport(edit(func(*types.Params) {}), c.Height()+1))
	for says, change := range map[string]func(*types.Params){
		"bank's denom_metadata says otherwise": func(p *types.Params) { at(p, fromAfar).Unit.Decimals = 18 },
		"6 decimals of ustem":                  func(p *types.Params) { at(p, "ustem").Unit = &types.Unit{Symbol: "GOLD", Decimals: 6} },
		"is a name of uusdc already": func(p *types.Params) {
			p.Denoms = append([]types.AcceptedDenom{row("ibc/11", "USDX")}, p.Denoms...)
		},
	} {
		require.ErrorContains(t, c.TryImport(edit(change), c.Height()+1), says)
	}
	require.NoError(t, c.TryImport(edit(func(p *types.Params) {
		p.Denoms = append([]types.AcceptedDenom{row("ibc/11", "EUR")}, p.Denoms...)
	}), c.Height()+1))
}

// Whatever is voted, no two accepted denoms have one symbol, and the staking token keeps its.
func TestNoVotesMakeTwoOfOneSymbol(t *testing.T) {
	c := described(t)
	names := []string{"", "USDC", "usdc", "Usdc.n", "STEM", "stem", "USDX", "EUR", "uusdc", "ustem", "uother"}
	rapid.Check(t, func(r *rapid.T) {
		d := row(rapid.SampledFrom([]string{fromAfar, "ibc/AA", "uusdc", "ustem", "uother"}).Draw(r, "denom"),
			rapid.SampledFrom(names).Draw(r, "symbol"))
		drops := rapid.IntRange(0, 4).Draw(r, "drops") == 0
		if drops {
			c.Write(func(ctx sdk.Context) error {
				params, err := c.App.Keepers.Royalty.Params.Get(ctx)
				require.NoError(r, err)
				params.Denoms = slices.DeleteFunc(params.Denoms, func(a types.AcceptedDenom) bool { return a.Denom == d.Denom })
				cached, write := ctx.CacheContext()
				if c.App.Keepers.Royalty.UpdateParams(cached, params) == nil {
					write()
				}
				return nil
			})
		} else if err := vote(c, d); err != nil {
			require.ErrorIs(r, err, types.ErrInvalidUnit)
		}
		seen := map[string]string{}
		c.App.Keepers.Bank.IterateAllDenomMetaData(c.Ctx(), func(m banktypes.Metadata) bool {
			require.NoError(r, m.Validate())
			if unit, ok := types.UnitIn(m); ok {
				require.Empty(r, seen[unit.Claims()], "%s and %s", m.Base, seen[unit.Claims()])
				seen[unit.Claims()] = m.Base
			}
			return false
		})
		require.Equal(r, "ustem", seen["stem"])
	})
	c.RequireInvariants()
}
