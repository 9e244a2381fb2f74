package types

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"cosmossdk.io/math"

	"github.com/stemma-chain/stemma/internal/amounts"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
)

// Limits of payment channels.
const (
	// MaxPaymentChannelPayees bounds the works that one payment channel pays.
	MaxPaymentChannelPayees = 1000
	// MaxSerialStep is by how much a payer's serial may be above the last: a single message uses up no more of them.
	MaxSerialStep = 1 << 32
	// MaxVouchers bounds the vouchers of one message.
	MaxVouchers = 750
	// MinCloseDelay and MaxCloseDelay bound how long a payer waits for the rest.
	MinCloseDelay = time.Minute
	MaxCloseDelay = 90 * 24 * time.Hour
	// KeySize and SignatureSize are those of compressed secp256k1 keys and of
	// signatures without recovery id.
	KeySize       = 33
	SignatureSize = 64
)

// paymentChannelEntry is the size of an entry of a packed list of payees: work id and
// weight.
const paymentChannelEntry = 20 + 3

// WorkShare is a work's part, in ppm, of what a payment channel pays.
type WorkShare struct {
	Work   registrytypes.WorkID
	Weight uint32
}

// NewPaymentChannelPayees packs the payees of a message, in order of id. It fails with
// ErrInvalidPaymentChannel unless there are 1 to 1,000, each once, with weights that
// sum to the whole.
func NewPaymentChannelPayees(lines []PaymentChannelPayee) (PaymentChannelPayees, error) {
	if n := len(lines); n < 1 || n > MaxPaymentChannelPayees {
		return PaymentChannelPayees{}, ErrInvalidPaymentChannel.Wrapf("%d payees; a payment channel pays 1 to %d works", n,
			MaxPaymentChannelPayees)
	}
	shares := make([]WorkShare, len(lines))
	for i, line := range lines {
		if err := line.Work.Given(fmt.Sprintf("payees[%d].work", i)); err != nil {
			return PaymentChannelPayees{}, err
		}
		if line.Weight < 1 || line.Weight > flow.Whole {
			return PaymentChannelPayees{}, ErrInvalidPaymentChannel.Wrapf("%s has a weight of %d ppm; it must be from "+
				"1 to %d", line.Work, line.Weight, flow.Whole)
		}
		shares[i] = WorkShare(line)
	}
	slices.SortFunc(shares, func(a, b WorkShare) int { return bytes.Compare(a.Work[:], b.Work[:]) })
	packed := make([]byte, 0, len(shares)*paymentChannelEntry)
	for _, s := range shares {
		packed = append(packed, s.Work[:]...)
		packed = append(packed, byte(s.Weight>>16), byte(s.Weight>>8), byte(s.Weight))
	}
	payees := PaymentChannelPayees{Packed: packed}
	_, err := payees.Unpack()
	return payees, err
}

// Count is the number of payees.
func (p PaymentChannelPayees) Count() int { return len(p.Packed) / paymentChannelEntry }

// Unpack reads the packed list. It fails with ErrInvalidPaymentChannel unless it has 1
// to 1,000 payees, sorted, each once, with weights that sum to the whole.
func (p PaymentChannelPayees) Unpack() ([]WorkShare, error) {
	n := p.Count()
	if len(p.Packed)%paymentChannelEntry != 0 || n < 1 || n > MaxPaymentChannelPayees {
		return nil, ErrInvalidPaymentChannel.Wrapf("a list of payees of %d bytes", len(p.Packed))
	}
	shares := make([]WorkShare, n)
	var sum uint64
	for i := range shares {
		entry := p.Packed[i*paymentChannelEntry:]
		shares[i] = WorkShare{
			Work:   registrytypes.WorkID(entry[:20]),
			Weight: uint32(entry[20])<<16 | uint32(entry[21])<<8 | uint32(entry[22]),
		}
		sum += uint64(shares[i].Weight)
		if err := shares[i].Work.Given("work"); err != nil {
			return nil, ErrInvalidPaymentChannel.Wrap(err.Error())
		}
		if shares[i].Weight == 0 {
			return nil, ErrInvalidPaymentChannel.Wrapf("%s has a weight of 0", shares[i].Work)
		}
		if i > 0 && bytes.Compare(shares[i-1].Work[:], shares[i].Work[:]) >= 0 {
			return nil, ErrInvalidPaymentChannel.Wrapf("%s is named twice or out of order", shares[i].Work)
		}
	}
	if sum != flow.Whole {
		return nil, ErrInvalidPaymentChannel.Wrapf("the weights of the payees sum to %d ppm; they must sum to %d", sum, flow.Whole)
	}
	return shares, nil
}

