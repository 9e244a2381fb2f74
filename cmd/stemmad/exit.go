package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	svrcmd "github.com/cosmos/cosmos-sdk/server/cmd"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/ending"
)

// Exit codes are stable; scripts rely on them. 3 and 4 are answers of `clear`; those from
// 10 on, of a node that cannot go on, are in internal/ending.
const (
	exitOK         = 0
	exitFailed     = 1
	exitNeedsGrant = 3
	exitDenied     = 4
)

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
			fmt.Fprintln(stderr, "Error:", r)
			code = exitFailed
		default:
			panic(r)
		}
	}()
	err := svrcmd.Execute(root, envPrefix, app.DefaultHome())
	if err == nil {
		return exitOK
	}
	exit := exitError{code: exitFailed}
	_ = errors.As(err, &exit) // any other error keeps the code set
	var node *ending.Ended
	if errors.As(err, &node) {
		exit.code = int(node.Code)
	}
	if !exit.said {
		printFailure(root, stderr, err, exit.code)
	}
	return exit.code
}
