package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	basev1beta1 "cosmossdk.io/api/cosmos/base/v1beta1"
	"cosmossdk.io/client/v2/autocli"
	"cosmossdk.io/client/v2/autocli/flag"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/internal/amounts"
	"github.com/stemma-chain/stemma/internal/spelling"
)

// Amounts that are typed for commands which are not ours are held to the rule of
// internal/amounts here, in two places, since there are two kinds of such commands.
//
// The generated ones pass on the text that was typed, and whoever encodes the
// message reads it as a literal. All of them hand their message to the builder of
// transactions, whose text is then checked as that of a transaction is: so no field
// of a message can be missed (typedConfig). Coins and integers by themselves are
// read by our parser before, for a sentence that names the argument (generate).
//
// The SDK's own ones, tx bank send or genesis add-genesis-account, parse the text
// themselves, cut fractions off, and leave no trace of it. They are known by the
// names that their usage gives to arguments and flags (checkTyped).

// typedConfig is the client's TxConfig, whose builders refuse numbers that are not
// written in decimal digits.
type typedConfig struct {
	client.TxConfig
	checker *spelling.Checker
}

// NewTxBuilder is where each command that builds a transaction begins.
func (c typedConfig) NewTxBuilder() client.TxBuilder {
	return typedBuilder{c.TxConfig.NewTxBuilder(), c.checker}
}

type typedBuilder struct {
	client.TxBuilder
	checker *spelling.Checker
}

// SetMsgs takes messages of generated commands with their text as it was typed.
func (b typedBuilder) SetMsgs(msgs ...sdk.Msg) error {
	for _, msg := range msgs {
		packed, err := codectypes.NewAnyWithValue(msg)
		if err != nil {
			return err
		}
		name := protoreflect.FullName(strings.TrimPrefix(packed.TypeUrl, "/"))
		if err := b.checker.Message(name, packed.Value); err != nil {
			return err
		}
	}
	return b.TxBuilder.SetMsgs(msgs...)
}

// SetExtensionOptions passes on what the SDK sets if it finds this method.
func (b typedBuilder) SetExtensionOptions(options ...*codectypes.Any) {
	if extended, ok := b.TxBuilder.(client.ExtendedTxBuilder); ok {
		extended.SetExtensionOptions(options...)
	}
}

// generate adds the commands for messages and queries. It is EnhanceRootCommand of
// the SDK, but for the types that read amounts and accounts.
func generate(root *cobra.Command, options autocli.AppOptions) error {
	builder := &autocli.Builder{
		Builder: flag.Builder{
			TypeResolver:          protoregistry.GlobalTypes,
			FileResolver:          options.ClientCtx.InterfaceRegistry,
			AddressCodec:          options.AddressCodec,
			ValidatorAddressCodec: options.ValidatorAddressCodec,
			ConsensusAddressCodec: options.ConsensusAddressCodec,
		},
		GetClientConn: func(cmd *cobra.Command) (grpc.ClientConnInterface, error) {
			return client.GetClientQueryContext(cmd)
		},
		AddQueryConnFlags: func(cmd *cobra.Command) {
			flags.AddQueryFlagsToCmd(cmd)
			flags.AddKeyringFlags(cmd.Flags())
		},
		AddTxConnFlags: flags.AddTxFlagsToCmd,
	}
	builder.DefineMessageFlagType("cosmos.base.v1beta1.Coin", typedCoin)
	builder.DefineScalarFlagType("cosmos.Int", typedInt)
	config := sdk.GetConfig()
	builder.DefineScalarFlagType(flag.AddressStringScalarType, typedAccount{options.AddressCodec, config.GetBech32AccountAddrPrefix()})
	builder.DefineScalarFlagType(flag.ValidatorAddressStringScalarType,
		typedAccount{options.ValidatorAddressCodec, config.GetBech32ValidatorAddrPrefix()})
	if err := options.EnhanceRootCommandWithBuilder(root, builder); err != nil {
		return err
	}
	nameArguments(root)
	return nil
}

var (
	typedCoin = typedKind{name: "cosmos.base.v1beta1.Coin", read: func(text string) (protoreflect.Value, error) {
		coin, err := amounts.ParseCoin(text)
		if err != nil {
			return protoreflect.Value{}, err
		}
		read := &basev1beta1.Coin{Denom: coin.Denom, Amount: coin.Amount.String()}
		return protoreflect.ValueOfMessage(read.ProtoReflect()), nil
	}}
	typedInt = typedKind{name: "cosmos.Int", read: func(text string) (protoreflect.Value, error) {
		_, err := amounts.Parse(text)
		return protoreflect.ValueOfString(text), err
	}}
)

// typedKind is a kind of arguments and flags.
type typedKind struct {
	name string
	read func(text string) (protoreflect.Value, error)
}

// NewValue is an argument that was not given yet.
func (k typedKind) NewValue(*context.Context, *flag.Builder) flag.Value { return &typedValue{kind: k} }

