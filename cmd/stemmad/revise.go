package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	"github.com/stemma-chain/stemma/x/registry/text"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const flagAddFingerprint = "add-fingerprint"

func reviseCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "revise WORK|FILE",
		Short: "Say something else about a work of yours: title, creators, fingerprints",
		Long: `Revise adds a version of what is said about a work, and prints first what that changes.
What you don't name stays as it is; what you name replaces all that was said of it, so name all
creators, or all fingerprints; --add-fingerprint keeps those that there are. An empty text takes it
away: --title "". The work's content, kind, date and owner stay: another content is another work
(stemmad register).

Earlier versions stay readable. "stemmad blank WORK --version N" takes the text of one back.`,
		Example: `  stemmad revise song.wav --title "First Light" --from alice
  stemmad revise song.wav --creator "Alice (composer)" --creator "Bob (singer)" --from alice
  stemmad revise song.wav --uri "" --dry-run --from alice`,
		Args: cobra.ExactArgs(1),
	}
	addRevisionFlags(cmd)
	return sending(connect.AddProposeFlag(cmd), revise)
}

// addRevisionFlags adds what can be said anew about a work.
func addRevisionFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.String(flagTitle, "", "title")
	f.String(flagMediaType, "", "media type")
	f.StringArray(flagCreator, nil, `creator, as "Name", "Name (role)" or "Name (role) <account>"; repeated: all of them`)
	f.String(flagSourceType, "", "how it was made, as an IPTC digital source type such as digitalCapture")
	f.String(flagURI, "", "where more about the work is found")
	f.String(flagURISHA256, "", "SHA-256 of what --uri serves")
	f.StringArray(flagFingerprint, nil,
		"fingerprint as scheme=value, such as isrc=US-RC1-76-07839, in place of those that there are; repeated: all of them")
	f.StringArray(flagAddFingerprint, nil, "fingerprint beside those that there are; may be repeated")
}

func revise(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	work, err := target.ResolveOwn(ctx, conn.Registry(), args[0], sender.Account())
	if err != nil {
		return err
	}
	details, err := revised(conn.Flags().FlagSet, work.Details, accountsOf(conn))
	if err != nil {
		return err
	}
	answer := struct {
		Work    registrytypes.WorkID `json:"work"`
		Version uint32               `json:"version"`
		Changes []describe.Change    `json:"changes"`
		Tx      *send.Result         `json:"tx,omitempty"`
	}{work.Id, work.Version, append([]describe.Change{}, describe.Changes(work.Details, details)...), nil}
	name := fmt.Sprintf("%q (%s)", table.Short(describe.Heading(work)), work.Id)
	if len(answer.Changes) == 0 {
		if conn.JSON() {
			return conn.PrintJSON(answer)
		}
		conn.Say("Nothing to revise: that is what version %d of %s says already", work.Version, name)
		return nil
	}
	answer.Version++
	if err := previewRevision(ctx, conn, work, name, answer.Version, answer.Changes); err != nil {
		return err
	}
	result, err := sender.Send(ctx, fmt.Sprintf("Revise %s so.", name),
		&registrytypes.MsgRevise{Owner: sender.Account(), Work: work.Id, Details: details})
	if err != nil {
		return err
	}
	var said registrytypes.MsgReviseResponse
	if result.Response(0, &said) == nil {
		answer.Version = said.Version
	}
	if conn.JSON() {
		answer.Tx = &result
		return conn.PrintJSON(answer)
	}
	conn.Say("%s %s, now version %d: %s", result.Did("Revised", "Would revise"), name, answer.Version, result)
	return nil
}

