package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/client/flags"

	"github.com/stemma-chain/stemma/client/generation"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/sheet"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/progress"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// errNoBatch says that no anchored batch has a manifest or an output.
var errNoBatch = errors.New("no batch")

func generateBatchCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "batch FILE",
		Short: "Anchor the statements about any number of outputs in one transaction",
		Long: `Batch reads a manifest of outputs, a JSON object a line as for "stemmad generate declare --manifest", and anchors
one Merkle root over each output's SHA-256 and over the statement of what made it from what. Nobody can tell from
it what they are. Sources are named by work ids, or by uri or sha256. A line with sha256 needs no file.

Of it this machine keeps a small file below ~/.stemmad/anchors, and you keep the manifest as it is: both
are needed to prove an output (stemmad generate prove), or to register one later with the time of
today (stemmad generate declare). Back both up. Of lines without sha256 all files are needed too, each as it
is. A manifest that is anchored already is not anchored again, unless its files are others now.`,
		Example: `  stemmad generate batch outputs.jsonl --by bob
  stemmad generate batch outputs.jsonl --by painter-key --agent agent1...`,
		Args: cobra.ExactArgs(1),
	}
	return sending(cmd, generateBatch)
}

// batched is what batch prints for programs.
type batched struct {
	Root           registrytypes.Digest `json:"root"`
	Total          uint64               `json:"total"`
	Outputs        uint64               `json:"outputs"`
	Manifest       string               `json:"manifest"`
	ManifestSHA256 registrytypes.Digest `json:"manifest_sha256"`
	// Files is how many lines have no sha256: their files are needed too.
	Files uint64 `json:"files"`
	// Already: it was anchored before, and nothing was sent.
	Already bool         `json:"already"`
	Kept    string       `json:"kept_in,omitempty"`
	Tx      *send.Result `json:"tx,omitempty"`
}

func generateBatch(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	if conn.BroadcastMode == flags.BroadcastAsync {
		return fmt.Errorf("an anchor is sent and waited for: leave out --%s %s", flags.FlagBroadcastMode, flags.BroadcastAsync)
	}
	manifest, err := generation.Look(ctx, args[0])
	if err != nil {
		return err
	}
	batch, kept, err := keptOrNew(ctx, conn, sender, manifest)
	if err != nil {
		return err
	}
	said := batched{
		Root: batch.Root, Total: batch.Total, Outputs: batch.Outputs(), Manifest: batch.Manifest, ManifestSHA256: batch.ManifestSHA256,
		Files: batch.Files, Kept: kept,
	}
	if said.Already, err = isAnchored(ctx, conn, batch); err != nil {
		return err
	}
	if !said.Already {
		result, err := sender.Send(ctx, fmt.Sprintf("Anchor statements about %s unseen.", count(int(batch.Outputs()), "output")), batch.Message())
		if err != nil {
			return err
		}
		said.Tx = &result
	}
	if conn.JSON() {
		return conn.PrintJSON(said)
	}
	if said.Already {
		conn.Say("Nothing to anchor: %s was anchored before.", manifest.Path)
	} else {
		conn.Say("%s statements about %s: %s", said.Tx.Did("Anchored", "Would anchor"), count(int(said.Outputs), "output"), said.Tx)
	}
	fields := []string{"root", said.Root.String()}
	if kept != "" {
		fields = append(fields, "seed kept in", kept)
	}
	if err := table.Fields(conn.Out(), fields...); err != nil {
		return err
	}
	if said.Files > 0 {
		conn.Note("\n%s without sha256: keep their files too, each as it is. With one of them changed or lost, none of the batch is "+
			"proved any more.", have(said.Files))
	}
	return nil
}

// have begins a sentence about lines.
func have(lines uint64) string {
	if lines == 1 {
		return "1 line is"
	}
	return fmt.Sprintf("%d lines are", lines)
}

// keptOrNew is the batch of a manifest, and of the files that it names, that is kept, else a new one that is kept now, so that
// whoever is interrupted goes on with the same root. With --dry-run nothing is kept.
func keptOrNew(
	ctx context.Context, conn *connect.Conn, sender *send.Sender, manifest generation.Manifest,
) (batch generation.Batch, path string, err error) {
	of, err := batchesOf(conn, sender)
	if err != nil {
		return batch, "", err
	}
	dir := register.OpenStore(conn.HomeDir).Dir()
	for _, b := range of {
		if b.ManifestSHA256 != manifest.SHA256 {
			continue
		}
		if b.Files > 0 { // the manifest does not say what is in them
			if _, err := openBatch(ctx, conn, sender, b, manifest, nil); errors.Is(err, generation.ErrChanged) {
				continue
			} else if err != nil {
				return b, "", err
			}
		}
		return b, b.File(dir), nil
	}
	bar := progress.New(conn.Err(), "stating", int64(manifest.Outputs), progress.Of("outputs"))
	batch, err = generation.NewBatch(ctx, conn.ChainID, sender.Account(), sender.Address, sender.Agent(), manifest, bar.Add)
	bar.Finish()
	if err != nil || sender.DryRun() {
		return batch, "", err
	}
	if batch.Manifest, err = filepath.Abs(manifest.Path); err != nil {
		return batch, "", err
	}
	path, err = generation.Keep(dir, batch)
	return batch, path, err
}