// DefaultValue is none.
func (k typedKind) DefaultValue() string { return "" }

type typedValue struct {
	kind  typedKind
	text  string
	value protoreflect.Value
}

func (v *typedValue) Set(text string) (err error) {
	v.value, err = v.kind.read(text)
	v.text = text
	return err
}

func (v *typedValue) Get(protoreflect.Value) (protoreflect.Value, error) { return v.value, nil }
func (v *typedValue) String() string                                     { return v.text }
func (v *typedValue) Type() string                                       { return v.kind.name }

// nameArguments has errors about an argument give its name: the generated commands
// read arguments as flags which they call 0, 1, 2.
func nameArguments(cmd *cobra.Command) {
	for _, sub := range cmd.Commands() {
		nameArguments(sub)
	}
	run := cmd.RunE
	if run == nil {
		return
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		err := run(cmd, args)
		var invalid *pflag.InvalidValueError
		if !errors.As(err, &invalid) {
			return err
		}
		names := strings.Fields(cmd.Use)[1:]
		at, notNumbered := strconv.Atoi(invalid.GetFlag().Name)
		if notNumbered != nil || at >= len(names) {
			return err
		}
		return fmt.Errorf("%s: %w", argumentName(names[at]), invalid.Unwrap())
	}
}

// argumentName is what a command's usage calls an argument, without the brackets
// about it: coin of [coin][,[coin]].
func argumentName(word string) string {
	name, _, _ := strings.Cut(strings.TrimLeft(word, "[<("), "]")
	return strings.TrimRight(name, ">)")
}

// What the SDK's commands call an amount, or coins parted by commas; and a file of
// JSON that is not a transaction, with amounts under these names. Files of
// transactions are checked by whoever decodes them.
var (
	amountArguments = []string{"amount", "coin", "deposit"}
	amountFlags     = []string{
		"amount", "deposit", "fees", "min-self-delegation", "max-percent-recv", "max-percent-send", "period-limit", "spend-limit", "tip",
		"vesting-amount",
	}
	fileArguments = []string{
		"/file/path.json", "path/to/proposal.json", "path/to/validator.json", "periods_json_file",
	}
	fileFlags     = []string{"proposal"}
	amountMembers = []string{"amount", "coins", "deposit", "min-self-delegation", "vesting_amt"}
)

// checkTyped refuses amounts on the command line of tx and genesis that are not
// written in decimal digits, and those that an environment variable sets.
func checkTyped(cmd *cobra.Command, args []string) error {
	if !takesAmounts(cmd) {
		return nil
	}
	var err error
	cmd.Flags().Visit(func(f *pflag.Flag) {
		switch {
		case err != nil || f.Value.Type() != "string":
		case slices.Contains(amountFlags, f.Name):
			err = checkAmount("--"+f.Name, f.Value.String())
		case slices.Contains(fileFlags, f.Name):
			err = checkFile(f.Value.String())
		}
	})
	names := strings.Fields(cmd.Use)[1:]
	for i, word := range names {
		at := i
		if strings.Contains(cmd.Use, "...") {
			at += len(args) - len(names) // several in the middle: from the end
		}
		if err != nil || at < 0 || at >= len(args) {
			continue
		}
		switch name := argumentName(word); {
		case slices.Contains(amountArguments, name):
			err = checkAmount(name, args[at])
		case slices.Contains(fileArguments, name):
			err = checkFile(args[at])
		}
	}
	return err
}

// takesAmounts says whether this is a command below tx or genesis.
func takesAmounts(cmd *cobra.Command) bool {
	path := strings.Fields(cmd.CommandPath())
	return len(path) > 2 && (path[1] == "tx" || path[1] == "genesis")
}

// checkAmount checks an amount, or coins parted by commas.
func checkAmount(name, text string) error {
	if _, err := amounts.Parse(text); err == nil || text == "" {
		return nil
	}
	for part := range strings.SplitSeq(text, ",") {
		if _, err := amounts.ParseCoin(strings.TrimSpace(part)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// checkFile checks the amounts in a file. That it is there and is JSON is for the
// command to say.
func checkFile(path string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	var content any
	if json.Unmarshal(raw, &content) != nil {
		return nil
	}
	if err := checkMembers(content); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// checkMembers goes through JSON as the SDK reads it there, in which the case of a
// member's name is all one.
func checkMembers(content any) error {
	switch content := content.(type) {
	case []any:
		for _, entry := range content {
			if err := checkMembers(entry); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(content)) {
			text, isText := content[name].(string)
			var err error
			switch {
			case strings.EqualFold(name, "messages"): // by their definitions, where they are decoded
			case isText && slices.ContainsFunc(amountMembers, func(m string) bool { return strings.EqualFold(m, name) }):
				err = checkAmount(name, text)
			case !isText:
				err = checkMembers(content[name])
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}
