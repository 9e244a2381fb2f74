package types

import (
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Declaration is a checked MsgDerive: what an owner declares about a work.
type Declaration struct {
	Owner sdk.AccAddress
	Work  registrytypes.WorkID
	// Sources as declared; Works and Externals are the same, apart.
	Sources   []Source
	Works     []Source
	Externals []Source
	// MaxTotalRate is the highest sum of rates the owner accepts, ppm.
	MaxTotalRate uint32
	// MaxGrants is how many grants of works further up may be used up.
	MaxGrants uint32
	// AllowUnapproved: the owner takes it that the work is admitted only.
	AllowUnapproved bool
	// Record is nil when none is declared.
	Record *GenerationRecord
	// Anchor proves that the owner anchored the statement; nil: no anchor is given.
	Anchor *registrytypes.AnchorProof
}

// Weight sums the declared weights of all sources, ppm.
func (d Declaration) Weight() uint64 {
	var sum uint64
	for _, s := range d.Sources {
		sum += uint64(s.Weight)
	}
	return sum
}

// Declaration checks the message and sorts its sources. Errors name the source by
// its place in the message, from 0.
func (m *MsgDerive) Declaration() (Declaration, error) {
	d := Declaration{
		Work: m.Work, Sources: m.Sources, MaxTotalRate: m.MaxTotalRate, MaxGrants: m.MaxGrants, Record: m.Record,
		AllowUnapproved: m.AllowUnapproved, Anchor: m.Anchor,
	}
	var err error
	if d.Owner, err = sdk.AccAddressFromBech32(m.Owner); err != nil {
		return Declaration{}, errorsmod.Wrapf(ErrInvalidMessage, "owner %q: %s", m.Owner, err)
	}
	if err := m.Work.Given("work"); err != nil {
		return Declaration{}, err
	}
	switch {
	case len(m.Sources) == 0 && m.Record == nil:
		return Declaration{}, errorsmod.Wrap(ErrInvalidMessage, "nothing is declared: give sources or a generation record")
	case len(m.Sources) > MaxMessageSources:
		return Declaration{}, errorsmod.Wrapf(ErrTooManySources, "%d sources, one message takes %d: use several",
			len(m.Sources), MaxMessageSources)
	case m.MaxTotalRate > Whole:
		return Declaration{}, errorsmod.Wrapf(ErrInvalidMessage, "max_total_rate %d ppm exceeds the whole, %d", m.MaxTotalRate, Whole)
	}
	if err := d.readSources(); err != nil {
		return Declaration{}, err
	}
	if sum := d.Weight(); sum > Whole {
		return Declaration{}, errorsmod.Wrapf(ErrOverWhole, "the weights of the sources sum to %d ppm, the whole is %d", sum, Whole)
	}
	return d, m.validateRecord()
}

// readSources checks each source and that none comes twice.
func (d *Declaration) readSources() error {
	works := make(map[registrytypes.WorkID]bool, len(d.Sources))
	var externals map[External]bool
	for i, s := range d.Sources {
		if err := s.Validate(); err != nil {
			return errorsmod.Wrapf(err, "source %d", i)
		}
		if s.External != nil {
			if externals[*s.External] {
				return errorsmod.Wrapf(ErrAlreadySource, "source %d: the same external reference is given before", i)
			}
			if externals == nil {
				externals = make(map[External]bool)
			}
			externals[*s.External] = true
			d.Externals = append(d.Externals, s)
			continue
		}
		switch {
		case s.Work == d.Work:
			return errorsmod.Wrapf(ErrInvalidSource, "source %d: %s cannot be a source of itself", i, s.Work)
		case works[s.Work]:
			return errorsmod.Wrapf(ErrAlreadySource, "source %d: %s is given before; a source has one role", i, s.Work)
		}
		works[s.Work] = true
		d.Works = append(d.Works, s)
	}
	return nil
}

// validateRecord checks the record, and the anchor that proves its time.
func (m *MsgDerive) validateRecord() error {
	if m.Record != nil {
		if err := m.Record.validateDeclared(); err != nil {
			return err
		}
	}
	if m.Anchor == nil {
		return nil
	}
	if m.Record == nil {
		return errorsmod.Wrap(ErrInvalidRecord, "an anchor proves the time of a record: leave it out, or give the record")
	}
	return errorsmod.Wrap(m.Anchor.Validate(), "anchor")
}
