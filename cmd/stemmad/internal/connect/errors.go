package connect

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/words/table"
)

// AskRunning is what most often is wrong when a node does not answer.
const AskRunning = "is the node running? --node names another"

// AskPortal is what most often is wrong when a portal does not answer.
const AskPortal = "is the portal running? --portal names another"

// AskGenerate is what to do where the SDK simulates a transaction of several without their signatures.
const AskGenerate = "the account is one of several: write the transaction for them to sign, with --generate-only, --gas and --fees"

// Away says that a portal could not be asked, without the long address of the question.
func Away(portal string, err error) error {
	var asked *url.Error
	if !errors.As(err, &asked) {
		return err
	}
	return fmt.Errorf("the portal at %s does not answer: %w (%s)", table.Clean(portal), asked.Err, AskPortal)
}

// Plain makes an error readable for people. It still is the same error to
// errors.Is and errors.As.
func Plain(err error) error {
	if err == nil {
		return nil
	}
	return plainError{err}
}

type plainError struct{ err error }

func (e plainError) Error() string {
	s := client.Tidy(e.err.Error())
	if strings.Contains(s, "connection refused") && !strings.Contains(s, AskRunning) && !strings.Contains(s, AskPortal) {
		s += " (" + AskRunning + ")"
	}
	if strings.Contains(s, "bit array size is incorrect") {
		s = AskGenerate + ": " + s
	}
	return s
}

func (e plainError) Unwrap() error { return e.err }
