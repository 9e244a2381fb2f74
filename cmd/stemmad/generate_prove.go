package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/client/generation"
	prf "github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/proof/certificate"
	"github.com/stemma-chain/stemma/client/proof/gather"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/progress"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	"github.com/stemma-chain/stemma/internal/durably"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func generateProveCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "prove FILE OUTPUT",
		Short: "Write a proof of what a batch states about one output",
		Long: `Prove writes one file with what the batch of a manifest states about one output, and what leads from there
to the batch's anchor on the chain. It shows nothing of the other outputs. OUTPUT is a file, its SHA-256
or the id of its work. FILE is the manifest, as it was anchored. Whoever gets the proof checks it with
"stemmad generate check".`,
		Example: `  stemmad generate prove outputs.jsonl out/7.png --to proof.json`,
		Args:    cobra.ExactArgs(2),
	}
	f := cmd.Flags()
	f.String(flagTo, "", "file to write (default: the output's name with .proof.json)")
	f.String(flagBatch, "", "root of the batch, where several have the manifest")
	return asking(cmd, generateProve)
}

// stated is what prove prints for programs.
type stated struct {
	File  string               `json:"file"`
	Bytes int                  `json:"bytes"`
	Work  registrytypes.WorkID `json:"work"`
	Root  registrytypes.Digest `json:"root"`
	// Trust is the header that the anchor's proof begins at, HEIGHT:HASH.
	Trust string `json:"trust"`
}

func generateProve(ctx context.Context, conn *connect.Conn, args []string) error {
	manifest, err := generation.Look(ctx, args[0])
	if err != nil {
		return err
	}
	proof, err := statementProof(ctx, conn, manifest, args[1])
	if err != nil {
		return err
	}
	chain, err := anchorProof(ctx, conn, proof)
	if err != nil {
		return err
	}
	proof.AnchorProof = chain.Encode()
	proven, err := chain.Check()
	if err != nil {
		return err
	}
	raw, err := json.MarshalIndent(proof, "", " ")
	if err != nil {
		return err
	}
	out := conn.Flags().Text(flagTo)
	named := out != ""
	if !named {
		out = filepath.Base(args[1]) + ".proof.json"
	}
	if fileThere(out) && !(named && isStatementProof(out)) { // what may not come back is spared
		return fmt.Errorf("%s is there already: name another file with --%s", out, flagTo)
	}
	if err := durably.Write(out, append(raw, '\n')); err != nil {
		return err
	}
	said := stated{out, len(raw) + 1, proof.Work, proof.Root, proven.Trusted.String()}
	if conn.JSON() {
		return conn.PrintJSON(said)
	}
	conn.Say("Wrote %s, a proof of one statement in %s.", said.File, count(said.Bytes, "byte"))
	if err := table.Fields(conn.Out(), "work", said.Work.String(), "anchor", said.Root.String(), "begins at header", said.Trust); err != nil {
		return err
	}
	conn.Note("\nWhoever checks it asks a node, or knows that header from elsewhere:\n  stemmad generate %s",
		"check "+certificate.Command(said.File, proven.Trusted)[len("stemmad verify "):])
	return nil
}

// isStatementProof says whether a file is the proof of a statement.
func isStatementProof(path string) bool {
	raw, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	_, err = generation.ReadProof(raw)
	return err == nil
}

// statementProof proves an output by a kept batch of the manifest that is anchored: of --batch, else the oldest that has it.
func statementProof(ctx context.Context, conn *connect.Conn, manifest generation.Manifest, argument string) (generation.Proof, error) {
	network, err := conn.Network()
	if err != nil {
		return generation.Proof{}, err
	}
	named, err := target.Parse(ctx, argument)
	if err != nil {
		return generation.Proof{}, err
	}
	all, err := generation.Kept(register.OpenStore(conn.HomeDir).Dir(), network)
	if err != nil {
		return generation.Proof{}, err
	}
	root := conn.Flags().Text(flagBatch)
	why := fmt.Errorf("%w of %s, as it is now, is kept below %s: was it changed since it was anchored, or is the seed elsewhere?", errNoBatch,
		manifest.Path, conn.HomeDir)
	for _, b := range all {
		if b.ManifestSHA256 != manifest.SHA256 || root != "" && b.Root.String() != root {
			continue
		}
		if there, err := isAnchored(ctx, conn, b); err != nil {
			return generation.Proof{}, err
		} else if !there {
			why = fmt.Errorf("the batch %s of %s was never sent: send it with \"stemmad generate batch\"", b.Root, manifest.Path)
			continue
		}
		account, err := sdk.AccAddressFromBech32(b.Account)
		if err != nil {
			return generation.Proof{}, fmt.Errorf("account of the kept batch %s: %w", b.Root, err)
		}
		work := named.ID
		if named.Digest != nil {
			work = registrytypes.NewWorkID(account, *named.Digest)
		}
		bar := progress.New(conn.Err(), "reading the batch", int64(manifest.Outputs), progress.Of("outputs"))
		opened, err := b.Open(ctx, account, manifest, generation.One(work), bar.Add)
		bar.Finish()
		if errors.Is(err, generation.ErrChanged) {
			why = err
			continue
		}
		if err != nil {
			return generation.Proof{}, err
		}
		if member, found := opened.Member(work); found {
			return opened.Proof(member), nil
		}
		why = fmt.Errorf("%s has no output %s", manifest.Path, argument)
	}
	return generation.Proof{}, why
}

// anchorProof proves that the chain has the anchor.
func anchorProof(ctx context.Context, conn *connect.Conn, p generation.Proof) (*prf.Proof, error) {
	node, err := conn.GetNode()
	if err != nil {
		return nil, err
	}
	e, err := encoding.New()
	if err != nil {
		return nil, err
	}
	request := &registrytypes.QueryAnchorRequest{Account: p.Account, Root: p.Root}
	if _, err := conn.Registry().Anchor(ctx, request); err != nil {
		return nil, fmt.Errorf("the batch's anchor: %w", err)
	}
	return gather.Maker{Node: node, Encoding: e}.Answer(ctx, prf.Question{Kind: prf.Anchor, Request: request},
		gather.Options{Patience: nextBlock})
}

// stateError has an error of a statement's proof as those of verify.
func stateError(err error) error {
	switch {
	case errors.Is(err, generation.ErrRefuted):
		return fmt.Errorf("%w: %s", prf.ErrRefuted, strings.TrimPrefix(err.Error(), generation.ErrRefuted.Error()+": "))
	case errors.Is(err, generation.ErrUnreadable):
		return fmt.Errorf("%w: %w", prf.ErrUnreadable, err)
	}
	return err
}
