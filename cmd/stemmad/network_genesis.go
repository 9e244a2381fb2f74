package main

import (
	"context"
	"fmt"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/client/tx"
	"github.com/cosmos/cosmos-sdk/crypto/hd"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/stemma-chain/stemma/app"
)

// What each account of a local network starts with, and what each validator
// stakes of it: a million and a hundred thousand whole tokens.
const (
	localBalance = 1_000_000_000_000
	localStake   = 100_000_000_000
)

// genesisState funds the validators and the further accounts, whose keys go
// into every node's keyring, and has each validator stake.
func (p networkPlan) genesisState(model *app.App) (app.GenesisState, error) {
	var owners []sdk.AccAddress
	var stakes []sdk.Tx
	for _, n := range p.nodes {
		owner, _, err := newKey(n.keyring, n.name)
		if err != nil {
			return nil, err
		}
		stake, err := p.stake(model, n, owner)
		if err != nil {
			return nil, fmt.Errorf("stake of %s: %w", n.name, err)
		}
		owners, stakes = append(owners, owner), append(stakes, stake)
	}
	for _, name := range p.accounts {
		owner, mnemonic, err := newKey(p.nodes[0].keyring, name)
		if err != nil {
			return nil, err
		}
		for _, n := range p.nodes[1:] {
			if _, err := n.keyring.NewAccount(name, mnemonic, "", hdPath(), hd.Secp256k1); err != nil {
				return nil, fmt.Errorf("key of %s for %s: %w", name, n.name, err)
			}
		}
		owners = append(owners, owner)
	}
	state := model.DefaultGenesis()
	if err := fund(model, state, owners); err != nil {
		return nil, err
	}
	encoding := model.Encoding()
	app.AcceptLocalDenom(encoding.Codec, state)
	return genutil.SetGenTxsInAppGenesisState(encoding.Codec, encoding.TxConfig.TxJSONEncoder(), state, stakes)
}

func hdPath() string { return sdk.GetConfig().GetFullBIP44Path() }

// newKey makes a key under this name, replacing one that is there.
func newKey(ring keyring.Keyring, name string) (sdk.AccAddress, string, error) {
	if _, err := ring.Key(name); err == nil {
		if err := ring.Delete(name); err != nil {
			return nil, "", fmt.Errorf("replace the key of %s: %w", name, err)
		}
	}
	record, mnemonic, err := ring.NewMnemonic(name, keyring.English, hdPath(), "", hd.Secp256k1)
	if err != nil {
		return nil, "", fmt.Errorf("key of %s: %w", name, err)
	}
	address, err := record.GetAddress()
	return address, mnemonic, err
}

// fund gives each owner an account and the local balance in both denoms.
func fund(model *app.App, state app.GenesisState, owners []sdk.AccAddress) error {
	cdc := model.Encoding().Codec
	balance := sdk.NewCoins(sdk.NewInt64Coin(app.StakingDenom, localBalance), sdk.NewInt64Coin(app.LocalDenom, localBalance))
	accounts := make(authtypes.GenesisAccounts, len(owners))
	bank := banktypes.DefaultGenesisState()
	for i, owner := range owners {
		accounts[i] = authtypes.NewBaseAccount(owner, nil, uint64(i), 0)
		bank.Balances = append(bank.Balances, banktypes.Balance{Address: owner.String(), Coins: balance})
		bank.Supply = bank.Supply.Add(balance...)
	}
	bank.Balances = banktypes.SanitizeGenesisBalances(bank.Balances)
	bank.DenomMetadata = []banktypes.Metadata{app.StakingMetadata(), app.LocalMetadata()}
	state[authtypes.ModuleName] = cdc.MustMarshalJSON(authtypes.NewGenesisState(authtypes.DefaultParams(), accounts))
	state[banktypes.ModuleName] = cdc.MustMarshalJSON(bank)
	return banktypes.GenesisState{
		Params: bank.Params, Balances: bank.Balances, Supply: bank.Supply, DenomMetadata: bank.DenomMetadata,
	}.Validate()
}

// stake is the signed transaction that makes the node a validator at genesis.
func (p networkPlan) stake(model *app.App, n nodePlan, owner sdk.AccAddress) (sdk.Tx, error) {
	tenth := math.LegacyNewDecWithPrec(1, 1)
	msg, err := stakingtypes.NewMsgCreateValidator(
		sdk.ValAddress(owner).String(), n.key, sdk.NewInt64Coin(app.StakingDenom, localStake),
		stakingtypes.NewDescription(n.name, "", "", "", ""),
		stakingtypes.NewCommissionRates(tenth, math.LegacyOneDec(), math.LegacyOneDec()), math.OneInt(),
	)
	if err != nil {
		return nil, err
	}
	config := model.Encoding().TxConfig
	builder := config.NewTxBuilder()
	if err := builder.SetMsgs(msg); err != nil {
		return nil, err
	}
	builder.SetMemo(n.id + "@" + n.ports.p2p)
	factory := tx.Factory{}.WithChainID(p.chainID).WithKeybase(n.keyring).WithTxConfig(config).
		WithSignMode(signing.SignMode_SIGN_MODE_DIRECT)
	if err := tx.Sign(context.Background(), factory, n.name, builder, true); err != nil {
		return nil, err
	}
	return builder.GetTx(), nil
}
