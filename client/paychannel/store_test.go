package paychannel_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/paychannel"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
	"github.com/stemma-chain/stemma/x/royalty/voucher"
)

var (
	payer   = secp256k1.GenPrivKeyFromSecret([]byte("payer"))
	someone = secp256k1.GenPrivKeyFromSecret([]byte("someone"))
)

// of is the payment channel of a voucher, one of the payer's, as the chain answers it.
func of(v voucher.Voucher) royaltytypes.PaymentChannelInfo {
	return royaltytypes.PaymentChannelInfo{
		Id: v.PaymentChannel, Key: payer.PubKey().Bytes(),
		Deposit: sdk.NewInt64Coin("uusdc", 5_000), Redeemed: sdk.NewInt64Coin("uusdc", 0),
	}
}

func signed(t *testing.T, key *secp256k1.PrivKey, chainID string, channel byte, total int64) voucher.Voucher {
	t.Helper()
	v := voucher.Voucher{ChainID: chainID, PaymentChannel: royaltytypes.PaymentChannelID{channel}, Total: math.NewInt(total)}
	v, err := v.Sign(key.Sign)
	require.NoError(t, err)
	return v
}

func TestTheNewestVoucherIsKept(t *testing.T) {
	dir := t.TempDir()
	s := paychannel.OpenStore(dir)
	for _, c := range []struct {
		v    voucher.Voucher
		more int64
		want error
	}{
		{signed(t, payer, "stemma-1", 1, 900), 900, nil},
		{signed(t, payer, "stemma-1", 1, 1000), 100, nil},
		{signed(t, payer, "stemma-1", 1, 1000), 0, paychannel.ErrNotNewer},
		{signed(t, payer, "stemma-1", 1, 999), 0, paychannel.ErrNotNewer},
		{signed(t, someone, "stemma-1", 1, 9999), 0, royaltytypes.ErrWrongSignature},
		{signed(t, payer, "stemma-1", 1, 5001), 0, royaltytypes.ErrOverDeposit},
		{signed(t, payer, "stemma-1", 2, 5), 5, nil},
		{signed(t, payer, "../x", 1, 7), 7, nil},
	} {
		more, err := s.Keep(c.v, of(c.v))
		require.ErrorIs(t, err, c.want)
		if err == nil {
			require.Equal(t, math.NewInt(c.more), more)
		}
	}
	again := paychannel.OpenStore(dir)
	all, err := again.All("stemma-1")
	require.NoError(t, err)
	require.Len(t, all, 2)
	newest, err := again.Newest("stemma-1", royaltytypes.PaymentChannelID{1})
	require.NoError(t, err)
	require.Equal(t, math.NewInt(1000), newest.Total)
	require.NoError(t, newest.Verify(payer.PubKey().Bytes()))
	none, err := again.Newest("stemma-1", royaltytypes.PaymentChannelID{3})
	require.NoError(t, err)
	require.Nil(t, none)
	outside, err := filepath.Glob(filepath.Join(filepath.Dir(dir), "x*"))
	require.NoError(t, err)
	require.Empty(t, outside, "a chain id is no path")
}

// A store that was lost takes no voucher again that is redeemed, and none with another payment channel.
func TestWhatIsRedeemedIsNotPaidAgain(t *testing.T) {
	s := paychannel.OpenStore(t.TempDir())
	old, next := signed(t, payer, "stemma-1", 1, 900), signed(t, payer, "stemma-1", 1, 1000)
	channel := of(old)
	channel.Redeemed.Amount = math.NewInt(900)
	_, err := s.Keep(old, channel)
	require.ErrorIs(t, err, paychannel.ErrNotNewer)
	more, err := s.Keep(next, channel)
	require.NoError(t, err)
	require.Equal(t, math.NewInt(100), more)
	_, err = s.Keep(signed(t, payer, "stemma-1", 2, 2000), channel)
	require.ErrorIs(t, err, royaltytypes.ErrInvalidVoucher)
}

// A voucher that is worth nothing soon, or already, takes the place of none that is worth something.
func TestAVoucherThatEndsSoonerIsNotKept(t *testing.T) {
	s := paychannel.OpenStore(t.TempDir())
	now := time.Now()
	ending := func(total int64, end time.Time) voucher.Voucher {
		v, err := voucher.New("stemma-1", royaltytypes.PaymentChannelID{1}, math.NewInt(total), end)
		require.NoError(t, err)
		v, err = v.Sign(payer.Sign)
		require.NoError(t, err)
		return v
	}
	for _, c := range []struct {
		total int64
		end   time.Time
		want  error
	}{
		{1, now.Add(-time.Hour), paychannel.ErrEndsSooner},
		{10, now.Add(time.Hour), nil},
		{11, now.Add(-time.Hour), paychannel.ErrEndsSooner},
		{11, now.Add(time.Minute), paychannel.ErrEndsSooner},
		{11, now.Add(time.Hour), nil},
		{12, now.Add(2 * time.Hour), nil},
		{13, time.Time{}, nil},
		{14, now.Add(24 * time.Hour), paychannel.ErrEndsSooner},
		{14, time.Time{}, nil},
	} {
		v := ending(c.total, c.end)
		_, err := s.Keep(v, of(v))
		require.ErrorIs(t, err, c.want)
	}
	newest, err := s.Newest("stemma-1", royaltytypes.PaymentChannelID{1})
	require.NoError(t, err)
	require.Equal(t, math.NewInt(14), newest.Total)
}

