// Package send takes a verb's messages to the chain: it tries them, sets gas and
// fee, asks the person, signs, sends, and waits for the block.
package send

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/cosmos/gogoproto/proto"

	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/client/tx"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/refusal"
)

var (
	// ErrDeclined says that the person answered no.
	ErrDeclined = errors.New("not sent, as you answered")
	// ErrNoAnswer says that nobody was there to answer.
	ErrNoAnswer = errors.New("not sent: nobody answered; add -y to send without a question")
)

// Sender sends transactions of one signer, one after the other.
type Sender struct {
	conn    *connect.Conn
	factory tx.Factory
	// Name and Address of the signer.
	Name    string
	Address sdk.AccAddress
	// gas is fixed by --gas, 0 when it is tried.
	gas uint64
	// asked is set once the person has agreed.
	asked bool
}

// Result is a transaction that was sent.
type Result struct {
	TxHash string `json:"txhash"`
	// Height of its block; 0 when nobody waited.
	Height  int64     `json:"height,omitempty"`
	Time    time.Time `json:"time,omitzero"`
	GasUsed int64     `json:"gas_used,omitempty"`
	Fee     string    `json:"fee"`
	// DryRun: it was tried and not sent.
	DryRun bool `json:"dry_run,omitempty"`

	responses []*codectypes.Any
}

// Open chooses the signer and reads the flags about gas and fees.
func Open(conn *connect.Conn) (*Sender, error) {
	if _, err := conn.Network(); err != nil {
		return nil, err
	}
	name, address, err := conn.Signer()
	if err != nil {
		return nil, err
	}
	f := conn.Flags()
	s := &Sender{conn: conn, Name: name, Address: address}
	if s.gas, err = readGas(f.Text(flags.FlagGas)); err != nil {
		return nil, err
	}
	if err := checkPrices(f.Text(flags.FlagFees), f.Text(flags.FlagGasPrices)); err != nil {
		return nil, err
	}
	if granter := f.Text(flags.FlagFeeGranter); granter != "" {
		account, err := conn.Account(granter)
		if err != nil {
			return nil, fmt.Errorf("--%s: %w", flags.FlagFeeGranter, err)
		}
		conn.FeeGranter = account
		if _, _, err := s.allowance(conn.CmdContext); err != nil {
			return nil, err
		}
	}
	if s.factory, err = tx.NewFactoryCLI(conn.Context, f.FlagSet); err != nil {
		return nil, err
	}
	s.factory = s.factory.WithSimulateAndExecute(true)
	return s, nil
}

func readGas(s string) (uint64, error) {
	setting, err := flags.ParseGasSetting(s)
	if err != nil || setting.Simulate {
		return 0, err
	}
	return setting.Gas, nil
}

// Account is the signer's address as text.
func (s *Sender) Account() string { return s.Address.String() }

// DryRun says whether nothing may be sent.
func (s *Sender) DryRun() bool { return s.conn.Flags().Is(flags.FlagDryRun) }

// Trial is what a transaction would do.
type Trial struct {
	GasUsed   uint64
	responses []*codectypes.Any
}

// Response reads the answer to the message at index i.
func (t Trial) Response(i int, into proto.Message) error { return respond(t.responses, i, into) }

// Response reads the answer to the message at index i. Without a wait there are
// no answers.
func (r Result) Response(i int, into proto.Message) error { return respond(r.responses, i, into) }

func respond(responses []*codectypes.Any, i int, into proto.Message) error {
	if i >= len(responses) {
		return fmt.Errorf("the chain gave no answer to message %d", i)
	}
	return proto.Unmarshal(responses[i].Value, into)
}

// String says where the transaction is.
func (r Result) String() string {
	switch {
	case r.DryRun:
		return fmt.Sprintf("nothing was sent (--dry-run); it would use about %d gas for a fee of %s", r.GasUsed, r.Fee)
	case r.Height == 0:
		return fmt.Sprintf("transaction %s was sent and is not in a block yet; fee %s", r.TxHash, r.Fee)
	}
	return fmt.Sprintf("block %d, transaction %s, fee %s", r.Height, r.TxHash, r.Fee)
}

// Did chooses the word for what happened: done, or would be with --dry-run.
func (r Result) Did(done, would string) string {
	if r.DryRun {
		return would
	}
	return done
}

