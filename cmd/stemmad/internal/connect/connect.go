// Package connect gives a verb its connection to a node, its signer and its
// output, from the flags and the client configuration.
package connect

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/cosmos/gogoproto/proto"
	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"

	stemma "github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/client/units"
	"github.com/stemma-chain/stemma/client/words/table"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Conn is an open connection. As a client.Context it is also a gRPC connection.
type Conn struct {
	client.Context
	cmd   *cobra.Command
	chain *stemma.Client
	// units are loaded at first need.
	units func() (units.Units, error)
	sent  ledger
}

// Open reads the flags and the client configuration. It sends nothing yet.
func Open(cmd *cobra.Command) (*Conn, error) {
	ctx, err := client.ReadPersistentCommandFlags(client.GetClientContextFromCmd(cmd), cmd.Flags())
	if err != nil {
		return nil, err
	}
	ctx = ctx.WithCmdContext(cmd.Context()).WithOutput(cmd.OutOrStdout())
	if ctx.OutputFormat != flags.OutputFormatText && ctx.OutputFormat != flags.OutputFormatJSON {
		return nil, fmt.Errorf("--output is text or json, not %q", ctx.OutputFormat)
	}
	if mode, err := cmd.Flags().GetString(flags.FlagBroadcastMode); err == nil && cmd.Flags().Changed(flags.FlagBroadcastMode) {
		if mode != flags.BroadcastSync && mode != flags.BroadcastAsync {
			return nil, fmt.Errorf("--%s is sync or async, not %q", flags.FlagBroadcastMode, mode)
		}
		ctx = ctx.WithBroadcastMode(mode)
	}
	if ctx.Simulate {
		// The SDK's dry run does without keys; ours tries what would be sent.
		ctx = ctx.WithSimulation(false)
		kr, err := client.NewKeyringFromBackend(ctx, keyringBackend(cmd, ctx))
		if err != nil {
			return nil, err
		}
		ctx = ctx.WithKeyring(kr)
	}
	c := &Conn{Context: ctx, cmd: cmd}
	c.units = sync.OnceValues(c.loadUnits)
	return c, nil
}

func keyringBackend(cmd *cobra.Command, ctx client.Context) string {
	if cmd.Flags().Changed(flags.FlagKeyringBackend) {
		backend, _ := cmd.Flags().GetString(flags.FlagKeyringBackend)
		return backend
	}
	if ctx.Viper != nil {
		if backend := ctx.Viper.GetString(flags.FlagKeyringBackend); backend != "" {
			return backend
		}
	}
	return flags.DefaultKeyringBackend
}

// Chain is the library's client of the node, which the verbs send with.
func (c *Conn) Chain() (_ *stemma.Client, err error) {
	if c.chain == nil {
		c.chain, err = Chain(c.Context)
	}
	return c.chain, err
}

// Chain makes the library's client of an SDK's connection.
func Chain(ctx client.Context) (*stemma.Client, error) {
	return stemma.New(ctx, stemma.ForChain(ctx.ChainID), stemma.WithEncoding(encoding.Encoding{
		InterfaceRegistry: ctx.InterfaceRegistry, Codec: ctx.Codec, Amino: ctx.LegacyAmino, TxConfig: ctx.TxConfig,
	}))
}

// Registry, Royalty, License and Lineage ask the modules.
func (c *Conn) Registry() registrytypes.QueryClient { return registrytypes.NewQueryClient(c) }

// Royalty asks x/royalty.
func (c *Conn) Royalty() royaltytypes.QueryClient { return royaltytypes.NewQueryClient(c) }

// License asks x/license.
func (c *Conn) License() licensetypes.QueryClient { return licensetypes.NewQueryClient(c) }

// Lineage asks x/lineage.
func (c *Conn) Lineage() lineagetypes.QueryClient { return lineagetypes.NewQueryClient(c) }

// Agent asks x/agent.
func (c *Conn) Agent() agenttypes.QueryClient { return agenttypes.NewQueryClient(c) }

// Dispute asks x/dispute.
func (c *Conn) Dispute() disputetypes.QueryClient { return disputetypes.NewQueryClient(c) }

// With is the connection with the flags, the input and the output of another command: a row of a table.
func (c *Conn) With(cmd *cobra.Command) *Conn {
	return &Conn{Context: c.Context, cmd: cmd, chain: c.chain, units: c.units}
}

