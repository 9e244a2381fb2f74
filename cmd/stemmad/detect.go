package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/client/content"
	"github.com/stemma-chain/stemma/client/detect"
	"github.com/stemma-chain/stemma/client/digest"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/report"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/progress"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func detectCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "detect FILE|DIR|SHA256...",
		Short: "Say what the chain knows of files: who claims them, which AI system made them",
		Long: `Detect looks files up by their SHA-256: who claims exactly this content and since when,
which system made it (provider, system, version, time, unique id, as California's SB 942
has them), what it was made from, and under which licences it is offered. It also names
works of other content that share a fingerprint, such as an ISCC or a CID: of the
file's claims, of the digest, or given with --fingerprint; and those that have the file's
Content Credentials, or the same file with or without them.

The files stay here: what is sent to the node is digests and fingerprints, nothing else.
A digest fits exactly one content: of a file that was changed or converted the chain may
know nothing (stemmad similar finds what looks like it). It exits with 5 if it knows nothing of one of the files.`,
		Example: `  stemmad detect picture.png
  stemmad detect downloads --output json
  stemmad detect picture.png --fingerprint iscc=ISCC:KACYPXW445FTYNJ3CYSXHAFJMA2HUWULUNRFE3BLHRSCXYH2M5AEGQY`,
		Args: cobra.MinimumNArgs(1),
	}
	cmd.Flags().StringArray(flagFingerprint, nil, "further fingerprint of the one file, as scheme=value; may be repeated")
	return asking(cmd, runDetect)
}

// errUnknown says that the chain knows nothing of a file.
var errUnknown = errors.New("the chain knows nothing of it")

// detected is a file with what was found.
type detected struct {
	File string `json:"file"`
	detect.Finding
	Known bool `json:"known"`
}

func runDetect(ctx context.Context, conn *connect.Conn, args []string) error {
	files, err := toDetect(ctx, conn, args)
	if err != nil {
		return err
	}
	var marks []registrytypes.Fingerprint
	for _, text := range conn.Flags().Texts(flagFingerprint) {
		mark, err := describe.ParseFingerprint(text)
		if err != nil {
			return fmt.Errorf("--%s: %w", flagFingerprint, err)
		}
		marks = append(marks, mark)
	}
	if len(marks) > 0 && len(files) > 1 {
		return fmt.Errorf("--%s is of one file: name one, not %d", flagFingerprint, len(files))
	}
	moment, err := momentOf(ctx, conn)
	if err != nil {
		return err
	}
	each, err := marksOf(ctx, files, marks)
	if err != nil {
		return err
	}
	found, unknown, err := findAll(ctx, conn, files, each)
	if err != nil {
		return err
	}
	if conn.JSON() {
		if err := conn.PrintJSON(map[string]any{
			"chain_id": moment.ChainID, "height": fmt.Sprint(moment.Height), "time": moment.Time, "files": found, "note": claimsNote,
		}); err != nil {
			return err
		}
	} else if err := printDetected(conn, moment, found); err != nil {
		return err
	}
	if unknown == 0 {
		return nil
	}
	return exitError{code: exitNotFound, err: errUnknown, said: true}
}

// toDetect hashes what is named: files, those of folders, and digests as they are.
func toDetect(ctx context.Context, conn *connect.Conn, args []string) ([]register.File, error) {
	var names []string
	var files []register.File
	for _, arg := range args {
		if _, err := os.Stat(arg); err != nil {
			if d, parsed := digest.Parse(arg); parsed == nil {
				files = append(files, register.File{Path: arg, Digest: d})
				continue
			}
		}
		names = append(names, arg)
	}
	if len(names) == 0 {
		return files, nil
	}
	found, passed, err := register.Find(names)
	if err != nil {
		return nil, err
	}
	if len(passed) > 0 {
		conn.Note("Passed over in folders: %s (hidden or empty, links, or Content Credentials beside a file).", count(len(passed), "file"))
	}
	hashed, err := sumFiles(ctx, conn, found)
	return append(files, hashed...), err
}

// marksOf are the fingerprints that each file has by itself, and those that were given: it is found though it lost its Content
// Credentials, or was registered without.
func marksOf(ctx context.Context, files []register.File, given []registrytypes.Fingerprint) ([][]registrytypes.Fingerprint, error) {
	all := make([][]registrytypes.Fingerprint, len(files))
	for i, file := range files {
		all[i] = given
		if _, err := os.Stat(file.Path); err != nil {
			continue // it was named by its digest
		}
		c, err := content.Read(ctx, file.Path, content.Options{NoISCC: true})
		if err != nil {
			return nil, err
		}
		all[i] = append(c.Marks(), given...)
	}
	return all, nil
}