// Try executes the messages on the node without sending them. The error is the
// chain's own reason.
func (s *Sender) Try(ctx context.Context, msgs ...sdk.Msg) (Trial, error) {
	if err := validate(msgs); err != nil {
		return Trial{}, err
	}
	prepared, err := s.prepare(ctx)
	if err != nil {
		return Trial{}, err
	}
	return s.try(prepared, msgs)
}

func (s *Sender) try(prepared tx.Factory, msgs []sdk.Msg) (Trial, error) {
	res, _, err := tx.CalculateGas(s.conn, prepared, msgs...)
	if err != nil {
		return Trial{}, refusal.Tried(err, connect.Tidy)
	}
	trial := Trial{GasUsed: res.GasInfo.GasUsed}
	if res.Result != nil {
		trial.responses = res.Result.MsgResponses
	}
	return trial, nil
}

func validate(msgs []sdk.Msg) error {
	for _, msg := range msgs {
		if m, ok := msg.(sdk.HasValidateBasic); ok {
			if err := m.ValidateBasic(); err != nil {
				return err
			}
		}
	}
	return nil
}

// prepare asks for the account's number and sequence, afresh for each
// transaction.
func (s *Sender) prepare(context.Context) (tx.Factory, error) {
	prepared, err := s.factory.Prepare(s.conn.Context)
	if err != nil {
		return tx.Factory{}, fmt.Errorf("account %s (%s) cannot sign: %w (an account exists once it has received something, "+
			"or a sponsor of its fees)", s.Account(), s.Name, err)
	}
	return prepared, nil
}

// Send tries, confirms, signs and sends the messages as one transaction, and
// waits for it to be in a block; with --dry-run it only tries them. what says in
// people's words what will happen; they are asked once a command, unless -y.
func (s *Sender) Send(ctx context.Context, what string, msgs ...sdk.Msg) (Result, error) {
	if err := validate(msgs); err != nil {
		return Result{}, err
	}
	factory, err := s.prepare(ctx)
	if err != nil {
		return Result{}, err
	}
	trial := Trial{GasUsed: s.gas}
	gas := s.gas
	if gas == 0 || s.DryRun() {
		if trial, err = s.try(factory, msgs); err != nil {
			return Result{}, err
		}
	}
	if gas == 0 {
		gas = uint64(s.factory.GasAdjustment() * float64(trial.GasUsed))
	}
	fee, err := s.fee(ctx, gas)
	if err != nil {
		return Result{}, err
	}
	if s.DryRun() {
		return Result{DryRun: true, GasUsed: int64(trial.GasUsed), Fee: feeText(fee), responses: trial.responses}, nil
	}
	if err := s.ask(what, fee); err != nil {
		return Result{}, err
	}
	result, err := s.sign(ctx, factory.WithGas(gas).WithGasPrices("").WithFees(fee.String()), msgs)
	result.Fee = feeText(fee)
	return result, err
}

// sign signs and sends what is ready.
func (s *Sender) sign(ctx context.Context, factory tx.Factory, msgs []sdk.Msg) (Result, error) {
	builder, err := factory.BuildUnsignedTx(msgs...)
	if err != nil {
		return Result{}, err
	}
	if err := tx.Sign(ctx, factory, s.Name, builder, true); err != nil {
		return Result{}, err
	}
	bz, err := s.conn.TxConfig.TxEncoder()(builder.GetTx())
	if err != nil {
		return Result{}, err
	}
	return s.broadcast(ctx, bz)
}

// ask shows what will be sent and its fee and reads the answer, once a command.
// Only -y goes on without one: a script that nobody watches says so itself.
func (s *Sender) ask(what string, fee sdk.Coins) error {
	if s.asked || s.conn.Flags().Is(flags.FlagSkipConfirmation) {
		return nil
	}
	question := fmt.Sprintf("%s\n  signed by %s (%s), fee %s. Send? [y/N]: ", what, s.Name, s.Account(), feeText(fee))
	answer, err := s.conn.Answer(question)
	if errors.Is(err, io.EOF) {
		return ErrNoAnswer
	}
	if err != nil {
		return err
	}
	switch strings.ToLower(answer) {
	case "y", "yes":
		s.asked = true
		return nil
	}
	return ErrDeclined
}

func feeText(fee sdk.Coins) string {
	if fee.IsZero() {
		return "none"
	}
	return fee.String()
}
