// Command stemma-portal is the chain's web site: it follows a node, keeps an index, and
// serves pages that anybody can read in a browser.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := rootCmd().ExecuteContext(ctx)
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "stemma-portal:", err)
		os.Exit(1)
	}
}
