package types

import (
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
)

// DefaultGenesis accepts the staking token and holds nothing.
func DefaultGenesis() *GenesisState { return &GenesisState{Params: DefaultParams()} }

// Validate fails with ErrInvalidGenesis, naming what is wrong. That works are
// registered and money is covered is for the invariants.
func (gs GenesisState) Validate() error {
	if err := gs.Params.Validate(); err != nil {
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
		if err := b.Amount.Validate(); err != nil || !b.Amount.IsPositive() {
			return ErrInvalidGenesis.Wrapf("balance of %s: %s is not a positive amount", b.Account, b.Amount)
		}
	}
	for _, t := range gs.Turnovers {
		if t.Turnover.PaidIn.IsNil() || t.Turnover.PaidOut.IsNil() || t.Turnover.PaidOut.GT(t.Turnover.PaidIn) || t.Turnover.PaidOut.IsNegative() {
			return ErrInvalidGenesis.Wrapf("turnover of %s: paid in %s, paid out %s", t.Denom, t.Turnover.PaidIn, t.Turnover.PaidOut)
		}
	}
	if err := gs.validateChannels(); err != nil {
		return err
	}
	return gs.validateQueues()
}

// validateChannels also makes sure that no id can be opened again.
func (gs GenesisState) validateChannels() error {
	last := make(map[string]uint64, len(gs.Serials))
	for _, s := range gs.Serials {
		payer, err := sdk.AccAddressFromBech32(s.Payer)
		if err != nil {
			return ErrInvalidGenesis.Wrapf("serials: payer %q: %s", s.Payer, err)
		}
		last[string(payer)] = s.Last
	}
	seen := make(map[ChannelID]bool, len(gs.Channels))
	for _, c := range gs.Channels {
		id := c.Channel.ID()
		if err := c.Channel.Validate(c.Payees); err != nil {
			return ErrInvalidGenesis.Wrap(err.Error())
		}
		if err := sdk.ValidateDenom(c.Channel.Denom); err != nil {
			return ErrInvalidGenesis.Wrapf("channel %s: %s", id, err)
		}
		if seen[id] || c.Channel.Serial > last[string(c.Channel.Payer)] {
			return ErrInvalidGenesis.Wrapf("channel %s is there twice, or its serial %d is above the last of its payer", id, c.Channel.Serial)
		}
		seen[id] = true
	}
	return nil
}

func (gs GenesisState) validateQueues() error {
	for _, d := range gs.Queue {
		if _, err := registrytypes.ParseWorkID(d.Work); err != nil {
			return ErrInvalidGenesis.Wrapf("queue: %s", err)
		}
		if _, known := StageKind_name[int32(d.Stage)]; !known {
			return ErrInvalidGenesis.Wrapf("queue: stage %d of %s is unknown", d.Stage, d.Work)
		}
	}
	for _, p := range gs.Payouts {
		if err := validAddress("account", p.Account); err != nil {
			return ErrInvalidGenesis.Wrapf("payouts: %s", err)
		}
	}
	return nil
}

func (w GenesisWork) validate() error {
	if _, err := registrytypes.ParseWorkID(w.Id); err != nil {
		return err
	}
	if (w.Holders != nil) != (w.Head.HoldersVersion > 0) {
		return ErrInvalidGenesis.Wrapf("holders' version is %d, so a table must be there exactly if that is above 0", w.Head.HoldersVersion)
	}
	if w.Holders != nil {
		if err := w.Holders.Validate(); err != nil {
			return err
		}
	}
	if int(w.Head.UpstreamVersion) != len(w.Upstream) {
		return ErrInvalidGenesis.Wrapf("upstream version is %d, but there are %d lists", w.Head.UpstreamVersion, len(w.Upstream))
	}
	for _, packed := range w.Upstream {
		upstream, err := packed.Unpack()
		if err != nil {
			return err
		}
		if err := upstream.Check(); err != nil {
			return err
		}
	}
	return nil
}

// Validate checks that a table has 1 to 32 holders, sorted, each once, with
// shares that sum to the whole.
func (h Holders) Validate() error {
	if n := len(h.Shares); n < 1 || n > flow.MaxHolders {
		return ErrTooManyHolders.Wrapf("%d holders; 1 to %d are possible", n, flow.MaxHolders)
	}
	var sum uint64
	for i, s := range h.Shares {
		if s.Weight == 0 {
			return ErrInvalidShares.Wrapf("%s has a share of 0", s.Account)
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
	if _, err := registrytypes.ParseWorkID(s.Work); err != nil {
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
		for _, amount := range []math.Int{stage.Total, stage.Flushed, stage.Held} {
			if amount.IsNil() || amount.IsNegative() {
				return ErrBrokenInvariant.Wrapf("%s is below zero or missing", StageKind(i))
			}
		}
		if stage.Flushed.GT(stage.Total) || stage.Held.GT(stage.Total) {
			return ErrBrokenInvariant.Wrapf("%s: total %s, flushed %s, held %s", StageKind(i), stage.Total, stage.Flushed, stage.Held)
		}
	}
	if s.TakenIn != nil && (s.TakenIn.IsNil() || s.TakenIn.IsNegative()) {
		return ErrBrokenInvariant.Wrapf("the meter is at %s, below zero", s.TakenIn)
	}
	return nil
}
