package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/cosmos/gogoproto/proto"
	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/client/encoding"
	prf "github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/proof/gather"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/internal/durably"
)

const (
	flagProof = "proof"
	// proofsHere stands for the folder beside the anchors' salts.
	proofsHere = "~/.stemmad/proofs"
	// proofWait is how long the blocks are waited for that prove the one before.
	proofWait = 2 * time.Minute
	// nextBlock is how long the blocks are waited for that prove what is in the latest one.
	nextBlock = 15 * time.Second
)

// addProofFlag lets a command that sends keep a proof of what it did.
func addProofFlag(cmd *cobra.Command, of string) {
	f := cmd.Flags()
	f.String(flagProof, "", "wait for two blocks more and keep a proof of "+of+" below "+proofsHere+", or in --"+flagProof+"=FOLDER")
	f.Lookup(flagProof).NoOptDefVal = proofsHere
}

// toKeep is a proof that is to be kept of what a transaction did.
type toKeep struct {
	// name of the file, without its ending.
	name string
	make func(context.Context, gather.Maker) (*prf.Proof, error)
}

// factOf keeps what a question says right after a transaction's block.
func factOf(name string, kind prf.Kind, request proto.Message, sent send.Result) toKeep {
	return toKeep{name, func(ctx context.Context, m gather.Maker) (*prf.Proof, error) {
		return m.Answer(ctx, prf.Question{Kind: kind, Request: request}, gather.Options{Height: sent.Height + 1})
	}}
}

// deedOf keeps what a transaction did.
func deedOf(sent send.Result) toKeep {
	return toKeep{sent.TxHash, func(ctx context.Context, m gather.Maker) (*prf.Proof, error) {
		hash, err := hex.DecodeString(sent.TxHash)
		if err != nil {
			return nil, err
		}
		return m.Deed(ctx, sent.Height, hash, gather.Options{})
	}}
}

// keepProofs keeps proofs of what a transaction did, where --proof asks for it, and returns their files. It fails for nothing: the
// transaction is done, and what is not kept now is said.
func keepProofs(ctx context.Context, conn *connect.Conn, sent send.Result, proofs ...toKeep) []string {
	folder := conn.Flags().Text(flagProof)
	if folder == "" || sent.Height == 0 {
		return nil
	}
	if folder == proofsHere {
		folder = filepath.Join(conn.HomeDir, "proofs")
	}
	files, err := writeProofs(ctx, conn, folder, sent.Height, proofs)
	if err != nil {
		conn.Note("The transaction is done, but not every proof was kept: %s\n"+
			"Make it with \"stemmad prove\", and soon where it is about what may change.",
			connect.Plain(err))
	}
	return files
}

func writeProofs(ctx context.Context, conn *connect.Conn, folder string, height int64, proofs []toKeep) (files []string, err error) {
	e, err := encoding.New()
	if err != nil {
		return nil, err
	}
	node, err := conn.GetNode()
	if err != nil {
		return nil, err
	}
	m := gather.Maker{Node: node, Encoding: e}
	wait, cancel := context.WithTimeout(ctx, proofWait)
	defer cancel()
	if err := m.Wait(wait, height+2); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("keep proofs: %w", err)
	}
	for _, p := range proofs {
		made, err := p.make(ctx, m)
		if err != nil {
			return files, fmt.Errorf("%s: %w", p.name, err)
		}
		file := filepath.Join(folder, p.name+proofEnding)
		if err := durably.Write(file, made.Encode()); err != nil {
			return files, err
		}
		conn.Note("proof kept in %s; it begins at header %s: note that elsewhere too", file, prf.TrustIn(made.Trusted))
		files = append(files, file)
	}
	return files, nil
}
