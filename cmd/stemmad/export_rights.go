package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/client/publish"
	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
)

const (
	flagOwner       = "owner"
	flagWork        = "work"
	flagSite        = "site"
	flagPathPrefix  = "path-prefix"
	flagLicenseURL  = "license-url"
	flagLicensePage = "license-page"
	flagValidDays   = "valid-days"
	flagOut         = "out"
	// defaultValidDays is how long RSL's clients keep a file that says nothing.
	defaultValidDays = 30
	// maxValidDays bounds --valid-days.
	maxValidDays = 3650
)

// exportRightsCmd is a subcommand of the SDK's export, which exports the state.
func exportRightsCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rights {--owner ACCOUNT | --work WORK|FILE} --format FORMAT",
		Short: "Write what works are offered under in formats that crawlers read",
		Long: `Rights asks a node what a work, or every work of an owner, is offered under to
anybody, and writes it as a file for a website:

  rsl            license.xml: RSL 1.0, with what a grant costs
  robots         lines for robots.txt: where the RSL file is, AI preferences, Content Signals
  aipref         lines for robots.txt: AI preferences (IETF drafts) alone
  tdmrep         /.well-known/tdmrep.json, with --out also the policies that it names
  schema-jsonld  JSON-LD of schema.org for the works' pages

A use is stated as permitted only if the chain's decision permits it to anybody for
as long as the file is valid (--valid-days); all else is stated as reserved. Write
the file anew before that time has passed, and after every change of an offer.

A work is where its fingerprints of the scheme "url" say, else at its metadata URI,
else at SITE/PATH-PREFIX/WORK. With --site only works on that site are stated, but
for schema-jsonld. docs/rights-formats.md says what each format can express.`,
		Example: `  stemmad export rights --work song.wav --format rsl --site https://example.org
  stemmad export rights --owner alice --format tdmrep --site https://example.org --path-prefix works --out tdmrep.json`,
		Args: cobra.NoArgs,
	}
	f := cmd.Flags()
	f.String(flagOwner, "", "account or key whose works are exported")
	f.StringArray(flagWork, nil, "work id, file or SHA-256 to export; may be repeated")
	f.String(flagFormat, "", strings.Join(publish.Formats(), ", "))
	f.String(flagSite, "", "site that serves the works and the file, such as https://example.org")
	f.String(flagPathPrefix, "", "path on the site under which works without a URL are served by their id")
	f.String(flagLicenseURL, "", "where the RSL file will be (default: SITE/license.xml)")
	f.String(flagLicensePage, "", "page that tells people how to acquire a licence")
	f.Uint(flagValidDays, defaultValidDays, "days that the file may be relied on")
	f.String(flagOut, "", "file to write (default: standard output)")
	f.Bool(flagOverwrite, false, "replace the file if it exists")
	cmd.MarkFlagsOneRequired(flagOwner, flagWork)
	cmd.MarkFlagsMutuallyExclusive(flagOwner, flagWork)
	return asking(cmd, exportRights)
}

func exportRights(ctx context.Context, conn *connect.Conn, _ []string) error {
	f := conn.Flags()
	site, err := publish.NewSite(f.Text(flagSite), f.Text(flagPathPrefix), f.Text(flagLicenseURL), f.Text(flagLicensePage))
	if err != nil {
		return err
	}
	format := f.Text(flagFormat)
	// Tried before anything is asked or written.
	_, err = publish.New(format, io.Discard, site, publish.Source{})
	if errors.Is(err, publish.ErrNeedsSite) {
		return fmt.Errorf("--%s: %w; give --%s", flagFormat, err, flagSite)
	}
	if err != nil {
		return fmt.Errorf("--%s: %w", flagFormat, err)
	}
	days, _ := f.GetUint(flagValidDays)
	if days < 1 || days > maxValidDays {
		return fmt.Errorf("--%s is 1 to %d, not %d", flagValidDays, maxValidDays, days)
	}
	source, err := pin(ctx, conn, days)
	if err != nil {
		return err
	}
	export := rightsExport{conn: conn, site: site, source: source, format: format, register: publish.NewRegister()}
	out := f.Text(flagOut)
	var text strings.Builder
	if out == "" && conn.JSON() {
		if _, err := export.write(ctx, &text); err != nil {
			return err
		}
	} else if out == "" {
		buffered := bufio.NewWriter(conn.Out())
		if _, err := export.write(ctx, buffered); err != nil {
			return err
		}
		if err := buffered.Flush(); err != nil {
			return err
		}
	} else if err := export.toFile(ctx, out, f.Is(flagOverwrite)); err != nil {
		return err
	}
	if conn.JSON() {
		return conn.PrintJSON(export.described(out, text.String()))
	}
	export.report()
	return nil
}

