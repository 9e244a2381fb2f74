package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client/flags"

	"github.com/stemma-chain/stemma/client/c2pa"
	"github.com/stemma-chain/stemma/client/content"
	"github.com/stemma-chain/stemma/client/words/table"
)

const (
	flagAnchors = "anchors"
	flagUses    = "uses"
)

func c2paCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "c2pa",
		Short: "Read and write Content Credentials (C2PA), which say where a file comes from",
		Long: `Content Credentials are signed statements in or beside a file: who made it, with what, and from what. This program reads and
checks them without a network, and writes them for works of yours: what they were made from, who may train AI with them, and which
work on the chain they are.

"stemmad register" records their hash by itself, so that a copy that lost them is found; "stemmad derive" proposes the sources that they name.`,
		Example: `  stemmad c2pa show photo.jpg
  stemmad c2pa sign photo.jpg --cert chain.pem --key key.pem --out photo-signed.jpg
  stemmad c2pa publish photo-signed.jpg --portal https://portal.example.org`,
		Args: cobra.NoArgs,
	}
	cmd.AddCommand(c2paShowCmd(), c2paSignCmd(), c2paPublishCmd())
	return cmd
}

func c2paShowCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show FILE...",
		Short: "Say what a file's Content Credentials tell, and whether they hold",
		Long: `Show reads the Content Credentials in a file, or beside it (photo.jpg.c2pa, photo.c2pa), and checks them: the signature, the hash
of the file, the statements, and all that the file was made from. It reads JPEG, PNG, WebP, GIF, WAV, MP4, HEIC, AVIF and PDF, and asks nobody.

  Trusted   all holds, and somebody whom you trust signed: --anchors names the authorities in PEM, as C2PA
            and others publish them
  Valid     all holds, and nobody says who the signer is
  Invalid   something was changed, or contradicts itself: each reason is said

What credentials say is the signer's word. Exit codes: 0 they hold (with --anchors: and are trusted), 5 there are none, 16 they do not hold,
17 --anchors does not lead to the signer, 18 they can't be read.`,
		Example: `  stemmad c2pa show photo.jpg
  stemmad c2pa show photo.jpg --anchors trust-list.pem --output json`,
		Args:        cobra.MinimumNArgs(1),
		Annotations: map[string]string{homeless: ""},
		RunE: func(cmd *cobra.Command, args []string) error {
			trust, err := trustOf(cmd)
			if err != nil {
				return err
			}
			asJSON, err := wantsJSON(cmd)
			if err != nil {
				return err
			}
			return showCredentials(cmd.Context(), cmd.OutOrStdout(), args, trust, asJSON)
		},
	}
	f := cmd.Flags()
	f.String(flagAnchors, "", "file of certificates (PEM) of the authorities whose signers you trust")
	f.String(flagUses, "", "file of extended key usages, an identifier a line, of which a signer's certificate must have one (default: C2PA's usual ones)")
	f.StringP(flags.FlagOutput, "o", flags.OutputFormatText, "text for people, json for programs")
	return cmd
}

// trustOf reads whom the flags say to trust; nil: nobody.
func trustOf(cmd *cobra.Command) (*c2pa.Trust, error) {
	anchors, _ := cmd.Flags().GetString(flagAnchors)
	uses, _ := cmd.Flags().GetString(flagUses)
	if anchors == "" {
		if uses != "" {
			return nil, fmt.Errorf("--%s goes with --%s", flagUses, flagAnchors)
		}
		return nil, nil
	}
	raw, err := os.ReadFile(anchors)
	if err != nil {
		return nil, err
	}
	trust := &c2pa.Trust{}
	if trust.Signers, err = c2pa.ReadAnchors(raw); err != nil {
		return nil, fmt.Errorf("--%s %s: %w", flagAnchors, anchors, err)
	}
	if uses == "" {
		return trust, nil
	}
	if raw, err = os.ReadFile(uses); err != nil {
		return nil, err
	}
	if trust.Uses, err = c2pa.ReadUses(raw); err != nil {
		return nil, fmt.Errorf("--%s %s: %w", flagUses, uses, err)
	}
	return trust, nil
}

// shownCredentials is one file with what its credentials tell.
type shownCredentials struct {
	File   string `json:"file"`
	Beside string `json:"beside,omitempty"`
	// Error says why credentials that are there can't be read.
	Error string `json:"error,omitempty"`
	// Report is nil where there are none.
	Report *c2pa.Report `json:"report,omitempty"`
	// SourceType is what "register" records of how the file was made, Fingerprints by what the work is found.
	SourceType   string   `json:"digital_source_type,omitempty"`
	Fingerprints []string `json:"fingerprints,omitempty"`

	read content.Content
}

