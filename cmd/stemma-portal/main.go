// Command stemma-portal is the chain's web site: it follows a node, keeps an index, and
// serves pages that anybody can read in a browser.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/portal"
	"github.com/stemma-chain/stemma/portal/follow"
	"github.com/stemma-chain/stemma/portal/x402"
)

// exitUnfit is for a setting that is wrong, and for a node that can't be followed with this index: starting again mends
// nothing.
const exitUnfit = 2

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := rootCmd().ExecuteContext(ctx)
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "stemma-portal:", client.Tidy(err.Error()))
		os.Exit(exitCode(err))
	}
}

func exitCode(err error) int {
	unfit := errors.Is(err, follow.ErrUnfit) || errors.Is(err, portal.ErrTwoChains) || errors.Is(err, x402.ErrOrigin)
	if unfit || errors.As(err, new(settingError)) {
		return exitUnfit
	}
	return 1
}
