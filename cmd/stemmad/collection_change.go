package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/dataset/collection"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/internal/rates"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// changeLong is what the three commands that change members say of how.
const changeLong = `

It revises the collection: its next manifest is written beside the one in force, which --manifest
names (default: NAME.manifest, NAME.v2.manifest and so on), as NAME.vN.manifest. The works of the new
one take the share after a notice period, and it says from when on. What came in before stays with
those before, who collect it with the manifest of their version: keep it.`

func collectionAddCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "add COLLECTION WORK...",
		Short: "Add works to a collection of yours",
		Long: `Add adds works to a collection, and declares them as contained, with permissions as "stemmad
collection create" takes them.` + changeLong,
		Example: `  stemmad collection add work1... work1... --weights 2 --from alice
  stemmad collection add work1... --table more.csv --from alice`,
		Args: cobra.MinimumNArgs(1),
	}
	addMemberFlags(cmd)
	addContainsFlags(cmd)
	return changing(cmd, false, func(all *collection.Collection, m memberWork) error { return all.Add(m.Member) })
}

func collectionRemoveCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "remove COLLECTION WORK...",
		Short: "Take works out of a collection of yours",
		Long: `Remove takes works out of a collection. That they were contained stays declared: who has the
earlier version has them in it.` + changeLong,
		Example: `  stemmad collection remove work1... work1... --from alice`,
		Args:    cobra.MinimumNArgs(2),
	}
	return changing(cmd, false, func(all *collection.Collection, m memberWork) error { return all.Remove(m.Work) })
}

func collectionReweighCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "reweigh COLLECTION WORK... --weights N,N...",
		Short: "Give works of a collection of yours other weights",
		Long:  `Reweigh gives works of a collection other weights.` + changeLong,
		Example: `  stemmad collection reweigh work1... work1... work1... --weights 3,1 --from alice
  stemmad collection reweigh work1... --table weights.csv --from alice`,
		Args: cobra.MinimumNArgs(1),
	}
	addMemberFlags(cmd)
	return changing(cmd, true, func(all *collection.Collection, m memberWork) error { return all.Reweigh(m.Work, m.Weight) })
}

// changing completes a command that changes members, one after the other.
func changing(cmd *cobra.Command, weighed bool, change func(*collection.Collection, memberWork) error) *cobra.Command {
	f := cmd.Flags()
	f.String(flagShare, "", "what the works get of all that the collection earns (default: what those before get)")
	f.String(flagManifest, "", "file of the manifest in force (default: by the collection's title)")
	return sending(cmd, func(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
		return changeCollection(ctx, conn, sender, args, weighed, change)
	})
}

func changeCollection(
	ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string, weighed bool,
	change func(*collection.Collection, memberWork) error,
) error {
	work, err := datasetNamed(ctx, conn, args[0], sender.Account())
	if err != nil {
		return err
	}
	members, err := readMembers(ctx, conn, args[1:], weighed)
	if err != nil {
		return err
	}
	all, err := inForce(ctx, conn, work)
	if err != nil {
		return err
	}
	var bad []error
	var fresh []memberWork
	for _, m := range members {
		before := all.Has(m.Work)
		if err := change(all, m); err != nil {
			bad = append(bad, err)
		} else if !before && all.Has(m.Work) {
			fresh = append(fresh, m)
		}
	}
	if len(bad) > 0 {
		return fmt.Errorf("nothing was sent: %w", errors.Join(bad...))
	}
	if len(all.Members) == 0 {
		return errors.New("no work would be left: withdraw the collection in place of that (stemmad withdraw-work)")
	}
	return revisedCollection(ctx, conn, sender, work, all, fresh)
}

// inForce reads the members of a collection's manifest in force.
func inForce(ctx context.Context, conn *connect.Conn, work registrytypes.Claim) (*collection.Collection, error) {
	path := conn.Flags().Text(flagManifest)
	if path == "" {
		path = fileFor(describe.Heading(work), work.ManifestVersion)
	}
	opened, version, err := ofWork(ctx, conn, work.Id, path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w; name the manifest of version %d of %s with --%s", err, work.ManifestVersion, work.Id, flagManifest)
	}
	if err != nil {
		return nil, missing(err)
	}
	defer opened.Close()
	if version.Version != work.ManifestVersion {
		return nil, fmt.Errorf("%s is of version %d, and that of version %d is in force: name it with --%s", path, version.Version,
			work.ManifestVersion, flagManifest)
	}
	return collection.Read(ctx, opened)
}

