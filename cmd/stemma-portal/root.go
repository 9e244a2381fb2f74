package main

import (
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cosmos/cosmos-sdk/version"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/publish"
	"github.com/stemma-chain/stemma/portal"
	"github.com/stemma-chain/stemma/portal/guard"
)

// envPrefix starts the names of environment variables that set flags: STEMMA_PORTAL_LISTEN.
const envPrefix = "STEMMA_PORTAL_"

const (
	flagListen      = "listen"
	flagMetrics     = "metrics"
	flagNode        = "node"
	flagGRPC        = "grpc"
	flagDB          = "db"
	flagTrust       = "trust"
	flagTrustFirst  = "trust-first-use"
	flagEarliest    = "from-earliest"
	flagOperator    = "operator"
	flagDeny        = "deny"
	flagCredentials = "credentials"
	flagMostOfThem  = "credentials-mb"
	flagRate        = "rate"
	flagBurst       = "burst"
	flagAtOnce      = "at-once"
	flagProxyHeader = "proxy-header"
	flagLogFormat   = "log-format"
)

func rootCmd() *cobra.Command {
	named()
	cmd := &cobra.Command{
		Use:   program,
		Short: "Serve the chain as a web site",
		Long: `stemma-portal follows a node, keeps an index of what happened, and serves pages: search, works, lineage, rights, payments,
accounts, disputes and the network. It holds no key of an account and changes nothing; "stemma-portal mcp", which may, is a
process of its own. With --origin machines pay by it (x402) and get licence tokens (RSL), which it signs with a key that can
hold no money, and files for crawlers are served.

The index is a file by default. Delete it to build it again from the node's blocks; history begins at the first block that the node
has. For services that one machine is too small for, --db names a PostgreSQL database.

A node can lie. With --trust, the height and hash of a header that you know from elsewhere (any other node, or a validator), a light
client checks each block's header, transactions and results; pages say so, and say when the node contradicts what validators signed.

Serve it behind a proxy that has the certificate, and name the header in which that says whose request it is (--proxy-header
X-Real-IP), or all readers share one limit. Every flag can be an environment variable: ` + envPrefix + `LISTEN for --listen.`,
		Example: `  stemma-portal --node tcp://localhost:26657 --grpc localhost:9090 --trust 4711:E3B0C442...
  stemma-portal --db postgres://portal@localhost/stemma --listen 127.0.0.1:8480 --proxy-header X-Real-IP
  stemma-portal --trust 4711:E3B0C442... --origin https://example.org --receiver stemma1...
  stemma-portal items load work1... photos.manifest
  stemma-portal mcp --grpc localhost:9090`,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version.Version,
		RunE:          run,
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return settingError{err} })
	f := cmd.Flags()
	limits := guard.Default()
	f.String(flagListen, "127.0.0.1:8480", "address to serve pages at")
	f.String(flagMetrics, "", "address to serve metrics at, for Prometheus; keep it from the public (default: none)")
	f.String(flagNode, "tcp://localhost:26657", "the node's RPC")
	f.String(flagGRPC, "localhost:9090", "the node's gRPC")
	f.String(flagDB, "portal.db", "the index: a file, or postgres://...")
	f.String(flagTrust, "", "header that you know from elsewhere, as HEIGHT:HASH")
	f.Bool(flagTrustFirst, false, "take the node's newest header for that at the first start: it shows a later lie, not an earlier one")
	f.Bool(flagEarliest, false, "begin a new index at the node's first block, although the chain is older: pages say so")
	f.String(flagOperator, "", "who answers for the site and how to write to them, for notices")
	f.String(flagDeny, "", "file of works that are not shown, an id a line")
	f.String(flagCredentials, "", "folder for Content Credentials that works name by hash: the portal takes them from anybody "+
		"and gives files that lost "+
		"theirs back what they were (C2PA's Soft Binding Resolution API; default: none are kept)")
	f.Int64(flagMostOfThem, 1024, "how many megabytes of them are kept at most")
	addLimitFlags(f, limits)
	addDoorFlags(f, "where the portal is reached from outside, as https://example.org: it serves x402 below /x402/ then, and files for "+
		"crawlers such as /rsl.xml (default: neither)")
	f.String(flagLogFormat, "text", "text or json")
	cmd.AddCommand(itemsCmd(), mcpCmd(), paywallCmd(), redeemCmd(), versionCmd())
	cmd.SetVersionTemplate("{{.Version}}\n")
	return cmd
}

func addLimitFlags(f *pflag.FlagSet, limits guard.Limits) {
	f.Float64(flagRate, limits.PerSecond, "requests a second that an address may make in the long run; 0: no limit")
	f.Int(flagBurst, limits.Burst, "requests that an address may make at once")
	f.Int(flagAtOnce, limits.AtOnce, "requests that are answered at a time")
	f.String(flagProxyHeader, "", "header in which the proxy in front says whose request it is")
}

