package paychannel

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
	"github.com/stemma-chain/stemma/x/royalty/voucher"
)

// Tariff is what one use of a set of works costs where each is paid per use, and whom a payment
// channel pays for it: open one with these payees, and add Price to the total of the vouchers
// with each use.
type Tariff struct {
	Price  sdk.Coin
	Payees []royaltytypes.PaymentChannelPayee
}

// ErrNoPrice is matched by the error of uses that have no price in the denom.
var ErrNoPrice = errors.New("no price per use")

// NewTariff adds up what answers about the rights of works say is to be paid with each use, in a denom.
// A work that several of them have to pay is paid for each. Shares are whole millionths, so the price is
// rounded up until each payee gets at least what it asks, however many uses are paid by one voucher. It
// fails with ErrNoPrice where nothing is paid per use or not in that denom, for a use that is not
// allowed, and for more than 1,000 payees.
func NewTariff(answers []licensetypes.Rights, denom string) (Tariff, error) {
	asked := map[registrytypes.WorkID]*big.Int{}
	for _, answer := range answers {
		if answer.Verdict != licensetypes.VERDICT_ALLOWED {
			return Tariff{}, fmt.Errorf("%w: %s may not be used so: %s", ErrNoPrice, answer.Subject, answer.Verdict)
		}
		for _, o := range answer.Obligations {
			if o.Kind != licensetypes.OBLIGATION_PAY_PER_USE {
				continue
			}
			found, coin := o.Price.Find(denom)
			if !found {
				return Tariff{}, fmt.Errorf("%w: %s takes %s for each use, not %s", ErrNoPrice, o.Work, o.Price, denom)
			}
			if asked[o.Work] == nil {
				asked[o.Work] = new(big.Int)
			}
			asked[o.Work].Add(asked[o.Work], coin.Amount.BigInt())
		}
	}
	switch n := len(asked); {
	case n == 0:
		return Tariff{}, fmt.Errorf("%w: nothing is to be paid with these uses", ErrNoPrice)
	case n > royaltytypes.MaxPaymentChannelPayees:
		return Tariff{}, fmt.Errorf("%d works are to be paid, a payment channel pays at most %d: open several",
			n, royaltytypes.MaxPaymentChannelPayees)
	}
	payees := shares(asked)
	return Tariff{Price: sdk.NewCoin(denom, math.NewIntFromBigInt(enough(payees, asked))), Payees: payees}, nil
}

// shares divides the whole by what is asked: rounded down to millionths, at least one, and what is left
// or too much goes to or comes from the largest.
func shares(asked map[registrytypes.WorkID]*big.Int) []royaltytypes.PaymentChannelPayee {
	sum := new(big.Int)
	for _, amount := range asked {
		sum.Add(sum, amount)
	}
	payees := make([]royaltytypes.PaymentChannelPayee, 0, len(asked))
	rest := int64(whole)
	for work, amount := range asked {
		weight := new(big.Int).Mul(amount, big.NewInt(whole))
		part := max(weight.Div(weight, sum).Int64(), 1)
		rest -= part
		payees = append(payees, royaltytypes.PaymentChannelPayee{Work: work, Weight: uint32(part)})
	}
	slices.SortFunc(payees, func(a, b royaltytypes.PaymentChannelPayee) int { return bytes.Compare(a.Work[:], b.Work[:]) })
	largest := 0
	for i, p := range payees {
		if cmp.Compare(p.Weight, payees[largest].Weight) > 0 {
			largest = i
		}
	}
	// The largest of at most 1,000 parts has a thousandth of the whole or more, and at most 1,000 millionths too much were given.
	payees[largest].Weight = uint32(int64(payees[largest].Weight) + rest)
	return payees
}

// enough is the lowest price of which each payee's share is what it asks.
func enough(payees []royaltytypes.PaymentChannelPayee, asked map[registrytypes.WorkID]*big.Int) *big.Int {
	highest := new(big.Int)
	for _, p := range payees {
		price := new(big.Int).Mul(asked[p.Work], big.NewInt(whole))
		weight := big.NewInt(int64(p.Weight))
		price.Add(price, weight).Sub(price, big.NewInt(1)).Div(price, weight)
		if price.Cmp(highest) > 0 {
			highest = price
		}
	}
	return highest
}

// Meter pays uses by vouchers of one payment channel, each over all uses so far. It is not safe for
// concurrent use.
type Meter struct {
	// ChainID and PaymentChannel are those of the vouchers.
	ChainID        string
	PaymentChannel royaltytypes.PaymentChannelID
	// Price of a use, in units of the payment channel's denom.
	Price math.Int
	// Deposit is the most that vouchers can promise.
	Deposit math.Int
	// Total is what the last voucher promises.
	Total math.Int
	// Sign signs with the payment channel's key, secp256k1 over SHA-256, as Voucher.Sign takes it.
	Sign func(signBytes []byte) ([]byte, error)
}

// NewMeter meters uses at a tariff, through a payment channel as the query PaymentChannel answered it.
// It goes on above what is redeemed, and above the last voucher, if there is one: a payer who lost that
// asks those who are paid for it, since they refuse what is no more.
func NewMeter(
	chainID string, channel royaltytypes.PaymentChannelInfo, tariff Tariff, last *voucher.Voucher, sign func([]byte) ([]byte, error),
) (*Meter, error) {
	if channel.Deposit.Denom != tariff.Price.Denom {
		return nil, fmt.Errorf("%w: %s is in %s, the uses cost %s", ErrNoPrice, channel.Id, channel.Deposit.Denom, tariff.Price)
	}
	m := &Meter{
		ChainID: chainID, PaymentChannel: channel.Id, Price: tariff.Price.Amount, Deposit: channel.Deposit.Amount,
		Total: channel.Redeemed.Amount, Sign: sign,
	}
	if last != nil {
		if last.PaymentChannel != channel.Id || last.ChainID != chainID {
			return nil, royaltytypes.ErrInvalidVoucher.Wrapf("the last one is of %s, not of %s", last.PaymentChannel, channel.Id)
		}
		m.Total = math.MaxInt(m.Total, last.Total)
	}
	return m, nil
}

// Use pays uses more: the voucher takes the place of all earlier ones. It fails with the royalty
// module's ErrOverDeposit, and then nothing is paid: top the payment channel up, and raise Deposit.
func (m *Meter) Use(uses uint32) (voucher.Voucher, error) {
	total := m.Total.Add(m.Price.MulRaw(int64(uses)))
	if total.GT(m.Deposit) {
		return voucher.Voucher{}, royaltytypes.ErrOverDeposit.Wrapf("%d uses more at %s make %s of %s, whose deposit is %s",
			uses, m.Price, total, m.PaymentChannel, m.Deposit)
	}
	v, err := voucher.New(m.ChainID, m.PaymentChannel, total, time.Time{})
	if err != nil {
		return v, err
	}
	if v, err = v.Sign(m.Sign); err != nil {
		return v, err
	}
	m.Total = total
	return v, nil
}
