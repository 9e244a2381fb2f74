package chain

import (
	"testing"
	"time"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/server"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/internal/amounts"
)

// ID is the chain id of every test chain.
const ID = "stemma-test"

type settings struct {
	accounts  []Account
	balance   sdk.Coins
	options   simtestutil.AppOptionsMap
	openDB    func(t testing.TB) dbm.DB
	edit      []func(codec.Codec, app.GenesisState)
	blockTime time.Duration
	start     time.Time

	minGasPrices string
	feeMarket    bool
	twice        bool
	signed       Validators
}

// Option changes how New makes the chain.
type Option func(*settings)

func defaultSettings() settings {
	return settings{
		balance:   coins("1000000000000000"+app.LocalDenom, "1000000000000000"+app.StakingDenom),
		options:   simtestutil.AppOptionsMap{},
		openDB:    func(testing.TB) dbm.DB { return dbm.NewMemDB() },
		blockTime: time.Second,
		start:     time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
	}
}

// Accounts funds these at genesis. Alice, bob, carol, dave, erin, fan and
// mallory are always there.
func Accounts(accounts ...Account) Option {
	return func(s *settings) { s.accounts = append(s.accounts, accounts...) }
}

// Balance is what each account starts with, in place of 10^15 of both denoms.
func Balance(amount string) Option {
	return func(s *settings) { s.balance = coins(amount) }
}

// BlockSTM executes transactions in parallel, with as many workers as given;
// 0 means one per processor.
func BlockSTM(workers int) Option {
	return func(s *settings) {
		s.options[server.FlagBlockExecutor] = serverconfig.BlockExecutorBlockSTM
		s.options[server.FlagBlockSTMWorkers] = workers
		s.options[server.FlagBlockSTMPreEstimate] = true
	}
}

// GoLevelDB keeps the state on disk, as a node does, in a folder of the test.
func GoLevelDB() Option {
	return func(s *settings) {
		s.openDB = func(t testing.TB) dbm.DB {
			db, err := app.OpenDB(t.TempDir(), dbm.GoLevelDBBackend)
			require.NoError(t, err)
			t.Cleanup(func() { _ = db.Close() })
			return db
		}
	}
}

// DB keeps the state in a database of the caller's.
func DB(db dbm.DB) Option {
	return func(s *settings) { s.openDB = func(testing.TB) dbm.DB { return db } }
}

// Genesis edits the genesis before the chain starts.
func Genesis(edit func(cdc codec.Codec, state app.GenesisState)) Option {
	return func(s *settings) { s.edit = append(s.edit, edit) }
}

// BlockTime is the time between blocks, in place of one second.
func BlockTime(d time.Duration) Option {
	return func(s *settings) { s.blockTime = d }
}

// MinGasPrices is what the mempool asks for, in place of nothing.
func MinGasPrices(prices string) Option {
	return func(s *settings) { s.minGasPrices = prices }
}

// FeeMarket has transactions pay the base price, in place of nothing: the market is off
// in tests that are about something else.
func FeeMarket() Option {
	return func(s *settings) { s.feeMarket = true }
}

// AppOption sets a value that a node would read from app.toml.
func AppOption(key string, value any) Option {
	return func(s *settings) { s.options[key] = value }
}

func coins(lists ...string) sdk.Coins {
	all := sdk.NewCoins()
	for _, list := range lists {
		parsed, err := amounts.ParseCoins(list)
		if err != nil {
			panic(err)
		}
		all = all.Add(parsed...)
	}
	return all
}
