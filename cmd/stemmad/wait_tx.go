package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	sdkclient "github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"

	"github.com/stemma-chain/stemma/client"
)

const (
	flagTimeout = "timeout"
	// askEvery is the pause between questions for a transaction.
	askEvery = 200 * time.Millisecond
)

// waitTxCmd asks for the transaction until it is there. The SDK's own waits for the event, which comes before the node's index has
// the transaction: what is asked for between the two is waited for in vain.
func waitTxCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "wait-tx [HASH]",
		Short: "Wait until a transaction is in a block",
		Long: `Wait-tx asks for a transaction until it is in a block, and prints what became of it: code 0 is success. It ends with exit code 0
then, whatever the code, and with 15 where the transaction is in no block yet when its time is over. Without HASH it reads what
"stemmad tx" printed with --output json.`,
		Example: "  stemmad query wait-tx 65CAD6D6CC7A251D3F60212819EDFDE8A1E49B75079D0931CF791F1D53D09245 --timeout 1m",
		Args:    cobra.MaximumNArgs(1),
		RunE:    waitTx,
	}
	flags.AddQueryFlagsToCmd(cmd)
	cmd.Flags().Duration(flagTimeout, 15*time.Second, "how long to wait")
	return cmd
}

func waitTx(cmd *cobra.Command, args []string) error {
	clientCtx, err := sdkclient.GetClientQueryContext(cmd)
	if err != nil {
		return err
	}
	timeout, err := cmd.Flags().GetDuration(flagTimeout)
	if err != nil {
		return err
	}
	hash, err := txHash(cmd, args)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	for until := time.Now().Add(timeout); ; {
		found, err := authtx.QueryTx(clientCtx, hash)
		switch {
		case err == nil:
			return clientCtx.WithOutput(cmd.OutOrStdout()).PrintProto(found)
		case !strings.Contains(err.Error(), "not found"):
			return err
		case time.Now().After(until):
			return fmt.Errorf("transaction %s was %w after %s", hash, client.ErrUndecided, timeout)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(askEvery):
		}
	}
}

// txHash is the argument, or that of the transaction on standard input.
func txHash(cmd *cobra.Command, args []string) (string, error) {
	if len(args) > 0 {
		if _, err := hex.DecodeString(args[0]); err != nil {
			return "", fmt.Errorf("%q is no hash of a transaction: %w", args[0], err)
		}
		return args[0], nil
	}
	var sent struct {
		TxHash string `json:"txhash"`
	}
	if err := json.NewDecoder(cmd.InOrStdin()).Decode(&sent); err != nil || sent.TxHash == "" {
		return "", errors.New("name the transaction's hash, or pipe in what was printed with --output json")
	}
	return sent.TxHash, nil
}