// describedExport is an export as programs read it: the text, or the file that has it.
type describedExport struct {
	Format     string    `json:"format"`
	ChainID    string    `json:"chain_id"`
	Height     int64     `json:"height,string"`
	Time       time.Time `json:"time"`
	ValidUntil time.Time `json:"valid_until"`
	// Works that were looked at, those of them that are left out since they are not on the site,
	// and those that are reserved since somebody else claimed the content before.
	Works     int    `json:"works"`
	LeftOut   int    `json:"left_out"`
	Contested int    `json:"contested"`
	File      string `json:"file,omitempty"`
	Text      string `json:"text,omitempty"`
}

func (e *rightsExport) described(file, text string) describedExport {
	d := describedExport{
		Format: e.format, ChainID: e.source.ChainID, Height: e.source.Height, Time: e.source.Time, ValidUntil: e.source.ValidUntil,
		Works: e.works, LeftOut: e.elsewhere, Contested: e.contested, File: file, Text: text,
	}
	if e.format == publish.SchemaJSONLD {
		d.LeftOut = 0
	}
	return d
}

// pin has all questions answered as of one block, the latest.
func pin(ctx context.Context, conn *connect.Conn, days uint) (publish.Source, error) {
	node, err := conn.GetNode()
	if err != nil {
		return publish.Source{}, err
	}
	latest, err := rights.Latest(ctx, node)
	if err != nil {
		return publish.Source{}, err
	}
	conn.Context = conn.WithHeight(latest.Height)
	at := latest.Time.UTC()
	return publish.Source{
		ChainID: latest.ChainID, Height: latest.Height, Time: at, ValidUntil: at.Add(time.Duration(days) * 24 * time.Hour),
	}, nil
}

// toFile writes the file whole or not at all, and the policies of a tdmrep.json
// beside it.
func (e *rightsExport) toFile(ctx context.Context, path string, overwrite bool) error {
	if err := free(path, overwrite); err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name()) // gone already when all went well
	buffered := bufio.NewWriter(temporary)
	file, err := e.write(ctx, buffered)
	if err := errors.Join(err, buffered.Flush(), temporary.Chmod(0o644), temporary.Close()); err != nil {
		return err
	}
	if tdm, ok := file.(*publish.TDMWriter); ok {
		if err := writePolicies(tdm, filepath.Dir(path), overwrite); err != nil {
			return err
		}
	}
	if err := os.Rename(temporary.Name(), path); err != nil {
		return err
	}
	e.conn.Note("Wrote %s.", path)
	return nil
}

func writePolicies(tdm *publish.TDMWriter, folder string, overwrite bool) error {
	policies, err := tdm.Policies()
	if err != nil {
		return err
	}
	for name, text := range policies {
		path := filepath.Join(folder, name)
		if err := free(path, overwrite); err != nil {
			return err
		}
		// Web servers run as somebody else.
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func free(path string, overwrite bool) error {
	if _, err := os.Stat(path); overwrite || errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return fmt.Errorf("%s exists: choose another name for --%s, or replace it with --%s", path, flagOut, flagOverwrite)
}