// findAll asks about each file, several at once.
func findAll(
	ctx context.Context, conn *connect.Conn, files []register.File, marks [][]registrytypes.Fingerprint,
) (found []detected, unknown int, err error) {
	bar := progress.New(conn.Err(), "asking", int64(len(files)), progress.Of("files"))
	digests := make([]registrytypes.Digest, len(files))
	for i, file := range files {
		digests[i] = file.Digest
	}
	findings, err := detect.All(ctx, conn, digests, marks, func() { bar.Add(1) })
	bar.Finish()
	if err != nil {
		return nil, 0, err
	}
	for i, finding := range findings {
		found = append(found, detected{files[i].Path, finding, finding.Known()})
		if !finding.Known() {
			unknown++
		}
	}
	return found, unknown, nil
}

func printDetected(conn *connect.Conn, moment report.Moment, found []detected) error {
	names := conn.KeyNames()
	for _, f := range found {
		if !f.Known {
			conn.Say("%s: the chain knows nothing of this file (SHA-256 %s).\n", table.Clean(f.File), f.Sha256)
			continue
		}
		conn.Say("%s (SHA-256 %s):", table.Clean(f.File), f.Sha256)
		for i, c := range f.Claims {
			if err := printFound(conn, c, i, len(f.Claims), names); err != nil {
				return err
			}
		}
		if f.MoreClaims {
			conn.Say("  and more claims: stemmad query registry resolve sha256 %s", f.Sha256)
		}
		for _, line := range resemblingLines(f.Resembling, names) {
			conn.Say("%s", line)
		}
		if f.MoreResembling {
			conn.Say("  and more that resemble it: stemmad query registry resolve SCHEME VALUE")
		}
		conn.Say("")
	}
	conn.Note("As of block %d of %s. %s", moment.Height, moment.ChainID, claimsNote)
	return nil
}

// resemblingLines are the works that are known by something else that the file has, each once with all reasons.
func resemblingLines(all []detect.Resembling, names map[string]string) (lines []string) {
	var works []string
	why := map[string][]string{}
	for _, r := range all {
		standing := ""
		if r.Status != "active" {
			standing = " (" + r.Status + ")"
		}
		work := fmt.Sprintf("  resembles %q%s\n    %s, owner %s", table.Short(r.Title), standing, r.Work, accountName(r.Owner, names))
		if why[work] == nil {
			works = append(works, work)
		}
		if reason := whyResembling(r); !slices.Contains(why[work], reason) {
			why[work] = append(why[work], reason)
		}
	}
	for _, work := range works {
		lines = append(lines, work+"\n    "+strings.Join(why[work], "; "))
	}
	return lines
}

// whyResembling says by what a work resembles a file.
func whyResembling(r detect.Resembling) string {
	switch r.Scheme {
	case content.Binding:
		return "it is this file but for the Content Credentials, its registrant says"
	case registrytypes.SchemeSHA256:
		return "it is this file without its Content Credentials"
	}
	if r.Scheme == content.C2PA {
		return "it has these Content Credentials, its registrant says"
	}
	return fmt.Sprintf("its registrant says that it has the %s %s", table.Clean(r.Scheme), table.Short(r.Value))
}

// printFound prints one of the claims to a file.
func printFound(conn *connect.Conn, c detect.Claim, place, of int, names map[string]string) error {
	which := "claim"
	if of > 1 {
		which = fmt.Sprintf("claim %d of %d, the earliest first", place+1, of)
	}
	conn.Say("  %s: %s", which, table.Short(c.Title))
	fields := []string{
		"work", c.Work, "owner", accountName(c.Owner, names), "claimed", table.Time(c.Since), "kind", c.Kind, "status", c.Status,
		"made as", c.SourceType,
	}
	if r := c.Record; r != nil {
		text := "an AI system"
		if r.Blanked != "" {
			text += "; its text is blanked, its SHA-256 was " + r.Blanked
		}
		agent := r.Agent
		if agent != "" {
			agent += fmt.Sprintf(" (version %d of its card)", r.AgentVersion)
		}
		fields = append(fields, "made by", text, "provider", r.Provider, "system", strings.TrimSpace(r.SystemName+" "+r.SystemVersion),
			"made at", table.OptionalTime(r.GeneratedAt), "output id", r.UniqueID, "model", r.Model, "agent", agent,
			"responsible", r.Responsible, "anchored", table.OptionalTime(r.Anchored))
	}
	var sources, licences []string
	for _, s := range c.Sources {
		sources = append(sources, s.Work+s.External+" as "+s.Role)
	}
	for _, l := range c.Licences {
		name := l.Name
		if !l.Public {
			name += " (needs a grant)"
		}
		licences = append(licences, name)
	}
	return table.Fields(conn.Out(), append(fields,
		"made from", listOf(sources, c.MoreSources), "licences", listOf(licences, c.MoreLicences))...)
}

// listOf joins texts, and says that there are more.
func listOf(list []string, more bool) string {
	text := strings.Join(list, ", ")
	if more {
		text += ", and more (stemmad show)"
	}
	return text
}
