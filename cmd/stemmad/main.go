// Command stemmad is the node, the wallet and the tools of the chain in one.
package main

import (
	"os"

	"github.com/stemma-chain/stemma/app"
)

func main() {
	app.Configure()
	os.Exit(run(newRootCmd(os.Args[1:]), os.Stderr))
}
