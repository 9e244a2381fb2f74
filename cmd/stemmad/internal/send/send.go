// Package send takes a verb's messages to the chain: it tries them, sets gas and
// fee, asks the person, signs, sends, and waits for the block.
package send

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/cosmos/gogoproto/proto"

	"github.com/cosmos/cosmos-sdk/client/flags"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/units"
	"github.com/stemma-chain/stemma/client/x402"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/refusal"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
)

var (
	// ErrDeclined says that the person answered no.
	ErrDeclined = errors.New("not sent, as you answered")
	// ErrNoAnswer says that nobody was there to answer.
	ErrNoAnswer = errors.New("not sent: nobody answered; add -y to send without a question")
)

// Sender sends transactions of one signer, one after the other.
type Sender struct {
	conn  *connect.Conn
	chain *client.Sender
	// Name of the key that signs, and Address of the account whose messages it signs: its own, or
	// that of an agent's controller.
	Name    string
	Address sdk.AccAddress
	// gas is fixed by --gas, 0 when it is tried.
	gas uint64
	// asked is set once the person has agreed.
	asked bool

	signer  client.Signer
	options client.Options
	// offered is the transaction that a node was given last.
	offered string
	// agent is the one that --agent names; zero: none.
	agent agenttypes.AgentID
	// others sign what it makes, and proposing: governance votes on it.
	others, proposing bool
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

	// paid is the fee in people's units.
	paid     string
	response func(i int, into proto.Message) error
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
	s := &Sender{conn: conn, Name: name, Address: address}
	options, err := s.readOptions()
	if err != nil {
		return nil, err
	}
	chain, err := conn.Chain()
	if err != nil {
		return nil, err
	}
	signer, err := client.FromKeyring(conn.Keyring, name)
	if err != nil {
		return nil, err
	}
	if options.Sponsor != nil {
		if _, _, err := chain.Allowance(conn.CmdContext, options.Sponsor, address); err != nil {
			return nil, noSponsor(err)
		}
	}
	if options.Acting, err = s.acting(chain); err != nil {
		return nil, err
	}
	if options.Acting != nil {
		s.Address = options.Acting.Controller
		if s.Address.Equals(address) { // the controller itself needs no limit
			options.Acting = nil
		}
	}
	if err := errors.Join(s.readHanded(), s.readProposing()); err != nil {
		return nil, err
	}
	s.signer, s.options, s.chain = signer, options, chain.Sender(signer, options)
	return s, nil
}

// Agent is the one of --agent; zero: none.
func (s *Sender) Agent() agenttypes.AgentID { return s.agent }

// acting reads --agent: the signer is one of its keys.
func (s *Sender) acting(chain *client.Client) (*client.Acting, error) {
	text := s.conn.Flags().Text(connect.FlagAgent)
	if text == "" {
		return nil, nil
	}
	var err error
	if s.agent, err = agenttypes.ParseAgentID(text); err != nil {
		return nil, fmt.Errorf("--%s: %w", connect.FlagAgent, err)
	}
	return chain.Acting(s.conn.CmdContext, s.agent)
}

// lifetime of an unordered transaction: many blocks of any network, and not too long to wait for where
// one of an earlier command does not come.
const lifetime = time.Minute

// Unordered is the library's sender of many transactions that come in any order.
func (s *Sender) Unordered() (*client.Sender, error) {
	if s.others {
		return nil, fmt.Errorf("this sends many transactions at once, which %s can't sign by itself: do it one at a time, or let "+
			"a key of an agent do it (stemmad agent limit)", s.Name)
	}
	options := s.options
	options.Unordered, options.Lifetime = true, lifetime
	return s.chain.Client().Sender(s.signer, options), nil
}

// Purse pays by HTTP with the signer and the options of this sender.
func (s *Sender) Purse() (x402.Purse, error) {
	if s.others || s.proposing {
		return x402.Purse{}, fmt.Errorf("a payment by HTTP is signed at once, which %s can't do by itself: let a key of an agent do it (stemmad agent limit)", s.Name)
	}
	return x402.Purse{Client: s.chain.Client(), Signer: s.signer, Options: s.options}, nil
}

