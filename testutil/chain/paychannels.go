package chain

import (
	"time"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
	"github.com/stemma-chain/stemma/x/royalty/voucher"
)

// CloseDelay is how long a payer waits for the rest of a payment channel of PaymentChannelMsg.
const CloseDelay = time.Hour

// Share is a work's part of what a payment channel pays, in ppm.
func (w Work) Share(weight uint32) royaltytypes.PaymentChannelPayee {
	return royaltytypes.PaymentChannelPayee{Work: w.ID, Weight: weight}
}

// PaymentChannelMsg opens a payment channel whose vouchers the payer signs.
func PaymentChannelMsg(payer Account, serial uint64, deposit sdk.Coin, payees ...royaltytypes.PaymentChannelPayee) *royaltytypes.MsgOpenPaymentChannel {
	return &royaltytypes.MsgOpenPaymentChannel{
		Payer: payer.String(), Serial: serial, Deposit: deposit, Payees: payees,
		Key: payer.Key.PubKey().Bytes(), CloseDelay: CloseDelay,
	}
}

// PaymentChannelOf is the payment channel that PaymentChannelMsg opens; its id is known before.
func PaymentChannelOf(payer Account, serial uint64) royaltytypes.PaymentChannelID {
	return royaltytypes.NewPaymentChannelID(payer.Address, serial)
}

// Voucher is signed by the account's key for a test chain; a zero time is no end.
func Voucher(signer Account, channel royaltytypes.PaymentChannelID, total int64, expires time.Time) royaltytypes.Voucher {
	v, err := voucher.New(ID, channel, math.NewInt(total), expires)
	if err != nil {
		panic(err)
	}
	if v, err = v.Sign(signer.Key.Sign); err != nil {
		panic(err)
	}
	return v.Message()
}

// RedeemMsg redeems vouchers.
func RedeemMsg(sender Account, vouchers ...royaltytypes.Voucher) *royaltytypes.MsgRedeemVouchers {
	return &royaltytypes.MsgRedeemVouchers{Sender: sender.String(), Vouchers: vouchers}
}

// CloseMsg closes a payment channel, or asks for it.
func CloseMsg(sender Account, channel royaltytypes.PaymentChannelID) *royaltytypes.MsgClosePaymentChannel {
	return &royaltytypes.MsgClosePaymentChannel{Sender: sender.String(), PaymentChannel: channel}
}