// Words says for people why a voucher was passed over.
func (r SkipReason) Words() string {
	switch r {
	case SKIP_CLOSED:
		return "its payment channel is closed, or was never opened"
	case SKIP_EXPIRED:
		return "it has expired"
	case SKIP_STALE:
		return "as much or more of its payment channel was redeemed already"
	case SKIP_BELOW_MINIMUM:
		return "it adds less than the least payment"
	case SKIP_PENDING:
		return "an earlier redemption was to be finished first, so send it again"
	default:
		return r.String()
	}
}

// ID is the payment channel's id.
func (c PaymentChannel) ID() PaymentChannelID { return NewPaymentChannelID(c.Payer, c.Serial) }

// Left is what the payment channel still has, in whole units.
func (c PaymentChannel) Left() math.Int { return c.Deposit.Sub(c.Paid) }

// Validate checks that no more was deposited in all than may enter at a time, nor
// redeemed than deposited, nor paid than redeemed, and the fields that never change. It fails with ErrInvalidPaymentChannel.
func (c PaymentChannel) Validate(payees PaymentChannelPayees) error {
	for _, amount := range []math.Int{c.Deposit, c.Redeemed, c.Settled, c.Paid} {
		if amount.IsNil() || amount.IsNegative() {
			return ErrInvalidPaymentChannel.Wrapf("%s: an amount is missing or below zero", c.ID())
		}
	}
	if err := amounts.CheckMax(c.Deposit); err != nil {
		return ErrInvalidPaymentChannel.Wrapf("%s: deposit in all: %s", c.ID(), err)
	}
	shares, err := payees.Unpack()
	if err != nil {
		return err
	}
	switch {
	case c.Redeemed.GT(c.Deposit) || c.Settled.GT(c.Redeemed):
		return ErrInvalidPaymentChannel.Wrapf("%s: deposit %s, redeemed %s, settled %s", c.ID(), c.Deposit, c.Redeemed, c.Settled)
	case int(c.PendingFrom) >= len(shares) || c.PendingFrom == 0 && !c.Settled.Equal(c.Redeemed):
		return ErrInvalidPaymentChannel.Wrapf("%s: redeemed %s, settled %s, pending from %d of %d", c.ID(),
			c.Redeemed, c.Settled, c.PendingFrom, len(shares))
	case len(c.Payer) == 0 || c.Payer.Equals(c.Receiver):
		return ErrInvalidPaymentChannel.Wrapf("%s: payer %s, receiver %s", c.ID(), c.Payer, c.Receiver)
	}
	if most := c.due(shares); c.Paid.GT(most) {
		return ErrInvalidPaymentChannel.Wrapf("%s: paid %s, more than the %s that is due", c.ID(), c.Paid, most)
	}
	return validTerms(c.Key, c.CloseDelay)
}

// due is what payees have had, had each been payable.
func (c PaymentChannel) due(shares []WorkShare) math.Int {
	zero, sum := math.ZeroInt().BigInt(), math.ZeroInt()
	for i, s := range shares {
		total := c.Settled
		if i < int(c.PendingFrom) || c.PendingFrom == 0 {
			total = c.Redeemed
		}
		sum = sum.Add(math.NewIntFromBigInt(flow.Increase(zero, total.BigInt(), s.Weight)))
	}
	return sum
}

func validTerms(key []byte, delay time.Duration) error {
	if len(key) != KeySize || key[0] != 2 && key[0] != 3 {
		return ErrInvalidPaymentChannel.Wrapf("the key must be a compressed secp256k1 key of %d bytes", KeySize)
	}
	if delay < MinCloseDelay || delay > MaxCloseDelay {
		return ErrInvalidPaymentChannel.Wrapf("close_delay is %s; it must be from %s to %s", delay, MinCloseDelay, MaxCloseDelay)
	}
	return nil
}
