// Command doccheck runs the command lines of README.md and docs as a reader would paste them:
// in order, in one shell, against one local network of four validators; documents that need none of the others
// beside them, in a shell and on a network of their own.
//
// Usage, in the root of the repository, after `make build`:
//
//	doccheck [-v] [-tour compare|write] [FILE...]
//
// FILE is one that needs none of the others, such as docs/disputes.md; without any, all are run.
//
// With -tour it plays docs/tour instead, and compares what is printed with the transcripts there, or
// writes them.
//
// It runs every fenced block of the language sh, but those behind a comment
// <!-- not run: REASON -->. A command has to exit with 0, or as its comment says: "# exits with 3".
// One with the comment "# until Ctrl-C" is interrupted after some seconds and has to end with 0.
//
// The shell has an empty home folder and works in a folder of its own that shows the repository's
// entries; the usual ports, as the text names them, stand for others that are free.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	verbose := flag.Bool("v", false, "print every command with what it prints")
	tourTo := flag.String("tour", "", "compare or write the transcripts in docs/tour")
	flag.Parse()
	if err := run(*tourTo, flag.Args(), *verbose); err != nil {
		fmt.Fprintf(os.Stderr, "doccheck: %v\n", err)
		os.Exit(1)
	}
}

func run(tourTo string, only []string, verbose bool) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	switch tourTo {
	case "":
		if len(only) > 0 {
			return check(ctx, [][]string{only}, verbose)
		}
		return check(ctx, lanes, verbose)
	case "compare", "write":
		return tour(ctx, tourTo == "write", verbose)
	}
	return fmt.Errorf("-tour is compare or write, not %q", tourTo)
}
