// Command rehearse plays an upgrade on four validators, from a binary of before it to this tree's, with payments under way. One validator
// has the wrong binary, one is killed in the block of the upgrade, one comes late. It checks that all go on with the same state, that the
// books are sound, that what people registered is as it was, that proofs made before hold after, and that a new node can join.
//
//	go run ./scripts/rehearse -from build/upgrade/from/stemmad -to build/stemmad -name v0.2.0
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/stemma-chain/stemma/client/encoding"
)

func main() {
	encoding.Configure()
	var r rehearsal
	flag.StringVar(&r.from, "from", "", "the binary of before the upgrade")
	flag.StringVar(&r.to, "to", "build/stemmad", "the binary that knows the upgrade")
	flag.StringVar(&r.name, "name", "", "the upgrade's name")
	flag.DurationVar(&r.blockTime, "blocktime", 300*time.Millisecond, "the pause after each block")
	keep := flag.Bool("keep", false, "keep the folders of the nodes")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	began := time.Now()
	if err := r.run(ctx, *keep); err != nil {
		fmt.Fprintln(os.Stderr, "the rehearsal failed:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
	fmt.Printf("the rehearsal of %s went well, %s\n", r.name, time.Since(began).Round(time.Second))
}

// say tells how far it is.
func say(format string, args ...any) { fmt.Printf("· "+format+"\n", args...) }

// absolute makes paths that processes in other folders can use.
func absolute(paths ...*string) error {
	var errs []error
	for _, path := range paths {
		full, err := filepath.Abs(*path)
		*path = full
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
