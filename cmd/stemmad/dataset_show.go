package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/dataset/pool"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

func datasetShowCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show WORK|MANIFEST",
		Short: "Show what a dataset is made of, and what its contributors get and got",
		Long: `Show prints the manifests that a work has had, with their digests, numbers and versions; what
its contributors get of what it earns and what waits; what the pool of each version had, what was
collected of it and what is left; and how many withdrawals there are. Of a file that is the manifest
of a work's first version the work is found by it.`,
		Example: `  stemmad dataset show work1...
  stemmad dataset show photos.manifest --output json`,
		Args: cobra.ExactArgs(1),
	}
	return asking(cmd, showDataset)
}

// shownManifest is one of a work's manifests, with its pool.
type shownManifest struct {
	Version uint32 `json:"version"`
	InForce bool   `json:"in_force,omitempty"`
	manifestRoots
	ItemsRoot        registrytypes.Digest `json:"items_root"`
	ContributorsRoot registrytypes.Digest `json:"contributors_root"`
	Pool             []shownFund          `json:"pool"`
}

// shownFund is what a pool had in a denom.
type shownFund struct {
	Had       sdk.Coin `json:"had"`
	Collected sdk.Coin `json:"collected"`
	Left      sdk.Coin `json:"left"`
}

// shownDataset is what `dataset show` answers.
type shownDataset struct {
	Work      registrytypes.WorkID `json:"work"`
	Title     string               `json:"title"`
	Version   uint32               `json:"version"`
	Manifests []shownManifest      `json:"manifests"`
	// Share in ppm is that of the contributors of ShareVersion; 0: nobody's.
	Share        uint32                   `json:"share"`
	ShareVersion uint32                   `json:"share_version,omitempty"`
	Waits        *royaltytypes.PoolChange `json:"waits,omitempty"`
	// Withdrawals is how many there are, and WithdrawalsSHA256 digest of the list.
	Withdrawals       uint64               `json:"withdrawals"`
	WithdrawalsSHA256 registrytypes.Digest `json:"withdrawals_sha256,omitzero"`
}

func showDataset(ctx context.Context, conn *connect.Conn, args []string) error {
	work, err := datasetNamed(ctx, conn, args[0], "")
	if err != nil {
		return err
	}
	state, err := pool.Look(ctx, conn.Registry(), conn.Royalty(), work.Id)
	if err != nil {
		return err
	}
	shown := shownDataset{
		Work: work.Id, Title: work.Details.Title, Version: work.Version, Share: state.Share, ShareVersion: state.Version, Waits: state.Waits,
		Withdrawals: state.Withdrawals.Count, WithdrawalsSHA256: state.Withdrawals.Sha256,
	}
	for _, m := range state.Manifests {
		row := shownManifest{
			Version: m.Version, InForce: m.Version == work.ManifestVersion, manifestRoots: rootsOf(m.Roots), ItemsRoot: m.Roots.Items,
			ContributorsRoot: m.Roots.Contributors, Pool: []shownFund{},
		}
		for _, f := range state.Funds[m.Version] {
			row.Pool = append(row.Pool, shownFund{
				Had: sdk.NewCoin(f.Denom, f.Fund.Total), Collected: sdk.NewCoin(f.Denom, f.Fund.Collected),
				Left: sdk.NewCoin(f.Denom, pool.Left(f.Fund)),
			})
		}
		shown.Manifests = append(shown.Manifests, row)
	}
	if conn.JSON() {
		return conn.PrintJSON(shown)
	}
	return shown.print(conn, work, state)
}

func (d shownDataset) print(conn *connect.Conn, work registrytypes.Claim, state pool.State) error {
	share := poolNow(&royaltytypes.QueryPoolResponse{Version: state.Version, Weight: state.Share, Waits: state.Waits})
	withdrawals := "none"
	if d.Withdrawals > 0 {
		withdrawals = fmt.Sprintf("%d, digest of the list %s", d.Withdrawals, d.WithdrawalsSHA256)
	}
	if err := table.Fields(conn.Out(), "dataset", titled(work), "owner", accountName(work.Owner, conn.KeyNames()), "share", share,
		"withdrawals", withdrawals); err != nil {
		return err
	}
	tab := table.New(">version", ">items", ">contributors", ">weight", "sha256", "note")
	for _, m := range d.Manifests {
		note := ""
		if m.InForce {
			note = "in force"
		}
		tab.Row(fmt.Sprint(m.Version), fmt.Sprint(m.Items), fmt.Sprint(m.Contributors), fmt.Sprint(m.Weight), m.SHA256, note)
	}
	if err := tab.Write(conn.Out()); err != nil {
		return err
	}
	pools := table.New(">pool of version", ">had", ">collected", ">left")
	for _, m := range d.Manifests {
		for _, f := range m.Pool {
			u := conn.Units()
			pools.Row(fmt.Sprint(m.Version), u.Coin(f.Had), u.Coin(f.Collected), u.Coin(f.Left))
		}
	}
	if pools.Len() == 0 {
		conn.Say("No pool of its contributors has had anything yet.")
		return nil
	}
	if err := pools.Write(conn.Out()); err != nil {
		return err
	}
	by := ""
	if owing := state.Owing(); len(owing) > 0 {
		by = ", by " + manifestsOf(versionsOf(owing)) + ","
	}
	conn.Note("Contributors take out their parts%s with: stemmad dataset collect %s MANIFEST --mine", by, d.Work)
	return nil
}
