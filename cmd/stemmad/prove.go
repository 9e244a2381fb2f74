package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/client/history/blocks"
	prf "github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/proof/certificate"
	"github.com/stemma-chain/stemma/client/proof/gather"
	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	"github.com/stemma-chain/stemma/internal/durably"
)

const (
	flagAbout   = "about"
	flagAnchor  = "anchor"
	flagRights  = "rights"
	flagTrust   = "trust"
	flagRefresh = "refresh"
)

// proofEnding is what files of proofs end with.
const proofEnding = ".proof"

func proveCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "prove WORK|FILE|GRANT|DISPUTE|ACCOUNT|TX",
		Short: "Write a proof that anybody can check when no node is left",
		Long: `Prove writes one file with what the chain says about something, and all that it takes to check
it: the rows of the state, or the transaction, and what leads from there to the header of a block.
Whoever checks it, with "stemmad verify" or any other program that follows docs/proofs.md, needs
the file and the hash of that header, known from elsewhere: no node, no network, and no trust in
whoever made the file. Keep the file with what it is about; "prove" prints the header.

What it is about:
  WORK, FILE   the claim: who registered it, since when, and whether others claim it before or
               after (of a file the earliest claim). --about says what else of the work:
               title       who owned it when
               offers      on which terms it is on offer
               derivation  when it was derived, and how an AI system made it
               sources     what it was made from, under which permissions
               holders     who holds its revenue
               manifest    what a dataset or a collection is made of, and how many items were
                           withdrawn
  GRANT        a grant, with all that it pins
  DISPUTE      a dispute, with what was claimed, shown and ruled
  ACCOUNT      what waits for it; a key names its account
  TX           what a transaction did; of each payment what it assigned to whom
  --anchor     that an anchor of yours has FILE, registered or not. The salt of that one file is
               shown, nothing of the others
  --rights     whether WORK or FILE may be used for something, as "stemmad clear" answers, with
               --use and the flags of clear, --item and --contributor of a dataset's item among them

What the chain keeps can be proved at any later time. What holds now and may change, such as an
offer or an answer about rights, must be proved now: a node keeps old states for some time only,
which --height looks at. A list of more than 1,000 rows has no proof. A file that is there
is not written over, but for a proof that --out or --refresh names.

A proof begins at the latest header. --trust lets it begin at one that you, or whoever checks it,
trusts already: an earlier one within two weeks, by the validators' signatures, or any later one, by
the chain's own log of headers. --refresh makes an old proof begin at the latest header, or at
that of --trust; it takes hashes alone, so any node can do it at any time.`,
		Example: `  stemmad prove song.wav
  stemmad prove song.wav --about offers --out offers.proof
  stemmad prove draft.txt --anchor
  stemmad prove song.wav --rights --use train-ai --commercial
  stemmad prove --refresh song.wav.proof`,
		Args: cobra.MaximumNArgs(1),
	}
	asking(cmd, proveFact)
	f := cmd.Flags()
	f.String(flagOut, "", "file to write (default: the name of what it is about with "+proofEnding+")")
	f.String(flagAbout, "", "what of the work: "+strings.Join(aboutWords(), ", ")+" (default: claim)")
	f.Bool(flagAnchor, false, "prove that an anchor of yours has the file")
	f.Bool(flagRights, false, "prove whether it may be used, for the --use that is named")
	f.String(flagUse, "", "what for: "+strings.Join(rights.ActionWords(), ", "))
	f.Bool(flagCommercial, false, "the use is commercial")
	f.StringArray(flagTerritory, nil, "where, as ISO 3166-1 codes: FR,DE (default: everywhere)")
	f.StringArray(flagMedium, nil, "in which media: web,print (default: every medium)")
	f.String(flagUntil, "", "until when the use goes on: 2027-12-31, a time in RFC 3339, or 30d (default: now only)")
	f.String(flagAs, "", "account or key that would use it (default: anybody)")
	addItemFlags(f)
	f.String(flagTrust, "", "header that the proof begins at, as HEIGHT:HASH (default: the latest)")
	f.Int64(flagHeight, 0, "prove what held before the transactions of this block (default: the latest)")
	f.String(flagRefresh, "", "old proof that is to begin at another header")
	return cmd
}

func proveFact(ctx context.Context, conn *connect.Conn, args []string) error {
	trust, err := trustFlag(conn)
	if err != nil {
		return err
	}
	node, err := conn.GetNode()
	if err != nil {
		return err
	}
	e, err := encoding.New()
	if err != nil {
		return err
	}
	p := prover{conn: conn, node: node, maker: gather.Maker{Node: node, Encoding: e}, out: conn.Flags().Text(flagOut)}
	p.options.Trust = trust
	p.options.Patience = nextBlock
	if p.options.Height, err = conn.Flags().GetInt64(flagHeight); err != nil {
		return err
	}
	if old := conn.Flags().Text(flagRefresh); old != "" {
		if len(args) > 0 {
			return fmt.Errorf("--%s names the proof; leave %s out", flagRefresh, args[0])
		}
		return p.refresh(ctx, old)
	}
	if len(args) == 0 {
		return errors.New("name what is to be proved: a work, a file, a grant, a dispute, an account or a transaction (see stemmad prove --help)")
	}
	return p.prove(ctx, args[0])
}