// Agree asks for many transactions at once, as Send does for one: what will happen, and their fees
// together.
func (s *Sender) Agree(what string, fees sdk.Coins) error { return s.ask(what, fees) }

// Explained is an error of the library in people's words.
func (s *Sender) Explained(err error) error {
	if err == nil {
		return nil
	}
	return s.explained(err)
}

// readOptions reads what the flags say about gas, fees and the note.
func (s *Sender) readOptions() (o client.Options, err error) {
	f := s.conn.Flags()
	if s.gas, err = readGas(f.Text(flags.FlagGas)); err != nil {
		return o, err
	}
	var u units.Units
	if f.Text(flags.FlagFees) != "" {
		u = s.conn.Units()
	}
	if o.Fee, o.GasPrices, err = readPrices(u, f.Text(flags.FlagFees), f.Text(flags.FlagGasPrices)); err != nil {
		return o, err
	}
	if sponsor := f.Text(flags.FlagFeeGranter); sponsor != "" {
		if o.Sponsor, err = s.conn.Account(sponsor); err != nil {
			return o, fmt.Errorf("--%s: %w", flags.FlagFeeGranter, err)
		}
	}
	o.GasAdjustment, err = f.GetFloat64(flags.FlagGasAdjustment)
	o.Gas, o.Note = s.gas, f.Text(flags.FlagNote)
	o.Offered = func(hash string) {
		// One that was offered before by the same draft can't come any more.
		s.conn.NoteRefused(s.offered)
		s.offered = hash
		s.conn.NoteSent(hash, 0)
	}
	return o, err
}

// noSponsor says with which command a sponsor allows it.
func noSponsor(err error) error {
	var none *client.NoSponsorError
	if !errors.As(err, &none) {
		return err
	}
	return fmt.Errorf("--%s %w: they allow it with `stemmad tx feegrant grant %s %s`",
		flags.FlagFeeGranter, none, none.Sponsor, none.Account)
}

func readGas(s string) (uint64, error) {
	setting, err := flags.ParseGasSetting(s)
	if err != nil || setting.Simulate {
		return 0, err
	}
	return setting.Gas, nil
}

// Account is the address of whose messages it sends, as text.
func (s *Sender) Account() string { return s.Address.String() }

// DryRun says whether nothing may be sent.
func (s *Sender) DryRun() bool { return s.conn.Flags().Is(flags.FlagDryRun) }

// Response reads the answer to the message at index i. Without a wait there are
// no answers.
func (r Result) Response(i int, into proto.Message) error {
	if r.response == nil {
		return fmt.Errorf("the chain gave no answer to message %d", i)
	}
	return r.response(i, into)
}

