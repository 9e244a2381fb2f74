package types

import (
	"bytes"
	"errors"
	"time"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/agent/budget"
	"github.com/stemma-chain/stemma/x/internal/past"
)

// DefaultGenesis has no agents and the default parameters.
func DefaultGenesis() *GenesisState { return &GenesisState{Params: DefaultParams()} }

// Validate checks every row by itself and against the others. It fails with ErrInvalidGenesis or
// the error of the part, naming the row.
func (gs GenesisState) Validate() error {
	if err := gs.Params.Validate(); err != nil {
		return errorsmod.Wrap(err, "params")
	}
	passports := make(map[AgentID]Passport, len(gs.Agents))
	for i, a := range gs.Agents {
		if err := a.Validate(); err != nil {
			return errorsmod.Wrapf(err, "agents[%d] (%s)", i, a.Passport.Id)
		}
		if i > 0 && bytes.Compare(gs.Agents[i-1].Passport.Id[:], a.Passport.Id[:]) >= 0 {
			return errorsmod.Wrapf(ErrInvalidGenesis, "agents[%d]: %s is not in order of id, or there twice", i, a.Passport.Id)
		}
		passports[a.Passport.Id] = a.Passport
	}
	if err := gs.validateKeys(passports); err != nil {
		return err
	}
	for i, a := range gs.Attestations {
		if err := a.Validate(); err != nil {
			return errorsmod.Wrapf(err, "attestations[%d] (%s)", i, a.Id)
		}
		if i > 0 && bytes.Compare(gs.Attestations[i-1].Id[:], a.Id[:]) >= 0 {
			return errorsmod.Wrapf(ErrInvalidGenesis, "attestations[%d]: %s is not in order of id, or there twice", i, a.Id)
		}
	}
	for i, f := range gs.Facts {
		if err := ValidateSubject(f.Subject); err != nil {
			return errorsmod.Wrapf(err, "facts[%d]", i)
		}
		if i > 0 && gs.Facts[i-1].Subject >= f.Subject {
			return errorsmod.Wrapf(ErrInvalidGenesis, "facts[%d]: %s is not in order, or there twice", i, f.Subject)
		}
		if err := f.Facts.Paid.Validate(); err != nil {
			return errorsmod.Wrapf(ErrInvalidGenesis, "facts[%d].paid: %s", i, err)
		}
	}
	return nil
}

func (gs GenesisState) validateKeys(passports map[AgentID]Passport) error {
	live := map[AgentID]uint32{}
	seen := map[[2]string]bool{}
	for i, k := range gs.Keys {
		passport, found := passports[k.Key.Agent]
		switch place := [2]string{k.Controller, k.Account}; {
		case !found:
			return errorsmod.Wrapf(ErrInvalidGenesis, "keys[%d]: agent %s is not there", i, k.Key.Agent)
		case seen[place]:
			return errorsmod.Wrapf(ErrInvalidGenesis, "keys[%d]: %s is there twice for %s", i, k.Account, k.Controller)
		default:
			seen[place] = true
		}
		for _, a := range []string{k.Controller, k.Account} {
			if err := canonical(a); err != nil {
				return errorsmod.Wrapf(err, "keys[%d]", i)
			}
		}
		if k.Key.Limit == nil {
			if c := k.Counters; c.Acts != 0 || c.Window != 0 || len(c.Spent) != 0 || len(c.Fees) != 0 {
				return errorsmod.Wrapf(ErrInvalidGenesis, "keys[%d]: it was removed and has counters", i)
			}
			continue
		}
		if passport.Controller != k.Controller || k.Controller == k.Account {
			return errorsmod.Wrapf(ErrInvalidGenesis, "keys[%d]: %s has the controller %s, not %s, which is no key itself",
				i, k.Key.Agent, passport.Controller, k.Controller)
		}
		if err := k.Key.Limit.Validate(); err != nil {
			return errorsmod.Wrapf(err, "keys[%d].limit", i)
		}
		if err := k.Counters.validate(*k.Key.Limit); err != nil {
			return errorsmod.Wrapf(err, "keys[%d].counters", i)
		}
		live[k.Key.Agent]++
	}
	for id, p := range passports {
		if p.Keys != live[id] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "%s has %d keys, and says %d", id, live[id], p.Keys)
		}
	}
	return nil
}

// validate checks that counters are of denoms that the limit has budgets for, in order, and that acts
// spent what was spent.
func (c Counters) validate(limit Limit) error {
	if c.Acts == 0 && len(c.Spent) > 0 {
		return errorsmod.Wrap(ErrInvalidGenesis, "there was no act, and coins were spent by acts")
	}
	for _, list := range []struct {
		name    string
		spent   []Spent
		budgets []Budget
	}{{"spent", c.Spent, limit.Budgets}, {"fees", c.Fees, limit.Fees}} {
		budgets := list.budgets
		for i, s := range list.spent {
			for len(budgets) > 0 && budgets[0].Denom < s.Denom {
				budgets = budgets[1:]
			}
			if len(budgets) == 0 || budgets[0].Denom != s.Denom {
				return errorsmod.Wrapf(ErrInvalidGenesis, "%s[%d]: %s has no budget, or is not in order", list.name, i, s.Denom)
			}
			budgets = budgets[1:]
			if s.Window.IsNil() || s.Total.IsNil() || s.Window.IsNegative() || s.Total.LT(s.Window) {
				return errorsmod.Wrapf(ErrInvalidGenesis, "%s[%d]: the window has at most what there is in all, and not less than nothing",
					list.name, i)
			}
		}
	}
	return nil
}