func limitsOf(f *pflag.FlagSet) (l guard.Limits, err error) {
	l.PerSecond, _ = f.GetFloat64(flagRate)
	l.Burst, _ = f.GetInt(flagBurst)
	l.AtOnce, _ = f.GetInt(flagAtOnce)
	l.ProxyHeader, _ = f.GetString(flagProxyHeader)
	return l, checkLimits(l)
}

func run(cmd *cobra.Command, _ []string) error {
	encoding.Configure()
	c, err := configOf(cmd.Flags())
	if err != nil {
		return settingError{err}
	}
	return portal.Run(cmd.Context(), c)
}

// settingError is of a flag or a variable: starting again mends nothing.
type settingError struct{ error }

// configOf reads flags and the environment.
func configOf(f *pflag.FlagSet) (portal.Config, error) {
	var none portal.Config
	if err := fromEnvironment(f); err != nil {
		return none, err
	}
	text := func(name string) string { s, _ := f.GetString(name); return s }
	log, err := logger(text(flagLogFormat))
	if err != nil {
		return none, err
	}
	c := portal.Config{
		Listen: text(flagListen), Metrics: text(flagMetrics), RPC: text(flagNode), GRPC: text(flagGRPC), Database: text(flagDB),
		Operator: text(flagOperator), Address: text(flagOrigin), Log: log,
		Ready: func(address string) { log.Info("serving", "address", "http://"+address) },
	}
	warn(log, f)
	c.TrustFirstUse, _ = f.GetBool(flagTrustFirst)
	c.FromEarliest, _ = f.GetBool(flagEarliest)
	c.Credentials = text(flagCredentials)
	most, _ := f.GetInt64(flagMostOfThem)
	if c.MaxCredentials = most << 20; most < 1 || most > 1<<30 {
		return none, fmt.Errorf("--%s is 1 to %d", flagMostOfThem, 1<<30)
	}
	if c.RPC, err = portal.NodeAddress(c.RPC); err != nil {
		return none, fmt.Errorf("--%s: %w", flagNode, err)
	}
	if c.Limits, err = limitsOf(f); err != nil {
		return none, err
	}
	if c.Doors, err = doorsOf(f); err != nil {
		return none, err
	}
	if s := text(flagTrust); s != "" {
		trust, err := proof.ParseTrust(s)
		if err != nil {
			return none, fmt.Errorf("--%s: %w", flagTrust, err)
		}
		c.Trust = &trust
	}
	if _, err := publish.NewSite(c.Address, "", "", ""); err != nil {
		return none, fmt.Errorf("--%s: %w", flagOrigin, err)
	}
	if path := text(flagDeny); path != "" {
		if c.Denied, err = readDenyList(path); err != nil {
			return none, fmt.Errorf("--%s: %w", flagDeny, err)
		}
	}
	return c, nil
}

func readDenyList(path string) (portal.DenyList, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	list, err := portal.ReadDenyList(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return list, nil
}

// checkLimits refuses limits under which nobody is answered.
func checkLimits(l guard.Limits) error {
	switch {
	case l.PerSecond < 0:
		return fmt.Errorf("--%s is 0, for no limit, or more", flagRate)
	case l.Burst < 1:
		return fmt.Errorf("--%s is at least 1", flagBurst)
	case l.AtOnce < 1:
		return fmt.Errorf("--%s is at least 1", flagAtOnce)
	}
	return nil
}

// warn says what an operator may have got wrong without being refused.
func warn(log *slog.Logger, f *pflag.FlagSet) {
	if trust, _ := f.GetString(flagTrust); trust == "" && !f.Changed(flagTrustFirst) {
		log.Warn("nothing checks what the node says, and pages say so: name a header that you know from elsewhere by --" + flagTrust)
	}
	for _, setting := range os.Environ() {
		name, _, _ := strings.Cut(setting, "=")
		flag, ours := strings.CutPrefix(name, envPrefix)
		if ours && !strings.HasPrefix(name, mcpPrefix) && f.Lookup(strings.ToLower(strings.ReplaceAll(flag, "_", "-"))) == nil {
			log.Warn("a variable of the environment sets no flag", "variable", name)
		}
	}
}

func logger(format string) (*slog.Logger, error) {
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(os.Stderr, nil)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(os.Stderr, nil)), nil
	}
	return nil, fmt.Errorf("--%s is text or json, not %q", flagLogFormat, format)
}

// fromEnvironment sets the flags that were not given from variables.
func fromEnvironment(f *pflag.FlagSet) error { return fromEnvironmentOf(envPrefix, f) }

// fromEnvironmentOf is fromEnvironment for variables of another prefix.
func fromEnvironmentOf(prefix string, f *pflag.FlagSet) (err error) {
	f.VisitAll(func(flag *pflag.Flag) {
		name := prefix + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
		if value, set := os.LookupEnv(name); set && !flag.Changed && err == nil {
			if wrong := f.Set(flag.Name, value); wrong != nil {
				err = fmt.Errorf("%s: %w", name, wrong)
			}
		}
	})
	return err
}
