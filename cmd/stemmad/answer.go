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
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// maxAnswer bounds what is kept of an answer; one to a broadcast is far shorter.
const maxAnswer = 1 << 20

// codeInText finds the code of a refused transaction in an answer printed as text.
var codeInText = regexp.MustCompile(`(?m)^code: ([1-9][0-9]*)$`)

// noLogInText finds that an answer printed as text gives no reason.
var noLogInText = regexp.MustCompile(`(?m)^raw_log: ""$`)

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
	printed := heard.seen.Bytes()
	code := codeOf(printed)
	if code == 0 {
		return nil
	}
	if why, ok := noWords[code]; ok && wordless(printed) {
		return fmt.Errorf("the node did not take the transaction: code %d, %w: %s", code, why.error, why.remedy)
	}
	return fmt.Errorf("the node did not take the transaction: code %d, see raw_log", code)
}

// noWords are the refusals by CometBFT, before the chain is asked. They come with a code of the SDK and no raw_log.
var noWords = map[uint32]struct {
	error
	remedy string
}{
	sdkerrors.ErrTxInMempoolCache.ABCICode(): {
		sdkerrors.ErrTxInMempoolCache, "this node has had this very transaction before; stemmad query wait-tx and its txhash say what became of it",
	},
	sdkerrors.ErrMempoolIsFull.ABCICode(): {sdkerrors.ErrMempoolIsFull, "try again after the next block"},
	sdkerrors.ErrTxTooLarge.ABCICode():    {sdkerrors.ErrTxTooLarge, "send it in parts"},
}

// wordless says whether an answer has no raw_log.
func wordless(printed []byte) bool {
	var response struct {
		RawLog *string `json:"raw_log"`
	}
	if json.Unmarshal(printed, &response) == nil {
		return response.RawLog == nil || *response.RawLog == ""
	}
	return noLogInText.Match(printed)
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