// revisedCollection registers the manifest of a collection's next version, and declares what is new.
func revisedCollection(
	ctx context.Context, conn *connect.Conn, sender *send.Sender, work registrytypes.Claim, all *collection.Collection, fresh []memberWork,
) error {
	m := &making{name: describe.Heading(work), all: all}
	defer m.clean()
	m.path = fileFor(m.name, work.Version+1)
	roots, err := m.write(ctx, conn, sender)
	if err != nil {
		return err
	}
	revision, err := reviseManifest(ctx, conn, sender, work, roots)
	if err != nil {
		return err
	}
	contains := &containing{derivation: &derivation{work: work.Id}}
	if len(fresh) > 0 {
		d := &derivation{work: work.Id, title: m.name, kind: work.Details.Kind}
		if contains, err = contain(ctx, conn, sender, d, fresh); err != nil {
			return err
		}
	}
	report := collectionReport{
		Work: work.Id, File: m.path, Manifest: rootsOf(roots), Members: all.Members, Contains: []registrytypes.WorkID{},
	}
	for _, s := range contains.sources {
		report.Contains = append(report.Contains, s.work.Id)
	}
	parts := contains.parts(sender)
	if len(parts) == 0 {
		parts = [][]sdk.Msg{nil}
	}
	revision.says = contains.says(conn)
	if err := m.sending(revision.send(ctx, conn, sender, parts[0]...)); err != nil {
		return err
	}
	report.Version, report.Share, report.Waits = revision.Version, revision.Share, revision.Waits
	report.Transactions = []send.Result{revision.Tx}
	for i, msgs := range parts[1:] {
		if sender.DryRun() {
			break
		}
		result, err := sender.Send(ctx, "Declare the other works as contained.", msgs...)
		if err != nil {
			return undone(err, i+1, len(parts))
		}
		report.Transactions = append(report.Transactions, result)
	}
	return report.printChange(conn, revision)
}

// write writes the manifest, or in a dry run one that is removed at the end.
func (m *making) write(ctx context.Context, conn *connect.Conn, sender *send.Sender) (roots registrytypes.Roots, err error) {
	if sender.DryRun() {
		if m.tried, err = os.MkdirTemp("", "collection-"); err != nil {
			return roots, err
		}
	}
	if _, err := os.Stat(m.written()); errors.Is(err, os.ErrNotExist) && m.tried == "" {
		m.fresh = true
	}
	if err := writeCollection(m.all, m.written()); err != nil {
		return roots, err
	}
	opened, err := builtManifest(ctx, conn, m.written())
	if err != nil {
		return roots, err
	}
	return registrytypes.NewRoots(opened.Manifest), opened.Close()
}

func (r collectionReport) printChange(conn *connect.Conn, revision *manifestRevision) error {
	if conn.JSON() {
		return conn.PrintJSON(r)
	}
	conn.Say("%s %s, now version %d: %s", revision.Tx.Did("Revised", "Would revise"), titled(revision.claim), r.Version, revision.Tx)
	pairs := []string{"manifest", r.File, "works", r.Manifest.String(), "before", revision.Before.String()}
	if revision.shares {
		pairs = append(pairs, "works get", rates.Percent(r.Share)+", from "+fromWhen(r.Waits))
		if dropped := revision.now.Waits; dropped != nil {
			pairs = append(pairs, "dropped", changeDropped(dropped))
		}
	}
	if len(r.Contains) > 0 {
		pairs = append(pairs, "contains", count(len(r.Contains), "work")+" more")
	}
	if err := table.Fields(conn.Out(), pairs...); err != nil {
		return err
	}
	conn.Note("Publish %s, and keep the manifest of version %d: what its works had coming is collected with it.", r.File,
		revision.claim.ManifestVersion)
	return nil
}
