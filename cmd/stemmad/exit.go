package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	errorsmod "cosmossdk.io/errors"

	svrcmd "github.com/cosmos/cosmos-sdk/server/cmd"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/client/dataset/pool"
	"github.com/stemma-chain/stemma/client/register/enroll"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/ending"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/refusal"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Exit codes are stable; scripts rely on them. Those from 10 to 14, of a node that cannot go
// on, are in internal/ending.
const (
	exitOK          = 0
	exitFailed      = 1
	exitNeedsGrant  = 3
	exitDenied      = 4
	exitNotFound    = 5
	exitFunds       = 6
	exitRetry       = 7
	exitUnreachable = 8
	exitContested   = 9
	exitUndecided   = 15
	exitRefuted     = 16
	exitUnverified  = 17
	exitUnreadable  = 18
)

// exitCodes is the list for people.
const exitCodes = `   0  done
   1  refused or failed for another reason than those below
   3  a grant is needed, or more uses of one
   4  it is denied, by a licence or by an agent's limit
   5  there is no such work, terms, grant, agent, account or item; or a report lacks something, which it lists
   6  there is not enough money for it, or for its fee
   7  nothing was done, and the same may pass later: the node is busy, or the fee has risen
   8  no node answers
   9  somebody else claims the content since before
  15  it was sent, and is in no block yet: look for it before you send it again
  16  a proof is refuted
  17  a proof is not verified: nothing that is trusted leads to it, or no more
  18  a file is no proof`

// kinds are the chain's errors that have an exit code of their own. Of an error that is several the
// first counts.
var kinds = []struct {
	code int
	of   []error
}{
	{exitUndecided, []error{client.ErrUndecided}},
	{exitDenied, []error{
		licensetypes.ErrNotPermitted, agenttypes.ErrNotKey, agenttypes.ErrNotAllowed, agenttypes.ErrNeverAllowed, agenttypes.ErrOtherSigner,
		agenttypes.ErrUnreadable, agenttypes.ErrPayee, agenttypes.ErrWork, agenttypes.ErrTerms, agenttypes.ErrRate, agenttypes.ErrNoBudget,
		agenttypes.ErrOverAct, agenttypes.ErrOverWindow, agenttypes.ErrOverTotal, agenttypes.ErrFeeNoBudget, agenttypes.ErrFeeOverAct,
		agenttypes.ErrFeeOverWindow, agenttypes.ErrFeeOverTotal, agenttypes.ErrKeyExpired, agenttypes.ErrExpired, agenttypes.ErrSuspended,
	}},
	{exitNeedsGrant, []error{licensetypes.ErrPermissionNeeded, licensetypes.ErrUsesExhausted}},
	{exitNotFound, []error{
		registrytypes.ErrWorkNotFound, registrytypes.ErrAnchorNotFound, licensetypes.ErrTermsNotFound, licensetypes.ErrOfferNotFound,
		licensetypes.ErrGrantNotFound, licensetypes.ErrApprovalNotFound, royaltytypes.ErrPaymentChannelNotFound, disputetypes.ErrNotFound,
		agenttypes.ErrNotFound, agenttypes.ErrAttestationNotFound, target.ErrUnregistered, dataset.ErrNotInManifest,
		registrytypes.ErrNoManifest, pool.ErrNotOfWork,
	}},
	{exitFunds, []error{sdkerrors.ErrInsufficientFunds}},
	{exitContested, []error{registrytypes.ErrAlreadyClaimed}},
}

// exitOf is the exit code of an error, which a report says too.
func exitOf(err error, report refusal.Report) int {
	var exit exitError
	var node *ending.Ended
	switch {
	case errors.As(err, &exit):
		return exit.code
	case errors.As(err, &node):
		return int(node.Code)
	}
	for _, k := range kinds {
		for _, kind := range k.of {
			codespace, number, _ := errorsmod.ABCIInfo(kind, false)
			if errors.Is(err, kind) || number > 1 && report.Codespace == codespace && report.Code == number {
				return k.code
			}
		}
	}
	var contested *enroll.ContestedError
	var fee *client.FeeError
	var sponsor *client.NoSponsorError
	switch {
	case errors.As(err, &contested):
		return exitContested
	case errors.As(err, &fee), errors.As(err, &sponsor):
		return exitFunds
	case report.Retryable:
		return exitRetry
	case status.Code(err) == codes.Unavailable, strings.Contains(report.Error, connect.AskRunning),
		strings.Contains(report.Error, connect.AskPortal):
		return exitUnreachable
	case status.Code(err) == codes.NotFound:
		return exitNotFound
	}
	code := exitFailed
	for _, d := range report.Denials { // all of them stand in the way
		switch {
		case d.Verdict == permitted.Denied:
			return exitDenied
		case d.Verdict == permitted.NeedsAGrant:
			code = exitNeedsGrant
		}
	}
	return code
}

// exitError ends the program with a code of its own in place of exitFailed.
type exitError struct {
	code int
	err  error
	// said: the command's answer says it already, so that nothing is printed.
	said bool
}

func (e exitError) Error() string { return e.err.Error() }
func (e exitError) Unwrap() error { return e.err }

// cannotOpen is what newApp panics with when the node's state cannot be opened.
type cannotOpen struct{ error }

// run executes the command line, prints an error once and returns the exit
// code.
func run(root *cobra.Command, stderr io.Writer) (code int) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case cannotOpen:
			fmt.Fprintln(stderr, "Error:", table.Lines(fmt.Sprint(r)))
			code = exitFailed
		default:
			panic(r)
		}
	}()
	err := svrcmd.Execute(root, envPrefix, app.DefaultHome())
	if err == nil {
		return exitOK
	}
	text := connect.Plain(err).Error()
	report := refusal.NewReport(err, text)
	report.ExitCode = exitOf(err, report)
	var exit exitError
	if !errors.As(err, &exit) || !exit.said {
		printFailure(root, stderr, err, report)
	}
	return report.ExitCode
}
