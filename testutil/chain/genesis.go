package chain

import (
	"encoding/json"
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/ed25519"
	cmttypes "github.com/cometbft/cometbft/types"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/app"
	feemarkettypes "github.com/stemma-chain/stemma/x/feemarket/types"
)

// maxLater is how many accounts can be named after genesis.
const maxLater = 1_000_000

// faucet pays the accounts that a test names after genesis.
var faucet = Named("faucet")

var usual = []Account{
	faucet, Named("alice"), Named("bob"), Named("carol"), Named("dave"), Named("erin"), Named("fan"), Named("mallory"),
}

// initialState is a genesis with one validator and the funded accounts.
func (c *Chain) initialState(s settings) (app.GenesisState, error) {
	key := ed25519.GenPrivKeyFromSecret([]byte("stemma test validator"))
	validators := cmttypes.NewValidatorSet([]*cmttypes.Validator{cmttypes.NewValidator(key.PubKey(), 1)})

	seen := make(map[string]bool)
	var accounts []authtypes.GenesisAccount
	var balances []banktypes.Balance
	for _, a := range append(append([]Account{}, usual...), s.accounts...) {
		if seen[a.Name] {
			continue
		}
		seen[a.Name] = true
		accounts = append(accounts, authtypes.NewBaseAccount(a.Address, nil, uint64(len(accounts)), 0))
		balance := s.balance
		if a.Name == faucet.Name {
			balance = balance.MulInt(math.NewInt(maxLater))
		}
		balances = append(balances, banktypes.Balance{Address: a.String(), Coins: balance})
	}
	state, err := simtestutil.GenesisStateWithValSet(c.App.Encoding().Codec, c.App.DefaultGenesis(), validators,
		accounts, balances...)
	if err != nil {
		return nil, err
	}
	app.AcceptLocalDenom(c.App.Encoding().Codec, state)
	if !s.feeMarket {
		freeGas(c.App.Encoding().Codec, state)
	}
	for _, edit := range s.edit {
		edit(c.App.Encoding().Codec, state)
	}
	return state, nil
}

// freeGas turns the fee market off.
func freeGas(cdc codec.Codec, state app.GenesisState) {
	var fees feemarkettypes.GenesisState
	cdc.MustUnmarshalJSON(state[feemarkettypes.ModuleName], &fees)
	fees.Params.Floor, fees.Price = math.ZeroInt(), math.ZeroInt()
	state[feemarkettypes.ModuleName] = cdc.MustMarshalJSON(&fees)
}

// initChain hands the state to the app; its first block will have this height.
func (c *Chain) initChain(state json.RawMessage, height int64) error {
	params := app.ConsensusParams().ToProto()
	c.past.Genesis = &abci.RequestInitChain{
		Time:            c.now,
		ChainId:         ID,
		ConsensusParams: &params,
		AppStateBytes:   state,
		InitialHeight:   height,
	}
	if _, err := c.App.InitChain(c.past.Genesis); err != nil {
		return fmt.Errorf("init chain: %w", err)
	}
	c.height = height - 1
	return nil
}
