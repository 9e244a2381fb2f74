// Package x402 serves what is paid for by x402 version 2: works of the chain, whatever stands behind a paywall, and the
// payments of other servers, as a facilitator. It signs nothing and holds no keys: a payer's transaction goes to the
// chain as it is. The schemes are written down in docs/x402-cosmos.md, and client/x402 has the rules that both sides
// follow.
package x402

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/paychannel"
	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/x402"
	"github.com/stemma-chain/stemma/portal/till"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// Config is what doors are made of.
type Config struct {
	Client *client.Client
	// Till keeps what was paid.
	Till *till.Till
	// Origin is where the server is reached from outside, as https://example.org. Payments are bound to it, whatever a request says.
	Origin string
	// Vouchers keeps the newest vouchers, and Receiver is the service's account, which payment channels name. nil and
	// zero: vouchers are not taken.
	Vouchers *paychannel.Store
	Receiver sdk.AccAddress
	// MinCloseDelay is the least that a payment channel leaves for redeeming; 0: an hour.
	MinCloseDelay time.Duration
	// Within is how long a payment may be on its way; 0: a minute.
	Within time.Duration
	// Again is how long a thing that was handed over can be had again by the same payment; 0: ten minutes.
	Again time.Duration
	// Denied says whether the operator has nothing to do with a work, by its id; nil: with none.
	Denied func(work string) bool
	Log    *slog.Logger
	// Now is the time; nil: the system's.
	Now func() time.Time
}

const (
	defaultCloseDelay = time.Hour
	defaultWithin     = time.Minute
	defaultAgain      = 10 * time.Minute
	// longestWithin is below the chain's ten minutes for unordered transactions.
	longestWithin = 9 * time.Minute
	// askedWithin is how long the node has for a question.
	askedWithin = 20 * time.Second
)

// Doors ask what things cost, and take payments for them. It is safe for concurrent use.
type Doors struct {
	Config
	began   time.Time
	locks   locks
	answers answers
	seeking chan struct{} // has room for one who searches blocks
}

// ErrOrigin is an address that payments can't be bound to.
var ErrOrigin = errors.New("the address that payments are bound to (--origin): write https://HOST, without a path")

