package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/version"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/portal"
	"github.com/stemma-chain/stemma/portal/index"
	"github.com/stemma-chain/stemma/portal/mcp"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
)

// mcpPrefix starts the variables that set flags of mcp: those of the pages are others, since one machine may have both.
const mcpPrefix = envPrefix + "MCP_"

const (
	flagAgent      = "agent"
	flagFeeGranter = "fee-granter"
	flagTokenFile  = "token-file"
	flagHost       = "host"
	flagRequests   = "requests"
)

const (
	// shortestToken is how many characters nobody guesses.
	shortestToken = 32
	// longestToken bounds what is read of the file.
	longestToken = 4096
	// settleWithin is how long what was sent is waited for when the server ends.
	settleWithin = 30 * time.Second
	// startWithin is how long the node has to say for whom a key acts.
	startWithin = 30 * time.Second
	// stopWithin is how long requests have to end.
	stopWithin = 10 * time.Second
)

func mcpCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "mcp",
		Short: "Let an AI agent ask the chain, and act within its limit (Model Context Protocol)",
		Long: `Mcp is a server of the Model Context Protocol: a client starts it and talks to it by standard input and output. With
--listen it serves the streamable HTTP transport instead. Agents find works, ask whether they may use them and at what price, get
receipts, clear lists and have proofs made. It is a process of its own: the portal that serves pages holds no keys.

With --agent and --from it also acquires licences, declares outputs and pays. The key is one of the agent's, and all that it signs
are that agent's acts: the chain keeps it within the limit that the agent's controller has set ("stemmad agent limit"). A key
without an agent is refused. Without both the server only reads, and tools that spend are not listed. Each of these asks for max,
the most to pay, and for a request id: a call that is repeated with the same id pays nothing twice, for a month and over
restarts. What ids did is kept in --` + flagRequests + `.

Over HTTP it listens on this machine alone, unless --` + flagListen + ` says otherwise. On another address, and wherever it holds a key,
each request has to bear the token in --` + flagTokenFile + `. Pages of other sites are refused.

It ends when its input does, with code 0. Every flag can be an environment variable: ` + mcpPrefix + `AGENT for --agent.`,
		Example: `  stemma-portal mcp --node tcp://localhost:26657 --grpc localhost:9090
  stemma-portal mcp --agent agent1... --from buyer --keyring-dir ~/.stemmad --keyring-backend file
  stemma-portal mcp --listen 127.0.0.1:8481 --token-file token --agent agent1... --from buyer`,
		Args: cobra.NoArgs, SilenceUsage: true, SilenceErrors: true,
		RunE: runMCP,
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return settingError{err} })
	f := cmd.Flags()
	f.String(flagNode, "tcp://localhost:26657", "the node's RPC")
	f.String(flagGRPC, "localhost:9090", "the node's gRPC")
	f.String(flagDB, "", "the portal's index, which finds works by words of their titles (default: none)")
	f.String(flagTrust, "", "header that you know from elsewhere, as HEIGHT:HASH: proofs begin at it")
	f.String(flagAgent, "", "agent that it acts for (agent1...)")
	f.String(flagFrom, "", "name of the agent's key, in the keyring")
	f.String(flagKeyringDir, "", "folder of the keyring, and of anchors that are kept (default: ~/.stemmad)")
	f.String(flagKeyring, keyring.BackendOS, "os, file, test, ...: as of stemmad")
	f.String(flagRequests, "", "folder where it is kept what request ids did (default: requests, below --"+flagKeyringDir+")")
	f.String(flagFeeGranter, "", "account that pays the key's fees, by an allowance (default: the key)")
	f.String(flagListen, "", "address to serve HTTP at, such as 127.0.0.1:8481 (default: standard input and output)")
	f.String(flagTokenFile, "", "file with the token that requests bear, of 32 characters and more")
	f.StringSlice(flagHost, nil, "names that requests over HTTP may be addressed to, beside this machine's own")
	f.String(flagLogFormat, "text", "text or json; the log is on standard error")
	return cmd
}

