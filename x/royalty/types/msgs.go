package types

import (
	"fmt"
	"strings"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
)

var (
	_ sdk.HasValidateBasic = (*MsgPay)(nil)
	_ sdk.HasValidateBasic = (*MsgPayMany)(nil)
	_ sdk.HasValidateBasic = (*MsgSettle)(nil)
	_ sdk.HasValidateBasic = (*MsgWithdraw)(nil)
	_ sdk.HasValidateBasic = (*MsgAssignShares)(nil)
	_ sdk.HasValidateBasic = (*MsgAcceptTransfer)(nil)
	_ sdk.HasValidateBasic = (*MsgAcceptDenom)(nil)
	_ sdk.HasValidateBasic = (*MsgUpdateParams)(nil)
)

// ValidateBasic checks what can be checked without state.
func (m *MsgPay) ValidateBasic() error {
	if err := validAddress("payer", m.Payer); err != nil {
		return err
	}
	return Payment{Work: m.Work, Amount: m.Amount}.Validate()
}

// Validate checks the work's id and that the amount is a positive coin.
func (p Payment) Validate() error {
	if err := p.Work.Given("work"); err != nil {
		return err
	}
	if err := p.Amount.Validate(); err != nil {
		return ErrInvalidAmount.Wrapf("%s; write it as 1000uusdc", err)
	}
	if !p.Amount.IsPositive() {
		return ErrInvalidAmount.Wrapf("%s; a payment must be of at least one unit", p.Amount)
	}
	return nil
}

// ValidateBasic checks what can be checked without state.
func (m *MsgPayMany) ValidateBasic() error {
	if err := validAddress("payer", m.Payer); err != nil {
		return err
	}
	if n := len(m.Payments); n < 1 || n > MaxPayments {
		return ErrInvalidMessage.Wrapf("%d payments; 1 to %d are possible in one message", n, MaxPayments)
	}
	for i, p := range m.Payments {
		if err := p.Validate(); err != nil {
			return errorsmod.Wrapf(err, "payment %d", i)
		}
	}
	return nil
}

// ValidateBasic checks what can be checked without state.
func (m *MsgSettle) ValidateBasic() error {
	if err := validAddress("sender", m.Sender); err != nil {
		return err
	}
	if n := len(m.Works); n < 1 || n > MaxSettled {
		return ErrInvalidMessage.Wrapf("%d works; 1 to %d can be settled in one message", n, MaxSettled)
	}
	seen := make(map[registrytypes.WorkID]bool, len(m.Works))
	for i, work := range m.Works {
		if err := work.Given(fmt.Sprintf("works[%d]", i)); err != nil {
			return err
		}
		if seen[work] {
			return ErrInvalidMessage.Wrapf("%s is named twice", work)
		}
		seen[work] = true
	}
	if len(m.Denoms) == 0 {
		return ErrInvalidMessage.Wrap("no denom; name those to settle in, such as uusdc")
	}
	return validDenoms(m.Denoms)
}

// ValidateBasic checks what can be checked without state.
func (m *MsgWithdraw) ValidateBasic() error {
	if err := validAddress("account", m.Account); err != nil {
		return err
	}
	return validDenoms(m.Denoms)
}

// validDenoms checks that there are at most 32 denoms, each once.
func validDenoms(denoms []string) error {
	if n := len(denoms); n > MaxDenoms {
		return ErrInvalidMessage.Wrapf("%d denoms; at most %d are possible in one message", n, MaxDenoms)
	}
	seen := make(map[string]bool, len(denoms))
	for _, denom := range denoms {
		if err := sdk.ValidateDenom(denom); err != nil {
			return ErrInvalidMessage.Wrapf("denom: %s", err)
		}
		if seen[denom] {
			return ErrInvalidMessage.Wrapf("denom %s is named twice", denom)
		}
		seen[denom] = true
	}
	return nil
}

// ValidateBasic checks what can be checked without state: 1 to 32 shares, each
// account once, no share below 100 ppm, no sum above the whole.
func (m *MsgAssignShares) ValidateBasic() error {
	if err := validAddress("holder", m.Holder); err != nil {
		return err
	}
	if err := m.Work.Given("work"); err != nil {
		return err
	}
	if n := len(m.Shares); n < 1 {
		return ErrInvalidShares.Wrap("no shares; name who gets your share, yourself among them to keep a part")
	} else if n > flow.MaxHolders {
		return ErrTooManyHolders.Wrapf("%d shares; a work has at most %d holders", n, flow.MaxHolders)
	}
	seen := make(map[string]bool, len(m.Shares))
	var sum uint64
	for _, s := range m.Shares {
		if err := validAddress("share's account", s.Account); err != nil {
			return err
		}
		if s.Weight < flow.MinShare || s.Weight > flow.Whole {
			return ErrInvalidShares.Wrapf("%s gets %d ppm; a share is from %d to %d", s.Account, s.Weight, flow.MinShare, flow.Whole)
		}
		// An address is one in capitals too.
		account := strings.ToLower(s.Account)
		if seen[account] {
			return ErrInvalidShares.Wrapf("%s is named twice", s.Account)
		}
		seen[account] = true
		sum += uint64(s.Weight)
	}
	if sum > flow.Whole {
		return ErrInvalidShares.Wrapf("the shares sum to %d ppm, more than the whole of %d", sum, flow.Whole)
	}
	return nil
}

// Parse reads the addresses.
func (m *MsgAssignShares) Parse() (holder sdk.AccAddress, shares []Share, err error) {
	if holder, err = sdk.AccAddressFromBech32(m.Holder); err != nil {
		return nil, nil, err
	}
	shares = make([]Share, len(m.Shares))
	for i, a := range m.Shares {
		if shares[i].Account, err = sdk.AccAddressFromBech32(a.Account); err != nil {
			return nil, nil, err
		}
		shares[i].Weight = a.Weight
	}
	return holder, shares, nil
}

// ValidateBasic checks what can be checked without state.
func (m *MsgAcceptTransfer) ValidateBasic() error {
	if err := validAddress("recipient", m.Recipient); err != nil {
		return err
	}
	return m.Work.Given("work")
}

// ValidateBasic checks what can be checked without state.
func (m *MsgAcceptDenom) ValidateBasic() error {
	if err := validAddress("authority", m.Authority); err != nil {
		return err
	}
	return m.Accepted.validate()
}

// ValidateBasic checks what can be checked without state.
func (m *MsgUpdateParams) ValidateBasic() error {
	if err := validAddress("authority", m.Authority); err != nil {
		return err
	}
	return m.Params.Validate()
}

func validAddress(field, address string) error {
	if _, err := sdk.AccAddressFromBech32(address); err != nil {
		return sdkerrors.ErrInvalidAddress.Wrapf("%s %q: %s", field, address, err)
	}
	return nil
}
