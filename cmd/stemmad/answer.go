package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
)

// maxAnswer bounds what is kept of an answer; one to a broadcast is far shorter.
const maxAnswer = 1 << 20

// codeInText finds the code of a refused transaction in an answer printed as text.
var codeInText = regexp.MustCompile(`(?m)^code: ([1-9][0-9]*)$`)

// answer passes on what a command of tx prints, and remembers it. The SDK prints
// a refusal by the node like any other answer and exits with 0.
type answer struct {
	io.Writer
	seen bytes.Buffer
}

func (a *answer) Write(bz []byte) (int, error) {
	if a.seen.Len()+len(bz) <= maxAnswer {
		a.seen.Write(bz)
	}
	return a.Writer.Write(bz)
}

// watchAnswer has the answer to a broadcast remembered.
func watchAnswer(cmd *cobra.Command) error {
	if !isGeneratedTx(cmd) && cmd.CommandPath() != "stemmad tx broadcast" {
		return nil
	}
	heard := &answer{Writer: cmd.OutOrStdout()}
	cmd.SetOut(heard)
	return client.SetCmdClientContext(cmd, client.GetClientContextFromCmd(cmd).WithOutput(heard))
}

// refusedByNode is an error when the node has not taken the transaction.
func refusedByNode(cmd *cobra.Command, _ []string) error {
	heard, ok := cmd.OutOrStdout().(*answer)
	if !ok {
		return nil
	}
	if code := codeOf(heard.seen.Bytes()); code != 0 {
		return fmt.Errorf("the node did not take the transaction: code %d, see raw_log", code)
	}
	return nil
}

// codeOf reads the code from an answer in JSON or text; 0 when there is none.
func codeOf(printed []byte) uint32 {
	var response struct {
		Code uint32 `json:"code"`
	}
	if json.Unmarshal(printed, &response) == nil {
		return response.Code
	}
	if found := codeInText.FindSubmatch(printed); found != nil {
		if code, err := strconv.ParseUint(string(found[1]), 10, 32); err == nil {
			return uint32(code)
		}
	}
	return 0
}