// Flags are the verb's flags.
func (c *Conn) Flags() flagSet { return flagSet{c.cmd.Flags()} }

// Network returns the chain id: the one configured, else the node's.
func (c *Conn) Network() (string, error) {
	if c.ChainID != "" {
		return c.ChainID, nil
	}
	node, err := c.GetNode()
	if err != nil {
		return "", err
	}
	status, err := node.Status(c.CmdContext)
	if err != nil {
		return "", fmt.Errorf("ask %s for its status: %w (%s)", c.NodeURI, err, AskRunning)
	}
	c.Context = c.WithChainID(status.NodeInfo.Network)
	return c.ChainID, nil
}

// Signer returns the key that signs: --from or --by, else the configured default key,
// else the only key there is.
func (c *Conn) Signer() (name string, address sdk.AccAddress, err error) {
	from, _ := c.cmd.Flags().GetString(FlagBy)
	if from == "" {
		// In derive the flag is a list of sources, and this is empty.
		from, _ = c.cmd.Flags().GetString(flags.FlagFrom)
	}
	if from == "" {
		from = c.KeyringDefaultKeyName
	}
	if from == "" {
		if from, err = c.onlyKey(); err != nil {
			return "", nil, err
		}
	}
	address, name, _, err = client.GetFromFields(c.Context, c.Keyring, from)
	if err != nil {
		if _, unnamed := c.Account(from); unnamed != nil {
			return "", nil, fmt.Errorf("signer: %w", unnamed)
		}
		return "", nil, fmt.Errorf("signer %s: %w (`stemmad keys list` shows the keys; "+
			"--keyring-backend and --home say where they are)", from, err)
	}
	c.Context = c.WithFrom(from).WithFromName(name).WithFromAddress(address)
	return name, address, nil
}

func (c *Conn) onlyKey() (string, error) {
	records, err := c.Keyring.List()
	if err != nil {
		return "", err
	}
	names := make([]string, len(records))
	for i, record := range records {
		names[i] = record.Name
	}
	switch len(names) {
	case 0:
		return "", fmt.Errorf("there is no key to sign with in %s: make one with `stemmad keys add NAME`", c.KeyringDir)
	case 1:
		return names[0], nil
	}
	if flag := c.signerFlag(); flag != "" {
		does := "who signs"
		if c.cmd.Flags().Lookup(flags.FlagGasPrices) == nil { // a question: nobody signs
			does = "a key"
		}
		return "", fmt.Errorf("choose %s with --%s: %s", does, flag, strings.Join(names, ", "))
	}
	return "", fmt.Errorf("name one of your keys: %s", strings.Join(names, ", "))
}

// signerFlag is the flag of the verb that names the signer; empty: it has none of its own.
func (c *Conn) signerFlag() string {
	if f := c.cmd.Flags().Lookup(flags.FlagFrom); f != nil && f.Value.Type() == "string" {
		return flags.FlagFrom
	}
	if c.cmd.Flags().Lookup(FlagBy) != nil {
		return FlagBy
	}
	return ""
}

// Account reads an address or the name of a key.
func (c *Conn) Account(s string) (sdk.AccAddress, error) {
	prefix := sdk.GetConfig().GetBech32AccountAddrPrefix()
	return ReadAddress(c.Keyring, addresscodec.NewBech32Codec(prefix), prefix, s)
}

// KeyNames returns the names of the keys by address, for tables. A keyring that
// may ask for a password is left alone unless it was opened to sign anyway.
func (c *Conn) KeyNames() map[string]string {
	names := map[string]string{}
	if c.Keyring == nil || (c.FromName == "" && c.Keyring.Backend() != keyring.BackendTest) {
		return names
	}
	records, err := c.Keyring.List()
	if err != nil {
		return names
	}
	for _, record := range records {
		if address, err := record.GetAddress(); err == nil {
			names[address.String()] = record.Name
		}
	}
	return names
}

// loadUnits does not wait long for a node: amounts can be said in base units.
func (c *Conn) loadUnits() (units.Units, error) {
	chain, err := c.Chain()
	if err != nil {
		return units.Units{}, err
	}
	ctx, cancel := context.WithTimeout(c.CmdContext, unitsTimeout)
	defer cancel()
	return chain.Units(ctx)
}

const unitsTimeout = 5 * time.Second

