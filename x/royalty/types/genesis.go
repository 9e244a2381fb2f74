package types

import (
	"errors"
	"fmt"
	"time"

	errorsmod "cosmossdk.io/errors"
	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/past"
	"github.com/stemma-chain/stemma/x/royalty/flow"
)

// maxTotalBits bounds the totals in a genesis: they leave room for more than 2^126
// of the largest payments before one reaches flow.MaxBits.
const maxTotalBits = flow.MaxBits - 1

// maxRound bounds the rounds of each lane of the queue in a genesis: one that has a
// next, and more than a chain can ever play.
const maxRound = 1<<62 - 1

func tooLarge(total sdkmath.Int) bool { return total.BigIntMut().BitLen() > maxTotalBits }

// DefaultGenesis accepts the staking token and holds nothing.
func DefaultGenesis() *GenesisState { return &GenesisState{Params: DefaultParams()} }

// Validate fails with ErrInvalidGenesis, naming what is wrong. That works are
// registered and money is covered is for the invariants.
func (gs GenesisState) Validate() error {
	if err := gs.Params.Validate(); err != nil {
		return err
	}
	if err := gs.validateKeys(); err != nil {
		return err
	}
	for _, w := range gs.Works {
		if err := w.validate(); err != nil {
			return ErrInvalidGenesis.Wrapf("work %s: %s", w.Id, err)
		}
	}
	for _, s := range gs.Stages {
		if err := s.validate(); err != nil {
			return ErrInvalidGenesis.Wrapf("stages of %s in %s: %s", s.Work, s.Denom, err)
		}
	}
	for _, b := range gs.Balances {
		if err := validAddress("account", b.Account); err != nil {
			return ErrInvalidGenesis.Wrapf("balance: %s", err)
		}
		if err := b.Amount.Validate(); err != nil || !b.Amount.IsPositive() || tooLarge(b.Amount.Amount) {
			return ErrInvalidGenesis.Wrapf("balance of %s: %s is not a positive amount below 2^%d", b.Account, b.Amount, maxTotalBits)
		}
		if late := b.Late; late != nil && (!late.IsPositive() || late.GT(b.Amount.Amount)) {
			return ErrInvalidGenesis.Wrapf("balance of %s: %s of %s are said to be late; it must be from 1 to all, or unset",
				b.Account, late, b.Amount)
		}
		if b.Due%flow.Late > maxRound {
			return ErrInvalidGenesis.Wrapf("balance of %s: it is due at %d; the last ones possible are %d and, in the late lane, %d",
				b.Account, b.Due, uint64(maxRound), uint64(flow.Late+maxRound))
		}
	}
	for _, t := range gs.Turnovers {
		in, out := t.Turnover.PaidIn, t.Turnover.PaidOut
		if in.IsNil() || out.IsNil() || out.IsNegative() || out.GT(in) || tooLarge(in) {
			return ErrInvalidGenesis.Wrapf("turnover of %s: paid in %s, paid out %s; both must be from 0 to below 2^%d, and no more go out than in",
				t.Denom, in, out, maxTotalBits)
		}
	}
	if gs.Recheck != nil {
		if err := gs.Recheck.validate(); err != nil {
			return ErrInvalidGenesis.Wrapf("recheck: %s", err)
		}
	}
	if err := gs.validatePaymentChannels(); err != nil {
		return err
	}
	if err := gs.ValidateArrears(); err != nil {
		return err
	}
	if err := gs.validatePools(); err != nil {
		return err
	}
	return gs.validateQueues()
}

// validateKeys makes sure that no row takes the place of another.
func (gs GenesisState) validateKeys() error {
	return errors.Join(
		once("works", gs.Works, func(w GenesisWork) string { return w.Id.String() }),
		once("stages", gs.Stages, func(s GenesisStages) string { return fmt.Sprintf("those of %s in %s", s.Work, s.Denom) }),
		once("balances", gs.Balances, func(b GenesisBalance) string {
			return fmt.Sprintf("that of %s in %s", oneSpelling(b.Account), b.Amount.Denom)
		}),
		once("turnovers", gs.Turnovers, func(t GenesisTurnover) string { return t.Denom }),
		once("serials", gs.Serials, func(s GenesisSerial) string { return oneSpelling(s.Payer) }),
		once("pools", gs.Pools, func(p GenesisPool) string { return fmt.Sprintf("that of version %d of %s", p.Version, p.Work) }),
		once("pool_changes", gs.PoolChanges, func(c GenesisPoolChange) string { return c.Work.String() }),
		once("payees", gs.Payees, func(p GenesisPayee) string { return oneSpelling(p.Contributor) }),
		once("queue", gs.Queue, func(d GenesisDirt) string {
			return fmt.Sprintf("%s of %s in %s, round %d, generation %d", d.Stage, d.Work, d.Denom, d.Round, d.Generation)
		}),
	)
}

func once[Row any](list string, rows []Row, key func(Row) string) error {
	seen := make(map[string]bool, len(rows))
	for _, row := range rows {
		name := key(row)
		if seen[name] {
			return ErrInvalidGenesis.Wrapf("%s: %s comes twice", list, name)
		}
		seen[name] = true
	}
	return nil
}

