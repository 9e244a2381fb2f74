package till_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/stemma-chain/stemma/portal/till"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

func open(t *testing.T, path string) *till.Till {
	t.Helper()
	book, err := till.Open(t.Context(), path)
	require.NoError(t, err)
	return book
}

// What is kept is there after the file was closed, and is changed once: a second settling or delivery says nothing.
func TestAPaymentIsSettledAndDeliveredOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "till.db")
	book := open(t, path)
	ctx, now := t.Context(), time.Unix(1_800_000_000, 0).UTC()
	p := till.Payment{ID: "AB", Resource: "https://a.example/x", Payer: "p", Amount: "5uusdc", Raw: []byte{1, 2}, After: 7, Until: now.Add(time.Minute)}
	fresh, err := book.Take(ctx, p)
	require.NoError(t, err)
	require.True(t, fresh)
	other := p
	other.Resource = "https://a.example/y"
	fresh, err = book.Take(ctx, other) // it is kept as it was
	require.NoError(t, err)
	require.False(t, fresh)
	require.NoError(t, book.Close())
	book = open(t, path)
	defer book.Close()
	kept, err := book.Find(ctx, "AB")
	require.NoError(t, err)
	require.Equal(t, p, kept)
	require.NoError(t, book.Settle(ctx, "AB", 9, []byte("{}"), now))
	require.NoError(t, book.Settle(ctx, "AB", 10, []byte("{1}"), now.Add(time.Hour)))
	require.NoError(t, book.Drop(ctx, "AB")) // what is settled stays
	for i, at := range []time.Time{now, now.Add(time.Hour)} {
		first, err := book.Deliver(ctx, "AB", at)
		require.NoError(t, err)
		require.Equal(t, i == 0, first)
	}
	kept, err = book.Find(ctx, "AB")
	require.NoError(t, err)
	require.Equal(t, int64(9), kept.Height)
	require.Equal(t, now, kept.Delivered)
	n, err := book.Prune(ctx, now)
	require.NoError(t, err)
	require.Zero(t, n)
	n, err = book.Prune(ctx, now.Add(time.Second))
	require.NoError(t, err)
	require.Equal(t, 1, n)
	_, err = book.Find(ctx, "AB")
	require.ErrorIs(t, err, till.ErrUnknown)
	_, err = book.Take(ctx, p)
	require.NoError(t, err)
	require.NoError(t, book.Drop(ctx, "AB"))
	_, err = book.Find(ctx, "AB")
	require.ErrorIs(t, err, till.ErrUnknown)
}

// Whatever vouchers come in whatever order, again and again, and whatever is forgotten meanwhile: all uses that were
// served cost no more than the newest voucher promises, each total serves once, and whoever pays as is asked is served.
func TestVouchersServeWhatTheyPromise(t *testing.T) {
	dir, files := t.TempDir(), 0
	rapid.Check(t, func(rt *rapid.T) {
		files++
		book, err := till.Open(t.Context(), filepath.Join(dir, string(rune('a'+files%26))+rapid.StringMatching(`[a-z]{12}`).Draw(rt, "file")))
		require.NoError(rt, err)
		defer book.Close()
		ctx, now := t.Context(), time.Unix(1_800_000_000, 0)
		redeemed := rapid.Int64Range(0, 50).Draw(rt, "redeemed")
		channel := royaltytypes.PaymentChannelID{1}
		newest, served, totals := redeemed, int64(0), map[int64]bool{}
		for range rapid.IntRange(1, 40).Draw(rt, "uses") {
			total, price := rapid.Int64Range(1, 120).Draw(rt, "total"), rapid.Int64Range(1, 9).Draw(rt, "price")
			if rapid.Bool().Draw(rt, "honest") {
				total = max(newest+1, redeemed+served+price)
			}
			if rapid.IntRange(0, 9).Draw(rt, "prune") == 0 {
				for n := 1; n > 0; {
					n, err = book.Prune(ctx, now)
					require.NoError(rt, err)
				}
			}
			honest := total > newest && redeemed+served+price <= total
			now = now.Add(time.Second)
			_, fresh, err := book.Spend(ctx, till.Use{
				Channel: channel, Total: math.NewInt(total), Newest: math.NewInt(max(newest, total)), Redeemed: math.NewInt(redeemed), Price: math.NewInt(price),
			}, now)
			if fresh {
				require.NoError(rt, err)
				require.False(rt, totals[total], "total %d served twice", total)
				totals[total] = true
				newest, served = max(newest, total), served+price
				require.LessOrEqual(rt, redeemed+served, newest)
				_, err := book.Deliver(ctx, till.UseID(channel, math.NewInt(total)), now)
				require.NoError(rt, err)
			}
			if honest {
				require.True(rt, fresh, "total %d for %d, %d served of %d", total, price, served, newest)
			}
		}
	})
}

// A payment that nobody has decided stays although its time is long over: it may be in a block.
func TestAnUndecidedPaymentIsNotForgotten(t *testing.T) {
	book := open(t, filepath.Join(t.TempDir(), "till.db"))
	defer book.Close()
	ctx, now := t.Context(), time.Unix(1_800_000_000, 0).UTC()
	for _, id := range []string{"A", "B", "C"} {
		_, err := book.Take(ctx, till.Payment{ID: id, Resource: "x", Payer: "p", Amount: "5uusdc", Raw: []byte{1}, Until: now})
		require.NoError(t, err)
	}
	n, err := book.Prune(ctx, now.Add(24*time.Hour))
	require.NoError(t, err)
	require.Zero(t, n)
	ids, err := book.Undecided(ctx, now, "")
	require.NoError(t, err)
	require.Empty(t, ids)
	require.NoError(t, book.Came(ctx, "B", 7))
	ids, err = book.Undecided(ctx, now.Add(time.Second), "A")
	require.NoError(t, err)
	require.Equal(t, []string{"C"}, ids)
	n, err = book.Prune(ctx, now.Add(31*24*time.Hour))
	require.NoError(t, err)
	require.Equal(t, 3, n)
}

// A till of another version is refused, and not made over.
func TestATillOfAnotherVersion(t *testing.T) {
	path := filepath.Join(t.TempDir(), "till.db")
	book := open(t, path)
	require.NoError(t, till.SetVersion(t.Context(), book, 99))
	require.NoError(t, book.Close())
	_, err := till.Open(t.Context(), path)
	require.ErrorContains(t, err, "version 99")
}

// Two processes at one till would each send what is behind them the same paid request, so the second does not begin.
func TestATillIsOpenOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "till.db")
	book := open(t, path)
	_, err := till.Open(t.Context(), path)
	require.ErrorIs(t, err, till.ErrBusy)
	require.ErrorContains(t, err, path)
	_, err = book.Find(t.Context(), "AB") // and the first has not lost it
	require.ErrorIs(t, err, till.ErrUnknown)
	require.NoError(t, book.Close())
	require.NoError(t, open(t, path).Close())
}
