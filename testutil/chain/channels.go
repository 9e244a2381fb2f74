package chain

import (
	"time"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
	"github.com/stemma-chain/stemma/x/royalty/voucher"
)

// CloseDelay is how long a payer waits for the rest of a channel of ChannelMsg.
const CloseDelay = time.Hour

// Share is a work's part of what a channel pays, in ppm.
func (w Work) Share(weight uint32) royaltytypes.ChannelPayee {
	return royaltytypes.ChannelPayee{Work: w.String(), Weight: weight}
}

// ChannelMsg opens a channel whose vouchers the payer signs.
func ChannelMsg(payer Account, serial uint64, deposit sdk.Coin, payees ...royaltytypes.ChannelPayee) *royaltytypes.MsgOpenChannel {
	return &royaltytypes.MsgOpenChannel{
		Payer: payer.String(), Serial: serial, Deposit: deposit, Payees: payees,
		Key: payer.Key.PubKey().Bytes(), CloseDelay: CloseDelay,
	}
}

// ChannelOf is the channel that ChannelMsg opens; its id is known before.
func ChannelOf(payer Account, serial uint64) royaltytypes.ChannelID {
	return royaltytypes.NewChannelID(payer.Address, serial)
}

// Voucher is signed by the account's key for a test chain; a zero time is no end.
func Voucher(signer Account, channel royaltytypes.ChannelID, total int64, expires time.Time) royaltytypes.Voucher {
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

// CloseMsg closes a channel, or asks for it.
func CloseMsg(sender Account, channel royaltytypes.ChannelID) *royaltytypes.MsgCloseChannel {
	return &royaltytypes.MsgCloseChannel{Sender: sender.String(), Channel: channel.String()}
}