// oneSpelling of an address that may be in capitals. One that is not an address is
// refused later.
func oneSpelling(account string) string {
	address, err := sdk.AccAddressFromBech32(account)
	if err != nil {
		return account
	}
	return address.String()
}

// validatePaymentChannels also makes sure that no id can be opened again.
func (gs GenesisState) validatePaymentChannels() error {
	last := make(map[string]uint64, len(gs.Serials))
	for _, s := range gs.Serials {
		payer, err := sdk.AccAddressFromBech32(s.Payer)
		if err != nil {
			return ErrInvalidGenesis.Wrapf("serials: payer %q: %s", s.Payer, err)
		}
		last[string(payer)] = s.Last
	}
	seen := make(map[PaymentChannelID]bool, len(gs.PaymentChannels))
	for _, c := range gs.PaymentChannels {
		id := c.PaymentChannel.ID()
		if err := c.PaymentChannel.Validate(c.Payees); err != nil {
			return ErrInvalidGenesis.Wrap(err.Error())
		}
		if err := sdk.ValidateDenom(c.PaymentChannel.Denom); err != nil {
			return ErrInvalidGenesis.Wrapf("payment channel %s: %s", id, err)
		}
		if seen[id] || c.PaymentChannel.Serial > last[string(c.PaymentChannel.Payer)] {
			return ErrInvalidGenesis.Wrapf("payment channel %s is there twice, or its serial %d is above the last of its payer", id,
				c.PaymentChannel.Serial)
		}
		seen[id] = true
	}
	return nil
}

func (gs GenesisState) validateQueues() error {
	for _, d := range gs.Queue {
		if err := d.Work.Given("work"); err != nil {
			return ErrInvalidGenesis.Wrapf("queue: %s", err)
		}
		if _, known := StageKind_name[int32(d.Stage)]; !known {
			return ErrInvalidGenesis.Wrapf("queue: stage %d of %s is unknown", d.Stage, d.Work)
		}
		if d.Round%flow.Late > maxRound {
			return ErrInvalidGenesis.Wrapf("queue: %s of %s waits for round %d; the last ones possible are %d and, in the late lane, %d",
				d.Stage, d.Work, d.Round, uint64(maxRound), uint64(flow.Late+maxRound))
		}
	}
	return nil
}

func (w GenesisWork) validate() error {
	if err := w.Id.Given("id"); err != nil {
		return err
	}
	if err := w.validateDestination(); err != nil {
		return err
	}
	if taking := w.Head.Taking; taking != nil {
		if err := taking.Validate(); err != nil {
			return err
		}
	}
	if closure, err := flow.UnpackClosure(w.Closure); err != nil {
		return err
	} else if len(closure) != int(w.Head.Closure) {
		return fmt.Errorf("its closure has %d works, its head says %d", len(closure), w.Head.Closure)
	}
	for _, h := range w.Holders {
		if err := h.Holders.Validate(); err != nil {
			return fmt.Errorf("version %d of its holders: %s", h.Version, err)
		}
	}
	for _, u := range w.Upstream {
		upstream, err := u.Upstream.Unpack()
		if err == nil {
			err = upstream.Check()
		}
		if err != nil {
			return fmt.Errorf("version %d of what it owes: %s", u.Version, err)
		}
	}
	return w.validateEpochs()
}

func (w GenesisWork) validateDestination() error {
	switch _, known := DestinationKind_name[int32(w.Head.Destination)]; {
	case known && (w.Head.Destination == DESTINATION_ITSELF) != (w.Head.AwaySince == 0):
		return fmt.Errorf("its destination is %s, since block %d", w.Head.Destination, w.Head.AwaySince)
	case !known:
		return fmt.Errorf("destination %d is unknown", w.Head.Destination)
	case w.Head.Destination == DESTINATION_ANOTHER:
		return w.Destination.Given("destination")
	case !w.Destination.IsZero():
		return fmt.Errorf("its destination is %s, but another work %s is named", w.Head.Destination, w.Destination)
	}
	return nil
}

// validateEpochs checks that each epoch from 1 on came with one list, that the list
// names the version of the other, and that the head names the last of both.
func (w GenesisWork) validateEpochs() error {
	var holders, upstream uint32
	var since uint64
	tables, lists := w.Holders, w.Upstream
	for epoch := uint64(1); len(tables)+len(lists) > 0; epoch++ {
		var other, want uint32
		var came uint64
		switch {
		case len(tables) > 0 && uint64(tables[0].Version) == epoch:
			holders, other, want = tables[0].Version, tables[0].Holders.UpstreamVersion, upstream
			came = tables[0].Holders.Since
			if earned := tables[0].Holders.EarnedSince; earned > came {
				return fmt.Errorf("the table of epoch %d came in block %d, and goes for what was earned from block %d on", epoch, came, earned)
			}
			tables = tables[1:]
		case len(lists) > 0 && uint64(lists[0].Version) == epoch:
			upstream, other, want = lists[0].Version, lists[0].Upstream.HoldersVersion, holders
			came = lists[0].Upstream.Since
			lists = lists[1:]
		default:
			return fmt.Errorf("no list came with epoch %d", epoch)
		}
		if other != want {
			return fmt.Errorf("the list of epoch %d says that the other was at version %d; it was at %d", epoch, other, want)
		}
		if came < since {
			return fmt.Errorf("the list of epoch %d came in block %d, the one before in block %d", epoch, came, since)
		}
		since = came
	}
	if w.Head.HoldersVersion != holders || w.Head.UpstreamVersion != upstream || w.Head.Epoch != uint64(max(holders, upstream)) {
		return fmt.Errorf("it is in epoch %d with holders at version %d and upstream at %d; the lists end at %d and %d",
			w.Head.Epoch, w.Head.HoldersVersion, w.Head.UpstreamVersion, holders, upstream)
	}
	return nil
}

