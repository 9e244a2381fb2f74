package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client/flags"

	prf "github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/register/enroll"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func anchorCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "anchor FILE|DIR...",
		Short: "Prove later that you had files today, without showing anything now",
		Long: `Anchor stores one Merkle root on the chain for any number of files. Nobody can
tell from it what the files are. When you register one of them later, the claim
counts from the anchor: "stemmad register FILE" finds the anchor by itself.

The salts that prove it are kept below ~/.stemmad/anchors. Back that folder up:
without it the anchor proves nothing.`,
		Example: `  stemmad anchor draft.txt --from alice
  stemmad anchor photos --from alice`,
		Args: cobra.MinimumNArgs(1),
	}
	addProofFlag(cmd, "the anchor")
	return sending(cmd, anchorFiles)
}

func anchorFiles(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	if conn.BroadcastMode == flags.BroadcastAsync || sender.DryRun() {
		return fmt.Errorf("an anchor is sent and waited for: leave out --%s and --%s %s",
			flags.FlagDryRun, flags.FlagBroadcastMode, flags.BroadcastAsync)
	}
	found, passed, err := register.Find(args)
	if err != nil {
		return err
	}
	notePassed(conn, passed)
	items := make([]enroll.Item, len(found))
	if err := hashAll(ctx, conn, items, found); err != nil {
		return err
	}
	// Others' claims don't matter here: an anchor may be the older one.
	enroller := newEnroller(conn, sender, true)
	if items, err = enroller.look(ctx, items); err != nil {
		return err
	}
	made, err := enroller.anchor(ctx, items, fmt.Sprintf("Anchor %s unseen.", count(fresh(items), "file")))
	if err != nil {
		return err
	}
	var proofs []string
	if made != nil {
		root, err := registrytypes.ParseDigest("root", made.Root)
		if err != nil {
			return err
		}
		request := &registrytypes.QueryAnchorRequest{Account: sender.Account(), Root: root}
		proofs = keepProofs(ctx, conn, made.Tx, factOf(made.Root, prf.Anchor, request, made.Tx))
	}
	if conn.JSON() {
		return conn.PrintJSON(struct {
			Anchor *anchored `json:"anchor"`
			Proofs []string  `json:"proofs,omitempty"`
		}{made, proofs})
	}
	if made == nil {
		conn.Say("Nothing to anchor: you have anchored or registered all of it before.")
		return nil
	}
	conn.Say("Anchored %s unseen: %s", count(int(made.Total), "file"), made.Tx)
	return table.Fields(conn.Out(), "root", made.Root, "time", table.Time(made.Tx.Time), "salts kept in", made.Kept)
}