// mcpSettings are the flags, read.
type mcpSettings struct {
	node, grpc, db, listen, from, dir, backend string
	requests                                   string
	agent                                      agenttypes.AgentID
	sponsor                                    sdk.AccAddress
	trust                                      *proof.Trust
	access                                     mcp.Access
	log                                        *slog.Logger
	// told is the log of a server over HTTP, which says too what is no fault: no client shows its users that.
	told *slog.Logger
}

func runMCP(cmd *cobra.Command, _ []string) error {
	encoding.Configure()
	set, err := mcpSettingsOf(cmd.Flags())
	if err != nil {
		return settingError{err}
	}
	c, err := client.Dial(set.grpc)
	if err != nil {
		return fmt.Errorf("the node's gRPC %s: %w", set.grpc, err)
	}
	defer c.Close()
	config, err := set.config(cmd.Context(), c)
	if err != nil {
		return err
	}
	if config.Index != nil {
		defer config.Index.Close()
	}
	starting, cancel := context.WithTimeout(cmd.Context(), startWithin)
	server, err := mcp.New(starting, config)
	cancel()
	if err != nil {
		return err
	}
	if set.listen == "" {
		err = server.Stdio(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout())
	} else {
		err = serveMCP(cmd.Context(), set, server.HTTP(set.access))
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(cmd.Context()), settleWithin)
	defer cancel()
	for _, hash := range server.Settle(ending) {
		set.log.Warn("sent, and not decided yet: look for it before you do the same again", "tx", hash)
	}
	return err
}

func mcpSettingsOf(f *pflag.FlagSet) (set mcpSettings, err error) {
	if err := fromEnvironmentOf(mcpPrefix, f); err != nil {
		return set, err
	}
	text := func(name string) string { s, _ := f.GetString(name); return s }
	set = mcpSettings{
		grpc: text(flagGRPC), db: text(flagDB), listen: text(flagListen), from: text(flagFrom), dir: text(flagKeyringDir),
		backend: text(flagKeyring), requests: text(flagRequests),
	}
	set.access.Hosts, _ = f.GetStringSlice(flagHost)
	if set.told, err = logger(text(flagLogFormat)); err != nil {
		return set, err
	}
	if set.log, err = quietLogger(text(flagLogFormat)); err != nil {
		return set, err
	}
	if set.node, err = portal.NodeAddress(text(flagNode)); err != nil {
		return set, fmt.Errorf("--%s: %w", flagNode, err)
	}
	if s := text(flagTrust); s != "" {
		trust, err := proof.ParseTrust(s)
		if err != nil {
			return set, fmt.Errorf("--%s: %w", flagTrust, err)
		}
		set.trust = &trust
	}
	if err := set.readActing(text(flagAgent), text(flagFeeGranter)); err != nil {
		return set, err
	}
	return set, set.readAccess(text(flagTokenFile))
}

// readActing reads for whom is acted. A key that acts without an agent has no limit, so there is no such thing here.
func (set *mcpSettings) readActing(agent, sponsor string) (err error) {
	switch {
	case agent == "" && set.from == "" && sponsor != "":
		return fmt.Errorf("--%s goes with --%s and --%s", flagFeeGranter, flagAgent, flagFrom)
	case agent == "" && set.from == "" && set.requests != "":
		return fmt.Errorf("--%s goes with --%s and --%s", flagRequests, flagAgent, flagFrom)
	case agent == "" && set.from == "":
		return nil
	case agent == "" || set.from == "":
		return fmt.Errorf("--%s and --%s go together: %w", flagAgent, flagFrom, mcp.ErrNoAgent)
	}
	if set.agent, err = agenttypes.ParseAgentID(agent); err != nil {
		return fmt.Errorf("--%s: %w", flagAgent, err)
	}
	if sponsor != "" {
		if set.sponsor, err = sdk.AccAddressFromBech32(sponsor); err != nil {
			return fmt.Errorf("--%s: %w", flagFeeGranter, err)
		}
	}
	if set.dir, err = keyringIn(set.dir); err == nil && set.requests == "" {
		set.requests = filepath.Join(set.dir, "requests")
	}
	return err
}

