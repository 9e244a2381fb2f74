package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	flagVersion = "version"
	// maxBlanked is how many versions one message blanks.
	maxBlanked = 256
)

func blankCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "blank WORK|FILE",
		Short: "Take back for good what you said about a work of yours",
		Long: `Blank takes the text about a work out of the chain's state: title, media type, creators,
URI and fingerprints, of all versions or of one. It prints first what goes and what stays. It
can't be undone. The text's SHA-256 stays, by which whoever has the text can show what it was;
so do the work, its date and content, its kind, its owners, its licences and its money.

It does not reach copies: nodes keep the blocks with the transactions that had the text, for as
long as they keep blocks, and others may have read it.

To say something else about the work use "stemmad revise", which does not take back what
earlier versions say. To end new grants on it use "stemmad withdraw-work". What was said about
how an AI system made it is taken back by "stemmad tx lineage blank-text WORK".`,
		Example: `  stemmad blank song.wav --version 1 --from alice
  stemmad blank song.wav --dry-run --from alice`,
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().Uint32(flagVersion, 0, "the version whose text goes, from 1 (default: all)")
	return sending(connect.AddProposeFlag(cmd), blank)
}

// blankable is a version that has text.
type blankable struct {
	Version   uint32    `json:"version"`
	CreatedAt time.Time `json:"created_at"`
	// Text names what there is, such as title and 2 creators.
	Text []string `json:"text"`
}

func blank(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	work, err := target.ResolveOwn(ctx, conn.Registry(), args[0], sender.Account())
	if err != nil {
		return err
	}
	only, _ := conn.Flags().GetUint32(flagVersion)
	switch {
	case only > work.Version:
		return fmt.Errorf("--%s: %s has versions 1 to %d, not %d", flagVersion, work.Id, work.Version, only)
	case conn.Flags().Changed(flagVersion) && only == 0:
		return fmt.Errorf("--%s is from 1 to %d; leave it out to take back the text of all", flagVersion, work.Version)
	case only == 0 && work.Version > maxBlanked:
		return fmt.Errorf("%s has %d versions, and at most %d are blanked at once: name one with --%s",
			work.Id, work.Version, maxBlanked, flagVersion)
	}
	gone, err := versionsWithText(ctx, conn, work.Id, only)
	if err != nil {
		return err
	}
	answer := struct {
		Work     registrytypes.WorkID `json:"work"`
		Versions []blankable          `json:"versions"`
		Tx       *send.Result         `json:"tx,omitempty"`
	}{work.Id, gone, nil}
	name := fmt.Sprintf("%q (%s)", table.Short(describe.Heading(work)), work.Id)
	if len(gone) == 0 {
		if conn.JSON() {
			return conn.PrintJSON(answer)
		}
		conn.Say("Nothing to blank: the text of %s is taken back already, or there was none", name)
		return nil
	}
	previewBlank(conn, work, name, gone)
	result, err := sender.Send(ctx, fmt.Sprintf("Take back, for good, the text of %s of %s.", count(len(gone), "version"), name),
		&registrytypes.MsgBlankText{Sender: sender.Account(), Work: work.Id, Version: only})
	if err != nil {
		return err
	}
	if conn.JSON() {
		answer.Tx = &result
		return conn.PrintJSON(answer)
	}
	conn.Say("%s the text of %s of %s: %s", result.Did("Took back", "Would take back"), count(len(gone), "version"), work.Id, result)
	return nil
}

// versionsWithText lists the versions of a work that have text, or the one named if it has.
func versionsWithText(ctx context.Context, conn *connect.Conn, work registrytypes.WorkID, only uint32) ([]blankable, error) {
	list := []blankable{}
	for row, err := range client.Rows(ctx,
		func(ctx context.Context, page *query.PageRequest) ([]registrytypes.NumberedRevision, *query.PageResponse, error) {
			res, err := conn.Registry().Revisions(ctx, &registrytypes.QueryRevisionsRequest{Work: work, Pagination: page})
			return res.GetRevisions(), res.GetPagination(), err
		}) {
		if err != nil {
			return nil, err
		}
		if text := textParts(row.Revision.Details); len(text) > 0 && (only == 0 || row.Version == only) {
			list = append(list, blankable{row.Version, row.Revision.CreatedAt, text})
		}
	}
	return list, nil
}

// textParts names what of details is text.
func textParts(d registrytypes.Details) []string {
	var parts []string
	if d.Title != "" {
		parts = append(parts, fmt.Sprintf("title %q", table.Short(d.Title)))
	}
	if n := len(d.Creators); n > 0 {
		parts = append(parts, count(n, "creator"))
	}
	if d.MediaType != "" {
		parts = append(parts, "media type "+d.MediaType)
	}
	if d.MetadataUri != "" {
		parts = append(parts, "URI "+table.Short(d.MetadataUri))
	}
	if n := len(d.Fingerprints); n > 0 {
		parts = append(parts, count(n, "fingerprint"))
	}
	return parts
}

// previewBlank says what goes and what stays.
func previewBlank(conn *connect.Conn, work registrytypes.Claim, name string, gone []blankable) {
	conn.Say("Of %s is taken back:", name)
	for _, v := range gone {
		conn.Say("  version %d of %s: %s", v.Version, table.Time(v.CreatedAt), strings.Join(v.Text, ", "))
	}
	if last := gone[len(gone)-1]; last.Version == work.Version {
		conn.Say("The work has no title then until you say one anew (stemmad revise).")
		if len(work.Details.Fingerprints) > 0 {
			conn.Say("It is no longer found by %s.", table.Clean(describe.Fingerprints(work.Details.Fingerprints)))
		}
	}
	conn.Say("Work, content, kind, date, owners, licences, money and the SHA-256 of the text stay.")
	conn.Say("This can't be undone, and does not reach copies: the blocks of nodes that keep them, and whoever has read it.")
}
