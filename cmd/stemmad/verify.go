package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cosmos/cosmos-sdk/client/flags"

	prf "github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/proof/certificate"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/internal/durably"
)

const (
	flagPeriod      = "period"
	flagCertificate = "certificate"
)

func verifyCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify PROOF [FILE]",
		Short: "Check a proof, without a node and without a network",
		Long: `Verify checks a file that "stemmad prove" wrote, and prints what it proves. It asks nobody. What it
rests on is the header of a block, by --trust: whoever checks must know its hash from elsewhere,
such as from nodes that they trust, or from where it was published. The header that a proof begins
at is printed without --trust, but then nothing is proved. With FILE it also checks that the
proof is about that file.

A proof that leads from a header to a later one rests on signatures of validators. These count only
while their stake can still be taken from them, here --period from the time of the trusted header:
later they could sign another past for nothing. Refresh such a proof in time (stemmad prove
--refresh), which lets it begin at a later header. A proof that leads back in time needs no
signatures and lasts for ever.

A proof says what the chain recorded, not that it is true: nobody checked who made a work.

--certificate also writes what is proved as a page for people, which opens without a network and
prints on a sheet or two; as text where the file's name ends with .txt. The page carries the proof:
verify takes such a page in the place of a proof, and then also checks that it says what is proved.
The text does not: hand it on with the proof.

Exit codes: 0 proved, 16 refuted, 17 not verified: nothing that is trusted leads to it, or no more;
18 the file is no proof.`,
		Example: `  stemmad verify song.wav.proof --trust 4711:C5F1...E09A
  stemmad verify song.wav.proof song.wav --trust 4711:C5F1...E09A --output json
  stemmad verify song.wav.proof --trust 4711:C5F1...E09A --certificate song.html
  stemmad verify song.html --trust 4711:C5F1...E09A`,
		Args:        cobra.RangeArgs(1, 2),
		Annotations: map[string]string{homeless: ""}, // it asks nobody, and leaves nothing behind
		RunE:        func(cmd *cobra.Command, args []string) error { return verifyFile(cmd.Context(), cmd, args) },
	}
	f := cmd.Flags()
	f.String(flagTrust, "", "the header that you trust, as HEIGHT:HASH")
	f.Duration(flagPeriod, prf.DefaultPeriod, "how long signatures count from the time of the trusted header on")
	f.String(flagCertificate, "", "also write what is proved for people, as a page (.html) or as text (.txt)")
	f.StringP(flags.FlagOutput, "o", flags.OutputFormatText, "text for people, json for programs")
	return cmd
}

// verified is what verify says for programs.
type verified struct {
	// Result is proved, refuted, unverified or unreadable.
	Result  string `json:"result"`
	Why     string `json:"why,omitempty"`
	ChainID string `json:"chain_id,omitempty"`
	Kind    string `json:"kind,omitempty"`
	// Height and Time are those of the block before which it held.
	Height   int64           `json:"height,omitempty"`
	Time     *time.Time      `json:"time,omitempty"`
	Question json.RawMessage `json:"question,omitempty"`
	Answer   json.RawMessage `json:"answer,omitempty"`
	// Content is the SHA-256 of the content that an anchor has.
	Content string `json:"content,omitempty"`
	// ListsHeight and ListsTime are those of the block before which the lists of payments were as they are told.
	ListsHeight int64      `json:"lists_height,omitempty"`
	ListsTime   *time.Time `json:"lists_time,omitempty"`
	// BeginsAt is the header that all of it follows from; Signatures over how many headers they led on from there.
	BeginsAt   string `json:"begins_at,omitempty"`
	Signatures int    `json:"signatures,omitempty"`
	NotProved  string `json:"not_proved,omitempty"`
}

