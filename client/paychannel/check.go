package paychannel

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/words/table"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
	"github.com/stemma-chain/stemma/x/royalty/voucher"
)

// maxVouchers bounds what is read at once.
const maxVouchers = 100_000

// ErrUnreachable says that no node answered, so that nothing is known of the
// payment channel.
var ErrUnreachable = errors.New("no node answered")

// ReadFiles reads the vouchers of files, or of the standard input for "-", in
// order of payment channel, the highest total of each first.
func ReadFiles(stdin io.Reader, files []string) (all []voucher.Voucher, err error) {
	for _, name := range files {
		read, err := readFile(stdin, name, maxVouchers-len(all))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, read...)
	}
	slices.SortStableFunc(all, func(a, b voucher.Voucher) int {
		return cmp.Or(cmp.Compare(a.ChainID, b.ChainID), slices.Compare(a.PaymentChannel[:], b.PaymentChannel[:]),
			b.Total.BigInt().Cmp(a.Total.BigInt()))
	})
	return all, nil
}

func readFile(stdin io.Reader, name string, limit int) ([]voucher.Voucher, error) {
	if name == "-" {
		return voucher.Read(stdin, limit)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	read, err := voucher.Read(f, limit)
	if err == nil && len(read) == 0 {
		err = errors.New("there is no voucher in it")
	}
	return read, err
}

// Finding is what can be said of a voucher.
type Finding struct {
	Voucher voucher.Voucher `json:"voucher"`
	// Problem is why it pays nothing now; empty when it pays.
	Problem string `json:"problem,omitempty"`
	// Pays is what redeeming it adds, before roundings; nil when that is unknown.
	Pays *sdk.Coin `json:"pays,omitempty"`
	// ClosesAt is when its payment channel closes, so that it has to be redeemed before;
	// nil when nobody has asked for that, or it is unknown.
	ClosesAt *time.Time `json:"closes_at,omitempty"`
	// CloseDelay is how long after its payer asks for that, in whole seconds; 0: unknown.
	CloseDelay int64 `json:"close_delay_seconds,omitempty"`

	// spent: as much was redeemed and paid out, so that it never pays again.
	spent bool
}

// Newest keeps of each payment channel the voucher of the highest total that pays, or
// else the highest of all: a forged one must not hide one that is good. Findings
// are in the order of ReadFiles. older is how many it left out.
func Newest(findings []Finding) (newest []Finding, older int) {
	for _, f := range findings {
		last := len(newest) - 1
		switch {
		case last < 0 || newest[last].Voucher.PaymentChannel != f.Voucher.PaymentChannel ||
			newest[last].Voucher.ChainID != f.Voucher.ChainID:
			newest = append(newest, f)
		case newest[last].Problem != "" && f.Problem == "":
			newest[last] = f
		}
	}
	return newest, len(findings) - len(newest)
}

// CheckSignature checks a voucher with a key and nothing else.
func CheckSignature(v voucher.Voucher, key []byte, now time.Time) Finding {
	finding := Finding{Voucher: v}
	if err := v.Verify(key); err != nil {
		finding.Problem = err.Error()
	} else if v.ExpiredAt(now) {
		finding.Problem = "it expired on " + table.Time(time.Unix(v.Expires, 0))
	}
	return finding
}

// Check checks vouchers against their payment channels, in their order; it asks for each
// payment channel once. It fails with ErrUnreachable when the node does not answer.
func Check(
	ctx context.Context, royalty royaltytypes.QueryClient, chainID string, list []voucher.Voucher, now time.Time,
) ([]Finding, error) {
	findings := make([]Finding, len(list))
	channels := map[royaltytypes.PaymentChannelID]*royaltytypes.PaymentChannelInfo{}
	for i, v := range list {
		if v.ChainID != chainID {
			findings[i] = Finding{Voucher: v, Problem: fmt.Sprintf("it is for %s, this is %s", v.ChainID, chainID)}
			continue
		}
		channel, known := channels[v.PaymentChannel]
		if !known {
			res, err := royalty.PaymentChannel(ctx, &royaltytypes.QueryPaymentChannelRequest{
				PaymentChannel: v.PaymentChannel, Pagination: &query.PageRequest{Limit: 1},
			})
			switch {
			case err == nil:
				channel = &res.PaymentChannel
			case status.Code(err) != codes.NotFound:
				return nil, errors.Join(ErrUnreachable, err)
			}
			channels[v.PaymentChannel] = channel
		}
		if channel == nil {
			findings[i] = Finding{Voucher: v, Problem: "its payment channel is closed, or was never opened"}
			continue
		}
		findings[i] = against(*channel, v, now)
	}
	return findings, nil
}

// against checks a voucher against its payment channel.
func against(channel royaltytypes.PaymentChannelInfo, v voucher.Voucher, now time.Time) Finding {
	pays := sdk.NewCoin(channel.Deposit.Denom, math.ZeroInt())
	finding := CheckSignature(v, channel.Key, now)
	finding.Pays, finding.ClosesAt, finding.CloseDelay = &pays, channel.ClosesAt, int64(channel.CloseDelay/time.Second)
	switch {
	case finding.Problem != "":
	case channel.ClosesAt != nil && !now.Before(*channel.ClosesAt):
		finding.Problem = "its payment channel could be redeemed until " + table.OptionalTime(channel.ClosesAt)
	case v.Total.GT(channel.Deposit.Amount):
		finding.Problem = fmt.Sprintf("its payment channel has a deposit of %s only", channel.Deposit)
	case v.Total.LT(channel.Redeemed.Amount), v.Total.Equal(channel.Redeemed.Amount) && channel.PendingFrom == 0:
		finding.Problem = fmt.Sprintf("%s of its payment channel were redeemed already", channel.Redeemed)
		finding.spent = channel.PendingFrom == 0
	default:
		pays.Amount = v.Total.Sub(channel.Redeemed.Amount)
	}
	return finding
}
