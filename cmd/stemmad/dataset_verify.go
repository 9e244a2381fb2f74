package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/client/digest"
	prf "github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/progress"
	"github.com/stemma-chain/stemma/x/registry/manifest"
)

const flagDigest = "digest"

func datasetVerifyCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify MANIFEST|PROOF",
		Short: "Check a manifest or a proof against a dataset's digest",
		Long: `Verify needs no node. Of a manifest it makes both roots anew from all its rows, and
compares them with --digest, and with what lies beside it; it needs some
30 bytes for each item in the folder for temporary files (TMPDIR). Of a proof,
which "stemmad dataset prove" wrote, it checks that it leads to the roots that it names,
and compares these with --digest. The digest is the content of the dataset's work, which
"stemmad show" prints: without it nothing says that these are the roots that the chain
knows.

It proves what the curator committed to: not that weights are fair, and not that nobody
is left out.

Exit codes: 0 proved, 16 refuted, 17 not verified: there is nothing to compare with; 18
the file is neither a proof nor a manifest.`,
		Example: `  stemmad dataset verify items.manifest --digest 5f2b...
  stemmad dataset verify item.json --digest 5f2b... --output json`,
		Args:        cobra.ExactArgs(1),
		Annotations: map[string]string{homeless: ""},
		RunE:        func(cmd *cobra.Command, args []string) error { return verifyDataset(cmd, args[0]) },
	}
	cmd.Flags().String(flagDigest, "", "the dataset's digest, from elsewhere")
	return cmd
}

// datasetVerified is what verify says for programs.
type datasetVerified struct {
	// Result is proved, refuted, unverified or unreadable.
	Result   string        `json:"result"`
	Why      string        `json:"why,omitempty"`
	Manifest *manifestTold `json:"manifest,omitempty"`
	Item     *itemTold     `json:"item,omitempty"`
	Part     *partTold     `json:"part,omitempty"`
}

// partTold is a contributor's part for programs: from Start on, without End, of the whole.
type partTold struct {
	Contributor string `json:"contributor"`
	Start       string `json:"start"`
	End         string `json:"end"`
	Weight      string `json:"weight"`
}

func verifyDataset(cmd *cobra.Command, path string) error {
	defer interruptible(cmd)()
	if _, err := wantsJSON(cmd); err != nil {
		return err
	}
	var want *[32]byte
	if text, _ := cmd.Flags().GetString(flagDigest); text != "" {
		d, err := digest.Parse(text)
		if err != nil {
			return fmt.Errorf("--%s: %w", flagDigest, err)
		}
		want = (*[32]byte)(&d)
	}
	var said datasetVerified
	err := said.check(cmd, path, want)
	said.Result, said.Why = resultOf(err), whyOf(err)
	if said.Result == "failed" {
		return err
	}
	if isJSON(cmd) {
		return errors.Join(printIndented(cmd.OutOrStdout(), said), exitOfProof(err))
	}
	line := headlines[said.Result]
	if said.Why != "" {
		line += ": " + said.Why
	}
	fmt.Fprintln(cmd.OutOrStdout(), table.Clean(line))
	return errors.Join(said.print(cmd.OutOrStdout()), exitOfProof(err))
}

// print says what is proved, for people.
func (v datasetVerified) print(out io.Writer) error {
	var about []string
	if v.Item != nil {
		about = v.Item.pairs()
	}
	if p := v.Part; p != nil {
		part := fmt.Sprintf("from %s to %s of the whole weight", p.Start, p.End)
		about = []string{"contributor", p.Contributor, "weight", p.Weight, "part", part}
	}
	if v.Manifest == nil {
		return nil
	}
	if about != nil {
		if err := table.Fields(out, about...); err != nil {
			return err
		}
		fmt.Fprintln(out, "\nIn the manifest of:")
	}
	return table.Fields(out, v.Manifest.pairs()...)
}

// check reads a manifest or a proof, and compares it with what is known. It fails with the errors of a proof.
func (v *datasetVerified) check(cmd *cobra.Command, path string, want *[32]byte) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	begin := make([]byte, len(dataset.Magic))
	if n, err := io.ReadFull(f, begin); err == nil && string(begin[:n]) == dataset.Magic {
		return v.manifest(cmd, path, want)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	raw, err := io.ReadAll(io.LimitReader(f, dataset.MaxProof+1))
	if err != nil {
		return err
	}
	p, err := dataset.ReadProof(bytes.TrimSpace(raw))
	if err != nil {
		return fmt.Errorf("%w: neither a manifest nor a proof of a dataset: %w", prf.ErrUnreadable, err)
	}
	return v.proof(p, want)
}

