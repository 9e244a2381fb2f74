package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client/flags"

	"github.com/stemma-chain/stemma/client/c2pa"
	"github.com/stemma-chain/stemma/client/content"
	"github.com/stemma-chain/stemma/client/register/describe"
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
of the file, the statements, and all that the file was made from. It reads JPEG, PNG, WebP, GIF, JPEG XL, TIFF, DNG, SVG, WAV, AVI, MP3, FLAC,
MP4, M4A, MOV, HEIC, AVIF and PDF, and asks nobody.

  Trusted   all holds, and an authority that you trust vouches for the signer (--anchors)
  Valid     all holds, and nobody vouches for the signer's name
  Invalid   something was changed, or contradicts itself: each reason is said

The fingerprints are what "stemmad register" records. A certificate counts at the moment that a time stamp proves; without one it has to hold
now. What credentials say is the signer's word. Exit codes: 0 they hold (with --anchors: and are trusted), 5 there are none, 16 they do not hold,
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
	f.String(flagAnchors, "", "file of certificates (PEM) of the authorities whose signers you trust, as C2PA and others publish it")
	f.String(flagUses, "", "with --anchors: file of extended key usages, an identifier a line, of which "+
		"a signer's certificate must have one (default: C2PA's usual ones)")
	f.StringP(flags.FlagOutput, "o", flags.OutputFormatText, "text for people, json for programs")
	return cmd
}

// trustOf reads whom the flags say to trust; nil: nobody.
func trustOf(cmd *cobra.Command) (*c2pa.Trust, error) {
	anchors, _ := cmd.Flags().GetString(flagAnchors)
	uses, _ := cmd.Flags().GetString(flagUses)
	if anchors == "" {
		if uses != "" {
			return nil, fmt.Errorf("--%s goes with --%s: name whom you trust too", flagUses, flagAnchors)
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
	// asked says that authorities were named that the signer might be known to.
	asked bool
}

func showCredentials(ctx context.Context, out io.Writer, paths []string, trust *c2pa.Trust, asJSON bool) error {
	var all []shownCredentials
	worst := exitOK
	for _, path := range paths {
		c, err := content.Read(ctx, path, content.Options{NoISCC: true, Trust: trust})
		if err != nil {
			return err
		}
		shown := shownCredentials{File: path, SourceType: c.SourceType(), read: c, asked: trust != nil}
		shown.Fingerprints = describe.EachFingerprint(c.Fingerprints())
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
	fmt.Fprintf(out, "%s: %s\n", name, s.standing())
	signature := active.Signature
	fields := []string{
		"read from", s.Beside, "manifest", active.Label, "title", table.Short(active.Title), "written by", generators(active),
		"signed by", signerName(active), "issued by", table.Short(signature.Issuer), "signed at", s.signedAt(signature),
		"made as", s.SourceType, "done", table.Short(actionsOf(active)),
	}
	fields = append(fields, table.List("made from", firstOf(s.sources(), "ingredients"))...)
	fields = append(fields, table.List("machines", firstOf(miningOf(active), "uses"))...)
	fields = append(fields, table.List("fingerprints", s.Fingerprints)...)
	fields = append(fields, table.List("wrong", firstOf(wrongWith(*s.Report), "reasons"))...)
	return table.Fields(out, append(fields, "note", s.note())...)
}

// note says why a file is not what its credentials are of, though nobody changed it: they were made to lie in it, and it lost them; or
// it is a manifest store by itself.
func (s shownCredentials) note() string {
	binding := s.read.Credentials.Active().Binding
	switch {
	case s.Report.State != c2pa.Invalid:
	case s.read.Sha256 == s.read.Credentials.Sha256:
		return "these are Content Credentials without the file that they are of: name that, with this beside it as FILE.c2pa"
	case s.Beside != "" && binding != nil && bytes.Equal(binding.Hash, s.read.Sha256[:]):
		return "this is the file that was signed, without the credentials that were made to lie in it"
	}
	return ""
}

// signedAt says when a manifest was signed, as far as a time stamp proves it, or else until when it holds.
func (s shownCredentials) signedAt(by c2pa.Signature) string {
	if by.Time != nil {
		return table.Time(*by.Time)
	}
	if s.Report.State != c2pa.Invalid && len(by.Certificates) > 0 {
		if leaf, err := x509.ParseCertificate(by.Certificates[0]); err == nil {
			return "no time stamp says it; they hold until the certificate ends, " + table.Time(leaf.NotAfter)
		}
	}
	return "no time stamp says it"
}

// sources are what the file was made from, as its credentials have it.
func (s shownCredentials) sources() (lines []string) {
	for _, i := range s.read.Credentials.Ingredients() {
		lines = append(lines, fmt.Sprintf("%s (%s)%s", ingredientTitle(i.Ingredient), table.Short(string(i.Relationship)),
			ingredientStanding(*s.Report, i.Ingredient)))
	}
	return lines
}

// miningOf says what the credentials allow programs to do, the uses together of which they say the same.
func miningOf(m c2pa.Manifest) (lines []string) {
	words := map[string]string{"allowed": "allowed", "notAllowed": "not allowed", "constrained": "under a condition"}
	names := map[string][]string{}
	for _, entry := range m.Mining {
		text := words[entry.Use]
		if text == "" {
			text = table.Short(entry.Use)
		}
		if entry.Constraint != "" {
			text += fmt.Sprintf(" (%q)", table.Short(entry.Constraint))
		}
		if names[text] == nil {
			lines = append(lines, text)
		}
		names[text] = append(names[text], entry.Name)
	}
	for i, text := range lines {
		lines[i] = text + ": " + strings.Join(names[text], ", ")
	}
	return lines
}

// wrongWith says what is wrong with credentials, each reason once, with C2PA's codes for it, and where it is not in what speaks for the
// file.
func wrongWith(r c2pa.Report) (lines []string) {
	codes := map[string][]string{}
	for _, f := range r.Failures() {
		reason := f.Reason
		if f.Manifest != r.Active {
			reason += ", in manifest " + f.Manifest
		}
		if f.Code == c2pa.CredentialUntrusted || slices.Contains(codes[reason], string(f.Code)) {
			continue
		}
		if codes[reason] == nil {
			lines = append(lines, reason)
		}
		codes[reason] = append(codes[reason], string(f.Code))
	}
	for i, reason := range lines {
		lines[i] = fmt.Sprintf("%s (%s)", reason, strings.Join(codes[reason], ", "))
	}
	return lines
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
	switch state := s.Report.State; {
	case state == c2pa.Trusted:
		return "Trusted: its Content Credentials hold, and an authority that you trust vouches for the signer."
	case state == c2pa.Valid && s.asked:
		return "Valid: its Content Credentials hold, but none of the authorities in --" + flagAnchors + " vouches for the signer."
	case state == c2pa.Valid:
		return "Valid: its Content Credentials hold. Nobody vouches for the signer's name: --" + flagAnchors + " says whom you trust."
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
