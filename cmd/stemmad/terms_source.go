package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/codec"

	"github.com/stemma-chain/stemma/client/termspec"
	"github.com/stemma-chain/stemma/client/termspec/licences"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/internal/rates"
	"github.com/stemma-chain/stemma/x/license/deed"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// printer is where a verb prints that may do without a node: conn is nil then.
type printer struct {
	cmd  *cobra.Command
	conn *connect.Conn
	json bool
}

// offlineOr completes a verb that needs a node only for some of its arguments.
// Without these it neither reads nor creates the home folder.
func offlineOr(
	cmd *cobra.Command, offline func(*cobra.Command, []string) bool, run func(context.Context, printer, []string) error,
) *cobra.Command {
	connect.AddQueryFlags(cmd)
	cmd.PersistentPreRunE = func(cmd *cobra.Command, args []string) error {
		if before := cmd.Root().PersistentPreRunE; before != nil && !offline(cmd, args) {
			return before(cmd, args)
		}
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		p := printer{cmd: cmd}
		var err error
		if offline(cmd, args) {
			p.json, err = wantsJSON(cmd)
		} else if p.conn, err = connect.Open(cmd); err == nil {
			p.json = p.conn.JSON()
		}
		if err != nil {
			return err
		}
		return connect.Plain(run(cmd.Context(), p, args))
	}
	return cmd
}

// wantsJSON reads --output, or its variable, without the client's configuration.
func wantsJSON(cmd *cobra.Command) (bool, error) {
	format, err := cmd.Flags().GetString(flags.FlagOutput)
	if err != nil {
		return false, err
	}
	if env := os.Getenv(envPrefix + "_OUTPUT"); env != "" && !cmd.Flags().Changed(flags.FlagOutput) {
		format = env
	}
	if format != flags.OutputFormatText && format != flags.OutputFormatJSON {
		return false, fmt.Errorf("--output is text or json, not %q", format)
	}
	return format == flags.OutputFormatJSON, nil
}

// allOffline says whether all arguments can be read without a node: all but the
// ids of terms that are no presets.
func allOffline(_ *cobra.Command, args []string) bool {
	for _, arg := range args {
		if id, err := licensetypes.ParseTermsID(arg); err == nil && licensetypes.PresetName(id) == "" {
			return false
		}
	}
	return true
}

// namedTerms is terms with what the person called them.
type namedTerms struct {
	licensetypes.IdentifiedTerms
	// name is the preset's, else the file's or, for an id, that of the licence.
	name string
}

// shortName tells terms apart in a table: licence and start of the id.
func shortName(t licensetypes.IdentifiedTerms) string {
	const start = 14
	return table.Clean(t.Terms.Spdx) + " " + t.Id.String()[:start] + "…"
}

func identified(t licensetypes.Terms) licensetypes.IdentifiedTerms {
	id := t.ID()
	return licensetypes.IdentifiedTerms{Id: id, Preset: licensetypes.PresetName(id), Terms: t}
}

// terms reads what an argument names: a preset, an id, a file, or a licence.
func (p printer) terms(ctx context.Context, arg string) (namedTerms, error) {
	if id, err := licensetypes.ParseTerms(arg); err == nil {
		name := licensetypes.PresetName(id)
		if preset, ok := licensetypes.PresetByName(name); ok {
			return namedTerms{identified(preset.Terms), name}, nil
		}
		if p.conn == nil {
			return namedTerms{}, fmt.Errorf("%s needs a node: use a preset or a file", arg)
		}
		res, err := p.conn.License().Terms(ctx, &licensetypes.QueryTermsRequest{Terms: arg})
		if err != nil {
			return namedTerms{}, err
		}
		return namedTerms{res.Terms, shortName(res.Terms)}, nil
	}
	if _, err := os.Stat(arg); err != nil && arg != termspec.Stdin && licences.IsName(arg) {
		terms, err := licences.Named(arg)
		return namedTerms{identified(terms), terms.Spdx}, err
	}
	read, err := readTerms(arg, p.cmd.InOrStdin())
	if err != nil {
		return namedTerms{}, err
	}
	named := namedTerms{identified(read), arg}
	if named.Preset != "" {
		named.name = named.Preset
	}
	return named, nil
}

// readTerms reads a file of terms; one that is not there is a word that means nothing.
func readTerms(arg string, in io.Reader) (licensetypes.Terms, error) {
	read, err := termspec.Read(arg, in)
	switch {
	case errors.Is(err, fs.ErrNotExist) && strings.HasPrefix(arg, licensetypes.TermsHRP+"1"):
		_, err := licensetypes.ParseTermsID(arg)
		return read, err
	case errors.Is(err, fs.ErrNotExist):
		return read, fmt.Errorf("%w; and there is no such file", licences.Unknown(arg))
	}
	return read, err
}

// deed prints one deed with the terms' id.
func (p printer) deed(terms licensetypes.IdentifiedTerms) error {
	if p.json {
		d, err := describedTerms(terms)
		if err != nil {
			return err
		}
		return printIndented(p.cmd.OutOrStdout(), d)
	}
	if _, err := fmt.Fprintln(p.cmd.OutOrStdout(), cleanLines(deed.Of(terms.Terms).Text())); err != nil {
		return err
	}
	return table.Fields(p.cmd.OutOrStdout(), "preset", terms.Preset, "terms", terms.Id.String())
}

func describedTerms(terms licensetypes.IdentifiedTerms) (described, error) {
	raw, err := codec.ProtoMarshalJSON(&terms.Terms, nil)
	return described{ID: terms.Id, Preset: terms.Preset, Terms: raw, Deed: deed.Of(terms.Terms)}, err
}

// list prints terms as a table.
func (p printer) list(list []licensetypes.IdentifiedTerms) error {
	if p.json {
		rows := make([]described, len(list))
		for i, terms := range list {
			var err error
			if rows[i], err = describedTerms(terms); err != nil {
				return err
			}
		}
		return printIndented(p.cmd.OutOrStdout(), struct {
			Terms []described `json:"terms"`
		}{rows})
	}
	tab := table.New("name", "commercial", "derivatives", "AI training", "royalty", "fee", "terms")
	for _, terms := range list {
		t := terms.Terms
		name := terms.Preset
		if name == "" {
			name = table.Short(t.Spdx)
		}
		royalty, fee := "none", "none"
		if t.RoyaltyPolicy != royaltytypes.POLICY_NONE {
			royalty = rates.Percent(t.RoyaltyRate) + " " + enumName(t.RoyaltyPolicy.String(), "POLICY_")
		}
		if len(t.GrantFee) > 0 {
			fee = strings.ReplaceAll(t.GrantFee.String(), ",", " or ")
		}
		commercial := "no"
		if t.CommercialUse {
			commercial = "yes"
		}
		tab.Row(name, commercial, strings.ReplaceAll(enumName(t.Derivatives.String(), "DERIVATIVES_"), " ", "-"),
			enumName(t.AiTraining.String(), "PERMISSION_"), royalty, fee, terms.Id.String())
	}
	return tab.Write(p.cmd.OutOrStdout())
}