// trustFlag is the header of --trust; nil: none is named.
func trustFlag(conn *connect.Conn) (*prf.Trust, error) {
	text := conn.Flags().Text(flagTrust)
	if text == "" {
		return nil, nil
	}
	trust, err := prf.ParseTrust(text)
	if err != nil {
		return nil, fmt.Errorf("--%s: %w", flagTrust, err)
	}
	return &trust, nil
}

// prover makes one proof and writes it.
type prover struct {
	conn    *connect.Conn
	node    blocks.Node
	maker   gather.Maker
	options gather.Options
	// out is the file to write; empty: named after what it is about.
	out string
	// named: it was named as the file to write, so that it may take the place of another proof.
	named bool
}

func (p *prover) refresh(ctx context.Context, path string) error {
	file, err := readHandedOn(path)
	if err != nil {
		return err
	}
	if file.page != nil && p.out == "" {
		return fmt.Errorf("%s is a certificate: name the file for the proof that it carries with --out", path)
	}
	old, err := prf.Read(file.raw)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	trust := p.options.Trust
	if trust == nil {
		latest, err := p.maker.Latest(ctx)
		if err != nil {
			return err
		}
		trust = &latest
	}
	made, err := p.maker.Refresh(ctx, old, trust)
	if err != nil {
		return err
	}
	if p.named = true; p.out == "" {
		p.out = path
	}
	return p.write(made)
}

func (p *prover) prove(ctx context.Context, argument string) error {
	if p.named = p.out != ""; !p.named {
		p.out = filepath.Base(argument) + proofEnding
	}
	if err := oneQuestion(ctx, p.conn); err != nil {
		return err
	}
	hash, err := hex.DecodeString(argument)
	isHash := err == nil && len(hash) == sha256.Size
	if isHash {
		if err := p.deed(ctx, hash); !errors.Is(err, errNoTx) {
			return err // else it is the SHA-256 of a content
		}
	}
	question, err := p.question(ctx, argument)
	switch {
	case errors.Is(err, target.ErrUnregistered) && isHash:
		return fmt.Errorf("%s is no transaction in this node's index, and as a content it is %w: check it, "+
			"or name the transaction's block with --%s", argument, target.ErrUnregistered, flagHeight)
	case errors.Is(err, target.ErrUnregistered):
		return fmt.Errorf("%s is %w: if you anchored it, prove that with --%s; a file that was changed or converted is another content",
			argument, target.ErrUnregistered, flagAnchor)
	case err != nil:
		return err
	}
	made, err := p.maker.Answer(ctx, question, p.options)
	if err != nil {
		return err
	}
	return p.write(made)
}

// errNoTx says that no transaction has a hash.
var errNoTx = errors.New("no such transaction")

func (p *prover) deed(ctx context.Context, hash []byte) error {
	span, err := blocks.Open(ctx, p.node)
	if err != nil {
		return err
	}
	height, _, err := findTx(ctx, p.conn, span, hash)
	if err != nil {
		return errors.Join(errNoTx, err)
	}
	made, err := p.maker.Deed(ctx, height, hash, p.options)
	if err != nil {
		return err
	}
	return p.write(made)
}

// proofFile is what is said of a proof that was written.
type proofFile struct {
	File  string `json:"file"`
	Kind  string `json:"kind"`
	Bytes int    `json:"bytes"`
	// Height is that of the block before which the fact holds.
	Height int64 `json:"height"`
	// Trust is the header that it begins at, HEIGHT:HASH.
	Trust string `json:"trust"`
}

func (p *prover) write(made *prf.Proof) error {
	proven, err := made.Check()
	if err != nil {
		return err
	}
	raw := made.Encode()
	if err := p.spares(); err != nil {
		return err
	}
	if err := durably.Write(p.out, raw); err != nil {
		return err
	}
	said := proofFile{p.out, proven.Kind.String(), len(raw), proven.Height, proven.Trusted.String()}
	if p.conn.JSON() {
		return p.conn.PrintJSON(said)
	}
	p.conn.Say("Wrote %s, a proof of %s in %s.", said.File, words.Proof(proven.Kind.String()), count(said.Bytes, "byte"))
	if err := table.Fields(p.conn.Out(), "holds", heldAt(proven), "begins at header", said.Trust); err != nil {
		return err
	}
	p.conn.Note("\nWhoever checks it must know that header from elsewhere, such as from any other node. Then:\n  %s",
		certificate.Command(said.File, proven.Trusted))
	return nil
}

// spares fails where the proof would take the place of what may not come back: a file that is no proof, or a proof that nobody named.
func (p *prover) spares() error {
	f, err := os.Open(p.out)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	begin, err := io.ReadAll(io.LimitReader(f, int64(len(prf.Magic))))
	if err == nil && p.named && string(begin) == prf.Magic {
		return nil
	}
	return errors.Join(fmt.Errorf("%s is there already: name another file with --%s", p.out, flagOut), err)
}

// heldAt says when what is proved held.
func heldAt(p prf.Proven) string {
	if p.Kind == prf.Transaction {
		return fmt.Sprintf("in block %d of %s", p.Height, table.Time(p.Time))
	}
	return fmt.Sprintf("before block %d of %s", p.Height, table.Time(p.Time))
}