// revised are details with what the flags say.
func revised(f *pflag.FlagSet, d registrytypes.Details, accounts describe.Accounts) (registrytypes.Details, error) {
	named := false
	value := func(name string) (string, bool) {
		s, _ := f.GetString(name)
		named = named || f.Changed(name)
		return text.Compose(s), f.Changed(name)
	}
	values := func(name string) (given []string, changed bool) {
		all, _ := f.GetStringArray(name)
		for _, s := range all {
			if strings.TrimSpace(s) != "" {
				given = append(given, s)
			}
		}
		named = named || f.Changed(name)
		return given, f.Changed(name)
	}
	if s, changed := value(flagTitle); changed {
		d.Title = s
	}
	if s, changed := value(flagMediaType); changed {
		d.MediaType = s
	}
	if s, changed := value(flagSourceType); changed {
		d.DigitalSourceType = s
	}
	// The SHA-256 is of what the URI served, so another URI needs its own.
	if s, changed := value(flagURI); changed && s != d.MetadataUri {
		d.MetadataUri, d.MetadataSha256 = s, registrytypes.Digest{}
	}
	if s, changed := value(flagURISHA256); changed {
		d.MetadataSha256 = registrytypes.Digest{}
		if err := d.MetadataSha256.UnmarshalText([]byte(s)); err != nil {
			return d, fmt.Errorf("--%s: %w", flagURISHA256, err)
		}
	} else if d.MetadataUri == "" {
		d.MetadataSha256 = registrytypes.Digest{} // what blanking leaves of a URI
	}
	if list, changed := values(flagCreator); changed {
		d.Creators = nil
		for _, s := range list {
			creator, err := describe.ParseCreator(s, "", accounts)
			if err != nil {
				return d, err
			}
			d.Creators = append(d.Creators, creator)
		}
	}
	list, changed := values(flagFingerprint)
	if changed {
		d.Fingerprints = nil
	}
	added, _ := values(flagAddFingerprint)
	var err error
	if d.Fingerprints, err = withFingerprints(d.Fingerprints, append(list, added...)); err != nil {
		return d, err
	}
	if !named {
		return d, errors.New("say what is to be said in another way, such as --title \"First Light\" (see stemmad revise --help)")
	}
	if err := cmp.Or(describe.Lost(d), d.Validate()); err != nil {
		return d, err
	}
	return d.Normalized()
}

// withFingerprints adds fingerprints to those that there are, each once.
func withFingerprints(there []registrytypes.Fingerprint, added []string) ([]registrytypes.Fingerprint, error) {
	there = slices.Clone(there)
	for _, s := range added {
		fingerprint, err := describe.ParseFingerprint(s)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(there, fingerprint) {
			there = append(there, fingerprint)
		}
	}
	return there, nil
}

// previewRevision says what a revision changes.
func previewRevision(
	ctx context.Context, conn *connect.Conn, work registrytypes.Claim, name string, version uint32, changes []describe.Change,
) error {
	if conn.JSON() {
		return nil
	}
	conn.Say("Version %d of %s:", version, name)
	for _, c := range changes {
		conn.Say("  %s: %s, now %s", c.Field, inQuotes(c.Before), inQuotes(c.After))
	}
	if !work.BlankedSha256.IsZero() {
		conn.Say("The text of version %d was taken back; what you don't say anew is not said.", work.Version)
	} else {
		conn.Say("Version %d stays readable; take its text back with: stemmad blank %s --version %d", work.Version, work.Id, work.Version)
	}
	for _, c := range changes {
		if c.Field == "fingerprints" && slices.ContainsFunc(strings.Fields(c.Before), func(was string) bool {
			return !slices.Contains(strings.Fields(c.After), was)
		}) {
			conn.Say("Who looks for a fingerprint that is no longer named does not find the work by it.")
		}
	}
	conn.Say("Purchases and declarations that were prepared with version %d are refused, and ask again.", work.Version)
	offered, err := offeredNow(ctx, conn, work.Id)
	if err != nil {
		return err
	}
	if offered != nil {
		conn.Say("It is on offer to %s, who has to look at the new version before accepting it.",
			accountName(offered.Recipient, conn.KeyNames()))
	}
	return nil
}

// inQuotes is a text of somebody's for a sentence.
func inQuotes(s string) string {
	if s == "" {
		return "nothing"
	}
	return `"` + table.Clean(s) + `"`
}
