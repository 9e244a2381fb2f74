package types

import (
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

var (
	_ sdk.HasValidateBasic = (*MsgOpenChannel)(nil)
	_ sdk.HasValidateBasic = (*MsgTopUpChannel)(nil)
	_ sdk.HasValidateBasic = (*MsgRedeemVouchers)(nil)
	_ sdk.HasValidateBasic = (*MsgCloseChannel)(nil)
)

// ValidateBasic checks what can be checked without state.
func (m *MsgOpenChannel) ValidateBasic() error {
	if err := validAddress("payer", m.Payer); err != nil {
		return err
	}
	if m.Serial == 0 {
		return ErrInvalidChannel.Wrap("serial is 0; the first is 1")
	}
	if err := validAmount(m.Deposit, "deposit"); err != nil {
		return err
	}
	if _, err := NewChannelPayees(m.Payees); err != nil {
		return err
	}
	if m.Receiver != "" {
		if err := validAddress("receiver", m.Receiver); err != nil {
			return err
		}
		if m.Receiver == m.Payer {
			return ErrInvalidChannel.Wrap("the payer cannot be the receiver, who may close at once; leave the receiver empty")
		}
	}
	return validTerms(m.Key, m.CloseDelay)
}

// ValidateBasic checks what can be checked without state.
func (m *MsgTopUpChannel) ValidateBasic() error {
	if err := validAddress("payer", m.Payer); err != nil {
		return err
	}
	if _, err := ParseChannelID(m.Channel); err != nil {
		return err
	}
	return validAmount(m.Amount, "amount")
}

// ValidateBasic checks what can be checked without state: 1 to 1,000 vouchers,
// each of another channel.
func (m *MsgRedeemVouchers) ValidateBasic() error {
	if err := validAddress("sender", m.Sender); err != nil {
		return err
	}
	if n := len(m.Vouchers); n < 1 || n > MaxVouchers {
		return ErrInvalidMessage.Wrapf("%d vouchers; 1 to %d can be redeemed in one message", n, MaxVouchers)
	}
	seen := make(map[ChannelID]bool, len(m.Vouchers))
	for i, v := range m.Vouchers {
		id, err := ParseChannelID(v.Channel)
		if err == nil {
			err = v.validate()
		}
		if err != nil {
			return errorsmod.Wrapf(err, "voucher %d", i)
		}
		if seen[id] {
			return ErrInvalidMessage.Wrapf("%s has two vouchers; send the one of the higher total", v.Channel)
		}
		seen[id] = true
	}
	return nil
}

func (v Voucher) validate() error {
	switch {
	case v.Total.IsNil() || !v.Total.IsPositive():
		return ErrInvalidVoucher.Wrapf("total of %s must be at least one unit", v.Channel)
	case v.Expires < 0:
		return ErrInvalidVoucher.Wrapf("expires of %s is before 1970; 0 is no end", v.Channel)
	case len(v.Signature) != SignatureSize:
		return ErrInvalidVoucher.Wrapf("signature for %s has %d bytes, not %d", v.Channel, len(v.Signature), SignatureSize)
	}
	return nil
}

// ValidateBasic checks what can be checked without state.
func (m *MsgCloseChannel) ValidateBasic() error {
	if err := validAddress("sender", m.Sender); err != nil {
		return err
	}
	_, err := ParseChannelID(m.Channel)
	return err
}

// validAmount checks that a coin is well formed and positive.
func validAmount(amount sdk.Coin, what string) error {
	if err := amount.Validate(); err != nil {
		return ErrInvalidAmount.Wrapf("%s: %s; write it as 1000uusdc", what, err)
	}
	if !amount.IsPositive() {
		return ErrInvalidAmount.Wrapf("%s is %s; it must be at least one unit", what, amount)
	}
	return nil
}