// manifest makes the roots anew.
func (v *datasetVerified) manifest(cmd *cobra.Command, path string, want *[32]byte) error {
	rows, err := os.Open(path)
	if err != nil {
		return err
	}
	defer rows.Close()
	dir, err := os.MkdirTemp("", "stemma-dataset")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	bar := progress.New(cmd.ErrOrStderr(), "hashing", sizeOf(path, ""), progress.Size)
	contributors := sha256.New()
	built, err := dataset.Build(cmd.Context(), rows, contributors, dataset.Options{Dir: dir, Progress: func(_ int, n int64) { bar.Add(n) }})
	bar.Finish()
	if errors.Is(err, context.Canceled) {
		return errors.New("interrupted")
	}
	if errors.Is(err, manifest.ErrRow) {
		return fmt.Errorf("%w: %w", prf.ErrUnreadable, err)
	}
	if err != nil {
		return err
	}
	m := toldOf(path, built.Manifest)
	v.Manifest = &m
	raw, err := os.ReadFile(dataset.IndexOf(path))
	beside := err == nil
	if beside {
		index, err := dataset.ReadIndex(raw)
		if err != nil {
			return fmt.Errorf("%w: %s: %w", prf.ErrRefuted, dataset.IndexOf(path), err)
		}
		if index.Manifest != built.Manifest {
			return fmt.Errorf("%w: %s is of another manifest, of the digest %x", prf.ErrRefuted, dataset.IndexOf(path), index.Manifest.Digest())
		}
		if !bytes.Equal(built.Append(nil), raw) {
			return fmt.Errorf("%w: %s is not the one that a build makes", prf.ErrRefuted, dataset.IndexOf(path))
		}
	}
	if err := sameContributors(path, contributors); err != nil {
		return err
	}
	if want == nil && beside {
		return fmt.Errorf("%w: it fits its index; whether the chain knows this digest, say with --%s", prf.ErrUnverified, flagDigest)
	}
	return compareDigest(built.Manifest, want)
}

// sameContributors compares the contributors that lie beside a manifest, if they do, with those that it has.
func sameContributors(path string, has hash.Hash) error {
	f, err := os.Open(dataset.ContributorsOf(path))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	there := sha256.New()
	if _, err := io.Copy(there, f); err != nil {
		return err
	}
	if !bytes.Equal(there.Sum(nil), has.Sum(nil)) {
		return fmt.Errorf("%w: %s has others than the manifest", prf.ErrRefuted, dataset.ContributorsOf(path))
	}
	return nil
}

func (v *datasetVerified) proof(p dataset.Proof, want *[32]byte) error {
	if err := p.Manifest.Validate(); err != nil {
		return fmt.Errorf("%w: %w", prf.ErrRefuted, err)
	}
	if p.Item != nil {
		item, err := p.Item.Verify(p.Manifest)
		if err != nil {
			return fmt.Errorf("%w: %w", prf.ErrRefuted, err)
		}
		t := itemToldOf(item)
		t.Index, v.Item = &p.Item.Index, &t
	} else {
		interval, err := p.Contributor.Verify(p.Manifest)
		if err != nil {
			return fmt.Errorf("%w: %w", prf.ErrRefuted, err)
		}
		v.Part = &partTold{
			dataset.ContributorText(p.Contributor.Contributor), fmt.Sprint(interval.Start), fmt.Sprint(interval.End), fmt.Sprint(interval.Weight()),
		}
	}
	m := toldOf("", p.Manifest)
	v.Manifest = &m
	return compareDigest(p.Manifest, want)
}

func compareDigest(m manifest.Manifest, want *[32]byte) error {
	if want == nil {
		return fmt.Errorf("%w: it holds if the digest below is the dataset's. If you know that it is, say so with --%s", prf.ErrUnverified,
			flagDigest)
	}
	if got := m.Digest(); got != *want {
		return fmt.Errorf("%w: its digest is %x, not %x: is it of this version?", prf.ErrRefuted, got, *want)
	}
	return nil
}