// readAccess demands a token wherever somebody beside this machine's users could ask, or what is asked could spend.
func (set *mcpSettings) readAccess(file string) error {
	if set.listen == "" {
		if file != "" || len(set.access.Hosts) > 0 {
			return fmt.Errorf("--%s and --%s go with --%s", flagTokenFile, flagHost, flagListen)
		}
		return nil
	}
	host, _, err := net.SplitHostPort(set.listen)
	if err != nil {
		return fmt.Errorf("--%s: %w", flagListen, err)
	}
	if file == "" {
		if host != "localhost" && !mcp.Loopback(host) {
			return fmt.Errorf("--%s %s is reached from other machines: name a --%s", flagListen, set.listen, flagTokenFile)
		}
		if !set.agent.IsZero() {
			return fmt.Errorf("--%s with a key lets every program of this machine spend: name a --%s", flagListen, flagTokenFile)
		}
		return nil
	}
	if set.access.Token, err = readToken(file); err != nil {
		return fmt.Errorf("--%s: %w", flagTokenFile, err)
	}
	return nil
}

func readToken(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("%s can be read by others: chmod 600 %s", path, path)
	}
	raw, err := io.ReadAll(io.LimitReader(file, longestToken+1))
	if err != nil {
		return "", err
	}
	token := strings.TrimSpace(string(raw))
	if len(token) < shortestToken || len(token) > longestToken || strings.ContainsAny(token, " \t\r\n") {
		return "", fmt.Errorf("%s has to hold one token of %d to %d characters", path, shortestToken, longestToken)
	}
	return token, nil
}

// config opens what the server needs. A keyring that asks for a password asks at the terminal: standard input is the client's.
func (set mcpSettings) config(ctx context.Context, c *client.Client) (config mcp.Config, err error) {
	config = mcp.Config{
		Client: c, Trust: set.trust, Agent: set.agent, Sponsor: set.sponsor, Anchors: register.OpenStore(set.dir), Version: version.Version,
		Requests: set.requests, Log: set.log,
	}
	node, err := rpchttp.New(set.node, "/websocket")
	if err != nil {
		return config, fmt.Errorf("the node's RPC %s: %w", set.node, err)
	}
	if err := portal.OneChain(ctx, node, c, set.node, set.grpc); err != nil {
		return config, err
	}
	config.Node = node
	if set.db != "" {
		if !strings.Contains(set.db, "://") {
			if _, err := os.Stat(set.db); err != nil {
				return config, settingError{fmt.Errorf("--%s: %w", flagDB, err)}
			}
		}
		if config.Index, err = index.Open(ctx, set.db); err != nil {
			return config, fmt.Errorf("--%s: %w", flagDB, err)
		}
	}
	if set.from == "" {
		return config, nil
	}
	var terminal io.Reader
	if set.backend == keyring.BackendFile {
		tty, err := os.Open("/dev/tty")
		if err != nil {
			return config, settingError{fmt.Errorf("--%s %s asks for a password at a terminal: %w", flagKeyring, set.backend, err)}
		}
		defer tty.Close()
		terminal = tty
	}
	config.Key, err = signerOf(c, set.backend, set.dir, set.from, terminal)
	return config, err
}

func serveMCP(ctx context.Context, set mcpSettings, server *http.Server) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", set.listen)
	if err != nil {
		return fmt.Errorf("serve at %s: %w", set.listen, err)
	}
	set.told.Info("serving", "address", "http://"+listener.Addr().String()+"/")
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	if err := server.Shutdown(ending); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// quietLogger says what goes wrong: clients show their users what stands on standard error.
func quietLogger(format string) (*slog.Logger, error) {
	if _, err := logger(format); err != nil {
		return nil, err
	}
	options := &slog.HandlerOptions{Level: slog.LevelWarn}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, options)), nil
	}
	return slog.New(slog.NewTextHandler(os.Stderr, options)), nil
}