func (r Recheck) validate() error {
	if len(r.Next) == 0 {
		return nil
	}
	var err error
	if r.Balances {
		_, _, err = BalanceKey.Decode(r.Next)
	} else {
		_, _, err = StageKey.Decode(r.Next)
	}
	return err
}

// Validate checks that a table has 1 to 32 holders, each an address, sorted, each
// once, with shares that sum to the whole.
func (h Holders) Validate() error {
	if n := len(h.Shares); n < 1 || n > flow.MaxRuledHolders {
		return ErrTooManyHolders.Wrapf("%d holders; 1 to %d are possible", n, flow.MaxRuledHolders)
	}
	var sum uint64
	for i, s := range h.Shares {
		if err := sdk.VerifyAddressFormat(s.Account); err != nil {
			return ErrInvalidShares.Wrapf("holder %d: %s", i, err)
		}
		if s.Weight < flow.MinShare {
			return ErrInvalidShares.Wrapf("%s has a share of %d ppm; %d is the least", s.Account, s.Weight, flow.MinShare)
		}
		if i > 0 && string(h.Shares[i-1].Account) >= string(s.Account) {
			return ErrInvalidShares.Wrap("holders are not sorted or not unique")
		}
		sum += uint64(s.Weight)
	}
	if sum != flow.Whole {
		return ErrInvalidShares.Wrapf("the shares sum to %d ppm, not to %d", sum, flow.Whole)
	}
	return nil
}

func (s GenesisStages) validate() error {
	if err := s.Work.Given("work"); err != nil {
		return err
	}
	if err := sdk.ValidateDenom(s.Denom); err != nil {
		return err
	}
	return s.Stages.Validate()
}

// Validate checks that no stage holds less than nothing or more than entered,
// and that a meter has not counted below zero.
func (s Stages) Validate() error {
	for i, stage := range []Stage{s.Paid, s.Received, s.Earned} {
		for _, amount := range []sdkmath.Int{stage.Total, stage.Flushed, stage.Held} {
			if amount.IsNil() || amount.IsNegative() || tooLarge(amount) {
				return ErrBrokenInvariant.Wrapf("%s is missing, below zero or not below 2^%d", StageKind(i), maxTotalBits)
			}
		}
		if stage.Flushed.GT(stage.Total) || stage.Held.GT(stage.Total) || stage.Held.LT(stage.Total.Sub(stage.Flushed)) {
			return ErrBrokenInvariant.Wrapf("%s: total %s, flushed %s, held %s", StageKind(i), stage.Total, stage.Flushed, stage.Held)
		}
		if err := stage.validateLate(); err != nil {
			return errorsmod.Wrap(err, StageKind(i).String())
		}
	}
	if s.TakenIn != nil && (s.TakenIn.IsNil() || s.TakenIn.IsNegative() || tooLarge(*s.TakenIn)) {
		return ErrBrokenInvariant.Wrapf("the meter is at %s, below zero or not below 2^%d", s.TakenIn, maxTotalBits)
	}
	return nil
}

// validateLate checks that no more of what waits is late than there is, and that a stage without
// any does not wait for the late lane.
func (s Stage) validateLate() error {
	waits := s.Total.Sub(s.Flushed)
	switch {
	case s.Due > maxRound || s.Due > 0 && !waits.IsPositive():
		return ErrBrokenInvariant.Wrapf("it is due at %d with %s to flush", s.Due, waits)
	case s.Late != nil && (!s.Late.IsPositive() || s.Late.GT(waits)):
		return ErrBrokenInvariant.Wrapf("%s of the %s to flush are late", s.Late, waits)
	case s.Due > 0 && s.Late == nil:
		return ErrBrokenInvariant.Wrapf("it is due at %d, and nothing of it is late", s.Due)
	}
	return nil
}

// HappenedBefore checks that all that the state says has happened came before the start
// of the chain: that payers asked for the rest. It fails with ErrInvalidGenesis.
func (gs GenesisState) HappenedBefore(start time.Time) error {
	for _, c := range gs.PaymentChannels {
		if channel := c.PaymentChannel; channel.ClosesAt != nil {
			asked := channel.ClosesAt.Add(-channel.CloseDelay)
			if err := past.Check(start, channel.ID(), &asked); err != nil {
				return ErrInvalidGenesis.Wrapf("closes_at less close_delay: %s", err)
			}
		}
	}
	return nil
}
