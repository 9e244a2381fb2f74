package types

import (
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

var (
	_ sdk.HasValidateBasic = (*MsgOpenPaymentChannel)(nil)
	_ sdk.HasValidateBasic = (*MsgTopUpPaymentChannel)(nil)
	_ sdk.HasValidateBasic = (*MsgRedeemVouchers)(nil)
	_ sdk.HasValidateBasic = (*MsgClosePaymentChannel)(nil)
)

// ValidateBasic checks what can be checked without state.
func (m *MsgOpenPaymentChannel) ValidateBasic() error {
	if err := validAddress("payer", m.Payer); err != nil {
		return err
	}
	if m.Serial == 0 {
		return ErrInvalidPaymentChannel.Wrap("serial is 0; the first is 1")
	}
	if err := validAmount(m.Deposit, "deposit"); err != nil {
		return err
	}
	if _, err := NewPaymentChannelPayees(m.Payees); err != nil {
		return err
	}
	if m.Receiver != "" {
		if err := validAddress("receiver", m.Receiver); err != nil {
			return err
		}
		if m.Receiver == m.Payer {
			return ErrInvalidPaymentChannel.Wrap("the payer cannot be the receiver, who may close at once; leave the receiver empty")
		}
	}
	return validTerms(m.Key, m.CloseDelay)
}

// ValidateBasic checks what can be checked without state.
func (m *MsgTopUpPaymentChannel) ValidateBasic() error {
	if err := validAddress("payer", m.Payer); err != nil {
		return err
	}
	if err := m.PaymentChannel.Given("payment_channel"); err != nil {
		return err
	}
	return validAmount(m.Amount, "amount")
}

// ValidateBasic checks what can be checked without state: 1 to 750 vouchers,
// each of another payment channel.
func (m *MsgRedeemVouchers) ValidateBasic() error {
	if err := validAddress("sender", m.Sender); err != nil {
		return err
	}
	if n := len(m.Vouchers); n < 1 || n > MaxVouchers {
		return ErrInvalidMessage.Wrapf("%d vouchers; 1 to %d can be redeemed in one message", n, MaxVouchers)
	}
	seen := make(map[PaymentChannelID]bool, len(m.Vouchers))
	for i, v := range m.Vouchers {
		if err := v.validate(); err != nil {
			return errorsmod.Wrapf(err, "voucher %d", i)
		}
		if seen[v.PaymentChannel] {
			return ErrInvalidMessage.Wrapf("%s has two vouchers; send the one of the higher total", v.PaymentChannel)
		}
		seen[v.PaymentChannel] = true
	}
	return nil
}

func (v Voucher) validate() error {
	if err := v.PaymentChannel.Given("payment_channel"); err != nil {
		return err
	}
	switch {
	case v.Total.IsNil() || !v.Total.IsPositive():
		return ErrInvalidVoucher.Wrapf("total of %s must be at least one unit", v.PaymentChannel)
	case v.Expires < 0:
		return ErrInvalidVoucher.Wrapf("expires of %s is before 1970; 0 is no end", v.PaymentChannel)
	case len(v.Signature) != SignatureSize:
		return ErrInvalidVoucher.Wrapf("signature for %s has %d bytes, not %d", v.PaymentChannel, len(v.Signature), SignatureSize)
	}
	return nil
}

// ValidateBasic checks what can be checked without state.
func (m *MsgClosePaymentChannel) ValidateBasic() error {
	if err := validAddress("sender", m.Sender); err != nil {
		return err
	}
	return m.PaymentChannel.Given("payment_channel")
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