// batchesOf are the kept batches of who sends, the oldest first.
func batchesOf(conn *connect.Conn, sender *send.Sender) (own []generation.Batch, err error) {
	network, err := conn.Network()
	if err != nil {
		return nil, err
	}
	all, err := generation.Kept(register.OpenStore(conn.HomeDir).Dir(), network)
	for _, b := range all {
		if b.Account == sender.Account() && b.Agent == sender.Agent() {
			own = append(own, b)
		}
	}
	return own, err
}

func isAnchored(ctx context.Context, conn *connect.Conn, b generation.Batch) (bool, error) {
	_, err := conn.Registry().Anchor(ctx, &registrytypes.QueryAnchorRequest{Account: b.Account, Root: b.Root})
	if status.Code(err) == codes.NotFound {
		return false, nil
	}
	return err == nil, err
}

// batchOf is an anchored batch, for outputs of it that are declared. A nil one has none.
type batchOf struct{ *generation.Opened }

// lend gives an enroller the proofs of the batch's contents.
func (b *batchOf) lend(e *enroller) {
	if b != nil {
		e.Proven = b.Contents()
	}
}

// prove gives a derivation what proves its statement, and its content where that is to be registered.
func (b *batchOf) prove(d *derivation) {
	if b == nil {
		return
	}
	member, found := b.Member(d.work)
	if !found {
		return
	}
	d.member = &member
	if d.item != nil {
		d.item.Proof = &member.Content
	}
}

// batchFor opens the anchored batch of a manifest, of who sends. It fails with errNoBatch.
func batchFor(
	ctx context.Context, conn *connect.Conn, sender *send.Sender, manifest generation.Manifest, wanted func(registrytypes.WorkID) bool,
) (*batchOf, error) {
	all, err := batchesOf(conn, sender)
	if err != nil {
		return nil, err
	}
	var changed error
	for _, b := range all {
		if b.ManifestSHA256 != manifest.SHA256 {
			continue
		}
		there, err := isAnchored(ctx, conn, b)
		if err != nil {
			return nil, err
		}
		if !there {
			continue
		}
		batch, err := openBatch(ctx, conn, sender, b, manifest, wanted)
		if !errors.Is(err, generation.ErrChanged) {
			return batch, err
		}
		changed = err
	}
	if changed != nil {
		return nil, fmt.Errorf("%w; as it is now, anchor it with \"stemmad generate batch\"", changed)
	}
	by := sender.Account()
	if !sender.Agent().IsZero() {
		by += " for " + sender.Agent().String()
	}
	return nil, fmt.Errorf("%w of %s, as it is now, by %s is kept below %s and anchored: anchor it with \"stemmad generate batch\", "+
		"or name who did", errNoBatch, manifest.Path, by, conn.HomeDir)
}

func openBatch(
	ctx context.Context, conn *connect.Conn, sender *send.Sender, b generation.Batch, manifest generation.Manifest,
	wanted func(registrytypes.WorkID) bool,
) (*batchOf, error) {
	bar := progress.New(conn.Err(), "reading the batch", int64(manifest.Outputs), progress.Of("outputs"))
	defer bar.Finish()
	opened, err := b.Open(ctx, sender.Address, manifest, wanted, bar.Add)
	if err != nil {
		return nil, err
	}
	return &batchOf{opened}, nil
}

// findMember finds the output that an argument names in the batch of --batch, else in those that are kept and whose
// manifests are where they were.
func findMember(
	ctx context.Context, conn *connect.Conn, sender *send.Sender, argument string,
) (*batchOf, generation.Member, error) {
	work, err := workOf(ctx, sender, argument)
	if err != nil {
		return nil, generation.Member{}, err
	}
	if path := conn.Flags().Text(flagBatch); path != "" {
		manifest, err := generation.Look(ctx, path)
		if err != nil {
			return nil, generation.Member{}, err
		}
		batch, err := batchFor(ctx, conn, sender, manifest, generation.One(work))
		if err != nil {
			return nil, generation.Member{}, err
		}
		if member, found := batch.Member(work); found {
			return batch, member, nil
		}
		return nil, generation.Member{}, fmt.Errorf("%s has no output %s (%s)", path, argument, work)
	}
	all, err := batchesOf(conn, sender)
	if err != nil {
		return nil, generation.Member{}, err
	}
	for _, b := range all {
		manifest, err := generation.Look(ctx, b.Manifest)
		if err != nil || manifest.SHA256 != b.ManifestSHA256 {
			continue // it was moved or changed
		}
		batch, err := batchFor(ctx, conn, sender, manifest, generation.One(work))
		var row *sheet.Error
		switch {
		case errors.Is(err, errNoBatch):
			continue
		case errors.Is(err, generation.ErrChanged), errors.As(err, &row):
			conn.Note("Passed over a batch: %s", table.Clean(err.Error())) // its files were changed or are gone
			continue
		case err != nil:
			return nil, generation.Member{}, err
		}
		if member, found := batch.Member(work); found {
			return batch, member, nil
		}
	}
	return nil, generation.Member{}, fmt.Errorf("name the model with --%s and sources with --%s; or --%s, where a batch has %s: "+
		"none that is kept below %s and whose manifest is still there does", flagModel, flagSource, flagBatch, argument, conn.HomeDir)
}

// workOf is the work that an output is, or is to be, of who sends.
func workOf(ctx context.Context, sender *send.Sender, argument string) (registrytypes.WorkID, error) {
	named, err := target.Parse(ctx, argument)
	if err != nil {
		return registrytypes.WorkID{}, err
	}
	if named.Digest == nil {
		return named.ID, nil
	}
	return registrytypes.NewWorkID(sender.Address, *named.Digest), nil
}