// Units are those in which amounts are said to people; base units where the node does not tell.
func (c *Conn) Units() units.Units {
	u, _ := c.units()
	return u
}

// Coin reads an amount in people's units or base units: 10.00 USDC, 10000000uusdc.
func (c *Conn) Coin(text string) (sdk.Coin, error) {
	u, missing := c.units()
	coin, err := u.Read(text)
	return coin, unread(err, missing)
}

// Coins reads several, parted by commas.
func (c *Conn) Coins(text string) (sdk.Coins, error) {
	u, missing := c.units()
	coins, err := u.ReadList(text)
	return coins, unread(err, missing)
}

// unread adds why people's units could not be read.
func unread(err, missing error) error {
	if err == nil || missing == nil {
		return err
	}
	return fmt.Errorf("%w; units such as USDC are known from a node, and: %w", err, missing)
}

// JSON says whether programs read the output.
func (c *Conn) JSON() bool { return c.OutputFormat == flags.OutputFormatJSON }

// Out is where results go; Err is for progress and notes.
func (c *Conn) Out() io.Writer { return c.cmd.OutOrStdout() }

// Err is where progress and notes go.
func (c *Conn) Err() io.Writer { return c.cmd.ErrOrStderr() }

// In is where a person answers, and what a file argument of - reads.
func (c *Conn) In() io.Reader { return c.cmd.InOrStdin() }

// Watched says whether a person can answer: the input is a terminal, or a test's.
func (c *Conn) Watched() bool {
	file, isFile := c.In().(*os.File)
	return !isFile || isatty.IsTerminal(file.Fd()) || isatty.IsCygwinTerminal(file.Fd())
}

// Answer asks a person on the error output and reads a line, no byte more: the next
// question has the next line. Without a line it fails with io.EOF.
func (c *Conn) Answer(question string) (string, error) {
	fmt.Fprint(c.Err(), table.Lines(question))
	type read struct {
		line string
		err  error
	}
	// Reading can't be interrupted, waiting for it can.
	answered := make(chan read, 1)
	go func() {
		line, err := c.readLine()
		answered <- read{line, err}
	}()
	select {
	case r := <-answered:
		return r.line, r.err
	case <-c.cmd.Context().Done():
		fmt.Fprintln(c.Err())
		return "", c.cmd.Context().Err()
	}
}

// readLine reads a line, no byte more.
func (c *Conn) readLine() (string, error) {
	var line []byte
	for one := make([]byte, 1); ; {
		n, err := c.In().Read(one)
		switch {
		case n == 1 && one[0] != '\n':
			line = append(line, one[0])
		case n == 1 || err != nil && len(line) > 0:
			return strings.TrimSpace(string(line)), nil
		case err != nil:
			fmt.Fprintln(c.Err())
			return "", err
		}
		if len(line) > maxAnswer {
			return "", fmt.Errorf("the answer has more than %d characters", maxAnswer)
		}
	}
}

// maxAnswer bounds what a person types.
const maxAnswer = 1000

// Say prints lines for people; programs don't get them. No name in them tells a terminal anything.
func (c *Conn) Say(format string, args ...any) {
	if !c.JSON() {
		fmt.Fprintln(c.Out(), table.Lines(fmt.Sprintf(format, args...)))
	}
}

// Note tells people what is going on, beside the result, as Say does.
func (c *Conn) Note(format string, args ...any) {
	if !c.JSON() {
		fmt.Fprintln(c.Err(), table.Lines(fmt.Sprintf(format, args...)))
	}
}

// hasCoins finds what may be a coin in JSON.
var hasCoins = regexp.MustCompile(`"[0-9]+[A-Za-z]|"denom":`)

// PrintJSON prints a result for programs, indented: amounts in base units, with those for
// people beside them.
func (c *Conn) PrintJSON(v any) error {
	bz, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if hasCoins.Match(bz) {
		if bz, err = c.Units().InJSON(bz); err != nil {
			return err
		}
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, bz, "", "  "); err != nil {
		return err
	}
	indented.WriteByte('\n')
	_, err = c.Out().Write(table.JSON(indented.Bytes()))
	return err
}

// Raw encodes a message of the chain for a place in a JSON result.
func (c *Conn) Raw(msg proto.Message) (json.RawMessage, error) {
	bz, err := c.Codec.MarshalJSON(msg)
	return json.RawMessage(bz), err
}
