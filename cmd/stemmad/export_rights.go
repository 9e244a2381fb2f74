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
	flagLicenseServ = "license-server"
	flagValidDays   = "valid-days"
	flagOut         = "out"
	flagAboutPages  = "about-pages"
	// allFormats stands for all of publish.Formats.
	allFormats = "all"
	// defaultValidDays is how long RSL's clients keep a file that says nothing.
	defaultValidDays = 30
	// maxValidDays bounds --valid-days.
	maxValidDays = 3650
)

// exportRightsCmd is a subcommand of the SDK's export, which exports the state.
func exportRightsCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rights {WORK|FILE... | --owner ACCOUNT} --format FORMAT",
		Short: "Write what works are offered under in formats that crawlers read",
		Long: `Rights asks a node what a work, or every work of an owner, is offered under to
anybody, and writes it as a file for a website:

  rsl            license.xml: RSL 1.0, with what a grant costs
  robots         lines for robots.txt: where the RSL file is, AI preferences, Content Signals
  aipref         lines for robots.txt: AI preferences (IETF drafts) alone
  tdmrep         /.well-known/tdmrep.json, with --out also the policies that it names
  schema-jsonld  JSON-LD of schema.org for the works' pages
  all            each of these, into a folder (--out): what the site's own folder gets

A use is stated as permitted only if the chain's decision permits it to anybody for
as long as the file is valid (--valid-days); all else is stated as reserved. Write
the file anew before that time has passed, and after every change of an offer.

A work is where its fingerprints of the scheme "url" say, else at its metadata URI,
else at SITE/PATH-PREFIX/WORK. With --site only works on that site are stated, but
for schema-jsonld. docs/rights-formats.md says what each format can express.`,
		Example: `  stemmad export rights song.wav --format rsl --site https://example.org
  stemmad export rights --owner alice --format tdmrep --site https://example.org --path-prefix works --out tdmrep.json
  stemmad export rights --owner alice --format all --site https://example.org --out rights`,
		Args: func(cmd *cobra.Command, args []string) error {
			for _, work := range args { // as --work
				if err := cmd.Flags().Set(flagWork, work); err != nil {
					return err
				}
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.String(flagOwner, "", "account or key whose works are exported")
	f.StringArray(flagWork, nil, "work id, file or SHA-256 to export, as an argument does; may be repeated")
	f.String(flagFormat, "", strings.Join(append(publish.Formats(), allFormats), ", "))
	f.String(flagSite, "", "site that serves the works and the file, such as https://example.org")
	f.String(flagPathPrefix, "", "path on the site under which works without a URL are served by their id")
	f.String(flagLicenseURL, "", "where the RSL file will be (default: SITE/license.xml)")
	f.String(flagLicensePage, "", "page that tells people how to acquire a licence")
	f.String(flagLicenseServ, "", "licence server of RSL, without whose tokens the site hands nothing over, as https://example.org/olp of a paywall")
	f.Bool(flagAboutPages, false, "the site has a page about each work by its id, and not its file, as a portal has")
	f.Uint(flagValidDays, defaultValidDays, "days that the file may be relied on")
	f.String(flagOut, "", "file to write (default: standard output); with --format all the folder")
	f.Bool(flagOverwrite, false, "replace what exists")
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
	if site.LicenseServer = f.Text(flagLicenseServ); site.LicenseServer != "" {
		if _, err := publish.NewSite("", "", site.LicenseServer, ""); err != nil {
			return fmt.Errorf("--%s: %w", flagLicenseServ, err)
		}
	}
	if site.About = f.Is(flagAboutPages); site.About && site.Origin == "" {
		return fmt.Errorf("--%s is about one site: give --%s", flagAboutPages, flagSite)
	}
	formats, err := formatsOf(f.Text(flagFormat), f.Text(flagOut), site)
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
	export := rightsExport{conn: conn, site: site, source: source, formats: formats, register: publish.NewRegister()}
	out := f.Text(flagOut)
	var text strings.Builder
	switch {
	case len(formats) > 1:
		err = export.toFolder(ctx, out, f.Is(flagOverwrite))
	case out != "":
		err = export.toFiles(ctx, []string{out}, f.Is(flagOverwrite))
	case conn.JSON():
		_, err = export.write(ctx, &text)
	default:
		buffered := bufio.NewWriter(conn.Out())
		if _, err = export.write(ctx, buffered); err == nil {
			err = buffered.Flush()
		}
	}
	if err != nil {
		return err
	}
	if conn.JSON() {
		return conn.PrintJSON(export.described(f.Text(flagFormat), out, text.String()))
	}
	export.report()
	return nil
}

// formatsOf says which formats are meant, each tried before anything is asked or written.
func formatsOf(name, out string, site publish.Site) ([]string, error) {
	formats := []string{name}
	if name == allFormats {
		if formats = publish.Formats(); out == "" {
			return nil, fmt.Errorf("%s writes several files: give the folder with --%s", allFormats, flagOut)
		}
	}
	for _, format := range formats {
		_, err := publish.New(format, io.Discard, site, publish.Source{})
		if errors.Is(err, publish.ErrNeedsSite) {
			return nil, fmt.Errorf("%w; give --%s", err, flagSite)
		}
		if err != nil {
			return nil, err
		}
	}
	return formats, nil
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

func (e *rightsExport) described(format, file, text string) describedExport {
	d := describedExport{
		Format: format, ChainID: e.source.ChainID, Height: e.source.Height, Time: e.source.Time, ValidUntil: e.source.ValidUntil,
		Works: e.works, LeftOut: e.elsewhere, Contested: e.contested, File: file, Text: text,
	}
	if format == publish.SchemaJSONLD {
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

// fileNames are where a site has the files of each format, below its root. What --format aipref writes
// is in robots.txt too, and stands alone for who wants no more.
var fileNames = map[string]string{
	publish.RSL: "license.xml", publish.Robots: robotsFile, publish.AIPref: "aipref.txt",
	publish.TDMRep: filepath.Join(".well-known", "tdmrep.json"), publish.SchemaJSONLD: "works.jsonld",
}

const robotsFile = "robots.txt"

// toFolder writes all formats under their usual names. A robots.txt that has anything else in it is not
// replaced: it is the site's, and ours are lines to add.
func (e *rightsExport) toFolder(ctx context.Context, folder string, overwrite bool) error {
	paths := make([]string, len(e.formats))
	for i, format := range e.formats {
		paths[i] = filepath.Join(folder, fileNames[format])
	}
	theirs := filepath.Join(folder, robotsFile)
	if text, err := os.ReadFile(theirs); err == nil && !publish.OnlyRobots(text) {
		return fmt.Errorf("%s has other lines than ours: choose another folder for --%s, and add the lines to it by hand", theirs, flagOut)
	}
	for _, path := range paths {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { // web servers run as somebody else
			return err
		}
	}
	return e.toFiles(ctx, paths, overwrite)
}

// toFiles writes the files of the formats, all of them whole or none, and the policies of a tdmrep.json
// beside it.
func (e *rightsExport) toFiles(ctx context.Context, paths []string, overwrite bool) error {
	temporary := make([]*os.File, len(paths))
	buffers, outs := make([]*bufio.Writer, len(paths)), make([]io.Writer, len(paths))
	for i, path := range paths {
		err := free(path, overwrite)
		if err == nil {
			temporary[i], err = os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
		}
		if err != nil {
			return err
		}
		defer os.Remove(temporary[i].Name()) // gone already when all went well
		defer temporary[i].Close()
		buffers[i] = bufio.NewWriter(temporary[i])
		outs[i] = buffers[i]
	}
	files, err := e.write(ctx, outs...)
	if err != nil {
		return err
	}
	policies := map[string][]byte{}
	for i, file := range files {
		if err := errors.Join(buffers[i].Flush(), temporary[i].Chmod(0o644), temporary[i].Close()); err != nil {
			return err
		}
		if tdm, ok := file.(*publish.TDMWriter); ok {
			if err := addPolicies(policies, tdm, filepath.Dir(paths[i]), overwrite); err != nil {
				return err
			}
		}
	}
	for path, text := range policies {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return err
		}
	}
	for i, path := range paths {
		if err := os.Rename(temporary[i].Name(), path); err != nil {
			return err
		}
		e.conn.Note("Wrote %s.", path)
	}
	return nil
}

// addPolicies adds the documents that a tdmrep.json names, by the path of each.
func addPolicies(policies map[string][]byte, tdm *publish.TDMWriter, folder string, overwrite bool) error {
	named, err := tdm.Policies()
	if err != nil {
		return err
	}
	for name, text := range named {
		path := filepath.Join(folder, name)
		if err := free(path, overwrite); err != nil {
			return err
		}
		policies[path] = text
	}
	return nil
}

func free(path string, overwrite bool) error {
	if _, err := os.Stat(path); overwrite || errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return fmt.Errorf("%s exists: choose another name for --%s, or replace it with --%s", path, flagOut, flagOverwrite)
}