func verifyFile(ctx context.Context, cmd *cobra.Command, args []string) error {
	f := cmd.Flags()
	policy, trust, err := policyOf(f)
	if err != nil {
		return err
	}
	to, _ := f.GetString(flagCertificate)
	if ending := filepath.Ext(to); to != "" && ending != ".html" && ending != ".txt" {
		return fmt.Errorf("--%s %s: name a file that ends with .html or .txt", flagCertificate, to)
	}
	var proven prf.Proven
	file, err := readHandedOn(args[0])
	if err == nil {
		proven, err = check(ctx, file, args, trust, policy)
	}
	said := verified{Result: resultOf(err), Why: whyOf(err)}
	if proven.Told != nil && !errors.Is(err, prf.ErrRefuted) {
		said.ChainID, said.Kind, said.Height, said.Time = proven.ChainID, proven.Kind.String(), proven.Height, &proven.Time
		said.Question, said.Answer, said.BeginsAt, said.Signatures = proven.Question, proven.Told, proven.Trusted.String(), proven.Hops
		if proven.Content != nil {
			said.Content = hex.EncodeToString(proven.Content[:])
		}
		if proven.ListsHeight > 0 {
			said.ListsHeight, said.ListsTime = proven.ListsHeight, &proven.ListsTime
		}
		said.NotProved = words.NotProved(proven.Kind.String())
	}
	if asJSON, _ := f.GetString(flags.FlagOutput); asJSON == flags.OutputFormatJSON {
		text, jsonErr := json.MarshalIndent(said, "", "  ")
		if jsonErr != nil {
			return jsonErr
		}
		fmt.Fprintln(cmd.OutOrStdout(), string(text))
	} else if printErr := printVerified(cmd, said, proven); printErr != nil {
		return printErr
	}
	if err == nil && to != "" {
		return writeCertificate(cmd, to, proven, fileOf(file, args), policy)
	}
	if to != "" {
		cmd.PrintErrf("No certificate was written: only what is proved gets one.\n")
	}
	return exitOfProof(err)
}

// handedOn is a proof as somebody handed it on, with the page that carried it; nil: none did.
type handedOn struct {
	raw  []byte
	page *certificate.Page
}

// readHandedOn reads a file of a proof or a certificate's page, and no more of a larger one than shows that it is none.
func readHandedOn(path string) (handedOn, error) {
	f, err := os.Open(path)
	if err != nil {
		return handedOn{}, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, certificate.MaxBytes+1))
	if err != nil {
		return handedOn{}, fmt.Errorf("%w: %w", prf.ErrUnreadable, err)
	}
	if !certificate.IsPage(raw) {
		return handedOn{raw: raw}, nil
	}
	page, err := certificate.Read(raw)
	return handedOn{raw: page.Proof, page: &page}, err
}

func fileOf(read handedOn, args []string) certificate.File {
	file := certificate.File{Name: filepath.Base(args[0]), Proof: read.raw}
	if read.page != nil {
		file.Name = read.page.Name
	}
	if len(args) > 1 {
		file.Content = filepath.Base(args[1])
	}
	return file
}

// writeCertificate writes what was proved as a page, or as text by the ending of the file's name.
func writeCertificate(cmd *cobra.Command, path string, proven prf.Proven, file certificate.File, policy prf.Policy) error {
	made, err := certificate.Of(proven, file, policy)
	if err != nil {
		return err
	}
	write := made.HTML
	if filepath.Ext(path) == ".txt" {
		write = made.Text
	}
	var page bytes.Buffer
	if err := write(&page); err != nil {
		return err
	}
	if err := durably.Write(path, page.Bytes()); err != nil {
		return err
	}
	if filepath.Ext(path) == ".txt" {
		cmd.PrintErrf("Wrote %s. Hand it on with %s: the text proves nothing without it.\n", path, file.Name)
		return nil
	}
	cmd.PrintErrf("Wrote %s. It carries the proof: whoever doubts checks it with stemmad verify.\n", path)
	return nil
}