// Validate checks a passport and its cards by themselves. It fails with ErrInvalidGenesis or the
// error of the part.
func (a GenesisAgent) Validate() error {
	p := a.Passport
	registrant, err := sdk.AccAddressFromBech32(p.Registrant)
	if err != nil {
		return errorsmod.Wrapf(ErrInvalidGenesis, "registrant: %s", err)
	}
	switch {
	case (p.Name == "") == p.NameBlankedSha256.IsZero():
		return errorsmod.Wrap(ErrInvalidGenesis, "one of name and name_blanked_sha256")
	case p.Name != "" && NewAgentID(registrant, p.Name) != p.Id:
		return errorsmod.Wrap(ErrInvalidGenesis, "id is not that of registrant and name")
	case p.Id.IsZero():
		return errorsmod.Wrap(ErrInvalidGenesis, "no id")
	case p.Status == STATUS_UNSPECIFIED || Status_name[int32(p.Status)] == "":
		return errorsmod.Wrapf(ErrInvalidGenesis, "status %d is unknown", p.Status)
	case p.Version == 0 || int(p.Version) != len(a.Cards):
		return errorsmod.Wrapf(ErrInvalidGenesis, "version is %d, with %d cards", p.Version, len(a.Cards))
	case p.Keys > MaxKeys:
		return errorsmod.Wrapf(ErrInvalidGenesis, "%d keys, the most is %d", p.Keys, MaxKeys)
	case p.OfferedTo != "" && (p.Offers == 0 || p.OfferedTo == p.Controller):
		return errorsmod.Wrap(ErrInvalidGenesis, "offered_to: it was never offered, or to its controller")
	case p.Status == STATUS_RETIRED && (p.Keys > 0 || p.Recovery != nil || p.OfferedTo != ""):
		return errorsmod.Wrap(ErrInvalidGenesis, "a retired agent has neither keys, nor recovery, nor an offer")
	}
	for i, account := range []string{p.Registrant, p.Controller, p.Payout, p.PayoutOffered, p.OfferedTo} {
		if i > 1 && account == "" {
			continue // there can be none
		}
		if err := canonical(account); err != nil {
			return err
		}
	}
	if r := p.Recovery; r != nil {
		if err := canonical(r.Account); err != nil {
			return err
		}
		if r.Delay <= 0 || r.Delay > maxDelay || r.Account == p.Controller {
			return errorsmod.Wrapf(ErrInvalidGenesis, "recovery: a delay of %s, or the controller itself", r.Delay)
		}
	}
	for i, c := range a.Cards {
		if err := c.Validate(); err != nil {
			return errorsmod.Wrapf(err, "cards[%d]", i)
		}
	}
	return nil
}

// canonical takes an account in its one spelling.
func canonical(s string) error {
	account, err := sdk.AccAddressFromBech32(s)
	if err != nil {
		return errorsmod.Wrapf(ErrInvalidGenesis, "%q is not an account: %s", clip(s), err)
	}
	if account.String() != s {
		return errorsmod.Wrapf(ErrInvalidGenesis, "%q: write %s", clip(s), account)
	}
	return nil
}

// Validate checks a row by itself: its id follows from what it says.
func (a Attestation) Validate() error {
	issuer, err := sdk.AccAddressFromBech32(a.Issuer)
	if err != nil {
		return errorsmod.Wrapf(ErrInvalidGenesis, "issuer: %s", err)
	}
	switch {
	case (a.Schema == "") == a.SchemaBlankedSha256.IsZero():
		return errorsmod.Wrap(ErrInvalidGenesis, "one of schema and schema_blanked_sha256")
	case a.Id.IsZero():
		return errorsmod.Wrap(ErrInvalidGenesis, "no id")
	case a.Schema != "" && a.Id != NewAttestationID(issuer, a.Schema, a.Subject, a.PayloadSha256):
		return errorsmod.Wrap(ErrInvalidGenesis, "id is not that of what it says")
	case a.Schema == "":
		return errors.Join(ValidateSubject(a.Subject), a.PayloadSha256.Given("payload_sha256"), canonical(a.Issuer))
	}
	return errors.Join(ValidateStatement(a.Schema, a.Subject, a.PayloadSha256), canonical(a.Issuer))
}

// HappenedBefore checks that all that the state says has happened came before the start of the
// chain. It fails with ErrInvalidGenesis.
func (gs GenesisState) HappenedBefore(start time.Time) error {
	for _, a := range gs.Agents {
		moments := []*time.Time{&a.Passport.RegisteredAt}
		for i := range a.Cards {
			moments = append(moments, &a.Cards[i].CreatedAt)
		}
		if err := past.Check(start, a.Passport.Id, moments...); err != nil {
			return errorsmod.Wrap(ErrInvalidGenesis, err.Error())
		}
	}
	for _, k := range gs.Keys {
		if err := past.Check(start, k.Account, &k.Key.SetAt); err != nil {
			return errorsmod.Wrap(ErrInvalidGenesis, err.Error())
		}
		// Counters of a window to come would be those of none, and be forgotten.
		if l := k.Key.Limit; l != nil && k.Counters.Window > budget.Number(k.Key.SetAt, start, l.Window) {
			return errorsmod.Wrapf(ErrInvalidGenesis, "%s: window %d of its counters has not come", k.Account, k.Counters.Window)
		}
	}
	for _, a := range gs.Attestations {
		if err := past.Check(start, a.Id, &a.IssuedAt, a.RevokedAt); err != nil {
			return errorsmod.Wrap(ErrInvalidGenesis, err.Error())
		}
	}
	return nil
}
