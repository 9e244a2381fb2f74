package app_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/testutil/chain"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// TestAttack2CoinsOfNobodyInTheRoyaltyAccount: a genesis in which the module's account
// has coins that nobody is owed is to be refused. It starts, and the first payment in
// that denom breaks the books: the export of that chain cannot be imported.
func TestAttack2CoinsOfNobodyInTheRoyaltyAccount(t *testing.T) {
	extra := sdk.NewCoins(sdk.NewInt64Coin("uusdc", 5))
	c := chain.New(t)
	var state app.GenesisState
	require.NoError(t, json.Unmarshal(c.ExportGenesis(), &state))
	cdc := c.App.Encoding().Codec
	var bank banktypes.GenesisState
	cdc.MustUnmarshalJSON(state[banktypes.ModuleName], &bank)
	account := authtypes.NewModuleAddress(royaltytypes.ModuleName).String()
	bank.Balances = append(bank.Balances, banktypes.Balance{Address: account, Coins: extra})
	bank.Supply = bank.Supply.Add(extra...)
	state[banktypes.ModuleName] = cdc.MustMarshalJSON(&bank)
	whole, err := json.Marshal(state)
	require.NoError(t, err)
	if c.TryImport(whole, c.Height()+1) != nil {
		return // refused, as it is to be
	}
	fresh := c.Import(whole, c.Height()+1)
	fresh.NextBlock()
	song := fresh.Register("song", alice)
	fresh.Pay(carol, song, "1000uusdc")
	fresh.NextBlock()
	require.NoError(t, fresh.App.CheckInvariants(fresh.Ctx()))
}

// TestAttack2AFingerprintBreaksTheExport: a registration that anybody can send leaves
// a chain whose invariants are broken and whose export no chain takes.
func TestAttack2AFingerprintBreaksTheExport(t *testing.T) {
	c := chain.New(t)
	msg := chain.RegisterMsg(alice, "a model")
	msg.Works[0].Details.Fingerprints = []registrytypes.Fingerprint{{Scheme: "hf", Value: "openai/whisper-large-v3@main@main"}}
	if err := c.Deliver(alice, msg).Err(); err != nil {
		return // refused, as it may be
	}
	c.NextBlock()
	require.NoError(t, c.App.CheckInvariants(c.Ctx()))
	require.NoError(t, c.TryImport(c.ExportGenesis(), c.Height()+1))
}

// TestAttack2AChannelThatCanNeverBeClosed: a message that opens a payment channel whose
// payer may not receive is refused, for the rest could not go back. A genesis with one
// starts, and the money is stuck.
func TestAttack2AChannelThatCanNeverBeClosed(t *testing.T) {
	c := chain.New(t)
	song := c.Register("song", alice)
	c.MustDeliver(bob, chain.PaymentChannelMsg(bob, 1, sdk.NewInt64Coin("uusdc", 1000), song.Share(chain.Whole)))
	c.NextBlock()
	var state app.GenesisState
	require.NoError(t, json.Unmarshal(c.ExportGenesis(), &state))
	cdc := c.App.Encoding().Codec
	var royalty royaltytypes.GenesisState
	cdc.MustUnmarshalJSON(state[royaltytypes.ModuleName], &royalty)
	blocked := authtypes.NewModuleAddress("distribution")
	royalty.PaymentChannels[0].PaymentChannel.Payer = blocked
	royalty.PaymentChannels[0].PaymentChannel.Receiver = alice.Address
	royalty.Serials[0].Payer = blocked.String()
	state[royaltytypes.ModuleName] = cdc.MustMarshalJSON(&royalty)
	whole, err := json.Marshal(state)
	require.NoError(t, err)
	if c.TryImport(whole, c.Height()+1) != nil {
		return // refused, as it is to be
	}
	fresh := c.Import(whole, c.Height()+1)
	fresh.NextBlock()
	require.NoError(t, fresh.Deliver(alice, chain.CloseMsg(alice, royaltytypes.NewPaymentChannelID(blocked, 1))).Err())
}