// String says where the transaction is.
func (r Result) String() string {
	switch {
	case r.DryRun:
		return fmt.Sprintf("nothing was sent (--dry-run); it would use about %d gas for a fee of %s", r.GasUsed, cmp.Or(r.paid, r.Fee))
	case r.Height == 0:
		return fmt.Sprintf("transaction %s was sent and is not in a block yet; fee %s", r.TxHash, cmp.Or(r.paid, r.Fee))
	}
	return fmt.Sprintf("block %d, transaction %s, fee %s", r.Height, r.TxHash, cmp.Or(r.paid, r.Fee))
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
func (s *Sender) Try(ctx context.Context, msgs ...sdk.Msg) (client.Trial, error) {
	trial, err := s.chain.Try(ctx, msgs...)
	return trial, s.explained(err)
}

// explained is an error of the library in people's words.
func (s *Sender) explained(err error) error {
	var unknown *client.UnknownAccountError
	if errors.As(err, &unknown) {
		return fmt.Errorf("account %s (%s) cannot sign: %w (an account exists once it has received something, "+
			"or a sponsor of its fees)", unknown.Address, s.Name, unknown.Err)
	}
	return refusal.Of(err)
}

// Send tries, confirms, signs and sends the messages as one transaction, and
// waits for it to be in a block; with --dry-run it only tries them. what says in
// people's words what will happen; they are asked once a command, unless -y. It fails with a
// *Handed, which ends the command, where others sign or governance votes.
func (s *Sender) Send(ctx context.Context, what string, msgs ...sdk.Msg) (Result, error) {
	if s.proposing {
		return Result{}, s.propose(ctx, what, msgs)
	}
	return s.send(ctx, what, msgs...)
}

func (s *Sender) send(ctx context.Context, what string, msgs ...sdk.Msg) (Result, error) {
	trial, gas := client.Trial{GasUsed: s.gas}, s.gas
	err := client.Validate(msgs...)
	if err == nil && (gas == 0 || s.DryRun()) {
		trial, err = s.Try(ctx, msgs...)
		gas = trial.Gas
	}
	if err != nil {
		return Result{}, err
	}
	fee, err := s.fee(ctx, gas)
	if err != nil {
		return Result{}, err
	}
	if s.DryRun() {
		return Result{DryRun: true, GasUsed: int64(trial.GasUsed), Fee: feeText(fee), paid: s.said(fee), response: trial.Response}, nil
	}
	if s.others {
		return Result{}, s.hand(ctx, what, client.Draft{Msgs: msgs, Gas: gas, Fee: fee})
	}
	if err := s.ask(what, fee); err != nil {
		return Result{}, err
	}
	// A person has agreed to this fee, and to no other.
	s.offered = ""
	draft := client.Draft{Msgs: msgs, Gas: gas, Fee: fee, FeeIsFinal: s.asked}
	pending, err := s.chain.Submit(ctx, draft)
	if err != nil {
		s.conn.NoteRefused(s.offered)
		return Result{Fee: feeText(fee)}, s.explained(err)
	}
	defer pending.Forget()
	if s.conn.BroadcastMode == flags.BroadcastAsync {
		return Result{TxHash: pending.Hash(), Fee: feeText(fee), paid: s.said(fee)}, nil
	}
	return s.wait(ctx, pending)
}

// wait waits for the block, as long as --wait says.
func (s *Sender) wait(ctx context.Context, pending *client.Pending) (Result, error) {
	limit, err := s.conn.Flags().GetDuration(connect.FlagWait)
	if err != nil {
		return Result{}, err
	}
	waiting, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	done, err := pending.Wait(waiting)
	result := Result{
		TxHash: done.Hash, Height: done.Height, Time: done.Time, GasUsed: done.GasUsed, Fee: feeText(done.Fee),
		paid: s.said(done.Fee), response: done.Response,
	}
	if errors.Is(err, client.ErrUndecided) {
		if ctx.Err() != nil {
			return result, fmt.Errorf("transaction %s was sent, but waiting for it failed: %w", done.Hash, err)
		}
		return result, fmt.Errorf("transaction %s was %w after %s; `stemmad query wait-tx %s` goes on waiting",
			done.Hash, client.ErrUndecided, limit, done.Hash)
	}
	if err != nil {
		s.conn.NoteRefused(done.Hash)
		return result, s.explained(err)
	}
	s.conn.NoteSent(done.Hash, done.Height)
	return result, nil
}

// ask shows what will be sent and its fee and reads the answer, once a command.
// Only -y goes on without one: a script that nobody watches says so itself.
func (s *Sender) ask(what string, fee sdk.Coins) error {
	if s.asked || s.conn.Flags().Is(flags.FlagSkipConfirmation) {
		return nil
	}
	question := fmt.Sprintf("%s\n  signed by %s (%s)%s, fee %s. Send? [y/N]: ", what, s.Name,
		s.signer.Address(), s.actingFor(), s.exactly(fee))
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

// actingFor names the agent and its controller.
func (s *Sender) actingFor() string {
	if s.options.Acting == nil {
		return ""
	}
	return fmt.Sprintf(" as a key of %s for %s", s.options.Acting.Agent, s.options.Acting.Controller)
}

// said is a fee in people's units.
func (s *Sender) said(fee sdk.Coins) string {
	if fee.IsZero() {
		return "none"
	}
	return s.conn.Units().Sum(fee)
}

// exactly is said with the base units that are signed.
func (s *Sender) exactly(fee sdk.Coins) string {
	if said := s.said(fee); said != feeText(fee) {
		return said + " (" + feeText(fee) + ")"
	}
	return feeText(fee)
}

func feeText(fee sdk.Coins) string {
	if fee.IsZero() {
		return "none"
	}
	return fee.String()
}
