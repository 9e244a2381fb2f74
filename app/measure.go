package app

import (
	"context"
	"encoding/binary"
	"errors"
	"math/big"
	"time"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/version"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/stemma-chain/stemma/app/metrics"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	royaltykeeper "github.com/stemma-chain/stemma/x/royalty/keeper"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// sweepObserver measures the sweep.
type sweepObserver struct{ set *metrics.Set }

// SweepBegins implements royaltykeeper.Observer.
func (o sweepObserver) SweepBegins() (ended func(royaltykeeper.Swept)) {
	end := o.set.Timed(metrics.Sweep)
	return func(s royaltykeeper.Swept) {
		end()
		o.set.Swept(metrics.Swept{
			Receivers: s.Receivers, ReceiverBudget: s.SweepBudget, Payouts: s.Payouts, PayoutBudget: s.PayoutBudget, Left: s.Left,
		})
	}
}

// measure says what of the app is read when somebody asks for the metrics.
func (app *App) measure(executor string) {
	if executor == "" {
		executor = "sequential"
	}
	app.metrics.From(func(s *metrics.Samples) error {
		s.Add(metrics.BuildInfo, 1, version.Version, executor)
		s.Add(metrics.SignaturesKnown, float64(app.VerifiedBefore()))
		s.Add(metrics.PoolTransactions, float64(app.pool.Len()))
		s.Add(metrics.PoolTransactionsMax, float64(app.pool.Limits().Txs))
		s.Add(metrics.PoolBytes, float64(app.pool.Bytes()))
		s.Add(metrics.PoolBytesMax, float64(app.pool.Limits().Bytes))
		for _, u := range app.queries.Uses() {
			s.Add(metrics.QueriesRunning, float64(u.Running), u.Of)
			s.Add(metrics.QueriesMax, float64(u.Max), u.Of)
			s.Add(metrics.QueriesRefused, float64(u.Refused), u.Of)
		}
		return nil
	})
	app.metrics.From(app.stateSamples)
}

// MeasureValidator adds what the chain says of the validator that signs by this address.
func (app *App) MeasureValidator(signer sdk.ConsAddress) {
	app.metrics.From(func(s *metrics.Samples) error {
		if app.LastBlockHeight() == 0 {
			return nil
		}
		ctx, err := app.CreateQueryContext(0, false)
		if err != nil {
			return err
		}
		validator, err := app.Keepers.Staking.GetValidatorByConsAddr(ctx, signer)
		if errors.Is(err, stakingtypes.ErrNoValidatorFound) {
			return nil
		}
		if err != nil {
			return err
		}
		power, jailed := validator.ConsensusPower(sdk.DefaultPowerReduction), 0.0
		if validator.Jailed {
			jailed = 1
		}
		s.Add(metrics.ValidatorPower, float64(power))
		s.Add(metrics.ValidatorJailed, jailed)
		window, err := app.Keepers.Slashing.SignedBlocksWindow(ctx)
		if err != nil {
			return err
		}
		least, err := app.Keepers.Slashing.MinSignedPerWindow(ctx)
		if err != nil {
			return err
		}
		signing, err := app.Keepers.Slashing.GetValidatorSigningInfo(ctx, signer)
		if err != nil && !errors.Is(err, slashingtypes.ErrNoSigningInfoFound) { // one that has just begun has none
			return err
		}
		s.Add(metrics.ValidatorMissed, float64(signing.MissedBlocksCounter))
		s.Add(metrics.ValidatorMissedMax, float64(window-least))
		return nil
	})
}

// stateSamples are read from the last block's state, as a query reads it.
func (app *App) stateSamples(s *metrics.Samples) error {
	if app.LastBlockHeight() == 0 {
		s.Add(metrics.BlockHeight, 0) // a node that gets no blocks is behind
		return nil
	}
	ctx, err := app.CreateQueryContext(0, false)
	if err != nil {
		return err
	}
	s.Add(metrics.BlockHeight, float64(ctx.BlockHeight()))
	s.Add(metrics.BlockTime, seconds(ctx.BlockTime()))
	log, err := app.Keepers.Headers.Read(ctx)
	if err != nil {
		return err
	}
	s.Add(metrics.HeadersLogged, float64(log.Size))
	market, err := app.Keepers.FeeMarket.Market(ctx)
	if err != nil {
		return err
	}
	s.Add(metrics.BasePrice, decimal(market.Price.BigInt(), 18))
	if err := app.royaltySamples(ctx, s); err != nil {
		return err
	}
	return app.disputeSamples(ctx, s)
}

func (app *App) royaltySamples(ctx sdk.Context, s *metrics.Samples) error {
	royalty, now := app.Keepers.Royalty, uint64(ctx.BlockHeight())
	err := royalty.Turnovers.Walk(ctx, nil, func(denom string, t royaltytypes.Turnover) (bool, error) {
		s.Add(metrics.RoyaltyPaidIn, decimal(t.PaidIn.BigInt(), 0), denom)
		s.Add(metrics.RoyaltyPaidOut, decimal(t.PaidOut.BigInt(), 0), denom)
		return false, nil
	})
	if err != nil {
		return err
	}
	late := func(height uint64) []byte { return binary.BigEndian.AppendUint64(nil, flow.Late+height) }
	for _, lane := range []struct {
		name string
		from []byte
		// Stages of the usual lane wait by rounds, all else by heights.
		stages, payouts []byte
		began           uint64
	}{
		{"usual", nil, late(0), binary.BigEndian.AppendUint64(nil, now+1), 0},
		{"late", late(0), late(now + 1), late(now + 1), flow.Late},
	} {
		stages, err := countRaw(ctx, royalty.Queue, lane.from, lane.stages, nil)
		if err != nil {
			return err
		}
		s.Add(metrics.RoyaltyStages, float64(stages), lane.name)
		oldest := now
		payouts, err := countRaw(ctx, royalty.Payouts, lane.from, lane.payouts, func(key collections.Triple[uint64, sdk.AccAddress, string]) {
			oldest = min(oldest, key.K1()-lane.began)
		})
		if err != nil {
			return err
		}
		s.Add(metrics.RoyaltyPayouts, float64(payouts), lane.name)
		s.Add(metrics.RoyaltyPayoutsBlocks, float64(now-oldest), lane.name)
	}
	changes := 0
	err = royalty.Pools.Changes.Walk(ctx, nil, func(registrytypes.WorkID, royaltytypes.PoolChange) (bool, error) {
		changes++
		return changes == metrics.Most, nil
	})
	s.Add(metrics.RoyaltyPoolChanges, float64(changes))
	return err
}

func (app *App) disputeSamples(ctx sdk.Context, s *metrics.Samples) error {
	open := 0
	next := uint64(0)
	err := app.Keepers.Dispute.Deadlines.Walk(ctx, nil, func(key collections.Pair[uint64, disputetypes.DisputeID]) (bool, error) {
		if open++; open == 1 {
			next = key.K1()
		}
		return open == metrics.Most, nil
	})
	s.Add(metrics.DisputesOpen, float64(open))
	if open > 0 {
		s.Add(metrics.DisputesDeadline, float64(next)/float64(time.Second))
	}
	return err
}

// countRaw counts the items of a part of a queue, up to metrics.Most, and shows the first.
func countRaw[T any](ctx context.Context, queue collections.KeySet[T], from, to []byte, first func(T)) (number int, err error) {
	it, err := queue.IterateRaw(ctx, from, to, collections.OrderAscending)
	if err != nil {
		return 0, err
	}
	defer it.Close()
	for ; it.Valid() && number < metrics.Most; it.Next() {
		if number == 0 && first != nil {
			key, err := it.Key()
			if err != nil {
				return 0, err
			}
			first(key)
		}
		number++
	}
	return number, nil
}

func seconds(t time.Time) float64 { return float64(t.UnixNano()) / float64(time.Second) }

// decimal is an integer with so many decimals as a float, which keeps 15 digits of it.
func decimal(value *big.Int, decimals int64) float64 {
	exact := new(big.Rat).SetFrac(value, new(big.Int).Exp(big.NewInt(10), big.NewInt(decimals), nil))
	near, _ := exact.Float64()
	return near
}
