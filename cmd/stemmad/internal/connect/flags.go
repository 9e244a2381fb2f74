package connect

import (
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cosmos/cosmos-sdk/client/flags"
)

const (
	// FlagBy names the signer in every verb. All but derive, whose sources are
	// --from, take the SDK's --from for it too.
	FlagBy = "by"
	// FlagAgent names the agent for whose controller the signer acts.
	FlagAgent = "agent"
	// FlagPropose puts it to the vote of governance, whose account does it.
	FlagPropose = "propose"
	// FlagWait is how long a verb waits for its transaction to be in a block.
	FlagWait = "wait"
	// defaultGasAdjustment leaves room for what others change meanwhile.
	defaultGasAdjustment = 1.5
	// defaultWait is many blocks of any network.
	defaultWait = time.Minute
)

// flagSet reads flags that a verb has defined itself, so they exist.
type flagSet struct{ *pflag.FlagSet }

// Text returns a text flag.
func (f flagSet) Text(name string) string {
	s, _ := f.GetString(name)
	return s
}

// Texts returns a text flag that may be given several times.
func (f flagSet) Texts(name string) []string {
	s, _ := f.GetStringArray(name)
	return s
}

// Is returns a switch.
func (f flagSet) Is(name string) bool {
	b, _ := f.GetBool(name)
	return b
}

// AddQueryFlags adds the flags of verbs that only ask.
func AddQueryFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.String(flags.FlagNode, "tcp://localhost:26657", "RPC address of the node to ask")
	f.StringP(flags.FlagOutput, "o", flags.OutputFormatText, "text for people, json for programs")
	flags.AddKeyringFlags(f)
	hide(cmd, flags.FlagKeyringDir)
}

// AddTxFlags adds the flags of verbs that send a transaction.
func AddTxFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.String(FlagBy, "", "key or account that signs (default: your only key)")
	if f.Lookup(flags.FlagFrom) == nil {
		f.String(flags.FlagFrom, "", "key or account that signs (default: your only key)")
		hide(cmd, FlagBy)
	}
	f.String(flags.FlagNode, "tcp://localhost:26657", "RPC address of the node to send to")
	f.String(flags.FlagChainID, "", "chain id (default: the node's)")
	f.StringP(flags.FlagOutput, "o", flags.OutputFormatText, "text for people, json for programs")
	f.BoolP(flags.FlagSkipConfirmation, "y", false, "do not ask before sending")
	f.Bool(flags.FlagDryRun, false, "say what would happen and send nothing")
	f.String(flags.FlagGas, flags.GasFlagAuto, "gas limit, or auto to try it first")
	f.Float64(flags.FlagGasAdjustment, defaultGasAdjustment, "gas limit as a multiple of what the trial used")
	f.String(flags.FlagGasPrices, "", "fee per gas, such as 0.001uusdc (default: what the chain asks for)")
	f.String(flags.FlagFees, "", "whole fee, such as 500uusdc, in place of gas prices")
	f.String(flags.FlagFeeGranter, "", "account that sponsors the fee")
	f.String(FlagAgent, "", "agent (agent1...) for whose controller the signer acts, as a key with a limit")
	f.String(flags.FlagNote, "", "public note in the transaction")
	f.Bool(flags.FlagGenerateOnly, false, "write the transaction for others to sign, and send nothing (default for an account of several)")
	f.String(flags.FlagOutputDocument, "", "file for it (default: unsigned-SEQUENCE.json)")
	f.StringP(flags.FlagBroadcastMode, "b", flags.BroadcastSync, "sync waits for the block, async does not")
	f.Duration(FlagWait, defaultWait, "how long to wait for the block")
	flags.AddKeyringFlags(f)
	hide(cmd, flags.FlagKeyringDir, flags.FlagNote, flags.FlagGasAdjustment, flags.FlagOutputDocument)
}

// AddProposeFlag lets governance do what a verb does: its account owns works too.
func AddProposeFlag(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().Bool(FlagPropose, false, "put it to the vote of governance, whose account does it")
	return cmd
}

// hide keeps rarely used flags out of the help text; they work all the same.
func hide(cmd *cobra.Command, names ...string) {
	for _, name := range names {
		// The flags were added above, so marking them cannot fail.
		_ = cmd.Flags().MarkHidden(name)
	}
}