// One process redeems while another one keeps.
func TestReadingWhileAnotherProcessKeeps(t *testing.T) {
	dir := t.TempDir()
	service, redeemer := paychannel.OpenStore(dir), paychannel.OpenStore(dir)
	first := signed(t, payer, "stemma-1", 1, 1)
	_, err := service.Keep(first, of(first))
	require.NoError(t, err)
	ended := make(chan error)
	go func() {
		for total := int64(2); total < 300; total++ {
			v := voucher.Voucher{ChainID: "stemma-1", PaymentChannel: royaltytypes.PaymentChannelID{1}, Total: math.NewInt(total)}
			v, err := v.Sign(payer.Sign)
			if err == nil {
				_, err = service.Keep(v, of(v))
			}
			if err != nil {
				ended <- err
				return
			}
		}
		close(ended)
	}()
	last := math.ZeroInt()
	for going := true; going; {
		select {
		case err, going = <-ended:
			require.NoError(t, err)
		default:
		}
		all, err := redeemer.All("stemma-1")
		require.NoError(t, err)
		require.Len(t, all, 1)
		require.True(t, all[0].Total.GTE(last), "%s after %s", all[0].Total, last)
		last = all[0].Total
	}
}

// An older file that a crash left does not hide the newest, nor half of one that was being written.
func TestACrashLosesNoVoucher(t *testing.T) {
	dir := t.TempDir()
	s := paychannel.OpenStore(dir)
	old, current := signed(t, payer, "stemma-1", 1, 9), signed(t, payer, "stemma-1", 1, 10)
	_, err := s.Keep(old, of(old))
	require.NoError(t, err)
	files, err := filepath.Glob(filepath.Join(dir, "*", "*", "*"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	was, err := os.ReadFile(files[0])
	require.NoError(t, err)
	_, err = s.Keep(current, of(current))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(files[0], was, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(files[0]), ".new1"), was[:9], 0o600))
	newest, err := paychannel.OpenStore(dir).Newest("stemma-1", royaltytypes.PaymentChannelID{1})
	require.NoError(t, err)
	require.Equal(t, current.Total, newest.Total)
	next := signed(t, payer, "stemma-1", 1, 11)
	_, err = s.Keep(next, of(next))
	require.NoError(t, err)
	left, err := os.ReadDir(filepath.Dir(files[0]))
	require.NoError(t, err)
	require.Len(t, left, 1, "what the crash left is gone")
}

// What several take at once adds up to the highest total.
func TestVouchersAtOnceAreCountedOnce(t *testing.T) {
	s := paychannel.OpenStore(t.TempDir())
	var mu sync.Mutex
	var group sync.WaitGroup
	sum := math.ZeroInt()
	for total := int64(1); total <= 40; total++ {
		v := signed(t, payer, "stemma-1", 1, total)
		group.Go(func() {
			more, err := s.Keep(v, of(v))
			if err == nil {
				mu.Lock()
				sum = sum.Add(more)
				mu.Unlock()
			}
		})
	}
	group.Wait()
	require.Equal(t, math.NewInt(40), sum)
}

func TestAsManyVouchersAsFit(t *testing.T) {
	list := make([]royaltytypes.Voucher, 2000)
	gasOf := func(each uint64) paychannel.Try {
		return func(_ context.Context, msgs ...sdk.Msg) (uint64, error) {
			n := uint64(len(msgs[0].(*royaltytypes.MsgRedeemVouchers).Vouchers))
			if n*each > 100_000_000 {
				return 0, errors.New("out of gas in location: x")
			}
			return n * each, nil
		}
	}
	for each, want := range map[uint64]int{10_000: 750, 100_000: 188, 1_000_000: 12} {
		msg, err := paychannel.Fit(t.Context(), gasOf(each), "by", list, 0)
		require.NoError(t, err)
		require.Len(t, msg.Vouchers, want)
	}
	_, err := paychannel.Fit(t.Context(), gasOf(30_000_000), "by", list, 0)
	require.ErrorIs(t, err, paychannel.ErrTooManyPayees)
	broken := errors.New("no node")
	_, err = paychannel.Fit(t.Context(), func(context.Context, ...sdk.Msg) (uint64, error) { return 0, broken }, "by", list, 0)
	require.ErrorIs(t, err, broken)
}
