package main

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
)

// interruptible has the first Ctrl-C or SIGTERM end a verb in order, which then says what it has
// sent; a second one ends it at once. end stops that.
func interruptible(cmd *cobra.Command) (end func()) {
	ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	cmd.SetContext(ctx)
	return stop
}

var errNothingSent = errors.New("interrupted: nothing was sent")

// interrupted is why a verb ended that was interrupted.
func interrupted(err error, sent []connect.Sent) error {
	var resumable resumableError
	switch {
	case len(sent) == 0:
		return errNothingSent
	case errors.As(err, &resumable):
		return interruptedError(resumable)
	}
	list := make([]string, len(sent))
	for i, tx := range sent {
		if tx.Height > 0 {
			list[i] = fmt.Sprintf("transaction %s is in block %d", tx.TxHash, tx.Height)
			continue
		}
		list[i] = fmt.Sprintf("transaction %s may still come: look for it with `stemmad query wait-tx %s` before you send it again",
			tx.TxHash, tx.TxHash)
	}
	return interruptedError{"interrupted after it had sent something: " + strings.Join(list, "; ")}
}

// resumableError is that of a verb which was interrupted and knows itself how it goes on.
type resumableError struct{ text string }

func (e resumableError) Error() string { return e.text }

// interruptedError has the exit code of what is not decided: the caller has to look before the
// command is given again, also where all that was sent is in blocks.
type interruptedError struct{ text string }

func (e interruptedError) Error() string   { return e.text }
func (interruptedError) Is(err error) bool { return err == client.ErrUndecided }