func policyOf(f *pflag.FlagSet) (prf.Policy, *prf.Trust, error) {
	period, err := f.GetDuration(flagPeriod)
	policy := prf.Policy{Now: time.Now(), Period: period}
	if err != nil {
		return policy, nil, err
	}
	text, _ := f.GetString(flagTrust)
	if text == "" {
		return policy, nil, nil
	}
	trust, err := prf.ParseTrust(text)
	if err != nil {
		return policy, nil, fmt.Errorf("--%s: %w", flagTrust, err)
	}
	return policy, &trust, nil
}

// check reads and checks a proof, that the page that carries it says what is proved, and that it is about the file that is named.
func check(ctx context.Context, file handedOn, args []string, trust *prf.Trust, policy prf.Policy) (prf.Proven, error) {
	p, err := prf.Read(file.raw)
	if err != nil {
		return prf.Proven{}, err
	}
	proven, err := p.Check()
	if err != nil {
		return proven, err
	}
	if file.page != nil {
		if err := file.page.Says(proven, policy.Period); err != nil {
			return proven, err
		}
	}
	if len(args) > 1 {
		work, err := register.SumFile(ctx, args[1])
		if err != nil {
			return proven, err
		}
		if err := proven.IsAbout(work.Digest); err != nil {
			return proven, fmt.Errorf("%w (%s)", err, args[1])
		}
	}
	if trust == nil {
		return proven, fmt.Errorf("%w: it holds if header %s is one of the chain's. If you know that it is, say so with --%s",
			prf.ErrUnverified, proven.Trusted, flagTrust)
	}
	return proven, p.Rests(*trust, policy)
}

// results are what can come out, with their exit codes.
var results = []struct {
	of   error
	word string
	code int
}{
	{prf.ErrUnreadable, "unreadable", exitUnreadable},
	{prf.ErrRefuted, "refuted", exitRefuted},
	{prf.ErrUnverified, "unverified", exitUnverified},
}

// whyOf is an error without the word for its kind, which the result says.
func whyOf(err error) string {
	if err == nil {
		return ""
	}
	for _, r := range results {
		if why, found := strings.CutPrefix(err.Error(), r.of.Error()+": "); found {
			return why
		}
	}
	return err.Error()
}

func resultOf(err error) string {
	for _, r := range results {
		if errors.Is(err, r.of) {
			return r.word
		}
	}
	if err != nil {
		return "failed"
	}
	return "proved"
}

func exitOfProof(err error) error {
	for _, r := range results {
		if errors.Is(err, r.of) {
			return exitError{code: r.code, err: err, said: true}
		}
	}
	return err
}

var headlines = map[string]string{"proved": "PROVED", "refuted": "REFUTED", "unverified": "NOT VERIFIED", "unreadable": "NO PROOF"}

func printVerified(cmd *cobra.Command, said verified, proven prf.Proven) error {
	out := cmd.OutOrStdout()
	line := headlines[said.Result]
	if line == "" {
		return nil
	}
	if said.Why != "" {
		line += ": " + said.Why
	}
	fmt.Fprintln(out, table.Clean(line))
	if said.Answer == nil {
		return nil
	}
	sections, err := certificate.Sections(proven)
	if err != nil {
		return err
	}
	would := "It proves"
	if said.Result != "proved" {
		would = "It would prove"
	}
	fmt.Fprintf(out, "%s %s on %s, as it was %s:\n", would, words.Proof(proven.Kind.String()), table.Clean(said.ChainID), heldAt(proven))
	if said.Content != "" {
		fmt.Fprintln(out, "content", said.Content)
	}
	if said.ListsHeight > 0 {
		fmt.Fprintf(out, "payments as before block %d of %s\n", said.ListsHeight, table.Time(*said.ListsTime))
	}
	if err := certificate.WriteSections(out, sections); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s\nBegins at header %s\nIt does not prove %s.\n", certificate.Unsaid, said.BeginsAt, said.NotProved)
	return nil
}
