package client

import (
	"errors"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// Stage is where a transaction was refused.
type Stage int

const (
	// Tried: the messages failed when they were tried. Nothing was sent.
	Tried Stage = iota
	// Checked: the node did not take it. Nothing of it happens.
	Checked
	// Executed: it failed in a block, and nothing of it happened but its fee. Where its checks failed
	// there, not even that: an unordered one may come again, in a later block, until its end.
	Executed
)

// String is for logs.
func (s Stage) String() string {
	switch s {
	case Tried:
		return "tried"
	case Checked:
		return "checked"
	case Executed:
		return "executed"
	}
	return fmt.Sprintf("stage %d", int(s))
}

// TxError is a transaction that the chain refused. Compare codespace and code, never the text.
type TxError struct {
	// Codespace and Code are those of the module's error. A trial tells the text alone: they
	// are empty and 0 where that is none of a module's own (CodeOf).
	Codespace string
	Code      uint32
	// Retryable: the same messages may pass later as they are, since what failed is the
	// transaction's place, time or fee.
	Retryable bool
	// Stage is where it was refused.
	Stage Stage
	// Hash is the transaction's, and Height that of its block; empty and 0: it has none.
	Hash   string
	Height int64
	// Log is the chain's words.
	Log string

	cause error
}

// Error implements error.
func (e *TxError) Error() string {
	switch {
	case e.Stage == Executed:
		return fmt.Sprintf("transaction %s in block %d failed: %s (%s %d)", e.Hash, e.Height, e.Log, e.Codespace, e.Code)
	case e.Code != 0 && e.Stage == Checked:
		return fmt.Sprintf("%s (%s %d)", e.Log, e.Codespace, e.Code)
	}
	return e.Log
}

// Unwrap gives the node's error, of a trial.
func (e *TxError) Unwrap() error { return e.cause }

// Is compares with an error that a module has registered, by codespace and code, so that
// errors.Is(err, licensetypes.ErrFeeAboveMax) says whether that was it.
func (e *TxError) Is(target error) bool {
	var r registered
	return errors.As(target, &r) && e.is(r)
}

type registered interface {
	Codespace() string
	ABCICode() uint32
}

func (e *TxError) is(r registered) bool {
	return e.Code == r.ABCICode() && e.Codespace == r.Codespace()
}

func newTxError(stage Stage, codespace string, code uint32, log string) *TxError {
	e := &TxError{Stage: stage, Codespace: codespace, Code: code, Log: Tidy(log)}
	for _, r := range []registered{
		sdkerrors.ErrWrongSequence, sdkerrors.ErrInsufficientFee, sdkerrors.ErrMempoolIsFull,
		sdkerrors.ErrTxInMempoolCache, sdkerrors.ErrTxTimeoutHeight, sdkerrors.ErrTxTimeout,
	} {
		e.Retryable = e.Retryable || e.is(r)
	}
	return e
}

// ErrUndecided says that a transaction was sent, and the context ended before it was in a block
// or could no longer come. It may still come: look for it (Find) before sending the same again.
var ErrUndecided = errors.New("sent, but not in a block yet")

// UnknownAccountError says that an account can't sign: the chain does not know it, or the node
// does not answer. An account exists once it has received something, or a sponsor of its fees.
type UnknownAccountError struct {
	Address sdk.AccAddress
	Err     error
}

// Error implements error.
func (e *UnknownAccountError) Error() string {
	return fmt.Sprintf("account %s cannot sign: %v", e.Address, e.Err)
}

// Unwrap gives the node's error.
func (e *UnknownAccountError) Unwrap() error { return e.Err }

// FeeError says that nobody can pay the fee.
type FeeError struct {
	// Payer is the signer or its sponsor.
	Payer sdk.AccAddress
	// Options are the fees of which one is to be paid.
	Options []sdk.Coin
	// Limit is what the sponsor allows at most; Limited: there is one, and it is too low.
	Limit   sdk.Coins
	Limited bool
}

// Error implements error.
func (e *FeeError) Error() string {
	if e.Limited {
		return fmt.Sprintf("%s sponsors fees of up to %s; this transaction takes one of %s", e.Payer, e.Limit, sdk.Coins(e.Options))
	}
	return fmt.Sprintf("%s cannot pay the fee: it takes one of %s", e.Payer, sdk.Coins(e.Options))
}

// NoSponsorError says that an account pays no fees for another.
type NoSponsorError struct{ Sponsor, Account sdk.AccAddress }

// Error implements error.
func (e *NoSponsorError) Error() string {
	return fmt.Sprintf("%s pays no fees for %s", e.Sponsor, e.Account)
}
