package client

import (
	"context"
	"time"

	"github.com/cosmos/gogoproto/proto"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
)

// Options say how a sender makes its transactions. The zero value suits most.
type Options struct {
	// Gas of each transaction; 0: what a trial used, times GasAdjustment.
	Gas uint64
	// GasAdjustment leaves room for what others change meanwhile; 0: 1.5. What taking the fee uses, which no trial does, is
	// given in any case.
	GasAdjustment float64
	// Fee of each transaction; none: by gas.
	Fee sdk.Coins
	// GasPrices are paid for a unit of gas; none: what the chain and the node ask for.
	GasPrices sdk.DecCoins
	// FeeDenoms are those to pay in, the first that suffices; none: any that is accepted.
	FeeDenoms []string
	// Sponsor pays the fee; it has allowed that by x/feegrant.
	Sponsor sdk.AccAddress
	// Acting: the signer is a key of an agent, and the messages are the controller's. They are sent as
	// one act, within the key's limit; results and answers are as if the controller had sent them.
	Acting *Acting
	// Note is public, and part of the transaction; at most 256 characters.
	Note string
	// Unordered transactions of one account come in any order, and one that waits holds up no
	// other. They cost a little more gas.
	Unordered bool
	// Offered is told the hash of a transaction right before a node is given it, so that what may
	// come is known whenever the program ends. Each one that is made anew has a hash of its own.
	Offered func(hash string)
	// Blocks is how many blocks an ordered transaction may wait; 0: 100, at least 6: nodes
	// refuse what they soon have to drop. After that it can't come any more, and a new one
	// is made.
	Blocks uint64
	// Lifetime is how long an unordered one may wait, in the chain's time; 0: 5 minutes, at
	// least 30 seconds, at most 9 minutes.
	Lifetime time.Duration
}

// Acting says for whom a key acts. Client.Acting finds it.
type Acting struct {
	Agent      agenttypes.AgentID
	Controller sdk.AccAddress
}

const (
	defaultAdjustment = 1.5
	// feeGas is more than taking a fee uses, which is about 9,600.
	feeGas          = 10_500
	defaultBlocks   = 100
	defaultLifetime = 5 * time.Minute
	// longestLifetime is below the chain's ten minutes by what its time moves on meanwhile.
	longestLifetime = 9 * time.Minute
	// fewestBlocks and shortestLifetime are twice and three times what nodes ask for.
	fewestBlocks     = 6
	shortestLifetime = 30 * time.Second
)

// Sender sends transactions of one signer. All senders of one account and client hand out its
// sequences together; it is safe for concurrent use.
type Sender struct {
	client  *Client
	signer  Signer
	options Options
	account *account
}

// Sender makes a sender. It asks nothing yet.
func (c *Client) Sender(signer Signer, options Options) *Sender {
	if options.GasAdjustment == 0 {
		options.GasAdjustment = defaultAdjustment
	}
	if options.Blocks == 0 {
		options.Blocks = defaultBlocks
	}
	if options.Lifetime == 0 {
		options.Lifetime = defaultLifetime
	}
	options.Blocks = max(options.Blocks, fewestBlocks)
	options.Lifetime = max(shortestLifetime, min(options.Lifetime, longestLifetime))
	return &Sender{c, signer, options, c.account(signer.Address().String())}
}

// Send sends messages as one transaction of the signer, all or nothing, and waits for its
// block: that of Sender without options.
func (c *Client) Send(ctx context.Context, signer Signer, msgs ...sdk.Msg) (Result, error) {
	return c.Sender(signer, Options{}).Send(ctx, msgs...)
}

// Client is the one that it sends by.
func (s *Sender) Client() *Client { return s.client }

// Account is whose messages it sends: the signer's, or of an agent's controller.
func (s *Sender) Account() string {
	if s.options.Acting != nil {
		return s.options.Acting.Controller.String()
	}
	return s.Signer()
}

// Signer is the address of who signs.
func (s *Sender) Signer() string { return s.signer.Address().String() }

// Send tries the messages, signs and sends them as one transaction, and waits for its block.
//
// What the network loses is sent again, as the same bytes; a new transaction is made only once
// the old one can't come any more. So the messages happen once or not at all. It fails with a
// *TxError where the chain refuses them, and with ErrUndecided where ctx ends before it is
// known; the result has the hash then.
func (s *Sender) Send(ctx context.Context, msgs ...sdk.Msg) (Result, error) {
	draft, err := s.Draft(ctx, msgs...)
	if err != nil {
		return Result{}, err
	}
	pending, err := s.Submit(ctx, draft)
	if err != nil {
		return Result{}, err
	}
	defer pending.Forget()
	return pending.Wait(ctx)
}

// Draft gives messages gas and fee. It sends nothing.
func (s *Sender) Draft(ctx context.Context, msgs ...sdk.Msg) (Draft, error) {
	draft := Draft{Msgs: msgs, Gas: s.options.Gas}
	if draft.Gas == 0 {
		trial, err := s.Try(ctx, msgs...)
		if err != nil {
			return Draft{}, err
		}
		draft.Gas = trial.Gas
	} else if err := Validate(msgs...); err != nil {
		return Draft{}, err
	}
	var err error
	draft.Fee, err = s.Fee(ctx, draft.Gas)
	return draft, err
}

// Trial is what a transaction would do.
type Trial struct {
	// GasUsed by the trial, and Gas to give the transaction: as Options say.
	GasUsed, Gas uint64

	responses []*codectypes.Any
}

// Response reads what the answer to the message at index i would be.
func (t Trial) Response(i int, into proto.Message) error { return respond(t.responses, i, into) }

// Try executes messages on the node without sending them. It fails with a *TxError where the
// chain refuses them.
func (s *Sender) Try(ctx context.Context, msgs ...sdk.Msg) (Trial, error) {
	if err := Validate(msgs...); err != nil {
		return Trial{}, err
	}
	res, err := s.try(ctx, msgs)
	if err != nil {
		return Trial{}, err
	}
	trial := Trial{GasUsed: res.GasInfo.GasUsed, Gas: s.options.Gas}
	if trial.Gas == 0 {
		trial.Gas = max(uint64(s.options.GasAdjustment*float64(trial.GasUsed)), trial.GasUsed+feeGas)
	}
	if res.Result != nil {
		trial.responses, err = unwrapped(res.Result.MsgResponses)
	}
	return trial, err
}

// Validate checks what can be checked without the chain.
func Validate(msgs ...sdk.Msg) error {
	for _, msg := range msgs {
		if m, ok := msg.(sdk.HasValidateBasic); ok {
			if err := m.ValidateBasic(); err != nil {
				return err
			}
		}
	}
	return nil
}