// New makes doors. It asks nothing yet. It fails with ErrOrigin.
func New(c Config) (*Doors, error) {
	origin, err := url.Parse(c.Origin)
	if err != nil || (origin.Scheme != "https" && origin.Scheme != "http") || origin.Host == "" || origin.Path != "" || origin.RawQuery != "" {
		return nil, ErrOrigin
	}
	if c.MinCloseDelay == 0 {
		c.MinCloseDelay = defaultCloseDelay
	}
	if c.Within == 0 {
		c.Within = defaultWithin
	}
	c.Within = min(c.Within, longestWithin)
	if c.Again == 0 {
		c.Again = defaultAgain
	}
	if c.Denied == nil {
		c.Denied = func(string) bool { return false }
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	d := &Doors{Config: c, began: c.Now(), seeking: make(chan struct{}, 1)}
	d.locks.held = map[string]*lock{}
	d.answers.kept = map[string]kept{}
	return d, nil
}

// Thing is what is paid for: a resource, which is a use of a work.
type Thing struct {
	x402.Resource
	// Work is its id, or the SHA-256 of a content.
	Work string
	Use  licensetypes.Use
	// Behind: it is a thing behind a paywall, which does not count uses at grants. Else it is the right to a use, and what counts it is the
	// chain's.
	Behind bool
	// Later: what each use costs besides a grant is asked for once the grant is there. Else such grants are not sold for what is behind a
	// paywall, which they alone would open.
	Later bool
	// Once is the method of a request that does something, as POST: a payment has it done once, and not another time with something else in
	// it. Empty: the thing is read, and may be read again.
	Once string
}

// paid is what a payment is kept for.
func (t Thing) paid() string {
	if t.Once == "" {
		return t.URL
	}
	return t.Once + " " + t.URL
}

// bills are the ways to pay for a thing, for the account that was asked about.
func (t Thing) bills(answer licensetypes.Rights) []x402.Bill {
	if t.Behind {
		answer = x402.Uncounted(answer)
	}
	return x402.Bills(answer, nil, 0)
}

// errDenied is of a work that the operator has nothing to do with.
var errDenied = errors.New("the operator of this server does not offer this work")

// ErrNode is matched by the error of a question that the node did not answer.
var ErrNode = errors.New("the node does not answer")

// decide asks what the chain says of a use, for an account or for anybody.
func (d *Doors) decide(ctx context.Context, t Thing, licensee string) (licensetypes.Rights, error) {
	ctx, cancel := context.WithTimeout(ctx, askedWithin)
	defer cancel()
	res, err := d.Client.License().CheckRights(ctx, &licensetypes.QueryCheckRightsRequest{Work: t.Work, Use: t.Use, Licensee: licensee})
	switch status.Code(err) {
	case codes.OK:
		if len(res.Rights.Works) > 0 && d.Denied(res.Rights.Works[0].String()) {
			return licensetypes.Rights{}, errDenied
		}
		return d.sold(ctx, t, res.Rights)
	case codes.InvalidArgument:
		return licensetypes.Rights{}, &x402.Refusal{Reason: x402.InvalidRequirements, Detail: client.Tidy(err.Error()), Err: err}
	}
	return licensetypes.Rights{}, errors.Join(ErrNode, err)
}

// sold leaves out of an answer what is not sold for a thing: for one that is a use, grants under which each use is paid besides.
func (d *Doors) sold(ctx context.Context, t Thing, answer licensetypes.Rights) (licensetypes.Rights, error) {
	if !t.Behind || t.Later {
		return answer, nil
	}
	answer, err := rights.Beside{License: d.Client.License(), Registry: d.Client.Registry()}.Unpaid(ctx, t.Use, answer)
	if err != nil {
		return answer, errors.Join(ErrNode, err)
	}
	return answer, nil
}

// requirements are the ways to pay for a thing.
func (d *Doors) requirements(ctx context.Context, t Thing, answer licensetypes.Rights) ([]x402.Requirement, error) {
	chainID, err := d.Client.ChainID(ctx)
	if err != nil {
		return nil, errors.Join(ErrNode, err)
	}
	var all, byVoucher []x402.Requirement
	for _, bill := range t.bills(answer) {
		r := x402.Requirement{
			Scheme: x402.Exact, Network: x402.Network(chainID), Amount: bill.Amount.Amount.String(), Asset: bill.Amount.Denom,
			PayTo: answer.Works[0].String(), MaxTimeoutSeconds: int(d.Within / time.Second), Extra: x402.Extra{Resource: t.URL},
		}
		if channel := d.channel(bill); channel != nil {
			v := r
			v.Scheme, v.Amount = x402.Batch, bill.Tariff.Price.Amount.String()
			v.Extra.Channel = channel
			byVoucher = append(byVoucher, v)
		}
		if r.Extra.Messages, err = x402.PackMessages(d.Client.Encoding.Codec, bill.Messages); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return append(all, byVoucher...), nil
}

// channel says what a payment channel has to be like whose vouchers pay a bill; nil: none can.
func (d *Doors) channel(bill x402.Bill) *x402.Channel {
	if bill.Tariff == nil || d.Vouchers == nil || d.Receiver.Empty() {
		return nil
	}
	c := &x402.Channel{Receiver: d.Receiver.String(), MinCloseDelaySeconds: int64(d.MinCloseDelay / time.Second)}
	for _, p := range bill.Tariff.Payees {
		c.Payees = append(c.Payees, x402.Payee{Work: p.Work.String(), Weight: p.Weight})
	}
	return c
}

// locks let one at a time handle what has a name.
type locks struct {
	mu   sync.Mutex
	held map[string]*lock
}

type lock struct {
	sync.Mutex
	waiting int
}

// take waits for its turn, and returns how to give it up.
func (l *locks) take(name string) (leave func()) {
	l.mu.Lock()
	held := l.held[name]
	if held == nil {
		held = &lock{}
		l.held[name] = held
	}
	held.waiting++
	l.mu.Unlock()
	held.Lock()
	return func() {
		held.Unlock()
		l.mu.Lock()
		defer l.mu.Unlock()
		if held.waiting--; held.waiting == 0 {
			delete(l.held, name)
		}
	}
}

// answers remembers for a moment what was answered to anybody, so that many who only look cost the node little.
type answers struct {
	mu   sync.Mutex
	kept map[string]kept
}

type kept struct {
	rights licensetypes.Rights
	at     time.Time
}

const (
	answersLast = time.Second
	maxAnswers  = 4096
)

// anybody asks what the chain says of a use by anybody. The answer may be a second old: what is paid is asked anew.
func (d *Doors) anybody(ctx context.Context, t Thing) (licensetypes.Rights, error) {
	key := t.Work + " " + t.Use.String()
	if t.Behind && !t.Later {
		key = "behind " + key
	}
	now := d.Now()
	d.answers.mu.Lock()
	known, there := d.answers.kept[key]
	d.answers.mu.Unlock()
	if there && now.Sub(known.at) < answersLast {
		return known.rights, nil
	}
	answer, err := d.decide(ctx, t, "")
	if err != nil {
		return answer, err
	}
	d.answers.mu.Lock()
	defer d.answers.mu.Unlock()
	if len(d.answers.kept) >= maxAnswers {
		clear(d.answers.kept)
	}
	d.answers.kept[key] = kept{answer, now}
	return answer, nil
}
