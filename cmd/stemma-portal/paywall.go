package main

import (
	"fmt"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/portal"
	"github.com/stemma-chain/stemma/portal/guard"
	"github.com/stemma-chain/stemma/portal/paywall"
)

const (
	flagSite     = "site"
	flagUpstream = "upstream"
	flagMap      = "map"
	flagRSL      = "rsl"
	flagCheck    = "check"
)

func paywallCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "paywall",
		Short: "Put the chain's rules before a site: whoever may not use a file so pays for it",
		Long: `Paywall serves a folder (--site), or stands before a server (--upstream), and asks of each file that --map names
whether it may be used so by whoever asks: by anybody, by one who pays with this request (x402), or by one who proves
that the right is theirs, with this request or by a licence token (RSL). Everybody else is told what it costs (402),
or why it is not to be had (403). All that the map does not name is served as it is.

The map is a table: path,work,use, and perhaps commercial, territory and medium. A path is /a/file, or /a/folder/* for
all below it; the longest that fits counts, and a file has what seems to lie below it too. Paths that are written in
roundabout ways are refused. Of a folder, names that begin with a dot are not served, nor what links lead out to. A
server behind is asked before anything is taken, so what it does not have (400 and above) costs nothing; it must not
know a file by names that the map does not have, such as in capitals, and must be reached by nobody else.

When it begins it warns of rows whose work is not registered, not on offer, free or denied, and of paths without a file.
With --check it lists them all and ends, with 1 if there are some.

It holds no keys of accounts. Money goes from who pays to the works, and never through it. What it needs to keep is
--till and --vouchers.`,
		Example: `  stemma-portal paywall --site public --map map.csv --origin https://example.org
  stemma-portal paywall --upstream http://127.0.0.1:8080 --map map.csv --origin https://example.org --receiver stemma1...`,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := paywallOf(cmd.Flags())
			if err != nil {
				return settingError{err}
			}
			if only, _ := cmd.Flags().GetBool(flagCheck); only {
				return checkMap(cmd, c)
			}
			return portal.Paywall(cmd.Context(), c)
		},
	}
	f := cmd.Flags()
	limits := guard.Default()
	f.String(flagListen, "127.0.0.1:8490", "address to serve at")
	f.String(flagGRPC, "localhost:9090", "the node's gRPC")
	f.String(flagSite, "", "folder to serve")
	f.String(flagUpstream, "", "server to stand before, as http://HOST:PORT")
	f.String(flagMap, "", "table of what is behind which path")
	f.String(flagRSL, "", "where the site's RSL document is, which crawlers are told (default: /license.xml of the site)")
	f.Bool(flagCheck, false, "look at each row of the map, print those that need a look, and end; it may run beside the paywall")
	addDoorFlags(f, "where the site is reached from outside, as https://example.org: payments are bound to it")
	addLimitFlags(f, limits)
	f.String(flagLogFormat, "text", "text or json")
	return cmd
}

// checkMap prints what may be wrong with a map. It fails where something is.
func checkMap(cmd *cobra.Command, c portal.PaywallConfig) error {
	report, err := portal.CheckPaywall(cmd.Context(), c)
	if err != nil {
		return err
	}
	if len(report.Findings) > 0 {
		out := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
		fmt.Fprintln(out, "LINE\tPATH\tWORK\tPROBLEM\tWHAT TO DO")
		for _, f := range report.Findings {
			fmt.Fprintf(out, "%d\t%s\t%s\t%s\t%s\n", f.Line, f.Path, f.Work, f.Code, f.Remedy())
		}
		if err := out.Flush(); err != nil {
			return err
		}
		return fmt.Errorf("the map needs a look: %d findings, %d of %d rows were checked", len(report.Findings), report.Checked, report.Rows)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%d rows: what they name is there, and to be had for money\n", report.Checked)
	return nil
}

func paywallOf(f *pflag.FlagSet) (portal.PaywallConfig, error) {
	encoding.Configure()
	var none portal.PaywallConfig
	if err := fromEnvironment(f); err != nil {
		return none, err
	}
	text := func(name string) string { s, _ := f.GetString(name); return s }
	log, err := logger(text(flagLogFormat))
	if err != nil {
		return none, err
	}
	c := portal.PaywallConfig{
		Listen: text(flagListen), GRPC: text(flagGRPC), Site: text(flagSite), Log: log,
		Ready: func(address string) { log.Info("serving", "address", "http://"+address) },
	}
	if c.Limits, err = limitsOf(f); err != nil {
		return none, err
	}
	if text(flagOrigin) == "" {
		return none, fmt.Errorf("say where the site is reached from outside: --%s https://example.org", flagOrigin)
	}
	d, err := doorsOf(f)
	switch {
	case err != nil:
		return none, err
	case (c.Site == "") == (text(flagUpstream) == ""):
		return none, fmt.Errorf("say what is behind: a folder by --%s, or a server by --%s", flagSite, flagUpstream)
	case text(flagMap) == "":
		return none, fmt.Errorf("say what is to be paid: a table by --%s", flagMap)
	}
	c.Doors = *d
	if c.License = text(flagRSL); c.License == "" {
		c.License = c.Origin + "/license.xml"
	} else if at, err := url.Parse(c.License); err != nil || !at.IsAbs() || strings.ContainsAny(c.License, "<>\" ") {
		return none, fmt.Errorf("--%s %q: write the whole address, as https://example.org/license.xml", flagRSL, c.License)
	}
	if upstream := text(flagUpstream); upstream != "" {
		c.Upstream, err = url.Parse(upstream)
		if err != nil || (c.Upstream.Scheme != "http" && c.Upstream.Scheme != "https") || c.Upstream.Host == "" {
			return none, fmt.Errorf("--%s %q: write http://HOST:PORT", flagUpstream, upstream)
		}
	} else if info, err := os.Stat(c.Site); err != nil {
		return none, fmt.Errorf("--%s: %w", flagSite, err)
	} else if !info.IsDir() {
		return none, fmt.Errorf("--%s %q is no folder", flagSite, c.Site)
	}
	file, err := os.Open(text(flagMap))
	if err != nil {
		return none, fmt.Errorf("--%s: %w", flagMap, err)
	}
	defer file.Close()
	c.Map, err = paywall.ReadMap(file, text(flagMap), time.Now())
	return c, err
}
