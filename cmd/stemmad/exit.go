package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	svrcmd "github.com/cosmos/cosmos-sdk/server/cmd"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
)

// Exit codes are stable; scripts rely on them. 3 and 4 are kept for `clear`.
const (
	exitOK     = 0
	exitFailed = 1
)

// exitError ends the program with a code of its own in place of exitFailed.
type exitError struct {
	code int
	err  error
}

func (e exitError) Error() string { return e.err.Error() }
func (e exitError) Unwrap() error { return e.err }

// run executes the command line, prints an error once and returns the exit
// code.
func run(root *cobra.Command, stderr io.Writer) int {
	err := svrcmd.Execute(root, envPrefix, app.DefaultHome())
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(stderr, "Error:", connect.Plain(err))
	var exit exitError
	if errors.As(err, &exit) {
		return exit.code
	}
	return exitFailed
}