func showCredentials(ctx context.Context, out io.Writer, paths []string, trust *c2pa.Trust, asJSON bool) error {
	var all []shownCredentials
	worst := exitOK
	for _, path := range paths {
		c, err := content.Read(ctx, path, content.Options{NoISCC: true, Trust: trust})
		if err != nil {
			return err
		}
		shown := shownCredentials{File: path, SourceType: c.SourceType(), read: c}
		for _, f := range c.Fingerprints() {
			shown.Fingerprints = append(shown.Fingerprints, f.Scheme+"="+f.Value)
		}
		code := exitOK
		switch {
		case c.Unread != nil:
			shown.Error, code = c.Unread.Error(), exitUnreadable
		case c.Credentials == nil:
			code = exitNotFound
		default:
			shown.Report, shown.Beside = &c.Credentials.Report, c.Credentials.Beside
			switch state := shown.Report.State; {
			case state == c2pa.Invalid:
				code = exitRefuted
			case trust != nil && state != c2pa.Trusted:
				code = exitUnverified
			}
		}
		worst = max(worst, code)
		all = append(all, shown)
	}
	if asJSON {
		if err := printIndented(out, map[string]any{"files": all}); err != nil {
			return err
		}
	} else {
		for i, shown := range all {
			if i > 0 {
				fmt.Fprintln(out)
			}
			if err := shown.print(out); err != nil {
				return err
			}
		}
	}
	if worst == exitOK {
		return nil
	}
	return exitError{code: worst, err: errors.New("not all credentials hold"), said: true}
}

func (s shownCredentials) print(out io.Writer) error {
	name := table.Clean(s.File)
	switch {
	case s.Error != "":
		_, err := fmt.Fprintf(out, "%s: its Content Credentials can't be read: %s\n", name, table.Clean(s.Error))
		return err
	case s.Report == nil:
		_, err := fmt.Fprintf(out, "%s: it has no Content Credentials.\n", name)
		return err
	}
	active := s.read.Credentials.Active()
	where := ""
	if s.Beside != "" {
		where = " (in " + table.Clean(s.Beside) + ")"
	}
	fmt.Fprintf(out, "%s: %s%s\n", name, s.standing(), where)
	signature := active.Signature
	fields := []string{
		"manifest", table.Clean(active.Label), "title", table.Short(active.Title), "written by", generators(active),
		"signed by", signerName(active), "issued by", table.Short(signature.Issuer), "signed at", table.OptionalTime(signature.Time),
		"made as", s.SourceType, "done", table.Short(actionsOf(active)), "recorded as", strings.Join(s.Fingerprints, " "),
	}
	if err := table.Fields(out, fields...); err != nil {
		return err
	}
	var lines []string
	for _, i := range s.read.Credentials.Ingredients() {
		lines = append(lines, fmt.Sprintf("from: %s, %s%s", ingredientTitle(i.Ingredient), table.Short(string(i.Relationship)),
			ingredientStanding(*s.Report, i.Ingredient)))
	}
	lines = firstOf(lines, "ingredients")
	var uses, wrong []string
	for _, m := range active.Mining {
		uses = append(uses, fmt.Sprintf("use: %s %s %s", table.Clean(m.Name), table.Clean(m.Use), table.Short(m.Constraint)))
	}
	for _, f := range s.Report.Failures() {
		if f.Code != c2pa.CredentialUntrusted {
			wrong = append(wrong, fmt.Sprintf("wrong: %s (%s)", table.Clean(f.Reason), f.Code))
		}
	}
	for _, line := range append(append(lines, firstOf(uses, "uses")...), firstOf(wrong, "reasons")...) {
		if _, err := fmt.Fprintln(out, "  "+line); err != nil {
			return err
		}
	}
	return nil
}

// firstOf are the first of many lines, and how many others there are: a manifest may have any number.
func firstOf(lines []string, what string) []string {
	if len(lines) <= maxIngredients {
		return lines
	}
	return append(lines[:maxIngredients:maxIngredients], fmt.Sprintf("and %d more %s (--output json)", len(lines)-maxIngredients, what))
}

// standing says in words how far the credentials hold.
func (s shownCredentials) standing() string {
	switch s.Report.State {
	case c2pa.Trusted:
		return "Trusted: its Content Credentials hold, and somebody signed whom you trust."
	case c2pa.Valid:
		return "Valid: its Content Credentials hold; who the signer is, nobody whom you trust says."
	}
	return "Invalid: its Content Credentials do not hold."
}

func ingredientTitle(i c2pa.Ingredient) string {
	if i.Title == "" {
		return "(untitled)"
	}
	return fmt.Sprintf("%q", table.Short(i.Title))
}

// ingredientStanding says whether an ingredient has credentials itself, and who signed them.
func ingredientStanding(r c2pa.Report, i c2pa.Ingredient) string {
	m, there := r.Manifest(i.Manifest)
	if !there {
		return ", without credentials of its own"
	}
	return ", signed by " + signerName(m)
}

func generators(m c2pa.Manifest) string {
	var names []string
	for _, g := range m.Generators {
		names = append(names, strings.TrimSpace(g.Name+" "+g.Version))
	}
	return table.Short(strings.Join(names, ", "))
}

// actionsOf are the names of what was done.
func actionsOf(m c2pa.Manifest) string {
	var names []string
	for _, a := range m.Actions {
		names = append(names, strings.TrimPrefix(a.Action, "c2pa."))
	}
	return strings.Join(names, ", ")
}
