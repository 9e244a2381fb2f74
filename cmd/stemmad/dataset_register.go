package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/register/enroll"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/internal/rates"
	"github.com/stemma-chain/stemma/x/registry/text"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

func datasetRegisterCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "register MANIFEST",
		Short: "Register a manifest as a work, and share what it earns among its contributors",
		Long: `Register makes a work of a manifest (stemmad dataset build), of any number of items: its roots go
on chain, and the files and the manifest stay with you. It anchors them first, as "stemmad register" does.

With --share those who contributed get that part of what the work earns, each by the weights of
its items, from the first payment on: "stemmad dataset collect" pays it out. Without, they get
nothing, and "stemmad dataset share" changes that. A lower share takes effect after a notice only.

Publish the manifest: without it nobody can prove what is in the work, and so nobody can collect.`,
		Example: `  stemmad dataset register photos.manifest --title "Photos of the city" --share 30% --from alice
  stemmad dataset register photos.manifest --title "Photos of the city" --dry-run --from alice`,
		Args: cobra.ExactArgs(1),
	}
	addDetailsFlags(cmd)
	cmd.Flags().String(flagShare, "", "what the contributors get of all that the work earns, such as 30% (default: nothing)")
	addProofFlag(cmd, "the claim")
	return sending(cmd, registerDataset)
}

// datasetReport is what `dataset register` did.
type datasetReport struct {
	registration
	Manifest manifestRoots `json:"manifest"`
	// Share is that of the contributors, ppm.
	Share uint32 `json:"share"`
}

// datasetDetails are what the flags say of a manifest.
func datasetDetails(conn *connect.Conn, path string, kind registrytypes.Kind) (registrytypes.Details, error) {
	about, err := details(conn, path, true)
	if err != nil {
		return about, err
	}
	if !conn.Flags().Changed(flagKind) {
		about.Kind = kind
	}
	if !conn.Flags().Changed(flagMediaType) {
		about.MediaType = "application/octet-stream"
	}
	return about, sound(about)
}

func registerDataset(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	if err := waits(conn); err != nil {
		return err
	}
	share, _, err := readShare(conn)
	if err != nil {
		return err
	}
	about, err := datasetDetails(conn, args[0], registrytypes.KIND_DATASET)
	if err != nil {
		return err
	}
	opened, err := builtManifest(ctx, conn, args[0])
	if err != nil {
		return err
	}
	roots := registrytypes.NewRoots(opened.Manifest)
	if err := opened.Close(); err != nil {
		return err
	}
	enroller := newEnroller(conn, sender, conn.Flags().Is(flagAllowContested))
	items, err := enroller.look(ctx, []enroll.Item{manifestItem(args[0], roots, about)})
	if err != nil {
		return err
	}
	report := datasetReport{registration: registration{Works: registered(items)}, Manifest: rootsOf(roots), Share: share}
	if items[0].Already {
		noteDetails(conn, items[0].Work)
		if conn.Flags().Changed(flagShare) {
			conn.Note("What its contributors get is left as it is: stemmad dataset share %s %s changes it", items[0].Work, rates.Percent(share))
		}
		return report.print(ctx, conn, items)
	}
	messages := func() []sdk.Msg { return manifestMessages(sender, enroller, items, share) }
	trial, err := sender.Try(ctx, messages()...)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("Register %q, of %s.\n  %s", table.Short(about.Title), report.Manifest, saysShare(share))
	if report.Anchor, err = anchorFirst(ctx, conn, enroller, items, what, sender.Then(ctx, trial)); err != nil {
		return err
	}
	result, err := sender.Send(ctx, what, messages()...)
	if err != nil {
		return err
	}
	report.Transactions = append(report.Transactions, result)
	report.Proofs = keepProofs(ctx, conn, result, claimsOf(items, result)...)
	return report.print(ctx, conn, items)
}

// manifestItem is what is registered of a manifest.
func manifestItem(path string, roots registrytypes.Roots, about registrytypes.Details) enroll.Item {
	return enroll.Item{File: register.File{Path: path, Digest: roots.Digest()}, Details: about, Manifest: &roots}
}

// manifestMessages register a work with its manifest, and give its contributors their share.
func manifestMessages(sender *send.Sender, enroller enroller, items []enroll.Item, share uint32) []sdk.Msg {
	var msgs []sdk.Msg
	for _, msg := range enroll.Messages(sender.Account(), items, enroller.AllowContested) {
		msgs = append(msgs, msg)
	}
	if share > 0 {
		msgs = append(msgs, &royaltytypes.MsgSharePool{Owner: sender.Account(), Work: items[0].Work, Version: 1, Weight: share})
	}
	return msgs
}

// saysShare says what contributors get from the first payment on.
func saysShare(share uint32) string {
	if share == 0 {
		return "Its contributors get nothing of what it earns."
	}
	return fmt.Sprintf("Its contributors get %s of all that it earns, from the first payment on, and you keep %s.",
		rates.Percent(share), rates.Percent(rates.Whole-share))
}

func (r datasetReport) print(ctx context.Context, conn *connect.Conn, items []enroll.Item) error {
	if conn.JSON() {
		if r.Transactions == nil {
			r.Transactions = []send.Result{}
		}
		return conn.PrintJSON(r)
	}
	if err := r.registration.print(ctx, conn, items); err != nil {
		return err
	}
	if len(r.Transactions) == 0 {
		return nil
	}
	share := "nothing"
	if r.Share > 0 {
		share = rates.Percent(r.Share) + " of what it earns"
	}
	return table.Fields(conn.Out(), "manifest", r.Manifest.String(), "contributors get", share)
}

// titled is a work's name for people.
func titled(work registrytypes.Claim) string {
	return fmt.Sprintf("%q (%s)", text.Compose(table.Short(describe.Heading(work))), work.Id)
}
