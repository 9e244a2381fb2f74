package mcp

import (
	"context"
	"errors"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/history/blocks"
)

// Done is what became of something that was sent.
type Done struct {
	Request string   `json:"request" jsonschema:"the request id: the same call with it gives this answer, and does nothing again"`
	Tx      string   `json:"tx,omitempty" jsonschema:"hash of the transaction; empty: none was needed"`
	Height  int64    `json:"height,omitempty" jsonschema:"its block; where no transaction was needed the block after which that was so"`
	Fee     []Amount `json:"fee,omitempty" jsonschema:"of the transaction"`
	Budget  *Budget  `json:"budget,omitempty" jsonschema:"what the limit of the key leaves after it"`
}

// maxRequestID is the most characters of a request id.
const maxRequestID = 128

// once does what a request asks for, once.
func once[In, Out any](
	ctx context.Context, s *Server, request, tool string, in In, do func(context.Context, *job) (Out, error),
) (out Out, err error) {
	if request == "" || len(request) > maxRequestID {
		return out, fmt.Errorf("%w: request: an id of your own, of 1 to %d bytes", ErrArgument, maxRequestID)
	}
	wait, cancel := patience(ctx)
	defer cancel()
	got, err := s.spent.once(wait, request, tool, in, func(ctx context.Context, j *job) (any, error) {
		return safely(ctx, j, func(ctx context.Context, j *job) (Out, error) { return known(ctx, s, request, j, do) })
	})
	if err != nil {
		return out, err
	}
	return got.(Out), nil //nolint:forcetypeassert // the digest of tool and arguments is the same
}

// errBroken stands for a failure after which nobody knows what was sent.
var errBroken = fmt.Errorf("%w: %w", ErrInternal, client.ErrUndecided)

// safely runs a job whose failure ends no server. The request's id stays taken then.
func safely[Out any](ctx context.Context, j *job, do func(context.Context, *job) (Out, error)) (out any, err error) {
	defer func() {
		if recovered := recover(); recovered != nil {
			out, err = nil, fmt.Errorf("%w: %v", errBroken, recovered)
		}
	}()
	return do(ctx, j)
}

// as sends as the agent, and tells the job each hash.
func (s *Server) as(j *job) *client.Sender {
	return s.config.Client.Sender(s.config.Key, client.Options{
		Acting: s.acting, Sponsor: s.config.Sponsor, Offered: j.sent, Blocks: orderedBlocks,
	})
}

// send sends messages as one act, and says what became of them.
func (s *Server) send(ctx context.Context, j *job, request string, msgs ...sdk.Msg) (client.Result, Done, error) {
	sender := s.as(j)
	draft, err := sender.Draft(ctx, msgs...)
	if err != nil {
		return client.Result{}, Done{}, err
	}
	draft.Keep = s.keep(j, request)
	pending, err := sender.Submit(ctx, draft)
	if err != nil {
		return client.Result{}, Done{}, err
	}
	defer pending.Forget()
	result, err := pending.Wait(ctx)
	if err != nil {
		return result, Done{}, err
	}
	done := Done{Request: request, Tx: result.Hash, Height: result.Height, Fee: coins(s.inUnits(ctx), result.Fee)}
	if left, err := s.left(ctx); err == nil { // the transaction is done, whatever the node answers now
		done.Budget = &left
	}
	return result, done, nil
}

// within fails with ErrAboveMax where coins are more than the most to pay, or of another denom.
func within(sum sdk.Coins, most sdk.Coin) error {
	for _, c := range sum {
		if c.Denom != most.Denom || c.Amount.GT(most.Amount) {
			return fmt.Errorf("%w: %s is asked and max is %s", ErrAboveMax, sum, most)
		}
	}
	return nil
}

type payIn struct {
	Request string `json:"request" jsonschema:"id of your own for this payment: repeat the call with it and nothing is paid twice"`
	Work    string `json:"work" jsonschema:"work id (work1...) or SHA-256 of the file"`
	Amount  string `json:"amount" jsonschema:"what to pay, such as 5.00 USDC or 5000000uusdc"`
	Max     string `json:"max" jsonschema:"the most to pay, in the same denom: what your controller or task allows"`
}

type payOut struct {
	Done
	Work     Work   `json:"work"`
	Paid     Amount `json:"paid"`
	Payments []Paid `json:"payments" jsonschema:"who gets what of it"`
}

// pay pays a work, and all that it was made from.
func (s *Server) pay(ctx context.Context, in payIn) (payOut, error) {
	return once(ctx, s, in.Request, "pay", in, func(ctx context.Context, j *job) (out payOut, err error) {
		most, err := s.most(ctx, "max", in.Max)
		if err != nil {
			return out, err
		}
		amount, err := s.most(ctx, "amount", in.Amount)
		if err != nil {
			return out, err
		}
		if err := within(sdk.Coins{amount}, most); err != nil {
			return out, err
		}
		claim, err := s.relied(ctx, in.Work)
		if err != nil {
			return out, err
		}
		result, done, err := s.send(ctx, j, in.Request, payment(s.account(), claim.Id, amount))
		if err != nil {
			return out, err
		}
		out = payOut{Done: done, Work: workOf(claim), Paid: coin(s.inUnits(ctx), amount), Payments: []Paid{}}
		if divided, err := s.dividedOf(ctx, result); err == nil { // it is paid, whatever the node answers now
			out.Payments = divided
		}
		return out, nil
	})
}

// dividedOf says who gets what of what a transaction paid.
func (s *Server) dividedOf(ctx context.Context, result client.Result) ([]Paid, error) {
	ctx, cancel := context.WithTimeout(ctx, nextBlock)
	defer cancel()
	span, err := blocks.Open(ctx, s.config.Node)
	if err != nil {
		return nil, err
	}
	list, cut, err := s.payments(ctx, span, result.Height, result.Events)
	if err == nil && cut.LeftOut > 0 {
		err = errors.New("too many payments")
	}
	return list, err
}
