package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/portal/index"
	"github.com/stemma-chain/stemma/portal/items"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	flagTemporary = "tmp"
	flagVersion   = "of-version"
)

func itemsCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "items",
		Short: "Load manifests that curators published, so that datasets are found by the digest of an item",
		Long: `The chain knows a dataset by the roots of its manifest, and the items are in a file that its curator publishes. Load such a
file, and a search for the SHA-256 of one of its items finds the dataset, with who contributed it; whether it was withdrawn the
chain is asked each time. The portal itself fetches nothing.

Items lie beside the index: in portal-items.db for portal.db, or in the same PostgreSQL database. They stay when the index is
deleted to be built again. The portal may run meanwhile.`,
		Example: `  stemma-portal items load work1... photos.manifest
  stemma-portal items list
  stemma-portal items drop work1... --of-version 1`,
		Args: cobra.NoArgs,
	}
	load := &cobra.Command{
		Use:   "load WORK MANIFEST",
		Short: "Load a manifest's items, once both roots that are made of it are those of the work",
		Long: `Load makes both roots anew from a manifest of binary rows ("stemmad dataset build" makes one of other files), asks the node
which version of the work has them, and takes the items in: some 80 bytes of disk for each, or 190 with PostgreSQL, and 100 more
while it runs. Versions of a work are loaded one by one; an item is found by those that were.`,
		Args: cobra.ExactArgs(2),
		RunE: configured(loadItems),
	}
	load.Flags().String(flagGRPC, "localhost:9090", "the node's gRPC")
	load.Flags().String(flagTemporary, "", "folder for what is too much for memory (default: the system's for temporary files)")
	list := &cobra.Command{
		Use: "list", Short: "List the manifests that were loaded", Args: cobra.NoArgs, RunE: configured(listItems),
	}
	drop := &cobra.Command{
		Use: "drop WORK", Short: "Take the items of a work out again", Args: cobra.ExactArgs(1), RunE: configured(dropItems),
	}
	drop.Flags().Uint32(flagVersion, 0, "those of this version alone; 0: all")
	for _, sub := range []*cobra.Command{load, list, drop} {
		sub.Flags().String(flagDB, "portal.db", "the index that the items lie beside: a file, or postgres://...")
		sub.SilenceUsage, sub.SilenceErrors = true, true
		cmd.AddCommand(sub)
	}
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	return cmd
}

// configured runs a command on items with the settings of the environment.
func configured(do func(*cobra.Command, *index.Items, []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		encoding.Configure()
		if err := fromEnvironment(cmd.Flags()); err != nil {
			return settingError{err}
		}
		where, _ := cmd.Flags().GetString(flagDB)
		x, err := index.OpenItems(cmd.Context(), index.ItemsBeside(where))
		if err != nil {
			return err
		}
		return errors.Join(do(cmd, x, args), x.Close())
	}
}

func workOf(text string) (registrytypes.WorkID, error) {
	id, err := registrytypes.ParseWorkID(text)
	if err != nil {
		err = settingError{fmt.Errorf("%s: name the work by its id", err.Error())} // without where in the source it was made
	}
	return id, err
}

func loadItems(cmd *cobra.Command, x *index.Items, args []string) error {
	work, err := workOf(args[0])
	if err != nil {
		return err
	}
	address, _ := cmd.Flags().GetString(flagGRPC)
	node, err := client.Dial(address)
	if err != nil {
		return fmt.Errorf("the node's gRPC %s: %w", address, err)
	}
	defer node.Close()
	temporary, _ := cmd.Flags().GetString(flagTemporary)
	listed, err := items.Load(cmd.Context(), node.Registry(), x, work, args[1], temporary)
	if err != nil {
		return loadingFailed(cmd.Context(), err, args[1])
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%d items of version %d of %s are found from now on (manifest %s)\n",
		listed.Items, listed.Version, listed.Work, listed.Sha256)
	return nil
}

// loadingFailed says what to do about it.
func loadingFailed(ctx context.Context, err error, path string) error {
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("it was broken off, and nothing was taken in: %w", ctx.Err())
	case errors.Is(err, items.ErrOther):
		return fmt.Errorf("%s: %w: ask its curator for the manifest of a version that the chain has", path, err)
	case errors.Is(err, index.ErrListed):
		return fmt.Errorf("%w: nothing is to be done; \"items drop\" takes it out", err)
	}
	switch status.Code(err) {
	case codes.NotFound:
		return fmt.Errorf("the node knows no such work: %s", client.Tidy(err.Error()))
	case codes.Unavailable, codes.DeadlineExceeded:
		return fmt.Errorf("ask the node which manifests the work has: %w", err)
	}
	return fmt.Errorf("%s: %w", path, err)
}

func listItems(cmd *cobra.Command, x *index.Items, _ []string) error {
	list, err := x.List(cmd.Context())
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "WORK\tVERSION\tITEMS\tLOADED\tMANIFEST")
	for _, l := range list {
		when := l.Since.Format("2006-01-02 15:04:05 UTC")
		if !l.Whole {
			when = "being loaded, or broken off"
		}
		fmt.Fprintf(out, "%s\t%d\t%d\t%s\t%s\n", l.Work, l.Version, l.Items, when, l.Sha256)
	}
	return out.Flush()
}

func dropItems(cmd *cobra.Command, x *index.Items, args []string) error {
	work, err := workOf(args[0])
	if err != nil {
		return err
	}
	version, _ := cmd.Flags().GetUint32(flagVersion)
	if err := x.Drop(cmd.Context(), work, version); err != nil {
		if errors.Is(err, index.ErrNotFound) {
			err = fmt.Errorf("nothing of %s was loaded: see \"stemma-portal items list\"", work)
		}
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "items of %s are not found any more\n", work)
	return nil
}
